# SPDX-License-Identifier: MIT
# For the tests of stats: the program with the catalogue of the file's fixtures,
# $f/tiny.json. Loads common.

# shellcheck source=cli/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

stats() {
    mp --catalogue "$f/tiny.json" stats "$@"
}

# stats_to FILE ARGS...: it has to work, without a word.
stats_to() {
    local file=$1
    shift
    mp_to "$file" --catalogue "$f/tiny.json" stats "$@"
    assert_status 0 && assert_no_stderr && [ -s "$file" ]
}

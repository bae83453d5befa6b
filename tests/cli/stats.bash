# SPDX-License-Identifier: MIT
# For the tests of stats: the program with the catalogue of the file's fixtures,
# $f/tiny.json, and numpy's opinion of all its forms. Loads common.
# shellcheck disable=SC2154 # the tests set f

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

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" "$@"
}

# forms 'ARGS OF STATS' ARGS OF THE ORACLE...: every form says what numpy does.
forms() {
    local args kind
    read -ra args <<<"$1"
    shift
    stats_to s.json "${args[@]}" --json || return 1
    stats_to p.json "${args[@]}" --json --pixels || return 1
    stats_to s.tsv "${args[@]}" --tsv || return 1
    for kind in classes levels pixels; do
        stats_to "$kind.tsv" "${args[@]}" --tsv --table "$kind" || return 1
    done
    assert_same s.tsv classes.tsv || return 1
    stats_to s.txt "${args[@]}" || return 1
    LC_ALL=C stats_to c.txt "${args[@]}" || return 1
    see forms . "$@"
}

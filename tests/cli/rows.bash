# SPDX-License-Identifier: MIT
# For the tests of prepared rows: numpy's opinion of a set (prep_rows.py), sets
# compared, and the genuine files. Loads common.

# shellcheck source=cli/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

py() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/prep_rows.py" "$@"
}

same_set() {
    diff <(hashes "$1") <(hashes "$2") >&2
}

differ() {
    if cmp -s "$1" "$2"; then
        echo "$1 and $2 are the same" >&2
        return 1
    fi
}

# fashion DIR 'KEY=VALUE...' OPTIONS...: the same with the genuine files.
fashion() {
    local dir=$1 what=$2
    shift 2
    need_fashion
    if [ ! -e data/fashion-mnist/raw ]; then
        mp -q fetch fashion-mnist --mirror "$fashion" --only-mirrors
        assert_status 0 || return 1
    fi
    mp -q prep fashion-mnist -o "$dir" "$@"
    assert_status 0 || return 1
    # shellcheck disable=SC2086 # words are meant
    py check "$dir" data/fashion-mnist/raw $what
}

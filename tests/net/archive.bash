# SPDX-License-Identifier: MIT
# What the tests of remote zips load, on top of net.bash: `letters`, a small
# emnist-letters, which is four members with noise between them. $em is where it
# was made, $zip and $catalogue are of it, $raw is where its files go.

# shellcheck source=net/net.bash
. "$(dirname "${BASH_SOURCE[0]}")/net.bash"

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    archives emnist em --pad 200000
}

setup() {
    net_setup
    # shellcheck disable=SC2034 # read by the tests
    em=$fixtures/em zip=$fixtures/em/src/gzip.zip catalogue=$fixtures/em/letters.json
    raw=data/letters/raw
}

names=(emnist-letters-{train,test}-{images-idx3,labels-idx1}-ubyte.gz)
first=${names[2]} # in the zip: sorted by name

archives() {
    "$MNISTPREP_TEST_PYTHON" -E "$cli_dir/make_archives.py" "$@"
}

need_libzip() {
    "$MNISTPREP" version | grep -q 'libzip *[0-9]' ||
        skip "this build has no libzip"
}

need_no_libzip() {
    ! "$MNISTPREP" version | grep -q 'libzip *[0-9]' ||
        skip "this build has libzip"
}

serve() {
    start_server "${1-$em/src}"
}

letters() {
    patiently "$MNISTPREP" --catalogue "$catalogue" fetch letters \
        --only-mirrors "$@"
}

prepare() {
    mp --catalogue "$catalogue" prep -q letters "$@"
}

assert_letters() {
    local name
    for name in "${names[@]}"; do
        assert_same "$em/loose/$name" "$raw/$name" || return 1
    done
    assert_no_residue "$raw" "${names[@]}"
}

# What is there is right, and nothing is under a name that is none of ours.
# resting: downloads may rest beside it.
assert_only_right() {
    local path name
    for path in "$raw"/* "$raw"/.*; do
        name=${path##*/}
        case $name in
        . | .. | '*' | '.*' | receipt.json) ;;
        emnist-letters-*.gz) assert_same "$em/loose/$name" "$path" || return 1 ;;
        *) seen "unexpected: $path" || return 1 ;;
        esac
    done
}

# flawed FLAW [ARGS...]: ./z/gzip.zip with this flaw; it is about $first.
flawed() {
    local flaw=$1
    shift
    mkdir -p z
    archives zip z/gzip.zip "$em/loose" --pad 100000 --flaw "$flaw" \
        --member "$first" "$@"
}

# assert_refused STATUS REGEX: nothing under the name of $first, an error line.
assert_refused() {
    [ "$status" -eq "$1" ] || seen "${3-}: expected status $1" || return 1
    assert_error_line "$2" || return 1
    assert_absent "$raw/$first" || return 1
    assert_no_control_bytes || return 1
    assert_only_right
}

# SPDX-License-Identifier: MIT
# What every .bats file here loads: the environment of a test, how the program
# is run, and assertions that print what they saw.
#
# Given by ctest (or by hand):
#   MNISTPREP               absolute path of the program (default: build/dev)
#   MNISTPREP_TEST_MNIST    directory of the genuine MNIST gz files, or unset
#   MNISTPREP_TEST_FASHION  the same for Fashion-MNIST (default: from Debian)
#   MNISTPREP_TEST_PYTHON   a python3 with numpy and PIL
#   MNISTPREP_SANITIZED     1 when the program runs under ASan
#
# Running
#   mp ARGS...              `run` the program: sets $status, $output, $stderr
#   mp_in FILE ARGS...      the same with standard input from FILE
#   mp_to FILE ARGS...      the same with standard output into FILE (for bytes);
#                           $output is then empty
#   fixture SUB ARGS...     make_fixtures.py: see its header
#   oracle NAME ARGS...     oracle.py: numpy's opinion; see its header
#   tiny_dataset [ARGS...]  a small generated dataset named `tiny` (ARGS go to
#                           `make_fixtures.py dataset`): sources in ./src,
#                           catalogue in ./tiny.json, and the files a fetch
#                           would have left in ./data/tiny/raw
#
#   put_raw DIR NAME        a copy of DIR's files where a fetch of the dataset
#                           NAME would have left them
#
# Looking
#   snapshot DIR [TEST...]  names, sizes, times, inodes, modes, bytes of all that
#                           is below it, or of that for which find's TESTs hold
#   hashes DIR              of every file below it, by name
#
# Assertions (each returns 1 and says what it saw)
#   assert_status N                exit status of the last mp
#   assert_stdout TEXT             standard output, without its last newline
#   assert_no_stdout               standard output is empty
#   assert_stderr_line_count N     number of lines on standard error
#   assert_no_stderr               standard error is empty
#   assert_one_error_line REGEX    standard error is exactly one line, starts
#                                  with `mnistprep`, matches REGEX (ERE, case
#                                  does not matter), has no control byte
#   assert_error_line REGEX        the same of the last line; notes may precede
#   assert_same FILE FILE          the same bytes; names the first difference
#   assert_sha256 HEX FILE         the file has this digest
#   assert_absent PATH...          nothing is there
#   assert_no_leftovers DIR [ALLOWED...]   no file below DIR but the allowed
#                                  (paths relative to DIR, globs welcome)
#
# Conditions (skip with the reason)
#   need_mnist, need_fashion       genuine files; set $mnist / $fashion
#   need_limits                    RLIMIT_AS works: not under a sanitizer
#   need_comma_locale              a locale with a decimal comma, German where
#                                  it can be had; sets $comma_locale

bats_require_minimum_version 1.5.0

cli_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${MNISTPREP:=$(cd "$cli_dir/../.." && pwd)/build/dev/mnistprep}"
: "${MNISTPREP_TEST_PYTHON:=/usr/bin/python3}"
: "${MNISTPREP_TEST_FASHION:=/usr/share/datasets/fashion-mnist}"
export MNISTPREP MNISTPREP_TEST_PYTHON MNISTPREP_TEST_FASHION
# The helper scripts must leave nothing in the source tree.
export PYTHONDONTWRITEBYTECODE=1
# `run --separate-stderr` sets these; named here for shellcheck.
status=0 output='' stderr=''

# A file that needs more calls common_setup from a setup() of its own.
common_setup() {
    unset MNISTPREP_DATA_DIR MNISTPREP_OFFLINE NO_COLOR COLUMNS
    unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
    unset no_proxy NO_PROXY
    export TZ=UTC LC_ALL=C.UTF-8
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return 1
}

setup() {
    common_setup
}

mp() {
    run --separate-stderr "$MNISTPREP" "$@"
}

mp_in() {
    local input=$1
    shift
    run --separate-stderr "$MNISTPREP" "$@" <"$input"
}

mp_to() {
    local file=$1
    shift
    status=0
    # shellcheck disable=SC2034 # read by the assertions and by the tests
    output=''
    "$MNISTPREP" "$@" >"$file" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
    stderr=$(cat "$BATS_TEST_TMPDIR/stderr")
}

fixture() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_fixtures.py" "$@"
}

oracle() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/oracle.py" "$@"
}

# Made once for a file of tests, as its bytes depend on the arguments alone.
tiny_dataset() {
    local made
    made=$BATS_FILE_TMPDIR/tiny-$(cksum <<<"$*" | tr ' ' -)
    if [ ! -e "$made" ]; then
        fixture dataset src "$@" || return 1
        fixture catalogue tiny.json --name tiny --dir src || return 1
        mkdir "$made" || return 1
        mv src tiny.json "$made" || return 1
    fi
    cp -r "$made"/* . && put_raw src tiny
}

put_raw() {
    mkdir -p "data/$2" && cp -r "$1" "data/$2/raw"
}

# --- looking

hashes() {
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

snapshot() {
    local dir=$1
    shift
    (cd "$dir" && find . "$@" -printf '%p %s %T@ %i %m %l\n' | LC_ALL=C sort) &&
        hashes "$dir"
}

# --- assertions

# Shows the last run, for a failed assertion. Control bytes become visible.
seen() {
    {
        echo "$1"
        echo "status: $status"
        echo "stdout: ${output:0:2000}"
        echo "stderr: ${stderr:0:2000}"
    } | LC_ALL=C tr '\000-\011\013-\037\177' '?' >&2
    return 1
}

assert_status() {
    [ "$status" -eq "$1" ] || seen "expected status $1"
}

assert_stdout() {
    [ "$output" = "$1" ] || seen "expected on standard output: $1"
}

assert_no_stdout() {
    [ -z "$output" ] || seen "expected nothing on standard output"
}

assert_no_stderr() {
    [ -z "$stderr" ] || seen "expected nothing on standard error"
}

assert_stderr_line_count() {
    local n=0
    [ -z "$stderr" ] || n=$(printf '%s\n' "$stderr" | wc -l)
    [ "$n" -eq "$1" ] || seen "expected $1 lines on standard error, not $n"
}

assert_one_error_line() {
    assert_stderr_line_count 1 || return 1
    assert_error_line "$1"
}

assert_error_line() {
    local last=${stderr##*$'\n'}
    case $last in
    mnistprep:\ * | mnistprep\ *) ;;
    *) seen "the error does not start with the program's name" || return 1 ;;
    esac
    if printf '%s' "$last" | LC_ALL=C grep -q $'[\x01-\x1f\x7f]'; then
        seen "a control byte in the error" || return 1
    fi
    printf '%s' "$last" | LC_ALL=C grep -qiE -e "$1" ||
        seen "the error does not match: $1"
}

assert_same() {
    if ! cmp "$1" "$2" >&2; then
        echo "$(wc -c <"$1") and $(wc -c <"$2") bytes" >&2
        return 1
    fi
}

assert_sha256() {
    local got
    got=$(sha256sum <"$2") || return 1
    got=${got%% *}
    if [ "$got" != "$1" ]; then
        echo "$2: sha256 is $got, expected $1" >&2
        return 1
    fi
}

assert_absent() {
    local path
    for path; do
        if [ -e "$path" ] || [ -L "$path" ]; then
            seen "left behind: $path" || return 1
        fi
    done
}

assert_no_leftovers() {
    local dir=$1 path rel allowed ok bad=0
    shift
    while IFS= read -r -d '' path; do
        rel=${path#"$dir"/} ok=0
        for allowed; do
            # shellcheck disable=SC2053 # globs are meant
            if [[ $rel == $allowed ]]; then
                ok=1
                break
            fi
        done
        # Whatever is allowed, a temporary file never is.
        case ${rel##*/} in
        .mnistprep-tmp-*) ok=0 ;;
        esac
        if [ "$ok" -eq 0 ]; then
            echo "unexpected file in $dir: $rel" >&2
            bad=1
        fi
    done < <(find "$dir" -mindepth 1 ! -type d -print0)
    [ "$bad" -eq 0 ]
}

need_mnist() {
    mnist=${MNISTPREP_TEST_MNIST-}
    [ -n "$mnist" ] || skip "MNISTPREP_TEST_MNIST is not set"
    [ -e "$mnist/train-images-idx3-ubyte.gz" ] || skip "no MNIST in $mnist"
}

need_fashion() {
    fashion=$MNISTPREP_TEST_FASHION
    [ -e "$fashion/train-images-idx3-ubyte.gz" ] ||
        skip "no Fashion-MNIST in $fashion (Debian: dataset-fashion-mnist)"
}

# Made here when the system has none, but the sources of Debian's `locales`.
need_comma_locale() {
    local candidate
    comma_locale=
    for candidate in de_AT.utf8 fr_FR.utf8 fr_FR.UTF-8 de_DE.utf8 de_DE.UTF-8; do
        if locale -a 2>/dev/null | grep -qix "$candidate"; then
            comma_locale=$candidate
        fi
    done
    [ -z "$comma_locale" ] || return 0
    command -v localedef >/dev/null || skip "no locale with a decimal comma"
    mkdir "$BATS_TEST_TMPDIR/locales"
    localedef -i de_DE -f UTF-8 "$BATS_TEST_TMPDIR/locales/de_DE.UTF-8" \
        2>/dev/null ||
        skip "no locale with a decimal comma, and none could be made"
    export LOCPATH=$BATS_TEST_TMPDIR/locales
    # glibc's setlocale leaks its copy of LOCPATH.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    # shellcheck disable=SC2034 # read by the tests
    comma_locale=de_DE.UTF-8
}

need_limits() {
    [ "${MNISTPREP_SANITIZED-0}" != 1 ] ||
        skip "a sanitizer reserves more address space than the limit allows"
}

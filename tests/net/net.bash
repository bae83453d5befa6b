# SPDX-License-Identifier: MIT
# What every .bats file in this directory loads, on top of ../cli/common.bash:
# generated datasets, servers with faults, and what to look for afterwards.
#
# Datasets, made once per file by net_fixtures (call it in setup_file):
#   tiny     four files, a few KB           $fixtures/src, tiny.json
#   duo      one split, two files, 140 KB   $fixtures/duo-src, duo.json
#   mini     one split, two files, 300 B    $fixtures/mini-src, mini.json
#
# Running
#   start_server [ROOT [ARGS...]]   tests/net/server.py: sets $port and $url
#                         (http://127.0.0.1:$port); requests are logged in
#                         ./requests, their ends in ./ends. A second one is
#                         `as=NAME start_server ...`: ./NAME.requests and so on
#   start_deaf            $port where connections hang
#   tiny, duo, mini ARGS  fetch it, killed after a minute: as mp, with
#                         --only-mirrors
#   in_background NAME ARGS...      the program in the background: $NAME_pid,
#                         output in ./NAME.out and ./NAME.err
#
# Looking
#   requests REGEX [LOG]  number of requests whose target matches
#   request_times REGEX   their times, one per line
#   forget                empties the logs of requests and ends
#   header NAME REGEX     values of a header of the requests that match
#   sent REGEX            bytes of body sent in answers to them
#   assert_fetched NAME   all files of the dataset right, and nothing else
#   assert_nothing        no file below ./data
#   assert_no_control_bytes         in what was printed
#   assert_within FROM TO SECONDS   as decimal numbers; on a busy machine, where
#                         doing nothing takes its time, a little more
#
# Conditions (skip with the reason): need_strace, need_mount, need_root
#
# Every test is in a fresh directory; teardown ends what was started.

# shellcheck source=cli/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/../cli/common.bash"
net_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

tiny_files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)
duo_files=("${tiny_files[@]:0:2}")
# shellcheck disable=SC2034 # read by the tests
images=${tiny_files[0]} labels=${tiny_files[1]}

# A run that hangs is killed after so many seconds.
: "${MNISTPREP_TEST_PATIENCE:=60}"

# one_split FILE: a catalogue's first split only.
one_split() {
    "$MNISTPREP_TEST_PYTHON" -E -S - "$1" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    catalogue = json.load(f)
del catalogue['datasets'][0]['splits'][1]
with open(sys.argv[1], 'w') as f:
    json.dump(catalogue, f)
PY
}

net_fixtures() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 40 --test 10
    fixture catalogue tiny.json --name tiny --dir src
    fixture dataset duo-src --train 300 --test 3 --seed 2
    fixture catalogue duo.json --name duo --dir duo-src
    one_split duo.json
    fixture dataset mini-src --train 8 --test 3 --height 4 --width 3 --seed 7
    fixture catalogue mini.json --name mini --dir mini-src
    one_split mini.json
}

net_setup() {
    common_setup || return 1
    fixtures=$BATS_FILE_TMPDIR
    src=$fixtures/src
    started=() mounted=()
}

# Stopped processes do not notice TERM.
net_teardown() {
    local i
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do
        kill -KILL "${started[i]}" 2>/dev/null || true
        wait "${started[i]}" 2>/dev/null || true
    done
    for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
        umount "${mounted[i]}" 2>/dev/null || umount -l "${mounted[i]}"
    done
}

setup() {
    net_setup
}

teardown() {
    net_teardown
}

# --- running

wait_for_file() {
    local i
    for ((i = 0; i < 500; i++)); do
        [ ! -s "$1" ] || return 0
        sleep 0.02
    done
    echo "$1 did not appear" >&2
    return 1
}

start_server() {
    local root=${1-$src} prefix=${as:+$as.}
    shift || true
    rm -f "${prefix}port"
    "$MNISTPREP_TEST_PYTHON" -E -S "$net_dir/server.py" --root "$root" \
        --port-file "${prefix}port" --log "${prefix}requests" \
        --ends "${prefix}ends" --lifetime 300 "$@" \
        >"${prefix}server.out" 2>"${prefix}server.err" 3>&- &
    server=$!
    started+=("$server")
    wait_for_file "${prefix}port" || return 1
    port=$(cat "${prefix}port")
    # shellcheck disable=SC2034 # read by the tests
    url=http://127.0.0.1:$port
}

start_deaf() {
    as=deaf start_server "$src" --deaf
}

# A port where nothing listens.
closed_port() {
    "$MNISTPREP_TEST_PYTHON" -E -S -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

patiently() {
    run --separate-stderr timeout -k 1 "$MNISTPREP_TEST_PATIENCE" "$@"
}

fetch() {
    local name=$1
    shift
    patiently "$MNISTPREP" --catalogue "$fixtures/$name.json" fetch "$name" \
        --only-mirrors "$@"
}

tiny() {
    fetch tiny "$@"
}

duo() {
    fetch duo "$@"
}

mini() {
    fetch mini "$@"
}

in_background() {
    local name=$1
    shift
    "$MNISTPREP" "$@" >"$name.out" 2>"$name.err" 3>&- &
    started+=("$!")
    printf -v "${name}_pid" %s "$!"
}

# wait_until SECONDS COMMAND...: until it succeeds.
wait_until() {
    local i n=$(($1 * 50))
    shift
    for ((i = 0; i < n; i++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.02
    done
    echo "this did not come true: $*" >&2
    return 1
}

# --- looking

# log_select WHAT REGEX [FILE]: one value per line of the log that matches.
log_select() {
    "$MNISTPREP_TEST_PYTHON" -E -S - "$@" <<'PY'
import json, os, re, sys
what, pattern = sys.argv[1:3]
path = sys.argv[3] if len(sys.argv) > 3 else 'requests'
if os.path.exists(path):
    for line in open(path):
        record = json.loads(line)
        if re.search(pattern, record['target']):
            value = record.get(what, record.get('headers', {}).get(what))
            print('-' if value is None else value)
PY
}

requests() {
    log_select n "$1" "${2-requests}" | wc -l
}

request_times() {
    log_select time "$1" "${2-requests}"
}

# The server has them open: removing them would only hide them.
forget() {
    : >requests
    : >ends
}

header() {
    log_select "$1" "$2" "${3-requests}"
}

sent() {
    log_select body "$1" "${2-ends}" | awk '{ n += $1 } END { print n + 0 }'
}

assert_fetched() {
    local name=$1 from names=("${duo_files[@]}") file
    case $name in
    tiny) from=$src names=("${tiny_files[@]}") ;;
    *) from=$fixtures/$name-src ;;
    esac
    for file in "${names[@]}"; do
        assert_same "$from/$file" "data/$name/raw/$file" || return 1
    done
    assert_no_residue "data/$name/raw" "${names[@]}"
}

# assert_no_residue DIR NAMES...: these, the receipt, and nothing else, of
# whatever kind.
assert_no_residue() {
    local dir=$1 got want
    shift
    got=$(cd "$dir" && find . -mindepth 1 | LC_ALL=C sort)
    want=$(printf './%s\n' "$@" receipt.json | LC_ALL=C sort)
    if [ "$got" != "$want" ]; then
        printf 'in %s there is:\n%s\nexpected:\n%s\n' "$dir" "$got" "$want" >&2
        return 1
    fi
}

assert_nothing() {
    [ ! -e data ] || assert_no_leftovers data
}

# The partial of a file rests under its public name, with its sidecar.
assert_resting() {
    local dir=$1 file=$2
    if [ ! -s "$dir/$file.part" ] || [ ! -s "$dir/$file.part.json" ]; then
        ls -la "$dir" >&2
        seen "expected $file.part and its sidecar" || return 1
    fi
}

assert_no_control_bytes() {
    if printf '%s' "$stderr$output" |
        LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]'; then
        seen "a control byte was printed" || return 1
    fi
    if printf '%s' "$stderr$output" | LC_ALL=C grep -qP \
        '\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]'; then
        seen "a C1 or bidi control was printed" || return 1
    fi
    if ! printf '%s' "$stderr$output" | iconv -f UTF-8 -t UTF-8 >/dev/null; then
        seen "what was printed is not UTF-8" || return 1
    fi
}

assert_stderr() {
    printf '%s' "$stderr" | LC_ALL=C grep -qiE -e "$1" ||
        seen "standard error does not match: $1"
}

# (A bare `! grep` does not fail a test.)
refute_stderr() {
    ! printf '%s' "$stderr" | LC_ALL=C grep -qiE -e "$1" ||
        seen "standard error matches: $1"
}

no_match() {
    if grep -E -e "$1" "$2" >&2; then
        echo "$2 has a line that matches $1" >&2
        return 1
    fi
}

# equals WHAT GOT WANT
equals() {
    [ "$2" = "$3" ] || seen "$1: $2, expected $3"
}

now() {
    date +%s.%N
}

# The seconds that five runs take which do nothing: next to none, unless others
# keep the machine busy.
seconds_of_nothing() {
    local begin
    begin=$(now)
    for _ in 1 2 3 4 5; do
        "$MNISTPREP" version >/dev/null
    done
    awk -v a="$begin" -v b="$(now)" 'BEGIN { print b - a }'
}

assert_within() {
    awk -v a="$1" -v b="$2" -v s="$3" 'BEGIN { exit !(b - a <= s) }' ||
        awk -v a="$1" -v b="$2" -v s="$3" -v more="$(seconds_of_nothing)" '
            BEGIN { print b - a " s, and " more " s for nothing"
                    exit !(b - a <= s + more) }' >&2 ||
        seen "expected no more than $3 seconds"
}

assert_at_least() {
    awk -v a="$1" -v b="$2" -v s="$3" 'BEGIN { exit !(b - a >= s) }' || {
        seen "took $(awk -v a="$1" -v b="$2" 'BEGIN { print b - a }') s," \
            "expected at least $3"
        return 1
    }
}

# --- conditions

need_strace() {
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null ||
        skip "strace (ptrace) is refused here"
    # LeakSanitizer cannot work under ptrace.
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    fi
}

# mount_here DIR ARGS...: mount ARGS DIR, undone in teardown; or skip.
mount_here() {
    local dir=$1 why
    shift
    mkdir -p "$dir"
    why=$(mount "$@" "$dir" 2>&1) || skip "mount is refused here: $why"
    mounted+=("$PWD/$dir")
}

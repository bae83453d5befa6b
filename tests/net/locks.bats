#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: many at once, with locks that work and with locks that lie, and
# waiting for one that is stopped. Scenarios F19, F20 of the robustness table.
#
#   MNISTPREP_TEST_ROUNDS   rounds of 16 processes (default: 5, and 20 with
#                           MNISTPREP_TEST_SLOW=1)

load net

setup_file() {
    net_fixtures
    if [ "${MNISTPREP_TEST_SLOW-0}" = 1 ]; then
        : "${MNISTPREP_TEST_ROUNDS:=20}"
    fi
    export MNISTPREP_TEST_ROUNDS=${MNISTPREP_TEST_ROUNDS:-5}
}

# rounds EXPECTED ARGS...: 16 at the same instant, into an empty directory, as
# many rounds as asked for; each file asked for EXPECTED times in a round
# (nothing: any number).
rounds() {
    local expected=$1 round i n file
    shift
    for ((round = 1; round <= MNISTPREP_TEST_ROUNDS; round++)); do
        rm -rf data out err
        mkdir out err
        forget
        "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" --catalogue \
            "$fixtures/duo.json" fetch duo --only-mirrors "$@" <<'PY' ||
import os, subprocess, sys, time
env = dict(os.environ)
if 'LIES' in env:
    env['LD_PRELOAD'] = env['LIES']
ps = [subprocess.Popen(sys.argv[1:], env=env, stdout=open('out/%d' % i, 'w'),
                       stderr=open('err/%d' % i, 'w')) for i in range(16)]
end = time.monotonic() + 60
codes = []
for p in ps:
    try:
        codes.append(p.wait(max(0.1, end - time.monotonic())))
    except subprocess.TimeoutExpired:
        p.kill()
        codes.append('hangs')
if any(codes):
    print('exit statuses:', codes, file=sys.stderr)
    sys.exit(1)
PY
            {
                head -50 err/* >&2
                echo "round $round" >&2
                return 1
            }
        for ((i = 0; i < 16; i++)); do
            [ "$(cat "out/$i")" = \
                "$(printf 'data/duo/raw/%s\n' "${duo_files[@]}")" ]
        done
        assert_fetched duo || {
            echo "round $round" >&2
            return 1
        }
        [ -n "$expected" ] || continue
        for file in "${duo_files[@]}"; do
            n=$(requests "$file")
            [ "$n" -eq "$expected" ] || {
                echo "round $round: $file was asked for $n times" >&2
                return 1
            }
        done
    done
}

lying_locks() {
    local compiler
    compiler=$(command -v "${CC:-cc}" || command -v gcc) ||
        skip "no C compiler for the LD_PRELOAD shim"
    "$compiler" -shared -fPIC -o lies.so "$net_dir/preload_lock.c" -ldl
    export LIES=$PWD/lies.so
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
    fi
    # Does it lie? Two of these at once, and neither waits.
    command -v flock >/dev/null || skip "no flock to see whether the shim works"
    touch probe
    LD_PRELOAD=$LIES flock -F probe sh -c 'echo >held; exec sleep 60' 3>&- &
    started+=("$!")
    wait_for_file held
    LD_PRELOAD=$LIES flock -n probe true
    kill "$!"
}

@test "F19 16 at once, with locks: all 0, right files, one download per file" {
    start_server "$fixtures/duo-src"
    rounds 1 --mirror "$url/ok/"
}

@test "F19 16 at once over a slow mirror: still one download per file" {
    start_server "$fixtures/duo-src"
    MNISTPREP_TEST_ROUNDS=1 rounds 1 --mirror "$url/slow-range:1.5/"
}

@test "F19 16 at once, with locks that lie: all 0, right files, no residue" {
    start_server "$fixtures/duo-src"
    lying_locks
    rounds '' --mirror "$url/ok/"
}

@test "F19 16 at once, with locks that lie, from a mirror that cuts" {
    start_server "$fixtures/duo-src"
    lying_locks
    rounds '' --retries 5 --mirror "$url/cut-often/"
}

@test "F19 16 at once from a directory, with locks and with locks that lie" {
    export MNISTPREP_TEST_ROUNDS=$(((MNISTPREP_TEST_ROUNDS + 4) / 5))
    rounds '' --mirror "$fixtures/duo-src"
    lying_locks
    rounds '' --mirror "$fixtures/duo-src"
}

# --- F20

# A process that is stopped while it holds the lock: $one_pid.
start_holder() {
    start_server "$fixtures/duo-src"
    in_background one --catalogue "$fixtures/duo.json" fetch duo \
        --only-mirrors --mirror "$url/slow-range:2/"
    wait_until 10 find_part
    kill -STOP "$one_pid"
}

find_part() {
    [ -n "$(find data -name '.*.part' -size +1000c)" ]
}

# told NAME: the process of that name has said for whom it waits.
told() {
    grep -qw "$one_pid" "$1.err"
}

holder_ends_well() {
    kill -CONT "$one_pid"
    wait "$one_pid" || seen "the holder failed: $? $(cat one.err)"
    assert_fetched duo
    equals 'what the holder printed' "$(cat one.out)" \
        "$(printf 'data/duo/raw/%s\n' "${duo_files[@]}")"
}

@test "F20 the holder is stopped: told so with its pid, 4 when the time is over" {
    start_holder
    "$MNISTPREP_TEST_PYTHON" -E -S - "$one_pid" "$MNISTPREP" --catalogue \
        "$fixtures/duo.json" fetch duo --only-mirrors --lock-timeout 2 \
        --mirror "$url/ok/" <<'PY'
import subprocess, sys, time
holder = sys.argv[1]
begin = time.monotonic()
p = subprocess.Popen(sys.argv[2:], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
first = p.stderr.readline().decode()
told = time.monotonic() - begin
out, rest = p.communicate(timeout=10)
took = time.monotonic() - begin
print('after %.2f s: %s' % (told, first), 'after %.2f s: %s' % (took, rest.decode()),
      file=sys.stderr)
assert holder in first.split() + first.replace(',', ' ').split(), first
print(told, took, file=open('told-took', 'w'))
assert p.returncode == 4, p.returncode
assert out == b'', out
last = rest.decode().splitlines()[-1]
assert last.startswith('mnistprep fetch: ') and holder in last and 'again' in last, last
PY
    local told took
    read -r told took <told-took
    assert_within 0 "$told" 1.5
    assert_at_least 0 "$took" 1.9
    assert_within 0 "$took" 3
    equals 'requests' "$(requests '^/ok/')" 0
    holder_ends_well
}

@test "F20 the one that waits goes on when the holder is done, without a request" {
    start_holder
    in_background two --catalogue "$fixtures/duo.json" fetch duo \
        --only-mirrors --mirror "$url/ok/"
    wait_until 10 told two
    holder_ends_well
    wait "$two_pid" || seen "the other failed: $? $(cat two.err)"
    equals 'requests' "$(requests '^/ok/')" 0
    assert_fetched duo
}

@test "F20 the holder is killed: its lock goes with it" {
    start_holder
    in_background two --catalogue "$fixtures/duo.json" fetch duo \
        --only-mirrors --mirror "$url/slow-range:0.1/"
    wait_until 10 told two
    kill -KILL "$one_pid"
    wait "$two_pid" || seen "the other failed: $? $(cat two.err)"
    assert_fetched duo
}

@test "F20 --lock-timeout 0 does not wait; SIGINT ends the waiting" {
    start_holder
    local start
    start=$(now)
    duo -q --lock-timeout 0 --mirror "$url/ok/"
    assert_within "$start" "$(now)" 1
    assert_status 4
    assert_one_error_line "$one_pid"
    "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" --catalogue \
        "$fixtures/duo.json" fetch duo --only-mirrors --mirror "$url/ok/" <<'PY'
import signal, subprocess, sys, time
p = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE)
p.stderr.readline()  # it waits, and says for whom
p.send_signal(signal.SIGINT)
begin = time.monotonic()
assert p.wait(10) == -signal.SIGINT, p.returncode
print(time.monotonic() - begin, file=open('took', 'w'))
PY
    assert_within 0 "$(cat took)" 2
    holder_ends_well
}

@test "F20 the holder is told by the file, not by its number on another disk" {
    local disk
    command -v flock >/dev/null || skip "no flock"
    for disk in a b; do
        mount_here "$disk" -t tmpfs tmpfs
        mkdir -p "$disk/mini/raw"
        flock -F "$disk/mini/raw" sleep 60 3>&- &
        started+=("$!")
        echo "$!" >"holder-$disk"
    done
    [ "$(stat -c %i a/mini/raw)" = "$(stat -c %i b/mini/raw)" ] ||
        skip "two file systems number their files in different ways"
    sleep 0.3
    for disk in a b; do
        mini -q -C "$disk" --lock-timeout 0 --mirror "$fixtures/mini-src"
        assert_status 4
        assert_one_error_line "locked by process $(cat "holder-$disk") "
    done
}

@test "F20 a holder that cannot be seen from here has no number" {
    unshare -r --pid --fork --mount-proc true 2>/dev/null ||
        skip "namespaces are refused here"
    command -v flock >/dev/null || skip "no flock"
    mkdir -p data/mini/raw
    flock -F data/mini/raw sleep 60 3>&- &
    started+=("$!")
    sleep 0.3
    patiently unshare -r --pid --fork --mount-proc "$MNISTPREP" -q --catalogue \
        "$fixtures/mini.json" fetch mini --only-mirrors --lock-timeout 0 \
        --mirror "$fixtures/mini-src"
    assert_status 4
    assert_one_error_line 'locked by another process'
}

@test "F20 other datasets do not wait" {
    start_holder
    mini --lock-timeout 0 --mirror "$url/404/" --mirror "$fixtures/mini-src"
    assert_status 0
    holder_ends_well
}

@test "F20 -n and --check do not wait" {
    start_holder
    local start
    start=$(now)
    duo -n --lock-timeout 0 --mirror "$url/ok/"
    assert_status 0
    duo --check --lock-timeout 0 --mirror "$url/ok/"
    assert_status 10
    assert_within "$start" "$(now)" 2
    holder_ends_well
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: what is not reached at all, several datasets, options, directories,
# signals and terminals.

# Set by net.bash, fetch.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load fetch

# --- what is not reached at all

@test "fetch: --offline with nothing on disk: 4, and no socket" {
    need_strace
    start_server
    run --separate-stderr strace -f -o trace -e trace=socket,connect \
        "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --offline \
        --mirror "$url/ok/"
    assert_status 4
    assert_by_hand 'this is offline' "${tiny_files[@]}"
    no_match 'AF_INET' trace
    [ "$(requests '')" -eq 0 ]
    assert_nothing
}

# assert_by_hand WHY FILES...: a line for each file, in order, and no other: why
# it is not there, from where to get it, its hash, and where to put it.
assert_by_hand() {
    local why=$1 file line sum
    shift
    assert_stderr_line_count "$#" || return 1
    while IFS= read -r line; do
        file=$1
        sum=$(sha256sum <"$src/$file") || return 1
        [[ $line == "mnistprep fetch: $file: "*"$why"*"get http://127.0.0.1:9/$file (SHA-256 ${sum%% *}) and put it at '$raw/$file'" ]] ||
            seen "not how to get $file: $line" || return 1
        shift
    done <<<"$stderr"
}

@test "fetch: --offline tells of each file how to get it, and writes nothing" {
    tiny --offline -q
    assert_status 4
    assert_by_hand 'not on disk, and this is offline' "${tiny_files[@]}"
    assert_no_stdout
    assert_absent data
    # A dry run refuses what the run would refuse; --check only asks.
    tiny --offline -q -n
    assert_status 4
    assert_by_hand 'not on disk, and this is offline' "${tiny_files[@]}"
    tiny --offline -q --check
    assert_status 10
    assert_one_error_line '4 files are to be fetched'
    # With --json, too, and a directory that was asked in vain.
    tiny --offline -q --json
    assert_by_hand 'not on disk, and this is offline' "${tiny_files[@]}"
    mkdir empty
    tiny --offline -q --mirror empty
    assert_status 4
    assert_by_hand 'no mirror has it right: empty: it has no such file; name another --mirror, or ' \
        "${tiny_files[@]}"
}

@test "fetch: --offline, all mirrors are directories: the name and the hash" {
    local sum
    mkdir empty
    fixture catalogue local.json --name tiny --dir "$src" --mirror "$PWD/empty"
    mp -q --catalogue local.json fetch tiny --offline
    assert_status 4
    sum=$(sha256sum <"$src/${tiny_files[0]}")
    [[ ${stderr%%$'\n'*} == *"get ${tiny_files[0]} (SHA-256 ${sum%% *}) and put it at '$raw/${tiny_files[0]}'" ]] ||
        seen "not what to get: ${stderr%%$'\n'*}"
    # With no mirror to ask at all, too.
    mp -q --catalogue local.json fetch tiny --offline --only-mirrors
    assert_status 4
    [[ ${stderr%%$'\n'*} == *"get ${tiny_files[0]} (SHA-256 ${sum%% *}) and put it at '$raw/${tiny_files[0]}'" ]] ||
        seen "not what to get: ${stderr%%$'\n'*}"
}

@test "fetch: --offline tells of the files of all datasets, and the worst decides" {
    fixture dataset other --seed 99
    fixture catalogue other.json --name other --dir other
    "$MNISTPREP_TEST_PYTHON" - "$fixtures/tiny.json" <<'PY'
import json, sys
one, other = (json.load(open(f)) for f in (sys.argv[1], 'other.json'))
one['datasets'] += other['datasets']
json.dump(one, open('both.json', 'w'))
PY
    mp -q --catalogue both.json fetch other tiny --offline
    assert_status 4
    assert_stderr_line_count 8
    [ "$(grep -c "and put it at 'data/other/raw" <<<"$stderr")" -eq 4 ]
    # A file that is not ours is in the way: the last line, and the status.
    mkdir -p data/other/raw
    echo mine >"data/other/raw/${tiny_files[0]}"
    mp -q --catalogue both.json fetch other tiny --offline
    assert_status 2
    assert_stderr_line_count 8
    assert_error_line "other/raw/${tiny_files[0]}' is there, but"
    [ "$(grep -c 'and put it at' <<<"$stderr")" -eq 7 ]
}

@test "fetch: --offline calls damage damage, and writes nothing" {
    tiny --mirror "$src"
    assert_status 0
    fixture truncate "$src/${tiny_files[2]}" "$PWD/short" --keep 1000
    cat short >"data/tiny/raw/${tiny_files[2]}"
    rm "data/tiny/raw/${tiny_files[1]}"
    snapshot data >before
    tiny --offline -q
    assert_status 4
    assert_by_hand 'and this is offline' "${tiny_files[1]}" "${tiny_files[2]}"
    assert_error_line "${tiny_files[2]}: damaged on disk"
    snapshot data >after
    assert_same before after
    cp "$src/${tiny_files[1]}" data/tiny/raw
    tiny --offline -q
    assert_status 4
    assert_one_error_line "${tiny_files[2]}: damaged on disk.*offline"
}

@test "fetch: --offline and MNISTPREP_OFFLINE=1" {
    start_server
    MNISTPREP_OFFLINE=1 mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "$url/ok/"
    assert_status 4
    assert_by_hand offline "${tiny_files[@]}"
    [ "$(requests '')" -eq 0 ]
    assert_nothing
    # Everything on disk: done.
    tiny --mirror "$src"
    assert_status 0
    tiny --offline --mirror "$url/ok/"
    assert_status 0
    assert_paths
    MNISTPREP_OFFLINE=1 tiny --mirror "$url/ok/"
    assert_status 0
    # Empty means unset.
    rm -r data
    MNISTPREP_OFFLINE='' tiny --mirror "$url/ok/"
    assert_status 0
    assert_tiny
    [ "$(requests '')" -eq 4 ]
}

@test "fetch: plain http to another machine is refused, without a connection" {
    need_strace
    local url
    for url in http://192.0.2.1/ http://192.0.2.1:80/x/ HTTP://192.0.2.1/ \
        http://127.0.0.1@192.0.2.1/ http://localhost.invalid/ \
        http://127.0.0.1.invalid/ 'http://[2001:db8::1]/'; do
        run --separate-stderr timeout 20 strace -f -o trace \
            -e trace=connect,sendto,sendmsg,sendmmsg \
            "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
            --only-mirrors --retries 0 --mirror "$url"
        case $status in
        2 | 4) ;;
        *) seen "$url: expected status 2 or 4" ;;
        esac
        assert_one_error_line 'http'
        if grep -E 'AF_INET6?' trace; then
            echo "$url: something was sent" >&2
            return 1
        fi
        assert_nothing
    done
}

@test "fetch: other kinds of URLs are refused" {
    local url
    for url in ftp://127.0.0.1/ gopher://127.0.0.1/ scp://127.0.0.1/ 'javascript:x'; do
        run --separate-stderr timeout 5 "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" \
            fetch tiny --only-mirrors --mirror "$url"
        case $status in
        2 | 4) ;;
        *) seen "$url: expected status 2 or 4" ;;
        esac
        assert_one_error_line .
        assert_nothing
    done
}

@test "fetch: a redirect to plain http elsewhere is not followed" {
    need_strace
    start_server
    run --separate-stderr timeout 20 strace -f -o trace -e trace=connect \
        "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --retries 0 --mirror "$url/redirect-away/"
    assert_status 4
    no_match '192\.0\.2\.1' trace
}

@test "fetch: --only-mirrors without --mirror has nothing to ask" {
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0
    assert_status 4
    assert_by_hand 'there is no mirror to ask' "${tiny_files[@]}"
    assert_nothing
}

@test "fetch: on a terminal it says what comes next, and only there" {
    local words="--catalogue $fixtures/tiny.json fetch tiny --only-mirrors --mirror $src"
    # shellcheck disable=SC2086 # words are meant
    oracle pty --stderr run $words >out
    grep -qx "next: mnistprep prep tiny --catalogue '$fixtures/tiny.json'" out || seen "$(cat out)"
    # What it says works.
    eval "\"\$MNISTPREP\" $(sed -n 's/^next: mnistprep //p' out)" >/dev/null
    # shellcheck disable=SC2086
    oracle pty --stderr run $words -C "other place" >out
    grep -qx "next: mnistprep prep tiny -C 'other place' --catalogue '$fixtures/tiny.json'" out ||
        seen "$(cat out)"
    for more in -q -n --json; do
        # shellcheck disable=SC2086
        oracle pty --stderr run $words $more >out
        no_match '^next' out
    done
    # shellcheck disable=SC2086
    oracle pty run $words >out
    no_match '^next' out
    # shellcheck disable=SC2086
    mp $words
    assert_no_stderr
}

@test "fetch: --cacert that cannot be read: 1, and nobody is asked" {
    start_server
    tiny --cacert none.pem --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line "--cacert: cannot read 'none.pem'"
    [ "$(requests '')" -eq 0 ]
}

@test "fetch -n: says what it would do, asks nobody, writes nothing" {
    start_server
    tiny -n --mirror "$url/ok/"
    assert_status 0
    [ -n "$stderr" ]
    [[ $stderr == *"${tiny_files[0]}"* ]] || seen "expected the name of the file"
    [ "$(requests '')" -eq 0 ]
    assert_absent data
}

# --- names, options, directories

@test "fetch: unknown dataset: 2, with a suggestion" {
    mp -q --catalogue "$fixtures/tiny.json" fetch tiyn
    assert_status 2
    assert_one_error_line 'tiyn.*tiny'
    mp -q fetch mnsit
    assert_status 2
    assert_one_error_line "did you mean 'mnist'"
    mp -q fetch xyzzy-nothing-like-it
    assert_status 2
    assert_one_error_line xyzzy
    [[ $stderr != *'did you mean'* ]] || seen "expected no suggestion"
    assert_absent data
}

@test "fetch: several datasets at once; the most severe status wins" {
    fixture dataset src2 --seed 5
    fixture catalogue two.json --name tiny --dir "$src" --name tony --dir src2
    mp --catalogue two.json fetch tiny --only-mirrors --mirror "$src"
    assert_status 0
    # tiny is there already; tony comes from src2
    mp --catalogue two.json fetch tiny tony --only-mirrors --mirror src2
    assert_status 0
    assert_stdout "$(printf 'data/tiny/raw/%s\n' "${tiny_files[@]}"; printf 'data/tony/raw/%s\n' "${tiny_files[@]}")"
    assert_same "src2/${tiny_files[0]}" "data/tony/raw/${tiny_files[0]}"
}

@test "fetch -q: nothing but the paths" {
    start_server
    tiny -q --mirror "$url/ok/"
    assert_status 0
    assert_no_stderr
    assert_paths
}

@test "fetch: into -C DIR, into \$MNISTPREP_DATA_DIR, into a name with a space" {
    mp --catalogue "$fixtures/tiny.json" fetch -C 'my data/é' tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_same "$src/${tiny_files[0]}" "my data/é/tiny/raw/${tiny_files[0]}"
    [ "${lines[0]}" = "my data/é/tiny/raw/${tiny_files[0]}" ]
    MNISTPREP_DATA_DIR=elsewhere tiny --mirror "$src"
    assert_status 0
    assert_same "$src/${tiny_files[0]}" "elsewhere/tiny/raw/${tiny_files[0]}"
    assert_absent data
}

@test "fetch: umask decides the permissions" {
    (umask 077 && "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$src" >/dev/null)
    [ "$(stat -c %a "$raw/${tiny_files[0]}")" = 600 ]
    rm -r data
    (umask 022 && "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$src" >/dev/null)
    [ "$(stat -c %a "$raw/${tiny_files[0]}")" = 644 ]
}

@test "fetch: a data directory that cannot be written: 1" {
    local dir=ro/data
    mkdir ro
    chmod 555 ro
    # root may write there all the same; sysfs takes no new directories.
    [ "$(id -u)" -ne 0 ] || dir=/sys/kernel/mnistprep-test
    mp -q -C "$dir" --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --mirror "$src"
    chmod 755 ro
    assert_status 1
    assert_one_error_line "$dir|mnistprep-test"
}

@test "fetch: a data directory that is a file: 1 or 2" {
    echo x >data
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror "$src"
    case $status in
    1 | 2) ;;
    *) seen "expected status 1 or 2" ;;
    esac
    assert_one_error_line data
    [ "$(cat data)" = x ]
}

@test "fetch: a disk that is full: 1, and nothing half is left" {
    # 4 KiB blocks of a file size limit: the first images do not fit.
    run --separate-stderr bash -c 'ulimit -f 4; exec "$@"' - "$MNISTPREP" -q \
        --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --mirror "$src"
    assert_status 1
    assert_one_error_line 'large|limit|space|full'
    assert_absent "$raw/${tiny_files[0]}"
    assert_no_leftovers data 'tiny/raw/receipt.json' "${tiny_files[@]/#/tiny/raw/}"
}

@test "fetch > /dev/full: 1" {
    run --separate-stderr bash -c 'exec "$@" >/dev/full' - "$MNISTPREP" -q \
        --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --mirror "$src"
    assert_status 1
    assert_one_error_line 'standard output|stdout|space'
}

@test "fetch: a catalogue cannot name files outside the directory" {
    local name
    for name in ../evil.gz /tmp/evil.gz a/../../evil.gz .. '' receipt.json; do
        "$MNISTPREP_TEST_PYTHON" - "$fixtures/tiny.json" "$name" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    catalogue = json.load(f)
catalogue['datasets'][0]['splits'][0]['images']['file'] = sys.argv[2]
with open('evil.json', 'w') as f:
    json.dump(catalogue, f)
PY
        cp -r "$src" mirror
        cp "$src/${tiny_files[0]}" evil.gz
        mp -q --catalogue evil.json fetch tiny --only-mirrors --mirror mirror
        [ "$status" -ne 0 ] || seen "$name: expected a refusal"
        assert_error_line .
        assert_absent data/tiny/evil.gz data/evil.gz /tmp/evil.gz
        rm -rf mirror data evil.gz
    done
    # The same for the name of a dataset.
    fixture catalogue evil.json --name ../../evil --dir "$src"
    mp -q --catalogue evil.json fetch ../../evil --only-mirrors --mirror "$src"
    [ "$status" -ne 0 ] || seen "expected a refusal"
    assert_absent ../../evil ../evil
}

# --- signals and terminals

# python starts it: a shell's background job would ignore SIGINT.
interrupted_by() {
    "$MNISTPREP_TEST_PYTHON" - "$1" "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$url/slow:20/" <<'PY'
import signal, subprocess, sys, time
number = getattr(signal, sys.argv[1])
p = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
end = time.monotonic() + 10
while time.monotonic() < end:
    try:
        if open('requests').read().count('\n'):
            break
    except OSError:
        pass
    time.sleep(0.02)
time.sleep(0.3)
begin = time.monotonic()
p.send_signal(number)
_, stderr = p.communicate(timeout=20)
took = time.monotonic() - begin
print('status', p.returncode, 'after', took, stderr, file=sys.stderr)
sys.exit(not (p.returncode == -number and took < 3))
PY
}

@test "fetch: SIGINT and SIGTERM: cleans up and dies by the signal" {
    start_server
    interrupted_by SIGINT
    assert_nothing
    : >requests
    interrupted_by SIGTERM
    assert_nothing
}

@test "fetch: on a terminal there is a progress line, in a pipe none" {
    start_server
    "$MNISTPREP_TEST_PYTHON" - "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$url/slow:0.8/" <<'PY'
import os, pty, select, subprocess, sys
master, slave = pty.openpty()
env = dict(os.environ, TERM='xterm', COLUMNS='')
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=slave, stdin=slave, env=env)
os.close(slave)
seen = b''
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
p.stdout.read()
assert p.wait() == 0, (p.returncode, seen)
bare = seen.replace(b'\r\n', b'\n')
assert b'\r' in bare, 'no progress line on a terminal: %r' % seen
assert b'%' in bare, 'no percentage: %r' % seen
PY
    rm -r data
    tiny --mirror "$url/slow:0.2/"
    assert_status 0
    assert_no_control_bytes
    rm -r data
    tiny --progress none --mirror "$url/slow:0.2/"
    assert_status 0
    assert_no_control_bytes
}

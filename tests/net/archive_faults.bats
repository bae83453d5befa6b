#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch of one split out of a remote zip (D5): servers that fail or lie, the
# next mirror, interruption.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, and is to be one
# shellcheck disable=SC2154 # net.bash sets url, fixtures, status, ...

load archive

# --- servers that fail

@test "D5 cut, reset or busy in the middle of a member: asked again" {
    need_libzip
    serve
    local mode
    for mode in nth-cut:1 nth-cut:2 nth-cut:3 nth-reset:4 nth-503:1 nth-503:3; do
        rm -rf data
        letters --mirror "$url/$mode/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_letters
    done
}

@test "D5 cut for ever: 4, as often as --retries says" {
    need_libzip
    serve
    letters -q --retries 1 --mirror "$url/from-cut:3/"
    # (The URL has the words of the mode.)
    assert_refused 4 'was cut|was closed|less than'
    # Three members need a request of their own, each is tried twice.
    local n
    n=$(requests .)
    [ "$n" -le 8 ] || seen "$n requests"
}

@test "D5 a server without Range: 4, said so, and little of the zip is taken" {
    need_libzip
    archives emnist big --pad 20000000
    serve "$PWD/big/src"
    local mode
    for mode in from-whole:1 chunked close-delimited no-range; do
        rm -rf data
        forget
        letters -q --mirror "$url/$mode/"
        assert_refused 4 'Range|parts of' "$mode"
        equals "$mode: requests" "$(requests .)" 1
        [ "$(sent .)" -lt 8000000 ] || seen "$mode: $(sent .) bytes sent"
    done
}

@test "D5 a server that stops to serve ranges after the directory" {
    need_libzip
    serve
    local mode
    for mode in from-whole:2 from-whole:3; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_refused 4 'Range|parts of' "$mode"
    done
}

@test "D5 416 and 404, at once and later: 4, the status is named" {
    need_libzip
    serve
    local mode
    for mode in 416 from-416:1 from-416:2 from-416:3 404 from-404:3; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        case $mode in
        *416*) assert_refused 4 'status 416' "$mode" ;;
        *) assert_refused 4 'status 404' "$mode" ;;
        esac
    done
}

@test "D5 after a failure the message says what to do" {
    need_libzip
    serve
    local mode
    for mode in 404 from-whole:1; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_status 4
        assert_one_error_line 'try again|--mirror|get .*gzip\.zip'
    done
}

@test "D5 a web page instead of the zip: 3, said to be one" {
    need_libzip
    serve
    local mode
    for mode in html html-as-gzip; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_refused 3 'web page' "$mode"
    done
    flawed html
    serve "$PWD/z"
    rm -rf data
    letters -q --mirror "$url/ok/"
    assert_refused 3 'web page' 'with ranges'
    rm -rf data
    letters -q --mirror z
    assert_refused 3 'web page' 'in a directory'
}

@test "D5 silence, garbage, an empty body, an endless one: an error, no hang" {
    need_libzip
    serve
    local mode
    for mode in drop garbage empty endless huge-length bad-length no-content; do
        rm -rf data
        letters -q --retries 0 --mirror "$url/$mode/"
        [[ $status == [34] ]] || seen "$mode: expected status 3 or 4"
        assert_absent "$raw/$first"
        assert_only_right
    done
    rm -rf data
    letters -q --retries 0 --stall-timeout 1 --mirror "$url/no-headers/"
    assert_refused 4 'slow|silen|time|stall|nothing'
}

@test "D5 --max-time ends it in the middle of a member: 4, the next run goes on" {
    need_libzip
    serve
    local start
    start=$(now)
    letters -q --max-time 2 --mirror "$url/slow-part:6/" --mirror "$url/ok/"
    assert_within "$start" "$(now)" 3.5
    assert_refused 4 '--max-time of 2 s is over'
    equals 'requests to the next one' "$(requests '^/ok/')" 0
    letters --mirror "$url/ok/"
    assert_status 0
    assert_letters
}

@test "D5 Retry-After is waited for, and is told; beyond --max-time: 4 at once" {
    need_libzip
    serve
    local first second start
    letters --mirror "$url/retry-after:2/"
    assert_status 0
    assert_letters
    { read -r first && read -r second; } < <(request_times .)
    assert_at_least "$first" "$second" 2
    assert_stderr 'gzip.zip: trying again in 2'
    rm -rf data
    forget
    start=$(now)
    letters -q --max-time 20 --mirror "$url/flaky:429,9,30/"
    assert_within "$start" "$(now)" 2
    assert_refused 4 '429.*in 30 s, beyond --max-time'
    equals requests "$(requests .)" 1
}

@test "D5 SIGINT while it waits for the server: dies by it, at once" {
    need_libzip
    serve
    "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" --catalogue "$catalogue" \
        fetch letters --only-mirrors --mirror "$url/flaky:429,9,30/" <<'PY'
import signal, subprocess, sys, time
p = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
for line in p.stderr:
    if 'trying again' in line:
        break
p.send_signal(signal.SIGINT)
begin = time.monotonic()
assert p.wait(10) == -signal.SIGINT, p.returncode
assert time.monotonic() - begin < 2
PY
}

# --- servers that lie

@test "D5 a zip that changes between requests is never spliced" {
    need_libzip
    serve
    local mode
    for mode in from-changed:2 from-changed:3 from-etag:2 from-etag:3 \
        from-total:2 from-total:3; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_refused 4 . "$mode"
    done
}

@test "D5 a zip that changes between requests: the message says that it did" {
    need_libzip
    serve
    local mode
    for mode in from-etag:3 from-total:3 from-changed:3; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_refused 4 'has changed|another version' "$mode"
    done
}

@test "D5 other bytes under the same ETag: 3, by CRC and hash" {
    need_libzip
    serve
    local mode
    for mode in from-spoiled:2 from-spoiled:3; do
        rm -rf data
        letters -q --mirror "$url/$mode/"
        assert_refused 3 . "$mode"
    done
}

@test "D5 parts too early, too long, too short, in pieces: refused, no overflow" {
    need_libzip
    serve
    local kind n
    for kind in early long long-lie short multipart; do
        for n in 1 2 3; do
            # One byte can neither begin earlier nor be halved.
            [[ $n:$kind != 1:early && $n:$kind != 1:short ]] || continue
            rm -rf data
            letters -q --retries 0 --mirror "$url/from-$kind:$n/"
            [[ $status == [34] ]] || seen "$kind:$n: expected status 3 or 4"
            assert_absent "$raw/${names[0]}"
            assert_only_right
        done
    done
}

@test "D5 a total that is none, or that no file has" {
    need_libzip
    serve
    local total
    for total in 0 1 5 '*' -1 4611686018427387904 9223372036854775807 \
        18446744073709551615 99999999999999999999999; do
        rm -rf data
        letters -q --retries 0 --mirror "$url/total:$total/"
        [[ $status == [34] ]] || seen "$total: expected status 3 or 4"
        assert_absent "$raw/$first"
        assert_only_right
    done
}

# --- the next mirror

@test "D5 the next mirror when the first fails: every way, on the line" {
    need_libzip
    serve
    local good=$url mode
    as=bad serve
    for mode in 404 from-416:1 html from-whole:1 from-whole:3 from-404:3 \
        from-spoiled:2 from-spoiled:3 from-etag:3 from-changed:3 from-short:2 \
        total:5 drop; do
        rm -rf data
        letters --retries 0 --mirror "$url/$mode/" --mirror "$good/ok/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_letters
    done
}

@test "D5 the next mirror when the first is no directory, or has no zip" {
    need_libzip
    serve
    mkdir empty
    local dir
    for dir in empty nowhere; do
        rm -rf data
        letters --mirror "$dir" --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$dir: expected status 0"
        assert_letters
    done
    # With no other: as for any file that no mirror has.
    rm -rf data
    letters -q --mirror empty
    assert_refused 4 .
}

@test "D5 the next mirror when the first has a bad zip; what was good is kept" {
    need_libzip
    flawed crc
    serve "$em/src"
    letters --mirror z --mirror "$url/ok/"
    assert_status 0
    assert_letters
    # Only the bad member came from the second.
    local most=$(($(stat -c %s "$em/loose/$first") + 75000))
    [ "$(sent .)" -le "$most" ] || seen "$(sent .) bytes, not $most"
}

@test "D5 a directory with some of the members loose: the others come from the next" {
    need_libzip
    mkdir half
    cp "$em/loose/${names[0]}" "$em/loose/${names[1]}" half
    serve
    letters --mirror half --mirror "$url/ok/"
    assert_status 0
    assert_letters
    # Or from the zip beside them.
    rm -rf data
    cp "$zip" half
    letters --mirror half
    assert_status 0
    assert_letters
}

@test "D5 loose members in a directory: as they are, repacked by payload, dotted, raw" {
    letters --mirror "$em/loose"
    assert_status 0
    assert_letters
    rm -rf data
    # The hash of the file is pinned, that of the payload is not: refused.
    mkdir other
    archives repack "$em/loose/$first" "other/$first"
    letters -q --mirror other
    [ "$status" -ne 0 ] || seen "a repacked copy that nothing vouches for"
    assert_absent "$raw/$first"
    # Pin the payload, and it is good, under whatever name it has.
    cp "$catalogue" pinned.json
    local i part name sum
    for i in 0 1; do
        for part in images labels; do
            name=$(archives get pinned.json "splits.$i.$part.file")
            sum=$(gzip -dc "$em/loose/$name" | sha256sum)
            archives edit pinned.json \
                "splits.$i.$part.payload={\"sha256\":\"${sum%% *}\"}"
            case $i:$part in
            0:images) archives gunzip "$em/loose/$name" "other/${name%.gz}" ;;
            0:labels) archives gunzip "$em/loose/$name" \
                "other/emnist-letters-train-labels.idx1-ubyte" ;;
            1:images) ;;
            1:labels) cp "$em/loose/$name" \
                other/emnist-letters-test-labels.idx1-ubyte.gz ;;
            esac
        done
    done
    catalogue=$PWD/pinned.json
    rm -rf data
    letters --mirror other
    assert_status 0
    assert_stderr 'packed in another way'
    prepare
    assert_status 0
    archives check-prep data/letters/prepared "$em/expected.npz" train
    archives check-prep data/letters/prepared "$em/expected.npz" test
}

@test "D5 a loose member that is damaged: 3, and it is said" {
    mkdir other
    cp "$em"/loose/* other
    fixture flip "$em/loose/$first" "other/$first" --at 500
    letters -q --mirror other
    assert_refused 3 'damaged|SHA-256|another file'
}

# --- interruption

# stop SIGNAL URL: a fetch that gets this signal while a member is on the line;
# prints the return code as python sees it.
stop() {
    "$MNISTPREP_TEST_PYTHON" -E -S - "$@" <<PY
import os, signal, subprocess, sys, time
def lines(path):
    return open(path).read().count('\n') if os.path.exists(path) else 0
p = subprocess.Popen(['$MNISTPREP', '--catalogue', '$catalogue', 'fetch',
                      'letters', '--only-mirrors', '--mirror', sys.argv[2]],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
end = time.time() + 20
while lines('requests') < 3 and time.time() < end and p.poll() is None:
    time.sleep(0.02)
time.sleep(0.4)
p.send_signal(getattr(signal, sys.argv[1]))
print(p.wait(20))
PY
}

@test "D5 SIGINT and SIGTERM during a member: die by it, no half file, the next run succeeds" {
    need_libzip
    serve
    local pair
    for pair in SIGINT:-2 SIGTERM:-15; do
        rm -rf data
        forget
        equals "${pair%:*}" "$(stop "${pair%:*}" "$url/slow-part:5/")" \
            "${pair#*:}"
        assert_absent "$raw/${names[0]}"
        assert_only_right
        letters --mirror "$url/ok/"
        assert_status 0
        assert_letters
    done
}

@test "D5 kill -9 during a member: no half file, the next run succeeds without residue" {
    need_libzip
    serve
    equals 'killed' "$(stop SIGKILL "$url/slow-part:5/")" -9
    assert_absent "$raw/${names[0]}"
    letters --mirror "$url/ok/"
    assert_status 0
    assert_letters
}

@test "D5 kill -9 again and again, at whatever moment: right in the end" {
    need_libzip
    serve
    local i name
    for i in 0.02 0.05 0.1 0.15 0.2 0.25 0.3 0.4; do
        # (python waits for it: nobody may reap a shell's orphan.)
        "$MNISTPREP_TEST_PYTHON" -E -S - "$i" "$MNISTPREP" --catalogue \
            "$catalogue" fetch letters -q --only-mirrors \
            --mirror "$url/slow-part:0.1/" <<'PY'
import subprocess, sys, time
p = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
time.sleep(float(sys.argv[1]))
p.kill()
p.wait()
PY
        for name in "${names[@]}"; do
            [ ! -e "$raw/$name" ] || assert_same "$em/loose/$name" "$raw/$name"
        done
    done
    letters --mirror "$url/ok/"
    assert_status 0
    assert_letters
}

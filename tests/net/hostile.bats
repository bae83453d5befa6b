#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: servers that want to do harm, and files that are in the way. Scenarios
# F13 to F15, F24, F28 of the robustness table.

load net

setup_file() {
    net_fixtures
}

# A program's peak of memory in KiB, and the most bytes below ./data while it
# runs: measured COMMAND... writes them to ./peak and ./most.
measured() {
    patiently "$MNISTPREP_TEST_PYTHON" -E -S -c '
import os, resource, subprocess, sys, time
p = subprocess.Popen(sys.argv[1:])
most = 0
while p.poll() is None:
    total = 0
    for where, _, names in os.walk("data"):
        for name in names:
            try:
                total += os.stat(os.path.join(where, name)).st_blocks * 512
            except OSError:
                pass
    most = max(most, total)
    time.sleep(0.005)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open("peak", "w"))
print(most, file=open("most", "w"))
sys.exit(p.returncode)' "$@"
}

assert_modest() {
    local peak most
    peak=$(cat peak) most=$(cat most)
    [ "${MNISTPREP_SANITIZED-0}" = 1 ] || [ "$peak" -lt 32768 ] ||
        seen "it took $peak KiB of memory"
    # Both files (as large as unpacked copies, which would be accepted), 64 KiB
    # more for each, and a block here and there.
    [ "$most" -lt $((235216 + 308 + 2 * 65536 + 32768)) ] ||
        seen "it took $most bytes of disk"
}

# --- F13

@test "F13 an endless body: stops soon after the file's size, little memory" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in endless huge-length; do
        measured "$MNISTPREP" -q --catalogue "$fixtures/duo.json" fetch duo \
            --only-mirrors --retries 0 --mirror "$url/$mode/"
        [ "$status" -eq 3 ] || seen "$mode: expected status 3"
        assert_one_error_line 'more bytes|larger|longer'
        assert_modest
        assert_nothing
        duo --retries 0 --mirror "$url/$mode/" --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched duo
        rm -r data
    done
}

@test "F13 more bytes than the file has, and fewer, whatever the length says" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in tail:200000 wrong-size:more wrong-size short-length; do
        duo -q --retries 0 --mirror "$url/$mode/"
        [ "$status" -eq 3 ] || seen "$mode: expected status 3"
        assert_nothing
    done
    for mode in long-length bad-length; do
        duo -q --retries 0 --mirror "$url/$mode/"
        [ "$status" -eq 4 ] || seen "$mode: expected status 4"
        assert_one_error_line .
        assert_nothing
    done
}

@test "F13 a gzip bomb of the right size on the line: stopped at the known payload" {
    # 5 GB of zeros are 5 MB of gzip, in members of 100 MB.
    mkdir bomb
    cp "$fixtures/duo-src/$labels" bomb
    fixture bomb member --shape 1,28,28 --bytes 100000000
    local bytes start i
    for ((i = 0; i < 50; i++)); do
        cat member
    done >"bomb/$images"
    bytes=$(stat -c %s "bomb/$images")
    "$MNISTPREP_TEST_PYTHON" -E -S - "$fixtures/duo.json" "$bytes" <<'PY'
import json, sys
doc = json.load(open(sys.argv[1]))
doc['datasets'][0]['splits'][0]['images']['bytes'] = int(sys.argv[2])
json.dump(doc, open('bomb.json', 'w'))
PY
    start_server "$PWD/bomb"
    start=$(now)
    measured "$MNISTPREP" -q --catalogue bomb.json fetch duo --only-mirrors \
        --retries 0 --mirror "$url/ok/"
    assert_within "$start" "$(now)" 2
    assert_status 3
    [ "${MNISTPREP_SANITIZED-0}" = 1 ] || [ "$(cat peak)" -lt 32768 ] ||
        seen "it took $(cat peak) KiB of memory"
    assert_absent "data/duo/raw/$images"
}

# --- F14

@test "F14 headers without end, a reason of 100 KB, no HTTP at all: next mirror, or 4" {
    start_server "$fixtures/mini-src"
    local mode start
    for mode in endless-headers long-reason garbage http09 drop no-content \
        redirect-nowhere; do
        rm -rf data
        start=$(now)
        mini -q --retries 0 --mirror "$url/$mode/"
        [ "$status" -eq 4 ] || seen "$mode: expected status 4"
        assert_one_error_line .
        [ "${#stderr}" -lt 2000 ] || seen "$mode: a line of ${#stderr} bytes"
        assert_no_control_bytes
        assert_nothing
        mini --retries 0 --mirror "$url/$mode/" --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched mini
        assert_within "$start" "$(now)" 5
    done
}

@test "F14 answers by HTTP/1.0 are fine" {
    start_server "$fixtures/mini-src"
    mini --mirror "$url/http10/"
    assert_status 0
    assert_fetched mini
}

@test "F14 a redirect loop: no more than 11 requests, then the next mirror" {
    start_server "$fixtures/mini-src"
    mini -q --retries 0 --mirror "$url/redirect-loop/"
    assert_status 4
    assert_one_error_line 'redirect'
    local n
    n=$(requests "redirect-loop/$images")
    [ "$n" -le 11 ] || seen "$n requests"
    forget
    mini --mirror "$url/redirect-count:200/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    n=$(requests "redirect-count:[0-9]*/$images")
    [ "$n" -le 11 ] || seen "$n requests"
}

@test "F14 ten redirects are followed" {
    start_server "$fixtures/mini-src"
    mini --retries 0 --mirror "$url/redirect-count:10/"
    assert_status 0
    assert_fetched mini
}

@test "F14 redirects to http elsewhere, file:, ftp:, a user name: refused, nobody asked" {
    need_strace
    start_server "$fixtures/mini-src"
    local away target
    as=away start_server "$fixtures/mini-src"
    away=$port
    url=http://127.0.0.1:$(cat port)
    for target in redirect-away redirect-file redirect-ftp redirect-user \
        "redirect-to:http:%2F%2F192.0.2.1%2F" \
        "redirect-to:http:%2F%2F192.0.2.1:$away%2F" \
        "redirect-to:http:%2F%2F127.0.0.1@192.0.2.1%2F" \
        "redirect-to:http:%2F%2F127.0.0.1.example.invalid%2F" \
        "redirect-to:http:%2F%2F[2001:db8::1]%2F" \
        "redirect-to:http:%2F%2Fu:p@127.0.0.1:$away%2Fok%2F" \
        "redirect-to:http:%2F%2Fu@127.0.0.1:$away%2Fok%2F" \
        "redirect-to:ftp:%2F%2F127.0.0.1:$away%2F" \
        "redirect-to:file:%2F%2F%2Fetc%2Fpasswd%3F" \
        "redirect-to:gopher:%2F%2F127.0.0.1:$away%2F" \
        "redirect-to:dict:%2F%2F127.0.0.1:$away%2F" \
        "redirect-to:javascript:x"; do
        patiently strace -f -o trace -e trace=connect,sendto "$MNISTPREP" -q \
            --catalogue "$fixtures/mini.json" fetch mini --only-mirrors \
            --retries 0 --mirror "$url/$target/"
        [ "$status" -eq 4 ] || seen "$target: expected status 4"
        assert_one_error_line 'redirect'
        # Only this server was spoken to, not even a name server.
        grep -E 'sin6?_port' trace | grep -v "htons($(cat port))" >&2 &&
            seen "$target: something else was asked"
        equals "$target: requests elsewhere" "$(requests . away.requests)" 0
        assert_nothing
        mini --retries 0 --mirror "$url/$target/" --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$target: expected status 0"
        assert_fetched mini
        rm -r data
    done
}

@test "F14 redirects to another port of this machine are followed" {
    start_server "$fixtures/mini-src"
    local away
    as=away start_server "$fixtures/mini-src"
    away=$port
    url=http://127.0.0.1:$(cat port)
    mini --mirror "$url/redirect-to:http:%2F%2F127.0.0.1:$away%2Fok%2F/"
    assert_status 0
    assert_fetched mini
    equals 'requests there' "$(requests . away.requests)" 2
}

# --- F15

@test "F15 Content-Encoding: gzip on the .gz: the bytes are taken as they are" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/encoding-gzip/"
    assert_status 0
    assert_fetched duo
    refute_stderr 'payload verified'
    equals Accept-Encoding "$(header accept-encoding . | sort -u)" identity
}

@test "F15 gzip in gzip: 3" {
    start_server "$fixtures/duo-src"
    duo -q --mirror "$url/double-gzip/"
    assert_status 3
    assert_one_error_line "$images"
    assert_nothing
}

# --- F24

@test "F24 a foreign file is in the way: 2, and it is let alone" {
    local raw=data/mini/raw
    mkdir -p "$raw"
    echo 'my own notes' >"$raw/$images"
    local before
    before=$(snapshot data)
    mini -q --mirror "$fixtures/mini-src"
    assert_status 2
    assert_one_error_line "$images.*--force"
    [ "$(snapshot "$raw" | grep "$images")" = \
        "$(printf '%s\n' "$before" | sed "s|\./mini/raw|.|; s|  \./mini/raw|  .|" |
            grep "$images")" ] || seen "it was touched"
    [ "$(cat "$raw/$images")" = 'my own notes' ]
    mini --force --mirror "$fixtures/mini-src"
    assert_status 0
    assert_fetched mini
}

@test "F24 a link to something wrong: 2; --force replaces the link, not its target" {
    start_server "$fixtures/mini-src"
    local raw=data/mini/raw mirror
    for mirror in "$fixtures/mini-src" "$url/ok/"; do
        rm -rf data
        mkdir -p "$raw"
        cp /etc/hosts target
        cp target kept
        ln -s "$PWD/target" "$raw/$images"
        mini --mirror "$mirror"
        assert_status 2
        assert_error_line "$images.*--force"
        [ -L "$raw/$images" ]
        assert_same kept target
        mini --force --mirror "$mirror"
        assert_status 0
        [ ! -L "$raw/$images" ]
        assert_same kept target
        assert_fetched mini
    done
}

@test "F24 a link to nothing: 2, nothing is made at its target" {
    local raw=data/mini/raw
    mkdir -p "$raw"
    ln -s "$PWD/target" "$raw/$images"
    mini --mirror "$fixtures/mini-src"
    assert_status 2
    assert_absent target
    mini --force --mirror "$fixtures/mini-src"
    assert_status 0
    assert_absent target
    assert_fetched mini
}

@test "F24 a link to the right file is the right file" {
    local raw=data/mini/raw
    mkdir -p "$raw"
    ln -s "$fixtures/mini-src/$images" "$raw/$images"
    mini --mirror "$fixtures/mini-src"
    assert_status 0
    [ -L "$raw/$images" ]
}

@test "F24 a directory, a FIFO, a device in the way: 2, at once, let alone" {
    local raw=data/mini/raw kind start
    for kind in directory full-directory fifo device; do
        rm -rf data
        mkdir -p "$raw"
        case $kind in
        directory) mkdir "$raw/$images" ;;
        full-directory) mkdir "$raw/$images" && touch "$raw/$images/mine" ;;
        fifo) mkfifo "$raw/$images" ;;
        device) mknod "$raw/$images" c 1 3 2>/dev/null || continue ;;
        esac
        start=$(now)
        mini -q --mirror "$fixtures/mini-src"
        assert_within "$start" "$(now)" 5
        [ "$status" -eq 2 ] || seen "$kind: expected status 2"
        assert_one_error_line "$images"
        case $kind in
        directory) [ -d "$raw/$images" ] ;;
        full-directory) [ -e "$raw/$images/mine" ] ;;
        fifo) [ -p "$raw/$images" ] ;;
        device) [ -c "$raw/$images" ] ;;
        esac
    done
    # Nothing but an ordinary file or a link is replaced by force.
    rm -rf data
    mkdir -p "$raw/$images"
    touch "$raw/$images/mine"
    mini --force --mirror "$fixtures/mini-src"
    [ "$status" -ne 0 ] || seen "expected a refusal"
    [ -e "$raw/$images/mine" ]
    assert_no_leftovers "$raw" "$images/mine" "$labels" receipt.json
}

@test "F24 a file with two names: --force leaves the other name's bytes" {
    local raw=data/mini/raw
    mkdir -p "$raw"
    echo 'my own notes' >mine
    ln mine "$raw/$images"
    mini --mirror "$fixtures/mini-src"
    assert_status 2
    equals mine "$(cat mine)" 'my own notes'
    mini --force --mirror "$fixtures/mini-src"
    assert_status 0
    equals mine "$(cat mine)" 'my own notes'
    assert_fetched mini
}

@test "F24 our own file gone bad is fetched again, without --force" {
    start_server "$fixtures/mini-src"
    local raw=data/mini/raw
    mini --mirror "$url/ok/"
    assert_status 0
    printf X | dd of="$raw/$images" bs=1 seek=50 conv=notrunc 2>/dev/null
    mini --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    # While there is no better one, it stays.
    printf X | dd of="$raw/$images" bs=1 seek=50 conv=notrunc 2>/dev/null
    cp "$raw/$images" bad
    mini --retries 0 --mirror "$url/404/"
    assert_status 4
    assert_same bad "$raw/$images"
}

# --- F28

@test "F28 control characters in reason, Server, Location, type, title: all masked" {
    start_server "$fixtures/mini-src"
    local mode verbose
    for mode in escape escape-status escape-page escape-redirect \
        escape-location escape-ok; do
        for verbose in -q -v '--json' '--json -v' '--progress plain'; do
            rm -rf data
            # shellcheck disable=SC2086 # words are meant
            mini $verbose --retries 0 --mirror "$url/$mode/"
            if [ "$mode" = escape-ok ]; then
                [ "$status" -eq 0 ] || seen "$mode $verbose: expected status 0"
            else
                case $status in
                3 | 4) ;;
                *) seen "$mode $verbose: expected status 3 or 4" ;;
                esac
            fi
            assert_no_control_bytes || seen "$mode $verbose"
        done
        # --progress json: every line is an object; nothing but it escapes.
        mini --progress json --force --retries 0 --mirror "$url/$mode/"
        assert_no_control_bytes || seen "$mode as events"
        printf '%s\n' "$stderr" >events
        "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json
for line in open("events", encoding="utf-8"):
    for value in json.loads(line).values():
        bad = [c for c in str(value) if ord(c) < 32 or 0x7f <= ord(c) <= 0x9f or c == "\u202e"]
        assert not bad, (line, bad)'
    done
}

@test "F28 control characters in a mirror's name and in a catalogue" {
    local nasty=$'\e]0;owned\a\e[31m\x7f\xc2\x9b1m\xe2\x80\xae\xff'
    mini --retries 0 --mirror "$nasty"
    [ "$status" -ne 0 ]
    assert_no_control_bytes
    mini --retries 0 --mirror "http://127.0.0.1:9/$nasty/"
    [ "$status" -ne 0 ]
    assert_no_control_bytes
    mini --retries 0 --mirror "file://$nasty/"
    [ "$status" -ne 0 ]
    assert_no_control_bytes
    # A path on standard output is data: as it is, for whoever reads it.
    patiently "$MNISTPREP" --catalogue "$fixtures/mini.json" -C "$nasty" fetch \
        -v mini --only-mirrors --mirror "$fixtures/mini-src"
    assert_status 0
    output=''
    assert_no_control_bytes
    patiently "$MNISTPREP" --catalogue "$fixtures/mini.json" -C "$nasty" fetch \
        --json mini --only-mirrors --mirror "$fixtures/mini-src"
    assert_status 0
    assert_no_control_bytes
}

@test "F28 a password in a mirror's URL is never printed" {
    start_server "$fixtures/mini-src"
    local verbose
    for verbose in -q -v --json '--progress json'; do
        # shellcheck disable=SC2086 # words are meant
        mini $verbose --retries 0 \
            --mirror "http://someone:s3cr3t-word@127.0.0.1:$port/ok/"
        assert_status 4
        [[ $stderr$output != *s3cr3t-word* ]] || seen "the password is printed"
    done
    equals requests "$(requests .)" 0
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: mirrors of three kinds (directory, file:, http), what makes a file
# right, and what happens when it is not. Every http server here is
# tests/net/server.py on 127.0.0.1; nothing leaves the machine.

load common

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)

# The same sources for all tests: they are only read.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 40 --test 10
    fixture catalogue tiny.json --name tiny --dir src
    # The smallest one, a single split: where each file costs a timeout.
    fixture dataset mono-src --train 8 --test 3 --height 4 --width 3 --seed 7
    fixture catalogue mono.json --name mono --dir mono-src
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
with open('mono.json') as f:
    catalogue = json.load(f)
del catalogue['datasets'][0]['splits'][1]
with open('mono.json', 'w') as f:
    json.dump(catalogue, f)
PY
    mkdir repacked
    local file
    for file in "${files[@]}"; do
        fixture regzip "src/$file" "repacked/$file" --level 1
        if cmp -s "src/$file" "repacked/$file"; then
            fixture regzip "src/$file" "repacked/$file" --name other
        fi
    done
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    src=$fixtures/src
    raw=data/tiny/raw
    server=''
}

teardown() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
    fi
}

# --- helpers

# start_server [ROOT]: sets $port; requests are logged in ./requests.
start_server() {
    "$MNISTPREP_TEST_PYTHON" -E -S "$cli_dir/../net/server.py" \
        --root "${1-$src}" --port-file port --log requests \
        --lifetime 120 >server.out 2>server.err 3>&- &
    server=$!
    local i
    for ((i = 0; i < 250; i++)); do
        [ ! -s port ] || break
        sleep 0.02
    done
    port=$(cat port)
}

# A port where nothing listens.
closed_port() {
    "$MNISTPREP_TEST_PYTHON" -E -S -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

file_url() {
    "$MNISTPREP_TEST_PYTHON" -E -S -c '
import sys, urllib.parse
print("file://" + urllib.parse.quote(sys.argv[1]))' "$1"
}

tiny() {
    mp --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors "$@"
}

mono() {
    mp --catalogue "$fixtures/mono.json" fetch mono --only-mirrors "$@"
}

# How many requests for targets that match REGEX.
requests() {
    [ -e requests ] || { echo 0; return; }
    grep -cE "\"target\": \"[^\"]*$1" requests || true
}

# The four files are there and right, with a receipt and nothing else.
assert_fetched() {
    local file
    for file in "${files[@]}"; do
        assert_same "${1-$src}/$file" "$raw/$file" || return 1
    done
    assert_no_leftovers data tiny/raw/receipt.json \
        "${files[@]/#/tiny/raw/}" || return 1
}

assert_paths() {
    assert_stdout "$(printf "$raw/%s\n" "${files[@]}")"
}

# Nothing at all was left: no final name, no temporary file, no receipt.
assert_nothing() {
    [ ! -e data ] || assert_no_leftovers data
}

# Names, sizes, times, inodes, bytes of everything below DIR.
snapshot() {
    (cd "$1" && find . -printf '%p %s %T@ %i %m\n' | LC_ALL=C sort &&
        find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

assert_no_control_bytes() {
    if printf '%s' "$stderr$output" | LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]'; then
        seen "a control byte was printed" || return 1
    fi
    if printf '%s' "$stderr$output" | LC_ALL=C grep -qP '\xc2[\x80-\x9f]|\xe2\x80\xae'; then
        seen "a C1 or bidi control was printed" || return 1
    fi
}

# (A bare `! grep` does not fail a test.)
no_match() {
    if grep -E -e "$1" "$2" >&2; then
        echo "$2 has a line that matches $1" >&2
        return 1
    fi
}

need_strace() {
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null || skip "strace (ptrace) is refused here"
    # LeakSanitizer cannot work under ptrace.
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    fi
}

# --- the three kinds of mirrors

@test "fetch: from a directory" {
    tiny --mirror "$src"
    assert_status 0
    assert_paths
    assert_fetched
    assert_no_control_bytes
}

@test "fetch: from a directory given with a slash at the end, and relative" {
    cp -r "$src" here
    tiny --mirror here/
    assert_status 0
    assert_fetched
}

@test "fetch: from a directory with a space, a percent sign and UTF-8 in its name" {
    cp -r "$src" 'a %41 é'
    tiny --mirror 'a %41 é'
    assert_status 0
    assert_fetched
}

@test "fetch: from a file: URL" {
    tiny --mirror "$(file_url "$src")/"
    assert_status 0
    assert_paths
    assert_fetched
}

@test "fetch: from a file: URL with percent escapes" {
    cp -r "$src" 'a b'
    [[ $(file_url "$PWD/a b") == *a%20b ]]
    tiny --mirror "$(file_url "$PWD/a b")/"
    assert_status 0
    assert_fetched
}

@test "fetch: from http on loopback, one request for each file" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_paths
    assert_fetched
    assert_no_control_bytes
    [ "$(requests '')" -eq 4 ]
    local file
    for file in "${files[@]}"; do
        [ "$(requests "/ok/$file\"")" -eq 1 ]
    done
    # Who asks, and for the bytes as they are.
    grep -q '"user-agent": "mnistprep/' requests
    no_match '"accept-encoding": "[^"]*(gzip|deflate)' requests
}

@test "fetch: an http mirror without a slash at the end" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/ok"
    assert_status 0
    assert_fetched
}

@test "fetch: http://localhost is loopback, too" {
    start_server
    getent hosts localhost >/dev/null || skip "localhost does not resolve here"
    tiny --mirror "http://localhost:$port/ok/"
    assert_status 0
    assert_fetched
}

@test "fetch: bodies without a length: chunked, and ended by closing" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/chunked/"
    assert_status 0
    assert_fetched
    rm -r data
    tiny --mirror "http://127.0.0.1:$port/close-delimited/"
    assert_status 0
    assert_fetched
}

@test "fetch: a redirect is followed" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/redirect-ok/"
    assert_status 0
    assert_fetched
}

@test "fetch: the catalogue's own mirrors are used, after --mirror" {
    start_server
    fixture catalogue own.json --name tiny --dir "$src" \
        --mirror "http://127.0.0.1:$port/ok/"
    mp --catalogue own.json fetch tiny
    assert_status 0
    assert_fetched
    [ "$(requests /ok/)" -eq 4 ]
    rm -r data
    mp --catalogue own.json fetch tiny --mirror "$src"
    assert_status 0
    assert_fetched
    [ "$(requests /ok/)" -eq 4 ]
    rm -r data
    mp --catalogue own.json fetch tiny --mirror "http://127.0.0.1:$port/404/"
    assert_status 0
    assert_fetched
    [ "$(requests /ok/)" -eq 8 ]
}

@test "fetch: --only-mirrors leaves the catalogue's own mirrors out" {
    start_server
    fixture catalogue own.json --name tiny --dir "$src" \
        --mirror "http://127.0.0.1:$port/ok/"
    mp -q --catalogue own.json fetch tiny --only-mirrors \
        --mirror "http://127.0.0.1:$port/404/"
    assert_status 4
    assert_one_error_line 404
    [ "$(requests /ok/)" -eq 0 ]
    assert_nothing
}

@test "fetch: mirrors are tried in the order given" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/ok:1/" \
        --mirror "http://127.0.0.1:$port/ok:2/"
    assert_status 0
    assert_fetched
    [ "$(requests ok:1/)" -eq 4 ]
    [ "$(requests ok:2/)" -eq 0 ]
}

# --- the next mirror, on each kind of failure

# next_after MODE: the first mirror fails in this way, the second is good.
next_after() {
    start_server
    tiny --stall-timeout 1 --mirror "http://127.0.0.1:$port/$1/" \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0 || return 1
    assert_fetched || return 1
    assert_no_control_bytes || return 1
    # The bad one was asked first (for which file, no one can tell: two are
    # fetched at once), and each file came from the good one.
    if ! head -n 1 requests | grep -q "\"target\": \"/$1/"; then
        echo "the first request was: $(head -n 1 requests)" >&2
        return 1
    fi
    [ "$(requests '/ok/')" -eq 4 ] || return 1
}

@test "fetch: next mirror after: connection refused" {
    start_server
    tiny --mirror "http://127.0.0.1:$(closed_port)/" --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_fetched
}

@test "fetch: next mirror after: a directory that does not have the file" {
    mkdir empty
    tiny --mirror empty --mirror "$src"
    assert_status 0
    assert_fetched
}

@test "fetch: next mirror after: a directory with a damaged file" {
    cp -r "$src" bad
    fixture flip "$src/${files[2]}" "bad/${files[2]}" --at 500
    tiny --mirror bad --mirror "$src"
    assert_status 0
    assert_fetched
}

@test "fetch: next mirror after: 404" { next_after 404; }
@test "fetch: next mirror after: 403" { next_after 403; }
@test "fetch: next mirror after: 500" { next_after 500; }
@test "fetch: next mirror after: 503" { next_after 503; }
@test "fetch: next mirror after: a web page" { next_after html; }
@test "fetch: next mirror after: a web page said to be gzip" { next_after html-as-gzip; }
@test "fetch: next mirror after: an empty body" { next_after empty; }
@test "fetch: next mirror after: a body cut short" { next_after short; }
@test "fetch: next mirror after: a cut chunked body" { next_after cut-chunked; }
@test "fetch: next mirror after: a cut body without a length" { next_after close-delimited-cut; }
@test "fetch: next mirror after: wrong bytes of the right size" { next_after wrong-bytes; }
@test "fetch: next mirror after: a file that is too small" { next_after wrong-size; }
@test "fetch: next mirror after: a file that is too large" { next_after wrong-size:more; }
@test "fetch: next mirror after: a connection reset" { next_after reset; }
@test "fetch: next mirror after: a connection closed without a word" { next_after drop; }
@test "fetch: next mirror after: an answer that is not HTTP" { next_after garbage; }
@test "fetch: next mirror after: a redirect loop" { next_after redirect-loop; }
@test "fetch: next mirror after: a redirect to a local file" { next_after redirect-file; }
@test "fetch: next mirror after: a redirect to plain http elsewhere" { next_after redirect-away; }
@test "fetch: next mirror after: control characters in the reason" { next_after escape; }
@test "fetch: next mirror after: control characters in a redirect" { next_after escape-redirect; }
@test "fetch: next mirror after: control characters in a web page" { next_after escape-page; }

# next_after_silence MODE: as above, with a data set of two small files.
next_after_silence() {
    start_server "$fixtures/mono-src"
    local begin=$SECONDS
    mono --stall-timeout 1 --mirror "http://127.0.0.1:$port/$1/" \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0 || return 1
    assert_same "$fixtures/mono-src/${files[0]}" "data/mono/raw/${files[0]}" || return 1
    assert_same "$fixtures/mono-src/${files[1]}" "data/mono/raw/${files[1]}" || return 1
    [ "$(requests '/ok/')" -eq 2 ] || return 1
    # Two files, a second each, and some slack for a slow machine.
    if [ $((SECONDS - begin)) -gt 15 ]; then
        echo "took $((SECONDS - begin)) seconds" >&2
        return 1
    fi
}

@test "fetch: next mirror after: a stall" { next_after_silence stall; }
@test "fetch: next mirror after: no answer at all" { next_after_silence no-headers; }

# --- all mirrors are bad: the status, and one line that names the cause

# all_bad STATUS REGEX MODE
all_bad() {
    start_server
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors \
        --retries 0 --stall-timeout 1 --mirror "http://127.0.0.1:$port/$3/"
    assert_status "$1" || return 1
    assert_one_error_line "$2" || return 1
    assert_one_error_line '^mnistprep fetch: ' || return 1
    assert_no_stdout || return 1
    assert_no_control_bytes || return 1
    assert_nothing || return 1
}

@test "fetch: all bad: connection refused" {
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$(closed_port)/"
    assert_status 4
    assert_one_error_line 'connect|refused'
    assert_nothing
}

@test "fetch: all bad: 404" { all_bad 4 404 404; }
@test "fetch: all bad: 403" { all_bad 4 403 403; }
@test "fetch: all bad: 503" { all_bad 4 503 503; }
@test "fetch: all bad: a web page" { all_bad 3 'web page' html; }
@test "fetch: all bad: a web page said to be gzip" { all_bad 3 'web page' html-as-gzip; }
@test "fetch: all bad: an empty body" { all_bad 4 'empty|0 of|no bytes' empty; }
@test "fetch: all bad: a body cut short" { all_bad 4 'cut|short|partial|clos|transfer|broke|ended|incomplete' short; }
@test "fetch: all bad: a cut chunked body" { all_bad 4 'cut|short|partial|clos|transfer|broke|ended|incomplete|chunk' cut-chunked; }
@test "fetch: all bad: a cut body without a length" { all_bad 4 'bytes|size|cut|short|truncated' close-delimited-cut; }
@test "fetch: all bad: wrong bytes of the right size" { all_bad 3 'sha-?256|hash|checksum|digest' wrong-bytes; }
@test "fetch: all bad: a file that is too small" { all_bad 3 'bytes|size|cut|short|truncated' wrong-size; }
@test "fetch: all bad: a file that is too large" { all_bad 3 'bytes|size|large|trailing|more than' wrong-size:more; }
@test "fetch: all bad: a connection reset" { all_bad 4 'reset|clos|recv|receiv|cut|connection' reset; }
@test "fetch: all bad: a connection closed without a word" { all_bad 4 'empty|clos|no answer|nothing|reply' drop; }
@test "fetch: all bad: an answer that is not HTTP" { all_bad 4 'http' garbage; }
@test "fetch: all bad: a redirect loop" { all_bad 4 'redirect' redirect-loop; }
@test "fetch: all bad: a redirect to a local file" { all_bad 4 'redirect|protocol|file' redirect-file; }
@test "fetch: all bad: a redirect to plain http elsewhere" { all_bad 4 'http' redirect-away; }
@test "fetch: all bad: endless header fields" { all_bad 4 'header' endless-headers; }
@test "fetch: all bad: control characters in the reason" { all_bad 4 '403' escape; }
@test "fetch: all bad: control characters in a redirect" { all_bad 4 . escape-redirect; }
@test "fetch: all bad: control characters in a web page" { all_bad 3 'web page' escape-page; }

@test "fetch: all bad: a body without an end is stopped soon" {
    local begin=$SECONDS
    all_bad 3 'bytes|size|large|more than' endless
    [ $((SECONDS - begin)) -le 10 ]
}

@test "fetch: all bad: a stall, and no answer at all" {
    start_server "$fixtures/mono-src"
    local mode begin
    for mode in stall no-headers; do
        begin=$SECONDS
        mp -q --catalogue "$fixtures/mono.json" fetch mono --only-mirrors \
            --retries 0 --stall-timeout 1 --mirror "http://127.0.0.1:$port/$mode/"
        assert_status 4
        assert_one_error_line 'stall|timed out|timeout|time-out|silent|slow|no data|no answer|less than'
        assert_nothing
        [ $((SECONDS - begin)) -le 15 ]
    done
}

@test "fetch: all bad: a mirror directory that is not there, or is empty" {
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror ./nowhere
    [ "$status" -eq 4 ] || [ "$status" -eq 2 ] || seen "expected status 4 or 2"
    assert_one_error_line 'nowhere: there is no such directory; name another'
    [[ $stderr != *'try again'* ]] || seen 'it will not be there later neither'
    assert_nothing
    mkdir void
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror void
    assert_status 4
    assert_one_error_line 'void|no such file|not there|not found'
    assert_nothing
}

@test "fetch: all bad: a directory with a flipped bit" {
    cp -r "$src" bad
    fixture flip "$src/${files[0]}" "bad/${files[0]}" --at 3000
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror bad
    assert_status 3
    assert_one_error_line "${files[0]}"
    assert_absent "$raw/${files[0]}"
}

@test "fetch: all bad: a directory with a truncated file" {
    cp -r "$src" bad
    fixture truncate "$src/${files[1]}" "bad/${files[1]}" --keep 20
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror bad
    assert_status 3
    assert_one_error_line "${files[1]}"
    assert_absent "$raw/${files[1]}"
}

@test "fetch: all bad: the files of another dataset under the same names" {
    fixture dataset other --seed 99
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror other
    assert_status 3
    assert_one_error_line .
    assert_nothing
}

@test "fetch: one bad file of four: the others may stay, it does not" {
    start_server
    cp -r "$src" served
    kill "$server"
    rm -f served/"${files[3]}" port requests
    start_server served
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 4
    assert_one_error_line "${files[3]}.*404"
    assert_absent "$raw/${files[3]}"
    assert_no_leftovers data 'tiny/raw/receipt.json' "${files[@]/#/tiny/raw/}"
    # The next run asks only for what is missing.
    : >requests
    cp "$src/${files[3]}" served/
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_fetched
    local file
    for file in "${files[@]:0:3}"; do
        if [ "$(requests "$file")" -ne 0 ]; then
            echo "fetched twice: $file" >&2
            return 1
        fi
    done
}

# --- under its final name only when it is right

@test "fetch: a file that is not right never gets its final name" {
    need_strace
    start_server
    run --separate-stderr strace -f -y -o trace \
        -e trace=open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat \
        "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$port/wrong-bytes/"
    assert_status 3
    # Neither renamed to, nor linked to, nor created under the name.
    if grep -E "(rename|link)[a-z0-9]*\(.*-ubyte\.gz\"" trace ||
        grep -E "open(at)?\(.*-ubyte\.gz\".*O_(WRONLY|RDWR|CREAT)" trace; then
        echo "the final name was used" >&2
        return 1
    fi
}

@test "fetch: a right file is synced and then renamed, once" {
    need_strace
    start_server
    run --separate-stderr strace -f -y -o trace \
        -e trace=open,openat,creat,fsync,fdatasync,rename,renameat,renameat2,link,linkat \
        "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_fetched
    local file rename sync
    for file in "${files[@]}"; do
        [ "$(grep -cE "(rename|link)[a-z0-9]*\(.*$file\"" trace)" -eq 1 ]
        no_match "open(at)?\(.*/$file\".*O_(WRONLY|RDWR|CREAT)" trace
    done
    # Before the first rename to a data file there is a sync.
    rename=$(grep -nE "(rename|link)[a-z0-9]*\(.*-ubyte\.gz\"" trace | head -n 1)
    sync=$(grep -nE "(fsync|fdatasync)\(" trace | head -n 1)
    [ -n "$sync" ]
    [ "${sync%%:*}" -lt "${rename%%:*}" ]
    [ "$(grep -cE "(fsync|fdatasync)\(" trace)" -ge 4 ]
}

@test "fetch: while a download runs, its final name is not there" {
    start_server
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$port/slow:0.6/" >out 2>err 3>&- &
    local client=$! early=0 file n
    while kill -0 "$client" 2>/dev/null; do
        for file in "${files[@]}"; do
            if [ -e "$raw/$file" ] && ! cmp -s "$src/$file" "$raw/$file"; then
                early=1
            fi
        done
        sleep 0.02
    done
    wait "$client"
    [ "$early" -eq 0 ]
    assert_fetched
    n=$(requests slow)
    [ "$n" -eq 4 ]
}

# --- again

@test "fetch: a second time: no request, no change, the same paths" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    snapshot data >before
    : >requests
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_paths
    [ "$(requests '')" -eq 0 ]
    snapshot data >after
    assert_same before after
}

@test "fetch: a second time with a dead mirror: still done" {
    tiny --mirror "$src"
    assert_status 0
    tiny --mirror "http://127.0.0.1:$(closed_port)/"
    assert_status 0
    assert_paths
}

@test "fetch: right files without a receipt, or with other times, are not fetched again" {
    start_server
    mkdir -p data/tiny
    cp -r "$src" "$raw"
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_fetched
    [ "$(requests '')" -eq 0 ]
    touch -d 2001-01-01 "$raw"/*.gz
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    [ "$(requests '')" -eq 0 ]
    assert_fetched
}

@test "fetch: a receipt that is rubbish does not matter" {
    tiny --mirror "$src"
    assert_status 0
    local rubbish
    for rubbish in '' '{' '[]' '{"schema":"x","files":7}' 'null'; do
        printf '%s' "$rubbish" >"$raw/receipt.json"
        tiny --mirror "$src"
        assert_status 0
        assert_fetched
        receipt_is_right dir
    done
}

@test "fetch: a raw file that was damaged afterwards is noticed" {
    tiny --mirror "$src"
    assert_status 0
    local damage
    for damage in flip truncate; do
        if [ "$damage" = flip ]; then
            fixture flip "$src/${files[0]}" "$raw/${files[0]}" --at 3000
        else
            fixture truncate "$src/${files[0]}" "$raw/${files[0]}" --keep 3000
        fi
        cp "$raw/${files[0]}" damaged
        tiny --mirror "$src"
        # Either it knows its own file and makes it right, or it takes it for
        # a foreign one and leaves it alone. Never "up to date".
        if [ "$status" -ne 0 ]; then
            assert_status 2
            assert_same damaged "$raw/${files[0]}"
            tiny --mirror "$src" --force
            assert_status 0
        fi
        assert_fetched
    done
}

# --- repacked

@test "fetch: repacked files are right, and it says so" {
    tiny --mirror "$fixtures/repacked"
    assert_status 0
    assert_paths
    [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    assert_fetched "$fixtures/repacked"
    receipt_is_right dir "$fixtures/repacked"
    # and they stay right
    snapshot data >before
    tiny --mirror "http://127.0.0.1:$(closed_port)/"
    assert_status 0
    snapshot data >after
    assert_same before after
}

@test "fetch: repacked files from http" {
    start_server "$fixtures/repacked"
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    assert_fetched "$fixtures/repacked"
}

@test "fetch: a gz of several members, and one with zero padding, are right by their payload" {
    cp -r "$src" other
    fixture multimember "$src/${files[0]}" "other/${files[0]}" --parts 3
    fixture pad "$src/${files[2]}" "other/${files[2]}" --bytes 512
    tiny --mirror other
    assert_status 0
    assert_fetched other
}

@test "fetch: repacked, but with a wrong payload: 3" {
    cp -r "$src" other
    fixture label "$src/${files[1]}" "other/${files[1]}" --row 3 --value 9
    fixture label "other/${files[1]}" "other/${files[1]}" --row 4 --value 0
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror other
    assert_status 3
    assert_one_error_line "${files[1]}"
    assert_absent "$raw/${files[1]}"
}

@test "fetch: a catalogue with gz hashes only refuses repacked files" {
    fixture catalogue gz.json --name tiny --dir "$src" --no-payload
    mp --catalogue gz.json fetch tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_fetched
    rm -r data
    mp -q --catalogue gz.json fetch tiny --only-mirrors --mirror "$fixtures/repacked"
    assert_status 3
    assert_one_error_line .
    assert_nothing
}

@test "fetch: a catalogue with payload hashes only takes either" {
    fixture catalogue payload.json --name tiny --dir "$src" --no-gz-hash
    mp --catalogue payload.json fetch tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_fetched
    rm -r data
    mp --catalogue payload.json fetch tiny --only-mirrors --mirror "$fixtures/repacked"
    assert_status 0
    assert_fetched "$fixtures/repacked"
    rm -r data
    cp -r "$src" bad
    fixture flip "$src/${files[0]}" "bad/${files[0]}" --at 3000
    mp -q --catalogue payload.json fetch tiny --only-mirrors --mirror bad
    assert_status 3
    assert_one_error_line "${files[0]}"
}

# --- the receipt

# receipt_is_right KIND [DIR]: whatever its keys are named, there is one object
# for each file with its size, both hashes, its time and where it came from.
receipt_is_right() {
    "$MNISTPREP_TEST_PYTHON" - "$raw" "$1" "${2-$src}" "${files[@]}" <<'PY'
import gzip, hashlib, json, os, sys
raw, kind, source = sys.argv[1:4]
with open(raw + '/receipt.json', encoding='utf-8') as f:
    receipt = json.load(f)
assert isinstance(receipt, dict) and receipt.get('schema', '').startswith('mnistprep.'), receipt

def objects(node, key=None):
    if isinstance(node, dict):
        yield key, node
        for k, v in node.items():
            yield from objects(v, k)
    elif isinstance(node, list):
        for v in node:
            yield from objects(v)

def leaves(node):
    if isinstance(node, dict):
        for v in node.values():
            yield from leaves(v)
    elif isinstance(node, list):
        for v in node:
            yield from leaves(v)
    else:
        yield node

for name in sys.argv[4:]:
    path = raw + '/' + name
    data = open(path, 'rb').read()
    found = [o for key, o in objects(receipt)
             if (key == name or name in [v for v in o.values() if isinstance(v, str)])]
    assert found, '%s is not in the receipt: %r' % (name, receipt)
    values = list(leaves(found[-1]))
    want = {'size': len(data), 'gz sha256': hashlib.sha256(data).hexdigest(),
            'payload sha256': hashlib.sha256(gzip.decompress(data)).hexdigest()}
    for what, value in want.items():
        assert value in values, '%s: no %s %r in %r' % (name, what, value, values)
    st = os.stat(path)
    texts = [str(v) for v in values if v is not None and not isinstance(v, bool)]
    seconds, nano = divmod(st.st_mtime_ns, 10**9)
    assert any(str(st.st_mtime_ns) in t or
               (str(seconds) in t) for t in texts), '%s: no mtime %d in %r' % (name, st.st_mtime_ns, texts)
    if kind == 'url':
        assert any(t.startswith('http://127.0.0.1:') and t.endswith('/' + name) for t in texts), texts
PY
}

@test "fetch: the receipt has sizes, times, both hashes and the URL of each file" {
    start_server
    tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    receipt_is_right url
}

@test "fetch: the receipt of files from a directory" {
    tiny --mirror "$src"
    assert_status 0
    receipt_is_right dir
}

# --- what is already there

@test "fetch: a foreign file is not overwritten without --force" {
    mkdir -p "$raw"
    echo 'my own notes' >"$raw/${files[2]}"
    cp "$raw/${files[2]}" mine
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror "$src"
    assert_status 2
    assert_one_error_line "${files[2]}.*force"
    assert_same mine "$raw/${files[2]}"
    tiny --mirror "$src" --force
    assert_status 0
    assert_fetched
}

@test "fetch: --force replaces a symbolic link, not what it points to" {
    mkdir -p "$raw"
    echo 'my own notes' >mine
    cp mine copy
    ln -s "$PWD/mine" "$raw/${files[0]}"
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror "$src"
    assert_status 2
    assert_same copy mine
    [ -L "$raw/${files[0]}" ]
    tiny --mirror "$src" --force
    assert_status 0
    assert_same copy mine
    [ ! -L "$raw/${files[0]}" ]
    assert_fetched
}

@test "fetch: a directory or a FIFO under the name of a file: refused, left alone" {
    mkdir -p "$raw/${files[0]}"
    run --separate-stderr timeout 5 "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" \
        fetch tiny --only-mirrors --mirror "$src"
    [ "$status" -eq 2 ] || [ "$status" -eq 1 ] || seen "expected status 2 or 1"
    assert_one_error_line "${files[0]}"
    [ -d "$raw/${files[0]}" ]
    rmdir "$raw/${files[0]}"
    mkfifo "$raw/${files[0]}"
    run --separate-stderr timeout 5 "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" \
        fetch tiny --only-mirrors --mirror "$src"
    [ "$status" -eq 2 ] || [ "$status" -eq 1 ] || seen "expected status 2 or 1"
    assert_one_error_line "${files[0]}"
    [ -p "$raw/${files[0]}" ]
}

@test "fetch: leftovers of a killed run are cleared away" {
    mkdir -p "$raw"
    tiny --mirror "$src"
    assert_status 0
    # A name as the program itself makes it, learnt from a killed run.
    rm -r data
    start_server
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$port/stall/" >out 2>err 3>&- &
    local client=$! i
    for ((i = 0; i < 100; i++)); do
        [ -z "$(find data -name '.mnistprep-tmp-*' -size +0 2>/dev/null)" ] || break
        sleep 0.05
    done
    kill -KILL "$client"
    wait "$client" || true
    [ -n "$(find data -type f)" ] || skip "the killed run had nothing on disk yet"
    assert_absent "$raw/${files[0]}"
    tiny --mirror "$src"
    assert_status 0
    assert_fetched
}

# --- what is not reached at all

@test "fetch: --offline with nothing on disk: 4, and no socket" {
    need_strace
    start_server
    run --separate-stderr strace -f -o trace -e trace=socket,connect \
        "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --offline \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 4
    assert_by_hand 'this is offline' "${files[@]}"
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
    assert_by_hand 'not on disk, and this is offline' "${files[@]}"
    assert_no_stdout
    assert_absent data
    # A dry run refuses what the run would refuse; --check only asks.
    tiny --offline -q -n
    assert_status 4
    assert_by_hand 'not on disk, and this is offline' "${files[@]}"
    tiny --offline -q --check
    assert_status 10
    assert_one_error_line '4 files are to be fetched'
    # With --json, too, and a directory that was asked in vain.
    tiny --offline -q --json
    assert_by_hand 'not on disk, and this is offline' "${files[@]}"
    mkdir empty
    tiny --offline -q --mirror empty
    assert_status 4
    assert_by_hand 'no mirror has it right: empty: it has no such file; name another --mirror, or ' \
        "${files[@]}"
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
    echo mine >"data/other/raw/${files[0]}"
    mp -q --catalogue both.json fetch other tiny --offline
    assert_status 2
    assert_stderr_line_count 8
    assert_error_line "other/raw/${files[0]}' is there, but"
    [ "$(grep -c 'and put it at' <<<"$stderr")" -eq 7 ]
}

@test "fetch: --offline calls damage damage, and writes nothing" {
    tiny --mirror "$src"
    assert_status 0
    fixture truncate "$src/${files[2]}" "$PWD/short" --keep 1000
    cat short >"data/tiny/raw/${files[2]}"
    rm "data/tiny/raw/${files[1]}"
    snapshot data >before
    tiny --offline -q
    assert_status 4
    assert_by_hand 'and this is offline' "${files[1]}" "${files[2]}"
    assert_error_line "${files[2]}: damaged on disk"
    snapshot data >after
    assert_same before after
    cp "$src/${files[1]}" data/tiny/raw
    tiny --offline -q
    assert_status 4
    assert_one_error_line "${files[2]}: damaged on disk.*offline"
}

@test "fetch: --offline and MNISTPREP_OFFLINE=1" {
    start_server
    MNISTPREP_OFFLINE=1 mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "http://127.0.0.1:$port/ok/"
    assert_status 4
    assert_by_hand offline "${files[@]}"
    [ "$(requests '')" -eq 0 ]
    assert_nothing
    # Everything on disk: done.
    tiny --mirror "$src"
    assert_status 0
    tiny --offline --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_paths
    MNISTPREP_OFFLINE=1 tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    # Empty means unset.
    rm -r data
    MNISTPREP_OFFLINE='' tiny --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_fetched
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
        --only-mirrors --retries 0 --mirror "http://127.0.0.1:$port/redirect-away/"
    assert_status 4
    no_match '192\.0\.2\.1' trace
}

@test "fetch: --only-mirrors without --mirror has nothing to ask" {
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0
    assert_status 4
    assert_by_hand 'there is no mirror to ask' "${files[@]}"
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
    tiny --cacert none.pem --mirror "http://127.0.0.1:$port/ok/"
    assert_status 1
    assert_one_error_line "--cacert: cannot read 'none.pem'"
    [ "$(requests '')" -eq 0 ]
}

@test "fetch -n: says what it would do, asks nobody, writes nothing" {
    start_server
    tiny -n --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    [ -n "$stderr" ]
    [[ $stderr == *"${files[0]}"* ]] || seen "expected the name of the file"
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
    assert_stdout "$(printf 'data/tiny/raw/%s\n' "${files[@]}"; printf 'data/tony/raw/%s\n' "${files[@]}")"
    assert_same "src2/${files[0]}" "data/tony/raw/${files[0]}"
}

@test "fetch -q: nothing but the paths" {
    start_server
    tiny -q --mirror "http://127.0.0.1:$port/ok/"
    assert_status 0
    assert_no_stderr
    assert_paths
}

@test "fetch: into -C DIR, into \$MNISTPREP_DATA_DIR, into a name with a space" {
    mp --catalogue "$fixtures/tiny.json" fetch -C 'my data/é' tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_same "$src/${files[0]}" "my data/é/tiny/raw/${files[0]}"
    [ "${lines[0]}" = "my data/é/tiny/raw/${files[0]}" ]
    MNISTPREP_DATA_DIR=elsewhere tiny --mirror "$src"
    assert_status 0
    assert_same "$src/${files[0]}" "elsewhere/tiny/raw/${files[0]}"
    assert_absent data
}

@test "fetch: umask decides the permissions" {
    (umask 077 && "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$src" >/dev/null)
    [ "$(stat -c %a "$raw/${files[0]}")" = 600 ]
    rm -r data
    (umask 022 && "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --mirror "$src" >/dev/null)
    [ "$(stat -c %a "$raw/${files[0]}")" = 644 ]
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
    assert_absent "$raw/${files[0]}"
    assert_no_leftovers data 'tiny/raw/receipt.json' "${files[@]/#/tiny/raw/}"
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
        cp "$src/${files[0]}" evil.gz
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
        --only-mirrors --mirror "http://127.0.0.1:$port/slow:20/" <<'PY'
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
        --only-mirrors --mirror "http://127.0.0.1:$port/slow:0.8/" <<'PY'
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
    tiny --mirror "http://127.0.0.1:$port/slow:0.2/"
    assert_status 0
    assert_no_control_bytes
    rm -r data
    tiny --progress none --mirror "http://127.0.0.1:$port/slow:0.2/"
    assert_status 0
    assert_no_control_bytes
}

# --- the genuine files

@test "fetch: genuine MNIST from its directory" {
    need_mnist
    mp fetch mnist --mirror "$mnist" --only-mirrors
    assert_status 0
    assert_stdout "$(printf 'data/mnist/raw/%s\n' "${files[@]}")"
    [[ $stderr != *"payload verified"* ]] || seen "the genuine files are not repacked"
    # catalogue.md 1.1
    assert_sha256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 "data/mnist/raw/${files[0]}"
    assert_sha256 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c "data/mnist/raw/${files[1]}"
    assert_sha256 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6 "data/mnist/raw/${files[2]}"
    assert_sha256 f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6 "data/mnist/raw/${files[3]}"
    assert_no_leftovers data mnist/raw/receipt.json "${files[@]/#/mnist/raw/}"
    # mnist is the default
    mp fetch --mirror "$mnist" --only-mirrors
    assert_status 0
    assert_stdout "$(printf 'data/mnist/raw/%s\n' "${files[@]}")"
}

@test "fetch: Fashion-MNIST from Debian's package: repacked, and right" {
    need_fashion
    mp fetch fashion-mnist --mirror "$fashion" --only-mirrors
    assert_status 0
    if [ "$(stat -c %s "$fashion/${files[0]}")" -ne 26421880 ]; then
        [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    fi
    assert_same "$fashion/${files[0]}" "data/fashion-mnist/raw/${files[0]}"
}

@test "fetch: Debian's package is found without an option" {
    [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ] ||
        skip "dataset-fashion-mnist is not installed"
    need_strace
    run --separate-stderr strace -f -o trace -e trace=connect "$MNISTPREP" fetch fashion-mnist
    assert_status 0
    assert_same "/usr/share/datasets/fashion-mnist/${files[3]}" "data/fashion-mnist/raw/${files[3]}"
    no_match AF_INET trace
}

@test "fetch: Fashion-MNIST offered as MNIST is refused" {
    need_fashion
    mp -q fetch mnist --mirror "$fashion" --only-mirrors
    assert_status 3
    assert_one_error_line "${files[0]}"
    [ ! -e data ] || assert_no_leftovers data
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: what was cut is continued, when that is safe; and never two versions
# of a file in one. Scenarios F07 to F11, F21, F25 of the robustness table.

load net
load nginx

setup_file() {
    net_fixtures
}

duo_bytes() {
    cat "$fixtures/duo-src/$images" "$fixtures/duo-src/$labels" | wc -c
}

# Bytes that the server may send for both files, with a tenth to spare.
assert_frugal() {
    local most=$(($(duo_bytes) * 11 / 10)) got
    got=$(sent .)
    [ "$got" -lt "$most" ] || seen "$got bytes were sent for $(duo_bytes)"
}

# sidecar FILE URL VALIDATOR TOTAL
sidecar() {
    "$MNISTPREP_TEST_PYTHON" -E -S - "$@" <<'PY'
import json, sys
path, url, validator, total = sys.argv[1:]
json.dump({'url': url, 'validator': validator, 'total': int(total)}, open(path, 'w'))
PY
}

# The ETag that server.py gives a file.
etag() {
    printf '"%.20s"' "$(sha256sum <"$1")"
}

# resting FILE BYTES MODE: the first bytes of it as an earlier run left them.
resting() {
    local file=$1 bytes=$2 mode=$3 whole=$fixtures/duo-src/$1
    mkdir -p data/duo/raw
    head -c "$bytes" "$whole" >"data/duo/raw/$file.part"
    sidecar "data/duo/raw/$file.part.json" "$url/$mode/$file" \
        "$(etag "$whole")" "$(stat -c %s "$whole")"
}

# --- F07

@test "F07 the server of these tests does Range and If-Range as nginx does" {
    need_nginx
    start_server "$fixtures/duo-src"
    start_nginx "$fixtures/duo-src"
    "$MNISTPREP_TEST_PYTHON" -E -S - "$port" "/ok/$images" "$nginx_port" \
        "/$images" <<'PY'
import http.client, sys


def ask(port, path, **headers):
    c = http.client.HTTPConnection('127.0.0.1', int(port))
    c.request('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()})
    r = c.getresponse()
    body = r.read()
    return r, body


def answers(port, path):
    first, whole = ask(port, path)
    etag, date, size = first.getheader('ETag'), first.getheader('Last-Modified'), len(whole)
    yield first.status, whole
    for wanted in ('0-', '0-0', '1000-', '1000-1999', '-1', '-1000', '-999999999', '%d-' % (size - 1),
                   '%d-' % size, '%d-%d' % (size + 5, size + 9), '5-4', '-', 'a-b', '7'):
        for condition in (None, etag, date, '"other"', 'W/' + etag, 'Mon, 01 Jan 2001 00:00:00 GMT'):
            headers = {'Range': 'bytes=' + wanted}
            if condition:
                headers['If_Range'] = condition
            r, body = ask(port, path, **headers)
            yield (wanted, condition and condition.replace(etag, 'E').replace(date, 'D'), r.status,
                   r.getheader('Content-Range'), body if r.status in (200, 206) else None)


ours, nginx = (list(answers(*sys.argv[i:i + 2])) for i in (1, 3))
bad = [(a[:4], b[:4]) for a, b in zip(ours, nginx) if a != b
       # RFC 9110 lets a server ignore a Range it cannot read; nginx says 416.
       and not (a[2] == 200 and b[2] == 416 and a[0] in ('5-4', '-', 'a-b', '7'))]
assert not bad and len(ours) == len(nginx) > 50, bad
PY
}

@test "F07 cut at 60 percent: continued there, with Range and If-Range" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut/"
    assert_status 0
    assert_fetched duo
    local file whole
    for file in "${duo_files[@]}"; do
        whole=$fixtures/duo-src/$file
        equals "requests for $file" "$(requests "$file")" 2
        equals "Range of $file" "$(header range "$file" | tail -1)" \
            "bytes=$(($(stat -c %s "$whole") * 6 / 10))-"
        equals "If-Range of $file" "$(header if-range "$file" | tail -1)" \
            "$(etag "$whole")"
    done
    assert_frugal
}

@test "F07 cut again and again, with progress: continued each time" {
    start_server "$fixtures/duo-src"
    duo --retries 3 --mirror "$url/cut-often/"
    assert_status 0
    assert_fetched duo
    assert_frugal
}

@test "F07 cut for ever: 4 in the end, and what has come is kept" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-always/"
    assert_status 4
    assert_error_line 'cut after'
    assert_resting data/duo/raw "$images"
    local n
    n=$(requests "$images")
    [ "$n" -le 12 ] || seen "$n requests"
    # The same file from a mirror that lets it through: only the rest.
    local have
    have=$(stat -c %s "data/duo/raw/$images.part")
    forget
    duo --mirror "$url/cut-always/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
    equals 'Range of the next run' "$(header range "$images" | head -1)" \
        "bytes=$have-"
}

@test "F07 continued with Last-Modified where there is no ETag" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-date/"
    assert_status 0
    assert_fetched duo
    equals If-Range "$(header if-range "$images" | tail -1)" \
        'Thu, 01 Oct 2026 00:00:00 GMT'
    assert_frugal
}

@test "F07 a weak validator, or none, is not continued with" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in cut-weak cut-no-validator interim; do
        rm -rf data
        forget
        duo --mirror "$url/$mode/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched duo
        equals "$mode: Range" "$(header range "$images" | tail -1)" -
        equals "$mode: If-Range" "$(header if-range "$images" | tail -1)" -
    done
}

@test "F07 a validator that is a trap is not sent back" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/nasty-etag/"
    assert_status 0
    assert_fetched duo
    equals X-Injected "$(header x-injected . | sort -u)" -
    equals If-Range "$(header if-range . | sort -u)" -
}

@test "F07 trailer fields behind a body change nothing" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/trailer/"
    assert_status 0
    assert_fetched duo
}

@test "F07 cut by a reset in the second part, too" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-reset/"
    assert_status 0
    assert_fetched duo
}

@test "F07 503 to the continuation: continued after a wait" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-503/"
    assert_status 0
    assert_fetched duo
    assert_frugal
}

@test "F07 cut at the first mirror, which then dies: the second one from 0" {
    start_server "$fixtures/duo-src"
    duo --retries 0 --mirror "$url/cut-always/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
    # Another URL: its bytes are not those that we have the beginning of.
    equals Range "$(header range "/ok/$images")" -
}

@test "F07 cut more than a day ago: continued all the same" {
    start_server "$fixtures/duo-src"
    resting "$images" 50000 ok
    touch -d '25 hours ago' "data/duo/raw/$images.part"{,.json}
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
    equals Range "$(header range "$images")" bytes=50000-
}

# --- F08

@test "F08 the file has changed since it was cut: all of the new one" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-changed/"
    assert_status 0
    assert_fetched duo
    [ "$(header if-range "$images" | sed -n 2p)" != - ] ||
        seen "expected an If-Range"
}

@test "F08 the file was spoiled since it was cut: 3, never a splice" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-spoiled/"
    assert_status 3
    assert_nothing
    # With another mirror behind it: that one's.
    duo --mirror "$url/cut-spoiled:again/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F08 it changes between two runs" {
    start_server "$fixtures/duo-src"
    resting "$images" 50000 ok
    # As if it had been the beginning of another version.
    head -c 50000 /dev/zero >"data/duo/raw/$images.part"
    sidecar "data/duo/raw/$images.part.json" "$url/ok/$images" '"old"' 99999
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
    equals If-Range "$(header if-range "$images" | head -1)" '"old"'
}

# --- F09

@test "F09 206 that is not the part asked for: from 0, never a splice" {
    start_server "$fixtures/duo-src"
    local mode n
    for mode in zero early total missing garbled multipart lie etag; do
        rm -rf data
        forget
        duo --mirror "$url/cut-206-$mode/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched duo || seen "$mode"
        n=$(requests "$images")
        [ "$n" -le 4 ] || seen "$mode: $n requests"
        equals "$mode: last Range" "$(header range "$images" | tail -1)" -
    done
}

@test "F09 the same, with a second mirror: 0" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in zero early total missing garbled multipart lie etag; do
        rm -rf data
        duo --retries 0 --mirror "$url/cut-206-$mode/" --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched duo || seen "$mode"
    done
}

@test "F09 a server without Range answers 200: from 0" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/no-range/"
    assert_status 0
    assert_fetched duo
}

@test "F09 a login page in answer to the Range: not in the file" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-html/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

# --- F10

@test "F10 a whole partial and 416: it is the file" {
    start_server "$fixtures/duo-src"
    resting "$images" 999999999 ok
    resting "$labels" 999999999 ok
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
    equals 'bytes sent' "$(log_select status . ends | sort -u)" 416
}

@test "F10 a whole partial that is wrong and 416: fetched again" {
    start_server "$fixtures/duo-src"
    local file
    for file in "${duo_files[@]}"; do
        resting "$file" 999999999 ok
        fixture flip "$fixtures/duo-src/$file" "data/duo/raw/$file.part" --at -20
    done
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F10 416 to what is only a part: fetched again, its page in no file" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/cut-416/"
    assert_status 0
    assert_fetched duo
}

@test "F10 416 without end: 3 or 4, nothing is left" {
    start_server "$fixtures/duo-src"
    resting "$images" 50000 416
    resting "$labels" 50 416
    duo --retries 1 --mirror "$url/416/"
    case $status in
    3 | 4) ;;
    *) seen "expected status 3 or 4" ;;
    esac
    local n
    n=$(requests "$images")
    [ "$n" -le 4 ] || seen "$n requests"
    assert_absent "data/duo/raw/$images" "data/duo/raw/$labels"
}

# --- F11

@test "F11 a chunked body cut, a close-delimited body cut: tried again" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in cut-chunked-once cut-close-once; do
        rm -rf data
        duo --mirror "$url/$mode/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_fetched duo
    done
}

@test "F11 the same for ever: 4, and the message says that it was cut" {
    start_server "$fixtures/duo-src"
    local mode
    for mode in cut-chunked close-delimited-cut short reset; do
        rm -rf data
        forget
        duo -q --retries 1 --mirror "$url/$mode/"
        [ "$status" -eq 4 ] || seen "$mode: expected status 4"
        assert_one_error_line 'cut|closed|reset|partial|truncated'
        assert_nothing # there was no validator
        # What it says of the bytes is true.
        local n
        n=$(printf %s "$stderr" | sed -n 's/.*after \([0-9]*\) .*/\1/p')
        [ "${n:-0}" -le "$(stat -c %s "$fixtures/duo-src/$images")" ] ||
            seen "$mode: after $n bytes?"
        equals "$mode: requests" "$(requests "$images")" 2
    done
}

# --- F21

# interrupt SIGNAL[,SIGNAL...] NAME ARGS...: runs fetch, sends the signals once a
# partial has grown, writes ./result: signal it died by, seconds it took.
# (python starts it: a shell's background job would ignore SIGINT.)
interrupt() {
    local signals=$1 name=$2
    shift 2
    "$MNISTPREP_TEST_PYTHON" -E -S - "$signals" "$MNISTPREP" --catalogue \
        "$fixtures/$name.json" fetch "$name" --only-mirrors "$@" <<'PY'
import glob, os, signal, subprocess, sys, time
signals = [getattr(signal, s) for s in sys.argv[1].split(',')]
p = subprocess.Popen(sys.argv[2:], stdout=open('out', 'w'), stderr=open('err', 'w'))
end = time.monotonic() + 10
while time.monotonic() < end and p.poll() is None:
    try:
        if any(os.path.getsize(f) > 20000 for f in glob.glob('data/*/raw/.*.part')):
            break
    except OSError:
        pass
    time.sleep(0.02)
begin = time.monotonic()
for s in signals:
    p.send_signal(s)
code = p.wait(20)
took = time.monotonic() - begin
print(-code, '%.3f' % took, file=open('result', 'w'))
PY
}

# assert_died NUMBER
assert_died() {
    local number took most=0.3
    [ "${MNISTPREP_SANITIZED-0}" != 1 ] || most=2
    read -r number took <result
    stderr=$(cat err) output=$(cat out)
    equals 'it died by signal' "$number" "$1"
    assert_within 0 "$took" "$most"
}

@test "F21 SIGINT: dies by it at once, keeps the partial, the next run continues" {
    need_nginx
    start_nginx "$fixtures/duo-src" rate=40k
    interrupt SIGINT duo --mirror "$nginx_url/"
    assert_died 2
    assert_stderr 'kept'
    assert_stderr 'again'
    assert_absent "data/duo/raw/$images"
    assert_resting data/duo/raw "$images"
    local have
    have=$(stat -c %s "data/duo/raw/$images.part")
    # The partial is the beginning of the file.
    cmp -n "$have" "data/duo/raw/$images.part" "$fixtures/duo-src/$images"
    assert_no_leftovers data "duo/raw/$images.part*" "duo/raw/$labels*" \
        duo/raw/receipt.json
    stop_nginx
    mv nginx/log log-1
    sed -i 's/limit_rate .*/limit_rate 0;/' nginx/conf # the same port: the URL counts
    "$nginx" -e "$PWD/nginx/error.log" -c "$PWD/nginx/conf" >nginx/out 2>&1 3>&- &
    # shellcheck disable=SC2034 # read by nginx_answers
    nginx_pid=$!
    started+=("$nginx_pid")
    wait_until 5 nginx_answers "$nginx_port"
    duo --mirror "$nginx_url/"
    assert_status 0
    assert_fetched duo
    equals Range "$(log_select range "$images" nginx/log)" "bytes=$have-"
    [ -n "$(log_select if_range "$images" nginx/log)" ] ||
        seen "expected an If-Range"
    equals status "$(log_select status "$images" nginx/log)" 206
    equals 'bytes of the rest' "$(log_select body "$images" nginx/log)" \
        $(($(stat -c %s "$fixtures/duo-src/$images") - have))
}

@test "F21 SIGTERM and SIGHUP: the same" {
    start_server "$fixtures/duo-src"
    local number=15 name
    for name in SIGTERM SIGHUP; do
        rm -rf data
        interrupt "$name" duo --mirror "$url/slow-range:8/"
        assert_died $number
        number=1
        assert_resting data/duo/raw "$images"
        forget
        duo --mirror "$url/slow-range:0/"
        assert_status 0
        # The URL counts: this is another one, so it is begun anew.
        assert_fetched duo
        equals Range "$(header range "$images")" -
    done
}

@test "F21 SIGINT twice: dies all the same, and the next run needs no help" {
    start_server "$fixtures/duo-src"
    interrupt SIGINT,SIGINT duo --mirror "$url/slow-range:8/"
    assert_died 2
    assert_absent "data/duo/raw/$images"
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F21 a shell loop around it stops" {
    start_server "$fixtures/duo-src"
    "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" "$fixtures/duo.json" \
        "$url/slow-range:8/" <<'PY'
import glob, os, signal, subprocess, sys, time
loop = '''for i in 1 2 3; do
    "$1" --catalogue "$2" fetch duo --only-mirrors --mirror "$3"
    echo "round $i is over"
done'''
p = subprocess.Popen(['bash', '-c', loop, 'loop'] + sys.argv[1:], start_new_session=True,
                     stdout=subprocess.PIPE, stderr=open('err', 'w'))
end = time.monotonic() + 10
while time.monotonic() < end and not glob.glob('data/*/raw/.*.part'):
    time.sleep(0.02)
time.sleep(0.2)
os.killpg(p.pid, signal.SIGINT)
out, _ = p.communicate(timeout=10)
assert p.returncode == -signal.SIGINT, (p.returncode, out)
assert out == b'', out
PY
}

@test "F21 --progress json: the last line is the end, with its status" {
    start_server "$fixtures/duo-src"
    interrupt SIGINT duo --progress json --mirror "$url/slow-range:8/"
    assert_died 2
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
events = [json.loads(line) for line in open('err')]
assert events[-1]['event'] == 'end', events[-1]
assert events[-1]['status'] != 0, events[-1]
PY
}

# --- F25

@test "F25 a sidecar that is damaged, empty, missing, or of another URL" {
    start_server "$fixtures/duo-src"
    local raw=data/duo/raw whole=$fixtures/duo-src/$images kind total
    total=$(stat -c %s "$whole")
    for kind in damaged empty zeros missing array url validator no-total \
        huge-total text-total negative-total nested; do
        rm -rf data
        forget
        resting "$images" 50000 ok
        # Bytes that must not come into the file.
        head -c 50000 /dev/zero | tr '\0' x >"$raw/$images.part"
        case $kind in
        damaged) printf '{"url": "%s/ok/' "$url" ;;
        empty) : ;;
        zeros) head -c 200 /dev/zero ;;
        array) echo '[1, 2, 3]' ;;
        url) printf '{"url":"%s/slow/%s","validator":%s,"total":%d}' "$url" \
            "$images" "$(etag "$whole" | sed 's/"/\\"/g; s/.*/"&"/')" "$total" ;;
        validator) printf '{"url":"%s/ok/%s","validator":"","total":%d}' \
            "$url" "$images" "$total" ;;
        no-total) printf '{"url":"%s/ok/%s","validator":"\\"x\\""}' "$url" "$images" ;;
        huge-total) printf '{"url":"%s/ok/%s","validator":"\\"x\\"","total":1e99}' \
            "$url" "$images" ;;
        text-total) printf '{"url":"%s/ok/%s","validator":"\\"x\\"","total":"many"}' \
            "$url" "$images" ;;
        negative-total) printf '{"url":"%s/ok/%s","validator":"\\"x\\"","total":-1}' \
            "$url" "$images" ;;
        nested) head -c 100000 /dev/zero | tr '\0' '[' ;;
        missing) : ;;
        esac >"$raw/$images.part.json"
        [ "$kind" != missing ] || rm "$raw/$images.part.json"
        duo --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$kind: expected status 0"
        assert_fetched duo || seen "$kind"
        equals "$kind: Range" "$(header range "$images" | head -1)" -
    done
}

@test "F25 a partial longer than the file, a little and a lot; and an empty one" {
    start_server "$fixtures/duo-src"
    local raw=data/duo/raw more
    for more in 1 1000 70000 2000000; do
        rm -rf data
        resting "$images" 999999999 ok
        head -c "$more" /dev/zero >>"$raw/$images.part"
        duo --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$more bytes more: expected status 0"
        assert_fetched duo
    done
    rm -rf data
    resting "$images" 0 ok
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F25 a sidecar without its partial goes away" {
    start_server "$fixtures/duo-src"
    resting "$images" 10 ok
    rm "data/duo/raw/$images.part"
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F25 a partial that is a link, a FIFO, a directory: not followed, no dead end" {
    start_server "$fixtures/duo-src"
    local raw=data/duo/raw kind
    for kind in link dangling fifo directory sidecar-directory; do
        rm -rf data target
        resting "$images" 10 ok
        rm "$raw/$images.part"
        head -c 10 "$fixtures/duo-src/$images" >target
        cp target kept
        case $kind in
        link) ln -s "$PWD/target" "$raw/$images.part" ;;
        dangling) ln -s "$PWD/nothing" "$raw/$images.part" ;;
        fifo) mkfifo "$raw/$images.part" ;;
        directory) mkdir "$raw/$images.part" ;;
        sidecar-directory)
            mv "$raw/$images.part.json" "$raw/$images.part"
            mkdir "$raw/$images.part.json"
            ;;
        esac
        duo --mirror "$url/ok/"
        assert_same kept target || seen "$kind: followed"
        assert_absent nothing
        # Whatever it said: it must not be in the way for ever.
        duo --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$kind: expected status 0"
        assert_same "$fixtures/duo-src/$images" "$raw/$images" || seen "$kind"
    done
}

@test "F25 what a killed run left is continued by the next one" {
    start_server "$fixtures/duo-src"
    in_background one --catalogue "$fixtures/duo.json" fetch duo \
        --only-mirrors --mirror "$url/stall-range/"
    wait_until 10 find_part 60000
    kill -KILL "$one_pid"
    wait "$one_pid" || true
    [ -n "$(find data -name '.*.part')" ] || seen "expected an orphan"
    forget
    duo --mirror "$url/stall-range/"
    assert_status 0
    assert_fetched duo
    local range
    range=$(header range "$images" | head -1)
    [ "$range" != - ] || seen "expected a Range: the orphan was not continued"
}

# find_part BYTES: is there a partial of that size that a process works on?
find_part() {
    [ -n "$(find data -name '.*.part' -size "+$(($1 - 1))c")" ]
}

@test "F25 a partial of a live process is let alone" {
    start_server "$fixtures/duo-src"
    mkdir -p data/duo/raw
    # $$ is alive; that it has nothing to do with this nobody can know.
    local other=data/duo/raw/.$images.$$-0.part
    head -c 1000 "$fixtures/duo-src/$images" >"$other"
    cp "$other" copy
    duo --mirror "$url/ok/"
    assert_status 0
    assert_same "$fixtures/duo-src/$images" "data/duo/raw/$images"
    assert_same copy "$other"
}

@test "F25 after a day such a partial is nobody's: its pid is another process" {
    start_server "$fixtures/duo-src"
    mkdir -p data/duo/raw
    local other=data/duo/raw/.$images.$$-0.part
    head -c 1000 "$fixtures/duo-src/$images" >"$other"
    cp "$other" "$other.json"
    touch -d '2 days ago' "$other" "$other.json"
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

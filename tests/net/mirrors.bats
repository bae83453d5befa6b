#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: good mirrors, busy ones, dead ones and silent ones; what is said of
# each; and when nobody is asked at all. Scenarios F01 to F06, F12, F18, F27 of
# the robustness table, and the check of the payload (D3).

load net
load nginx

setup_file() {
    net_fixtures
}

# --- F01, F02: a real server

@test "F01 fetch from nginx: four files, right, and their paths" {
    need_nginx
    start_nginx "$src"
    tiny --mirror "$nginx_url/"
    assert_status 0
    assert_stdout "$(printf 'data/tiny/raw/%s\n' "${tiny_files[@]}")"
    assert_fetched tiny
    assert_no_control_bytes
    [ "$(requests . nginx/log)" -eq 4 ] || seen "expected four requests"
}

@test "F01 fetch says what it gets, how much and from where, before it asks" {
    start_server "$src" --deaf
    patiently "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny \
        --only-mirrors --retries 0 --connect-timeout 1 --mirror "$url/ok/"
    assert_status 4
    assert_stderr 'tiny: 4 files.*[0-9] [kM]?B'
    assert_stderr "127.0.0.1:$port"
    # nothing came, so this was said before
    [ "${stderr_lines[0]#tiny: 4 files}" != "${stderr_lines[0]}" ] ||
        seen "expected that first"
}

@test "F01 --json: one object, a result per file" {
    start_server
    tiny --json --mirror "$url/404/" --mirror "$url/ok/"
    assert_status 0
    printf '%s' "$output" >out.json
    "$MNISTPREP_TEST_PYTHON" -E -S - "$url/ok/" "${tiny_files[@]}" <<'PY'
import json, sys
doc = json.load(open('out.json'))
assert doc['schema'] == 'mnistprep.fetch/1', doc
assert [f['file'] for f in doc['files']] == sys.argv[2:], doc
for f in doc['files']:
    assert f['state'] == 'fetched' and f['repacked'] is False, f
    assert f['path'] == 'data/tiny/raw/' + f['file'], f
    assert f['mirror'].rstrip('/') == sys.argv[1].rstrip('/'), f
    assert not f.get('error'), f
PY
    # One that failed has its reason there.
    tiny --json --force --retries 0 --mirror "$url/404/"
    assert_status 0
    rm "data/tiny/raw/$images"
    tiny --json --retries 0 --mirror "$url/404/"
    assert_status 4
    printf '%s' "$output" >out.json
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
files = json.load(open('out.json'))['files']
assert [f['state'] for f in files] == ['failed', 'kept', 'kept', 'kept'], files
assert '404' in files[0]['error'], files
PY
}

@test "F01 no more than 2 requests at once to a host, and 4 in all" {
    mkdir a b
    # The first two are missing there, so they are soon asked for elsewhere.
    cp "$src/${tiny_files[2]}" "$src/${tiny_files[3]}" a
    cp "$src"/* b
    as=a start_server "$PWD/a"
    local first=$url
    as=b start_server "$PWD/b"
    tiny --mirror "$first/slow:0.6/" --mirror "$url/slow:0.6/"
    assert_status 0
    assert_fetched tiny
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
events = []
for name in 'ab':
    begun = {r['n']: r['time'] for r in map(json.loads, open(name + '.requests'))}
    ended = {r['n']: r['time'] for r in map(json.loads, open(name + '.ends'))}
    for n, t in begun.items():
        # A request to the next one may begin before we have logged this end.
        events += [(t + 0.02, 1, name), (ended[n] - 0.02, -1, name)]
running = {'a': 0, 'b': 0}
most = {'a': 0, 'b': 0, 'all': 0}
for _, step, name in sorted(events):
    running[name] += step
    most[name] = max(most[name], running[name])
    most['all'] = max(most['all'], sum(running.values()))
assert most == {'a': 2, 'b': 2, 'all': 4}, most
PY
}

@test "F02 a second fetch asks nobody, opens no socket, touches nothing" {
    need_strace
    start_server
    tiny --mirror "$url/ok/"
    assert_status 0
    local before
    before=$(snapshot data)
    patiently strace -f -o trace -e trace=socket,connect "$MNISTPREP" \
        --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors \
        --mirror "$url/ok/"
    assert_status 0
    assert_stdout "$(printf 'data/tiny/raw/%s\n' "${tiny_files[@]}")"
    equals requests "$(requests .)" 4
    no_match 'socket\(|connect\(' trace
    equals "data" "$(snapshot data)" "$before"
}

# --- F03 to F05: busy

@test "F03 503 twice, then the file: three requests, waits that grow" {
    start_server "$fixtures/mini-src"
    mini --mirror "$url/flaky:503,2/"
    assert_status 0
    assert_fetched mini
    local file
    for file in "${duo_files[@]}"; do
        equals "requests for $file" "$(requests "$file")" 3
        # Full jitter: anything up to 0.5 s, then anything up to 1 s.
        request_times "$file" | awk -v file="$file" '
            NR > 1 { gap[NR - 1] = $1 - last } { last = $1 }
            END {
                printf "%s: waited %.2f s, then %.2f s\n", file, gap[1], gap[2]
                exit !(gap[1] < 0.5 + 0.5 && gap[2] < 1 + 0.5)
            }'
    done
    assert_stderr "503"
    assert_stderr "again in"
}

@test "F03 the waits have jitter" {
    start_server "$fixtures/mini-src"
    local n
    for n in 1 01 001 0001 00001; do # each its own target for the server
        rm -rf data
        mini --mirror "$url/flaky:503,$n/"
        assert_status 0
    done
    for n in 1 01 001 0001 00001; do
        request_times "503,$n/$images" | awk '
            NR > 1 { print $1 - last } { last = $1 }'
        request_times "503,$n/$labels" | awk '
            NR > 1 { print $1 - last } { last = $1 }'
    done | sort -n >gaps
    cat gaps
    equals 'number of waits' "$(wc -l <gaps)" 10
    awk 'NR == 1 { least = $1 } { most = $1 }
         END { exit !(most - least > 0.05 && most < 1) }' gaps ||
        seen "expected ten different waits below 0.5 s"
}

@test "F03 --retries N is obeyed; 0 asks once" {
    start_server "$fixtures/mini-src"
    mini --retries 0 --mirror "$url/503/"
    assert_status 4
    assert_error_line '503'
    equals requests "$(requests "$images")" 1
    mini --retries 1 --mirror "$url/503/"
    assert_status 4
    equals requests "$(requests "$images")" 3
    assert_nothing
}

@test "F03 which statuses are worth another try, and which are not" {
    start_server "$fixtures/mini-src"
    local code
    for code in 408 425 429 500 502 503 504 520 524; do
        rm -rf data
        mini --mirror "$url/flaky:$code/"
        [ "$status" -eq 0 ] || seen "$code: expected another try"
        equals "$code: requests" "$(requests "flaky:$code/$images")" 2
    done
    for code in 400 401 403 404 410 451 501; do
        rm -rf data
        mini --mirror "$url/flaky:$code/"
        [ "$status" -eq 4 ] || seen "$code: expected status 4"
        assert_error_line "$code"
        equals "$code: requests" "$(requests "flaky:$code/$images")" 1
    done
}

@test "F04 404 at the first mirror: one request there, the next one has it" {
    start_server "$fixtures/mini-src"
    mini -v --mirror "$url/404/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    local file
    for file in "${duo_files[@]}"; do
        equals "requests to the first" "$(requests "/404/$file")" 1
        equals "requests to the second" "$(requests "/ok/$file")" 1
        assert_stderr "$file.*404"
    done
}

@test "F04 nothing listens at the first mirror: the next one has it, at once" {
    start_server "$fixtures/mini-src"
    local dead start
    dead=$(closed_port)
    start=$(now)
    mini --mirror "http://127.0.0.1:$dead/" --mirror "$url/ok/"
    assert_within "$start" "$(now)" 2
    assert_status 0
    assert_fetched mini
    assert_stderr "127.0.0.1:$dead.*(refused|connect)"
}

@test "F04 nothing listens anywhere: 4, and the message says what to do" {
    local dead
    dead=$(closed_port)
    mini -q --mirror "http://127.0.0.1:$dead/"
    assert_status 4
    assert_one_error_line "127.0.0.1:$dead.*connect.*(try again|--mirror)"
    assert_nothing
}

@test "F04 a mirror with wrong bytes is asked once, also when another was busy" {
    start_server "$fixtures/mini-src"
    mini --mirror "$url/wrong-bytes/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    equals "requests to the wrong one" "$(requests "wrong-bytes/$images")" 1
    rm -r data
    # The same with one that has an ETag, after one that is busy.
    mkdir wrong
    fixture flip "$fixtures/mini-src/$images" "wrong/$images" --at -20
    fixture flip "$fixtures/mini-src/$labels" "wrong/$labels" --at -20
    as=wrong start_server "$PWD/wrong"
    local wrong=$url
    url=http://127.0.0.1:$(cat port)
    mini --mirror "$url/503/" --mirror "$wrong/ok/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    equals "requests to the wrong one" \
        "$(requests "ok/$images" wrong.requests)" 1
}

@test "F05 429 with Retry-After: 2 is waited for" {
    start_server "$fixtures/mini-src"
    mini --mirror "$url/retry-after:2/"
    assert_status 0
    assert_fetched mini
    local first second
    { read -r first && read -r second; } < <(request_times "$images")
    assert_at_least "$first" "$second" 2
    assert_within "$first" "$second" 4
    assert_stderr 'again in'
}

@test "F05 Retry-After beyond --max-time: ends at once with 4, and says so" {
    start_server "$fixtures/mini-src"
    local start
    start=$(now)
    mini --max-time 5 --mirror "$url/flaky:429,9,86400/"
    assert_within "$start" "$(now)" 2
    assert_status 4
    assert_error_line '429.*max-time'
    equals requests "$(requests "$images")" 1
}

@test "F05 Retry-After of a day is not waited for: 300 s at most" {
    start_server "$fixtures/mini-src"
    in_background one --catalogue "$fixtures/mini.json" fetch mini \
        --only-mirrors --mirror "$url/flaky:429,9,86400/"
    wait_until 10 grep 'again in' one.err
    kill "$one_pid"
    stderr=$(cat one.err)
    printf '%s\n' "$stderr" | sed -n 's/.*again in \([0-9.]*\) s.*/\1/p' |
        awk '$1 > 300 { print "would wait " $1 " s"; bad = 1 }
             END { exit bad }' >&2
}

@test "F05 Retry-After as a date, in the future and in the past, and nonsense" {
    start_server "$fixtures/mini-src"
    local start first second
    mini --mirror "$url/retry-after-date:3/"
    assert_status 0
    { read -r first && read -r second; } < <(request_times "$images")
    assert_at_least "$first" "$second" 1.5
    for argument in retry-after-date:-1000000 retry-after-date:-1 \
        retry-after:-5 retry-after:99999999999999999999x retry-after:soon; do
        rm -rf data
        start=$(now)
        mini --mirror "$url/$argument/"
        [ "$status" -eq 0 ] || seen "$argument: expected status 0"
        assert_within "$start" "$(now)" 2
    done
}

@test "F05 --max-time ends everything, keeps what has come, exits 4" {
    start_server "$fixtures/duo-src"
    local start
    start=$(now)
    duo --max-time 1 --mirror "$url/slow-range:20/"
    assert_within "$start" "$(now)" 2.5
    assert_status 4
    assert_error_line 'max-time'
    assert_resting data/duo/raw "$images"
    duo --mirror "$url/ok/"
    assert_status 0
    assert_fetched duo
}

@test "F05 --max-time is for all datasets together, and for the wait for a lock" {
    fixture catalogue two.json --name duo --dir "$fixtures/duo-src" \
        --name mini --dir "$fixtures/mini-src"
    start_server "$fixtures/duo-src"
    local start
    start=$(now)
    patiently "$MNISTPREP" --catalogue two.json fetch duo mini --only-mirrors \
        --max-time 2 --mirror "$url/slow-range:20/"
    assert_within "$start" "$(now)" 3.5
    assert_status 4
    assert_error_line 'max-time of 2 s'
    equals 'files of the second in sight' \
        "$(find data/mini -name '*ubyte*' | wc -l)" 0
    command -v flock >/dev/null || return 0
    flock -F data/duo/raw sleep 60 3>&- &
    started+=("$!")
    sleep 0.3
    start=$(now)
    duo --max-time 1 --mirror "$url/ok/"
    assert_within "$start" "$(now)" 2.5
    assert_status 4
    assert_error_line 'is locked by'
}

# --- F06: web pages

@test "F06 a login page: the next mirror is asked" {
    start_server "$fixtures/mini-src"
    mini --mirror "$url/html/" --mirror "$url/ok/"
    assert_status 0
    assert_fetched mini
    assert_stderr 'web page'
    equals requests "$(requests "html/$images")" 1
}

@test "F06 login pages everywhere: 3, and the message says so" {
    start_server "$fixtures/mini-src"
    local mode
    for mode in html html-as-gzip; do
        mini -q --mirror "$url/$mode/"
        assert_status 3
        assert_one_error_line 'web page'
        assert_one_error_line 'login|captive'
        assert_one_error_line 'Sign in to Guest WiFi'
        assert_nothing
    done
}

@test "F06 the cause is named in the order status, short body, page, size, hash" {
    start_server "$fixtures/mini-src"
    local images_bytes
    images_bytes=$(stat -c %s "$fixtures/mini-src/$images")
    mini -q --retries 0 --mirror "$url/status:418/" # with a web page
    assert_status 4
    assert_one_error_line '418'
    refute_stderr 'web page'
    mini -q --retries 0 --mirror "$url/short/"
    assert_status 4
    assert_one_error_line 'cut after [0-9]+'
    mini -q --retries 0 --mirror "$url/wrong-size/"
    assert_status 3
    assert_one_error_line "[0-9]+ bytes.*$images_bytes"
    mini -q --retries 0 --mirror "$url/wrong-bytes/"
    assert_status 3
    assert_one_error_line 'SHA-256|damaged'
    # An answer of no bytes: a short body, or a file of the wrong size.
    mini -q --retries 0 --mirror "$url/empty/"
    case $status in
    3 | 4) ;;
    *) seen "expected status 3 or 4" ;;
    esac
    assert_one_error_line 'empty|[^0-9]0 (of [0-9]+ )?bytes'
    assert_nothing
}

# --- F12: silence

silent() {
    local mode=$1 start
    start_server "$fixtures/duo-src"
    start=$(now)
    duo --stall-timeout 1 --mirror "$url/$mode/" --mirror "$url/ok/"
    assert_within "$start" "$(now)" 3
    assert_status 0
    assert_fetched duo
    equals "requests to the silent one" "$(requests "$mode/$images")" 1
}

@test "F12 stalls after 1000 bytes: given up in time, next mirror" {
    silent stall-bytes:1000
}

@test "F12 one byte a second: given up in time, next mirror" {
    silent drip
}

@test "F12 no header ever: given up in time, next mirror" {
    silent no-headers
}

@test "F12 a header byte a second: given up in time, next mirror" {
    silent header-drip
}

@test "F12 a connection that hangs: given up in time, next mirror" {
    start_server "$fixtures/duo-src"
    local good=$url start
    start_deaf
    # Is it deaf here? A listener that is full makes no connection on Linux.
    ! timeout 0.5 bash -c ": </dev/tcp/127.0.0.1/$port" 2>/dev/null ||
        skip "a full backlog lets connections in here"
    start=$(now)
    duo --connect-timeout 1 --mirror "$url/ok/" --mirror "$good/ok/"
    assert_within "$start" "$(now)" 3
    assert_status 0
    assert_fetched duo
}

@test "F12 all mirrors silent: 4" {
    start_server "$fixtures/mini-src"
    local start
    start=$(now)
    mini -q --retries 0 --stall-timeout 1 --mirror "$url/no-headers/" \
        --mirror "$url/stall/"
    assert_within "$start" "$(now)" 6
    assert_status 4
    assert_one_error_line '(too slow|timed? ?out|100 bytes|silent)'
    assert_nothing
}

# --- F18: offline

@test "F18 offline with nothing there: 4, what to place by hand, no socket" {
    need_strace
    local hash
    start_server "$fixtures/mini-src"
    hash=$(sha256sum <"$fixtures/mini-src/$images")
    "$MNISTPREP_TEST_PYTHON" -E -S - "$fixtures/mini.json" "$url/ok/" <<'PY'
import json, sys
doc = json.load(open(sys.argv[1]))
doc['datasets'][0]['mirrors'] = [sys.argv[2]]
json.dump(doc, open('own.json', 'w'))
PY
    MNISTPREP_OFFLINE=1 patiently strace -f -o trace -e trace=socket,connect \
        "$MNISTPREP" --catalogue own.json fetch mini
    assert_status 4
    no_match 'socket\(|connect\(' trace
    equals requests "$(requests .)" 0
    assert_stderr "offline.*data/mini/raw/$images"
    assert_error_line "offline.*data/mini/raw/$labels"
    # A file by hand: from where, and how to know that it is the one.
    assert_stderr "$url/ok/$images"
    assert_stderr "${hash%% *}"
    assert_nothing
}

@test "F18 offline with all there: 0, no socket" {
    need_strace
    mini --mirror "$fixtures/mini-src"
    assert_status 0
    MNISTPREP_OFFLINE=1 patiently strace -f -o trace -e trace=socket,connect \
        "$MNISTPREP" --catalogue "$fixtures/mini.json" fetch mini
    assert_status 0
    no_match 'socket\(|connect\(' trace
    assert_stdout "$(printf 'data/mini/raw/%s\n' "${duo_files[@]}")"
}

@test "F18 offline leaves a partial alone" {
    start_server "$fixtures/duo-src"
    duo --max-time 1 --mirror "$url/slow-range:20/"
    assert_status 4
    assert_resting data/duo/raw "$images"
    local before
    before=$(snapshot data)
    duo --offline --mirror "$url/ok/"
    assert_status 4
    equals data "$(snapshot data)" "$before"
}

# --- F27: without doing it

@test "F27 fetch -n: what, how much; no request, no write" {
    need_strace
    start_server
    patiently strace -f -o trace -e trace=socket,connect,file "$MNISTPREP" \
        --catalogue "$fixtures/tiny.json" fetch -n tiny --only-mirrors \
        --mirror "$url/ok/"
    assert_status 0
    local file
    for file in "${tiny_files[@]}"; do
        assert_stderr "$file.*$(stat -c %s "$src/$file")"
    done
    no_match 'socket\(|connect\(|O_CREAT|O_WRONLY|O_RDWR|mkdir|rename|unlink' \
        <(grep -v /dev/null trace)
    equals requests "$(requests .)" 0
    assert_absent data
}

@test "F27 fetch --check: 10 when something is to get, 0 when not" {
    need_strace
    start_server
    patiently strace -f -o trace -e trace=socket,connect,file "$MNISTPREP" \
        --catalogue "$fixtures/tiny.json" fetch --check tiny --only-mirrors \
        --mirror "$url/ok/"
    assert_status 10
    no_match 'socket\(|connect\(|O_CREAT|O_WRONLY|O_RDWR|mkdir|rename|unlink' \
        <(grep -v /dev/null trace)
    assert_absent data
    tiny --mirror "$url/ok/"
    assert_status 0
    local before
    before=$(snapshot data)
    tiny --check --mirror "$url/ok/"
    assert_status 0
    rm "data/tiny/raw/$labels"
    tiny --check --mirror "$url/ok/"
    assert_status 10
    assert_stderr "$labels"
    equals requests "$(requests .)" 4
}

@test "F27 fetch -n over a partial and over a damaged file writes nothing" {
    start_server
    tiny --mirror "$url/ok/"
    assert_status 0
    local raw=data/tiny/raw before
    mv "$raw/$images" "$raw/$images.part"
    : >"$raw/$images.part.json"
    truncate -s -1 "$raw/$labels"
    : >"$raw/.mnistprep-tmp-999999-0"
    before=$(snapshot data)
    tiny -n --mirror "$url/ok/"
    assert_status 0
    tiny --check --mirror "$url/ok/"
    assert_status 10
    equals data "$(snapshot data)" "$before"
}

# --- D3: what counts is the payload

@test "D3 a copy that was packed again is accepted, and said to be one" {
    mkdir again
    local file
    for file in "${tiny_files[@]}"; do
        fixture regzip "$src/$file" "again/$file" --name "other $file"
        ! cmp -s "$src/$file" "again/$file"
    done
    start_server "$PWD/again"
    local mirror
    for mirror in "$PWD/again" "$url/ok/" "$url/chunked/"; do
        rm -rf data
        tiny --mirror "$mirror"
        assert_status 0
        for file in "${tiny_files[@]}"; do
            assert_same "again/$file" "data/tiny/raw/$file"
            assert_stderr "$file.*payload verified"
        done
        assert_no_residue data/tiny/raw "${tiny_files[@]}"
        tiny --json --mirror "$mirror"
        assert_status 0
        printf '%s' "$output" >out.json
        "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
assert all(f['repacked'] is True for f in json.load(open('out.json'))['files'])
PY
    done
}

@test "D3 another dataset's file under the same name is recognised and named" {
    fixture dataset other-src --seed 9
    fixture catalogue two.json --name tiny --dir "$src" \
        --name other --dir other-src
    start_server "$PWD/other-src"
    local mirror
    for mirror in "$PWD/other-src" "$url/ok/"; do
        patiently "$MNISTPREP" -q --catalogue two.json fetch tiny \
            --only-mirrors --mirror "$mirror"
        assert_status 3
        assert_one_error_line "$images.*these are the train images of other"
        assert_nothing
    done
    # Test images in the place of training images, of the same dataset.
    cp -r "$src" swapped
    cp "$src/${tiny_files[2]}" "swapped/$images"
    patiently "$MNISTPREP" -q --catalogue two.json fetch tiny --only-mirrors \
        --mirror swapped
    assert_status 3
    assert_one_error_line "$images.*these are the test images of tiny"
    # Packed again, it is still recognised.
    fixture regzip "other-src/$images" "swapped/$images"
    patiently "$MNISTPREP" -q --catalogue two.json fetch tiny --only-mirrors \
        --mirror swapped
    assert_status 3
    assert_one_error_line "$images.*these are the train images of other"
}

@test "D3 dotted and unpacked names are accepted from a directory" {
    local style file name
    for style in dotted.gz dashed dotted; do
        rm -rf data local
        mkdir local
        for file in "${tiny_files[@]}"; do
            name=${file%.gz}
            [ "$style" = dashed ] || name=${name/-idx/.idx}
            if [ "$style" = dotted.gz ]; then
                cp "$src/$file" "local/$name.gz"
            else
                fixture gunzip "$src/$file" "local/$name"
            fi
        done
        tiny --mirror local
        [ "$status" -eq 0 ] || seen "$style: expected status 0"
        assert_stdout "$(printf 'data/tiny/raw/%s\n' "${tiny_files[@]}")"
        assert_no_residue data/tiny/raw "${tiny_files[@]}"
        patiently "$MNISTPREP" --catalogue "$fixtures/tiny.json" verify tiny
        [ "$status" -eq 0 ] || seen "$style: verify does not agree"
        # And again: nothing to do.
        tiny --mirror local
        assert_status 0
        if [ "$style" = dotted.gz ]; then
            assert_fetched tiny
        else
            assert_stderr 'payload verified'
        fi
    done
}

@test "D3 a raw IDX file under the published name serves, by http too" {
    mkdir raw
    local file
    for file in "${tiny_files[@]}"; do
        fixture gunzip "$src/$file" "raw/$file"
    done
    start_server "$PWD/raw"
    local mirror
    for mirror in raw "$url/ok/"; do
        rm -rf data
        tiny --mirror "$mirror"
        assert_status 0
        assert_stderr 'payload verified'
        assert_no_residue data/tiny/raw "${tiny_files[@]}"
    done
}

@test "D3 a damaged file under a dotted name is not taken" {
    mkdir local
    local file
    for file in "${tiny_files[@]}"; do
        fixture gunzip "$src/$file" "local/${file%.gz}"
    done
    printf X | dd of="local/${images%.gz}" bs=1 seek=5000 conv=notrunc 2>/dev/null
    tiny --mirror local
    assert_status 3
    assert_error_line "$images"
    assert_absent "data/tiny/raw/$images"
    # The next mirror has it right.
    tiny --mirror local --mirror "$src"
    assert_status 0
    assert_same "$src/$images" "data/tiny/raw/$images"
}

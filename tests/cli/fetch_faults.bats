#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: every kind of failure of a mirror: the next one is asked, or, when all
# are bad, the status and one line say why.

# Set by net.bash, fetch.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load fetch

# --- the next mirror, on each kind of failure

# next_after MODE: the first mirror fails in this way, the second is good.
next_after() {
    start_server
    tiny --stall-timeout 1 --mirror "$url/$1/" \
        --mirror "$url/ok/"
    assert_status 0 || return 1
    assert_tiny || return 1
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
    tiny --mirror "http://127.0.0.1:$(closed_port)/" --mirror "$url/ok/"
    assert_status 0
    assert_tiny
}

@test "fetch: next mirror after: a directory that does not have the file" {
    mkdir empty
    tiny --mirror empty --mirror "$src"
    assert_status 0
    assert_tiny
}

@test "fetch: next mirror after: a directory with a damaged file" {
    cp -r "$src" bad
    fixture flip "$src/${tiny_files[2]}" "bad/${tiny_files[2]}" --at 500
    tiny --mirror bad --mirror "$src"
    assert_status 0
    assert_tiny
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
    start_server "$fixtures/mini-src"
    local begin=$SECONDS
    mini --stall-timeout 1 --mirror "$url/$1/" \
        --mirror "$url/ok/"
    assert_status 0 || return 1
    assert_same "$fixtures/mini-src/${tiny_files[0]}" "data/mini/raw/${tiny_files[0]}" || return 1
    assert_same "$fixtures/mini-src/${tiny_files[1]}" "data/mini/raw/${tiny_files[1]}" || return 1
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
        --retries 0 --stall-timeout 1 --mirror "$url/$3/"
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
    start_server "$fixtures/mini-src"
    local mode begin
    for mode in stall no-headers; do
        begin=$SECONDS
        mp -q --catalogue "$fixtures/mini.json" fetch mini --only-mirrors \
            --retries 0 --stall-timeout 1 --mirror "$url/$mode/"
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
    fixture flip "$src/${tiny_files[0]}" "bad/${tiny_files[0]}" --at 3000
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror bad
    assert_status 3
    assert_one_error_line "${tiny_files[0]}"
    assert_absent "$raw/${tiny_files[0]}"
}

@test "fetch: all bad: a directory with a truncated file" {
    cp -r "$src" bad
    fixture truncate "$src/${tiny_files[1]}" "bad/${tiny_files[1]}" --keep 20
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror bad
    assert_status 3
    assert_one_error_line "${tiny_files[1]}"
    assert_absent "$raw/${tiny_files[1]}"
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
    rm -f served/"${tiny_files[3]}" port requests
    start_server served
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "$url/ok/"
    assert_status 4
    assert_one_error_line "${tiny_files[3]}.*404"
    assert_absent "$raw/${tiny_files[3]}"
    assert_no_leftovers data 'tiny/raw/receipt.json' "${tiny_files[@]/#/tiny/raw/}"
    # The next run asks only for what is missing.
    : >requests
    cp "$src/${tiny_files[3]}" served/
    tiny --mirror "$url/ok/"
    assert_status 0
    assert_tiny
    local file
    for file in "${tiny_files[@]:0:3}"; do
        if [ "$(requests "$file")" -ne 0 ]; then
            echo "fetched twice: $file" >&2
            return 1
        fi
    done
}

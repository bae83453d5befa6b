#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: one split of EMNIST out of the remote zip, by HTTP Range (D5); what is
# transferred, what comes out, servers that fail or lie, zips that are not what
# they should be (P16), interruption. `letters` is a small emnist-letters:
# four members with noise between them.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, and is to be one
# shellcheck disable=SC2154 # net.bash sets url, fixtures, status, ...

load net

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    archives emnist em --pad 200000
    printf '%s\n' 'import runpy, sys' \
        'sys.argv[1:1] = ["server"]' \
        "runpy.run_path('$cli_dir/make_archives.py', run_name='__main__')" \
        >server.py
}

setup() {
    net_setup
    em=$fixtures/em zip=$fixtures/em/src/gzip.zip catalogue=$fixtures/em/letters.json
    raw=data/letters/raw
}

names=(emnist-letters-{train,test}-{images-idx3,labels-idx1}-ubyte.gz)
first=${names[2]} # in the zip: sorted by name

archives() {
    "$MNISTPREP_TEST_PYTHON" -E "$cli_dir/make_archives.py" "$@"
}

need_libzip() {
    "$MNISTPREP" version | grep -q 'libzip *[0-9]' ||
        skip "this build has no libzip"
}

need_no_libzip() {
    ! "$MNISTPREP" version | grep -q 'libzip *[0-9]' ||
        skip "this build has libzip"
}

# As start_server, with the modes of make_archives.py too.
serve() {
    # shellcheck disable=SC2034 # start_server reads it
    local net_dir=$fixtures
    start_server "${1-$em/src}"
}

letters() {
    patiently "$MNISTPREP" --catalogue "$catalogue" fetch letters \
        --only-mirrors "$@"
}

prepare() {
    mp --catalogue "$catalogue" prep -q letters "$@"
}

assert_letters() {
    local name
    for name in "${names[@]}"; do
        assert_same "$em/loose/$name" "$raw/$name" || return 1
    done
    assert_no_residue "$raw" "${names[@]}"
}

# What is there is right, and nothing is under a name that is none of ours.
# resting: downloads may rest beside it.
assert_only_right() {
    local path name
    for path in "$raw"/* "$raw"/.*; do
        name=${path##*/}
        case $name in
        . | .. | '*' | '.*' | receipt.json) ;;
        emnist-letters-*.gz) assert_same "$em/loose/$name" "$path" || return 1 ;;
        *) seen "unexpected: $path" || return 1 ;;
        esac
    done
}

# flawed FLAW [ARGS...]: ./z/gzip.zip with this flaw; it is about $first.
flawed() {
    local flaw=$1
    shift
    mkdir -p z
    archives zip z/gzip.zip "$em/loose" --pad 100000 --flaw "$flaw" \
        --member "$first" "$@"
}

# assert_refused STATUS REGEX: nothing under the name of $first, an error line.
assert_refused() {
    [ "$status" -eq "$1" ] || seen "${3-}: expected status $1" || return 1
    assert_error_line "$2" || return 1
    assert_absent "$raw/$first" || return 1
    assert_no_control_bytes || return 1
    assert_only_right
}

# --- what is transferred, and what comes out

@test "D5 one split of a zip of 50 MB: less than 1.2 of its size, few requests" {
    need_libzip
    archives emnist big --train 2500 --test 500 --pad 50000000
    local size whole
    size=$(cat big/loose/* | wc -c)
    whole=$(stat -c %s big/src/gzip.zip)
    [ "$whole" -gt 50000000 ]
    [ "$size" -lt 2500000 ]
    serve "$PWD/big/src"
    patiently "$MNISTPREP" --catalogue big/letters.json fetch letters \
        --only-mirrors --mirror "$url/ok/"
    assert_status 0
    assert_stdout "$(printf "$raw/%s\n" "${names[@]}")"
    local name
    for name in "${names[@]}"; do
        assert_same "big/loose/$name" "$raw/$name"
    done
    assert_no_residue "$raw" "${names[@]}"
    local got n
    got=$(sent .)
    n=$(requests .)
    [ "$got" -ge "$size" ] || seen "$got bytes sent of $size?"
    [ $((got * 10)) -lt $((size * 12)) ] || seen "$got bytes sent for $size"
    [ "$n" -le 8 ] || seen "$n requests"
    # Each asked for a part, and all but the first for the same version.
    [ "$(header range . | grep -c '^bytes=[0-9]*-[0-9]*$')" -eq "$n" ]
    [ "$(header if-range . | grep -cv '^-$')" -ge $((n - 1)) ] ||
        seen "requests without If-Range: $(header if-range .)"
    # prep reads them like any others.
    mp --catalogue big/letters.json prep -q letters
    assert_status 0
    archives check-prep data/letters/prepared big/expected.npz train
}

@test "D5 letters: upright, labels from 0; prep, stats, dump agree with numpy" {
    need_libzip
    serve
    letters --mirror "$url/ok/"
    assert_status 0
    assert_letters
    prepare
    assert_status 0
    local split
    for split in train test; do
        archives check-prep data/letters/prepared "$em/expected.npz" "$split"
    done
    mp --catalogue "$catalogue" stats letters --json
    assert_status 0
    printf '%s' "$output" >stats.json
    archives check-stats stats.json "$em/expected.npz"
    mp --catalogue "$catalogue" dump letters --split test --index 5,59 \
        --zoom 1 -o pictures
    assert_status 0
    archives check-dump pictures/test-00005-*.png "$em/expected.npz" test 5
    archives check-dump pictures/test-00059-*.png "$em/expected.npz" test 59
    mp --catalogue "$catalogue" verify letters
    assert_status 0
}

@test "D5 what is sent in six requests at most, here where all is small" {
    need_libzip
    serve
    letters --mirror "$url/ok/"
    assert_status 0
    local n
    n=$(requests .)
    [ "$n" -le 6 ] || seen "$n requests"
    [ "$(sent .)" -lt "$(stat -c %s "$zip")" ] || seen "all of it was sent"
}

@test "D5 a member of several megabytes: in several parts, each asked for once" {
    need_libzip
    archives emnist big --train 16000 --test 10 --pad 3000000
    local size=0 part name
    size=$(cat big/loose/* | wc -c)
    [ "$size" -gt 8500000 ]
    serve "$PWD/big/src"
    for part in ok nth-cut:4 nth-503:4; do
        rm -rf data
        forget
        patiently "$MNISTPREP" --catalogue big/letters.json fetch letters \
            --only-mirrors --mirror "$url/$part/"
        [ "$status" -eq 0 ] || seen "$part: expected status 0"
        for name in "${names[@]}"; do
            assert_same "big/loose/$name" "$raw/$name"
        done
        assert_no_residue "$raw" "${names[@]}"
        case $part in
        ok | nth-503:4)
            [ $(($(sent .) * 10)) -lt $((size * 12)) ] || seen "$(sent .) bytes"
            ;;
        esac
        [ "$(requests .)" -le 12 ] || seen "$part: $(requests .) requests"
    done
}

@test "D5 --json: a result per member" {
    need_libzip
    serve
    letters --json --mirror "$url/ok/"
    assert_status 0
    printf '%s' "$output" >out.json
    "$MNISTPREP_TEST_PYTHON" -E -S - "${names[@]}" <<'PY'
import json, sys
doc = json.load(open('out.json'))
assert doc['schema'] == 'mnistprep.fetch/1', doc
assert [f['file'] for f in doc['files']] == sys.argv[1:], doc
for f in doc['files']:
    assert f['state'] == 'fetched' and not f.get('error'), f
PY
}

@test "D5 a second fetch makes no request" {
    need_libzip
    serve
    letters --mirror "$url/ok/"
    assert_status 0
    local before
    before=$(snapshot "$raw")
    forget
    letters --mirror "$url/ok/"
    assert_status 0
    assert_stdout "$(printf "$raw/%s\n" "${names[@]}")"
    equals requests "$(requests .)" 0
    equals 'the files' "$(snapshot "$raw")" "$before"
}

@test "D5 only the member that is missing is got again" {
    need_libzip
    serve
    letters --mirror "$url/ok/"
    assert_status 0
    rm "$raw/$first"
    forget
    letters --mirror "$url/ok/"
    assert_status 0
    assert_letters
    local most=$(($(stat -c %s "$em/loose/$first") + 75000))
    [ "$(sent .)" -le "$most" ] || seen "$(sent .) bytes, not $most"
}

@test "D5 fetch -n asks nobody and writes nothing" {
    serve
    letters -n --mirror "$url/ok/"
    assert_status 0
    equals requests "$(requests .)" 0
    assert_absent data
}

@test "D5 fetch -n says nothing of a size that nobody wrote down" {
    letters -n --mirror "$em/src"
    assert_status 0
    refute_stderr '\b0 bytes'
}

@test "D5 --offline: a directory serves, a URL is not asked" {
    need_libzip
    serve
    letters --offline --mirror "$url/ok/"
    assert_status 4
    equals requests "$(requests .)" 0
    assert_error_line 'offline.*gzip\.zip.*gzip/emnist-letters'
    assert_nothing
    letters --offline --mirror "$url/ok/" --mirror "$em/src"
    assert_status 0
    assert_letters
    equals requests "$(requests .)" 0
    rm -rf data
    letters --offline --mirror "file://$em/src/"
    assert_status 0
    assert_letters
    # With everything there it needs nothing.
    letters --offline
    assert_status 0
}

# --- good zips of all kinds

@test "D5 zip64, data descriptors, a long comment, a stub before it" {
    need_libzip
    serve "$PWD/z"
    local flaw
    for flaw in zip64 descriptor comment stub; do
        flawed "$flaw"
        rm -rf data
        letters --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "$flaw: expected status 0"
        assert_letters
        rm -rf data
        letters --mirror z
        [ "$status" -eq 0 ] || seen "$flaw, local: expected status 0"
        assert_letters
    done
}

@test "D5 directories within the zip: the member's whole name counts" {
    need_libzip
    mkdir z
    archives zip z/gzip.zip "$em/loose" --prefix a/b/c/
    letters --mirror z
    assert_refused 3 "not in|no .*member"
    cp "$catalogue" deep.json
    local i part
    for i in 0 1; do
        for part in images labels; do
            archives edit deep.json "splits.$i.$part.member=\"a/b/c/$(archives \
                get deep.json "splits.$i.$part.file")\""
        done
    done
    catalogue=$PWD/deep.json
    letters --mirror z
    assert_status 0
    assert_letters
}

@test "D5 a server without validators, or with weak ones, serves as well" {
    need_libzip
    serve
    local mode
    for mode in bare weak; do
        rm -rf data
        letters --mirror "$url/$mode/"
        [ "$status" -eq 0 ] || seen "$mode: expected status 0"
        assert_letters
        # A weak one must not be sent in If-Range.
        equals "$mode: weak validators" "$(header if-range . | grep -c W/)" 0
    done
}

@test "D5 by way of a redirect" {
    need_libzip
    serve
    letters --mirror "$url/redirect-ok/"
    assert_status 0
    assert_letters
}

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

# --- P16: zips that are not what they should be

@test "P16 wrong CRC, a bit flipped, sizes that lie: 3, the other members come" {
    need_libzip
    local flaw
    for flaw in crc bit size-more size-less size-huge size-directory \
        packed-more packed-less; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror z
        assert_refused 3 "$first" "$flaw"
        assert_same "$em/loose/${names[0]}" "$raw/${names[0]}"
    done
}

# (All others are deflated; $first is stored.)
@test "P16 sizes that lie for a deflated member" {
    need_libzip
    local flaw about=${names[1]}
    mkdir z
    for flaw in crc bit size-more size-less size-huge size-directory \
        packed-more packed-less; do
        archives zip z/gzip.zip "$em/loose" --pad 100000 --flaw "$flaw" \
            --member "$about"
        rm -rf data
        letters -q --mirror z
        [ "$status" -eq 3 ] || seen "$flaw: expected status 3"
        assert_error_line "$about"
        assert_absent "$raw/$about"
        assert_only_right
    done
}

@test "P16 members outside of the zip, of 2^64 bytes, overlapping: 3" {
    need_libzip
    local flaw
    for flaw in packed-outside zip64-huge overlap; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror z
        assert_refused 3 . "$flaw"
    done
}

@test "P16 missing, twice, encrypted, unknown method, folder, headers that disagree: 3" {
    need_libzip
    local flaw
    for flaw in missing twice encrypted method folder other-header nul; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror z
        assert_refused 3 . "$flaw"
    done
    # Each says which.
    flawed twice
    letters -q --mirror z
    assert_error_line 'twice|two'
    flawed encrypted
    letters -q --mirror z
    assert_error_line 'encrypted'
}

@test "P16 the same on the line: 3, and a next mirror heals it" {
    need_libzip
    serve "$em/src"
    local good=$url flaw
    mkdir z
    as=bad serve "$PWD/z"
    for flaw in crc twice missing encrypted symlink backslash size-directory \
        zip64-huge; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror "$url/ok/"
        assert_refused 3 . "$flaw"
        letters -q --mirror "$url/ok/" --mirror "$good/ok/"
        [ "$status" -eq 0 ] || seen "$flaw: expected status 0"
        assert_letters
    done
}

@test "P16 ../x, /x, ./x, a\\b, other/x, X: found by the exact name only" {
    need_libzip
    local flaw before
    mkdir -p a/b z
    mv z a/b
    cd a/b
    before=$(cd "$BATS_TEST_TMPDIR" && archives tree work/a | grep -v gzip.zip)
    for flaw in parent absolute dot backslash deeper case; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror z
        assert_refused 3 "$first" "$flaw"
        rm -rf data
        equals "$flaw: the tree" "$(cd "$BATS_TEST_TMPDIR" &&
            archives tree work/a | grep -v gzip.zip)" "$before"
        assert_absent "/gzip/$first" "$BATS_TEST_TMPDIR/gzip"
    done
}

@test "P16 hostile members beside the good: nothing outside of the raw directory" {
    need_libzip
    local before
    mkdir -p a/b/z a/gzip
    cd a/b
    archives zip z/gzip.zip "$em/loose" --flaw hostile-others --member "$first"
    # What a link named `gzip` would lead to.
    before=$(cd "$BATS_TEST_TMPDIR" && archives tree work)
    letters --mirror z
    assert_status 0
    assert_letters
    mv data "$BATS_FILE_TMPDIR/moved-$BATS_TEST_NUMBER"
    equals 'the tree' "$(cd "$BATS_TEST_TMPDIR" && archives tree work)" "$before"
    local path
    for path in /tmp/mnistprep-emnist*; do
        assert_absent "$path"
    done
}

@test "P16 a symbolic link for a member: 3, and nothing is written through it" {
    need_libzip
    flawed symlink
    echo precious >victim
    mkdir -p "$raw"
    letters -q --mirror z
    assert_refused 3 'link'
    equals 'the victim' "$(cat victim)" precious
    # A link that lies ready under the final name is replaced, not followed.
    rm -rf data
    mkdir -p "$raw"
    ln -s ../../../victim "$raw/$first"
    letters -q --mirror "$em/src"
    equals 'the victim' "$(cat victim)" precious
    letters -q --force --mirror "$em/src"
    equals 'the victim' "$(cat victim)" precious
}

@test "P16 a member named ../x in the catalogue: taken by name, kept in raw" {
    need_libzip
    mkdir -p a/b
    cd a/b
    flawed parent
    cp "$catalogue" parent.json
    archives edit parent.json "splits.1.images.member=\"../gzip/$first\""
    local before
    before=$(cd "$BATS_TEST_TMPDIR" && archives tree work)
    catalogue=$PWD/parent.json
    letters --mirror z
    assert_status 0
    assert_letters
    mv data "$BATS_FILE_TMPDIR/moved-$BATS_TEST_NUMBER"
    equals 'the tree' "$(cd "$BATS_TEST_TMPDIR" && archives tree work)" "$before"
    # The name on disk may not lead anywhere else, member or not.
    archives edit parent.json 'splits.1.images.file="../evil.gz"'
    letters --mirror z
    assert_status 3
    assert_one_error_line 'plain file name'
    assert_absent evil.gz data/letters/evil.gz
}

@test "P16 not a zip at all, cut, empty: 3, on the line and in a directory" {
    need_libzip
    mkdir z
    serve "$PWD/z"
    local flaw
    for flaw in html cut; do
        flawed "$flaw"
        rm -rf data
        letters -q --mirror z
        assert_refused 3 'gzip\.zip' "$flaw"
        rm -rf data
        letters -q --mirror "$url/ok/"
        assert_refused 3 'gzip\.zip' "$flaw on the line"
    done
    : >z/gzip.zip
    rm -rf data
    letters -q --mirror z
    assert_refused 3 'gzip\.zip' empty
    rm -rf data
    letters -q --retries 0 --mirror "$url/ok/"
    [[ $status == [34] ]] || seen "empty on the line: expected status 3 or 4"
    assert_refused "$status" . 'empty on the line'
    # A directory or a pipe of that name is not opened for ever.
    rm -rf data z/gzip.zip
    mkfifo z/gzip.zip
    letters -q --mirror z
    [[ $status == [1234] ]] || seen "a pipe: status $status"
    assert_only_right
}

# --- hashes

@test "D5 the pinned SHA-256 of a member differs: 3, nothing under its name" {
    need_libzip
    cp "$catalogue" wrong.json
    archives edit wrong.json "splits.1.images.sha256=\"$(printf '0%.0s' {1..64})\""
    catalogue=$PWD/wrong.json
    serve
    letters -q --mirror "$url/ok/"
    assert_refused 3 "$first.*SHA-256"
    assert_same "$em/loose/${names[0]}" "$raw/${names[0]}"
}

@test "D5 sha256_seen that differs: a note and success; verify says the same" {
    need_libzip
    archives emnist seen --pin seen
    catalogue=$PWD/seen/letters.json
    letters --mirror seen/src
    assert_status 0
    refute_stderr 'not the bytes|intact, but'
    rm -rf data
    archives edit seen/letters.json \
        "splits.1.images.sha256_seen=\"$(printf '0%.0s' {1..64})\""
    letters --mirror seen/src
    assert_status 0
    assert_stderr "$first.*(seen|published)"
    assert_same "seen/loose/$first" "$raw/$first"
    mp --catalogue "$catalogue" verify letters
    assert_status 0
    # -q leaves the note out; the next run needs no request for it.
    rm -rf data
    letters -q --mirror seen/src
    assert_status 0
    assert_no_stderr
    letters --offline
    assert_status 0
}

@test "D5 sha256_seen is no licence: not an array, or another dataset's, is refused" {
    need_libzip
    archives emnist seen --pin seen
    cp -r seen/loose bad
    printf 'no array' | gzip >"bad/$first"
    mkdir z
    archives zip z/gzip.zip bad
    catalogue=$PWD/seen/letters.json
    letters -q --mirror z
    assert_refused 3 "$first"
    # Another's, known by its payload.
    fixture dataset tiny-src
    fixture catalogue tiny.json --name tiny --dir tiny-src
    cp tiny-src/t10k-images-idx3-ubyte.gz "bad/$first"
    archives zip z/gzip.zip bad
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
both = json.load(open('tiny.json'))
both['datasets'] += json.load(open('seen/letters.json'))['datasets']
json.dump(both, open('both.json', 'w'))
PY
    catalogue=$PWD/both.json
    letters -q --mirror z
    assert_refused 3 'test images of tiny'
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

# --- orientation and labels

@test "D4 images that are not square: not turned upright, and said so; --as-published" {
    need_libzip
    archives emnist flat --shape 5,3 --train 40 --test 30 --base 0
    catalogue=$PWD/flat/letters.json
    letters --mirror flat/src
    assert_status 0
    local command
    for command in prep stats dump; do
        mp --catalogue "$catalogue" "$command" letters -q
        [ "$status" -eq 3 ] || seen "$command: expected status 3"
        assert_one_error_line 'square.*--as-published'
    done
    prepare --as-published
    assert_status 0
    archives check-prep data/letters/prepared flat/expected.npz train \
        --as-published
    mp --catalogue "$catalogue" dump letters --as-published --index 3 \
        --zoom 1 -o two.png
    assert_status 0
    archives check-dump two.png flat/expected.npz train 3 --as-published
}

@test "D4 prep --as-published: letters as in the files; the recipe tells; verify" {
    need_libzip
    letters --mirror "$em/src"
    assert_status 0
    prepare --as-published
    assert_status 0
    archives check-prep data/letters/prepared "$em/expected.npz" train \
        --as-published
    # verify recomputes it as published, too.
    mp --catalogue "$catalogue" verify letters
    assert_status 0
    # Another recipe: the set is made anew.
    prepare
    assert_status 0
    archives check-prep data/letters/prepared "$em/expected.npz" train
}

@test "D4 prep --as-published after prep: another recipe, made anew, and back" {
    need_libzip
    archives emnist digits --name digits --classes 10 --base 0
    local more
    mp --catalogue digits/digits.json fetch digits -q --only-mirrors \
        --mirror digits/src
    for more in '' --as-published ''; do
        # shellcheck disable=SC2086 # nothing, or one word
        mp --catalogue digits/digits.json prep digits -q $more
        assert_status 0
        # shellcheck disable=SC2086
        archives check-prep data/digits/prepared digits/expected.npz train $more
        mp --catalogue digits/digits.json verify digits
        assert_status 0
    done
}

@test "D4 stats --as-published: letters as in the files" {
    need_libzip
    letters --mirror "$em/src"
    assert_status 0
    mp --catalogue "$catalogue" stats letters --as-published --json
    assert_status 0
    printf '%s' "$output" >stats.json
    archives check-stats stats.json "$em/expected.npz" --as-published
}

@test "D4 dump --as-published: letters as in the files" {
    need_libzip
    letters --mirror "$em/src"
    assert_status 0
    mp --catalogue "$catalogue" dump letters --as-published --split test \
        --index 7,8,9 --zoom 1 -o pictures
    assert_status 0
    local row label
    for row in 7 8 9; do
        label=$(gzip -dc "$em/loose/${names[3]}" |
            od -An -v -tu1 -j $((8 + row)) -N 1)
        archives check-dump "pictures/test-0000$row-$((label)).png" \
            "$em/expected.npz" test "$row" --as-published
    done
}

@test "D4 a transposed dataset without label_base: labels stay" {
    need_libzip
    archives emnist digits --name digits --classes 10 --base 0
    mp --catalogue digits/digits.json fetch digits -q --only-mirrors \
        --mirror digits/src
    assert_status 0
    local more
    for more in '' --as-published; do
        # shellcheck disable=SC2086 # nothing, or one word
        mp --catalogue digits/digits.json prep digits -q $more
        assert_status 0
        # shellcheck disable=SC2086
        archives check-prep data/digits/prepared digits/expected.npz test $more
    done
}

@test "D4 letters with label 0 or 27: 3, the row is named" {
    need_libzip
    letters --mirror "$em/src"
    assert_status 0
    local value command
    for value in 0 27 255; do
        archives label "$em/loose/${names[1]}" "$raw/${names[1]}" 17 "$value"
        for command in prep stats; do
            mp --catalogue "$catalogue" "$command" letters -q
            [ "$status" -eq 3 ] || seen "$command, $value: expected status 3"
            # As in the file, or counted from 0.
            assert_one_error_line "row 17 .*label ($value|$((value - 1)))\b"
        done
        assert_absent data/letters/prepared/dataset.json
    done
}

@test "D4 dump of a letter with label 0 or 27: drawn under that label, as others are" {
    need_libzip
    letters --mirror "$em/src"
    assert_status 0
    local value
    for value in 0 27 255; do
        archives label "$em/loose/${names[1]}" "$raw/${names[1]}" 17 "$value"
        mp --catalogue "$catalogue" dump letters --index 17 --zoom 1 -o out
        assert_status 0
        # Counted from 0.
        assert_stdout "out/train-00017-$((value - 1)).png"
        archives check-dump "$output" "$em/expected.npz" train 17
        assert_no_leftovers data/letters "raw/*"
        mp --catalogue "$catalogue" dump letters --index 16 --zoom 1 -f -o 16.png
        assert_status 0
        archives check-dump 16.png "$em/expected.npz" train 16
    done
}

@test "D4 qmnist over the line: shared files are asked for once" {
    archives qmnist qm
    # The windows and what they are of; xz needs a library.
    archives edit qm/qm.json splits.4=null
    serve "$PWD/qm/src"
    patiently "$MNISTPREP" --catalogue qm/qm.json fetch qm --only-mirrors \
        --mirror "$url/ok/"
    assert_status 0
    equals requests "$(requests .)" 4
    local file
    for file in qm/src/*.gz; do
        assert_same "$file" "data/qm/raw/${file##*/}"
        equals "requests for $file" "$(requests "${file##*/}\$")" 1
    done
    mp --catalogue qm/qm.json prep -q qm
    assert_status 0
    archives check-prep data/qm/prepared qm/expected.npz test50k
}

# --- without libzip

@test "D5 a build without libzip: 2, and the message says why" {
    need_no_libzip
    serve
    local mirror
    for mirror in "$url/ok/" "$em/src"; do
        letters -q --mirror "$mirror"
        assert_status 2
        assert_one_error_line 'libzip|cannot read zip'
        assert_absent "$raw/$first"
    done
    # Loose members need no zip.
    letters --mirror "$em/loose"
    assert_status 0
    assert_letters
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch of one split out of a remote zip: zips that are not what they should be
# (P16).

# shellcheck disable=SC2030,SC2031 # each test is a subshell, and is to be one
# shellcheck disable=SC2154 # net.bash sets url, fixtures, status, ...

load archive

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

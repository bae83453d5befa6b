#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: one split of EMNIST out of the remote zip, by HTTP Range (D5): what is
# transferred, what comes out, hashes, upright letters (D4); and a build that
# cannot.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, and is to be one
# shellcheck disable=SC2154 # net.bash sets url, fixtures, status, ...

load archive

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

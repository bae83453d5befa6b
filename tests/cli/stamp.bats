#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What prep has for make: --check, --stamp, --if-changed, --depfile, each alone,
# and make reading the names in depfiles. Scenario P15 of the robustness table.

load make

setup_file() {
    make_fixtures
}

setup() {
    make_setup
}

# --- the options, each alone

@test "prep --check: 10 when something would change; writes nothing" {
    local before
    raw_there
    before=$(snapshot .)
    prepare --check --stamp s --depfile d
    assert_status 10
    equals "all files" "$(snapshot .)" "$before"
    prepare
    assert_status 0
    before=$(snapshot .)
    prepare --check
    assert_status 0
    prepare --check --scale signed
    assert_status 10
    prepare --check --no-onehot
    assert_status 10
    equals "all files" "$(snapshot .)" "$before"
}

@test "prep --check: 10 for files that are gone or cut, and for new sources" {
    local before
    raw_there
    prepare
    assert_status 0
    cp -r data good

    truncate -s -1 data/tiny/prepared/test-labels.u8
    before=$(snapshot .)
    prepare --check
    assert_status 10
    rm data/tiny/prepared/test-labels.u8
    prepare --check
    assert_status 10

    rm -r data
    cp -rp good data
    prepare --check
    assert_status 0
    cp "$fixtures/src2/$labels" data/tiny/raw
    CATALOGUE=$fixtures/tiny2.json prepare --check
    assert_status 10
    assert_absent s d
}

@test "prep --stamp: a copy of the manifest, new after every run" {
    raw_there
    prepare --stamp s
    assert_status 0
    assert_same data/tiny/prepared/dataset.json s
    touch -d 2001-01-01 s
    touch -d 2002-01-01 ref
    prepare --stamp s
    assert_status 0
    [ s -nt ref ] || seen "the stamp is not new"
    assert_same data/tiny/prepared/dataset.json s
    touch -d 2001-01-01 s
    prepare --stamp s --if-changed
    assert_status 0
    [ s -nt ref ] || seen "the stamp is not new"
}

@test "prep --stamp: not written by a run that fails" {
    raw_there
    prepare --stamp s --depfile missing/d
    assert_status 1
    assert_absent s missing
    prepare --stamp s
    assert_status 0
    touch -d 2001-01-01 s
    fixture truncate "$src/$images" "data/tiny/raw/$images" --keep -9
    prepare --stamp s
    assert_status 3
    equals "the stamp's time" "$(date -d @"$(stat -c %Y s)" +%F)" 2001-01-01
}

@test "prep --if-changed: files with the same bytes keep their times" {
    local before names=(train-labels.u8 train-onehot.f32 test-labels.u8
        test-onehot.f32) images_before
    raw_there
    prepare --if-changed
    assert_status 0
    cd data/tiny/prepared || return 1
    touch -d 2001-01-01 -- *
    before=$(stat -c '%n %y' "${names[@]}")
    images_before=$(stat -c %y train-images.f32)
    cd - || return 1
    prepare --if-changed --scale signed
    assert_status 0
    cd data/tiny/prepared || return 1
    equals "labels" "$(stat -c '%n %y' "${names[@]}")" "$before"
    [ "$(stat -c %y train-images.f32)" != "$images_before" ] ||
        seen "the images are old"
    cd - || return 1
    mp --catalogue "$CATALOGUE" verify tiny
    assert_status 0
    # The same bytes as without it.
    prepare --scale signed -o plain
    assert_status 0
    diff -r data/tiny/prepared plain
}

@test "prep --depfile: its target is the manifest, or the stamp" {
    raw_there
    prepare --depfile d
    assert_status 0
    equals "targets with sources" "$(sed -n 's/: .*//p' d | sort -u)" \
        data/tiny/prepared/dataset.json
    equals "sources" "$(sed -n 's/^[^ ]*: //p' d | sort)" \
        "$(printf 'data/tiny/raw/%s\n' "${tiny_files[@]}" | sort)"
    prepare --depfile d --stamp out.stamp
    assert_status 0
    assert_make_reads out.stamp data/tiny/raw/*
}

# --- names that are taken

# refused WHY ARGS...: prep is, with --stamp and with --depfile instead of WHICH,
# and not a file is touched.
refused() {
    local why=$1 word before
    shift
    before=$(snapshot . ! -type d)
    for word in --stamp --depfile; do
        prepare "${@/WHICH/$word}"
        assert_status 2 || return 1
        assert_one_error_line "$why" || return 1
        equals "all files" "$(snapshot . ! -type d)" "$before" || return 1
    done
}

@test "prep --stamp, --depfile: not a source, by whatever name, nor the recipe" {
    raw_there
    prepare
    assert_status 0
    cp data/tiny/prepared/dataset.json recipe.json
    ln -s "data/tiny/raw/$images" soft
    ln "data/tiny/raw/$images" hard
    ln -s data/tiny/raw folder
    ln recipe.json other.json
    rm -r data/tiny/prepared
    refused 'is to be read' WHICH "data/tiny/raw/$images"
    refused 'is to be read' WHICH soft
    refused 'is to be read' WHICH hard
    refused 'is to be read' WHICH "folder/$images"
    refused 'is to be read' --recipe recipe.json WHICH recipe.json
    refused 'is to be read' --recipe recipe.json WHICH other.json
}

@test "prep --stamp, --depfile: no file of the set, be it there or to come" {
    local way
    raw_there
    mkdir data/tiny/prepared
    ln -s data/tiny/prepared way
    for way in data/tiny/prepared way ./data/../data/tiny/prepared; do
        refused 'a file of the set' WHICH $way/train-images.f32
        refused 'a file of the set' WHICH $way/dataset.json
        refused 'a file of the set' --checksums WHICH $way/SHA256SUMS
        refused 'a file of the set' --format png WHICH $way/png/train/0/0.png
    done
    prepare
    assert_status 0
    ln data/tiny/prepared/train-labels.u8 hard
    for way in data/tiny/prepared/{train-images.f32,dataset.json} hard; do
        refused 'a file of the set' WHICH "$way"
        refused 'a file of the set' --force WHICH "$way"
    done
    # All else beside them is free.
    prepare --stamp data/tiny/prepared/stamp --depfile data/tiny/prepared/d
    assert_status 0
    mp --catalogue "$CATALOGUE" verify tiny
    assert_status 0
}

@test "prep --stamp, --depfile: not one file for both" {
    raw_there
    prepare --stamp s --depfile ./s
    assert_status 2
    assert_one_error_line "same file 's'"
    assert_absent s data/tiny/prepared
}

@test "prep --stamp, --depfile: a device or FIFO is written, not replaced" {
    local word
    raw_there
    mkfifo pipe
    for word in --stamp --depfile; do
        cat pipe >got 3>&- &
        prepare "$word" pipe
        assert_status 0
        wait "$!"
        [ -p pipe ] || seen "the FIFO is gone"
        grep -q tiny got
    done
}

# --- P15: names

# assert_make_reads TARGET FILE...: the depfile `d` says to make that the target
# has to be made when one of these is newer or gone, and not otherwise.
assert_make_reads() {
    local target=$1 file
    shift
    printf '%%: ; @echo RAN\n-include d\n' >mk
    touch -d 2010-01-01 -- "$target"
    touch -d 2001-01-01 -- "$@"
    assert_make_says "make: '${target#./}' is up to date."
    for file; do
        touch -d 2011-01-01 -- "$file"
        assert_make_says RAN
        mv -- "$file" away
        assert_make_says RAN
        mv away "$file"
        touch -d 2001-01-01 -- "$file"
    done
}

# (What is gone is made by the same rule, and says so, too.)
assert_make_says() {
    run --separate-stderr make -r -f mk -- "$target"
    equals "make of '$target', '${file-}' being changed" \
        "$(printf '%s' "$output$stderr" | sort -u)" "$1"
}

odd_names=('a b' 'a$b' '$(a)b' 'a#b' 'a%b' "it's" 'say "a"' $'\xc3\xa9\xe6\x97\xa5'
    $'a\xff\xfe' '-dash' '~home' 'a:b' 'part=a' 'a;b' 'a|b&c' 'st*r?[a]' 'a\b'
    'a\ b' $'a\tb' "$(printf '%0251d' 0)")

@test "P15 tables of all names: prep reads them, and make reads the depfile" {
    local name file
    for name in "${odd_names[@]}"; do
        file=./$name.csv
        printf '0,1,2,3,4\n1,5,6,7,8\n' >"$file"
        for from in "$file" "${file#./}"; do
            rm -rf out s d
            mp prep zoo --from="$from" -o out --stamp s --depfile d
            assert_status 0
            assert_no_control_bytes
            assert_make_reads s "$file"
        done
        rm "$file"
    done
}

@test "P15 data directories and stamps of all names" {
    local name
    for name in "${odd_names[@]}"; do
        mkdir "./$name"
        mkdir "./$name/tiny"
        cp -r "$src" "./$name/tiny/raw"
        mp --catalogue "$CATALOGUE" --data-dir="./$name" prep tiny --stamp s \
            --depfile d
        assert_status 0
        assert_make_reads s "./$name/tiny/raw"/*
        rm -r "./$name" s d
    done
    raw_there
    for name in "${odd_names[@]}"; do
        case $name in *=*) continue ;; esac # no goal on a command line
        prepare --stamp="$name" --depfile d
        assert_status 0
        assert_same data/tiny/prepared/dataset.json "./$name"
        assert_make_reads "./$name" data/tiny/raw/*
        rm "./$name"
    done
}

@test "P15 names that make cannot be told: said so, and no depfile" {
    local name
    for name in $'a\nb' $'a\eb' 'a(b)'; do
        printf '0,1,2,3,4\n' >"$name"
        mp prep zoo --from "$name" -o out --stamp s --depfile d
        assert_status 2
        assert_one_error_line 'make cannot be told of .*; rename it'
        assert_no_control_bytes
        assert_absent s d
        # Without a depfile there is nothing wrong with it.
        mp prep zoo --from "$name" -o out --stamp s
        assert_status 0
        rm -r "$name" out s
    done
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files that are replaced while they are read: what is read twice has to be the
# same both times, or nothing is made of it. An LD_PRELOAD shim replaces them at
# any time there is, so that no test depends on being quick.

load common

# variant NAME ROWS SIZE SEED SEED: a pair of files, pictures and labels.
variant() {
    mkdir "$1" &&
        fixture idx "$1/images" --shape "$2,$3,$3" --seed "$4" &&
        fixture idx "$1/labels" --shape "$2" --values labels:10 --seed "$5"
}

setup_file() {
    local compiler
    compiler=$(command -v "${CC:-cc}" || command -v gcc) ||
        skip "no C compiler for the LD_PRELOAD shim"
    cd "$BATS_FILE_TMPDIR" || return 1
    "$compiler" -shared -fPIC -o swap.so "$BATS_TEST_DIRNAME/preload_swap.c" -ldl
    variant first 300 12 1 2
    variant small 300 4 3 2
    variant large 300 30 4 2
    variant other 300 12 5 2
    variant relabelled 300 12 1 6
    variant more 500 12 1 2
    variant fewer 200 12 1 2
}

setup() {
    common_setup
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
    fi
}

# swapped N FILE VARIANT ARGS...: the program, which reads now/images and
# now/labels; just before it opens FILE for the N-th time, both become VARIANT.
# False when it is not opened so often.
swapped() {
    local at=$1 file=$2 variant=$3
    shift 3
    ln -sfn "$BATS_FILE_TMPDIR/first" now
    ln -sfn "$BATS_FILE_TMPDIR/$variant" by
    run --separate-stderr env SWAP_FILE="$file" SWAP_BY=by SWAP_TO=now \
        SWAP_AT="$at" LD_PRELOAD="$BATS_FILE_TMPDIR/swap.so" "$MNISTPREP" "$@"
    [ ! -L by ]
}

# expect_noticed FILE VARIANT ARGS...: whenever it is swapped, `prep own` makes
# a set that is as it says, or none; and at least once it says why.
expect_noticed() {
    local file=now/$1 variant=$2 at noticed=0
    shift 2
    for ((at = 1; at <= 20; at++)); do
        rm -rf data
        swapped "$at" "$file" "$variant" prep own --images now/images \
            --labels now/labels "$@" || break
        case $status in
        0)
            mp verify own
            assert_status 0 || return 1
            ;;
        3)
            assert_error_line '.' || return 1
            assert_absent data/own/prepared/dataset.json || return 1
            if [[ $stderr == *"' was changed while it was read; run again" ]]; then
                noticed=$((noticed + 1))
            fi
            ;;
        *) seen "when '$file' is opened for the ${at}th time" || return 1 ;;
        esac
    done
    [ "$at" -gt 2 ] || skip "the shim does not work here"
    assert_status 0 || return 1 # as nothing was replaced any more
    [ "$noticed" -gt 0 ] ||
        seen "nobody noticed that '$file' became another by '$variant'"
}

@test "prep: pictures of another size between fitting and writing" {
    expect_noticed images small --scale standard
    expect_noticed images large --scale standard -j 1
    expect_noticed images large --scale pixel-standard
}

@test "prep: other pictures of the same size between fitting and writing" {
    expect_noticed images other --scale standard
}

@test "prep: more rows, or fewer, between fitting and writing" {
    expect_noticed images more --scale standard
    expect_noticed images fewer --scale standard
}

@test "prep: more rows, or fewer, when the labels are collected" {
    expect_noticed images more --val 50
    expect_noticed images fewer --val 50
}

@test "prep: other labels than those the rows were chosen by" {
    expect_noticed labels relabelled --limit 100
    expect_noticed images relabelled --val 50 --stratify
}

# --- normalize, whose scale is fitted in a first pass

# expect_refused VARIANT SCALE: when now/images becomes it, nothing is written;
# unless it does before it is read for the first time.
expect_refused() {
    local at refused=0
    for ((at = 1; at <= 9; at++)); do
        rm -f out
        swapped "$at" now/images "$1" normalize now/images --scale "$2" -o out ||
            break
        if [ "$at" -gt 1 ]; then
            assert_status 3 || return 1
            assert_one_error_line "'now/images' was changed while it was read" ||
                return 1
            assert_absent out || return 1
            refused=1
        fi
    done
    [ "$at" -gt 1 ] || skip "the shim does not work here"
    assert_status 0 || return 1
    [ "$refused" = 1 ] || seen "'now/images' is not opened twice"
}

@test "normalize: pictures of another size between fitting and writing" {
    expect_refused small pixel-standard
    expect_refused large pixel-standard
    expect_refused large standard
}

@test "normalize: other pictures of the same size between fitting and writing" {
    expect_refused other standard
    expect_refused other pixel-standard
    expect_refused more standard
}

@test "normalize: what cannot be read twice is refused before it is read" {
    local scale
    mkfifo pipe
    for scale in standard pixel-standard; do
        run --separate-stderr timeout 20 "$MNISTPREP" normalize pipe \
            --scale "$scale" -o out
        assert_status 2
        assert_one_error_line "needs a regular file, not 'pipe'"
        mp_in "$BATS_FILE_TMPDIR/first/images" normalize - --scale "$scale" -o out
        assert_status 2
        assert_one_error_line "needs a regular file, not '-'"
        run --separate-stderr bash -c \
            'cat "$1" | "$MNISTPREP" normalize /dev/stdin --scale "$2" -o out' \
            - "$BATS_FILE_TMPDIR/first/images" "$scale"
        assert_status 2
        assert_one_error_line "needs a regular file, not '/dev/stdin'"
    done
    assert_absent out
    # One that is not there is told as ever.
    mp normalize nowhere --scale standard -o out
    assert_status 1
    assert_one_error_line "nowhere"
}

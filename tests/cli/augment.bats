#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep --augment: which copies there are, and what each looks like, against numpy and PIL.

load rows

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 60 --test 12 --height 7 --width 5 --seed 8
    fixture catalogue tiny.json --name tiny --dir src
}

setup() {
    common_setup
    mkdir -p data/tiny
    cp -r "$BATS_FILE_TMPDIR/src" data/tiny/raw
}

tiny() {
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep tiny "$@"
}

oracle_of() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/augment.py" "$@"
}

# made DIR 'KEY=VALUE...' OPTIONS...: prep tiny into DIR, then numpy's opinion.
made() {
    local dir=$1 what=$2
    shift 2
    tiny -o "$dir" "$@"
    assert_status 0 || return 1
    # shellcheck disable=SC2086 # words are meant
    oracle_of check "$dir" data/tiny/raw $what
}

# refused REGEX OPTIONS...: one line, status 2, and nothing written.
refused() {
    local regex=$1
    shift
    tiny -o wrong "$@"
    assert_status 2 && assert_no_stdout && assert_one_error_line "$regex" &&
        [ ! -e wrong ]
}

# --- what copies look like

@test "augment: by default turned, moved and stretched a little" {
    made o 'copies=2 rotate=10 shift=2 stretch=0.1' --augment 2
}
@test "augment: --rotate" { made o 'copies=3 rotate=180' --augment 3 --rotate 180; }
@test "augment: --shift" { made o 'copies=3 shift=1.5' --augment 3 --shift 1.5; }
@test "augment: --shift beyond the picture" { made o 'copies=3 shift=40' --augment 3 --shift 40; }
@test "augment: --stretch" { made o 'copies=3 stretch=0.9' --augment 3 --stretch 0.9; }
@test "augment: --shear" { made o 'copies=3 shear=60' --augment 3 --shear 60; }
@test "augment: --elastic" { made o 'copies=2 elastic=34' --augment 2 --elastic 34; }
@test "augment: --elastic A,SIGMA" {
    made a 'copies=1 elastic=8 sigma=0.5' --augment 1 --elastic 8,0.5
    made b 'copies=1 elastic=1000 sigma=32' --augment 1 --elastic 1000,32
    made c 'copies=1 elastic=20 sigma=2.7' --augment 1 --elastic 20,2.7
}
@test "augment: all at once, by another seed" {
    made o 'copies=4 rotate=25 shift=3 stretch=0.3 shear=20 elastic=12 sigma=1.5 seed=77' --augment 4 --seed 77 \
        --rotate 25 --shift 3 --stretch 0.3 --shear 20 --elastic 12,1.5
}
@test "augment: 255 copies" { made o 'copies=255 rotate=90 some=700' --augment 255 --rotate 90; }
@test "augment: after the other steps of pictures" {
    made o 'copies=2 rotate=30 transpose=1 invert=1 size=9x11 pad=3' --augment 2 --rotate 30 \
        --transpose --invert --size 9x11 --pad 3
}

# --- which rows have copies

@test "augment: shuffled with their rows" { made o 'copies=3 rotate=10 shuffle=1' --augment 3 --rotate 10 --shuffle; }

@test "augment: validation rows and test have none, and none is a copy of them" {
    made o 'copies=3 rotate=10 shuffle=1' --augment 3 --rotate 10 --shuffle --val 20
    [ ! -e o/val-copies.u8 ] && [ ! -e o/test-copies.u8 ]
    [ "$(wc -c <o/val-rows.u32)" -eq 80 ]
    [ "$(wc -c <o/test-labels.u8)" -eq 12 ]
    LC_ALL=C comm -12 <(od -An -v -w4 -tu4 o/val-rows.u32 | sort -u) \
        <(od -An -v -w4 -tu4 o/train-rows.u32 | sort -u) >both
    [ ! -s both ]
}

@test "augment: limits are about rows, not copies" {
    made o 'copies=2 rotate=10' --augment 2 --rotate 10 --limit 7
    [ "$(wc -c <o/train-labels.u8)" -eq 21 ]
    [ "$(wc -c <o/test-labels.u8)" -eq 7 ]
}

@test "augment: a copy is in the fold of its row" {
    made o 'copies=3 rotate=10 shuffle=1' --augment 3 --rotate 10 --shuffle --folds 4
    paste <(od -An -v -w4 -tu4 o/train-rows.u32) <(od -An -v -w1 -tu1 o/train-folds.u8) | sort -u >pairs
    [ "$(wc -l <pairs)" -eq 60 ]
    # as many rows in each fold
    [ "$(cut -f 2 pairs | sort | uniq -c | awk '{ print $1 }' | sort -u)" = 15 ]
}

@test "augment: the rows themselves are those of a set without copies" {
    tiny -o plain
    tiny -o o --augment 1
    cmp plain/train-images.f32 <(head -c "$(wc -c <plain/train-images.f32)" o/train-images.f32)
    cmp plain/test-images.f32 o/test-images.f32
}

@test "augment: more copies leave the first ones as they are" {
    tiny -o two --augment 2 --rotate 15
    tiny -o five --augment 5 --rotate 15
    cmp two/train-images.f32 <(head -c "$(wc -c <two/train-images.f32)" five/train-images.f32)
}

@test "augment: a row has the same copies, whatever rows are beside it" {
    tiny -o all --augment 1 --elastic 10,2
    tiny -o few --augment 1 --elastic 10,2 --limit 3
    cmp <(tail -c 420 few/train-images.f32) <(tail -c +$((60 * 140 + 1)) all/train-images.f32 | head -c 420)
}

@test "augment: constants are fitted on copies, too" {
    tiny -o o --augment 2 --rotate 45 --scale standard
    assert_status 0
    tiny -o levels --augment 2 --rotate 45 --scale none --dtype u8
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
import numpy as np
x = np.fromfile('levels/train-images.u8', 'u1') / 255
r = json.load(open('o/dataset.json'))['recipe']
assert abs(r['mean'] - x.mean()) < 1e-12 and abs(r['std'] - x.std()) < 1e-12, r
PY
}

# --- the same again

@test "augment: the same bytes with 1, 2 and 8 jobs, and by the recipe" {
    local how=(--augment 2 --elastic '12,2' --shuffle --seed 5 --format 'bin,npy,png,csv' --checksums)
    for j in 1 2 8; do
        tiny -j "$j" -o "j$j" "${how[@]}"
        assert_status 0
    done
    same_set j1 j2
    same_set j1 j8
    tiny --recipe j1/dataset.json -o again
    assert_status 0
    same_set j1 again
    tiny --recipe j1/dataset.json -o again
    [[ $stderr == *'up to date'* ]]
}

@test "augment: another strength is another recipe, and verify makes it again" {
    tiny --augment 1 --rotate 10
    tiny -v --augment 1 --rotate 11
    [[ $stderr == *rotate* ]]
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" verify tiny
    assert_status 0
    printf x | dd of=data/tiny/prepared/train-copies.u8 bs=1 seek=70 conv=notrunc status=none
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" verify tiny
    assert_status 3
    assert_error_line 'train-copies.u8: .*differs, first at byte 70'
}

# --- what cannot be

@test "augment: options that need it, and ranges" {
    for option in '--rotate 5' '--shift 5' '--stretch 0.5' '--shear 5' '--elastic 5'; do
        # shellcheck disable=SC2086 # words are meant
        refused '--augment' $option || seen "$option"
    done
    refused 'copy pictures as they are' --augment 2 --rotate 0
    refused 'augment' --augment 0
    refused '255' --augment 256
    refused '--rotate 181' --augment 1 --rotate 181
    refused "--rotate: 'x' is no number" --augment 1 --rotate x
    refused '--shift -1' --augment 1 --shift -1
    refused '--stretch 0.95' --augment 1 --stretch 0.95
    refused '--shear 61' --augment 1 --shear 61
    refused '--elastic 1001' --augment 1 --elastic 1001
    refused 'as in 34,4' --augment 1 --elastic 3,4,5
    refused 'as in 34,4' --augment 1 --elastic ,4
    refused 'deviation' --augment 1 --elastic 3,0.4
    refused 'deviation' --augment 1 --elastic 3,33
}

@test "augment: a set without train, and a set of one's own" {
    refused "'train', which --splits leaves out" --augment 1 --splits test
    mp prep own --images data/tiny/raw/t10k-images-idx3-ubyte.gz --labels data/tiny/raw/t10k-labels-idx1-ubyte.gz \
        -o own --augment 1
    assert_status 0
    [ "$(wc -c <own/train-copies.u8)" -eq 24 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep's options on the genuine Fashion-MNIST, each with a value that is not its
# default, against numpy. (prep_rows.bats has all their values on a small set.)

load rows

setup_file() {
    [ -e "$MNISTPREP_TEST_FASHION/train-images-idx3-ubyte.gz" ] || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    "$MNISTPREP" -q fetch fashion-mnist --only-mirrors \
        --mirror "$MNISTPREP_TEST_FASHION" >/dev/null
}

setup() {
    need_fashion
    common_setup
    ln -s "$BATS_FILE_TMPDIR/data" data
}

teardown() {
    rm -rf "$BATS_TEST_TMPDIR/work"
}

@test "genuine: --scale unit --dtype f64, --label-dtype i32" {
    fashion o 'dtype=f64 label_dtype=i32' --dtype f64 --label-dtype i32
}
@test "genuine: --scale signed --dtype f32, --smoothing, --layout chw" {
    fashion o 'scale=signed smoothing=0.1 layout=chw' --scale signed --smoothing 0.1 --layout chw
}
@test "genuine: --scale standard --dtype f16" {
    fashion o 'scale=standard dtype=f16' --scale standard --dtype f16
}
@test "genuine: --scale standard --dtype f32, --layout hwc" {
    fashion o 'scale=standard layout=hwc' --scale standard --layout hwc
}
@test "genuine: --scale MEAN,STD --dtype bf16" {
    fashion o 'scale=0.286,0.353 dtype=bf16' --scale 0.286,0.353 --dtype bf16
}
@test "genuine: --scale pixel-standard --dtype bf16, --label-dtype i64" {
    fashion o 'scale=pixel-standard dtype=bf16 label_dtype=i64' --scale pixel-standard --dtype bf16 --label-dtype i64
}
@test "genuine: --scale none --dtype f32, --invert --pad 2" {
    fashion o 'scale=none invert=1 pad=2' --scale none --invert --pad 2
}
@test "genuine: --dtype u8 --size 14x31 --resample nearest" {
    fashion o 'scale=none dtype=u8 size=14x31 resample=nearest' --dtype u8 --size 14x31 --resample nearest
}
@test "genuine: --limit and --per-class, of --shuffle and --folds" {
    fashion full 'scale=none dtype=u8 shuffle=1 folds=7' --dtype u8 --shuffle --folds 7
    fashion o 'scale=none dtype=u8 shuffle=1 folds=7 per_class=90 limit=500 full=full' --dtype u8 --shuffle --folds 7 --per-class 90 --limit 500
}
@test "genuine: the same with -j 1, 2 and 8" {
    local options=(--scale pixel-standard --dtype f16 --val 0.2 --stratify --shuffle --drop-duplicates --checksums)
    fashion a 'scale=pixel-standard dtype=f16 val=0.2 stratify=1 shuffle=1 drop_duplicates=1' "${options[@]}" -j 1
    local jobs
    for jobs in 2 8; do
        mp prep fashion-mnist "${options[@]}" -j "$jobs" -o "$jobs"
        assert_status 0
    done
    same_set a 2
    same_set a 8
}
@test "rows: genuine files, -j 1 and -j 2" {
    fashion a 'val=0.1 stratify=1 folds=5 shuffle=1' --val 0.1 --stratify --folds 5 --shuffle --seed 6 -j 1
    fashion b 'val=0.1 stratify=1 folds=5 shuffle=1' --val 0.1 --stratify --folds 5 --shuffle --seed 6 -j 2
    same_set a b
}
@test "rows: genuine files, --classes --relabel --drop-duplicates --val" {
    fashion o 'classes=8,5 relabel=1 drop_duplicates=1 val=1000' --classes Bag,5 --relabel --drop-duplicates --val 1000
}
@test "pictures: genuine files, --size 32x20 --transpose --pad" {
    fashion o 'size=32x20 transpose=1 pad=1 scale=none dtype=u8' --size 32x20 --transpose --pad 1 --dtype u8
}
@test "numbers: genuine files, pixel-standard of train without val" {
    fashion o 'scale=pixel-standard val=5000' --scale pixel-standard --val 5000
}
@test "checksums: genuine files" {
    fashion o '' --checksums
    (cd o && sha256sum --strict --quiet -c SHA256SUMS)
    py sums o
}

# --- augment

@test "augment: Fashion-MNIST against numpy" {
    mp -q prep fashion-mnist -o o --augment 1 --scale none --dtype u8 --rotate 12 --shear 8 --elastic 30,4 --no-onehot
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/augment.py" check o data/fashion-mnist/raw copies=1 scale=none dtype=u8 rotate=12 shear=8 elastic=30 some=40
}

@test "augment: Fashion-MNIST against PIL" {
    mp -q prep fashion-mnist -o o --augment 1 --scale none --dtype u8 --rotate 40 --shear 20 --stretch 0.3 --shift 3 \
        --no-onehot --limit 300
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/augment.py" pil o data/fashion-mnist/raw copies=1 rotate=40 shear=20 stretch=0.3 shift=3
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep --format: every format read back by readers of others (read_formats.py), the same bytes always, what a second run and verify say, and files in the way.

load common

numbers=bin,npy,idx,idx.gz,npz,safetensors,libsvm
greys=csv,pjreddie,png,torchvision,tfrecord,webdataset
every=$numbers,$greys
# One file of each format, and both files without rows.
one_each=(train-images.f32 train-labels.u8 train-onehot.f32 test-images.npy
    train-images.idx test-labels.idx.gz tiny.npz tiny.safetensors
    train.libsvm test.csv tiny_train.csv MNIST/raw/t10k-images-idx3-ubyte
    tfrecord/tiny/1.0.0/tiny-train.tfrecord-00000-of-00001
    tfrecord/tiny/1.0.0/features.json train-000000.tar)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    tiny_dataset --train 43 --test 11
    "$MNISTPREP" -q --catalogue tiny.json prep tiny --format "$every" >/dev/null
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    prepared=data/tiny/prepared
}

# A copy of the set with every format.
have() {
    cp -a "$fixtures/data" data
}

have_raw() {
    mkdir -p data/tiny
    cp -a "$fixtures/data/tiny/raw" data/tiny/raw
}

tiny() {
    mp -q --catalogue "$fixtures/tiny.json" "$@"
}

reader() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/read_formats.py" "$@"
}

check() {
    reader check "$prepared" "$fixtures/src" tiny "$@"
}

# flip FILE AT: one bit.
flip() {
    fixture flip "$1" "$1.flipped" --at "$2"
    mv "$1.flipped" "$1"
}

# bad NAME: verify finds this fault, and no other.
bad() {
    tiny verify tiny
    assert_status 3
    local found
    found=$(printf '%s\n' "$output" | grep -v '^ok ' | cut -d: -f1)
    [ "$(tr -s ' ' <<<"$found")" = "damaged tiny/prepared/$1" ] ||
        seen "expected one fault, in $1"
}

one() {
    have_raw
    tiny prep tiny --format "$1" "${@:2}"
    assert_status 0
    check formats="$1"
}

@test "prep --format: all at once, in one pass, read by others" {
    have
    check formats="$every"
}

@test "prep --format: each alone has its own files and no other" {
    have_raw
    local format
    for format in ${every//,/ }; do
        tiny prep tiny --format "$format"
        assert_status 0
        check formats="$format"
    done
}

@test "prep --format: grey levels whatever --scale, numbers of the recipe" {
    have_raw
    tiny prep tiny --format "$every" --scale none --dtype u8
    assert_status 0
    check formats="$every" dtype=u8
    local dir=$fixtures/data/tiny/prepared name
    for name in train.csv tiny_test.csv train-000000.tar test-000000.tar \
        MNIST/raw/train-images-idx3-ubyte \
        tfrecord/tiny/1.0.0/tiny-train.tfrecord-00000-of-00001; do
        assert_same "$dir/$name" "$prepared/$name"
    done
    diff -r "$dir/png" "$prepared/png"
    # nor standard, with its constants
    tiny prep tiny --format "$greys" --scale standard --no-onehot
    assert_status 0
    check formats="$greys" onehot=0
}

@test "prep --format npz,safetensors,npy --label-dtype i64 --no-onehot" {
    have_raw
    tiny prep tiny --format npz,safetensors,npy,bin --label-dtype i64 --no-onehot
    assert_status 0
    check labels=i64 onehot=0
}

@test "prep --format: torchvision's bytes are the source's payload" {
    have
    local f
    for f in train-images-idx3-ubyte train-labels-idx1-ubyte \
        t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
        fixture gunzip "$fixtures/src/$f.gz" want
        assert_same want "$prepared/MNIST/raw/$f"
    done
}

@test "prep --format: an element type that a format has not: 2, nothing written" {
    have_raw
    local words
    for words in 'idx --label-dtype i64' 'idx.gz --dtype f16' \
        'npz --dtype bf16' 'npy --dtype bf16' 'bin,idx --dtype bf16'; do
        # shellcheck disable=SC2086 # words
        tiny prep tiny --format $words
        assert_status 2
        assert_one_error_line 'type'
        assert_absent "$prepared/dataset.json"
    done
}

@test "prep --format: an unknown one, one twice, an empty list: 2" {
    have_raw
    local list
    for list in jpeg bin,jpeg '' ',' 'bin,' csv,csv; do
        tiny prep tiny --format "$list"
        assert_status 2
        assert_one_error_line 'format'
        assert_no_leftovers data 'tiny/raw/*' '*.mnistprep-lock' '*.lock'
    done
}

@test "prep --format: genuine Fashion-MNIST, 500 rows, read by others" {
    need_fashion
    mp -q fetch fashion-mnist --only-mirrors --mirror "$fashion"
    assert_status 0
    mp -q prep fashion-mnist --limit 500 --format "$every"
    assert_status 0
    reader check data/fashion-mnist/prepared "$fashion" fashion-mnist \
        limit=500 torch=FashionMNIST
}

@test "prep --format: chosen and shuffled rows, three splits, padded, read by others" {
    have_raw
    tiny prep tiny --format "$every" --val 9 --stratify --shuffle --seed 4 --pad 2 \
        --layout chw
    assert_status 0
    check formats="$every" chosen=1 pad=2 chw=1
    [ "$(wc -l <"$prepared/val.csv")" -eq 10 ]
}

@test "prep --format tfrecord: protoc sees the same message" {
    command -v protoc >/dev/null || skip "no protoc"
    have
    reader record "$prepared"/tfrecord/tiny/1.0.0/tiny-train.tfrecord-* 0 record
    protoc --decode_raw <record >message
    [ "$(grep -c '1: "image"' message)" -eq 1 ]
    [ "$(grep -c '1: "label"' message)" -eq 1 ]
    grep -q 'PNG' message
}

@test "prep --format libsvm: svm-scale keeps every value" {
    command -v svm-scale >/dev/null || skip "no svm-scale"
    have
    # Between the extremes that are there, 0 and 1: nothing may change.
    svm-scale -l 0 -u 1 -s ranges "$prepared/train.libsvm" >scaled
    [ "$(wc -l <scaled)" -eq 43 ]
    cut -d' ' -f1 "$prepared/train.libsvm" >want
    cut -d' ' -f1 scaled >got
    assert_same want got
    # the index of the last pixel, of 28x28, is not beyond 784
    [ "$(tail -n 1 ranges | cut -d' ' -f1)" -le 784 ]
}

@test "prep --format tar: GNU tar and unzip read them, too" {
    have
    [ "$(tar -tf "$prepared/train-000000.tar" | wc -l)" -eq 86 ]
    command -v unzip >/dev/null || skip "no unzip"
    unzip -tq "$prepared/tiny.npz"
}

@test "prep --format: the same bytes elsewhere, with -j, TZ, locale, umask, another time" {
    cp -a "$fixtures/data/tiny/prepared" want
    mkdir -p 'else where/data/tiny'
    cp -a "$fixtures/data/tiny/raw" 'else where/data/tiny/raw'
    cd 'else where'
    (
        umask 077
        TZ=Pacific/Kiritimati LC_ALL=C "$MNISTPREP" -q \
            --catalogue "$fixtures/tiny.json" prep tiny -j1 --format "$every"
    ) >/dev/null
    diff -r ../want "$prepared"
    rm -rf "$prepared"
    touch -d '2001-02-03' data/tiny/raw/*
    (
        umask 002
        TZ=America/St_Johns "$MNISTPREP" -q \
            --catalogue "$fixtures/tiny.json" prep tiny -j8 --format "$every"
    ) >/dev/null
    diff -r ../want "$prepared"
    rm -rf "$prepared"
    need_comma_locale
    LC_ALL=$comma_locale tiny prep tiny -j2 --format "$every"
    diff -r ../want "$prepared"
}

@test "prep --format: a second run does nothing and keeps every time" {
    have
    snapshot "$prepared" >before
    sleep 0.02
    tiny prep tiny --format "$every"
    assert_status 0
    snapshot "$prepared" >after
    assert_same before after
    grep -q 'png/train/' before
}

@test "prep --format: a missing PNG, a cut tar, a missing table are made again" {
    have
    local broken
    for broken in png train-000000.tar train.csv MNIST/raw tfrecord; do
        rm -r "${prepared:?}/$broken"
        tiny prep tiny --format "$every"
        assert_status 0
        check formats="$every"
    done
    find "$prepared/png" -name '*.png' | LC_ALL=C sort | head -n 1 | xargs rm
    tiny prep tiny --format "$every"
    assert_status 0
    check formats="$every"
}

@test "prep -n --format: writes nothing" {
    have_raw
    tiny prep -n tiny --format "$every"
    assert_status 0
    assert_absent "$prepared/dataset.json" "$prepared/png" "$prepared/MNIST"
}

@test "prep --check --format: 0 when all is there, 10 when a PNG is missing" {
    have
    tiny prep --check tiny --format "$every"
    assert_status 0
    find "$prepared/png" -name '*.png' | LC_ALL=C sort | tail -n 1 | xargs rm
    tiny prep --check tiny --format "$every"
    assert_status 10
}

@test "verify: ok for all formats" {
    have
    mp --catalogue "$fixtures/tiny.json" verify tiny
    assert_status 0
    printf '%s\n' "$output" >seen
    if grep -v '^ok ' seen; then return 1; fi
    local name
    for name in "${one_each[@]}" png; do
        grep -q "tiny/prepared/$name\$" seen
    done
}

@test "verify: one flipped bit in the file of each format" {
    have
    local name size
    for name in "${one_each[@]}"; do
        cp "$prepared/$name" keep
        size=$(wc -c <keep)
        flip "$prepared/$name" $((size / 2))
        bad "$name"
        flip "$prepared/$name" $((size / 2))
        flip "$prepared/$name" -1
        bad "$name"
        cp keep "$prepared/$name"
    done
}

@test "verify: a flipped bit accuses that file only, also with --checksums" {
    have_raw
    tiny prep tiny --format csv --checksums
    assert_status 0
    tiny verify tiny
    assert_status 0
    flip "$prepared/train.csv" 9000
    bad train.csv
}

@test "prep --checksums: sha256sum agrees, PNGs and all" {
    have_raw
    tiny prep tiny --format "$every" --checksums
    assert_status 0
    (cd "$prepared" && sha256sum --quiet --strict -c SHA256SUMS)
    (cd "$prepared" && find . -type f ! -name dataset.json ! -name SHA256SUMS \
        -printf '%P\n') | LC_ALL=C sort >want
    sed 's/^[0-9a-f]* [ *]//' "$prepared/SHA256SUMS" | grep -vx dataset.json |
        LC_ALL=C sort >got
    assert_same want got
}

@test "verify: a flipped bit in a PNG, a missing one, one too many" {
    have
    local first
    first=$(find "$prepared/png" -name '*.png' | LC_ALL=C sort | head -n 1)
    cp "$first" keep
    flip "$first" 60
    bad png
    rm "$first"
    bad png
    cp keep "$first"
    cp keep "$prepared/png/train/0/99999.png"
    bad png
    rm "$prepared/png/train/0/99999.png"
    # a rename keeps the number of files
    mv "$first" "${first%/*}/77777.png"
    bad png
    mv "${first%/*}/77777.png" "$first"
    tiny verify tiny
    assert_status 0
}

@test "verify: without raw files sizes and counts are still compared" {
    have
    rm -r data/tiny/raw
    find "$prepared/png" -name '*.png' | LC_ALL=C sort | head -n 1 | xargs rm
    printf 'x' >>"$prepared/train.csv"
    tiny verify tiny
    assert_status 3
    grep -q '^damaged .*prepared/png' <<<"$output"
    grep -q '^damaged .*prepared/train.csv' <<<"$output"
}

@test "prep: another --format removes the old files, and no folder stays empty" {
    have
    tiny prep tiny --format csv
    assert_status 0
    (cd "$prepared" && find . -mindepth 1 ! -name '.*' -printf '%P\n') |
        LC_ALL=C sort >got
    printf '%s\n' dataset.json test.csv train.csv >want
    assert_same want got
    tiny prep tiny --format png,tfrecord
    assert_status 0
    check formats=png,tfrecord
    assert_absent "$prepared/train.csv" "$prepared/MNIST"
    tiny prep tiny --format png,tfrecord --splits test
    assert_status 0
    assert_absent "$prepared/png/train"
    [ "$(find "$prepared" -mindepth 1 -type d -empty | wc -l)" -eq 0 ]
}

@test "prep: what the user put into folders of the set stays" {
    have
    echo mine >"$prepared/MNIST/raw/notes.txt"
    echo mine >"$prepared/tfrecord/notes.txt"
    tiny prep tiny --format csv
    assert_status 0
    [ "$(cat "$prepared/MNIST/raw/notes.txt")" = mine ]
    [ "$(cat "$prepared/tfrecord/notes.txt")" = mine ]
    assert_absent "$prepared/MNIST/raw/train-images-idx3-ubyte" \
        "$prepared/tfrecord/tiny" "$prepared/png"
}

@test "prep: a file of the user inside png/ is not removed with it" {
    have
    echo mine >"$prepared/png/notes.txt"
    tiny prep tiny --format csv
    [ "$(cat "$prepared/png/notes.txt")" = mine ]
}

@test "prep --format: files of the user in the way: 2, and they stay" {
    have_raw
    local format name n=0
    while read -r format name; do
        n=$((n + 1))
        mkdir -p "out$n/$(dirname "$name")"
        echo mine >"out$n/$name"
        snapshot "out$n" >before
        tiny prep tiny --format "$format" -o "out$n"
        assert_status 2
        assert_one_error_line 'not made by mnistprep|not a directory'
        [ "$(cat "out$n/$name")" = mine ]
        assert_no_leftovers "out$n" "$name" '*lock'
    done <<'END'
csv train.csv
bin,csv test.csv
png png/holiday.png
png png
npz tiny.npz
libsvm test.libsvm
pjreddie tiny_test.csv
torchvision MNIST/raw/t10k-labels-idx1-ubyte
torchvision MNIST
tfrecord tfrecord/tiny/1.0.0/features.json
webdataset train-000000.tar
safetensors tiny.safetensors
idx.gz test-onehot.idx.gz
END
}

@test "prep --format png: a symlink named png is not followed" {
    have_raw
    mkdir -p out elsewhere
    echo mine >elsewhere/a.png
    ln -s ../elsewhere out/png
    tiny prep tiny --format png -o out
    assert_status 2
    [ "$(ls elsewhere)" = a.png ]
    [ -L out/png ]
}

@test "prep --format torchvision: a symlink in place of its folder is not written through" {
    have_raw
    mkdir -p out elsewhere
    ln -s ../elsewhere out/MNIST
    tiny prep tiny --format torchvision -o out
    [ -z "$(ls elsewhere)" ]
}

@test "prep --force --format: replaces files of the user" {
    have_raw
    mkdir -p "$prepared/png"
    echo mine >"$prepared/train.csv"
    echo mine >"$prepared/png/a.txt"
    tiny prep -f tiny --format csv,png
    assert_status 0
    check formats=csv,png
}

@test "prep --format png --sync: each picture and folder is on disk before the names" {
    local pictures folders
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null || skip "strace is refused here"
    # LeakSanitizer cannot work under ptrace.
    [ "${MNISTPREP_SANITIZED-0}" != 1 ] ||
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    have_raw
    run --separate-stderr strace -f -y -o trace -e trace=fsync,rename \
        "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" prep tiny \
        --format png --sync
    assert_status 0
    pictures=$(find "$prepared/png" -type f | wc -l)
    folders=$(find "$prepared/png" -type d | wc -l)
    [ "$pictures" -eq 54 ] || seen "$pictures pictures"
    # All of them before the tree gets its name, then the folder with this name.
    sed '/rename(.*prepared\/png")/,$d' trace >before
    sed '1,/rename(.*prepared\/png")/d' trace >after
    [ "$(grep -c 'fsync(.*-png/.*\.png>' before)" -eq "$pictures" ]
    [ "$(grep 'fsync(.*-png[/>]' before | grep -vc '\.png>')" -eq "$folders" ]
    grep -q 'fsync(.*/prepared>)' after
    # Without it there is none.
    rm -r "$prepared"
    run --separate-stderr strace -f -y -o trace -e trace=fsync \
        "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" prep tiny --format png
    assert_status 0
    [ "$(grep -c 'fsync(.*\.png>' trace)" -eq 0 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What stats and dump look at, by their options: which go together, and what
# is said of names and files that are not there.

load common

# refused STATUS REGEX WORDS...: by stats and dump alike, in one line.
refused() {
    local status_wanted=$1 regex=$2 command
    shift 2
    for command in stats 'dump --count 1'; do
        # shellcheck disable=SC2086 # words are meant
        mp $command "$@"
        assert_status "$status_wanted" || return 1
        assert_no_stdout || return 1
        assert_one_error_line "$regex" || return 1
    done
}

table() {
    printf '1,2,3,4,5\n0,1,2,3,4\n2,9,8,7,6\n' >digits.csv
}

@test "view options: which exclude each other" {
    table
    refused 2 '--prepared, --from and --images exclude' --prepared --from x
    refused 2 '--prepared, --from and --images exclude' --from x --images y
    refused 2 '--labels goes with --images' --labels y
    refused 2 '--labels goes with --images' --labels y --from digits.csv
    refused 2 '--as-published is about the raw files' --as-published --prepared
    refused 2 '--as-published is about the raw files' --as-published --from x
    refused 2 '--label-column and --shape are about tables' --shape 2x2
    refused 2 '--label-column and --shape are about' --label-column last \
        --prepared
    refused 2 "--shape: 'wide' is no size" --from digits.csv --shape wide
    refused 2 'standard input cannot be read twice' --from -
}

@test "view options: names that are not there" {
    refused 2 "unknown dataset 'mnits'; did you mean 'mnist'" mnits
    refused 2 "unknown dataset 'mnits'; did you mean 'mnist'" mnits --prepared
    refused 2 "unknown dataset '../x'" ../x
    refused 2 "unknown dataset '../x'" ../x --prepared
    refused 2 "mnist has no split 'tran'; did you mean 'train'" --split tran
    refused 1 "is missing; run 'mnistprep fetch fashion-mnist' first" \
        fashion-mnist
    refused 1 "is missing; run 'mnistprep prep mnist' first" --prepared
}

@test "view options: what prep has made of one's own data, by its name" {
    table
    mp -q prep digits --from digits.csv
    assert_status 0
    refused 2 "'digits' is data of one's own that was prepared; say --prepared" \
        digits
    mp stats digits --prepared
    assert_status 0
    [[ $output == 'digits, train: 3 images of 2x2'* ]]
    refused 2 "digits has no split 'test'; there are train" digits --prepared \
        --split test
    refused 2 'is a prepared set of digits, not of others' others --from \
        data/digits/prepared
    refused 2 'is a prepared set' --from data/digits/prepared --shape 2x2
    mp stats digits --from data/digits/prepared --split train
    assert_status 0
    mp dump --from data/digits/prepared --index 1 --zoom 1 -o one.png
    assert_status 0
    [ -s one.png ]
}

@test "view options: --split names what has no name, and else chooses" {
    table
    mp stats --from digits.csv --split odd
    assert_status 0
    [[ $output == 'digits, odd: 3 images of 2x2'* ]]
    mkdir both
    cp digits.csv both/train.csv
    head -n 2 digits.csv >both/test.csv
    mp stats --from both --split test
    assert_status 0
    [[ $output == 'both, test: 2 images of 2x2'* ]]
    refused 2 "both has no split 'val'" --from both --split val
    # A name of the catalogue is fine: nothing is written under it.
    mp stats mnist --from both --split train
    assert_status 0
    [[ $output == 'mnist, train: 3 images of 2x2'* ]]
}

@test "view options: --images or --labels twice is one too many" {
    fixture idx a.idx --shape 4,3,3
    fixture idx l.idx --shape 4 --values labels:10
    refused 2 '--images is given twice' --images a.idx --labels l.idx \
        --images a.idx --labels l.idx
    refused 2 '--images is given twice' --images a.idx --images a.idx
    refused 2 '--labels is given twice' --images a.idx --labels l.idx \
        --labels=l.idx
    mp stats --images a.idx --labels l.idx
    assert_status 0
}

@test "view options: a prepared set in formats of grey levels alone" {
    table
    for format in csv pjreddie png torchvision; do
        mp -q prep digits --from digits.csv --format "$format" -o "$format"
        assert_status 0
        refused 3 "--from '$format/.*or prepare it with.*idx or idx.gz" \
            --from "$format"
        # What it says works.
        path=${stderr#*--from \'}
        mp stats --from "${path%%\'*}"
        assert_status 0
        [[ $output == *'3 images of 2x2'* ]] || seen "$path"
    done
    mp -q prep digits --from digits.csv --format npz,safetensors -o others
    assert_status 0
    refused 3 'look at what it was made from, or prepare it' --from others
    mp -q prep digits --from digits.csv --format idx.gz -o packed
    mp stats --from packed
    assert_status 0
}

@test "view options: numbers that are no grey levels, and who takes them" {
    "$MNISTPREP_TEST_PYTHON" -c '
import numpy as n
x = n.full((3, 2, 2), 0.5, "f4")
n.save("x.npy", x)
n.savez("x.npz", x_train=x, y_train=n.zeros(3, "u1"))'
    refused 3 "0.5 is no grey level.*'mnistprep normalize' takes" --images x.npy
    refused 3 '0.5 is no grey level; whole numbers from 0 to 255 are needed$' \
        --from x.npz
}

@test "view options: what is read is never replaced, by whatever name" {
    local sum set file
    tiny_dataset
    mp --catalogue tiny.json prep tiny --format bin -q
    mp --catalogue tiny.json prep tiny --format png --limit 3 -q -o tree
    assert_status 0
    file=src/train-images-idx3-ubyte.gz
    ln "$file" hard
    ln -s "$file" soft
    sum=$(sha256sum <"$file")
    for name in "$file" hard soft "./$file"; do
        for words in "--plot $name" "--report $name" "--plot $name -n"; do
            # shellcheck disable=SC2086 # words are meant
            mp stats --images "$file" -f $words
            assert_status 2
            assert_one_error_line "'$name' is read, and would be replaced"
        done
    done
    [ "$(sha256sum <"$file")" = "$sum" ]
    set=data/tiny/prepared
    for name in $set/train-images.f32 $set/dataset.json; do
        mp --catalogue tiny.json stats tiny --prepared -f --report "$name"
        assert_status 2
        assert_one_error_line "'$name' is read, and would be replaced"
    done
    file=$(find tree/png/train -name '00000.png')
    mp dump --from tree/png -f -o "$file"
    assert_status 2
    assert_one_error_line "is read, and would be replaced"
    mp dump --from tree/png -f -o "${file%/*}"
    assert_status 2
    # Beside it there is room.
    mp --catalogue tiny.json stats tiny --prepared --report $set/report.html
    assert_status 0
    mp dump --from tree/png -o tree
    assert_status 0
}

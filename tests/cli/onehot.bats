#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# onehot: labels become rows of f32, and wrong labels are named.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

@test "onehot: every label type, smoothing and format; labels that do not fit" {
    oracle sweep-onehot
}

@test "onehot: genuine MNIST has the known hashes, also through the pipe" {
    need_mnist
    "$MNISTPREP" decode "$mnist/train-labels-idx1-ubyte.gz" |
        "$MNISTPREP" onehot - >train
    assert_sha256 \
        d70c5266932a6c8788524ac591521f7589c264303d75b624adee660fc3c09399 train
    "$MNISTPREP" onehot "$mnist/t10k-labels-idx1-ubyte.gz" -o test
    assert_sha256 \
        2f8f366b93e2a655c1c1a74771f505326f2624697831cf9c8112282bd6c49b7e test
    zcat "$mnist/t10k-labels-idx1-ubyte.gz" | "$MNISTPREP" decode - |
        "$MNISTPREP" onehot - | cmp - test
}

@test "onehot: genuine Fashion-MNIST equals numpy, with smoothing" {
    need_fashion
    f=$fashion/train-labels-idx1-ubyte.gz
    oracle onehot "$f" want --smoothing 0.1
    mp_to got onehot "$f" --smoothing 0.1
    assert_status 0
    oracle same want got --dtype f32
}

@test "onehot: a label above the last class names row and value" {
    fixture idx labels.gz --shape 50 --values labels:10 --gz
    fixture label labels.gz bad.gz --row 37 --value 10
    mp onehot bad.gz -o out
    assert_status 3
    assert_one_error_line '^mnistprep onehot: .*bad\.gz'
    assert_one_error_line '\b37\b.*\b10\b|\b10\b.*\b37\b'
    assert_absent out
    # As many classes as it takes.
    mp onehot bad.gz --classes 11 -o out
    assert_status 0
    [ "$(wc -c <out)" -eq $((50 * 11 * 4)) ]
}

@test "onehot: the row of a wrong label is right far down the file" {
    fixture idx labels.gz --shape 100000 --values labels:10 --gz
    for row in 0 4095 4096 65535 65536 99999; do
        fixture label labels.gz bad.gz --row "$row" --value 255
        mp onehot bad.gz -o out
        assert_status 3
        assert_one_error_line "\b$row\b"
        assert_one_error_line '\b255\b'
        assert_absent out
    done
}

@test "onehot: pictures are refused, with a hint at a swap" {
    fixture idx images.gz --shape 5,28,28 --gz
    mp onehot images.gz -o out
    assert_status 3
    assert_one_error_line '^mnistprep onehot: .*images\.gz.*(images|pictures)'
    assert_one_error_line 'swap|normalize'
    assert_absent out
}

@test "onehot: bad input leaves no file" {
    fixture idx a.gz --shape 4000 --values labels:10 --gz
    fixture truncate a.gz cut.gz --keep -9
    fixture badcrc a.gz crc.gz
    fixture html page.gz
    for f in cut crc page; do
        mp onehot "$f.gz" -o out
        assert_status 3
        assert_one_error_line "^mnistprep onehot: .*$f\.gz"
    done
    assert_no_leftovers . '*.gz'
}

@test "onehot: an existing file is kept without --force" {
    fixture idx a.gz --shape 40 --values labels:10 --gz
    echo precious >out
    mp onehot a.gz -o out
    assert_status 2
    assert_one_error_line 'out.*(--force|-f)'
    [ "$(cat out)" = precious ]
    mp onehot a.gz -o out --force
    assert_status 0
    oracle onehot a.gz want
    assert_same want out
    assert_no_leftovers . a.gz out want
}

@test "onehot: NPY output is what numpy reads" {
    fixture idx a.gz --shape 40 --values labels:10 --gz
    mp onehot a.gz --format npy -o a.npy
    assert_status 0
    oracle onehot a.gz want --format npy
    "$MNISTPREP_TEST_PYTHON" -c 'import numpy as n
w, g = n.load("want"), n.load("a.npy")
assert g.dtype == "<f4" and g.shape == (40, 10)
assert w.tobytes() == g.tobytes()'
}

@test "onehot: the memory does not grow with the data" {
    need_limits
    fixture bomb big.gz --shape 3000000 --bytes 3000000
    (
        ulimit -d 32768
        "$MNISTPREP" onehot big.gz >out
    )
    [ "$(wc -c <out)" -eq 120000000 ]
    rm out
}

@test "onehot: wrong use" {
    fixture idx a.gz --shape 40 --values labels:10 --gz
    mp onehot
    assert_status 2
    assert_one_error_line '^mnistprep onehot: '
    mp onehot a.gz a.gz
    assert_status 2
    assert_one_error_line '^mnistprep onehot: '
    mp onehot a.gz --classes none
    assert_status 2
    assert_one_error_line 'classes.*none|none.*classes'
    mp onehot a.gz --smoothing=-0.5
    assert_status 2
    assert_one_error_line 'smoothing'
    mp onehot a.gz --scale unit
    assert_status 2
    assert_one_error_line 'scale'
    assert_no_stdout
}

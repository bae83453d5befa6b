#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep of data of one's own: IDX of every element type, what is no grey level or
# no label in it, and tables that are none.

load common

# py CODE: with x and y (a picture ends in 127, a label is at most 9), idx, run,
# and there_and_back, which does both with two types and compares.
py() {
    "$MNISTPREP_TEST_PYTHON" - <<PY
import os, struct, subprocess, shutil
import numpy as np

TYPES = {'u8': (8, '>u1'), 'i8': (9, '>i1'), 'i16': (11, '>i2'),
         'i32': (12, '>i4'), 'f32': (13, '>f4'), 'f64': (14, '>f8')}
x = np.random.default_rng(1).integers(0, 128, (50, 5, 7), np.uint8)
x[:, 4, 6] = 127
y = np.arange(50, dtype=np.uint8) % 10


def idx(path, a, kind):
    code, dtype = TYPES[kind]
    with open(path, 'wb') as f:
        f.write(struct.pack('>4B%dI' % a.ndim, 0, 0, code, a.ndim, *a.shape))
        f.write(a.astype(dtype).tobytes())


def run():
    shutil.rmtree('out', ignore_errors=True)
    return subprocess.run(
        ['$MNISTPREP', 'prep', 'mine', '-q', '--images', 'i', '--labels', 'l',
         '--dtype', 'u8', '--label-dtype', 'i32', '-o', 'out'],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def there_and_back(image, label):
    idx('i', x, image)
    idx('l', y, label)
    r = run()
    assert r.returncode == 0, (image, label, r)
    assert (np.fromfile('out/train-images.u8', 'u1') == x.ravel()).all(), image
    assert (np.fromfile('out/train-labels.i32', '<i4') == y).all(), label


$1
PY
}

@test "IDX of all six types, as pictures and as labels" {
    py '
for image in TYPES:
    for label in TYPES:
        there_and_back(image, label)'
}

@test "IDX of the types that have them: 255, and label 65535" {
    py '
x[3] = 255
y = y.astype(np.int64)
for image in "u8", "i16", "i32", "f32", "f64":
    for label in "i32", "f32", "f64":
        y[3] = 65535
        there_and_back(image, label)'
}

@test "IDX with what is no grey level, or no label: file, row, pixel, value" {
    py '
for kind, value, said in (("i8", -1, "-1"), ("i16", 256, "256"), ("i32", -5, "-5"),
                          ("i32", 2**31 - 1, "2147483647"), ("f32", 0.5, "0.5"),
                          ("f32", 255.5, "255.5"), ("f64", -0.25, "-0.25"),
                          ("f64", np.nan, "nan"), ("f64", np.inf, "inf")):
    wrong = x.astype("f8")
    wrong[13, 4, 6] = value
    idx("i", wrong, kind)
    idx("l", y, "u8")
    r = run()
    assert r.returncode == 3 and r.stderr.count("\n") == 1, (kind, value, r)
    assert "\x27i\x27, row 13, pixel 34: %s is no grey level" % said in r.stderr, r
    assert not os.path.exists("out"), value
    if value == 256:
        continue
    wrong = y.astype("f8")
    wrong[17] = value
    idx("i", x, "u8")
    idx("l", wrong, kind)
    r = run()
    assert r.returncode == 3 and r.stderr.count("\n") == 1, (kind, value, r)
    assert "\x27l\x27, row 17: label %s;" % said in r.stderr, r
    assert not os.path.exists("out"), value'
}

@test "without labels: what needs them says so, the rest is made" {
    local how
    py 'np.save("i.npy", x)'
    for how in '--classes 1' '--stratify --val 5' '--per-class 2' '--format png' \
        '--format torchvision' '--format tfrecord' '--format webdataset' \
        '--format libsvm'; do
        # shellcheck disable=SC2086 # words
        mp -q prep mine --images i.npy -o out $how
        assert_status 2
        assert_one_error_line "$(cut -d' ' -f1 <<<"$how").* needs labels"
        assert_absent out
    done
    mp -q prep mine --images i.npy -o out --val 0.2 --shuffle --folds 3 \
        --drop-duplicates --format bin,npz,csv,pjreddie,safetensors
    assert_status 0
    assert_absent out/train-labels.u8 out/train-onehot.f32
    [ "$(head -n 1 out/val.csv | cut -d, -f1)" = pixel0 ]
    [ "$(wc -l <out/val.csv)" -eq 11 ]
}

@test "a recipe of one's own data: the data is named again" {
    py 'np.save("i.npy", x); np.save("l.npy", y)'
    mp -q prep mine --images i.npy --labels l.npy --scale standard --val 9 -o a
    assert_status 0
    mp -q prep mine --images i.npy --labels l.npy --recipe a/dataset.json -o b
    assert_status 0
    diff -r a b
    local name
    for name in '' mine; do
        # shellcheck disable=SC2086 # none or one
        mp -q prep $name --recipe a/dataset.json -o c
        assert_status 2
        assert_one_error_line "recipe is of 'mine'.*--from"
    done
    mp -q prep other --recipe a/dataset.json -o c
    assert_status 2
    assert_one_error_line "unknown dataset 'other'"
    assert_absent c
}

# says NAME STATUS REGEX: prep of this table.
says() {
    mp -q prep mine --from "$1" -o out
    assert_status "$2" || return 1
    assert_one_error_line "$3"
    assert_absent out
}

@test "text under the name of a table: where it stops to be one" {
    printf 'label;a;b;c;d\n1;2;3;4;5\n' >semicolon.csv
    says semicolon.csv 3 'semicolon.csv.*line 2, column 1: .*needed, not .1;2;3'
    printf '1\t2\t3\t4\t5\n1\t2\t3\t4\t5\n' | gzip >tabs.csv.gz
    says tabs.csv.gz 3 'tabs.csv.gz.*line 2, column 1'
    printf 'label,a,b,c,d\nlabel,a,b,c,d\n1,2,3,4,5\n' >twice.csv
    says twice.csv 3 "twice.csv.*line 2, column 1: .*needed, not 'label'"
    printf '1,2,3,4,5\r1,2,3,4,5\r' >return.csv
    says return.csv 3 'return.csv.*line 1, column 5: a carriage return'
    # By another name it is a text.
    cp twice.csv twice.txt
    says twice.txt 3 'twice.txt. is text; a CSV table'
}

@test "tables in other hands' notations" {
    local name
    printf 'label,1x1,1x2,2x1,2x2\n7,0,10,200,255\n3,4,5,6,7\n' >plain.csv
    printf '\xef\xbb\xbf' | cat - plain.csv >bom.csv
    sed 's/[^,]*/"&"/g' plain.csv >quoted.csv
    sed 's/,/, /g' plain.csv >spaces.csv
    sed 's/$/\r/' plain.csv >crlf.csv
    printf '1x1,1x2,2x1,2x2,label\n0,10,200,255,7\n4,5,6,7,3\n' >last.csv
    (cat plain.csv && printf '\n\n') >blank.csv
    mp -q prep mine --from plain.csv --dtype u8 -o want
    assert_status 0
    [ "$(cat want/train-images.u8 want/train-labels.u8 |
        od -An -v -tu1 | tr -s ' ')" = ' 0 10 200 255 4 5 6 7 7 3' ]
    for name in bom quoted spaces crlf last blank; do
        mp -q prep mine --from $name.csv --dtype u8 -o $name
        assert_status 0
        assert_same want/train-images.u8 $name/train-images.u8
        assert_same want/train-labels.u8 $name/train-labels.u8
    done
}

@test "P05 headers that announce rows that are not there: 3, in little memory" {
    need_limits
    py '
import resource


def limited(*options):
    return subprocess.run(
        ["'"$MNISTPREP"'", "prep", "mine", "-q", "--images", "i", "-o", "out", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (128 << 20,) * 2))


for rows in 3000000, 2**31 - 1, 2**32 - 2:
    for name, shape in ("i", (rows, 2, 2)), ("l", (rows,)):
        with open(name, "wb") as f:
            f.write(struct.pack(">4B%dI" % len(shape), 0, 0, 8, len(shape), *shape))
            f.write(bytes(300))
    for labels in [], ["--labels", "l"]:
        for how in ([], ["--shuffle"], ["--val", "9"], ["--limit", "3"],
                    ["--drop-duplicates"], ["--scale", "standard"],
                    ["--folds", "3"], ["-n", "--shuffle"]):
            r = limited(*labels, *how)
            assert r.returncode == 3 and "ends early" in r.stderr, (rows, labels, how, r)
            assert not os.path.exists("out")'
}

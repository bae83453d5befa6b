#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# normalize: pixels become scaled numbers, byte for byte those of numpy.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

@test "normalize: every scale, dtype and format, on all grey levels" {
    oracle sweep-scales
}

@test "normalize: genuine MNIST through the pipe has the known hashes" {
    need_mnist
    "$MNISTPREP" decode "$mnist/t10k-images-idx3-ubyte.gz" |
        "$MNISTPREP" normalize - >x.f32
    assert_sha256 \
        bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165 x.f32
    "$MNISTPREP" decode "$mnist/train-images-idx3-ubyte.gz" |
        "$MNISTPREP" normalize - >x.f32
    assert_sha256 \
        257f039238a0be158bad088c051a53908383fd47df03a7b1c229bb7bc968f160 x.f32
}

@test "normalize: genuine MNIST straight from the gz file, and from zcat" {
    need_mnist
    "$MNISTPREP" normalize "$mnist/t10k-images-idx3-ubyte.gz" -o x.f32
    assert_sha256 \
        bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165 x.f32
    zcat "$mnist/t10k-images-idx3-ubyte.gz" | "$MNISTPREP" decode - |
        "$MNISTPREP" normalize - | cmp - x.f32
    "$MNISTPREP" normalize - --dtype u8 \
        <"$mnist/t10k-images-idx3-ubyte.gz" >x.u8
    assert_sha256 \
        6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161 x.u8
}

@test "normalize: genuine files, standardised, in every dtype" {
    need_mnist
    f=$mnist/t10k-images-idx3-ubyte.gz
    for dtype in f32 f16 bf16; do
        oracle scaled "$f" want --scale standard --dtype "$dtype"
        mp normalize "$f" --scale standard --dtype "$dtype" -o "got.$dtype" -q
        assert_status 0
        oracle same want "got.$dtype" --dtype "$dtype"
        rm want "got.$dtype"
    done
}

@test "normalize: standard is exactly what stats says, as MEAN,STD" {
    need_mnist
    mkdir -p data/mnist/raw
    cp "$mnist"/*-ubyte.gz data/mnist/raw
    mp_to s.json stats mnist --split test --json
    assert_status 0
    constants=$("$MNISTPREP_TEST_PYTHON" -c 'import json
p = json.load(open("s.json"))["splits"]["test"]["pixels"]
print("%.17g,%.17g" % (p["mean"], p["std"]))')
    f=$mnist/t10k-images-idx3-ubyte.gz
    mp normalize "$f" --scale standard --dtype f64 -o a.f64 -q
    assert_status 0
    mp normalize "$f" --scale "$constants" --dtype f64 -o b.f64 -q
    assert_status 0
    cmp a.f64 b.f64
    oracle scaled "$f" want --scale "$constants" --dtype f64
    oracle same want a.f64 --dtype f64
    oracle scaled "$f" want --scale standard --dtype f64
    oracle near want a.f64
    rm want ./*.f64
}

@test "normalize: genuine Fashion-MNIST equals numpy" {
    need_fashion
    f=$fashion/t10k-images-idx3-ubyte.gz
    for scale in unit signed standard 0.2860,0.3530; do
        oracle scaled "$f" want --scale "$scale"
        mp normalize "$f" --scale "$scale" -o got --force -q
        assert_status 0
        oracle same want got --dtype f32
    done
}

@test "normalize: the files are what numpy.load and numpy.fromfile read" {
    fixture idx a.gz --shape 7,28,28 --gz
    mp normalize a.gz --format npy -o a.npy
    assert_status 0
    mp normalize a.gz -o a.f32
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import gzip
import numpy as np
pixels = np.frombuffer(gzip.open('a.gz').read()[16:], 'u1')
want = pixels.reshape(7, 28, 28).astype(np.float32) / np.float32(255)
a = np.load('a.npy', mmap_mode='r')
assert a.dtype == '<f4' and a.shape == (7, 28, 28)
assert a.tobytes() == want.tobytes()
assert np.fromfile('a.f32', '<f4').tobytes() == want.tobytes()
END
}

@test "normalize: pictures of any size, colour planes, one picture" {
    for shape in 1,1,1 3,1,9 2,64,64 4,3,8,8 5,784 1,300,400; do
        fixture idx a.gz --shape "$shape" --gz --seed "${#shape}"
        oracle scaled a.gz want --scale signed --format npy
        mp normalize a.gz --scale signed --format npy -o got.npy -f
        assert_status 0
        "$MNISTPREP_TEST_PYTHON" -c 'import numpy as n
w, g = n.load("want"), n.load("got.npy")
assert w.shape == g.shape and w.tobytes() == g.tobytes(), (w.shape, g.shape)'
    done
}

@test "normalize: a PNG is a picture, too" {
    fixture png a.png --shape 28,28
    oracle scaled a.png want
    mp_to got normalize a.png
    assert_status 0
    oracle same want got --dtype f32
}

@test "normalize: labels are refused, with a hint at a swap" {
    fixture idx labels.gz --shape 50 --values labels:10 --gz
    mp normalize labels.gz -o out
    assert_status 3
    assert_one_error_line '^mnistprep normalize: .*labels\.gz.*labels'
    assert_one_error_line 'swap|onehot'
    assert_absent out
}

@test "normalize: nothing but grey levels becomes u8, and the error says where" {
    "$MNISTPREP_TEST_PYTHON" -c '
import numpy as n
floats = n.linspace(0, 1, 32).reshape(2, 4, 4)
n.save("floats.npy", floats)
for value in -1, 256, 300:
    n.save("%d.npy" % value, n.array([[1, 2, 3], [0, value, 255]], "i4"))
n.save("whole.npy", n.array([[1, 2, 3], [0, 17, 255]], "f8"))'
    for args in '' '--scale none'; do
        # shellcheck disable=SC2086 # two words
        mp normalize floats.npy $args --dtype u8 -o out
        assert_status 3
        assert_one_error_line 'floats.npy.*row 0, pixel 1:.*0\.0322581.*0 to 255'
    done
    for value in -1 256 300; do
        mp normalize "./$value.npy" --dtype u8 -o out
        assert_status 3
        assert_one_error_line "row 1, pixel 1: the value $value is"
    done
    assert_absent out
    mp normalize whole.npy --dtype u8 -o out
    assert_status 0
    [ "$(od -An -v -tu1 out | tr -s ' ')" = ' 1 2 3 0 17 255' ]
}

@test "normalize: a bad value is found wherever its block is" {
    "$MNISTPREP_TEST_PYTHON" -c '
import numpy as n
a = n.zeros((300, 28, 28), "f4")
a[250, 1, 3] = 0.5
n.save("far.npy", a)'
    mp normalize far.npy --dtype u8 -o out
    assert_status 3
    assert_one_error_line 'row 250, pixel 31: the value 0.5 '
    assert_absent out
}

@test "normalize: the labels of a CSV table become no pixels" {
    printf 'label,pixel0,pixel1\n7,0,255\n2,1,2\n' >labelled.csv
    gzip -k labelled.csv
    for f in labelled.csv labelled.csv.gz; do
        for scale in unit standard; do
            mp normalize "$f" --scale "$scale" -o out
            assert_status 3
            assert_one_error_line 'labelled.*labels.*mnistprep prep NAME --from'
            assert_absent out
        done
    done
    printf 'pixel0,pixel1\n0,255\n1,2\n' >plain.csv
    mp normalize plain.csv --dtype u8 -o out
    assert_status 0
    [ "$(od -An -v -tu1 out | tr -s ' ')" = ' 0 255 1 2' ]
    # Help says what is read, and what standard is fitted on.
    mp help normalize
    [[ $output == *CSV*xz* ]]
    [[ $output == *'fitted on the input'* ]]
    mp help prep
    [[ $output == *'fitted on train'* ]]
    mp help decode
    [[ $output == *CSV*xz* ]]
}

@test "normalize: the locale changes nothing" {
    fixture idx a.gz --shape 3,9,9 --gz
    oracle scaled a.gz want --scale 0.1307,0.3081
    for locale in C de_DE.UTF-8 tr_TR.UTF-8; do
        LC_ALL=$locale "$MNISTPREP" normalize a.gz --scale 0.1307,0.3081 >got
        oracle same want got --dtype f32
    done
}

@test "normalize: bad input leaves no file" {
    fixture idx a.gz --shape 400,28,28 --gz
    fixture truncate a.gz cut.gz --keep -9
    fixture badcrc a.gz crc.gz
    fixture flip a.gz flip.gz --at 5000
    fixture html page.gz
    for f in cut crc flip page; do
        mp normalize "$f.gz" -o out
        assert_status 3
        assert_one_error_line "^mnistprep normalize: .*$f\.gz"
        mp normalize "$f.gz" --scale standard -o out -q
        assert_status 3
        assert_one_error_line "^mnistprep normalize: .*$f\.gz"
    done
    assert_no_leftovers . '*.gz'
}

@test "normalize: an existing file is kept without --force" {
    fixture idx a.gz --shape 3,9,9 --gz
    echo precious >out
    mp normalize a.gz -o out
    assert_status 2
    assert_one_error_line 'out.*(--force|-f)'
    [ "$(cat out)" = precious ]
    mp normalize a.gz -o out -f
    assert_status 0
    oracle scaled a.gz want
    assert_same want out
    assert_no_leftovers . a.gz out want
}

@test "normalize: standard from standard input is refused, it reads twice" {
    fixture idx a.gz --shape 3,9,9 --gz
    mp_in a.gz normalize - --scale standard -o out
    assert_status 2
    assert_one_error_line 'standard'
    assert_absent out
}

@test "normalize: the memory does not grow with the data" {
    need_limits
    fixture idx big.idx --shape 60000,28,28 --values ramp
    (
        ulimit -d 32768
        "$MNISTPREP" normalize big.idx --scale standard --dtype f16 -q >out
        [ "$(wc -c <out)" -eq 94080000 ]
        "$MNISTPREP" normalize big.idx --scale signed --dtype f64 >out
        [ "$(wc -c <out)" -eq 376320000 ]
    )
    rm out
}

@test "normalize: wrong use" {
    fixture idx a.gz --shape 3,9,9 --gz
    mp normalize
    assert_status 2
    assert_one_error_line '^mnistprep normalize: '
    mp normalize a.gz a.gz
    assert_status 2
    assert_one_error_line '^mnistprep normalize: '
    mp normalize a.gz --scale unti
    assert_status 2
    assert_one_error_line 'unti.*unit'
    mp normalize a.gz --dtype f23
    assert_status 2
    assert_one_error_line 'f23.*f32'
    mp normalize a.gz --classes 10
    assert_status 2
    assert_one_error_line 'classes'
    assert_no_stdout
}

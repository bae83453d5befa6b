#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep of data of one's own: tables, NPZ, NPY, IDX and PNG trees in, round trips byte for byte, and every defect found, named by file and row.

load common

as_bytes=(--scale none --dtype u8 --no-onehot --format idx)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 40 --test 12 --height 6 --width 6 --seed 5
    fixture dataset raw --train 40 --test 12 --height 6 --width 6 --seed 5 --no-gz
    fixture html page.html
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import gzip, os
import numpy as np
from PIL import Image

STEM = {'train': 'train', 'test': 't10k'}
X, Y = {}, {}
for split, stem in STEM.items():
    with open('raw/%s-images-idx3-ubyte' % stem, 'rb') as f:
        X[split] = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 6, 6)
    with open('raw/%s-labels-idx1-ubyte' % stem, 'rb') as f:
        Y[split] = np.frombuffer(f.read(), np.uint8, offset=8)


def table(name, split, header='', last=False, labels=True, end='\n'):
    rows = X[split].reshape(-1, 36).astype(int).tolist()
    if labels:
        rows = [r + [int(y)] if last else [int(y)] + r for r, y in zip(rows, Y[split])]
    text = ''.join(','.join(map(str, r)) + end for r in rows)
    if header:
        text = header + end + text
    with open(name, 'w', newline='') as f:
        f.write(text)


pixels = ','.join('pixel%d' % i for i in range(36))
os.mkdir('tables')
for split in X:
    table('tables/%s.csv' % split, split, 'label,' + pixels)
table('kaggle.csv', 'train', 'label,' + pixels)
table('crlf.csv', 'train', 'label,' + pixels, end='\r\n')
table('plain.csv', 'train')
table('last.csv', 'train', last=True)
table('lasthead.csv', 'train', pixels + ',class', last=True)
table('nolabel.csv', 'train', labels=False)
table('nolabelhead.csv', 'train', pixels, labels=False)
with open('plain.csv', 'rb') as f, open('plain.csv.gz', 'wb') as g:
    g.write(gzip.compress(f.read(), mtime=0))
with open('noeol.csv', 'wb') as f, open('plain.csv', 'rb') as g:
    f.write(g.read()[:-1])

keras = dict(x_train=X['train'], y_train=Y['train'], x_test=X['test'], y_test=Y['test'])
np.savez('keras.npz', **keras)
np.savez_compressed('packed.npz', **keras)
np.savez('wide.npz', **{k: a.astype(np.int64) for k, a in keras.items()})

os.mkdir('npy')
for split in X:
    np.save('npy/%s-images.npy' % split, X[split].astype(np.float64))
    np.save('npy/%s-labels.npy' % split, Y[split].astype(np.int64))
np.save('images-f32-be.npy', X['train'].astype('>f4'))
np.save('images-n-1-h-w.npy', X['train'][:, None])
np.save('labels-i32.npy', Y['train'].astype('<i4'))

for n, y in enumerate(Y['train']):
    for top in ('flat/%d' % y, 'split/train/%d' % y, 'named/train/%s' % 'cat dog eel fox gnu hen ibis jay koi lynx'.split()[y]):
        os.makedirs(top, exist_ok=True)
        Image.fromarray(X['train'][n]).save('%s/%05d.png' % (top, n))
for n, y in enumerate(Y['test']):
    os.makedirs('split/test/%d' % y, exist_ok=True)
    Image.fromarray(X['test'][n]).save('split/test/%d/%05d.png' % (y, n))
PY
    mkdir torchvision
    cp -r raw torchvision/raw
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
}

prep() {
    mp -q prep "${as_bytes[@]}" "$@"
}

# gives train|both: out/ has the payload of the source, byte for byte.
gives() {
    assert_status 0 || return 1
    assert_same "$f/raw/train-images-idx3-ubyte" out/train-images.idx || return 1
    assert_same "$f/raw/train-labels-idx1-ubyte" out/train-labels.idx || return 1
    if [ "$1" = both ]; then
        assert_same "$f/raw/t10k-images-idx3-ubyte" out/test-images.idx || return 1
        assert_same "$f/raw/t10k-labels-idx1-ubyte" out/test-labels.idx
    else
        assert_absent out/test-images.idx out/test-labels.idx
    fi
}

from() {
    prep mine -o out --from "$@"
}

# refused STATUS REGEX ARGS...: one line on standard error, nothing left.
refused() {
    local want=$1 regex=$2
    shift 2
    prep mine -o out "$@"
    assert_status "$want" || return 1
    assert_one_error_line "$regex" || return 1
    [ ! -d out ] || assert_no_leftovers out '*lock'
}

# edit SED: bad.csv, from the table with a header.
edit() {
    sed -E "$1" "$f/kaggle.csv" >bad.csv
    if cmp -s "$f/kaggle.csv" bad.csv; then
        echo "no change: $1" >&2
        return 1
    fi
}

manifest() {
    "$MNISTPREP_TEST_PYTHON" -c '
import json, sys
m = json.load(open("out/dataset.json"))
assert eval(sys.argv[1]), m' "$1"
}

# py CODE: with numpy as np, the arrays x and y of train, and X for a path.
py() {
    "$MNISTPREP_TEST_PYTHON" -c '
import sys
import numpy as np
f = sys.argv[1]
x = np.fromfile(f + "/raw/train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 6, 6)
y = np.fromfile(f + "/raw/train-labels-idx1-ubyte", np.uint8)[8:]
'"$1" "$f"
}

@test "prep --from: Kaggle's table" { from "$f/kaggle.csv" && gives train; }
@test "prep --from: a table with CRLF" { from "$f/crlf.csv" && gives train; }
@test "prep --from: pjreddie's table" { from "$f/plain.csv" && gives train; }
@test "prep --from: a table without its last newline" { from "$f/noeol.csv" && gives train; }
@test "prep --from: a table in gzip" { from "$f/plain.csv.gz" && gives train; }
@test "prep --from: label last, by option" { from "$f/last.csv" --label-column last && gives train; }
@test "prep --from: label last, by its header" { from "$f/lasthead.csv" --label-column last && gives train; }
@test "prep --from: label first, by option" { from "$f/plain.csv" --label-column first && gives train; }
@test "prep --from: a folder of tables" { from "$f/tables" && gives both; }
@test "prep --from: Keras' NPZ" { from "$f/keras.npz" && gives both; }
@test "prep --from: a compressed NPZ" { from "$f/packed.npz" && gives both; }
@test "prep --from: an NPZ of int64" { from "$f/wide.npz" && gives both; }
@test "prep --from: a folder of IDX, gz" { from "$f/src" && gives both; }
@test "prep --from: a folder of IDX, raw" { from "$f/raw" && gives both; }
@test "prep --from: torchvision's raw/" { from "$f/torchvision/raw" && gives both; }
@test "prep --from: a folder of NPY, float64 and int64" { from "$f/npy" && gives both; }
@test "prep --from: a tree of PNGs, split/class" { from "$f/split" && gives both; }
@test "prep --from: a tree of PNGs, class only" { from "$f/flat" && gives train; }
@test "prep --from: a path with a slash at its end" { from "$f/src/" && gives both; }

@test "prep --from: a tree of PNGs with names: classes in dataset.json" {
    from "$f/named"
    assert_status 0
    manifest 'm["classes"] == "cat dog eel fox gnu hen ibis jay koi lynx".split()'
    py '
a = np.fromfile("out/train-images.idx", np.uint8)[16:].reshape(-1, 36)
b = np.fromfile("out/train-labels.idx", np.uint8)[8:]
assert sorted(zip(b.tolist(), a.tolist())) == sorted(zip(y.tolist(), x.reshape(-1, 36).tolist()))'
}

@test "prep --from: a tree of PNGs once more: nothing is done until it changes" {
    local change first
    cp -r "$f/split" tree
    first=$(find tree/train -name '*.png' | LC_ALL=C sort | head -n 1)
    again() {
        mp prep mine --from tree --size 5x7 --invert --shuffle -o out "$@"
    }
    again
    assert_status 0
    [[ $stderr == *'prepared mine'* ]] || seen "expected a set"
    manifest 'all(len(s["sha256"]) == 64 and s["bytes"] > 0 for s in m["sources"])'
    cp -rp out before
    again
    assert_status 0
    [[ $stderr == *'up to date'* ]] || seen "expected nothing to do"
    again --check
    assert_status 0
    diff -r before out
    for change in "cp '$first' tree/train/0/zz.png" "rm tree/train/0/zz.png; mv '$first' '$first.x.png'" \
        "mv '$first.x.png' '$first'; mkdir tree/train/10" 'rmdir tree/train/10; fixture png $first --shape 6,6' \
        "mkdir tree/train/.hidden; mv '$first' tree/train/9/$(basename "$first" .png)9.png"; do
        eval "$change"
        again --check
        assert_status 10 || seen "$change"
        again
        assert_status 0
        again --check
        assert_status 0
    done
}

@test "prep --from: no labels, --label-column none" {
    local table
    for table in nolabel.csv nolabelhead.csv; do
        rm -rf out
        from "$f/$table" --label-column none
        assert_status 0
        assert_same "$f/raw/train-images-idx3-ubyte" out/train-images.idx
        assert_absent out/train-labels.idx
    done
}

@test "prep --from: --split names the split of a table" {
    from "$f/kaggle.csv" --split extra
    assert_status 0
    assert_same "$f/raw/train-images-idx3-ubyte" out/extra-images.idx
    assert_absent out/train-images.idx
}

@test "prep --images --labels --split, repeated, of several types" {
    prep mine -o out --images "$f/images-f32-be.npy" --labels "$f/labels-i32.npy" \
        --split train --images "$f/src/t10k-images-idx3-ubyte.gz" \
        --labels "$f/raw/t10k-labels-idx1-ubyte" --split test
    gives both
    rm -r out
    prep mine -o out --images "$f/npy/test-images.npy" \
        --labels "$f/npy/test-labels.npy" --split test \
        --images "$f/raw/train-images-idx3-ubyte" \
        --labels "$f/src/train-labels-idx1-ubyte.gz" --split train
    gives both
}

@test "prep --from: IDX of other types whose values are whole" {
    local type
    for type in i16 i32 f32 f64; do
        fixture idx "i-$type" --shape 40,6,6 --type "$type" --values zeros
        prep mine -o "o-$type" --images "i-$type" --labels "$f/raw/train-labels-idx1-ubyte"
        assert_status 0
        [ "$(tail -c 1440 "o-$type/train-images.idx" | tr -d '\0' | wc -c)" -eq 0 ]
        [ "$(wc -c <"o-$type/train-images.idx")" -eq 1456 ]
    done
}

@test "prep --from: classes are 0 to the largest label" {
    py 'np.save("i.npy", x[:3]); np.save("l.npy", np.array([7, 0, 300]))'
    prep mine -o out --images i.npy --labels l.npy --label-dtype i32
    assert_status 0
    manifest 'm["classes"] == [str(i) for i in range(301)]'
}

@test "prep --from: without a name, the base name of the path" {
    cp "$f/plain.csv.gz" digits.csv.gz
    mp -q prep --from digits.csv.gz --format csv
    assert_status 0
    [ -f data/digits/prepared/train.csv ]
}

@test "prep --from: --shape of pictures that are not square" {
    from "$f/kaggle.csv" --shape 4x9
    assert_status 0
    manifest 'm["splits"]["train"]["images"]["shape"] == [40, 4, 9]'
    cmp <(tail -c 1440 out/train-images.idx) <(tail -c 1440 "$f/raw/train-images-idx3-ubyte")
}

@test "prep --from: the same result every time, and a second run does nothing" {
    from "$f/packed.npz"
    gives both
    find out -printf '%p %s %T@ %i\n' | LC_ALL=C sort >before
    from "$f/packed.npz"
    assert_status 0
    find out -printf '%p %s %T@ %i\n' | LC_ALL=C sort >after
    assert_same before after
}

@test "prep --from: a changed table is noticed" {
    cp "$f/plain.csv" t.csv
    from t.csv
    gives train
    sed '$d' "$f/plain.csv" >t.csv
    from t.csv
    assert_status 0
    manifest 'm["splits"]["train"]["count"] == 39'
}

round_trip() {
    mp -q prep mine --from "$f/src" -o way --format "$1" --scale none --dtype u8
    assert_status 0 || return 1
    from "way$2"
    gives both
}

@test "round trip: IDX, csv, IDX" { round_trip csv; }
@test "round trip: IDX, npy, IDX" { round_trip npy; }
@test "round trip: IDX, png, IDX" { round_trip png /png; }
@test "round trip: IDX, npz, IDX" { round_trip npz /mine.npz; }
@test "round trip: IDX, idx, IDX" { round_trip idx; }
@test "round trip: IDX, idx.gz, IDX" { round_trip idx.gz; }

@test "round trip: IDX, torchvision, IDX" {
    mp -q prep mine --from "$f/src" -o way --format torchvision
    assert_status 0
    from "$(dirname way/*/raw/train-images-idx3-ubyte)"
    gives both
}

@test "round trip: IDX, pjreddie, IDX" {
    mp -q prep mine --from "$f/src" -o way --format pjreddie
    assert_status 0
    from way/mine_train.csv
    gives train
}

# Line 8 is the 7th row; the 5th column is the 4th pixel.
@test "prep --from CSV: 256" { edit '8s/^(([0-9]+,){4})[0-9]+/\1256/' && refused 3 'bad\.csv.*line 8[^0-9].*256' --from bad.csv; }
@test "prep --from CSV: a negative number" { edit '8s/^(([0-9]+,){4})[0-9]+/\1-1/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: a fraction" { edit '8s/^(([0-9]+,){4})[0-9]+/\10.5/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: 2^32 + 1" { edit '8s/^(([0-9]+,){4})[0-9]+/\14294967297/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: an empty field" { edit '8s/^(([0-9]+,){4})[0-9]+/\1/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: an empty last field" { edit '$s/[0-9]+$//' && refused 3 'bad\.csv.*line 41[^0-9]' --from bad.csv; }
@test "prep --from CSV: a word" { edit '8s/^(([0-9]+,){4})[0-9]+/\1abc/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: one column too many" { edit '8s/$/,1/' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: one column too few" { edit '8s/,[0-9]+$//' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: an empty line in the middle" { edit '8s/.*//' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: label 70000" { edit '8s/^[0-9]+/70000/' && refused 3 'bad\.csv.*line 8[^0-9].*70000' --from bad.csv; }
@test "prep --from CSV: an empty label" { edit '8s/^[0-9]+//' && refused 3 'bad\.csv.*line 8[^0-9]' --from bad.csv; }
@test "prep --from CSV: cut in the middle of a line" { head -c 2000 "$f/kaggle.csv" >bad.csv && refused 3 'bad\.csv.*line [0-9]+' --from bad.csv; }
@test "prep --from CSV: a header and no row is a set without rows" {
    head -n 1 "$f/kaggle.csv" >none.csv
    from none.csv
    assert_status 0
    manifest 'm["splits"]["train"]["count"] == 0'
    manifest 'm["splits"]["train"]["images"]["shape"] == [0, 6, 6]'
}
@test "prep --from CSV: empty" { : >bad.csv && refused 3 'bad\.csv' --from bad.csv; }
@test "prep --from CSV: a NUL byte" {
    head -n 3 "$f/plain.csv" >bad.csv
    printf '\0\0\0\n' >>bad.csv
    refused 3 'bad\.csv.*line 4' --from bad.csv
}
@test "prep --from CSV: a web page" { cp "$f/page.html" bad.csv && refused 3 'bad\.csv' --from bad.csv; }
@test "prep --from CSV: a truncated gz" {
    fixture truncate "$f/plain.csv.gz" bad.csv.gz --keep -40
    refused 3 'bad\.csv\.gz' --from bad.csv.gz
}
@test "prep --from CSV: a gz with a wrong CRC" {
    fixture badcrc "$f/plain.csv.gz" bad.csv.gz
    refused 3 'bad\.csv\.gz' --from bad.csv.gz
}
@test "prep --from CSV: the second table of a folder: its name" {
    cp -r "$f/tables" t
    sed -i '5s/,[0-9]*$/,999/' t/test.csv
    refused 3 'test\.csv.*line 5[^0-9]' --from t
}

@test "prep --from CSV: not square, without --shape" {
    sed 's/,[0-9]*$//' "$f/plain.csv" >bad.csv
    prep mine -o out --from bad.csv --label-column first
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
    assert_one_error_line 'bad\.csv.*--shape'
    [ ! -d out ] || assert_no_leftovers out '*lock'
}

@test "prep --from CSV: --shape of another number of pixels" {
    prep mine -o out --from "$f/kaggle.csv" --shape 5x7
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
    assert_one_error_line 'kaggle\.csv'
}

@test "prep --from NPY: 256, -1, 0.5, nan, with file and row" {
    local value
    for value in 256 -1 0.5 nan inf; do
        py "a = x.astype(np.float64); a[17, 3, 2] = float('$value'); np.save('bad.npy', a)"
        refused 3 'bad\.npy.*row 17' --images bad.npy --labels "$f/npy/train-labels.npy"
    done
}

@test "prep --from NPY: labels 70000, -1, 2^40" {
    local value
    for value in 70000 -1 1099511627776; do
        py "a = y.astype(np.int64); a[39] = $value; np.save('bad.npy', a)"
        refused 3 'bad\.npy.*row 39' --images "$f/npy/train-images.npy" --labels bad.npy
    done
}

@test "prep --from NPZ: 256 with the member and the row" {
    py 'a = x.astype(np.int16); a[7] = 256; np.savez("bad.npz", x_train=a, y_train=y)'
    refused 3 'bad\.npz.*row 7' --from bad.npz
}

@test "prep --from NPZ: no array of ours" {
    py 'np.savez("bad.npz", weights=x)'
    refused 3 'bad\.npz' --from bad.npz
}

@test "prep --from NPZ: cut, counts that differ, no zip" {
    head -c 2000 "$f/keras.npz" >bad.npz
    refused 3 'bad\.npz' --from bad.npz
    py 'np.savez("bad.npz", x_train=x, y_train=y[1:])'
    refused 3 'bad\.npz.*39' --from bad.npz
    fixture flip "$f/keras.npz" bad.npz --at 700
    refused 3 'bad\.npz' --from bad.npz
    cp "$f/page.html" bad.npz
    refused 3 'bad\.npz' --from bad.npz
}

@test "prep --images: counts that differ, swapped files, a missing file" {
    refused 3 '40.*12|12.*40' --images "$f/raw/train-images-idx3-ubyte" \
        --labels "$f/raw/t10k-labels-idx1-ubyte"
    refused 3 'labels-idx1|images-idx3' --images "$f/raw/train-labels-idx1-ubyte" \
        --labels "$f/raw/train-images-idx3-ubyte"
    refused 1 'nowhere\.npy' --images "$f/raw/train-images-idx3-ubyte" --labels nowhere.npy
    refused 1 'nowhere' --from nowhere
}

@test "prep --images: a truncated gz, an IDX too short, a web page" {
    fixture truncate "$f/src/train-images-idx3-ubyte.gz" bad.gz --keep -30
    refused 3 'bad\.gz' --images bad.gz --labels "$f/raw/train-labels-idx1-ubyte"
    head -c 900 "$f/raw/train-images-idx3-ubyte" >bad.idx
    refused 3 'bad\.idx' --images bad.idx --labels "$f/raw/train-labels-idx1-ubyte"
    refused 3 'page\.html' --images "$f/page.html" --labels "$f/raw/train-labels-idx1-ubyte"
}

@test "prep --from PNG: another size, a cut file, not a PNG, 16 bits: its name" {
    local bad=t/train/3/99999.png
    cp -r "$f/split" t
    fixture png $bad --shape 7,6
    refused 3 '99999\.png' --from t
    fixture png $bad --shape 6,6 --mode 'I;16'
    refused 3 '99999\.png' --from t
    fixture png whole.png --shape 6,6
    head -c 60 whole.png >$bad
    refused 3 '99999\.png' --from t
    cp "$f/page.html" $bad
    refused 3 '99999\.png' --from t
    mkdir empty
    prep mine -o out --from empty
    [ "$status" -ne 0 ]
    assert_one_error_line 'empty'
}

@test "prep --labels without --images: 2, and says so" {
    refused 2 'labels' --labels "$f/raw/train-labels-idx1-ubyte"
}

@test "prep --from: usage" {
    refused 2 'images' --from "$f/src" --images "$f/raw/train-images-idx3-ubyte"
    refused 2 'shape' --from "$f/kaggle.csv" --shape 0x36
    refused 2 'label-column' --from "$f/kaggle.csv" --label-column middle
    refused 2 'twice|already|split' --images "$f/raw/train-images-idx3-ubyte" \
        --labels "$f/raw/train-labels-idx1-ubyte" \
        --images "$f/raw/train-images-idx3-ubyte" --labels "$f/raw/train-labels-idx1-ubyte"
    refused 2 'split' --from "$f/kaggle.csv" --split ../up
    prep mnist --from "$f/src" -o out
    assert_status 2
    assert_one_error_line 'mnist.*catalogue'
    # What is there is fine, but '.' is no name for it.
    cd "$f/tables" || return 1
    prep --from . -o "$OLDPWD/out"
    cd - || return 1
    assert_status 2
    assert_one_error_line "'\.' gives no name to a dataset; put one at the end"
    cp "$f/kaggle.csv" mnist.csv
    prep --from mnist.csv -o out
    assert_status 2
    assert_one_error_line 'catalogue'
    assert_no_leftovers . mnist.csv
}

@test "prep --from: output onto the input, by name, hard link, symlink: 2" {
    local how
    for how in same hard soft; do
        mkdir "$how"
        cp "$f/kaggle.csv" "$how/source.csv"
        case $how in
        same) mv "$how/source.csv" "$how/train.csv" && input=$how/train.csv ;;
        hard) ln "$how/source.csv" "$how/train.csv" && input=$how/source.csv ;;
        soft) ln -s source.csv "$how/train.csv" && input=$how/train.csv ;;
        esac
        mp -q prep mine --from "$input" --format csv --invert -o "$how"
        assert_status 2
        assert_one_error_line 'train\.csv'
        assert_same "$f/kaggle.csv" "$input"
        # and --force makes no difference
        mp -q prep mine -f --from "$input" --format csv --invert -o "$how"
        assert_status 2
        assert_same "$f/kaggle.csv" "$input"
    done
}

@test "prep --from: a tree onto itself: 2, and it stays, also with --force" {
    cp -r "$f/split" png
    mp -q prep mine --from png --format png --invert -o .
    assert_status 2
    diff -r "$f/split" png
    mp -q prep mine -f --from png --format png --invert -o .
    assert_status 2
    diff -r "$f/split" png
}

@test "prep --from: NPY pairs onto themselves with --force: 2, and they stay" {
    cp -r "$f/npy" npy
    mp -q prep mine -f --from npy --format npy -o npy
    assert_status 2
    diff -r "$f/npy" npy
}

@test "prep --from: a prepared set as input, onto itself: 2, the input intact" {
    mp -q prep mine --from "$f/src" -o way --format csv,png
    assert_status 0
    cp -r way keep
    mp -q prep mine --from way/train.csv -o way --format npy
    assert_status 2
    diff -r keep way
}

@test "prep --from: a prepared PNG tree as input, its set replaced: 2, intact" {
    mp -q prep mine --from "$f/src" -o way --format png
    assert_status 0
    cp -r way keep
    mp -q prep mine --from way/png -o way --format csv
    assert_status 2
    diff -r keep way
}

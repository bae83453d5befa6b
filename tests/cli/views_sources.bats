#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats and dump of what is no pair of IDX files: tables, archives, trees of
# pictures, and published files with quirks.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

digits=0,1,2,3,4,5,6,7,8,9

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 50 --test 20 --height 6 --width 6 --seed 5 --no-gz
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import os
import numpy as np
from PIL import Image

x, y = {}, {}
for split, stem in ('train', 'train'), ('test', 't10k'):
    x[split] = np.fromfile('src/%s-images-idx3-ubyte' % stem, 'u1')[16:] \
        .reshape(-1, 6, 6)
    y[split] = np.fromfile('src/%s-labels-idx1-ubyte' % stem, 'u1')[8:]
os.mkdir('tables')
for split in x:
    rows = np.column_stack([y[split], x[split].reshape(-1, 36)])
    np.savetxt('tables/%s.csv' % split, rows, '%d', ',')
    last = np.column_stack([x[split].reshape(-1, 36), y[split]])
    np.savetxt('last-%s.csv' % split, last, '%d', ',')
    np.savetxt('bare-%s.csv' % split, rows[:, 1:], '%d', ',')
np.savez_compressed('set.npz', x_train=x['train'], y_train=y['train'],
                    x_test=x['test'], y_test=y['test'])
for split in x:  # in the order of a tree: by class
    for i, (a, k) in enumerate(zip(x[split], y[split])):
        os.makedirs('tree/%s/%d' % (split, k), exist_ok=True)
        Image.fromarray(a).save('tree/%s/%d/%03d.png' % (split, k, i))
PY
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" "$@"
}

# the_same ARGS...: the figures, and the pixels of a sheet, are those of src.
the_same() {
    mp_to s.json stats mine "$@" --json --pixels
    assert_status 0 && assert_no_stderr || return 1
    see json s.json --raw "$f/src" --dataset mine --view own --pixels || return 1
    mp dump mine "$@" --split test --index 19,3,7 --grid 3x1 -f -o s.png
    assert_status 0 || return 1
    see sheet s.png --raw "$f/src" --grid 3x1 --rows test:19,test:3,test:7
}

@test "sources: tables" { the_same --from "$f/tables"; }
@test "sources: an archive of numpy" { the_same --from "$f/set.npz"; }
@test "sources: IDX pairs" { the_same --from "$f/src"; }

@test "sources: without a name, that of the file" {
    mp_to s.json stats --from "$f/set.npz" --json
    assert_status 0
    see json s.json --raw "$f/src" --dataset set --view own
    mp dump --from "$f/set.npz" --index 3 --zoom 1 -o s.png
    assert_status 0
    see picture s.png --raw "$f/src" --rows train:3 --zoom 1
}

@test "sources: without train, dump takes the first split" {
    mkdir only
    cp "$f"/src/t10k-* only
    mp dump mine --from only --index 3,9 --grid 2x1 -o s.png
    assert_status 0
    see sheet s.png --raw "$f/src" --grid 2x1 --rows test:3,test:9
    printf '5\ntest\t2\n' >list
    mp dump mine --from only --rows list --grid 2x1 -o t.png
    assert_status 0
    see sheet t.png --raw "$f/src" --grid 2x1 --rows test:5,test:2
    mp dump mine --from only --split train -o u.png
    assert_status 2
    assert_one_error_line train
}

@test "sources: counts that differ, images for labels" {
    x=$f/src/train-images-idx3-ubyte y=$f/src/t10k-labels-idx1-ubyte
    for command in stats 'dump --grid 2x2 -o s.png' 'stats --audit'; do
        # shellcheck disable=SC2086 # words are meant
        mp $command mine --images "$x" --labels "$y"
        assert_status 3
        assert_no_stdout
        assert_one_error_line '\b50\b.*\b20\b|\b20\b.*\b50\b'
        # shellcheck disable=SC2086
        mp $command mine --images "$y" --labels "$x"
        [[ $status = [23] ]] || seen 'swapped'
        assert_no_stdout
        assert_one_error_line .
        assert_absent s.png
    done
    mp stats mine --images "$x" --images "$x"
    [ "$status" -ne 0 ] || [ "$(grep -c ' images of ' <<<"$output")" -eq 1 ]
}

@test "sources: one table, its label column, its shape" {
    x=$f/src/t10k-images-idx3-ubyte y=$f/src/t10k-labels-idx1-ubyte
    mp_to s.json stats mine --from "$f/last-test.csv" --label-column last \
        --split test --json
    assert_status 0
    see json s.json --set test "$x" "$y" --dataset mine --view own
    mp_to s.json stats mine --from "$f/bare-test.csv" --label-column none \
        --json --split odd
    assert_status 0
    see json s.json --set odd "$x" --dataset mine --view own
    mp_to s.json stats mine --from "$f/bare-test.csv" --label-column none \
        --shape 4x9 --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" -c '
import json
assert json.load(open("s.json"))["splits"]["train"]["shape"] == [4, 9]'
    mp stats mine --from "$f/bare-test.csv" --label-column none --shape 5x9
    [[ $status = [23] ]] || seen 'a shape that does not fit'
    assert_no_stdout
    assert_one_error_line '5.?x.?9|36|45'
    mp stats mine --from "$f/bare-test.csv" --label-column middle
    assert_status 2
    assert_one_error_line label-column
    mp stats --label-column last
    assert_status 2
    assert_one_error_line label-column
    mp dump --shape 4x9
    assert_status 2
    assert_one_error_line shape
}

@test "sources: a tree of pictures, by class" {
    mp_to s.json stats mine --from "$f/tree" --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - "$f/src" <<'PY'
import json, sys
import numpy as np
d = json.load(open('s.json'))['splits']
for split, stem in ('train', 'train'), ('test', 't10k'):
    x = np.fromfile('%s/%s-images-idx3-ubyte' % (sys.argv[1], stem), 'u1')
    x = x[16:].reshape(-1, 36)
    y = np.fromfile('%s/%s-labels-idx1-ubyte' % (sys.argv[1], stem), 'u1')[8:]
    for c in d[split]['classes']:
        mine = x[y == c['label']]
        assert c['name'] == str(c['label'])
        assert (c['count'], c['pixel_sum']) == (len(mine), mine.sum()), c
PY
    mp dump mine --from "$f/tree" --class 3 --index 0 -o s.png
    assert_status 2
    assert_one_error_line class
    mp dump mine --from "$f/tree" --per-class 1 -o .
    assert_status 0
    [ "$(wc -l <<<"$output")" -eq 10 ]
}

# quirks JSON: a catalogue of src, published so.
quirks() {
    put_raw "$f/src" odd
    "$MNISTPREP_TEST_PYTHON" - "$1" <<'PY'
import hashlib, json, os, sys
split = {}
for name, stem in ('train', 'train'), ('test', 't10k'):
    split[name] = {'name': name}
    for part, kind in ('images', 'idx3'), ('labels', 'idx1'):
        file = '%s-%s-%s-ubyte' % (stem, part, kind)
        raw = open('data/odd/raw/' + file, 'rb').read()
        split[name][part] = {'file': file, 'bytes': len(raw),
                             'sha256': hashlib.sha256(raw).hexdigest()}
json.dump({'schema': 'mnistprep.catalogue/1', 'datasets': [dict({
    'name': 'odd', 'title': 'Odd', 'licence': 'MIT',
    'homepage': 'https://example.org/', 'classes': list('0123456789'),
    'mirrors': ['http://127.0.0.1:9/'], 'splits': list(split.values())},
    **json.loads(sys.argv[1]))]}, open('odd.json', 'w'))
PY
}

@test "sources: published with rows and columns exchanged" {
    quirks '{"transposed": true}'
    "$MNISTPREP_TEST_PYTHON" - "$f/src" <<'PY'
import sys
import numpy as np
for stem in 'train', 't10k':
    x = np.fromfile('%s/%s-images-idx3-ubyte' % (sys.argv[1], stem), 'u1')
    np.save(stem + '.npy', x[16:].reshape(-1, 6, 6).transpose(0, 2, 1))
PY
    turned=(--set train train.npy "$f/src/train-labels-idx1-ubyte"
        --set test t10k.npy "$f/src/t10k-labels-idx1-ubyte")
    mp_to s.json --catalogue odd.json stats odd --json --pixels
    assert_status 0
    see json s.json "${turned[@]}" --dataset odd --classes "$digits" --pixels
    mp --catalogue odd.json dump odd --index 4,2 --grid 2x1 -o s.png
    assert_status 0
    see sheet s.png "${turned[@]}" --grid 2x1 --rows train:4,train:2
    mp_to s.json --catalogue odd.json stats odd --as-published --json --pixels
    assert_status 0
    see json s.json --raw "$f/src" --dataset odd --classes "$digits" --pixels
    mp --catalogue odd.json dump odd --as-published --index 4,2 --grid 2x1 \
        -f -o s.png
    assert_status 0
    see sheet s.png --raw "$f/src" --grid 2x1 --rows train:4,train:2
    # Prepared: as prep made it, either way.
    for words in '' --as-published; do
        mp -q --catalogue odd.json prep odd -f ${words:+"$words"}
        assert_status 0
        mp_to s.json --catalogue odd.json stats odd --prepared --json
        assert_status 0
        if [ -n "$words" ]; then
            see json s.json --raw "$f/src" --dataset odd --view prepared \
                --classes "$digits"
        else
            see json s.json "${turned[@]}" --dataset odd --view prepared \
                --classes "$digits"
        fi
    done
}

@test "sources: labels that begin with one" {
    "$MNISTPREP_TEST_PYTHON" - "$f/src" <<'PY'
import sys
import numpy as np
for stem in 'train', 't10k':
    y = np.fromfile('%s/%s-labels-idx1-ubyte' % (sys.argv[1], stem), 'u1')[8:]
    np.save(stem + '.npy', y)
PY
    quirks '{"label_base": 1, "classes": ["a","b","c","d","e","f","g","h","i","j"]}'
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
for stem in 'train', 't10k':
    path = 'data/odd/raw/%s-labels-idx1-ubyte' % stem
    b = bytearray(open(path, 'rb').read())
    b[8:] = bytes(v + 1 for v in b[8:])
    open(path, 'wb').write(b)
PY
    mp_to s.json --catalogue odd.json stats odd --json
    assert_status 0
    see json s.json --raw "$f/src" --dataset odd --classes a,b,c,d,e,f,g,h,i,j
    mp --catalogue odd.json stats odd --audit --near off
    assert_status 0
    [[ $output != *'labels that are no class'* ]]
    first=$(od -An -tu1 -j8 -N1 "$f/src/train-labels-idx1-ubyte" | tr -d ' ')
    mp --catalogue odd.json dump odd --index 0 -o .
    assert_stdout "./train-00000-$first.png"
    mp --catalogue odd.json dump odd --index 0 --as-published -o .
    assert_stdout "./train-00000-$((first + 1)).png"
}

@test "sources: what is no data" {
    printf 'hello\n' >x.csv
    fixture html page
    mkdir empty
    for path in x.csv page empty /dev/null nowhere; do
        for command in stats 'dump --grid 2x2 -o s.png'; do
            # shellcheck disable=SC2086 # words are meant
            mp $command mine --from "$path"
            [[ $status = [123] ]] || seen "$path"
            assert_no_stdout
            assert_one_error_line .
            assert_absent s.png data
        done
    done
}

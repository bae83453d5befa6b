#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats --audit of the genuine files: the findings that are known, and no other.
# (audit.bats has more of them, planted in small sets.)

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup() {
    common_setup
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_audit.py" "$@"
}

# genuine NAME DIR EXPRESSION: over k, the counts by kind, and a, the audit.
genuine() {
    put_raw "$2" "$1"
    mp_to a.json stats "$1" --audit --json
    assert_status 0
    assert_no_stderr
    "$MNISTPREP_TEST_PYTHON" - "$3" <<'PY'
import json, sys
a = json.load(open('a.json'))['audit']
k = {name: n['findings'] for name, n in a['kinds'].items()}
assert eval('(' + sys.argv[1] + ')'), k
# Each pair that is told is one, by its distance.
for f in a['findings']:
    if f['kind'] == 'near-duplicate':
        assert len(f['rows']) == 2 and 0 < f['measure'] <= 8, f
PY
}

none='all(k[name] == 0 for name in ("duplicate", "duplicate-across",
    "label-conflict", "blank", "constant", "label-range", "no-labels",
    "empty-class", "imbalance", "transposed"))'

@test "audit: genuine MNIST" {
    need_mnist
    genuine mnist "$mnist" "$none"
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
a = json.load(open('a.json'))['audit']
e = [f for f in a['findings'] if f['kind'] == 'label-error']
assert [(f['rows'][0]['split'], f['rows'][0]['row'], f['label']) for f in e] \
    == [('test', r, l) for r, l in zip(
        [947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651,
         6783, 8527, 9679, 9729],
        [8, 0, 9, 4, 2, 5, 6, 6, 5, 5, 0, 1, 4, 6, 5])], e
assert [f['guess'] for f in e] == \
    [9, 6, 4, None, 0, 3, None, None, 0, 3, 6, 6, None, None, 6], e
PY
    mp stats mnist --audit --near off --split test --strict
    assert_status 3
    assert_one_error_line '\b15 findings\b.*;'
    [ -n "$output" ]
    # Of a prepared set by the rows of the source, and by its own labels.
    mp -q prep mnist --splits test --classes 5,0,6 --relabel --dtype u8 \
        --scale none --no-onehot -o some
    assert_status 0
    mp_to a.json stats mnist --from some --audit --near off --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
a = json.load(open('a.json'))['audit']
assert [(f['rows'][0]['source_row'], f['label'], f['guess'])
        for f in a['findings'] if f['kind'] == 'label-error'] == [
    (1621, 1, 2), (2597, 0, None), (2654, 2, None), (3520, 2, None),
    (3558, 0, 1), (5937, 0, None), (6651, 1, 2), (9679, 2, None),
    (9729, 0, 2)], a['findings']
assert a['unlike_listed'] == 0, a
PY
    # Not of a dataset of one's own, though the pictures are the same.
    mp_to a.json stats mine --from "$mnist" --audit --near off --split test \
        --json
    assert_status 0
    run -1 grep '"kind": "label-error"' a.json
}

@test "audit: genuine Fashion-MNIST" {
    need_fashion
    genuine fashion-mnist "$fashion" "$none"' and k["label-error"] == 0'
}

@test "audit: MNIST, one split of it transposed" {
    need_mnist
    put_raw "$mnist" mnist
    "$MNISTPREP_TEST_PYTHON" - data/mnist/raw/t10k-images-idx3-ubyte.gz <<'PY'
import gzip, sys
import numpy as np
with gzip.open(sys.argv[1]) as f:
    raw = f.read()
x = np.frombuffer(raw[16:], 'u1').reshape(-1, 28, 28).transpose(0, 2, 1)
with open(sys.argv[1], 'wb') as f:
    f.write(gzip.compress(raw[:16] + x.tobytes(), 1))
PY
    mp_to a.json stats mnist --audit --near off --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
a = json.load(open('a.json'))['audit']
f = [(f['split'], f['label']) for f in a['findings']
     if f['kind'] == 'transposed']
# 0 and 1 and 8 look much the same either way; the others have to be there.
assert set(f) >= {('test', k) for k in (2, 3, 4, 5, 6, 7, 9)}, f
assert all(split == 'test' for split, _ in f), f
PY
}

@test "audit: near pictures of the genuine files, planted" {
    need_mnist
    "$MNISTPREP_TEST_PYTHON" - "$mnist" <<'PY'
import gzip, sys
import numpy as np
x, y = {}, {}
for split, stem, n in ('train', 'train', 4000), ('test', 't10k', 1000):
    with gzip.open('%s/%s-images-idx3-ubyte.gz' % (sys.argv[1], stem)) as f:
        x[split] = np.frombuffer(f.read(16 + 784 * n), 'u1', offset=16) \
            .reshape(n, 28, 28).copy()
    with gzip.open('%s/%s-labels-idx1-ubyte.gz' % (sys.argv[1], stem)) as f:
        y[split] = np.frombuffer(f.read(8 + n), 'u1', offset=8).copy()
r = np.random.RandomState(3)
for to in range(0, 4000, 25):  # a neighbour, up to 16 levels off
    a = x['train'][r.randint(4000)].astype(int)
    a[a > 0] += r.randint(-20, 21)
    a += r.randint(0, 2, a.shape) * r.randint(0, 16)
    x['train'][to] = np.clip(a, 0, 255)
for to in range(0, 1000, 25):
    a = x['train'][r.randint(4000)].astype(int)
    x['test'][to] = np.clip(a + r.randint(0, 14, a.shape), 0, 255)
for split in x:
    np.save('%s-images.npy' % split, x[split])
    np.save('%s-labels.npy' % split, y[split])
PY
    mp_to a.json stats mine --from . --audit --near 14 --json
    assert_status 0
    see json a.json --set train train-images.npy train-labels.npy \
        --set test test-images.npy test-labels.npy --near 14
    mp_to b.json stats mine --from . --audit --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
all, near = ([f for f in json.load(open(name))['audit']['findings']
              if f['kind'] == 'near-duplicate']
             for name in ('a.json', 'b.json'))
assert near == [f for f in all if f['measure'] <= 8], near
assert 20 < len(near) < len(all) - 20, (len(near), len(all))
PY
}

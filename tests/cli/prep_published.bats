#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep of the genuine files: the hashes of the catalogue, numpy, and how much
# memory it takes.

# Set by prep.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load prep

# --- the genuine files

# hash NAME SHA256 for each line of standard input
assert_hashes() {
    local name hash
    while read -r name hash; do
        assert_sha256 "$hash" "$1/$name" || return 1
    done
}

@test "prep: genuine MNIST: the hashes of catalogue.md 4.4" {
    need_mnist
    mkdir -p data/mnist
    ln -s "$mnist" data/mnist/raw
    mp prep
    assert_status 0
    prepared=data/mnist/prepared
    assert_stdout "$(printf "$prepared/%s\n" "${default_set[@]}" dataset.json)"
    assert_hashes "$prepared" <<'HASHES'
train-images.f32 257f039238a0be158bad088c051a53908383fd47df03a7b1c229bb7bc968f160
test-images.f32 bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165
train-labels.u8 1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13
test-labels.u8 ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5
train-onehot.f32 d70c5266932a6c8788524ac591521f7589c264303d75b624adee660fc3c09399
test-onehot.f32 2f8f366b93e2a655c1c1a74771f505326f2624697831cf9c8112282bd6c49b7e
HASHES
    assert_no_leftovers "$prepared" "${default_set[@]}" dataset.json
    "$MNISTPREP_TEST_PYTHON" - "$prepared/dataset.json" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    m = json.load(f)
assert m['schema'] == 'mnistprep.dataset/1' and m['dataset'] == 'mnist'
assert m['classes'] == [str(i) for i in range(10)]
t = m['splits']['train']
assert t['count'] == 60000
for key, value in {"file": "train-images.f32", "dtype": "f32", "shape": [60000, 28, 28],
                   "byte_order": "little", "offset": 0, "bytes": 188160000}.items():
    assert t['images'][key] == value, t['images']
assert t['labels']['shape'] == [60000] and t['onehot']['shape'] == [60000, 10]
assert m['splits']['test']['images']['shape'] == [10000, 28, 28]
s = {(s['split'], s['part']): s for s in m['sources']}
for key, value in {
        'file': 'train-images-idx3-ubyte.gz', 'bytes': 9912422,
        'sha256': '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
        'payload_sha256': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'}.items():
    assert s['train', 'images'][key] == value, s
for key, value in {
        'file': 't10k-labels-idx1-ubyte.gz', 'bytes': 4542,
        'sha256': 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
        'payload_sha256': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'}.items():
    assert s['test', 'labels'][key] == value, s
PY
    # and once more, as bytes and int64
    rm -r "$prepared"
    mp -q prep mnist --dtype u8 --scale none --label-dtype i64 --no-onehot
    assert_status 0
    assert_hashes "$prepared" <<'HASHES'
train-images.u8 741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757
test-images.u8 6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161
train-labels.i64 e474323ac02fc156161b0bbb1f8c9cfeb327a74bcd9f9680a8385269a24f566c
test-labels.i64 2fd8de6bdb8d11780b4b96dc57847bcfe6953f7c32aa48bfcd8237c3b7847243
HASHES
}

@test "prep: genuine MNIST, standard: 0.1307 and 0.3081, to the last digit" {
    need_mnist
    mkdir -p data/mnist
    ln -s "$mnist" data/mnist/raw
    mp -q prep --scale standard --splits test --dtype f64 --no-onehot
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - "$mnist" <<'PY'
import gzip, json, math, sys
from fractions import Fraction
import numpy as np
with open('data/mnist/prepared/dataset.json') as f:
    r = json.load(f)['recipe']
n, s, q = 47040000, 1567298545, 342590800147
mean = float(Fraction(s, n) / 255)
std = math.sqrt((Fraction(q, n) - Fraction(s, n) ** 2) / 255 ** 2)
assert abs(r['mean'] - mean) < 1e-16 and abs(r['std'] - std) < 1e-16, (r, mean, std)
x = np.frombuffer(gzip.decompress(open(sys.argv[1] + '/t10k-images-idx3-ubyte.gz', 'rb').read()), 'u1', offset=16)
table = (np.arange(256) / 255.0 - r['mean']) / r['std']
assert (np.fromfile('data/mnist/prepared/test-images.f64') == table[x]).all()
PY
}

@test "prep: genuine Fashion-MNIST equals numpy" {
    need_fashion
    mp -q fetch fashion-mnist --only-mirrors --mirror "$fashion"
    assert_status 0
    mp prep fashion-mnist
    assert_status 0
    [ "${lines[0]}" = data/fashion-mnist/prepared/train-images.f32 ]
    "$MNISTPREP_TEST_PYTHON" - "$fashion" <<'PY'
import gzip, hashlib, json, os, sys
import numpy as np
out = 'data/fashion-mnist/prepared/'
table = np.arange(256, dtype=np.float32) / np.float32(255)
for split, stem, n in (('train', 'train', 60000), ('test', 't10k', 10000)):
    x = np.frombuffer(gzip.decompress(open('%s/%s-images-idx3-ubyte.gz' % (sys.argv[1], stem), 'rb').read()), 'u1', offset=16)
    y = np.frombuffer(gzip.decompress(open('%s/%s-labels-idx1-ubyte.gz' % (sys.argv[1], stem), 'rb').read()), 'u1', offset=8)
    assert (np.fromfile(out + split + '-labels.u8', 'u1') == y).all() and len(y) == n
    assert (np.fromfile(out + split + '-onehot.f32', '<u4') == np.eye(10, dtype='<f4')[y].view('<u4').reshape(-1)).all()
    got = np.memmap(out + split + '-images.f32', '<f4', 'r')
    assert len(got) == n * 784
    for at in range(0, len(got), 784 * 5000):
        assert (got[at:at + 784 * 5000] == table[x[at:at + 784 * 5000]]).all()
with open(out + 'dataset.json', encoding='utf-8') as f:
    m = json.load(f)
assert m['classes'] == ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
s = {(s['split'], s['part']): s for s in m['sources']}
assert s['train', 'images']['bytes'] == os.path.getsize(sys.argv[1] + '/train-images-idx3-ubyte.gz')
assert s['train', 'images']['payload_sha256'] == 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888'
assert s['test', 'labels']['payload_sha256'] == '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34'
PY
}

@test "prep: genuine MNIST takes less than 32 MiB of memory" {
    need_mnist
    need_limits
    mkdir -p data/mnist
    ln -s "$mnist" data/mnist/raw
    # A child's figure starts with that of the parent that forked it: no numpy here.
    "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" -q prep mnist <<'PY'
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print('status %d, %d KiB' % (status, peak), file=sys.stderr)
sys.exit(status or peak >= 32 * 1024)
PY
}

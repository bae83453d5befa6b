#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep: every recipe against numpy, the manifest, what a second run does, what
# wrong input does, and the genuine files against the hashes of the catalogue.

load common

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)
default_set=(train-images.f32 train-labels.u8 train-onehot.f32
    test-images.f32 test-labels.u8 test-onehot.f32)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # Sizes that are no multiple of any block.
    fixture dataset gen-src --train 1237 --test 211 --height 20 --width 13 --seed 3
    fixture catalogue gen.json --name gen --dir gen-src --title Generated
    fixture dataset tiny-src --train 40 --test 10
    fixture catalogue tiny.json --name tiny --dir tiny-src
    write_checker
}

# check.py PREPARED RAW DATASET CATALOGUE [key=value...]: is there exactly the
# set that this recipe asks for, byte for byte what numpy says, with the
# manifest of design.md section 5?
write_checker() {
    cat >check.py <<'PY'
import gzip, hashlib, json, math, os, re, struct, subprocess, sys
from fractions import Fraction
import numpy as np

prepared, raw, dataset, catalogue_path = sys.argv[1:5]
o = dict(scale='unit', dtype='f32', label_dtype='u8', onehot='1',
         smoothing='0', splits='train,test', format='bin')
for word in sys.argv[5:]:
    key, value = word.split('=', 1)
    assert key in o, key
    o[key] = value
splits = o['splits'].split(',')
formats = o['format'].split(',')
E = float(o['smoothing'])

with open(catalogue_path, encoding='utf-8') as f:
    entry = [d for d in json.load(f)['datasets'] if d['name'] == dataset][0]
C = len(entry['classes'])
STEM = {'train': 'train', 'test': 't10k'}
NAME = {(s, p): '%s-%s-ubyte.gz' % (STEM[s], {'images': 'images-idx3', 'labels': 'labels-idx1'}[p])
        for s in STEM for p in ('images', 'labels')}


def payload(split, part):
    with open(os.path.join(raw, NAME[split, part]), 'rb') as f:
        data = f.read()
    return data, gzip.decompress(data)


def array(split, part):
    p = payload(split, part)[1]
    shape = struct.unpack('>%dI' % p[3], p[4:4 + 4 * p[3]])
    return np.frombuffer(p, np.uint8, offset=4 + 4 * p[3]).reshape(shape)


def to_bf16(x):
    """float64 to the upper half of float32, rounded once, to nearest even."""
    b = np.asarray(x, np.float64).view(np.uint64)
    r = (b + np.uint64((1 << 44) - 1) + ((b >> np.uint64(45)) & np.uint64(1))) >> np.uint64(45)
    sign, rest = (r >> np.uint64(18)) & np.uint64(1), r & np.uint64((1 << 18) - 1)
    rest = np.where(rest == 0, 0, rest.astype(np.int64) - ((1023 - 127) << 7))
    assert (rest >= 0).all()
    return ((sign.astype(np.int64) << 15) | rest).astype('<u2')


ITEM = {'u8': '<u1', 'i32': '<i4', 'i64': '<i8', 'f16': '<f2', 'bf16': '<u2', 'f32': '<f4', 'f64': '<f8'}


def close(a, b, what):
    assert abs(a - b) <= 4e-16 * max(abs(a), abs(b)), '%s: %r, expected %r' % (what, a, b)


with open(os.path.join(prepared, 'dataset.json'), 'rb') as f:
    text = f.read()
manifest = json.loads(text.decode('utf-8'))
recipe = manifest['recipe']

# --- what the numbers must be
v = np.arange(256, dtype=np.float64)
if o['scale'] == 'unit':
    table = v / 255.0
elif o['scale'] == 'signed':
    table = v / 127.5 - 1
elif o['scale'] == 'none':
    table = v
else:
    if o['scale'] == 'standard':
        counts = np.bincount(array('train', 'images').reshape(-1), minlength=256)
        n = int(counts.sum())
        s = sum(int(c) * i for i, c in enumerate(counts))
        q = sum(int(c) * i * i for i, c in enumerate(counts))
        variance = (Fraction(q, n) - Fraction(s, n) ** 2) / 255 ** 2
        mean, std = float(Fraction(s, n) / 255), math.sqrt(variance)
        close(recipe['mean'], mean, 'mean')
        close(recipe['std'], std, 'std')
    else:
        mean, std = (float(t) for t in o['scale'].split(','))
        assert recipe['mean'] == mean and recipe['std'] == std, recipe
    # from here on with what is written down: it must be all that is needed
    mean, std = recipe['mean'], recipe['std']
    table = (v / 255.0 - mean) / std
if o['scale'] in ('unit', 'signed', 'none'):
    assert recipe['mean'] is None and recipe['std'] is None, recipe
if o['scale'] == 'unit' and o['dtype'] == 'f32':
    # also: bit-equal to numpy's float32 division
    assert (table.astype(np.float32) == np.arange(256, dtype=np.float32) / np.float32(255)).all()
d = o['dtype']
if d == 'bf16':
    table = to_bf16(table)
else:
    table = table.astype(ITEM[d])

hot = np.full((C, C), E / C, np.float64)
hot[np.arange(C), np.arange(C)] = 1.0 - E + E / C
hot = hot.astype('<f4')


def wanted(split, part):
    if part == 'images':
        return table[array(split, 'images')], d
    labels = array(split, 'labels')
    if part == 'labels':
        return labels.astype(ITEM[o['label_dtype']]), o['label_dtype']
    return hot[labels], 'f32'


# --- the files
parts = ['images', 'labels'] + (['onehot'] if o['onehot'] == '1' else [])
names = {'dataset.json'}
for split in splits:
    assert set(manifest['splits']) == set(splits), list(manifest['splits'])
    described = manifest['splits'][split]
    n = len(array(split, 'labels'))
    assert described['count'] == n and type(described['count']) is int
    assert {k for k in described if isinstance(described[k], dict)} == set(parts), described
    for part in parts:
        want, dtype = wanted(split, part)
        data = want.tobytes()
        for form in formats:
            name = '%s-%s.%s' % (split, part, dtype if form == 'bin' else 'npy')
            names.add(name)
            path = os.path.join(prepared, name)
            if form == 'bin':
                with open(path, 'rb') as f:
                    got = f.read()
                if got != data:
                    a = np.frombuffer(got[:len(got) // want.itemsize * want.itemsize], want.dtype)
                    b = want.reshape(-1)
                    k = min(len(a), len(b))
                    bad = np.nonzero(a[:k].view('u1') != b[:k].view('u1'))[0]
                    raise SystemExit('%s: %d bytes, expected %d; first difference at %s' % (
                        name, len(got), len(data),
                        'element %d: %r, expected %r' % (bad[0] // want.itemsize, a[bad[0] // want.itemsize], b[bad[0] // want.itemsize])
                        if len(bad) else 'the end'))
            else:
                got = np.load(path)
                assert got.dtype == want.dtype and got.shape == want.shape, (name, got.dtype, got.shape)
                assert got.tobytes() == data, name
                assert got.flags['C_CONTIGUOUS']
        # --- the description: what it says is enough to read the file
        m = described[part]
        assert m['file'] in names, m
        assert m['dtype'] == dtype, m
        assert m['shape'] == list(want.shape), m
        assert m['byte_order'] == 'little', m
        size = os.path.getsize(os.path.join(prepared, m['file']))
        if m['file'].endswith('.npy'):
            assert m['bytes'] in (size, len(data)), (m, size)
            assert m['offset'] == size - len(data), (m, size)
        else:
            assert m['bytes'] == size == len(data), (m, size)
            assert m['offset'] == 0, m
        with open(os.path.join(prepared, m['file']), 'rb') as f:
            f.seek(m['offset'])
            assert f.read(len(data)) == data
found = set(os.listdir(prepared))
assert found == names, 'extra %r, missing %r' % (found - names, names - found)

# --- the rest of the manifest
assert manifest['schema'] == 'mnistprep.dataset/1', manifest['schema']
version = json.loads(subprocess.check_output([os.environ['MNISTPREP'], 'version', '--json']))['version']
assert manifest['tool'] == 'mnistprep ' + version, (manifest['tool'], version)
assert manifest['dataset'] == dataset
assert manifest['classes'] == entry['classes']
if o['scale'] in ('unit', 'signed', 'none', 'standard'):
    assert recipe['scale'] == o['scale'], recipe
assert recipe['dtype'] == d and recipe['label_dtype'] == o['label_dtype'], recipe
assert recipe['smoothing'] == E, recipe
assert recipe['seed'] is None and recipe['shuffle'] is False, recipe
for split in splits:
    for part in ('images', 'labels'):
        found = [s for s in manifest['sources'] if (s['split'], s['part']) == (split, part)]
        assert len(found) == 1, (split, part, manifest['sources'])
        data, plain = payload(split, part)
        want = {'split': split, 'part': part, 'file': NAME[split, part], 'bytes': len(data),
                'sha256': hashlib.sha256(data).hexdigest(),
                'payload_sha256': hashlib.sha256(plain).hexdigest()}
        for key, value in want.items():
            assert found[0][key] == value, (key, found[0], value)
PY
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    prepared=data/gen/prepared
}

# gen_raw: the raw files as a fetch would have left them.
gen_raw() {
    mkdir -p data/gen
    cp -r "$fixtures/gen-src" data/gen/raw
}

gen() {
    mp --catalogue "$fixtures/gen.json" prep gen "$@"
}

tiny_raw() {
    mkdir -p data/tiny
    cp -r "$fixtures/tiny-src" data/tiny/raw
}

tiny() {
    mp --catalogue "$fixtures/tiny.json" prep tiny "$@"
}

# check KEY=VALUE...: the set in $prepared against numpy.
check() {
    "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen \
        "$fixtures/gen.json" "$@"
}

# recipe 'KEY=VALUE...' OPTIONS...: prep with the options; the set must be that
# of the recipe.
recipe() {
    local what=$1
    shift
    gen_raw
    gen "$@"
    assert_status 0 || return 1
    # shellcheck disable=SC2086 # words are meant
    check $what || return 1
    assert_no_leftovers data/gen/raw "${files[@]}" || return 1
}

# Names, sizes, times, inodes, bytes of every file below DIR.
snapshot() {
    (cd "$1" && find . ! -type d -printf '%p %s %T@ %i %m\n' | LC_ALL=C sort &&
        find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

hashes() {
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
}

# --- recipes, against numpy

@test "prep: the default set, its paths on standard output, its manifest" {
    recipe ''
    assert_stdout "$(printf "$prepared/%s\n" "${default_set[@]}" dataset.json)"
}

@test "prep: --scale signed" { recipe scale=signed --scale signed; }
@test "prep: --scale none" { recipe scale=none --scale none; }
@test "prep: --scale MEAN,STD" { recipe scale=0.1307,0.3081 --scale 0.1307,0.3081; }
@test "prep: --scale MEAN,STD, negative and with exponents" { recipe scale=-1e-3,2.5E1 --scale=-1e-3,2.5E1; }
@test "prep: --scale standard" { recipe scale=standard --scale standard; }
@test "prep: --scale unit --dtype f64" { recipe dtype=f64 --dtype f64; }
@test "prep: --scale unit --dtype f16" { recipe dtype=f16 --dtype f16; }
@test "prep: --scale unit --dtype bf16" { recipe dtype=bf16 --dtype bf16; }
@test "prep: --scale signed --dtype f64" { recipe 'scale=signed dtype=f64' --scale signed --dtype f64; }
@test "prep: --scale signed --dtype f16" { recipe 'scale=signed dtype=f16' --scale signed --dtype f16; }
@test "prep: --scale signed --dtype bf16" { recipe 'scale=signed dtype=bf16' --scale signed --dtype bf16; }
@test "prep: --scale MEAN,STD --dtype f64" { recipe 'scale=0.2860,0.3530 dtype=f64' --scale 0.2860,0.3530 --dtype f64; }
@test "prep: --scale MEAN,STD --dtype f16" { recipe 'scale=0.2860,0.3530 dtype=f16' --scale 0.2860,0.3530 --dtype f16; }
@test "prep: --scale MEAN,STD --dtype bf16" { recipe 'scale=0.2860,0.3530 dtype=bf16' --scale 0.2860,0.3530 --dtype bf16; }
@test "prep: --scale standard --dtype f64" { recipe 'scale=standard dtype=f64' --scale standard --dtype f64; }
@test "prep: --scale standard --dtype f16" { recipe 'scale=standard dtype=f16' --scale standard --dtype f16; }
@test "prep: --scale standard --dtype bf16" { recipe 'scale=standard dtype=bf16' --scale standard --dtype bf16; }
@test "prep: --scale none --dtype f64" { recipe 'scale=none dtype=f64' --scale none --dtype f64; }
@test "prep: --scale none --dtype f16" { recipe 'scale=none dtype=f16' --scale none --dtype f16; }
@test "prep: --scale none --dtype bf16" { recipe 'scale=none dtype=bf16' --scale none --dtype bf16; }
@test "prep: --scale none --dtype u8" { recipe 'scale=none dtype=u8' --scale none --dtype u8; }
@test "prep: --label-dtype i32" { recipe label_dtype=i32 --label-dtype i32; }
@test "prep: --label-dtype i64" { recipe label_dtype=i64 --label-dtype i64; }
@test "prep: --smoothing 0.1" { recipe smoothing=0.1 --smoothing 0.1; }
@test "prep: --smoothing 1/3" { recipe smoothing=0.3333333333333333 --smoothing 0.3333333333333333; }
@test "prep: --no-onehot" { recipe onehot=0 --no-onehot; }
@test "prep: --splits train" { recipe splits=train --splits train; }
@test "prep: --splits test" { recipe splits=test --splits test; }
@test "prep: --splits test,train" { recipe splits=test,train --splits test,train; }
@test "prep: --scale standard --splits test: still train's constants" { recipe 'scale=standard splits=test' --scale standard --splits test; }
@test "prep: --format npy" { recipe format=npy --format npy; }
@test "prep: --format bin,npy" { recipe format=bin,npy --format bin,npy; }
@test "prep: --format npy --dtype f16 --label-dtype i64" { recipe 'format=npy dtype=f16 label_dtype=i64' --format npy --dtype f16 --label-dtype i64; }
@test "prep: --format npy --dtype u8 --scale none --no-onehot" { recipe 'format=npy dtype=u8 scale=none onehot=0' --format npy --dtype u8 --scale none --no-onehot; }
@test "prep: --format bin,npy --dtype f64 --smoothing 0.25 --splits train" { recipe 'format=bin,npy dtype=f64 smoothing=0.25 splits=train' --format bin,npy --dtype f64 --smoothing 0.25 --splits train; }
@test "prep: --sync makes the same" { recipe '' --sync; }

@test "prep: syncs each file with --sync, and none without" {
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null || skip "strace (ptrace) is refused here"
    # LeakSanitizer cannot work under ptrace.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    gen_raw
    run --separate-stderr strace -f -o trace -e trace=fsync,fdatasync,sync,syncfs,msync \
        "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen
    assert_status 0
    [ "$(grep -c '(' trace)" -eq 0 ]
    rm -r "$prepared"
    run --separate-stderr strace -f -y -o trace -e trace=fsync,fdatasync \
        "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen --sync
    assert_status 0
    [ "$(grep -c 'prepared/' trace)" -ge 7 ]
}

@test "prep: --dtype u8 implies --scale none" {
    recipe 'scale=none dtype=u8' --dtype u8
}

@test "prep: test is scaled with the constants of train, not with its own" {
    # A test split that is much darker than train.
    fixture dataset dark --train 100 --test 50 --height 5 --width 4
    fixture idx dark/t10k-images-idx3-ubyte.gz --shape 50,5,4 --values labels:9 --gz
    fixture catalogue dark.json --name gen --dir dark --title Dark
    mkdir -p data/gen
    cp -r dark data/gen/raw
    mp --catalogue dark.json prep gen --scale standard --dtype f64
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen dark.json \
        scale=standard dtype=f64
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
train = np.fromfile('data/gen/prepared/train-images.f64')
test = np.fromfile('data/gen/prepared/test-images.f64')
assert abs(train.mean()) < 1e-12 and abs(train.std() - 1) < 1e-12, (train.mean(), train.std())
assert test.mean() < -0.3, test.mean()
PY
}

@test "prep: a catalogue with two classes makes one-hot rows of two" {
    fixture dataset two --train 37 --test 5 --height 3 --width 3 --classes 2
    fixture catalogue two.json --name gen --dir two
    mkdir -p data/gen
    cp -r two data/gen/raw
    mp --catalogue two.json prep gen --smoothing 0.5
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen two.json smoothing=0.5
    [ "$(stat -c %s "$prepared/train-onehot.f32")" -eq $((37 * 2 * 4)) ]
}

@test "prep: repacked raw files give the same" {
    gen_raw
    gen
    assert_status 0
    sha256sum "$prepared"/*.f32 "$prepared"/*.u8 >before
    rm -r "$prepared"
    fixture regzip "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}" --name x
    fixture multimember "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --parts 5
    gen
    assert_status 0
    sha256sum -c before
}

@test "prep: one row, and one pixel" {
    local shape
    for shape in '1 1 28 28' '1 1 1 1' '2 1 1 1' '3 2 1 300'; do
        # shellcheck disable=SC2086 # words are meant
        set -- $shape
        rm -rf small data
        fixture dataset small --train "$1" --test "$2" --height "$3" --width "$4"
        fixture catalogue small.json --name gen --dir small --classes 10
        mkdir -p data/gen
        cp -r small data/gen/raw
        mp --catalogue small.json prep gen --format bin,npy
        assert_status 0
        "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen small.json format=bin,npy
    done
}

@test "prep: no rows at all is a dataset, too: empty files and their shapes" {
    fixture dataset none --train 0 --test 0
    fixture catalogue none.json --name gen --dir none --classes 10
    mkdir -p data/gen
    cp -r none data/gen/raw
    mp --catalogue none.json prep gen --format bin,npy
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen none.json format=bin,npy
    # There is no mean of nothing.
    mp -q --catalogue none.json prep gen --scale standard
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || seen "expected status 2 or 3"
    assert_one_error_line .
    [[ $stderr != *nan* ]] || seen "this says nothing to a reader"
}

@test "prep: --scale standard of constant pixels: refused, they have no spread" {
    fixture dataset flat --train 20 --test 5
    fixture idx flat/train-images-idx3-ubyte.gz --shape 20,28,28 --values zeros --gz
    fixture catalogue flat.json --name gen --dir flat --classes 10
    mkdir -p data/gen
    cp -r flat data/gen/raw
    mp -q --catalogue flat.json prep gen --scale standard
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || seen "expected status 2 or 3"
    assert_one_error_line 'spread|std|deviation|constant|equal'
    assert_absent "$prepared/dataset.json"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

# --- the same bytes, however it is run

@test "prep: the same bytes with -j, locale, time zone, umask, directory" {
    gen_raw
    gen --scale standard --dtype f64 --format bin,npy
    assert_status 0
    hashes "$prepared" >reference
    local bin=$MNISTPREP
    again() {
        hashes "$prepared" | assert_same reference - || return 1
        rm -r "$prepared"
    }
    rm -r "$prepared"
    gen -j 1 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    gen -j 4 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    gen --jobs=2 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    TZ=Asia/Kolkata gen --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    (umask 077 && "$bin" -q --catalogue "$fixtures/gen.json" prep gen --scale standard \
        --dtype f64 --format bin,npy >/dev/null)
    [ "$(stat -c %a "$prepared/dataset.json")" = 600 ]
    [ "$(stat -c %a "$prepared/train-images.f64")" = 600 ]
    again
    (umask 022 && "$bin" -q --catalogue "$fixtures/gen.json" prep gen --scale standard \
        --dtype f64 --format bin,npy >/dev/null)
    [ "$(stat -c %a "$prepared/dataset.json")" = 644 ]
    [ "$(stat -c %a "$prepared/train-images.f64")" = 644 ]
    again
    mkdir elsewhere
    (cd elsewhere && "$bin" -q -C ../data --catalogue "$fixtures/gen.json" prep gen \
        --scale standard --dtype f64 --format bin,npy >/dev/null)
    again
}

@test "prep: the same bytes in a locale with a decimal comma" {
    need_comma_locale
    gen_raw
    LC_ALL=$comma_locale gen --scale 0.25,0.5
    assert_status 0
    check scale=0.25,0.5
    LC_ALL=$comma_locale gen --scale standard --smoothing 0.1
    assert_status 0
    check scale=standard smoothing=0.1
}

@test "prep: equals decode | normalize - and decode | onehot -" {
    gen_raw
    gen
    assert_status 0
    "$MNISTPREP" decode "data/gen/raw/${files[0]}" | "$MNISTPREP" normalize - >x.f32
    assert_same x.f32 "$prepared/train-images.f32"
    "$MNISTPREP" decode "data/gen/raw/${files[1]}" | "$MNISTPREP" onehot - >y.f32
    assert_same y.f32 "$prepared/train-onehot.f32"
    zcat "data/gen/raw/${files[2]}" | "$MNISTPREP" decode - | "$MNISTPREP" normalize - >t.f32
    assert_same t.f32 "$prepared/test-images.f32"
}

# --- again

@test "prep: a second time it does nothing and says so" {
    gen_raw
    gen
    assert_status 0
    local paths=$output
    snapshot data >before
    gen
    assert_status 0
    assert_stdout "$paths"
    [[ $stderr == *'up to date'* ]] || seen "expected: up to date"
    snapshot data >after
    assert_same before after
    gen -q
    assert_status 0
    assert_no_stderr
    assert_stdout "$paths"
    snapshot data >after
    assert_same before after
}

@test "prep: the same after a fetch with a receipt, also when only times changed" {
    mp -q --catalogue "$fixtures/gen.json" fetch gen --only-mirrors --mirror "$fixtures/gen-src"
    assert_status 0
    gen
    assert_status 0
    check
    snapshot "$prepared" >before
    touch -d 2001-02-03 data/gen/raw/*.gz
    gen
    assert_status 0
    [[ $stderr == *'up to date'* ]] || seen "expected: up to date"
    snapshot "$prepared" >after
    assert_same before after
}

@test "prep: every other recipe replaces the set and leaves nothing of the old one" {
    gen_raw
    local options
    gen
    assert_status 0
    gen --dtype f16
    assert_status 0
    check dtype=f16
    gen --dtype f16 --no-onehot
    assert_status 0
    check dtype=f16 onehot=0
    gen --dtype f16 --no-onehot --splits train
    assert_status 0
    check dtype=f16 onehot=0 splits=train
    gen --format npy
    assert_status 0
    check format=npy
    # the same names and sizes, other numbers
    gen --format npy --scale signed
    assert_status 0
    check format=npy scale=signed
    gen --format npy --scale signed --smoothing 0.1
    assert_status 0
    check format=npy scale=signed smoothing=0.1
    gen --label-dtype i64
    assert_status 0
    check label_dtype=i64
    gen
    assert_status 0
    check
    [[ $stderr != *'up to date'* ]] || seen "it was not up to date"
    for options in '--scale standard' '--scale 0.1,0.2' '--scale 0.1,0.25' '--scale none'; do
        # shellcheck disable=SC2086 # words are meant
        gen $options
        assert_status 0
        [[ $stderr != *'up to date'* ]] || seen "$options: it was not up to date"
        check "scale=${options#--scale }"
    done
}

@test "prep: changed sources of the same size are noticed" {
    gen_raw
    gen
    assert_status 0
    # Other labels, stored so that the size is the same.
    "$MNISTPREP_TEST_PYTHON" - "data/gen/raw/${files[1]}" <<'PY'
import gzip, sys, zlib
path = sys.argv[1]
old = open(path, 'rb').read()
p = bytearray(gzip.decompress(old))
for i in range(8, len(p) - 1):
    for value in range(10):
        q = bytearray(p)
        q[i], q[i + 1] = value, q[i]
        z = zlib.compressobj(6, zlib.DEFLATED, 31)
        new = z.compress(bytes(q)) + z.flush()
        if q != p and len(new) == len(old):
            open(path, 'wb').write(new)
            sys.exit()
raise SystemExit('no file of the same size found')
PY
    [ "$(stat -c %s "data/gen/raw/${files[1]}")" -eq "$(stat -c %s "$fixtures/gen-src/${files[1]}")" ]
    gen
    # Either prep refuses a source that is not the catalogue's, or makes the
    # set of the new source. It must not say that the old one is up to date.
    [[ $stderr != *'up to date'* ]] || seen "it was not up to date"
    if [ "$status" -eq 0 ]; then
        check
    else
        assert_status 3
        assert_error_line "${files[1]}"
    fi
}

@test "prep: changed sources, the old time put back, no receipt: still noticed" {
    gen_raw
    # A catalogue without hashes of the gz, so that another gz is no error.
    fixture catalogue payload.json --name gen --dir "$fixtures/gen-src" --title Generated --no-gz-hash
    mp --catalogue payload.json prep gen
    assert_status 0
    # The gz header's time field: the same size and payload, other bytes.
    touch -r "data/gen/raw/${files[0]}" stamp
    printf '\1\2\3\4' | dd of="data/gen/raw/${files[0]}" bs=1 seek=4 conv=notrunc status=none
    touch -r stamp "data/gen/raw/${files[0]}"
    mp --catalogue payload.json prep gen
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" "$fixtures/check.py" "$prepared" data/gen/raw gen payload.json
}

@test "prep: a prepared file that is missing or too short is made again" {
    gen_raw
    gen
    assert_status 0
    rm "$prepared/test-labels.u8"
    gen
    assert_status 0
    check
    truncate -s -4 "$prepared/train-images.f32"
    gen
    assert_status 0
    check
    # Without a manifest they may be anybody's: made again, or left alone.
    rm "$prepared/dataset.json"
    snapshot "$prepared" >before
    gen -q
    if [ "$status" -ne 0 ]; then
        assert_status 2
        assert_one_error_line force
        snapshot "$prepared" >after
        assert_same before after
        gen --force
        assert_status 0
    fi
    check
    local rubbish
    for rubbish in '' '{' '[]' 'null' '{"schema":"mnistprep.dataset/1"}' '{"schema":"mnistprep.dataset/2"}'; do
        printf '%s' "$rubbish" >"$prepared/dataset.json"
        gen --force
        assert_status 0
        check
    done
}

@test "prep -n writes nothing and says what it would do" {
    gen_raw
    gen -n
    assert_status 0
    [[ $stderr == *would*gen* ]] || seen "expected what it would do"
    assert_absent "$prepared"
    gen
    assert_status 0
    snapshot data >before
    gen --dry-run --dtype f16
    assert_status 0
    [[ $stderr == *would*gen* ]] || seen "expected what it would do"
    gen --dry-run
    assert_status 0
    [[ $stderr != *would* ]] || seen "there is nothing to do"
    snapshot data >after
    assert_same before after
}

# --- where to

@test "prep -o DIR" {
    gen_raw
    prepared='out put/é'
    gen -o "$prepared"
    assert_status 0
    [ "${lines[0]}" = "$prepared/train-images.f32" ]
    check
    assert_absent data/gen/prepared
    # Up to date there, too.
    snapshot "$prepared" >before
    gen --output "$prepared/"
    assert_status 0
    snapshot "$prepared" >after
    assert_same before after
}

@test "prep -o DIR with a foreign file of a name it would write: 2" {
    gen_raw
    prepared=mine
    mkdir mine
    echo 'my own data' >mine/train-images.f32
    echo 'my own notes' >mine/notes.txt
    snapshot mine >before
    gen -q -o mine
    assert_status 2
    assert_one_error_line 'train-images.f32.*force'
    snapshot mine >after
    assert_same before after
    gen -o mine --force
    assert_status 0
    [ "$(cat mine/notes.txt)" = 'my own notes' ]
    rm mine/notes.txt
    check
}

@test "prep: what lies beside the set and is not of it stays" {
    gen_raw
    gen
    assert_status 0
    echo 'my own notes' >"$prepared/notes.txt"
    gen --dtype f16
    assert_status 0
    [ "$(cat "$prepared/notes.txt")" = 'my own notes' ]
    rm "$prepared/notes.txt"
    check dtype=f16
}

@test "prep: a manifest that names files elsewhere removes nothing there" {
    gen_raw
    gen
    assert_status 0
    echo precious >precious
    cp precious "$prepared/../precious"
    "$MNISTPREP_TEST_PYTHON" - "$prepared/dataset.json" "$PWD/precious" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    m = json.load(f)
m['splits']['test']['onehot']['file'] = '../precious'
m['splits']['test']['labels']['file'] = sys.argv[2]
with open(sys.argv[1], 'w') as f:
    json.dump(m, f)
PY
    gen --dtype f16 --force
    [ "$(cat precious)" = precious ]
    [ "$(cat "$prepared/../precious")" = precious ]
}

@test "prep: a symbolic link under a name of the set is replaced, not followed" {
    gen_raw
    mkdir -p "$prepared"
    echo precious >precious
    ln -s "$PWD/precious" "$prepared/train-images.f32"
    gen
    if [ "$status" -ne 0 ]; then
        assert_status 2
        gen --force
        assert_status 0
    fi
    [ "$(cat precious)" = precious ]
    [ ! -L "$prepared/train-images.f32" ]
    check
}

@test "prep: leftovers of a killed run are cleared away" {
    gen_raw
    mkdir -p "$prepared"
    gen
    assert_status 0
    echo half >"$prepared/.mnistprep-tmp-4194303-0"
    gen --dtype f16
    assert_status 0
    check dtype=f16
}

# --- wrong input: the status, one line, nothing new, the old set as it was

# refuse STATUS REGEX: prep of what lies in data/gen/raw fails in this way,
# from nothing and over an old set (of another recipe, and of the same one).
refuse() {
    local recipe
    rm -rf "$prepared"
    gen -q
    assert_status "$1" || return 1
    assert_one_error_line "$2" || return 1
    assert_one_error_line '^mnistprep prep: ' || return 1
    assert_no_stdout || return 1
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared" || return 1
    rm -rf bad
    mv data/gen/raw bad
    for recipe in '--dtype f16 --no-onehot' ''; do
        gen_raw
        # shellcheck disable=SC2086 # words are meant
        gen -q $recipe
        assert_status 0 || return 1
        rm -r data/gen/raw
        cp -r bad data/gen/raw
        snapshot data >before
        gen -q
        assert_status "$1" || return 1
        assert_one_error_line "$2" || return 1
        snapshot data >after
        assert_same before after || return 1
        rm -r data/gen/raw
    done
}

@test "prep: swapped images and labels: 3, and says so" {
    gen_raw
    cp "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[1]}"
    cp "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[0]}"
    refuse 3 'swap|labels.*images|images.*labels'
}

@test "prep: counts that differ: 3" {
    gen_raw
    fixture rows "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --keep 1236
    refuse 3 '1237.*1236|1236.*1237'
}

@test "prep: label 10 of 10 classes: 3, with row and value" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --row 1234 --value 10
    refuse 3 '1234.*label 10|label 10.*1234'
}

@test "prep: label 255 in the last row of the last split: 3" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[3]}" "data/gen/raw/${files[3]}" --row 210 --value 255
    refuse 3 '210.*255|255.*210'
}

@test "prep --no-onehot: label 10 of 10 classes is still an error" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --row 5 --value 10
    gen -q --no-onehot
    assert_status 3
    assert_one_error_line "10"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

@test "prep: a truncated gz: 3" {
    gen_raw
    fixture truncate "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}" --keep 9000
    refuse 3 "${files[0]}.*(truncated|end|short|cut)"
}

@test "prep: a gz without its last byte: 3" {
    gen_raw
    fixture truncate "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --keep -1
    refuse 3 "${files[2]}.*(truncated|end|short|cut)"
}

@test "prep: a flipped bit in the last split: 3" {
    gen_raw
    fixture flip "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --at 6000
    refuse 3 "${files[2]}"
}

@test "prep: a wrong CRC, which only shows at the end: 3" {
    gen_raw
    fixture badcrc "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}.*(crc|checksum|damaged|corrupt)"
}

@test "prep: a web page: 3" {
    gen_raw
    fixture html "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}.*web page"
}

@test "prep: an empty file: 3" {
    gen_raw
    fixture empty "data/gen/raw/${files[3]}"
    refuse 3 "${files[3]}.*empty"
}

@test "prep: trailing bytes after the gz: 3" {
    gen_raw
    fixture trailing "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}"
}

@test "prep: an IDX with fewer bytes than its header says, in a good gz: 3" {
    gen_raw
    fixture idxheader "data/gen/raw/${files[0]}" --hex 00000803000004d5000000140000000d --payload 1000 --gz
    refuse 3 "${files[0]}"
}

@test "prep: floats instead of bytes, three dimensions of labels: 3" {
    gen_raw
    fixture idx "data/gen/raw/${files[0]}" --type f32 --shape 1237,20,13 --gz
    refuse 3 "${files[0]}"
    gen_raw
    fixture idx "data/gen/raw/${files[1]}" --shape 1237,1,1 --values labels:10 --gz
    refuse 3 "${files[1]}"
}

@test "prep: a header that claims 2^96 bytes: 3, at once" {
    gen_raw
    fixture idxheader "data/gen/raw/${files[0]}" --hex 00000803ffffffffffffffffffffffff --payload 1000 --gz
    refuse 3 "${files[0]}"
}

@test "prep: raw files that are missing: 1, with the command to run" {
    mp -q --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'mnistprep fetch gen'
    assert_absent data
    gen_raw
    rm "data/gen/raw/${files[3]}"
    refuse 1 "${files[3]}.*mnistprep fetch gen"
}

@test "prep --splits train needs no file of test" {
    gen_raw
    rm "data/gen/raw/${files[2]}" "data/gen/raw/${files[3]}"
    gen --splits train
    assert_status 0
    gen -q --splits test
    assert_status 1
    assert_one_error_line 'mnistprep fetch gen'
}

@test "prep: a raw file that cannot be read, or is a directory" {
    gen_raw
    rm "data/gen/raw/${files[0]}"
    mkdir "data/gen/raw/${files[0]}"
    gen -q
    [ "$status" -ne 0 ] || seen "expected an error"
    assert_one_error_line "${files[0]}"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

@test "prep: wrong options: 2, one line, nothing written" {
    gen_raw
    local options
    while IFS= read -r options; do
        # shellcheck disable=SC2086 # words are meant
        gen -q $options
        [ "$status" -eq 2 ] || seen "$options: expected status 2"
        assert_one_error_line . || { echo "options: $options" >&2; return 1; }
        [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
    done <<'OPTIONS'
--scale half
--scale 0.5
--scale 0.5,
--scale ,0.5
--scale 0.5,0
--scale 0.5,nan
--scale inf,1
--scale 0.5,1e-320
--scale 0,5,0,5
--dtype f8
--dtype u8 --scale unit
--dtype u8 --scale standard
--dtype bf16 --format npy
--dtype bf16 --format bin,npy
--label-dtype u16
--label-dtype f32
--smoothing 1.5
--smoothing -0.1
--smoothing nan
--smoothing x
--splits nope
--splits train,,test
--format csvx
-j 0
-j -1
-j x
-j 99999999999999999999
--no-such-option
train
OPTIONS
    local empty
    for empty in --scale --dtype --label-dtype --smoothing --splits --format -o -j; do
        gen -q "$empty" ''
        [ "$status" -eq 2 ] || seen "$empty '': expected status 2"
    done
}

@test "prep: unknown dataset: 2, with a suggestion" {
    mp -q prep fashion-mnits
    assert_status 2
    assert_one_error_line "did you mean 'fashion-mnist'"
    assert_absent data
}

@test "prep: a directory that cannot be written: 1" {
    gen_raw
    local dir=ro/set
    mkdir ro
    chmod 555 ro
    # root may write there all the same; sysfs takes no new files.
    [ "$(id -u)" -ne 0 ] || dir=/sys/kernel/mnistprep-test
    gen -q -o "$dir"
    chmod 755 ro
    assert_status 1
    assert_one_error_line "$dir"
}

@test "prep: an existing directory that cannot be written: 1" {
    gen_raw
    local dir=ro
    mkdir ro
    chmod 555 ro
    [ "$(id -u)" -ne 0 ] || dir=/sys/kernel
    gen -q -o "$dir"
    chmod 755 ro
    assert_status 1
    assert_one_error_line "$dir"
    assert_no_leftovers ro
}

@test "prep: an old set in a directory that became read-only stays whole" {
    gen_raw
    gen
    assert_status 0
    hashes "$prepared" >before
    if [ "$(id -u)" -eq 0 ]; then
        # Own mount namespace: nothing to undo.
        unshare -m true 2>/dev/null || skip "root, and no mount namespace"
        run --separate-stderr unshare -m bash -c '
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77
            shift; exec "$@"' - "$prepared" \
            "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen --dtype f16
        [ "$status" -ne 77 ] || skip "root, and mounting is refused"
    else
        chmod 555 "$prepared"
        gen -q --dtype f16
        chmod 755 "$prepared"
    fi
    assert_status 1
    assert_one_error_line prepared
    hashes "$prepared" >after
    assert_same before after
    check
}

@test "prep: -o is a file, or a name too long" {
    gen_raw
    echo x >file
    gen -q -o file
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line file
    [ "$(cat file)" = x ]
    gen -q -o "$(printf 'n%.0s' {1..300})"
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line .
    gen -q -o "$(printf 'd%.0s/' {1..3000})"
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line .
}

@test "prep: a file size limit: 1, nothing left, an old set as it was" {
    gen_raw
    gen --dtype u8 --scale none --no-onehot
    assert_status 0
    hashes "$prepared" >before
    run --separate-stderr bash -c 'ulimit -f 500; exec "$@"' - "$MNISTPREP" -q \
        --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'large|limit|space|full'
    hashes "$prepared" >after
    assert_same before after
}

@test "prep: a disk that is full: 1, nothing left" {
    gen_raw
    unshare -m true 2>/dev/null || skip "no mount namespace"
    mkdir small
    run --separate-stderr unshare -m bash -c '
        mount -t tmpfs -o size=700k none small || exit 77
        "$@" -o small/set
        status=$?
        find small -type f
        exit $status' - "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen
    [ "$status" -ne 77 ] || skip "mounting is refused"
    assert_status 1
    assert_one_error_line 'space'
    assert_no_stdout
}

@test "prep > /dev/full: 1" {
    gen_raw
    run --separate-stderr bash -c 'exec "$@" >/dev/full' - "$MNISTPREP" -q \
        --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'standard output|stdout|space'
}

# python starts it: a shell's background job would ignore SIGINT.
@test "prep: SIGINT and SIGTERM: cleans up, keeps the old set, dies by the signal" {
    fixture dataset big-src --train 12000 --test 10
    fixture catalogue big.json --name gen --dir big-src
    mkdir -p data/gen
    mv big-src data/gen/raw
    mp --catalogue big.json prep gen --splits test
    assert_status 0
    hashes data/gen/prepared >before
    "$MNISTPREP_TEST_PYTHON" - "$MNISTPREP" -q --catalogue big.json prep gen --dtype f64 <<'PY'
import glob, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    end = time.monotonic() + 20
    while time.monotonic() < end and p.poll() is None:
        if glob.glob('data/gen/prepared/.mnistprep-tmp-*'):
            break
        time.sleep(0.001)
    p.send_signal(number)
    _, stderr = p.communicate(timeout=30)
    print(number, p.returncode, stderr, file=sys.stderr)
    assert p.returncode == -number, p.returncode
PY
    hashes data/gen/prepared >after
    assert_same before after
    assert_no_leftovers data/gen/prepared test-images.f32 test-labels.u8 test-onehot.f32 dataset.json
}

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

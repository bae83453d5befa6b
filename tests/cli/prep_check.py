#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Is there exactly the set that a recipe asks for, byte for byte what numpy
says, with the manifest of design.md section 5?

prep_check.py PREPARED RAW DATASET CATALOGUE [key=value...]
"""
import gzip
import hashlib
import json
import math
import os
import struct
import subprocess
import sys
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

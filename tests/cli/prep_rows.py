#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What prep_rows.bats compares with: numpy's opinion of a prepared set, and generated sources with duplicates and writers."""
import gzip
import hashlib
import json
import math
import os
import struct
import sys
from fractions import Fraction

import numpy as np

STEMS = {'train': 'train', 'test': 't10k'}
TYPES = {'u8': '<u1', 'i32': '<i4', 'i64': '<i8', 'f16': '<f2', 'bf16': '<u2',
         'f32': '<f4', 'f64': '<f8', 'u32': '<u4'}


def idx_read(path):
    with gzip.open(path) as f:
        p = f.read()
    kind = {8: '>u1', 12: '>i4'}[p[2]]
    shape = struct.unpack('>%dI' % p[3], p[4:4 + 4 * p[3]])
    return np.frombuffer(p, kind, offset=4 + 4 * p[3]).reshape(shape)


def idx_write(path, a):
    kind = {'u1': 8, 'i4': 12}[a.dtype.str[1:]]
    head = struct.pack('>4B%dI' % a.ndim, 0, 0, kind, a.ndim, *a.shape)
    with open(path, 'wb') as f:
        f.write(gzip.compress(head + a.tobytes(), 1, mtime=0))


def source(raw, split, part):
    return idx_read('%s/%s-%s-ubyte.gz' % (
        raw, STEMS[split], {'images': 'images-idx3', 'labels': 'labels-idx1'}[part]))


# --- pictures

def axis(old, new, how):
    """For each new position: two old ones, and the weight of the second in
    2*new-ths."""
    i = np.arange(new, dtype=np.int64)
    if how == 'nearest':
        near = (2 * i + 1) * old // (2 * new)
        return near, near, 0 * i
    at = (2 * i + 1) * old - new
    low = at // (2 * new)
    return (np.clip(low, 0, old - 1), np.clip(low + 1, 0, old - 1),
            at - low * 2 * new)


def geometry(a, o):
    a = a.astype(np.int64)
    if o['transpose']:
        a = a.transpose(0, 2, 1)
    if o['invert']:
        a = 255 - a
    if o['size']:
        h, w = (int(t) for t in o['size'].split('x'))
        y0, y1, fy = axis(a.shape[1], h, o['resample'])
        x0, x1, fx = axis(a.shape[2], w, o['resample'])
        a = a[:, y0] * (2 * h - fy)[:, None] + a[:, y1] * fy[:, None]
        a = a[:, :, x0] * (2 * w - fx) + a[:, :, x1] * fx
        den = 4 * h * w
        a = (2 * a + den) // (2 * den)
    p = int(o['pad'])
    return np.pad(a, ((0, 0), (p, p), (p, p))).astype(np.uint8)


# --- numbers

def bf16(x):
    """float64 to bf16, rounded once, to nearest even (no subnormals)."""
    m, e = np.frexp(x)
    r = np.ldexp(np.rint(np.ldexp(m, 8)), e - 8).astype(np.float32)
    return (r.view(np.uint32) >> np.uint32(16)).astype('<u2')


def close(got, want, what):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    assert got.shape == want.shape, (what, got.shape, want.shape)
    bad = np.abs(got - want) > 5e-16 * np.abs(want)
    assert not bad.any(), (what, got[bad][:5], want[bad][:5])


def fitted(train, o, recipe):
    """mean, std, and where there is nothing to divide by."""
    train = train.astype(np.int64)
    if o['scale'] == 'standard':
        train = train.reshape(-1, 1)
    else:
        train = train.reshape(len(train), -1)
    n = len(train)
    s, q = train.sum(0), (train * train).sum(0)
    mean = np.array([float(Fraction(int(a), 255 * n)) for a in s])
    std = np.array([math.sqrt(Fraction(n * int(b) - int(a) ** 2, (255 * n) ** 2))
                    for a, b in zip(s, q)])
    flat = n * q == s * s
    # What is written down must be right, and is all that a reader has.
    m, d = (np.array(recipe[k], np.float64).reshape(-1) for k in ('mean', 'std'))
    close(m, mean, 'mean')
    close(np.where(flat, 0, d), np.where(flat, 0, std), 'std')
    return m, d, flat


def numbers(a, o, constants):
    x = a.reshape(len(a), -1).astype(np.float64)
    scale = o['scale']
    if scale == 'unit':
        x = x / 255
    elif scale == 'signed':
        x = x / 127.5 - 1
    elif ',' in scale:
        m, d = map(float, scale.split(','))
        x = (x / 255 - m) / d
    elif scale != 'none':
        m, d, flat = constants
        x = np.where(flat, 0.0, (x / 255 - m) / np.where(flat, 1, d))
    if o['dtype'] == 'bf16':
        return bf16(x)
    return x.astype(TYPES[o['dtype']])


# --- rows

def candidates(raw, split, o):
    """Source rows after --classes and --drop-duplicates, in source order."""
    labels = source(raw, split, 'labels')
    keep = np.ones(len(labels), bool)
    if o['classes']:
        keep = np.isin(labels, [int(c) for c in o['classes'].split(',')])
    rows = np.nonzero(keep)[0]
    if o['drop_duplicates'] and split == 'train':
        test = source(raw, 'test', 'images')
        seen, out = {r.tobytes() for r in test}, []
        images = source(raw, 'train', 'images')
        for r in rows:
            key = images[r].tobytes()
            if key not in seen:
                seen.add(key)
                out.append(r)
        rows = np.array(out, np.int64)
    return rows


def shortened(rows, labels, o):
    seen, out = {}, []
    for r in rows:
        c = int(labels[r])
        seen[c] = seen.get(c, 0) + 1
        if not int(o['per_class']) or seen[c] <= int(o['per_class']):
            out.append(r)
    return np.array(out[:int(o['limit']) or None], np.int64)


def load(prepared, name, kind):
    return np.fromfile('%s/%s' % (prepared, name), TYPES[kind])


def spread(counts, what):
    assert counts.max() - counts.min() <= 1, (what, counts)


def even(part, labels, total, what):
    """part: labels of a piece of `total`; each class by its share."""
    classes, n = np.unique(total, return_counts=True)
    for c, k in zip(classes, n):
        got = int((part == c).sum())
        off = abs(got - Fraction(int(k) * len(part), len(total)))
        assert off <= 1, '%s: class %d has %d rows, its share is %g' % (
            what, c, got, k * len(part) / len(total))


def check_rows(prepared, raw, o, full):
    labels = {s: source(raw, s, 'labels') for s in STEMS}
    rows = {s: load(prepared, s + '-rows.u32', 'u32').astype(np.int64)
            for s in ('train', 'test') + (('val',) if o['val'] else ())}
    of = {'train': 'train', 'val': 'train', 'test': 'test'}
    if full:
        # The same without --limit and --per-class: these are its first rows.
        for s, got in rows.items():
            whole = load(full, s + '-rows.u32', 'u32').astype(np.int64)
            want = shortened(whole, labels[of[s]], o)
            assert len(want) < len(whole), s
            assert (len(got) == len(want)) and (got == want).all(), (s, got, want)
    else:
        have = candidates(raw, 'train', o)
        parts = [rows['train']] + ([rows['val']] if o['val'] else [])
        every = np.sort(np.concatenate(parts))
        assert len(every) == len(have) and (every == have).all(), 'no partition'
        if o['val']:
            v = Fraction(o['val'])
            n = math.floor(v * len(have) + Fraction(1, 2)) if v < 1 else int(v)
            got = len(rows['val'])
            assert got == n, 'val has %d rows, not %d' % (got, n)
            if o['stratify']:
                even(labels['train'][rows['val']], labels, labels['train'][have], 'val')
        other = np.sort(rows['test'])
        want = candidates(raw, 'test', o)
        assert len(other) == len(want) and (other == want).all(), 'test'
    for s, r in rows.items():
        ascending = (np.diff(r) > 0).all()
        assert ascending != bool(o['shuffle']), '%s: order %s' % (s, r[:20])
    if o['folds']:
        k, f = int(o['folds']), load(prepared, 'train-folds.u8', 'u8')
        assert len(f) == len(rows['train'])
        sizes = np.bincount(f, minlength=k)
        assert len(sizes) == k and sizes.min() > 0, sizes
        if o['stratify']:
            here = labels['train'][rows['train']]
            for c in np.unique(here):
                spread(np.bincount(f[here == c], minlength=k), 'class %d' % c)
        else:
            spread(sizes, 'folds')
    return rows, of


def check(prepared, raw, words):
    o = dict(scale='unit', dtype='f32', label_dtype='u8', val='', stratify='', folds='',
             shuffle='', classes='', relabel='', limit='0', per_class='0',
             drop_duplicates='', transpose='', invert='', size='', pad='0',
             resample='bilinear', layout='hw', full='', smoothing='0')
    for word in words:
        key, value = word.split('=', 1)
        assert key in o, key
        o[key] = value
    with open(prepared + '/dataset.json', encoding='utf-8') as f:
        manifest = json.load(f)
    if o['limit'] != '0' or o['per_class'] != '0' or any(
            o[k] for k in ('val', 'folds', 'shuffle', 'classes', 'drop_duplicates')):
        rows, of = check_rows(prepared, raw, o, o['full'])
    else:
        assert not os.path.exists(prepared + '/train-rows.u32')
        rows = {s: candidates(raw, s, o) for s in STEMS}
        of = {s: s for s in STEMS}
    assert set(manifest['splits']) == set(rows), list(manifest['splits'])
    pictures = {s: geometry(source(raw, of[s], 'images')[r], o) for s, r in rows.items()}
    constants = None
    if o['scale'] in ('standard', 'pixel-standard'):
        constants = fitted(pictures['train'], o, manifest['recipe'])
    codes = np.arange(256)
    width = int(source(raw, 'train', 'labels').max()) + 1
    if o['relabel']:
        chosen = [int(c) for c in o['classes'].split(',')]
        codes[chosen] = np.arange(len(chosen))
        width = len(chosen)
    assert len(manifest['classes']) == width, manifest['classes']
    for s, r in rows.items():
        d = manifest['splits'][s]
        assert d['count'] == len(r), (s, d['count'], len(r))
        assert s == of[s] or d['from'] == of[s], d
        want = numbers(pictures[s], o, constants)
        got = load(prepared, '%s-images.%s' % (s, o['dtype']), o['dtype'])
        assert got.size == want.size, (s, got.size, want.size)
        bad = np.nonzero(got.view('u1') != want.reshape(-1).view('u1'))[0] // want.itemsize
        if len(bad):
            raise SystemExit('%s: %d values differ, the first at %d: %r, expected %r' % (
                s, len(bad), bad[0], got[bad[0]], want.reshape(-1)[bad[0]]))
        n, h, w = pictures[s].shape
        shape = {'hw': [n, h, w], 'hwc': [n, h, w, 1], 'chw': [n, 1, h, w]}[o['layout']]
        assert d['images']['shape'] == shape, (d['images']['shape'], shape)
        code = codes[source(raw, of[s], 'labels')[r]]
        got = load(prepared, '%s-labels.%s' % (s, o['label_dtype']), o['label_dtype'])
        assert len(got) == len(code) and (got == code).all(), (s, 'labels')
        got = load(prepared, s + '-onehot.f32', 'f32').reshape(len(r), -1)
        e = float(o['smoothing'])
        table = np.full((width, width), e / width)
        np.fill_diagonal(table, 1 - e + e / width)
        assert (got == table.astype(np.float32)[code]).all(), (s, 'onehot')


def sums(prepared):
    """The digests of dataset.json and of SHA256SUMS, against the files."""
    with open(prepared + '/dataset.json', encoding='utf-8') as f:
        manifest = json.load(f)
    said = {}
    for split in manifest['splits'].values():
        for part in split.values():
            if isinstance(part, dict):
                said[part['file']] = part['sha256']
    there = set(os.listdir(prepared)) - {'dataset.json', 'SHA256SUMS'}
    assert set(said) == there, (set(said) ^ there)
    for name, want in said.items():
        with open(prepared + '/' + name, 'rb') as f:
            assert hashlib.sha256(f.read()).hexdigest() == want, name
    with open(prepared + '/SHA256SUMS', encoding='utf-8') as f:
        lines = dict(reversed(t.split(None, 1)) for t in f.read().splitlines())
    assert lines == said, (lines, said)


def same_constants(fitted_on, prepared, raw):
    """The constants of one set, used on another."""
    a, b = (json.load(open(d + '/dataset.json', encoding='utf-8'))['recipe']
            for d in (fitted_on, prepared))
    assert a['mean'] == b['mean'] and a['std'] == b['std']
    x = source(raw, 'train', 'images').reshape(90, -1) / 255
    want = ((x - np.ravel(a['mean'])) / np.ravel(a['std'])).astype('<f4')
    assert (load(prepared, 'train-images.f32', 'f32') == want.ravel()).all()


# --- sources

def duplicates(raw):
    """Rows 7, 11 of train become row 3, row 20 a row of test, and two rows of
    test become equal."""
    a, t = source(raw, 'train', 'images').copy(), source(raw, 'test', 'images').copy()
    y, u = source(raw, 'train', 'labels').copy(), source(raw, 'test', 'labels').copy()
    a[[7, 11]], y[[7, 11]] = a[3], y[3]
    a[20], y[20] = t[4], u[4]
    t[6], u[6] = t[5], u[5]
    for s, images, labels in (('train', a, y), ('test', t, u)):
        idx_write('%s/%s-images-idx3-ubyte.gz' % (raw, STEMS[s]), images)
        idx_write('%s/%s-labels-idx1-ubyte.gz' % (raw, STEMS[s]), labels)


def writers(n, wrong):
    """data/mnist, data/qmnist, both.json: n rows of 40 writers; the class of
    row `wrong` differs between the two."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (n, 4, 3), np.uint8)
    labels = rng.integers(0, 10, n).astype(np.uint8)
    table = rng.integers(0, 1000, (n, 8)).astype('>i4')
    table[:, 0] = labels
    table[:, 2] = 100 + rng.integers(0, 40, n)
    if wrong >= 0:
        table[wrong, 0] = (labels[wrong] + 1) % 10

    def entry(path, a):
        idx_write(path, a)
        with open(path, 'rb') as f:
            data = f.read()
        plain = gzip.decompress(data)
        return {'file': os.path.basename(path), 'bytes': len(data),
                'sha256': hashlib.sha256(data).hexdigest(),
                'payload': {'bytes': len(plain),
                            'sha256': hashlib.sha256(plain).hexdigest()}}

    sets = []
    for name in ('mnist', 'qmnist'):
        raw = 'data/%s/raw' % name
        os.makedirs(raw, exist_ok=True)
        splits = []
        for s, stop in (('train', n), ('test', 30)):
            if name == 'mnist':
                i, t = ('%s-%s-ubyte.gz' % (STEMS[s], k) for k in ('images-idx3', 'labels-idx1'))
                said = labels[:stop]
            else:
                i, t = ('qmnist-%s-%s.gz' % (s, k) for k in ('images-idx3-ubyte', 'labels-idx2-int'))
                said = table[:stop]
            splits.append({'name': s, 'images': entry(raw + '/' + i, images[:stop]),
                           'labels': entry(raw + '/' + t, said)})
        sets.append({'name': name, 'title': name, 'licence': 'MIT',
                     'homepage': 'https://example.org/', 'classes': [str(c) for c in range(10)],
                     'mirrors': ['http://127.0.0.1:9/'], 'splits': splits})
    sets[1]['label_column'] = 0
    with open('both.json', 'w', encoding='utf-8') as f:
        json.dump({'schema': 'mnistprep.catalogue/1', 'datasets': sets}, f)


def groups(prepared, wanted, folds):
    """No writer on two sides; val as large as the writers allow."""
    who = idx_read('data/qmnist/raw/qmnist-train-labels-idx2-int.gz')[:, 2]
    train = who[load(prepared, 'train-rows.u32', 'u32')]
    parts = [train]
    if wanted:
        val = load(prepared, 'val-rows.u32', 'u32')
        assert 0 < len(val) <= wanted, len(val)
        # No writer has so many rows that half would be left empty.
        assert len(val) > wanted - np.bincount(who).max(), (len(val), wanted)
        assert not set(who[val]) & set(train), 'a writer in train and val'
        parts.append(who[val])
    assert len(np.concatenate(parts)) == len(who)
    assert (np.bincount(np.concatenate(parts)) == np.bincount(who)).all()
    if folds:
        f = load(prepared, 'train-folds.u8', 'u8')
        assert len(f) == len(train) and set(f) == set(range(folds)), set(f)
        for w in set(train):
            assert len(set(f[train == w])) == 1, 'writer %d in two folds' % w


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == 'check':
        check(args[0], args[1], args[2:])
    elif what == 'sums':
        sums(args[0])
    elif what == 'same_constants':
        same_constants(*args)
    elif what == 'duplicates':
        duplicates(args[0])
    elif what == 'writers':
        writers(int(args[0]), int(args[1]) if args[1:] else -1)
    elif what == 'groups':
        groups(args[0], int(args[1]), int(args[2]))
    else:
        raise SystemExit('what is %r?' % what)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fixtures for what lies in archives or has another form than MNIST's four
files: EMNIST's zip, QMNIST's labels of eight columns, K49's npz. And what numpy
has to say on what mnistprep makes of them.

Datasets: each leaves in DIR the files to be served in `src/`, a catalogue in
`NAME.json`, and the arrays that come out in `expected.npz`.
  emnist DIR [--name letters] [--classes 26] [--base 1] [--train N] [--test N]
         [--shape 28,28] [--pad BYTES] [--pin sha256|seen]
      src/gzip.zip with members gzip/emnist-NAME-..., BYTES that cannot be
      compressed around them, and the members in DIR/loose/
  qmnist DIR        splits train, test, test10k, test50k, nist (xz)
  k49 DIR [--deflated] [--label-type u1]

Archives
  zip OUT DIR [--flaw FLAW] [--member NAME] [--prefix gzip/] [--pad BYTES]
      of the files in DIR, sorted, with one flaw: see FLAWS below
  npz OUT NAME=FILE.npy...      an archive of several arrays

Files
  edit CATALOGUE PATH=JSON...   splits.0.images.sha256="..."; null removes;
                                the path begins in the first dataset
  get CATALOGUE PATH            that value, as text
  xz IN OUT, repack IN OUT, gunzip IN OUT   the same payload
  label IN OUT ROW VALUE        changes one label of a gz file of u8 labels
  tree DIR                      names, sizes and hashes of all below it

Comparisons: silent when right; else they say what is wrong, and exit with 1
  check-prep SET EXPECTED SPLIT [--as-published]
  check-stats JSON EXPECTED [--as-published]
  check-dump PNG EXPECTED SPLIT INDEX [--as-published]
"""
import hashlib
import io
import json
import lzma
import os
import random
import struct
import sys
import zlib

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import make_fixtures as fx  # noqa: E402
from make_fixtures import np  # noqa: E402


# --- zip, by hand: zipfile refuses to write what is wrong

class Member:
    """Local header, data and directory entry; each field can be made to lie."""

    def __init__(self, name, data, method=0):
        self.name = self.local_name = name.encode()
        self.method = method
        self.packed = fx.deflate_raw(data) if method == 8 else data
        self.crc = zlib.crc32(data)
        self.bytes = self.local_bytes = len(data)
        self.packed_bytes = self.local_packed_bytes = len(self.packed)
        self.flags = 0
        self.attributes = 0o100644 << 16
        self.zip64 = False
        self.descriptor = False
        self.at = None

    def extra(self, numbers):
        if not self.zip64:
            return b''
        return struct.pack('<HH%dQ' % len(numbers), 1, 8 * len(numbers),
                           *numbers)

    def local(self):
        flags = self.flags | (8 if self.descriptor else 0)
        crc = 0 if self.descriptor else self.crc
        packed_bytes = 0 if self.descriptor else self.local_packed_bytes
        size = 0 if self.descriptor else self.local_bytes
        extra = self.extra([size, packed_bytes])
        if self.zip64:
            size = packed_bytes = 0xffffffff
        head = struct.pack('<4s5HIIIHH', b'PK\3\4', 45 if self.zip64 else 20,
                           flags, self.method, 0, 0x21, crc, packed_bytes,
                           size, len(self.local_name), len(extra))
        tail = b''
        if self.descriptor:
            tail = struct.pack('<4sIII', b'PK\7\10', self.crc,
                               self.packed_bytes, self.bytes)
        return head + self.local_name + extra + self.packed + tail

    def entry(self):
        flags = self.flags | (8 if self.descriptor else 0)
        size, packed_bytes, at = self.bytes, self.packed_bytes, self.at
        extra = self.extra([size, packed_bytes, at])
        if self.zip64:
            size = packed_bytes = at = 0xffffffff
        return struct.pack(
            '<4s6H3I5H2I', b'PK\1\2', 3 << 8 | 45, 45 if self.zip64 else 20,
            flags, self.method, 0, 0x21, self.crc, packed_bytes, size,
            len(self.name), len(extra), 0, 0, 0, self.attributes,
            at) + self.name + extra


def write_zip(path, members, zip64=False, comment=b'', stub=b''):
    out = io.BytesIO()
    out.write(stub)
    for m in members:
        if m.at is None:
            m.at = out.tell()
            out.write(m.local())
    at = out.tell()
    for m in members:
        out.write(m.entry())
    end = out.tell()
    count, size, start = len(members), end - at, at
    if zip64:
        out.write(struct.pack('<4sQHHIIQQQQ', b'PK\6\6', 44, 45, 45, 0, 0,
                              count, count, size, at))
        out.write(struct.pack('<4sIQI', b'PK\6\7', 0, end, 1))
        count, size, start = 0xffff, 0xffffffff, 0xffffffff
    out.write(struct.pack('<4s4HIIH', b'PK\5\6', 0, 0, count, count, size,
                          start, len(comment)) + comment)
    fx.write(path, out.getvalue())


def noise(n, seed):
    return random.Random(seed).randbytes(n)


def members_of(directory, prefix, pad):
    """The files of a directory, with noise before, between and after."""
    names = sorted(os.listdir(directory))
    share = pad // (len(names) + 1)
    members = []
    for i, name in enumerate(names):
        if share:
            members.append(Member('%sfiller-%d.bin' % (prefix, i),
                                  noise(share, i)))
        data = fx.read(os.path.join(directory, name))
        members.append(Member(prefix + name, data, 8 * (i % 2)))
    if share:
        members.append(Member(prefix + 'filler-last.bin', noise(share, 99)))
    return members


# What can be asked of `zip`: gets all members and the one it is about.
FLAWS = {}


def flaw(name):
    def register(function):
        FLAWS[name] = function
        return function
    return register


def renamed(name):
    def change(members, m):
        m.name = m.local_name = name(m.name)
    return change


FLAWS['parent'] = renamed(lambda name: b'../' + name)
FLAWS['absolute'] = renamed(lambda name: b'/' + name)
FLAWS['dot'] = renamed(lambda name: b'./' + name)
FLAWS['backslash'] = renamed(lambda name: name.replace(b'/', b'\\'))
FLAWS['deeper'] = renamed(lambda name: b'other/' + name)
FLAWS['case'] = renamed(lambda name: name.upper())
FLAWS['nul'] = renamed(lambda name: name + b'\0.txt')


@flaw('zip64')
def flaw_zip64(members, m):
    for each in members:
        each.zip64 = True


@flaw('descriptor')
def flaw_descriptor(members, m):
    for each in members:
        each.descriptor = True


@flaw('crc')
def flaw_crc(members, m):
    m.crc ^= 1


@flaw('bit')
def flaw_bit(members, m):
    half = len(m.packed) // 2
    m.packed = (m.packed[:half] + bytes([m.packed[half] ^ 1]) +
                m.packed[half + 1:])


@flaw('size-more')
def flaw_size_more(members, m):
    m.bytes = m.local_bytes = m.bytes + 100


@flaw('size-less')
def flaw_size_less(members, m):
    m.bytes = m.local_bytes = m.bytes - 100


@flaw('size-huge')
def flaw_size_huge(members, m):
    m.bytes = m.local_bytes = 0xfffffff0


@flaw('size-directory')
def flaw_size_directory(members, m):
    m.bytes += 100


@flaw('packed-more')
def flaw_packed_more(members, m):
    m.packed_bytes = m.local_packed_bytes = m.packed_bytes + 100


@flaw('packed-less')
def flaw_packed_less(members, m):
    m.packed_bytes = m.local_packed_bytes = m.packed_bytes - 100


@flaw('packed-outside')
def flaw_packed_outside(members, m):
    m.packed_bytes = m.local_packed_bytes = 0x7fffffff


@flaw('zip64-huge')
def flaw_zip64_huge(members, m):
    m.zip64 = True
    m.bytes = m.local_bytes = (1 << 64) - 1
    m.packed_bytes = m.local_packed_bytes = (1 << 63) + 5


@flaw('missing')
def flaw_missing(members, m):
    members.remove(m)


@flaw('twice')
def flaw_twice(members, m):
    twin = Member('x', fx.gz(b'something else entirely'))
    twin.name = twin.local_name = m.name
    members.append(twin)


@flaw('overlap')
def flaw_overlap(members, m):
    twin = Member('x', b'')
    twin.__dict__.update(m.__dict__)
    twin.name = b'gzip/another-name'
    twin.at = 0
    members.append(twin)
    members.remove(m)
    members.insert(0, m)


@flaw('encrypted')
def flaw_encrypted(members, m):
    m.flags |= 1


@flaw('symlink')
def flaw_symlink(members, m):
    link = Member('x', b'../../../victim')
    link.name = link.local_name = m.name
    link.attributes = 0o120777 << 16
    members[members.index(m)] = link


@flaw('folder')
def flaw_folder(members, m):
    m.attributes = 0o040755 << 16 | 0x10


@flaw('method')
def flaw_method(members, m):
    m.method = 12


@flaw('other-header')
def flaw_other_header(members, m):
    m.local_name = m.local_name.replace(b'emnist', b'EMNIST')


@flaw('hostile-others')
def flaw_hostile_others(members, m):
    """The right members, in bad company."""
    base = m.name.rpartition(b'/')[2]
    for name in (b'../' + base, b'../../' + base, b'/tmp/mnistprep-' + base,
                 b'gzip\\' + base, b'..\\' + base, b'C:\\' + base,
                 b'gzip/../../' + base, base):
        bad = Member('x', b'evil')
        bad.name = bad.local_name = name
        members.insert(0, bad)
    link = Member('gzip', b'/tmp')
    link.attributes = 0o120777 << 16
    members.insert(0, link)


def cmd_zip(o):
    members = members_of(o.dir, o.prefix, o.pad)
    name = (o.prefix + o.member).encode() if o.member else None
    about = [m for m in members if m.name == name] or [
        m for m in members if b'filler' not in m.name]
    options = {}
    if o.flaw == 'comment':
        options['comment'] = b'c' * 65535
    elif o.flaw == 'stub':
        options['stub'] = b'#!/bin/sh\n' + noise(3000, 5)
    elif o.flaw in ('html', 'cut', 'empty'):
        pass
    elif o.flaw:
        FLAWS[o.flaw](members, about[0])
    write_zip(o.out, members, zip64=o.flaw in ('zip64', 'zip64-huge'),
              **options)
    if o.flaw == 'html':
        page = b'<!DOCTYPE html><html><title>Gone</title>moved</html>\n'
        fx.write(o.out, page * 3000)
    elif o.flaw == 'cut':
        whole = fx.read(o.out)
        fx.write(o.out, whole[:len(whole) * 7 // 10])
    elif o.flaw == 'empty':
        fx.write(o.out, b'')


def cmd_npz(o):
    members = []
    for word in o.array:
        name, _, path = word.partition('=')
        members.append(Member(name, fx.read(path)))
    write_zip(o.out, members)


# --- datasets

def xz(data):
    return lzma.compress(data, preset=0)


def hashes(data):
    return {'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def catalogue(path, **dataset):
    dataset = {'title': 'Generated', 'licence': 'MIT',
               'homepage': 'https://example.org/',
               'mirrors': ['http://127.0.0.1:9/'], **dataset}
    text = json.dumps({'schema': 'mnistprep.catalogue/1',
                       'datasets': [dataset]}, indent=1)
    fx.write(path, (text + '\n').encode())


def expect(o, **arrays):
    np.savez(os.path.join(o.dir, 'expected.npz'), **arrays)


def cmd_emnist(o):
    h, w = fx.shape_of(o.shape)
    loose = os.path.join(o.dir, 'loose')
    os.makedirs(loose)
    os.makedirs(os.path.join(o.dir, 'src'))
    splits, arrays = [], {}
    for i, (split, n) in enumerate((('train', o.train), ('test', o.test))):
        images = fx.values('pixels', (n, h, w), 'u1', 100 + i)
        labels = fx.values('labels:%d' % o.classes, (n,), 'u1', 200 + i)
        published = labels + np.uint8(o.base)
        arrays[split + '-images'] = images.transpose(0, 2, 1)
        arrays[split + '-labels'] = labels
        arrays[split + '-published-images'] = images
        arrays[split + '-published-labels'] = published
        entry = {'name': split, 'count': n}
        for part, a in (('images', images), ('labels', published)):
            name = 'emnist-%s-%s-%s-idx%d-ubyte.gz' % (o.name, split, part,
                                                       a.ndim)
            data = fx.gz(fx.idx(a))
            fx.write(os.path.join(loose, name), data)
            pin = 'sha256_seen' if o.pin == 'seen' else 'sha256'
            entry[part] = {'file': name, 'member': 'gzip/' + name,
                           pin: hashlib.sha256(data).hexdigest()}
        splits.append(entry)
    path = os.path.join(o.dir, 'src', 'gzip.zip')
    write_zip(path, members_of(loose, 'gzip/', o.pad))
    quirks = {'label_base': o.base} if o.base else {}
    catalogue(os.path.join(o.dir, o.name + '.json'), name=o.name,
              classes=[chr(65 + i) for i in range(o.classes)],
              transposed=True, archive={'file': 'gzip.zip',
                                        **hashes(fx.read(path))},
              splits=splits, **quirks)
    expect(o, **arrays)


def cmd_qmnist(o):
    src = os.path.join(o.dir, 'src')
    os.makedirs(src)
    arrays, entries = {}, {}
    for i, (split, n, pack, suffix) in enumerate((
            ('train', 50, fx.gz, 'gz'), ('test', 40, fx.gz, 'gz'),
            ('nist', 70, xz, 'xz'))):
        images = fx.values('pixels', (n, 28, 28), 'u1', 300 + i)
        labels = fx.values('random', (n, 8), '>i4', 400 + i)
        labels[:, 0] = fx.values('labels:10', (n,), 'u1', 500 + i)
        arrays[split + '-images'] = images
        arrays[split + '-labels'] = labels[:, 0].astype('u1')
        stem = 'xnist' if split == 'nist' else 'qmnist-' + split
        entries[split] = {}
        for part, raw, form in (('images', fx.idx(images), 'idx3-ubyte'),
                                ('labels', fx.idx(labels, 'i32'), 'idx2-int')):
            name = '%s-%s-%s.%s' % (stem, part, form, suffix)
            data = pack(raw)
            fx.write(os.path.join(src, name), data)
            entries[split][part] = {'file': name, **hashes(data),
                                    'payload': hashes(raw)}
    splits = []
    for split, of, first, count in (
            ('train', 'train', None, 50), ('test', 'test', None, 40),
            ('test10k', 'test', 0, 10), ('test50k', 'test', 10, 30),
            ('nist', 'nist', None, 70)):
        splits.append({'name': split, 'count': count, **entries[of]})
        if first is not None:
            splits[-1]['first_row'] = first
            for part in ('images', 'labels'):
                arrays['%s-%s' % (split, part)] = \
                    arrays['%s-%s' % (of, part)][first:first + count]
    catalogue(os.path.join(o.dir, 'qm.json'), name='qm', label_column=0,
              classes=[str(i) for i in range(10)], splits=splits)
    expect(o, **arrays)


def cmd_k49(o):
    src = os.path.join(o.dir, 'src')
    os.makedirs(src)
    arrays, splits = {}, []
    for i, (split, n) in enumerate((('train', 120), ('test', 60))):
        images = fx.values('pixels', (n, 28, 28), 'u1', 600 + i)
        labels = fx.values('labels:49', (n,), 'u1', 700 + i)
        arrays[split + '-images'] = images
        arrays[split + '-labels'] = labels
        entry = {'name': split, 'count': n}
        for part, a, word in (('images', images, 'imgs'),
                              ('labels', labels.astype(o.label_type),
                               'labels')):
            name = 'k49-%s-%s.npz' % (split, word)
            path = os.path.join(src, name)
            (np.savez_compressed if o.deflated else np.savez)(path, a)
            entry[part] = {'file': name,
                           'md5': hashlib.md5(fx.read(path)).hexdigest()}
        splits.append(entry)
    catalogue(os.path.join(o.dir, 'k49ish.json'), name='k49ish',
              classes=['k%d' % i for i in range(49)], splits=splits)
    expect(o, **arrays)


# --- files

def step_into(value, word):
    return value[int(word)] if isinstance(value, list) else value[word]


def cmd_edit(o):
    doc = json.loads(fx.read(o.file))
    for change in o.change:
        path, _, text = change.partition('=')
        words = path.split('.')
        at = doc['datasets'][0]
        for word in words[:-1]:
            at = step_into(at, word)
        value = json.loads(text)
        if value is None:
            del at[int(words[-1]) if isinstance(at, list) else words[-1]]
        else:
            at[words[-1]] = value
    fx.write(o.file, json.dumps(doc).encode())


def cmd_get(o):
    at = json.loads(fx.read(o.file))['datasets'][0]
    for word in o.path.split('.'):
        at = step_into(at, word)
    print(at)


def unpack(data):
    return lzma.decompress(data) if data[:1] == b'\xfd' else fx.gunzip(data)


def cmd_xz(o):
    fx.write(o.out, xz(unpack(fx.read(o.input))))


def cmd_repack(o):
    fx.write(o.out, fx.gz(unpack(fx.read(o.input)), 1))


def cmd_gunzip(o):
    fx.write(o.out, unpack(fx.read(o.input)))


def cmd_label(o):
    raw = bytearray(fx.gunzip(fx.read(o.input)))
    raw[8 + o.row] = o.value
    fx.write(o.out, fx.gz(bytes(raw)))


def cmd_tree(o):
    lines = []
    for at, folders, files in os.walk(o.dir):
        for name in folders:
            lines.append(os.path.join(at, name) + '/')
        for name in files:
            path = os.path.join(at, name)
            if os.path.islink(path):
                lines.append(path + ' -> ' + os.readlink(path))
            else:
                lines.append('%s %s' % (path, hashlib.sha256(
                    fx.read(path)).hexdigest()))
    print('\n'.join(sorted(lines)))


# --- comparisons

def fail(*words):
    print(*words, file=sys.stderr)
    sys.exit(1)


def expected_of(o, split, part):
    arrays = np.load(o.expected)
    published = '%s-published-%s' % (split, part)
    if o.as_published and published in arrays:
        return arrays[published]
    return arrays['%s-%s' % (split, part)]


def cmd_check_prep(o):
    with open(os.path.join(o.dir, 'dataset.json')) as f:
        doc = json.load(f)
    if doc['recipe'].get('as_published') is not bool(o.as_published):
        fail('as_published in the recipe:', doc['recipe'].get('as_published'))
    about = doc['splits'][o.split]
    images = expected_of(o, o.split, 'images')
    labels = expected_of(o, o.split, 'labels')
    if about['count'] != len(labels):
        fail('count', about['count'], 'expected', len(labels))
    if about['images']['shape'] != list(images.shape):
        fail('shape', about['images']['shape'], 'expected', images.shape)

    def read(part, dtype):
        return np.fromfile(os.path.join(o.dir, about[part]['file']), dtype)

    want = (images / 255.0).astype('<f4').ravel()
    got = read('images', '<f4')
    if got.shape != want.shape or not (got == want).all():
        fail(o.split, 'images differ')
    got = read('labels', 'u1')
    if got.shape != labels.shape or not (got == labels).all():
        fail(o.split, 'labels differ:', got[:10], labels[:10])
    if 'onehot' in about:
        got = read('onehot', '<f4').reshape(len(labels), -1)
        # Labels as published may begin with 1: a column for 0, or none.
        if o.as_published and got.shape[1] <= labels.max():
            labels = np.load(o.expected)[o.split + '-labels']
        want = np.eye(max(got.shape[1], int(labels.max()) + 1), dtype='<f4')[labels]
        if got.shape != want.shape or not (got == want).all():
            fail(o.split, 'one-hot rows differ')


def cmd_check_stats(o):
    with open(o.json) as f:
        doc = json.load(f)
    for split, about in doc['splits'].items():
        images = expected_of(o, split, 'images').astype('i8')
        labels = expected_of(o, split, 'labels')
        if about['shape'] != list(images.shape[1:]):
            fail(split, 'shape', about['shape'])
        if about['count'] != len(labels):
            fail(split, 'count', about['count'])
        if about['pixels']['sum'] != images.sum():
            fail(split, 'sum', about['pixels']['sum'], images.sum())
        if about['pixels']['sum_squares'] != (images ** 2).sum():
            fail(split, 'sum of squares')
        counts = about['labels']['counts']
        want = np.bincount(labels).tolist()
        if [n for n in counts if n] != [n for n in want if n]:
            fail(split, 'counts', counts, 'expected', want)
        if not o.as_published and counts[:len(want)] != want:
            fail(split, 'counts', counts, 'expected', want)
        if sum(c['count'] for c in about['classes']) != len(labels):
            fail(split, 'classes', about['classes'])
        for c in about['classes']:
            if (c['count'] != (labels == c['label']).sum() or
                    c['pixel_sum'] != images[labels == c['label']].sum()):
                fail(split, 'class', c)


def cmd_check_dump(o):
    from PIL import Image
    got = np.asarray(Image.open(o.png))
    want = expected_of(o, o.split, 'images')[o.index]
    if got.shape != want.shape or not (got == want).all():
        fail(o.png, 'is not row', o.index, 'of', o.split, got.shape, want.shape)


def main():
    top, add = fx.subcommands()
    p = add('emnist', 'dir')
    p.add_argument('--name', default='letters')
    p.add_argument('--classes', type=int, default=26)
    p.add_argument('--base', type=int, default=1)
    p.add_argument('--train', type=int, default=300)
    p.add_argument('--test', type=int, default=60)
    p.add_argument('--shape', default='28,28')
    p.add_argument('--pad', type=int, default=0)
    p.add_argument('--pin', default='sha256', choices=('sha256', 'seen'))
    add('qmnist', 'dir')
    p = add('k49', 'dir')
    p.add_argument('--deflated', action='store_true')
    p.add_argument('--label-type', default='u1')
    p = add('zip', 'out', 'dir')
    p.add_argument('--flaw')
    p.add_argument('--member')
    p.add_argument('--prefix', default='gzip/')
    p.add_argument('--pad', type=int, default=0)
    add('npz', 'out').add_argument('array', nargs='+')
    add('edit', 'file').add_argument('change', nargs='+')
    add('get', 'file', 'path')
    for name in ('xz', 'repack', 'gunzip'):
        add(name, 'input', 'out')
    p = add('label', 'input', 'out')
    p.add_argument('row', type=int)
    p.add_argument('value', type=int)
    add('tree', 'dir')
    checks = [add('check-prep', 'dir', 'expected', 'split'),
              add('check-stats', 'json', 'expected'),
              add('check-dump', 'png', 'expected', 'split')]
    checks[2].add_argument('index', type=int)
    for p in checks:
        p.add_argument('--as-published', action='store_true')
    o = top.parse_args()
    return globals()['cmd_' + o.cmd.replace('-', '_')](o)


if __name__ == '__main__':
    try:
        main()
    except BrokenPipeError:
        sys.exit(1)

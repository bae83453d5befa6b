#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads what prep wrote with readers of others (numpy, zipfile, tarfile, PIL, a TFRecord parser by hand) and compares it with the raw files.

  read_formats.py check DIR RAW NAME [key=value...]
      formats=LIST   the formats to be found in DIR (default: those of
                     dataset.json)
      dtype=f32|u8   numbers are x/255 in f32, or x in u8 (default: f32)
      labels=u8|i64  (default: u8)
      limit=N        rows of each split (default: all)
      torch=MNIST    the folder of torchvision
      onehot=0       without one-hot rows
      chosen=1       the splits of dataset.json, of the rows that
                     <split>-rows.u32 tells
      pad=N          black pixels around; chw=1: a channel axis in front
  read_formats.py record FILE N OUT
      the Nth record of a TFRecord file, its CRCs checked, into OUT
"""
import gzip
import io
import json
import os
import struct
import sys
import tarfile
import zipfile

import numpy as np
from PIL import Image

STEM = {'train': 'train', 'test': 't10k'}
IDX_DTYPE = {8: '>u1', 9: '>i1', 11: '>i2', 12: '>i4', 13: '>f4', 14: '>f8'}


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def same(got, want, what):
    assert got.dtype.newbyteorder('=') == want.dtype.newbyteorder('='), (what, got.dtype, want.dtype)
    assert got.shape == want.shape, (what, got.shape, want.shape)
    assert (got == want).all(), '%s: other values' % what


def idx(data, what):
    assert data[:2] == b'\0\0', what
    kind, rank = data[2], data[3]
    shape = struct.unpack('>%dI' % rank, data[4:4 + 4 * rank])
    a = np.frombuffer(data, IDX_DTYPE[kind], offset=4 + 4 * rank)
    return a.reshape(shape)


def raw(directory, split, part, limit):
    kind = {'images': 'images-idx3', 'labels': 'labels-idx1'}[part]
    name = os.path.join(directory, '%s-%s-ubyte.gz' % (STEM[split], kind))
    a = idx(gzip.decompress(read(name)), name)
    return a[:limit] if limit else a


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xa282ead8) & 0xffffffff


assert crc32c(b'123456789') == 0xe3069283


def records(path):
    data, at = read(path), 0
    while at < len(data):
        head = data[at:at + 8]
        size, = struct.unpack('<Q', head)
        assert struct.unpack('<I', data[at + 8:at + 12])[0] == masked(head), (path, at)
        body = data[at + 12:at + 12 + size]
        assert len(body) == size, (path, at)
        crc, = struct.unpack('<I', data[at + 12 + size:at + 16 + size])
        assert crc == masked(body), (path, at)
        yield body
        at += 16 + size


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 128:
            return value, at


def fields(data):
    """(number, value) of a protobuf message: bytes, or an int."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        else:
            assert tag & 7 == 2, tag
            size, at = varint(data, at)
            value = data[at:at + size]
            assert len(value) == size
            at += size
        yield tag >> 3, value


def example(data):
    """A tf.train.Example: name -> list of bytes or of ints."""
    (one, features), = fields(data)
    assert one == 1
    found = {}
    for number, entry in fields(features):
        assert number == 1
        entry = dict(fields(entry))
        (kind, body), = fields(entry[2])
        if kind == 1:
            values = [v for n, v in fields(body)]
        else:
            assert kind == 3, kind
            values = []
            for _, v in fields(body):
                at = 0
                while isinstance(v, bytes) and at < len(v):  # packed
                    item, at = varint(v, at)
                    values.append(item)
                if isinstance(v, int):
                    values.append(v)
        found[entry[1].decode()] = values
    return found


def png(data, want, what):
    with Image.open(io.BytesIO(data)) as im:
        assert im.format == 'PNG' and im.mode == 'L', (what, im.format, im.mode)
        same(np.asarray(im), want, what)


class Check:
    def __init__(self, directory, rawdir, name, options):
        self.dir, self.name, self.o = directory, name, options
        with open(os.path.join(directory, 'dataset.json'), encoding='utf-8') as f:
            self.manifest = json.load(f)
        self.classes = self.manifest['classes']
        self.splits = {}
        for split in self.manifest['splits'] if options['chosen'] == '1' else ('train', 'test'):
            limit = int(options['limit'])
            of = 'train' if split == 'val' else split
            x, y = raw(rawdir, of, 'images', limit), raw(rawdir, of, 'labels', limit)
            if options['chosen'] == '1':
                rows = np.fromfile(self.path(split + '-rows.u32'), '<u4')
                assert len(rows) == self.manifest['splits'][split]['count'], split
                x, y = x[rows], y[rows]
            pad = int(options['pad'])
            self.splits[split] = (np.pad(x, ((0, 0), (pad, pad), (pad, pad))), y)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def numbers(self, split):
        x, y = self.splits[split]
        if self.o['dtype'] == 'f32':
            x = (x.astype(np.float64) / 255).astype(np.float32)
        if self.o['chw'] == '1':
            x = x[:, None]
        arrays = {'images': x, 'labels': y.astype('<' + {'u8': 'u1', 'i64': 'i8'}[self.o['labels']])}
        if self.o['onehot'] == '1':
            arrays['onehot'] = np.eye(len(self.classes), dtype=np.float32)[y]
        return arrays

    def plain(self, suffix, reader):
        for split in self.splits:
            for part, want in self.numbers(split).items():
                code = {'float32': 'f32', 'uint8': 'u8', 'int64': 'i64'}[want.dtype.name]
                name = self.path('%s-%s.%s' % (split, part, suffix or code))
                same(reader(name, want), want, name)

    def bin(self):
        self.plain('', lambda name, want: np.frombuffer(
            read(name), want.dtype.newbyteorder('<')).reshape(want.shape))

    def npy(self):
        self.plain('npy', lambda name, want: np.load(name, allow_pickle=False))

    def idx(self):
        self.plain('idx', lambda name, want: idx(read(name), name))

    def idx_gz(self):
        self.plain('idx.gz', lambda name, want: idx(gzip.decompress(read(name)), name))

    def npz(self):
        name = self.path(self.name + '.npz')
        with zipfile.ZipFile(name) as z:
            assert z.testzip() is None
        with np.load(name, allow_pickle=False) as z:
            assert {'x_train', 'y_train', 'x_test', 'y_test'} <= set(z.files), z.files
            for split in self.splits:
                want = self.numbers(split)
                same(z['x_' + split], want['images'], name)
                same(z['y_' + split], want['labels'], name)

    def safetensors(self):
        name = self.path(self.name + '.safetensors')
        data = read(name)
        size, = struct.unpack('<Q', data[:8])
        assert size % 8 == 0 and data[8:9] == b'{', size
        header = json.loads(data[8:8 + size])
        meta = header.pop('__metadata__', {})
        assert all(isinstance(v, str) for v in meta.values()), meta
        wanted = {'%s.%s' % (s, p): a for s in self.splits for p, a in self.numbers(s).items()}
        assert set(header) == set(wanted), sorted(header)
        body, end = data[8 + size:], 0
        for key, t in sorted(header.items(), key=lambda kv: kv[1]['data_offsets']):
            begin, stop = t['data_offsets']
            assert begin == end, 'a gap before ' + key
            dtype = {'F32': '<f4', 'U8': '<u1', 'I64': '<i8'}[t['dtype']]
            assert begin % np.dtype(dtype).itemsize == 0, key
            same(np.frombuffer(body[begin:stop], dtype).reshape(t['shape']), wanted[key], key)
            end = stop
        assert end == len(body)

    def libsvm(self):
        for split, (_, labels) in self.splits.items():
            want = self.numbers(split)['images'].reshape(len(labels), -1)
            got = np.zeros_like(want)
            with open(self.path(split + '.libsvm'), encoding='ascii') as f:
                lines = f.read().split('\n')
            assert lines.pop() == '' and len(lines) == len(labels), split
            for row, line in enumerate(lines):
                words = line.split(' ')
                assert words[0] == str(labels[row]), (split, row)
                before = 0
                for word in words[1:]:
                    i, v = word.split(':')
                    assert int(i) > before, (split, row, word)
                    before = int(i)
                    got[row, before - 1] = float(v)
                    assert float(v) != 0, (split, row, word)
            same(got, want, split + '.libsvm')

    def table(self, name, split, header):
        x, y = self.splits[split]
        with open(self.path(name), encoding='ascii', newline='') as f:
            text = f.read()
        lines = text.split('\n')
        assert lines.pop() == '' and '\r' not in text, name
        if header:
            pixels = x[0].size if len(x) else 0
            assert lines.pop(0) == ','.join(['label'] + ['pixel%d' % i for i in range(pixels)]), name
        want = np.column_stack([y.astype(int), x.reshape(len(y), -1).astype(int)])
        assert lines == [','.join(map(str, row)) for row in want.tolist()], name

    def csv(self):
        for split in self.splits:
            self.table(split + '.csv', split, True)

    def pjreddie(self):
        for split in self.splits:
            self.table('%s_%s.csv' % (self.name, split), split, False)

    def png(self):
        found = {os.path.relpath(os.path.join(d, f), self.path('png'))
                 for d, _, fs in os.walk(self.path('png')) for f in fs}
        for split, (x, y) in self.splits.items():
            mine = sorted((f for f in found if f.startswith(split + '/')), key=os.path.basename)
            assert len(mine) == len(y), (split, len(mine))
            for name in mine:
                _, label, base = name.split('/')
                row = int(base[:-len('.png')])
                assert label == str(y[row]), name
                png(read(self.path('png', name)), x[row], name)
                found.remove(name)
        assert not found, found
        described = [f for f in self.manifest['files'] if f['file'] == 'png']
        assert len(described) == 1 and described[0]['files'] == sum(len(y) for _, y in self.splits.values())

    def torchvision(self):
        for split, (x, y) in self.splits.items():
            for want, kind in ((x, 'images-idx3'), (y, 'labels-idx1')):
                # What torchvision has no name for is the train of a tree of its own.
                place = [] if split in STEM else [split]
                name = self.path(*place, self.o['torch'], 'raw',
                                 '%s-%s-ubyte' % (STEM.get(split, 'train'), kind))
                same(idx(read(name), name), want, name)

    def tfrecord(self):
        name = self.name.replace('-', '_')  # as TFDS wants it
        top = self.path('tfrecord', name, '1.0.0')
        info = json.loads(read(os.path.join(top, 'dataset_info.json')))
        features = json.loads(read(os.path.join(top, 'features.json')))
        features = features['featuresDict']['features']
        assert int(features['label']['classLabel']['numClasses']) == len(self.classes)
        shape = [int(n) for n in features['image']['image']['shape']['dimensions']]
        with open(os.path.join(top, 'label.labels.txt'), encoding='utf-8') as f:
            assert f.read().splitlines() == self.classes
        assert info['name'] == name and info['version'] == '1.0.0', info
        described = {s['name']: s for s in info['splits']}
        assert set(described) == set(self.splits)
        for split, (x, y) in self.splits.items():
            assert shape == [*x.shape[1:], 1], shape
            file = os.path.join(top, '%s-%s.tfrecord-00000-of-00001' % (name, split))
            got = list(records(file))
            assert len(got) == len(y), (split, len(got))
            assert [int(n) for n in described[split]['shardLengths']] == [len(y)]
            assert int(described[split]['numBytes']) == sum(map(len, got))
            for row, record in enumerate(got):
                e = example(record)
                assert set(e) == {'image', 'label'}, e
                assert e['label'] == [int(y[row])], (split, row)
                assert len(e['image']) == 1
                png(e['image'][0], x[row], (split, row))

    def webdataset(self):
        for split, (x, y) in self.splits.items():
            with tarfile.open(self.path(split + '-000000.tar'), 'r:') as t:
                members = t.getmembers()
                assert len(members) == 2 * len(y), (split, len(members))
                keys = []
                for row in range(len(y)):
                    pair = members[2 * row:2 * row + 2]
                    stems = {m.name.split('.')[0] for m in pair}
                    assert len(stems) == 1, pair
                    keys += stems
                    by = {m.name.split('.', 1)[1]: t.extractfile(m).read() for m in pair}
                    assert set(by) == {'cls', 'png'}, by.keys()
                    assert by['cls'] == b'%d' % y[row], (split, row)
                    png(by['png'], x[row], (split, row))
                assert keys == sorted(set(keys)), 'keys are not in order'

    def all(self):
        formats = self.o['formats'].split(',') if self.o['formats'] else self.manifest['recipe']['formats']
        assert formats
        for f in formats:
            getattr(self, f.replace('.', '_'))()
        self.described()

    def described(self):
        """The manifest has every file, with its size and no other."""
        entries = {}
        for split in self.manifest['splits'].values():
            for value in split.values():
                for e in value if isinstance(value, list) else [value]:
                    if isinstance(e, dict):
                        entries[e['file']] = e
        trees = []
        for e in self.manifest.get('files', []):
            if 'files' in e:
                trees.append(e)
            else:
                entries[e['file']] = e
        on_disk = {}
        for d, _, names in os.walk(self.dir):
            for n in names:
                path = os.path.relpath(os.path.join(d, n), self.dir)
                on_disk[path] = os.path.getsize(os.path.join(d, n))
        del on_disk['dataset.json']
        for e in trees:
            mine = {p: n for p, n in on_disk.items() if p.startswith(e['file'] + '/')}
            assert (len(mine), sum(mine.values())) == (e['files'], e['bytes']), e
            for p in mine:
                del on_disk[p]
        assert {p: e['bytes'] for p, e in entries.items()} == on_disk, set(entries) ^ set(on_disk)


def main():
    if sys.argv[1] == 'record':
        with open(sys.argv[4], 'wb') as f:
            f.write(list(records(sys.argv[2]))[int(sys.argv[3])])
        return
    assert sys.argv[1] == 'check', sys.argv[1]
    o = dict(formats='', dtype='f32', labels='u8', limit='0', torch='MNIST', onehot='1',
             chosen='0', pad='0', chw='0')
    for word in sys.argv[5:]:
        key, value = word.split('=', 1)
        assert key in o, key
        o[key] = value
    Check(*sys.argv[2:5], o).all()


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same jobs as people do them in Python, for scripts/bench.

  peers.py JOB ARGUMENT...

Each starts from the published files or from rows in memory, as its counterpart
does. Those that work in memory print the seconds they took, without reading.
"""
import gzip
import io
import os
import struct
import sys
import time
import zlib

import numpy as np


def images(path):
    with gzip.open(path) as f:
        raw = f.read()
    rows, height, width = struct.unpack('>III', raw[4:16])
    return np.frombuffer(raw, np.uint8, offset=16).reshape(rows, height, width)


def labels(path):
    with gzip.open(path) as f:
        return np.frombuffer(f.read(), np.uint8, offset=8)


def pair(raw, split):
    return (images(f'{raw}/{split}-images-idx3-ubyte.gz'),
            labels(f'{raw}/{split}-labels-idx1-ubyte.gz'))


def plain_pair(image_path, label_path):
    x = np.fromfile(image_path, np.uint8, offset=16)
    y = np.fromfile(label_path, np.uint8, offset=8)
    return x.reshape(len(y), -1), y


def prep(raw, out):
    os.makedirs(out, exist_ok=True)
    for split in ('train', 't10k'):
        x, y = pair(raw, split)
        (x / np.float32(255)).tofile(f'{out}/{split}-images.f32')
        y.tofile(f'{out}/{split}-labels.u8')
        np.eye(10, dtype=np.float32)[y].tofile(f'{out}/{split}-onehot.f32')


def stats(image_path, label_path):
    """Counts, mean, deviation and histogram, of all rows and of each class."""
    x, y = plain_pair(image_path, label_path)
    begin = time.perf_counter()
    np.bincount(x.ravel(), minlength=256)
    x.mean()
    x.std()
    for k in range(10):
        of = x[y == k]
        h = np.bincount(of.ravel(), minlength=256)
        (h * np.arange(256)).sum()
    print(time.perf_counter() - begin)


def duplicates(image_path, label_path):
    """The quickest way there is in Python: np.unique takes 50 times as long."""
    x, _ = plain_pair(image_path, label_path)
    begin = time.perf_counter()
    seen = set()
    for row in x:
        seen.add(row.tobytes())
    print(time.perf_counter() - begin)


def affine(image_path, label_path):
    """Turned, moved, stretched about the middle, as Keras does it by default."""
    from PIL import Image
    x, _ = plain_pair(image_path, label_path)
    r = np.random.default_rng(0)
    begin = time.perf_counter()
    for row in x.reshape(-1, 28, 28):
        turn = np.radians(r.uniform(-10, 10))
        c, s = np.cos(turn), np.sin(turn)
        wide, high = r.uniform(0.9, 1.1, 2)
        a, b, d, e = c / wide, s / wide, -s / high, c / high
        dx, dy = r.uniform(-2, 2, 2) + 14
        map = (a, b, 14 - a * dx - b * dy, d, e, 14 - d * dx - e * dy)
        np.asarray(Image.fromarray(row).transform(
            (28, 28), Image.Transform.AFFINE, map, Image.Resampling.BILINEAR))
    print(time.perf_counter() - begin)


def dump(raw, out):
    from PIL import Image
    x, y = pair(raw, 't10k')
    os.makedirs(out, exist_ok=True)
    for i, (pixels, label) in enumerate(zip(x, y)):
        Image.fromarray(pixels).save(f'{out}/test-{i:05}-{label}.png')


def sheet(raw, out):
    from PIL import Image
    x, _ = pair(raw, 't10k')
    rows = x.reshape(100, 100, 28, 28).transpose(0, 2, 1, 3)
    Image.fromarray(rows.reshape(2800, 2800)).save(out)


def write_csv(raw, out):
    x, y = pair(raw, 't10k')
    table = np.hstack([y[:, None], x.reshape(len(y), -1)])
    np.savetxt(out, table, fmt='%d', delimiter=',')


def read_csv(path, out):
    import pandas
    table = pandas.read_csv(path)
    table.values[:, 1:].astype(np.uint8).tofile(out)


def png(pixels):
    from PIL import Image
    to = io.BytesIO()
    Image.fromarray(pixels).save(to, 'PNG')
    return to.getvalue()


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    return bytes([number << 3 | 2]) + varint(len(value)) + value


def tfrecord(raw, out):
    """CRC-32 stands for CRC-32C, which Python has no quick way to compute."""
    x, y = pair(raw, 't10k')
    with open(out, 'wb') as f:
        for pixels, label in zip(x, y):
            image = field(1, b'image') + field(2, field(1, field(
                1, png(pixels))))
            number = field(1, b'label') + field(2, field(3, field(
                1, varint(int(label)))))
            example = field(1, field(1, image) + field(1, number))
            length = struct.pack('<Q', len(example))
            f.write(length + struct.pack('<I', zlib.crc32(length)))
            f.write(example + struct.pack('<I', zlib.crc32(example)))


def webdataset(raw, out):
    import tarfile
    x, y = pair(raw, 't10k')
    with tarfile.open(out, 'w', format=tarfile.USTAR_FORMAT) as tar:
        for i, (pixels, label) in enumerate(zip(x, y)):
            for name, body in (('cls', b'%d' % label), ('png', png(pixels))):
                member = tarfile.TarInfo(f'{i:09}.{name}')
                member.size = len(body)
                tar.addfile(member, io.BytesIO(body))


def npz(raw, out):
    x, y = pair(raw, 'train')
    u, v = pair(raw, 't10k')
    np.savez(out, x_train=x, y_train=y, x_test=u, y_test=v)


JOBS = {f.__name__.replace('_', '-'): f
        for f in (prep, stats, duplicates, affine, dump, sheet, write_csv, read_csv,
                  tfrecord, webdataset, npz)}

if __name__ == '__main__':
    JOBS[sys.argv[1]](*sys.argv[2:])

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seeds.py DIR: small right inputs for each fuzzer to begin with, in DIR/array, DIR/zip, DIR/manifest, DIR/header."""
import gzip
import io
import json
import lzma
import os
import struct
import sys
import zipfile
import zlib

PIXELS = bytes(i * 37 % 256 for i in range(3 * 5 * 4))


def idx(kind, width, *shape):
    count = 1
    for n in shape:
        count *= n
    return struct.pack('>4B%dI' % len(shape), 0, 0, kind, len(shape), *shape) + (PIXELS * width)[:count * width]


def npy(descr, shape, data, version=1, fortran=False):
    text = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)
    length = 2 if version == 1 else 4
    text = text.ljust(63 - 6 - 2 - length + (len(text) // 64) * 64) + '\n'
    size = struct.pack('<H' if version == 1 else '<I', len(text))
    return b'\x93NUMPY' + bytes([version, 0]) + size + text.encode() + data


def png(width, height, depth, colour, data):
    def chunk(name, body):
        return struct.pack('>I', len(body)) + name + body + struct.pack('>I', zlib.crc32(name + body))
    head = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b'')


def arrays():
    images = idx(8, 1, 3, 5, 4)
    yield images
    for kind, width in ((9, 1), (11, 2), (12, 4), (13, 4), (14, 8)):
        yield idx(kind, width, 3, 2)
    yield gzip.compress(images, mtime=0)
    yield gzip.compress(images[:20], mtime=0) + gzip.compress(images[20:], mtime=0) + bytes(8)
    yield lzma.compress(images)
    yield npy('|u1', (3, 5, 4), PIXELS)
    yield npy('<f4', (3, 5), PIXELS)
    yield npy('>i8', (2,), PIXELS[:16], version=2)
    yield b'label,pixel0,pixel1,pixel2,pixel3\n7,0,255,3,4\n1,5,6,7,8\n'
    yield b'7,0,255,3,4\r\n"1", 5,6,7,8\r\n\r\n'
    yield png(4, 3, 8, 0, b''.join(b'\0' + PIXELS[i:i + 4] for i in (0, 4, 8)))
    yield png(4, 3, 1, 0, b'\0\xa0\0\x50\0\xf0')
    yield png(2, 2, 8, 6, b'\0' + PIXELS[:8] + b'\1' + PIXELS[8:16])


def zips():
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        to = io.BytesIO()
        with zipfile.ZipFile(to, 'w', how) as z:
            z.writestr(zipfile.ZipInfo('x_train.npy'), npy('|u1', (3, 5, 4), PIXELS))
            z.writestr(zipfile.ZipInfo('gzip/labels.gz'), gzip.compress(PIXELS, mtime=0))
            z.writestr(zipfile.ZipInfo('folder/'), b'')
        yield to.getvalue()
    yield b'PK\5\6' + bytes(18)


def manifests():
    def array(file, dtype, shape):
        size = {'f32': 4, 'u8': 1, 'u32': 4}[dtype]
        for n in shape:
            size *= n
        return {'file': file, 'dtype': dtype, 'shape': shape, 'byte_order': 'little', 'offset': 0, 'bytes': size}
    split = {'count': 3, 'images': array('train-images.f32', 'f32', [3, 5, 4]),
             'labels': array('train-labels.u8', 'u8', [3]), 'onehot': array('train-onehot.f32', 'f32', [3, 2]),
             'rows': array('train-rows.u32', 'u32', [3])}
    recipe = {'scale': 'unit', 'mean': None, 'std': None, 'seed': None, 'dtype': 'f32', 'label_dtype': 'u8',
              'onehot': True, 'smoothing': 0.0, 'shuffle': False, 'formats': ['bin', 'png'], 'splits': ['train']}
    source = {'split': 'train', 'part': 'images', 'file': 'train-images-idx3-ubyte.gz', 'bytes': 9912422,
              'sha256': 'a' * 64, 'payload_sha256': 'b' * 64}
    yield json.dumps({'schema': 'mnistprep.dataset/1', 'tool': 'mnistprep 0.1.0', 'dataset': 'mnist',
                      'classes': ['0', 'T-shirt/top'], 'recipe': recipe, 'sources': [source],
                      'splits': {'train': split},
                      'files': [{'file': 'png', 'format': 'png', 'files': 3, 'bytes': 1234, 'sha256': 'c' * 64}]}).encode()


def headers():
    yield (b'HTTP/1.1 206 Partial Content\r\nETag: "abc-123"\r\nContent-Range: bytes 10-99/1000\r\n'
           b'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 90\r\n\r\n')
    yield b'HTTP/2 200\r\netag: W/"weak"\r\ncontent-range: bytes 0-499/*\r\n\r\n'


if __name__ == '__main__':
    for name, make in (('array', arrays), ('zip', zips), ('manifest', manifests), ('header', headers)):
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        for i, seed in enumerate(make()):
            with open(os.path.join(folder, 'seed-%02d' % i), 'wb') as f:
                f.write(seed)

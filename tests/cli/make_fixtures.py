#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every input file of the command-line tests, made from a seed.

Making
  idx OUT --shape 5,28,28 [--type u8] [--values random] [--seed S] [--gz]
      type: u8 i8 i16 i32 f32 f64; values: random, ramp, labels:K, zeros
  idxheader OUT --hex 00000803... [--payload N] [--gz]
      any header, followed by N zero bytes
  npy OUT --shape 5,28,28 [--dtype '<f4'] [--values random] [--fortran]
      [--version 1|2|3]
  png OUT --shape 28,28 [--mode L|1|P|RGB|RGBA|LA|I;16]
  dataset DIR [--train 40] [--test 10] [--classes 10] [--height 28]
      [--width 28] [--seed 1] [--no-gz]
      the four files under MNIST's names with .gz; every class occurs when
      there are rows enough. --no-gz leaves them unpacked, without .gz
  catalogue FILE --name tiny --dir DIR [--mirror URL...] [--no-gz-hash]
      [--no-payload] [--title T] [--classes K]
      catalogue JSON with the sizes and hashes of the files in DIR, or in the
      order given several times: --name A --dir X --name B --dir Y

Breaking (IN and OUT are files; IN is a gzip file unless said otherwise)
  truncate IN OUT --keep N      the first N bytes (negative: all but the last)
  flip IN OUT --at OFFSET [--bit B]   one bit (negative: from the end)
  label IN OUT --row R --value V      changes one label of u8 labels
  rows IN OUT --keep N          the first N rows only, header to match
  html OUT [--title T]          a login page
  empty OUT                     nothing at all
  gunzip IN OUT                 without gzip
  regzip IN OUT [--level 1] [--name N]   other gzip bytes, same payload
  multimember IN OUT [--parts 2]      the payload in several gzip members
  emptymembers IN OUT [--count 10000] that many empty members before IN
  pad IN OUT [--bytes 512]      zeros after the end: still right
  trailing IN OUT [--text T]    other bytes after the end: wrong
  badcrc IN OUT, badsize IN OUT, badflags IN OUT, badfhcrc IN OUT,
  goodfhcrc IN OUT, badmethod IN OUT
  secondbroken IN OUT           two members, the second has a wrong CRC
  bomb OUT --shape 1,28,28 --bytes N   a header, then N zero bytes
  zip OUT IN..., npz OUT, xz IN OUT, bz2 IN OUT   other containers

Nothing is printed. Needs numpy; `png` needs PIL.
"""
import argparse
import bz2
import hashlib
import json
import lzma
import os
import struct
import sys
import zipfile
import zlib


class Lazy:
    """numpy, imported when it is first used: most subcommands do without, and
    it takes longer to load than they take to run."""

    def __getattr__(self, name):
        import numpy
        return getattr(numpy, name)


np = Lazy()

IDX_TYPES = {
    'u8': (0x08, '>u1'), 'i8': (0x09, '>i1'), 'i16': (0x0b, '>i2'),
    'i32': (0x0c, '>i4'), 'f32': (0x0d, '>f4'), 'f64': (0x0e, '>f8'),
}
NAMES = {
    ('train', 'images'): 'train-images-idx3-ubyte.gz',
    ('train', 'labels'): 'train-labels-idx1-ubyte.gz',
    ('test', 'images'): 't10k-images-idx3-ubyte.gz',
    ('test', 'labels'): 't10k-labels-idx1-ubyte.gz',
}
CLASS_NAMES = ['zero', 'one', 'two', 'three', 'four',
               'five', 'six', 'seven', 'eight', 'nine']


def read(path):
    if path == '-':
        return sys.stdin.buffer.read()
    with open(path, 'rb') as f:
        return f.read()


def write(path, data):
    if path == '-':
        sys.stdout.buffer.write(data)
        return
    with open(path, 'wb') as f:
        f.write(data)


def gz(data, level=6):
    """One gzip member without a name and with no time."""
    z = zlib.compressobj(level, zlib.DEFLATED, 31)
    return z.compress(data) + z.flush()


def gunzip(data):
    out = b''
    while data:
        z = zlib.decompressobj(31)
        out += z.decompress(data) + z.flush()
        data = z.unused_data.lstrip(b'\0')
    return out


def deflate_raw(data):
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


def gz_by_hand(data, flags=0, extra=b'', crc=None, size=None, method=8):
    crc = zlib.crc32(data) if crc is None else crc
    size = len(data) & 0xffffffff if size is None else size
    head = bytes([0x1f, 0x8b, method, flags, 0, 0, 0, 0, 0, 3]) + extra
    return head + deflate_raw(data) + struct.pack('<II', crc, size)


def values(kind, shape, dtype, seed):
    """An array of this shape in native byte order."""
    r = np.random.RandomState(seed)
    n = int(np.prod(shape, dtype=np.int64))
    dtype = np.dtype(dtype).newbyteorder('=')
    if kind == 'zeros':
        a = np.zeros(n, dtype)
    elif kind == 'ramp':
        a = np.arange(n, dtype=np.int64)
        a = (a % 256 if dtype.itemsize == 1 else a).astype(dtype)
    elif kind.startswith('labels:'):
        k = int(kind[7:])
        a = np.concatenate([np.arange(min(n, k)),
                            r.randint(0, k, max(0, n - k))])
        r.shuffle(a)
        a = a.astype(dtype)
    elif kind == 'random':
        if dtype.kind == 'f':
            a = (r.randn(n) * 1000).astype(dtype)
        else:
            info = np.iinfo(dtype)
            a = r.randint(info.min, info.max + 1, n,
                          dtype=np.int64).astype(dtype)
    elif kind == 'pixels':  # about half of it background, as digits have
        a = r.randint(0, 256, n) * (r.randint(0, 2, n))
        a = a.astype(dtype)
    else:
        raise SystemExit('unknown values: ' + kind)
    return a.reshape(shape)


def idx(a, kind='u8'):
    code, dtype = IDX_TYPES[kind]
    head = struct.pack('>BBBB', 0, 0, code, a.ndim)
    head += struct.pack('>%dI' % a.ndim, *a.shape)
    return head + a.astype(dtype).tobytes()


def parse_idx(raw):
    kinds = {code: dtype for code, dtype in IDX_TYPES.values()}
    n = raw[3]
    shape = struct.unpack('>%dI' % n, raw[4:4 + 4 * n])
    return np.frombuffer(raw[4 + 4 * n:], kinds[raw[2]]).reshape(shape)


def npy(a, version=1, fortran=False):
    head = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (
        a.dtype.str, bool(fortran), tuple(int(d) for d in a.shape))
    fmt, fixed = ('<H', 10) if version == 1 else ('<I', 12)
    pad = -(fixed + len(head) + 1) % 64
    head = head.encode() + b' ' * pad + b'\n'
    return (b'\x93NUMPY' + bytes([version, 0]) + struct.pack(fmt, len(head)) +
            head + a.tobytes('F' if fortran else 'C'))


def shape_of(text):
    return tuple(int(d) for d in text.split(',')) if text else ()


def cmd_idx(o):
    a = values(o.values, shape_of(o.shape), IDX_TYPES[o.type][1], o.seed)
    raw = idx(a, o.type)
    write(o.out, gz(raw) if o.gz else raw)


def cmd_idxheader(o):
    raw = bytes.fromhex(o.hex) + bytes(o.payload)
    write(o.out, gz(raw) if o.gz else raw)


def cmd_npy(o):
    a = values(o.values, shape_of(o.shape), o.dtype, o.seed).astype(o.dtype)
    write(o.out, npy(a, o.version, o.fortran))


def cmd_png(o):
    from PIL import Image
    h, w = shape_of(o.shape)
    if o.mode == 'I;16':
        a = values('random', (h, w), '<u2', o.seed)
        im = Image.fromarray(a)
    elif o.mode in ('RGB', 'RGBA', 'LA'):
        a = values('random', (h, w, len(o.mode)), 'u1', o.seed)
        im = Image.fromarray(a, o.mode)
    else:
        im = Image.fromarray(values('random', (h, w), 'u1', o.seed))
        if o.mode != 'L':
            im = im.convert(o.mode)
    im.save(sys.stdout.buffer if o.out == '-' else o.out, 'PNG')


def cmd_dataset(o):
    os.makedirs(o.dir, exist_ok=True)
    for i, (split, n) in enumerate((('train', o.train), ('test', o.test))):
        images = values('pixels', (n, o.height, o.width), 'u1',
                        1000 * o.seed + i)
        labels = values('labels:%d' % o.classes, (n,), 'u1',
                        1000 * o.seed + 10 + i)
        for part, a in (('images', images), ('labels', labels)):
            name = NAMES[split, part]
            data = idx(a)
            if o.no_gz:
                name = name[:-3]
            else:
                data = gz(data)
            write(os.path.join(o.dir, name), data)


def digest(data):
    return {'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def cmd_catalogue(o):
    datasets = []
    for name, d in zip(o.name, o.dir):
        splits = []
        count = 0
        for split in ('train', 'test'):
            entry = {'name': split}
            for part in ('images', 'labels'):
                data = read(os.path.join(d, NAMES[split, part]))
                payload = gunzip(data)
                entry[part] = {'file': NAMES[split, part]}
                if not o.no_gz_hash:
                    entry[part].update(digest(data))
                if not o.no_payload:
                    entry[part]['payload'] = digest(payload)
                if part == 'labels' and payload[8:]:
                    count = max(count, max(payload[8:]) + 1)
            splits.append(entry)
        count = o.classes or count
        classes = [CLASS_NAMES[i] if i < 10 else 'class %d' % i
                   for i in range(count)]
        datasets.append({
            'name': name, 'title': o.title or 'Generated: ' + name,
            'licence': 'MIT', 'homepage': 'https://example.org/',
            'classes': classes,
            # Nothing listens there: no test leaves the machine by accident.
            'mirrors': o.mirror or ['http://127.0.0.1:9/'],
            'splits': splits,
        })
    text = json.dumps({'schema': 'mnistprep.catalogue/1',
                       'datasets': datasets}, indent=2)
    write(o.file, (text + '\n').encode())


def cmd_truncate(o):
    write(o.out, read(o.input)[:o.keep])


def cmd_flip(o):
    data = bytearray(read(o.input))
    data[o.at] ^= 1 << o.bit
    write(o.out, bytes(data))


def cmd_label(o):
    raw = bytearray(gunzip(read(o.input)))
    raw[8 + o.row] = o.value
    write(o.out, gz(bytes(raw)))


def cmd_rows(o):
    a = parse_idx(gunzip(read(o.input)))
    kind = {'u1': 'u8', 'i1': 'i8', 'i2': 'i16', 'i4': 'i32', 'f4': 'f32',
            'f8': 'f64'}[a.dtype.str[1:]]
    write(o.out, gz(idx(a[:o.keep], kind)))


def cmd_html(o):
    write(o.out, ('<!DOCTYPE html>\n<html><head><title>%s</title></head>\n'
                  '<body>Please log in.</body></html>\n' % o.title).encode())


def cmd_empty(o):
    write(o.out, b'')


def cmd_gunzip(o):
    write(o.out, gunzip(read(o.input)))


def cmd_regzip(o):
    payload = gunzip(read(o.input))
    if o.name:
        name = o.name.encode() + b'\0'
        write(o.out, gz_by_hand(payload, flags=8, extra=name))
    else:
        write(o.out, gz(payload, o.level))


def cmd_multimember(o):
    p = gunzip(read(o.input))
    cuts = [len(p) * i // o.parts for i in range(o.parts + 1)]
    write(o.out, b''.join(gz(p[a:b]) for a, b in zip(cuts, cuts[1:])))


def cmd_emptymembers(o):
    write(o.out, gz(b'') * o.count + read(o.input))


def cmd_pad(o):
    write(o.out, read(o.input) + bytes(o.bytes))


def cmd_trailing(o):
    write(o.out, read(o.input) + o.text.encode())


def cmd_badcrc(o):
    p = gunzip(read(o.input))
    write(o.out, gz_by_hand(p, crc=zlib.crc32(p) ^ 1))


def cmd_badsize(o):
    p = gunzip(read(o.input))
    write(o.out, gz_by_hand(p, size=len(p) + 1))


def cmd_badflags(o):
    write(o.out, gz_by_hand(gunzip(read(o.input)), flags=0x20))


def cmd_badmethod(o):
    write(o.out, gz_by_hand(gunzip(read(o.input)), method=7))


def fhcrc(o, change):
    head = bytes([0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3])
    crc = (zlib.crc32(head) & 0xffff) ^ change
    p = gunzip(read(o.input))
    write(o.out, gz_by_hand(p, flags=2, extra=struct.pack('<H', crc)))


def cmd_badfhcrc(o):
    fhcrc(o, 1)


def cmd_goodfhcrc(o):
    fhcrc(o, 0)


def cmd_secondbroken(o):
    p = gunzip(read(o.input))
    half = len(p) // 2
    tail = p[half:]
    write(o.out, gz(p[:half]) + gz_by_hand(tail, crc=zlib.crc32(tail) ^ 1))


def cmd_bomb(o):
    shape = shape_of(o.shape)
    head = struct.pack('>BBBB', 0, 0, 8, len(shape))
    head += struct.pack('>%dI' % len(shape), *shape)
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    with open(o.out, 'wb') as f:
        f.write(z.compress(head))
        left = o.bytes
        while left > 0:
            f.write(z.compress(zeros[:min(left, len(zeros))]))
            left -= len(zeros)
        f.write(z.flush())


def cmd_zip(o):
    with zipfile.ZipFile(o.out, 'w') as f:
        for path in o.input:
            f.writestr(zipfile.ZipInfo(os.path.basename(path)), read(path))


def cmd_npz(o):
    np.savez(o.out, x_train=values('ramp', (2, 28, 28), 'u1', 1))


def cmd_xz(o):
    write(o.out, lzma.compress(read(o.input)))


def cmd_bz2(o):
    write(o.out, bz2.compress(read(o.input)))


def subcommands():
    """A parser, and what adds a subcommand with its positional words."""
    top = argparse.ArgumentParser(allow_abbrev=False)
    sub = top.add_subparsers(dest='cmd', required=True)

    def add(name, *positional):
        p = sub.add_parser(name, allow_abbrev=False)
        for word in positional:
            p.add_argument(word)
        return p

    return top, add


def main():
    top, add = subcommands()
    p = add('idx', 'out')
    p.add_argument('--shape', required=True)
    p.add_argument('--type', default='u8', choices=sorted(IDX_TYPES))
    p.add_argument('--values', default='random')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--gz', action='store_true')
    p = add('idxheader', 'out')
    p.add_argument('--hex', required=True)
    p.add_argument('--payload', type=int, default=0)
    p.add_argument('--gz', action='store_true')
    p = add('npy', 'out')
    p.add_argument('--shape', required=True)
    p.add_argument('--dtype', default='<f4')
    p.add_argument('--values', default='random')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--fortran', action='store_true')
    p.add_argument('--version', type=int, default=1)
    p = add('png', 'out')
    p.add_argument('--shape', default='28,28')
    p.add_argument('--mode', default='L')
    p.add_argument('--seed', type=int, default=1)
    p = add('dataset', 'dir')
    p.add_argument('--train', type=int, default=40)
    p.add_argument('--test', type=int, default=10)
    p.add_argument('--classes', type=int, default=10)
    p.add_argument('--height', type=int, default=28)
    p.add_argument('--width', type=int, default=28)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--no-gz', action='store_true')
    p = add('catalogue', 'file')
    p.add_argument('--name', action='append', required=True)
    p.add_argument('--dir', action='append', required=True)
    p.add_argument('--mirror', nargs='+', action='extend')
    p.add_argument('--title')
    p.add_argument('--classes', type=int)
    p.add_argument('--no-gz-hash', action='store_true')
    p.add_argument('--no-payload', action='store_true')
    p = add('truncate', 'input', 'out')
    p.add_argument('--keep', type=int, required=True)
    p = add('flip', 'input', 'out')
    p.add_argument('--at', type=int, required=True)
    p.add_argument('--bit', type=int, default=0)
    p = add('label', 'input', 'out')
    p.add_argument('--row', type=int, required=True)
    p.add_argument('--value', type=int, required=True)
    p = add('rows', 'input', 'out')
    p.add_argument('--keep', type=int, required=True)
    p = add('html', 'out')
    p.add_argument('--title', default='Log in to the guest network')
    add('empty', 'out')
    add('gunzip', 'input', 'out')
    p = add('regzip', 'input', 'out')
    p.add_argument('--level', type=int, default=1)
    p.add_argument('--name')
    p = add('multimember', 'input', 'out')
    p.add_argument('--parts', type=int, default=2)
    p = add('emptymembers', 'input', 'out')
    p.add_argument('--count', type=int, default=10000)
    p = add('pad', 'input', 'out')
    p.add_argument('--bytes', type=int, default=512)
    p = add('trailing', 'input', 'out')
    p.add_argument('--text', default='trailing garbage')
    for name in ('badcrc', 'badsize', 'badflags', 'badmethod', 'badfhcrc',
                 'goodfhcrc', 'secondbroken', 'xz', 'bz2'):
        add(name, 'input', 'out')
    p = add('bomb', 'out')
    p.add_argument('--shape', required=True)
    p.add_argument('--bytes', type=int, required=True)
    p = add('zip', 'out')
    p.add_argument('input', nargs='+')
    add('npz', 'out')

    o = top.parse_args()
    globals()['cmd_' + o.cmd](o)


if __name__ == '__main__':
    main()

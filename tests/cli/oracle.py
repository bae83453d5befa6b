#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An independent opinion (numpy, PIL, exact fractions) on what mnistprep makes.

Answers: what the bytes have to be. INPUT is IDX, NPY or PNG, gzip or not.
  selftest                      the roundings here against numpy's own
  payload INPUT OUT [--format bin|npy|idx]       what decode writes
  scaled INPUT OUT [--scale S] [--dtype D] [--format bin|npy|idx]
  onehot INPUT OUT [--classes 10] [--smoothing 0] [--format bin|npy|idx]
  pixels INPUT OUT --index 0,5  the bytes of those samples
  stats DIR --dataset NAME --classes A,B,...     stats --json of a directory

Comparisons: silent when right; else the first difference, and exit status 1.
  same A B [--dtype f32]        bytes, shown as numbers of that type
  near A B                      f64, up to a few units in the last place
  check-npy FILE INPUT          numpy reads FILE as INPUT's array
  check-stats JSON DIR --dataset NAME --classes A,B [--splits train,test]
  check-png PNG INPUT --index N [--zoom Z]       exactly that sample
  check-sheet PNG INPUT --index 0,1,2 --grid CxR [--zoom Z] [--captions]
      each picture stands in the sheet pixel for pixel, in reading order;
      without --captions all other pixels are of one level
  clean-text FILE               no control bytes, valid UTF-8, no bidi marks
  each          comparisons on standard input, one a line; none is wrong, too

Sweeps: they run $MNISTPREP many times, in the current directory, which one
bats test for each case would take minutes for. They print each failure.
  sweep-types sweep-dims sweep-npy sweep-scales sweep-onehot
  sweep-gzip sweep-flips sweep-truncate sweep-headers sweep-names
  pty [--stdin FILE] [--stderr] run ARGS...
      ARGS with a terminal as standard output (and as standard error); prints
      what came, then "status N", then standard error
  signal SIG [--feed FILE] [--bytes N] run ARGS...
      ARGS, which read the fifo ./fifo; it gets N bytes of FILE (without FILE
      nobody opens it), then SIG is sent; prints the return code as python
      sees it (-2: died by SIGINT)
"""
import argparse
import array
import concurrent.futures
import errno
import fcntl
import gzip
import io
import json
import math
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_fixtures as fx  # noqa: E402
from make_fixtures import np  # noqa: E402

PROGRAM = os.environ.get('MNISTPREP', 'mnistprep')
SANITIZED = os.environ.get('MNISTPREP_SANITIZED') == '1'


# --- Reading -----------------------------------------------------------------

def load(path):
    """Any input as an array in native byte order."""
    data = fx.read(path)
    if data[:2] == b'\x1f\x8b':
        data = gzip.decompress(data)
    if data[:6] == b'\x93NUMPY':
        a = np.load(io.BytesIO(data))
    elif data[:4] == b'\x89PNG':
        from PIL import Image
        a = np.asarray(Image.open(io.BytesIO(data)).convert('L'))
        a = a.reshape((1,) + a.shape)
    else:
        a = fx.parse_idx(data)
    return a.astype(a.dtype.newbyteorder('='))


def png_pixels(path):
    """The picture's grey levels; it must be 8-bit grey in the file itself."""
    from PIL import Image
    im = Image.open(path)
    im.load()
    if im.mode != 'L':
        raise SystemExit('%s: mode %s, not 8-bit grey' % (path, im.mode))
    return np.asarray(im)


# --- Writing -----------------------------------------------------------------

IDX_NAME = {'u1': 'u8', 'i1': 'i8', 'i2': 'i16', 'i4': 'i32', 'f4': 'f32',
            'f8': 'f64'}


def little(a):
    if a.dtype.itemsize == 1:
        return a
    return a.astype(a.dtype.newbyteorder('<'))


def encode(a, fmt):
    a = little(a)
    if fmt == 'bin':
        return a.tobytes()
    if fmt == 'npy':
        out = io.BytesIO()
        np.save(out, a)
        return out.getvalue()
    return fx.idx(a, IDX_NAME[a.dtype.str[1:]])


# --- Numbers -----------------------------------------------------------------

def round_to(x, digits, emin, emax):
    """x (a double) to the nearest binary number of `digits` digits, ties to
    even, exactly: as a Fraction, or 'inf'. Exponents as in IEEE 754."""
    if x == 0:
        return Fraction(0)
    f = Fraction(abs(x))
    e = f.numerator.bit_length() - f.denominator.bit_length()
    if Fraction(2) ** e > f:
        e -= 1
    e = max(e, emin)
    step = Fraction(2) ** (e - digits + 1)
    q, r = divmod(f, step)
    if 2 * r > step or (2 * r == step and q % 2 == 1):
        q += 1
    f = q * step
    if f >= Fraction(2) ** (emax + 1):
        return 'inf'
    return f if x > 0 else -f


def bf16_bits(x):
    """The bits of x (a double) as bfloat16, rounded once."""
    f = round_to(float(x), 8, -126, 127)
    sign = 0x8000 if math.copysign(1.0, x) < 0 else 0
    if f == 'inf':
        return sign | 0x7f80
    # A bfloat16 is exact as float32, whose upper half it is.
    bits = np.float32(float(abs(f))).view(np.uint32)
    assert bits & 0xffff == 0
    return sign | int(bits >> 16)


def moments(a):
    """Exact sums: count, sum, sum of squares."""
    h = np.bincount(a.reshape(-1), minlength=256)
    n = int(h.sum())
    s = sum(int(c) * v for v, c in enumerate(h))
    q = sum(int(c) * v * v for v, c in enumerate(h))
    return n, s, q, int(h[0])


def mean_std(n, s, q):
    """Mean and population deviation of x/255, each rounded once."""
    mean = s / (255 * n)  # true division of integers is correctly rounded
    # sqrt(v) / (255 n), v an integer: with 200 more bits, then rounded once.
    v = n * q - s * s
    root = math.isqrt(v << 400)
    std = float(Fraction(root, (255 * n) << 200))
    return mean, std


def scale_table(scale, a):
    x = np.arange(256, dtype=np.float64)
    if scale == 'unit':
        return x / 255.0
    if scale == 'signed':
        return x / 127.5 - 1.0
    if scale == 'none':
        return x
    if scale == 'standard':
        mean, std = mean_std(*moments(a)[:3])
    else:
        mean, std = (float(t) for t in scale.split(','))
    return (x / 255.0 - mean) / std


def scaled(a, scale, dtype):
    """The array normalize has to write; bf16 as its bits in u16."""
    assert a.dtype == np.uint8
    t = scale_table(scale, a)
    if dtype == 'u8':
        assert scale == 'none'
        return a
    if dtype == 'bf16':
        table = np.array([bf16_bits(v) for v in t], np.uint16)
    else:
        kind = {'f16': np.float16, 'f32': np.float32, 'f64': np.float64}
        with np.errstate(over='ignore'):
            table = t.astype(kind[dtype])
    return table[a]


def onehot(labels, classes, smoothing):
    labels = labels.astype(np.int64)
    assert labels.min(initial=0) >= 0 and labels.max(initial=0) < classes
    out = np.full((len(labels), classes),
                  np.float32(smoothing / classes), np.float32)
    on = np.float32(1.0 - smoothing + smoothing / classes)
    out[np.arange(len(labels)), labels] = on
    return out


def stats(directory, dataset, classes, splits):
    result = {'schema': 'mnistprep.stats/1', 'dataset': dataset, 'splits': {}}
    for split in splits:
        images, labels = (
            load(os.path.join(directory, fx.NAMES[split, part]))
            for part in ('images', 'labels'))
        n, s, q, zeros = moments(images)
        mean, std = mean_std(n, s, q)
        rows = []
        for k, name in enumerate(classes):
            mine = images[labels == k]
            cn, cs, cq, _ = moments(mine)
            row = {'label': k, 'name': name, 'count': len(mine),
                   'pixel_sum': cs}
            if cn:
                row['mean'], row['std'] = mean_std(cn, cs, cq)
            rows.append(row)
        result['splits'][split] = {
            'count': len(images), 'shape': list(images.shape[1:]),
            'pixels': {'min': int(images.min()), 'max': int(images.max()),
                       'sum': s, 'sum_squares': q, 'mean': mean, 'std': std,
                       'zeros': zeros},
            'labels': {'counts': [r['count'] for r in rows]},
            'classes': rows,
        }
    return result


# --- Comparing ---------------------------------------------------------------

def first_difference(want, got, dtype='u1'):
    """Text, or None when the bytes are the same."""
    if want == got:
        return None
    size = np.dtype(dtype).itemsize
    common = min(len(want), len(got))
    w = np.frombuffer(want[:common], 'u1')
    g = np.frombuffer(got[:common], 'u1')
    at = np.flatnonzero(w != g)
    text = '%d bytes, %d expected' % (len(got), len(want))
    if len(at):
        at = int(at[0]) // size
        if (at + 1) * size <= common:
            pair = [np.frombuffer(b[at * size:(at + 1) * size], dtype)[0]
                    for b in (want, got)]
            text += '; number %d is %r, expected %r' % (at, pair[1], pair[0])
        else:
            text += '; byte %d differs' % (at * size)
    return text


def compare(want, got, path, problems):
    """JSON trees; keys may be added. Deviations are allowed the last of the
    fourteen digits that the design shows."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            problems.append('%s: not an object' % path)
            return
        for key in want:
            if key not in got:
                problems.append('%s.%s is missing' % (path, key))
            else:
                compare(want[key], got[key], path + '.' + key, problems)
    elif isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            problems.append('%s: %r, expected %r' % (path, got, want))
            return
        for i, (w, g) in enumerate(zip(want, got)):
            compare(w, g, '%s[%d]' % (path, i), problems)
    elif isinstance(want, float):
        if not isinstance(got, (int, float)) or abs(want - got) > 5.1e-15:
            problems.append('%s: %r, expected %r' % (path, got, want))
    elif type(want) is not type(got) or want != got:
        problems.append('%s: %r, expected %r' % (path, got, want))


NPY_TYPES = {'|u1', '|i1', '<i2', '<i4', '<i8', '<f2', '<f4', '<f8'}


def npy_problem(data, want):
    """What is wrong with the NPY file `data`, which should hold `want`."""
    if data[:8] != b'\x93NUMPY\x01\x00':
        return 'not NPY version 1'
    if (10 + int.from_bytes(data[8:10], 'little')) % 64 != 0:
        return 'the elements do not begin at a multiple of 64'
    try:
        f = io.BytesIO(data)
        got = np.load(f)
    except ValueError as e:
        return 'numpy: %s' % e
    if f.read(1):
        return 'bytes after the end'
    if got.dtype.str not in NPY_TYPES:
        return 'type %s' % got.dtype.str
    if got.dtype != want.dtype or got.shape != want.shape:
        return '%s %s, expected %s %s' % (got.dtype, got.shape, want.dtype,
                                          want.shape)
    if not got.flags['C_CONTIGUOUS']:
        return 'not in C order'
    return first_difference(little(want).tobytes(), got.tobytes(),
                            got.dtype.str)


def indexes(text):
    out = []
    for part in text.split(','):
        a, _, b = part.partition('-')
        out += range(int(a), int(b or a) + 1)
    return out


def zoomed(image, zoom):
    return image.repeat(zoom, axis=0).repeat(zoom, axis=1)


def find_in(sheet, picture):
    """Every (y, x) at which the picture stands in the sheet."""
    h, w = picture.shape
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (1, w))[:, :, 0]
    rows = np.flatnonzero((picture != picture[0, 0]).any(axis=1))
    probe = int(rows[0]) if len(rows) else 0
    hits = np.argwhere((windows == picture[probe]).all(axis=2))
    out = []
    for y, x in hits:
        y = int(y) - probe
        if y >= 0 and y + h <= sheet.shape[0] and \
                (sheet[y:y + h, x:x + w] == picture).all():
            out.append((y, int(x)))
    return out


def sheet_problem(sheet, images, cols, rows, zoom, captions):
    places = []
    covered = np.zeros(sheet.shape, bool)
    for i, image in enumerate(images):
        at = find_in(sheet, zoomed(image, zoom))
        if len(at) != 1:
            return 'picture %d stands in the sheet %d times' % (i, len(at))
        y, x = at[0]
        h, w = image.shape[0] * zoom, image.shape[1] * zoom
        if covered[y:y + h, x:x + w].any():
            return 'picture %d overlaps another' % i
        covered[y:y + h, x:x + w] = True
        places.append((y, x))
    if places != sorted(places):
        return 'not in reading order: %r' % places
    if len({x for _, x in places}) > cols or \
            len({y for y, _ in places}) > rows:
        return 'not in a grid of %dx%d: %r' % (cols, rows, places)
    levels = np.unique(sheet[~covered])
    if not captions and len(levels) > 1:
        return 'more than one level outside of the pictures: %r' % levels
    if captions and len(levels) < 2:
        return 'there are no captions'
    return None


def text_problem(data):
    for b in data:
        if (b < 0x20 and b != 0x0a) or b == 0x7f:
            return 'control byte 0x%02x' % b
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError as e:
        return 'not UTF-8: %s' % e
    for c in text:
        if '\x80' <= c <= '\x9f' or c in '\u200e\u200f\u202a\u202b\u202c' \
                '\u202d\u202e\u2066\u2067\u2068\u2069\u061c':
            return 'control character U+%04X' % ord(c)
    return None


# --- Running the program -----------------------------------------------------

def run(args, stdin=b'', limit=60, **more):
    """(status, stdout, stderr); a death by signal is a negative status."""
    p = subprocess.run([PROGRAM] + [os.fsencode(a) for a in args], input=stdin,
                       capture_output=True, timeout=limit, **more)
    return p.returncode, p.stdout, p.stderr


def error_problem(status, err, wanted, pattern=''):
    """None when this is the error it should be: status, and one clean line."""
    import re
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    if status not in wanted:
        return 'status %d, expected %s (%r)' % (status, wanted, err[:300])
    if not err.endswith(b'\n') or err.count(b'\n') != 1:
        return 'not exactly one line of error: %r' % err[:600]
    if not err.startswith(b'mnistprep'):
        return 'the error does not name the program: %r' % err[:300]
    bad = text_problem(err)
    if bad:
        return 'in the error: %s: %r' % (bad, err[:300])
    if not re.search(pattern, err.decode(), re.I):
        return 'the error does not match %r: %r' % (pattern, err[:300])
    return None


class Report:
    """Collects failures of a sweep and ends it."""

    def __init__(self):
        self.count = 0
        self.failures = []

    def check(self, name, problem):
        self.count += 1
        if problem:
            self.failures.append('%s: %s' % (name, problem))

    def end(self, at_least):
        for line in self.failures[:40]:
            print(line)
        if len(self.failures) > 40:
            print('... and %d more' % (len(self.failures) - 40))
        print('%d checks, %d failures' % (self.count, len(self.failures)))
        if self.count < at_least:
            sys.exit('only %d checks ran, not %d' % (self.count, at_least))
        sys.exit(1 if self.failures else 0)


def in_parallel(work, jobs):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(work, jobs))


def leftovers(report, name):
    found = [f for f in os.listdir('.') if f.startswith('.mnistprep-tmp-')]
    report.check(name, 'left behind: %s' % found if found else None)


# --- Sweeps ------------------------------------------------------------------

def sample(kind, shape, seed=1):
    """Numbers of all sizes; floats with every special value among them."""
    a = fx.values('random', shape, fx.IDX_TYPES[kind][1], seed)
    if kind in ('f32', 'f64') and a.size >= 8:
        bits = {'f32': np.uint32, 'f64': np.uint64}[kind]
        special = {'f32': [0x7f800001, 0xffc12345, 0x7f800000, 0xff800000,
                           0x80000000, 1, 0x7f7fffff, 0x00800000],
                   'f64': [0x7ff0000000000001, 0xfff8123456789abc,
                           0x7ff0000000000000, 0xfff0000000000000,
                           0x8000000000000000, 1, 0x7fefffffffffffff,
                           0x0010000000000000]}[kind]
        flat = a.reshape(-1).view(bits)
        flat[:8] = np.array(special, dtype=np.uint64).astype(bits)
    return a


def check_decode(report, name, a, raw):
    """decode to all three formats, from a file and back through npy."""
    want_idx = encode(a, 'idx')
    for fmt in ('idx', 'npy', 'bin'):
        status, out, err = run(['decode', '-', '--format', fmt], raw)
        label = '%s to %s' % (name, fmt)
        if status != 0 or err:
            report.check(label, 'status %d: %r' % (status, err[:300]))
            continue
        if fmt == 'npy':
            report.check(label, npy_problem(out, a))
            status, back, err = run(['decode', '-'], out)
            report.check(label + ' and back',
                         first_difference(want_idx, back) if status == 0
                         else 'status %d: %r' % (status, err[:300]))
        else:
            report.check(label, first_difference(encode(a, fmt), out))


def cmd_sweep_types(o):
    report = Report()
    for kind in fx.IDX_TYPES:
        for shape in ((9,), (5, 4), (3, 5, 2), (300, 31)):
            a = sample(kind, shape)
            raw = fx.idx(a, kind)
            check_decode(report, '%s %s' % (kind, shape), a, raw)
            check_decode(report, '%s %s gz' % (kind, shape), a, fx.gz(raw))
    report.end(6 * 4 * 2 * 4)


def cmd_sweep_dims(o):
    report = Report()
    for n in range(1, 9):
        shape = (2, 3, 1, 2, 2, 1, 3, 2)[:n]
        for kind in ('u8', 'i16', 'f64'):
            a = sample(kind, shape)
            check_decode(report, '%s %s' % (kind, shape), a, fx.idx(a, kind))
    # Nothing in it, and much in one row.
    for shape in ((0,), (0, 28, 28), (1, 1, 1), (1, 100000), (70000, 1)):
        a = sample('u8', shape)
        check_decode(report, 'u8 %s' % (shape,), a, fx.idx(a))
    report.end(8 * 3 * 4 + 5 * 4)


def cmd_sweep_npy(o):
    report = Report()
    for dtype in ('|u1', '|i1', '<i2', '>i2', '<i4', '>i4', '<f4', '>f4',
                  '<f8', '>f8'):
        for version in (1, 2, 3):
            a = fx.values('random', (7, 3), dtype, 2)
            raw = fx.npy(a.astype(dtype), version)
            check_decode(report, '%s version %d' % (dtype, version), a, raw)
    # What numpy itself writes.
    for a in (np.arange(6, dtype='u1').reshape(2, 3), np.arange(5, dtype='i4'),
              np.zeros((2, 1, 1, 4), 'f8')):
        out = io.BytesIO()
        np.save(out, a)
        check_decode(report, 'np.save %s' % (a.shape,), a, out.getvalue())
        check_decode(report, 'np.save %s gz' % (a.shape,), a,
                     fx.gz(out.getvalue()))
    # Fortran order: refused, or put right; never the wrong order.
    a = fx.values('random', (7, 3), '<i4', 3)
    status, out, err = run(['decode', '-'], fx.npy(a, fortran=True))
    if status == 0:
        report.check('fortran', first_difference(encode(a, 'idx'), out))
    else:
        report.check('fortran', error_problem(status, err, 3, 'fortran') or
                     ('bytes on stdout' if out else None))
    a = fx.values('random', (7,), '<i4', 3)
    status, out, err = run(['decode', '-'], fx.npy(a, fortran=True))
    report.check('fortran of one dimension',
                 first_difference(encode(a, 'idx'), out))
    # Types that IDX has no number for.
    for dtype in ('<u2', '>u4', '<i8', '<u8', '<f2', '<c8', '|b1', '<U3',
                  '|S5', '<M8[s]'):
        out = io.BytesIO()
        np.save(out, np.zeros((3, 2), dtype))
        status, got, err = run(['decode', '-'], out.getvalue())
        report.check('npy %s to idx' % dtype,
                     error_problem(status, err, (2, 3)) or
                     ('bytes on stdout' if got else None))
    out = io.BytesIO()
    np.save(out, np.array([{}, 1], object), allow_pickle=True)
    status, got, err = run(['decode', '-'], out.getvalue())
    report.check('npy of objects', error_problem(status, err, 3))
    out = io.BytesIO()
    np.save(out, np.zeros(3, [('a', '<i4'), ('b', 'u1')]))
    status, got, err = run(['decode', '-'], out.getvalue())
    report.check('npy of records', error_problem(status, err, 3))
    # Damaged headers.
    good = fx.npy(fx.values('ramp', (4, 4), '<i4', 1))
    for name, bad in (
            ('version 0', good[:6] + b'\0' + good[7:]),
            ('version 9', good[:6] + b'\x09' + good[7:]),
            ('header length', good[:8] + b'\xff\xff' + good[10:]),
            ('no dict', good[:10] + b'x' * (len(good) - 10)),
            ('negative', good.replace(b'(4, 4)', b'(-4,4)')),
            ('huge', good.replace(b'(4, 4)', b'(99999999999999999999,)')
             .replace(b'}' + b' ' * 17, b'}', 1)),
            ('float shape', good.replace(b'(4, 4)', b'(4.,4)')),
            ('short', good[:-1]), ('long', good + b'\0'),
            ('shape too large', good.replace(b'(4, 4)', b'(5, 4)')),
            ('shape too small', good.replace(b'(4, 4)', b'(3, 4)')),
            ('call', good.replace(b"'<i4'", b'exit(')),
            ('nul', good.replace(b'False', b'Fal\0e')),
            ('only magic', good[:6]), ('only version', good[:8]),
            ('half header', good[:40])):
        status, got, err = run(['decode', '-', '-o', 'bad.out'], bad)
        report.check('npy ' + name, error_problem(status, err, 3) or
                     ('output left' if os.path.exists('bad.out') else None))
    leftovers(report, 'sweep-npy')
    report.end(130)


SCALES = ('unit', 'signed', 'none', 'standard', '0.1307,0.3081', '0.5,0.5',
          '0,1', '-0.25,2', '1e-3,1e3', '0.13066047627384,0.30810780385646')
CELLS = {'f32': ('bin', 'npy', 'idx'), 'f64': ('bin', 'npy', 'idx'),
         'f16': ('bin', 'npy'), 'bf16': ('bin',)}
NUMPY_NAME = {'f32': '<f4', 'f64': '<f8', 'f16': '<f2', 'bf16': '<u2',
              'u8': '|u1'}


def near_problem(want, got):
    """f64 rows that may differ in the last two bits or so: a mean or deviation
    computed in another order is as right."""
    if len(want) != len(got):
        return first_difference(want, got, '<f8')
    w, g = np.frombuffer(want, '<f8'), np.frombuffer(got, '<f8')
    off = np.abs(w - g) > 1e-15 * np.maximum(1, np.abs(w))
    if off.any() or np.isnan(g).any():
        at = int(np.argmax(off))
        return 'number %d is %r, expected %r' % (at, g[at], w[at])
    return None


def scaled_problem(want, dtype, fmt, got):
    if fmt == 'npy':
        return npy_problem(got, want)
    kind = NUMPY_NAME[dtype]
    if fmt == 'idx':
        kind = '>u1'
    return first_difference(encode(want, fmt), got, kind)


def cmd_sweep_scales(o):
    report = Report()
    # Every grey level, in disorder, then some of them again, so that the
    # deviation is not that of a plain ramp.
    r = np.random.RandomState(5)
    a = np.concatenate([r.permutation(256), r.randint(0, 256, 44)])
    a = a.astype(np.uint8).reshape(3, 10, 10)
    fx.write('grey.idx.gz', fx.gz(fx.idx(a)))
    fx.write('grey.npy', fx.npy(a))
    jobs = [(s, d, f, i) for s in SCALES for d in CELLS for f in CELLS[d]
            for i in ('grey.idx.gz', 'grey.npy')]
    jobs += [('none', 'u8', f, 'grey.idx.gz') for f in ('bin', 'npy', 'idx')]
    jobs += [(None, 'u8', 'bin', 'grey.idx.gz'),
             (None, None, None, 'grey.idx.gz'),
             ('signed', None, None, 'grey.npy'),
             (None, 'f64', None, 'grey.npy'), (None, None, 'npy', 'grey.npy')]

    def work(job):
        scale, dtype, fmt, name = job
        args = ['normalize', name, '-q']
        if scale:
            # A negative mean must not look like an option.
            args += ['--scale=' + scale]
        if dtype:
            args += ['--dtype', dtype]
        if fmt:
            args += ['--format', fmt]
        status, out, err = run(args)
        if status != 0 or err:
            return 'status %d: %r' % (status, err[:300])
        if not scale:
            scale = 'none' if dtype == 'u8' else 'unit'
        dtype, fmt = dtype or 'f32', fmt or 'bin'
        if (scale, dtype, fmt) == ('standard', 'f64', 'bin'):
            return near_problem(little(scaled(a, scale, dtype)).tobytes(), out)
        if (scale, dtype) == ('standard', 'f64'):
            # The same numbers as in bin, which were compared.
            rows = run(['normalize', name, '--scale=standard', '--dtype',
                        'f64', '-q'])[1]
            rows = np.frombuffer(rows, '<f8').reshape(a.shape)
            return scaled_problem(rows, dtype, fmt, out)
        return scaled_problem(scaled(a, scale, dtype), dtype, fmt, out)

    for job, problem in zip(jobs, in_parallel(work, jobs)):
        report.check(' '.join(str(j) for j in job), problem)

    # Standard input, for every mode that reads it once.
    for scale in SCALES:
        if scale == 'standard':
            continue
        status, out, err = run(['normalize', '-', '--scale=' + scale],
                               fx.read('grey.idx.gz'))
        report.check('stdin ' + scale, 'status %d: %r' % (status, err[:300])
                     if status else scaled_problem(scaled(a, scale, 'f32'),
                                                   'f32', 'bin', out))
    status, out, err = run(['normalize', '-', '--scale', 'standard'],
                           fx.read('grey.idx.gz'))
    report.check('stdin standard', error_problem(status, err, 2))

    # What does not go together, and numbers that are none.
    wrong = [['--dtype', 'bf16', '--format', 'npy'],
             ['--dtype', 'bf16', '--format', 'idx'],
             ['--dtype', 'f16', '--format', 'idx'],
             ['--dtype', 'f8'], ['--dtype', 'F32'], ['--dtype', ''],
             ['--format', 'csv'], ['--format', ''], ['--scale', 'Unit'],
             ['--scale', ''], ['--scale', 'sgned']]
    wrong += [['--dtype', 'u8', '--scale=' + s] for s in SCALES
              if s != 'none']
    wrong += [['--scale=' + s] for s in
              ('0.1', '0.1,', ',0.1', ',', '0.1,0.3,', '0.1,0.3,0.5', 'a,b',
               '0.1,0', '0.1,-0.0', '0.1,-1', 'nan,1', '1,nan', 'inf,1',
               '0,inf', '1e999,1', '0,1e-999', '0.1,0.3x', '0.1;0.3',
               '0,1 ', ' 0,1')]
    for args in wrong:
        status, out, err = run(['normalize', 'grey.npy', '-o', 'w.out'] + args)
        report.check(' '.join(args), error_problem(status, err, 2) or
                     ('output left' if os.path.exists('w.out') else None))

    # A picture of one level has no deviation.
    fx.write('flat.idx', fx.idx(np.full((2, 3, 3), 7, np.uint8)))
    status, out, err = run(['normalize', 'flat.idx', '--scale', 'standard',
                            '-o', 'w.out'])
    report.check('constant', error_problem(status, err, 3) or
                 ('output left' if os.path.exists('w.out') else None))
    # No rows: no bytes, but the header where there is one.
    fx.write('none.idx', fx.idx(np.zeros((0, 4, 4), np.uint8)))
    for fmt in CELLS['f32']:
        status, out, err = run(['normalize', 'none.idx', '--format', fmt])
        report.check('no rows ' + fmt, 'status %d: %r' % (status, err)
                     if status else scaled_problem(
                         np.zeros((0, 4, 4), np.float32), 'f32', fmt, out))
    leftovers(report, 'sweep-scales')
    report.end(240)


def cmd_sweep_onehot(o):
    report = Report()
    labels = fx.values('labels:10', (137,), 'u1', 4)
    few = labels % 3
    files = {}
    for kind in ('u8', 'i8', 'i16', 'i32'):
        files[kind] = fx.gz(fx.idx(labels, kind))
    jobs = [(k, c, e, f) for k in files for c in (10, 26, 256)
            for e in ('0', '0.1') for f in ('bin', 'npy', 'idx')]
    jobs += [('u8', 10, e, 'bin') for e in
             ('0.0', '0.3', '1e-9', '0.9999999')]

    def work(job):
        kind, classes, e, fmt = job
        status, out, err = run(
            ['onehot', '-', '--classes', str(classes), '--smoothing', e,
             '--format', fmt], files[kind])
        if status != 0 or err:
            return 'status %d: %r' % (status, err[:300])
        return scaled_problem(onehot(labels, classes, float(e)), 'f32', fmt,
                              out)

    for job, problem in zip(jobs, in_parallel(work, jobs)):
        report.check(' '.join(str(j) for j in job), problem)

    for name, args, data, want in (
            ('defaults', [], labels, onehot(labels, 10, 0)),
            ('three', ['--classes', '3'], few, onehot(few, 3, 0)),
            ('one', ['--classes=1'], few * 0, onehot(few * 0, 1, 0)),
            ('no rows', [], labels[:0], onehot(labels[:0], 10, 0)),
            ('npy', [], None, onehot(labels, 10, 0))):
        raw = fx.npy(labels.astype('<i4')) if data is None else fx.idx(data)
        status, out, err = run(['onehot', '-'] + args, raw)
        report.check(name, 'status %d: %r' % (status, err[:300]) if status
                     else scaled_problem(want, 'f32', 'bin', out))

    # Labels that do not fit: row and value are named.
    def refuse(name, kind, row, value, args=()):
        a = few if args else labels
        a = a.astype(fx.IDX_TYPES[kind][1].replace('>', '<'))
        a[row] = value
        fx.write('bad.idx', fx.idx(a, kind))
        status, out, err = run(['onehot', 'bad.idx', '-o', 'bad.out'] +
                               list(args))
        report.check(name, error_problem(
            status, err, 3, r'\b%d\b.*(\D|^)%s\b|(\D|^)%s\b.*\b%d\b' %
            (row, value, value, row)) or
            ('output left' if os.path.exists('bad.out') else None))

    refuse('ten of ten', 'u8', 136, 10)
    refuse('first row', 'u8', 0, 10)
    refuse('255', 'u8', 100, 255)
    refuse('negative', 'i8', 57, -1)
    refuse('most negative', 'i32', 58, -2147483648)
    refuse('wraps to 3 in 8 bits', 'i16', 59, 259)
    refuse('wraps to 3 in 16 bits', 'i32', 60, 65539)
    refuse('nine of nine', 'u8', 77, 9, ['--classes', '9'])

    wrong = [['--classes', c] for c in
             ('0', '-1', 'ten', '1.5', '', '10 ', '0x10', '1e1',
              '99999999999999999999')]
    wrong += [['--smoothing', e] for e in
              ('-0.1', '1.1', 'nan', 'inf', '', 'a', '0.1x', '0,1')]
    wrong += [['--format', 'csv']]
    fx.write('labels.gz', files['u8'])
    for args in wrong:
        args = ['='.join(args)]
        status, out, err = run(['onehot', 'labels.gz', '-o', 'w.out'] + args)
        report.check(args[0], error_problem(status, err, 2) or
                     ('output left' if os.path.exists('w.out') else None))

    # Pictures and real numbers are no labels.
    fx.write('images.gz', fx.gz(fx.idx(fx.values('ramp', (3, 5, 5), 'u1', 1))))
    status, out, err = run(['onehot', 'images.gz', '-o', 'w.out'])
    report.check('images', error_problem(status, err, 3, 'swap|images'))
    fx.write('real.idx', fx.idx(np.array([1.5, 2, 3], 'f4'), 'f32'))
    status, out, err = run(['onehot', 'real.idx', '-o', 'w.out'])
    report.check('real', error_problem(status, err, 3))
    leftovers(report, 'sweep-onehot')
    report.end(110)


def refused(name, data, report, pattern='', status=3, stdin=True, **more):
    """decode refuses these bytes, from a file and from a pipe, and leaves
    nothing. Names are kept apart, for runs in parallel."""
    path = 'in.' + name.replace('/', '_').replace(' ', '_')
    out = path + '.out'
    fx.write(path, data)
    got, text, err = run(['decode', path, '-o', out], **more)
    report.check(name, error_problem(got, err, status, pattern) or
                 ('output left' if os.path.exists(out) else None) or
                 ('something on stdout' if text else None))
    if stdin:
        got, text, err = run(['decode', '-', '-o', out], data, **more)
        report.check(name + ' by stdin',
                     error_problem(got, err, status, pattern) or
                     ('output left' if os.path.exists(out) else None))


def small():
    """A few hundred bytes of gzip, and its payload."""
    a = fx.values('pixels', (3, 12, 12), 'u1', 9)
    raw = fx.idx(a)
    return fx.gz(raw), raw, a


def cmd_sweep_gzip(o):
    report = Report()
    data, raw, _ = small()
    fx.write('good.gz', data)

    def made(sub, *more):
        out = 'made'
        subprocess.run([sys.executable, fx.__file__, sub, 'good.gz', out] +
                       list(more), check=True)
        return fx.read(out)

    def npz():
        out = io.BytesIO()
        np.savez(out, x=np.zeros(3))
        return out.getvalue()

    # Said differently, but right.
    for name, good in (('plain', raw), ('gzip', data),
                       ('padded', made('pad')),
                       ('padded by one', made('pad', '--bytes', '1')),
                       ('padded by 100000', made('pad', '--bytes', '100000')),
                       ('two members', made('multimember')),
                       ('200 members', made('multimember', '--parts', '200')),
                       ('two members, padded', made('multimember') +
                        bytes(512)),
                       ('a name', made('regzip', '--name',
                                       'train-images.idx3-ubyte')),
                       ('level 9', made('regzip', '--level', '9')),
                       ('stored', fx.gz(raw, 0)),
                       ('header crc', made('goodfhcrc')),
                       ('empty member at the end', data + fx.gz(b'')),
                       ('20 empty members', fx.gz(b'') * 20 + data)):
        fx.write('good', good)
        for args, stdin in ((['good'], b''), (['-'], good)):
            status, out, err = run(['decode'] + args, stdin)
            report.check(name, 'status %d: %r' % (status, err[:300])
                         if status or err else first_difference(raw, out))

    end = 'trailing|after the end|after its end|bytes follow|garbage'
    for name, bad, pattern in (
            ('wrong crc', made('badcrc'), 'crc|checksum|check'),
            ('wrong length', made('badsize'), 'length|size|check'),
            ('reserved flags', made('badflags'), 'flag|gzip'),
            ('unknown method', made('badmethod'), 'method|gzip'),
            ('wrong header crc', made('badfhcrc'), 'crc|gzip'),
            ('second member broken', made('secondbroken'),
             'crc|checksum|check'),
            ('text after the end', made('trailing'), end),
            ('one byte after the end', data + b'x', end),
            ('padding, then a byte', data + bytes(100) + b'x', end),
            ('half of a second member', data + data[:40], ''),
            ('a second member too many', data + data, ''),
            ('empty', b'', 'empty'),
            ('only empty members', fx.gz(b'') * 3, 'empty'),
            ('web page', b'<!DOCTYPE html>\n<html><title>Log in</title>',
             'web page'),
            ('web page with blanks', b'\n\n  <HTML><body>403</body></HTML>',
             'web page'),
            ('web page inside gzip', fx.gz(b'<html><title>x</title></html>'),
             'web page'),
            ('xz', made('xz'), r'\bxz\b|packed twice'), ('bzip2', made('bz2'), 'bzip2'),
            ('npz', npz(), 'zip|npz'),
            ('zip', b'PK\x03\x04' + bytes(60), 'zip'),
            ('gzip inside gzip', fx.gz(data), 'gzip'),
            ('text', b'hello, world\n', ''), ('one byte', b'\0', ''),
            ('zeros', bytes(2000), ''), ('json', b'{"error": 404}', ''),
            ('compress', b'\x1f\x9d\x90' + bytes(50), '')):
        refused(name, bad, report, pattern)
    leftovers(report, 'sweep-gzip')
    report.end(70)


def cmd_sweep_flips(o):
    report = Report()
    data, raw, _ = small()
    # A sanitized program takes ten times as long to start.
    step = 3 if SANITIZED else 1
    flips = [(i, b) for i in range(0, len(data), step)
             for b in ((i + i // 8) % 8,)]
    # Every bit of the header and of the trailer.
    ends = list(range(10)) + list(range(len(data) - 8, len(data)))
    flips += [(i, b) for i in ends for b in range(0, 8, step)]

    def work(job):
        at, bit = job
        bad = bytearray(data)
        bad[at] ^= 1 << bit
        out = 'flip.%d.%d' % job
        status, text, err = run(['decode', '-', '-o', out], bytes(bad))
        if status == 0:
            got = fx.read(out)
            os.unlink(out)
            if at in (4, 5, 6, 7, 8, 9):  # time, kind, system: no one checks
                return first_difference(raw, got)
            return 'not detected' if got != raw else None
        if os.path.exists(out):
            return 'output left'
        return error_problem(status, err, 3)

    for job, problem in zip(flips, in_parallel(work, flips)):
        report.check('byte %d bit %d' % job, problem)
    leftovers(report, 'sweep-flips')
    report.end(150 if SANITIZED else 400)


def cmd_sweep_truncate(o):
    report = Report()
    data, raw, a = small()
    step = 5 if SANITIZED else 1
    from PIL import Image
    png = io.BytesIO()
    Image.fromarray(a[0]).save(png, 'PNG')
    png = png.getvalue()
    npy = fx.npy(a[0])
    jobs = []
    for name, whole, by in (('gz', data, step), ('idx', raw, 5 * step),
                            ('npy', npy, 3 * step), ('png', png, 3 * step),
                            ('two members', fx.gz(raw[:200]) +
                             fx.gz(raw[200:]), 5 * step)):
        lengths = set(range(0, len(whole), by))
        lengths |= set(range(0, 20)) | {len(whole) - k for k in range(1, 13)}
        jobs += [(name, whole, n) for n in sorted(lengths)]

    def work(job):
        name, whole, keep = job
        out = 'cut.%s.%d' % (name, keep)
        status, text, err = run(['decode', '-', '-o', out], whole[:keep])
        if os.path.exists(out):
            return 'output left'
        return error_problem(status, err, 3)

    for job, problem in zip(jobs, in_parallel(work, jobs)):
        report.check('%s cut to %d' % (job[0], job[2]), problem)
    leftovers(report, 'sweep-truncate')
    report.end(250 if SANITIZED else 600)


def cmd_sweep_headers(o):
    """Headers that lie. With RLIMIT_AS of 64 MiB where that is possible: what
    a header announces must not be allocated."""
    import resource
    report = Report()
    more = {}
    if not SANITIZED:
        size = 64 << 20

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        more['preexec_fn'] = limit

    def idx(head, *dims, payload=b''):
        return bytes.fromhex(head) + b''.join(
            d.to_bytes(4, 'big') for d in dims) + payload

    big = 0xffffffff
    cases = [
        ('magic', b'\1\0\x08\1\0\0\0\1\7', ''),
        ('magic 2', b'\0\1\x08\1\0\0\0\1\7', ''),
        ('type 0', idx('00000001', 1, payload=b'\7'), ''),
        ('type 10', idx('00000a01', 1, payload=b'\7'), ''),
        ('type 15', idx('00000f01', 1, payload=b'\7'), ''),
        ('type 255', idx('0000ff01', 1, payload=b'\7'), ''),
        ('real numbers of one byte', idx('00000d01', 4, payload=b'\7' * 4),
         ''),
        ('no dimension', idx('00000800'), ''),
        ('no dimension, a byte', idx('00000800', payload=b'\7'), ''),
        ('nine dimensions', idx('00000809', *[1] * 9, payload=b'\7'), 'dim'),
        ('255 dimensions', idx('000008ff', *[1] * 255, payload=b'\7'), 'dim'),
        ('largest', idx('00000804', big, big, big, big), ''),
        ('largest of eight bytes', idx('00000e08', *[big] * 8), ''),
        ('65536 cubed', idx('00000803', 65536, 65536, 65536), ''),
        ('wraps to 0 in 32 bits', idx('00000802', 65536, 65536), ''),
        ('wraps to 0 in 64 bits', idx('00000804', *[65536] * 4), ''),
        ('wraps to 16 in 32 bits',
         idx('00000802', 16, 268435457, payload=bytes(16)), ''),
        ('wraps to 16 in 64 bits',
         idx('00000803', 30781840, 429509837, 5581, payload=bytes(16)), ''),
        ('wraps to 16 by the size of a number',
         idx('00000e03', 0x80000000, 0x40000000, 1, payload=bytes(16)), ''),
        ('four billion rows', idx('00000803', big, 28, 28,
                                  payload=bytes(784)), ''),
        ('a row of 4 GB', idx('00000802', 1, big, payload=bytes(1000)), ''),
        ('height 0', idx('00000803', 5, 0, 28), ''),
        ('width 0', idx('00000803', 5, 28, 0), ''),
        ('short by one', idx('00000803', 2, 3, 3, payload=bytes(17)), ''),
        ('long by one', idx('00000803', 2, 3, 3, payload=bytes(19)), ''),
        ('short by all', idx('00000803', 2, 3, 3), ''),
        ('long by a megabyte',
         idx('00000803', 2, 3, 3, payload=bytes(18 + (1 << 20))), ''),
        ('no rows, but a byte', idx('00000803', 0, 3, 3, payload=b'\0'), ''),
        ('little-endian', b'\3\x08\0\0' + (2).to_bytes(4, 'little') +
         (3).to_bytes(4, 'little') * 2 + bytes(18), 'little'),
        ('little-endian sizes', b'\0\0\x08\3' + (2).to_bytes(4, 'little') +
         (3).to_bytes(4, 'little') * 2 + bytes(18), ''),
        ('half a header', b'\0\0\x08\3\0\0', ''),
        ('only a magic', b'\0\0\x08\3', ''),
    ]
    for name, data, pattern in cases:
        refused(name, data, report, pattern, **more)
        refused(name + ' gz', fx.gz(data), report, pattern, stdin=False,
                **more)
        for command in ('normalize', 'onehot'):
            status, out, err = run([command, '-', '-o', 'h.out'], data, **more)
            report.check('%s: %s' % (command, name),
                         error_problem(status, err, 3) or
                         ('output left' if os.path.exists('h.out') else None))
    # The same under the limit, when it is right: the limit is not the reason.
    a = fx.values('random', (300, 28, 28), 'u1', 1)
    status, out, err = run(['decode', '-'], fx.gz(fx.idx(a)), **more)
    report.check('right', 'status %d: %r' % (status, err) if status else
                 first_difference(fx.idx(a), out))

    # Bombs: a header that promises little and a gigabyte of zeros after it.
    member = fx.gz(bytes(1 << 20))
    for name, bomb, pattern in (
            ('bomb', fx.gz(idx('00000803', 1, 28, 28)) + member * 1024, ''),
            ('bomb in one member', fx.gz(idx('00000803', 1, 28, 28) +
                                         bytes(100 << 20)), ''),
            ('bomb without a header', member * 1024, ''),
            ('10000 empty members', fx.gz(b'') * 10000, ''),
            ('bomb of spaces', fx.gz(b' ' * (1 << 20)) * 1024, '')):
        start = time.monotonic()
        refused(name, bomb, report, pattern, stdin=False, **more)
        took = time.monotonic() - start
        bound = 10 if SANITIZED else 2
        report.check(name + ' in time', 'took %.1f s' % took
                     if took > bound else None)
    # Pictures that promise more than they have.
    def png(w, h, depth=8, color=0):
        import struct
        import zlib

        def chunk(kind, body):
            return (struct.pack('>I', len(body)) + kind + body +
                    struct.pack('>I', zlib.crc32(kind + body)))
        return (b'\x89PNG\r\n\x1a\n' +
                chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, depth, color, 0,
                                           0, 0)) +
                chunk(b'IDAT', zlib.compress(bytes(1000))) +
                chunk(b'IEND', b''))
    for name, data in (('png of 0', png(0, 0)),
                       ('png of 2^31', png(0x7fffffff, 0x7fffffff)),
                       ('png of 100000 squared', png(100000, 100000)),
                       ('png of 16000 squared', png(16000, 16000)),
                       ('png of 3 bits', png(28, 28, 3)),
                       ('png of too few pixels', png(64, 64))):
        refused(name, data, report, stdin=False, **more)
    leftovers(report, 'sweep-headers')
    report.end(150)


NAMES = ['with space', 'two\nlines', 'tab\there', '-dash', '--force', '-o',
         'dollar$HOME', 'hash#', 'percent%s%n%d', 'quote\'"', 'back\\slash',
         'bell\a', 'esc\x1b]0;x\a', 'csi\x1b[31mred', 'cr\rover', 'del\x7f',
         'größe', '数字', 'smile\U0001f600', 'c1\x85\x9b31m', 'bidi\u202eabc',
         'mark\u200ea', 'e\u0301', 'x' * 255, '-', '.hidden', '*', '~']
# As they are on disk: invalid UTF-8 among them.
NAME_BYTES = [n.encode() for n in NAMES if n != '-'] + [
    b'bad\xff\xfe', b'cut\xe2\x82', b'long\xc0\xaf', b'lone\x9b31m',
    b'surrogate\xed\xa0\x80']


def cmd_sweep_names(o):
    report = Report()
    data, raw, _ = small()
    jobs = []
    names = NAME_BYTES[::3] if SANITIZED else NAME_BYTES
    for name in names:
        shown = ascii(name)
        os.mkdir(b'd')
        os.chdir(b'd')
        end = [b'--'] if name.startswith(b'-') else []
        # Missing: status 1.
        status, out, err = run([b'decode'] + end + [name])
        report.check('missing ' + shown, error_problem(status, err, 1))
        # Damaged: status 3. Long names are cut, yet stay one line.
        fx.write(name, b'rubbish')
        status, out, err = run([b'decode', b'-o', b'out'] + end + [name])
        report.check('damaged ' + shown, error_problem(status, err, 3))
        # Right, and as an output.
        fx.write(name, data)
        status, out, err = run([b'decode'] + end + [name])
        report.check('input ' + shown, 'status %d: %r' % (status, err)
                     if status else first_difference(raw, out))
        status, out, err = run([b'decode', b'-o', name] + end + [name])
        report.check('not replaced ' + shown, error_problem(status, err, 2) or
                     first_difference(data, fx.read(name)))
        os.unlink(name)
        status, out, err = run([b'decode', b'-', b'-o', name], data)
        report.check('output ' + shown, 'status %d: %r' % (status, err)
                     if status else first_difference(raw, fx.read(name))
                     if os.path.exists(name) else 'not there')
        found = [f for f in os.listdir(b'.') if f != name]
        report.check('alone ' + shown, 'also %r' % found if found else None)
        for f in os.listdir(b'.'):
            os.unlink(f)
        os.chdir(b'..')
        os.rmdir(b'd')
        # Wherever else a word can stand, it is shown as cleanly.
        word = [name] if not name.startswith(b'-') else [b'--', name]
        if not name.startswith(b'-'):
            jobs.append([name])
        jobs += [[c] + word for c in (b'stats', b'list', b'fetch', b'prep',
                                      b'help', b'dump', b'verify')]
        jobs += [[b'normalize', b'--scale=' + name, b'x'],
                 [b'normalize', b'--dtype=' + name, b'x'],
                 [b'decode', b'--format=' + name, b'x'],
                 [b'onehot', b'--classes=' + name, b'x'],
                 [b'decode', b'--' + name, b'x'],
                 [b'list', b'--catalogue=' + name],
                 [b'dump', b'--grid=' + name]]

    def work(args):
        status, out, err = run(args)
        return (error_problem(status, err, (1, 2)) or
                ('something on stdout' if out else None))

    for args, problem in zip(jobs, in_parallel(work, jobs)):
        report.check(ascii(args), problem)
    report.end(200 if SANITIZED else 600)


# --- Terminals and signals ---------------------------------------------------

def cmd_pty(o):
    master, slave = pty.openpty()
    stdin = open(o.stdin, 'rb') if o.stdin else subprocess.DEVNULL
    p = subprocess.Popen([PROGRAM] + o.args, stdin=stdin, stdout=slave,
                         stderr=slave if o.stderr else subprocess.PIPE,
                         start_new_session=True)
    os.close(slave)
    shown = b''
    while True:
        try:
            got = os.read(master, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            break
        if not got:
            break
        shown += got
    err = p.stderr.read() if p.stderr else b''
    p.wait()
    sys.stdout.buffer.write(shown.replace(b'\r\n', b'\n'))
    sys.stdout.buffer.write(b'status %d\n' % p.returncode + err)


def is_asleep(pid):
    """All of its threads are."""
    states = []
    for task in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/stat' % (pid, task), 'rb') as f:
            states.append(f.read().rpartition(b') ')[2][:1])
    return set(states) == {b'S'}


def wait_for_sleep(p, fd):
    """Until it has read what is in the pipe, and waits: five looks in a row."""
    looks = 0
    end = time.monotonic() + 30
    while looks < 5 and time.monotonic() < end:
        time.sleep(0.02)
        waiting = array.array('i', [0])
        if fd >= 0:
            fcntl.ioctl(fd, termios.FIONREAD, waiting)
        try:
            looks = looks + 1 if waiting[0] == 0 and is_asleep(p.pid) else 0
        except OSError:  # it ended, or there is no /proc
            if p.poll() is not None:
                return
            time.sleep(1)
            return


def cmd_signal(o):
    """Standard error of the program goes to the file ./stderr."""
    number = getattr(signal, 'SIG' + o.name)

    def usual():
        # Whoever runs the tests may ignore them, as a shell does for `&`.
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(s, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})

    with open('stderr', 'wb') as err:
        p = subprocess.Popen([PROGRAM] + o.args, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=err,
                             preexec_fn=usual)
    fd = -1
    if o.feed:
        while fd < 0 and p.poll() is None:
            try:
                fd = os.open('fifo', os.O_WRONLY | os.O_NONBLOCK)
            except OSError as e:
                if e.errno != errno.ENXIO:  # not open for reading yet
                    raise
                time.sleep(0.01)
        if fd >= 0:
            os.set_blocking(fd, True)
            os.write(fd, fx.read(o.feed)[:o.bytes])
    wait_for_sleep(p, fd)
    if p.poll() is not None:
        sys.exit('it ended before the signal, with %d: %r' %
                 (p.returncode, fx.read('stderr')))
    start = time.monotonic()
    p.send_signal(number)
    try:
        p.wait(5)
    except subprocess.TimeoutExpired:
        p.kill()
        sys.exit('it did not end within 5 s of the signal')
    took = time.monotonic() - start
    if fd >= 0:
        os.close(fd)
    print(p.returncode)
    if took > 1:
        sys.exit('it took %.1f s to end' % took)


# --- The small commands ------------------------------------------------------

def cmd_selftest(o):
    r = np.random.RandomState(1)
    xs = [0.0, -0.0, 1.0, 65504.0, 65519.9, 65520.0, 5e-8, 2.0 ** -25,
          2.9802322387695312e-08 * 1.0000001, 1e-8, 3.4e38, 1e39]
    xs += list(r.randn(500)) + list(2.0 ** r.uniform(-30, 17, 500))
    xs += [x / 255.0 for x in range(256)]
    with np.errstate(over='ignore'):
        for x in xs:
            for kind, digits, emin, emax in ((np.float16, 11, -14, 15),
                                             (np.float32, 24, -126, 127)):
                mine = round_to(x, digits, emin, emax)
                got = float(kind(x))
                mine = math.copysign(math.inf, x) if mine == 'inf' \
                    else float(mine)
                assert mine == got, (x, kind, mine, got)
    # Halfway, and just beside halfway in a way float32 cannot see.
    assert bf16_bits(1 + 2.0 ** -8) == 0x3f80
    assert bf16_bits(1 + 3 * 2.0 ** -8) == 0x3f82
    assert bf16_bits(1 + 2.0 ** -8 + 2.0 ** -40) == 0x3f81
    assert bf16_bits(-0.0) == 0x8000 and bf16_bits(1e39) == 0x7f80
    mean, std = mean_std(47040000, 1567298545, 342590800147)
    assert abs(mean - 0.130660476274) < 1e-12, mean
    assert abs(std - 0.308107803856) < 1e-12, std


def cmd_payload(o):
    fx.write(o.out, encode(load(o.input), o.format))


def cmd_scaled(o):
    fx.write(o.out, encode(scaled(load(o.input), o.scale, o.dtype), o.format))


def cmd_onehot(o):
    fx.write(o.out, encode(onehot(load(o.input), o.classes, o.smoothing),
                           o.format))


def cmd_pixels(o):
    a = load(o.input)
    fx.write(o.out, b''.join(a[i].tobytes() for i in indexes(o.index)))


def cmd_stats(o):
    print(json.dumps(stats(o.dir, o.dataset, o.classes.split(','),
                           o.splits.split(',')), indent=1))


def fail_if(problem):
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(1)


def cmd_same(o):
    kind = {'i32': '<i4', 'i64': '<i8', 'i16': '<i2', 'i8': '|i1'}
    kind.update(NUMPY_NAME)
    fail_if(first_difference(fx.read(o.want), fx.read(o.got), kind[o.dtype]))


def cmd_near(o):
    fail_if(near_problem(fx.read(o.want), fx.read(o.got)))


def cmd_check_npy(o):
    fail_if(npy_problem(fx.read(o.file), load(o.input)))


def cmd_check_stats(o):
    got = json.loads(fx.read(o.json))
    splits = o.splits.split(',')
    problems = []
    compare(stats(o.dir, o.dataset, o.classes.split(','), splits), got, '',
            problems)
    extra = set(got.get('splits', ())) - set(splits)
    if extra:
        problems.append('splits not asked for: %s' % extra)
    fail_if('\n'.join(problems[:20]))


def cmd_check_png(o):
    got = png_pixels(o.png)
    want = zoomed(load(o.input)[o.index], o.zoom)
    if got.shape != want.shape:
        fail_if('%s pixels, expected %s' % (got.shape, want.shape))
    fail_if(first_difference(want.tobytes(), got.tobytes()))


def cmd_check_sheet(o):
    a = load(o.input)
    cols, rows = (int(n) for n in o.grid.split('x'))
    fail_if(sheet_problem(png_pixels(o.png), [a[i] for i in indexes(o.index)],
                          cols, rows, o.zoom, o.captions))


def cmd_clean_text(o):
    fail_if(text_problem(fx.read(o.file)))


def answer(words):
    top = argparse.ArgumentParser(allow_abbrev=False)
    sub = top.add_subparsers(dest='cmd', required=True)

    def add(name, *words, **options):
        p = sub.add_parser(name, allow_abbrev=False)
        for w in words:
            p.add_argument(w)
        for option, default in options.items():
            option = '--' + option
            if default is False:
                p.add_argument(option, action='store_true')
            elif default is None:
                p.add_argument(option, required=True)
            else:
                p.add_argument(option, default=default, type=type(default))
        return p

    add('selftest')
    add('payload', 'input', 'out', format='idx')
    add('scaled', 'input', 'out', scale='unit', dtype='f32', format='bin')
    add('onehot', 'input', 'out', classes=10, smoothing=0.0, format='bin')
    add('pixels', 'input', 'out', index=None)
    add('stats', 'dir', dataset=None, classes=None, splits='train,test')
    add('same', 'want', 'got', dtype='u8')
    add('near', 'want', 'got')
    add('check-npy', 'file', 'input')
    add('check-stats', 'json', 'dir', dataset=None, classes=None,
        splits='train,test')
    add('check-png', 'png', 'input', index=0, zoom=1)
    add('check-sheet', 'png', 'input', index=None, grid=None, zoom=1,
        captions=False)
    add('clean-text', 'file')
    for name in ('types', 'dims', 'npy', 'scales', 'onehot', 'gzip', 'flips',
                 'truncate', 'headers', 'names'):
        add('sweep-' + name)
    add('pty', stdin='', stderr=False)
    add('signal', 'name', feed='', bytes=1 << 20)
    # After `run` come the program's own words, which argparse must not see.
    at = words.index('run') if 'run' in words else len(words)
    o = top.parse_args(words[:at])
    o.args = words[at + 1:]
    globals()['cmd_' + o.cmd.replace('-', '_')](o)


def main():
    if sys.argv[1:] != ['each']:
        answer(sys.argv[1:])
        return
    lines = sys.stdin.readlines()
    fail_if(None if lines else 'nothing to compare')
    for line in lines:
        answer(line.split())


if __name__ == '__main__':
    main()

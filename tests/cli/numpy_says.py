# SPDX-License-Identifier: MIT
"""What oracle.py and sweeps.py are made of: files read and written by numpy and
PIL, the numbers as exact fractions have them, comparisons, the program run."""
import concurrent.futures
import gzip
import io
import math
import os
import subprocess
import sys
from fractions import Fraction

import make_fixtures as fx  # noqa: E402
from make_fixtures import np  # noqa: E402

PROGRAM = os.environ.get('MNISTPREP', 'mnistprep')
SANITIZED = os.environ.get('MNISTPREP_SANITIZED') == '1'
NUMPY_NAME = {'f32': '<f4', 'f64': '<f8', 'f16': '<f2', 'bf16': '<u2',
              'u8': '|u1'}


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

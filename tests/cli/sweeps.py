# SPDX-License-Identifier: MIT
"""The sweeps of oracle.py: $MNISTPREP run many times, each time compared."""
import io
import os
import subprocess
import sys
import time

import make_fixtures as fx  # noqa: E402
from make_fixtures import np  # noqa: E402
from numpy_says import (
    NUMPY_NAME, Report, SANITIZED, encode, error_problem, first_difference,
    in_parallel, leftovers, little, near_problem, npy_problem, onehot, run,
    scaled)


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

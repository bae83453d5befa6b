# SPDX-License-Identifier: MIT
"""What scripts/bench measures: jobs, each with its contestants (mnistprep, the
floor that nothing can be faster than, the peer in Python) and what is claimed
of them."""
import gzip
import os
import shutil
import struct
import subprocess
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ('train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz',
         't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz')
ROWS, TEST_ROWS = 70000, 10000
# Of each row: 28 x 28 floats, a label, 10 floats.
PREPARED_BYTES = ROWS * (28 * 28 * 4 + 1 + 10 * 4)


class Contestant:
    def __init__(self, name, *command, prepare=None, tells_seconds=False):
        self.name, self.command = name, list(command)
        self.prepare, self.tells_seconds = prepare, tells_seconds


class Claim:
    """What follows from the times of a job, and the limit it has to keep
    (None: there is none)."""

    def __init__(self, text, value, limit, most=True, unit='x'):
        self.text, self.value, self.limit = text, value, limit
        self.most, self.unit = most, unit


class Job:
    def __init__(self, name, title, contestants, claims, clean_up=None):
        self.name, self.title = name, title
        self.contestants, self.claims = contestants, claims
        self.clean_up = clean_up


def ratio(one, *others):
    """The median of one to the sum of those of others."""
    return lambda t, m: t[one].median / sum(t[o].median for o in others)


def at_most(one, other, limit):
    return Claim(f'{one} / {other}', ratio(one, other), limit)


def faster(one, peer, limit):
    return Claim(f'{peer} / {one}', ratio(peer, one), limit, most=False)


def within_ms(one, limit):
    return Claim(one, lambda t, m: t[one].median * 1000, limit, unit=' ms')


class Environment:
    """Where everything is, and how a contestant is made of it."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.data = os.path.join(work, 'data')
        self.raw = os.path.join(self.data, options.dataset, 'raw')
        self.gz = [os.path.join(self.raw, f) for f in FILES]
        subprocess.run([options.tool, '-C', self.data, 'fetch', '-q',
                        options.dataset, '--mirror', options.raw,
                        '--only-mirrors'], check=True,
                       stdout=subprocess.DEVNULL)
        self.plain = [self.unpack(path) for path in self.gz[:2]]

    def unpack(self, path):
        to = os.path.join(self.work, os.path.basename(path)[:-3])
        with gzip.open(path) as f, open(to, 'wb') as out:
            shutil.copyfileobj(f, out)
        return to

    def path(self, name, small_files=False):
        """Small files go to memory where there is such a place: ext4 takes 2
        to 25 times as long for a while after many files were removed."""
        memory = self.options.memory_dir if small_files else None
        return os.path.join(memory or self.work, name)

    def tool(self, name, *words, out=None, zlib_only=False, keep=False):
        """A run of mnistprep; what it left in `out` is removed before."""
        tool = self.options.zlib_tool if zlib_only else self.options.tool
        to = ['-f', '-o', out] if out else []
        return Contestant(name, tool, '-q', '-C', self.data, *words, *to,
                          prepare=None if keep else remover(out))

    def floor(self, name, *words, out=None):
        program = os.path.join(self.options.programs, 'bench_floor')
        return Contestant(name, program, *words, prepare=remover(out))

    def stage(self, name, what):
        program = os.path.join(self.options.programs, 'bench_stages')
        return Contestant(name, program, what, *self.plain,
                          tells_seconds=True)

    def peer(self, name, *words, out=None, tells_seconds=False):
        command = [sys.executable, os.path.join(HERE, 'peers.py'), *words]
        return Contestant(name, *command, *([out] if out else []),
                          prepare=remover(out), tells_seconds=tells_seconds)


def remover(path):
    """The disk is at rest afterwards: the blocks of a file that was removed
    are freed for a while, beside whatever runs then."""
    def remove():
        if path and os.path.isdir(path):
            shutil.rmtree(path)
        elif path and os.path.exists(path):
            os.remove(path)
        else:
            return
        os.sync()
    return remove


# ---- the jobs ----


def start_up(env):
    return Job('start', 'Start-up', [env.tool('version', 'version'),
                                     env.tool('list', 'list')],
               [within_ms('version', 10), within_ms('list', 10)])


def prep(env):
    name = env.options.dataset
    out, old, blob = env.path('out'), env.path('old'), env.path('blob')

    def ours(what, *words, **how):
        return env.tool(what, 'prep', name, *words, out=out, **how)

    contestants = [
        env.floor('inflate, ISA-L', 'isal', *env.gz),
        ours('prep'), ours('prep -j 1', '-j', '1'),
        env.floor('inflate, zlib', 'zlib', *env.gz),
        ours('prep, zlib', zlib_only=True),
        ours('prep -j 1, zlib', '-j', '1', zlib_only=True),
        env.floor('write', 'write', str(PREPARED_BYTES), blob, out=blob),
        ours('prep --shuffle', '--shuffle', '--seed', '1'),
        env.tool('prep over an old set', 'prep', name, out=old, keep=True),
        env.peer('numpy', 'prep', env.raw, out=out),
    ]
    claims = [
        at_most('prep', 'inflate, ISA-L', 1.15),
        at_most('prep, zlib', 'inflate, zlib', 1.10),
        Claim('prep -j 1 / (inflate, ISA-L + write)',
              ratio('prep -j 1', 'inflate, ISA-L', 'write'), 1.15),
        Claim('prep -j 1, zlib / (inflate, zlib + write)',
              ratio('prep -j 1, zlib', 'inflate, zlib', 'write'), 1.15),
        faster('prep', 'numpy', 10),
        Claim('numpy / prep, minima',
              lambda t, m: min(t['numpy']) / min(t['prep']), 5, most=False),
        Claim('memory of prep', lambda t, m: m['prep'] / 1024, 12,
              unit=' MB'),
    ]
    return Job('prep', 'prep: four files to floats, labels and one-hot rows',
               contestants, claims, clean_up=remover(old))


def stats(env):
    name = env.options.dataset
    return Job('stats', 'stats: histograms, all figures', [
        env.floor('inflate, ISA-L', 'isal', *env.gz),
        env.tool('stats', 'stats', name),
        env.floor('inflate, zlib', 'zlib', *env.gz),
        env.tool('stats, zlib', 'stats', name, zlib_only=True),
        env.stage('in memory', 'stats'),
        env.peer('numpy in memory', 'stats', *env.plain, tells_seconds=True),
    ], [
        at_most('stats', 'inflate, ISA-L', 1.1),
        at_most('stats, zlib', 'inflate, zlib', 1.1),
        within_ms('in memory', 20),
        faster('in memory', 'numpy in memory', 10),
    ])


def duplicates(env):
    return Job('duplicates', 'Equal rows among 60000, in memory', [
        env.stage('in memory', 'duplicates'),
        env.peer('a set in Python', 'duplicates', *env.plain,
                 tells_seconds=True),
    ], [within_ms('in memory', 10), faster('in memory', 'a set in Python', 5)])


def augment(env):
    def thousands(one, limit):
        return Claim(f'{one}, thousands a second',
                     lambda t, m: 60 / t[one].median, limit, most=False,
                     unit='')

    return Job('augment', '60000 deformed pictures, in memory, one thread', [
        env.stage('affine', 'affine'), env.stage('elastic', 'elastic'),
        env.peer('PIL, affine', 'affine', *env.plain, tells_seconds=True),
    ], [thousands('affine', 200), thousands('elastic', 50),
        faster('affine', 'PIL, affine', 3)])


def dump(env):
    name = env.options.dataset
    out = env.path('samples', small_files=True)

    def make_folder():
        remover(out)()
        os.makedirs(out)

    def ours(what, *words):
        return env.tool(what, 'dump', name, '--split', 'test', '--zoom', '1',
                        '--count', str(TEST_ROWS), *words, out=out)

    floor = env.floor('create files', 'create', str(TEST_ROWS), '400', out)
    floor.prepare = make_folder
    return Job('dump', 'dump: 10000 pictures', [
        floor, ours('dump'), ours('dump -j 1', '-j', '1'),
        env.peer('PIL', 'dump', env.raw, out=out),
    ], [at_most('dump', 'create files', 1.5), faster('dump', 'PIL', 3)],
        clean_up=remover(out))


def sheet(env):
    ours, theirs = env.path('ours.png'), env.path('theirs.png')
    size = os.path.getsize
    return Job('sheet', 'dump: a sheet of 10000 digits', [
        env.tool('sheet', 'dump', env.options.dataset, '--split', 'test',
                 '--zoom', '1', '--padding', '0', '--count', str(TEST_ROWS),
                 '--grid', '100x100', out=ours),
        env.peer('PIL', 'sheet', env.raw, out=theirs),
    ], [faster('sheet', 'PIL', 3),
        Claim('size: sheet / PIL', lambda t, m: size(ours) / size(theirs),
              1.03)])


def formats(env):
    name = env.options.dataset
    out = env.path('formats')
    table = env.path('table/test.csv')
    subprocess.run([env.options.tool, '-q', '-C', env.data, 'prep', name,
                    '--splits', 'test', '--format', 'csv', '-o',
                    os.path.dirname(table)], check=True,
                   stdout=subprocess.DEVNULL)

    def ours(format_name, *words):
        return env.tool(format_name, 'prep', name, '--format', format_name,
                        '--dtype', 'u8', '--scale', 'none', '--no-onehot',
                        *words, out=out)

    def pair(format_name, what, peer, *words):
        theirs = env.path('theirs.' + format_name)
        return ([ours(format_name, *words),
                 env.peer(what, peer, env.raw, out=theirs)],
                faster(format_name, what, 5))

    test = ('--splits', 'test')
    pairs = [pair('csv', 'numpy.savetxt', 'write-csv', *test),
             pair('tfrecord', 'a loop in Python', 'tfrecord', *test),
             pair('webdataset', 'tarfile', 'webdataset', *test),
             pair('npz', 'numpy.savez', 'npz')]
    reading = env.path('pixels.u8')
    contestants = [c for both, _ in pairs for c in both]
    contestants += [
        env.tool('from csv', 'prep', 'mine', '--from', table, '--dtype', 'u8',
                 '--scale', 'none', '--no-onehot', out=out),
        env.peer('pandas.read_csv', 'read-csv', table, out=reading)]
    return Job('formats', 'Formats: test rows (npz: all), from the published '
               'files', contestants, [claim for _, claim in pairs]
               + [faster('from csv', 'pandas.read_csv', 5)])


# In the order in which they are measured.
JOBS = {'start': start_up, 'prep': prep, 'stats': stats,
        'duplicates': duplicates, 'augment': augment, 'dump': dump, 'sheet': sheet,
        'formats': formats}


# ---- scale ----


def member(to, body):
    """The deflated body as one gzip member: it is made once, and may be
    written many times."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(body) + packer.flush()
    to.append(packed)


def repeat(path, head, body, times):
    """An IDX file in members: its header, then the same rows again and
    again."""
    parts = []
    member(parts, head)
    member(parts, body)
    with open(path, 'wb') as f:
        f.write(parts[0])
        for _ in range(times):
            f.write(parts[1])


def make_rows(env, times):
    images, labels = (env.path(f'{times}-{part}.gz')
                      for part in ('images', 'labels'))
    with open(env.plain[0], 'rb') as f:
        pixels = f.read()[16:]
    with open(env.plain[1], 'rb') as f:
        classes = f.read()[8:]
    rows = len(classes) * times
    repeat(images, struct.pack('>IIII', 0x803, rows, 28, 28), pixels, times)
    repeat(labels, struct.pack('>II', 0x801, rows), classes, times)
    return images, labels


SCALES = (1, 10, 100)  # times 60000 rows


def per_row(name, rows):
    return Claim(f'{name}', lambda t, m: t[name].median * 1e9 / rows, None,
                 unit=' ns a row')


def scale(env):
    """Grey levels alone: what is read is what is written."""
    out = env.path('scaled')
    contestants, claims = [], []
    for times in SCALES:
        images, labels = make_rows(env, times)
        words = ('prep', 'scaled', '--images', images, '--labels', labels,
                 '--split', 'train', '--dtype', 'u8', '--scale', 'none')
        rows = 60000 * times
        for how, more in (('', ()), (', shuffled', ('--shuffle',
                                                    '--seed', '1'))):
            name = f'{rows} rows{how}'
            contestants.append(env.tool(name, *words, *more, out=out))
            claims.append(per_row(name, rows))
    for how in ('', ', shuffled'):
        first, last = (f'{60000 * t} rows{how}' for t in (1, SCALES[-1]))
        claims.append(Claim(
            f'memory: {last} - {first}',
            lambda t, m, a=first, b=last: (m[b] - m[a]) / 1024, 40,
            unit=' MB'))
    return Job('scale', 'scale: prep of many rows, as they are', contestants,
               claims, clean_up=remover(out))

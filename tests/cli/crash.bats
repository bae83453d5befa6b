#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A set is never half new. strace kills prep and fetch at chosen system calls
# (kill -9: nothing can be cleaned up), and makes system calls fail; after each
# the directory is looked at, and a plain run has to heal it.

load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # Large enough for several writes per file, not a multiple of any block.
    fixture dataset src --train 1237 --test 211 --height 20 --width 13 --seed 3
    fixture catalogue tiny.json --name tiny --dir src
    write_driver
}

setup() {
    common_setup
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null -e inject=getppid:error=EPERM true 2>/dev/null ||
        skip "strace (ptrace) is refused here"
    # LeakSanitizer cannot work under ptrace.
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    fi
}

# sweep NAME: see the end of the driver.
sweep() {
    "$MNISTPREP_TEST_PYTHON" -E -S "$BATS_FILE_TMPDIR/driver.py" "$BATS_FILE_TMPDIR" "$@"
}

write_driver() {
    cat >driver.py <<'PY'
import concurrent.futures, json, os, re, shutil, subprocess, sys, tempfile

FIXTURES, SWEEP = sys.argv[1:3]
PROGRAM = os.environ['MNISTPREP']
CATALOGUE = os.path.join(FIXTURES, 'tiny.json')
SRC = os.path.join(FIXTURES, 'src')
NAMES = sorted(os.listdir(SRC))
# Two recipes that share names with other bytes (train-images.f32, ...), and
# each of which has names that the other one does not have.
OLD = ['prep', 'tiny']
NEW = ['prep', 'tiny', '--scale', 'signed', '--no-onehot', '--label-dtype', 'i64']
FETCH = ['fetch', 'tiny', '--only-mirrors', '--mirror', SRC]
CHANGES = ['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat',
           'unlink', 'unlinkat', 'rmdir', 'mkdir', 'mkdirat']
DIRS = {'prep': 'data/tiny/prepared', 'fetch': 'data/tiny/raw'}


def program(args):
    return [PROGRAM, '-q', '--catalogue', CATALOGUE, *args]


def run(args, cwd, **kw):
    return subprocess.run(args, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, **kw)


def read_dir(path):
    """{name: bytes} of a directory; {} when it is not there."""
    found = {}
    if os.path.isdir(path):
        for name in os.listdir(path):
            p = os.path.join(path, name)
            found[name] = b'<directory>' if os.path.isdir(p) else open(p, 'rb').read()
    return found


def is_temporary(name):
    return name.startswith('.mnistprep-tmp-')


def is_marker(name):
    """A note to itself that says "this set is being replaced": fine as long as
    the set is, and gone when it is done."""
    return name.startswith('.mnistprep-') and not is_temporary(name)


class Case:
    """What is run, from which state, and what is right afterwards."""

    def __init__(self, kind, command, start):
        self.kind, self.command, self.start = kind, command, start
        self.dir = DIRS[kind]
        self.old = read_dir(os.path.join(start, self.dir))
        done = self.fresh()
        p = run(program(command), done)
        assert p.returncode == 0, p
        self.new = read_dir(os.path.join(done, self.dir))
        assert self.new and not any(map(is_temporary, self.new)), list(self.new)
        if kind == 'fetch':
            assert {n: self.new[n] for n in NAMES} == read_dir(SRC)
        shutil.rmtree(done)

    def fresh(self):
        path = tempfile.mkdtemp(dir='.')
        shutil.copytree(self.start, path, dirs_exist_ok=True)
        return path

    def state(self, cwd, temporaries=False):
        """What is wrong with the directory as it is now, as a list of texts."""
        found = read_dir(os.path.join(cwd, self.dir))
        wrong = []
        for name, data in found.items():
            if is_temporary(name):
                if not temporaries:
                    wrong.append('a temporary file is left: ' + name)
            elif is_marker(name):
                pass
            elif name == 'receipt.json':
                wrong += self.receipt(data, found)
            elif data not in (self.old.get(name), self.new.get(name)):
                wrong.append('%s is neither old nor new (%d bytes)' % (name, len(data)))
        if 'dataset.json' in found:
            found = {n: d for n, d in found.items() if not is_temporary(n) and not is_marker(n)}
            if found not in (self.old, self.new):
                which = 'old' if found['dataset.json'] == self.old.get('dataset.json') else 'new'
                other = {'old': self.old, 'new': self.new}[which]
                wrong.append('the manifest of the %s set stands beside: %s' % (which, ', '.join(
                    '%s (%s)' % (n, 'missing' if n not in found else 'not of it') for n in
                    sorted(set(found) | set(other)) if found.get(n) != other.get(n))))
        return wrong

    @staticmethod
    def receipt(data, found):
        """A receipt is whole JSON and names no file that is not there."""
        try:
            text = json.dumps(json.loads(data))
        except ValueError as error:
            return ['the receipt is torn: %s' % error]
        return ['the receipt names %s, which is not there' % n for n in NAMES
                if '"%s"' % n in text and n not in found]

    def heal(self, cwd):
        """A plain run: succeeds, and gives the new set and nothing else. And so
        does a run of the old recipe instead."""
        wrong = []
        if self.kind == 'prep' and self.old:
            back = tempfile.mkdtemp(dir='.')
            shutil.copytree(cwd, back, dirs_exist_ok=True)
            wrong += self.next_run(back, OLD, self.old, 'with the old recipe ')
            shutil.rmtree(back)
        return wrong + self.next_run(cwd, self.command, self.new, '')

    def next_run(self, cwd, command, want, what):
        p = run(program(command), cwd)
        if p.returncode != 0:
            return ['the next run %sfails with %d: %s' % (what, p.returncode, p.stderr.decode())]
        found = read_dir(os.path.join(cwd, self.dir))
        bad = ['%s (%s)' % (n, 'missing' if n not in found else 'extra' if n not in want else 'wrong')
               for n in sorted(set(found) | set(want))
               # a receipt has the time of each file
               if found.get(n) != want.get(n) and not (n == 'receipt.json' and n in found and n in want)]
        return ['after the next run %s: %s' % (what, ', '.join(bad))] if bad else []

    def trace(self, extra=()):
        """The calls of an undisturbed run: [(pid, name, rest of the line)]."""
        cwd = self.fresh()
        p = run(['strace', '-f', '-y', '-o', 'trace', *program([*self.command, *extra])], cwd)
        assert p.returncode == 0, p
        calls = read_trace(os.path.join(cwd, 'trace'))
        shutil.rmtree(cwd)
        return calls


def read_trace(path):
    """[(pid, name, rest)]; a close says whether the file was open for writing."""
    calls, mode, pending = [], {}, {}
    with open(path, encoding='utf-8', errors='replace') as f:
        for line in f:
            m = re.match(r'(\d+) +(?:<\.\.\. )?([a-z_0-9]+)(\(| resumed>)(.*)', line)
            if not m:
                continue
            pid, name, entered, rest = m.groups()
            if name in ('open', 'openat', 'creat'):
                if entered == '(':
                    pending[pid] = 'WRITTEN' if re.search('O_WRONLY|O_RDWR', rest) else 'READ'
                fd = re.search(r'= (\d+)', rest)
                if fd and pid in pending:
                    mode[fd.group(1)] = pending.pop(pid)
            if entered == '(':
                if name == 'close':
                    rest += ' ' + mode.get(re.match(r'\d*', rest).group(), 'READ')
                calls.append((pid, name, rest))
    return calls


def sample(last, count):
    """At most `count` numbers from 1 to last, both ends among them."""
    if last <= count:
        return list(range(1, last + 1))
    if count == 1:
        return [last]
    return sorted({1 + round(i * (last - 1) / (count - 1)) for i in range(count)})


def numbered(calls):
    """strace counts per thread: [(n, name, rest)]."""
    seen = {}
    for pid, name, rest in calls:
        n = seen[pid, name] = seen.get((pid, name), 0) + 1
        yield n, name, rest


def report(results):
    bad = 0
    hit = 0
    for title, was_hit, wrong in results:
        hit += was_hit
        for text in wrong:
            bad += 1
            print('%s: %s' % (title, text))
    print('%s: %d points, %d reached, %d problems' % (SWEEP, len(results), hit, bad))
    assert hit >= max(3, len(results) * 2 // 3), 'too few of the points were reached'
    sys.exit(bad > 0)


def parallel(jobs):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(lambda job: job(), jobs))


# --- kill -9

def kill_at(case, name, n, extra):
    cwd = case.fresh()
    p = run(['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + name,
             '-e', 'inject=%s:signal=KILL:when=%d' % (name, n), *program([*case.command, *extra])], cwd)
    title = 'kill -9 at %s %d' % (name, n)
    if p.returncode not in (0, -9, 137):
        shutil.rmtree(cwd)
        return title, False, ['status %d: %s' % (p.returncode, p.stderr.decode())]
    wrong = case.state(cwd, temporaries=True) + case.heal(cwd)
    shutil.rmtree(cwd)
    return title, p.returncode != 0, wrong


def kill_sweep(case, per_call, extra=()):
    last = {}
    for n, name, _ in numbered(case.trace(extra)):
        last[name] = max(n, last.get(name, 0))
    last.pop('execve', None)
    jobs = []
    for name, count in sorted(last.items()):
        points = range(1, count + 1) if name in CHANGES + ['fsync', 'fdatasync'] else \
            sample(count, per_call.get(name, per_call['*']))
        jobs += [lambda name=name, n=n: kill_at(case, name, n, extra) for n in points]
    report(parallel(jobs))


# --- calls that fail

def fail_at(case, name, n, error, extra):
    cwd = case.fresh()
    p = run(['strace', '-f', '-qq', '-y', '-o', 'trace', '-e', 'trace=' + ','.join({name, *CHANGES} & KNOWN),
             '-e', 'inject=%s:error=%s:when=%d' % (name, error, n), *program([*case.command, *extra])], cwd)
    title = '%s at %s %d' % (error, name, n)
    # Had the commit begun when the call failed?
    begun = injected = False
    with open(os.path.join(cwd, 'trace'), encoding='utf-8', errors='replace') as f:
        for line in f:
            if '(INJECTED)' in line:
                injected = True
                break
            begun = begun or touches_final(case, line)
    wrong = []
    if injected:
        if p.returncode != 1:
            wrong.append('status %d, expected 1' % p.returncode)
        lines = p.stderr.decode(errors='replace').splitlines()
        if p.returncode == 1 and (len(lines) != 1 or not lines[0].startswith('mnistprep %s: ' % case.kind)):
            wrong.append('not one error line: %r' % lines)
        wrong += case.state(cwd)
        found = {n: d for n, d in read_dir(os.path.join(cwd, case.dir)).items() if not is_marker(n)}
        if not begun and case.kind == 'prep' and p.returncode != 0 and found != case.old:
            wrong.append('the old set was whole and is not: ' + ', '.join(
                n for n in sorted(set(found) | set(case.old)) if found.get(n) != case.old.get(n)))
    wrong += case.heal(cwd)
    shutil.rmtree(cwd)
    return title, injected, wrong


def touches_final(case, line):
    """Does this line of a trace change a name that is not a temporary one?"""
    m = re.match(r'\d+ +([a-z_0-9]+)\((.*)', line)
    if not m or m.group(1) not in CHANGES or m.group(1).startswith(('mkdir', 'rmdir')):
        return False
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', m.group(2))
    return bool(strings) and not os.path.basename(strings[-1]).startswith('.mnistprep-')


KNOWN = set()


def read_fails_at(case, path, n):
    """The n-th read of that file fails; -P keeps the loader's own out of it."""
    cwd = case.fresh()
    p = run(['strace', '-f', '-qq', '-o', 'trace', '-P', path, '-e', 'trace=read,pread64',
             '-e', 'inject=read,pread64:error=EIO:when=%d' % n, *program(case.command)], cwd)
    title = 'EIO at read %d of %s' % (n, path)
    with open(os.path.join(cwd, 'trace'), encoding='utf-8', errors='replace') as f:
        injected = '(INJECTED)' in f.read()
    wrong = []
    if injected:
        if p.returncode != 1:
            wrong.append('status %d, expected 1: %s' % (p.returncode, p.stderr.decode()))
        if read_dir(os.path.join(cwd, case.dir)) != case.old:
            wrong.append('the old set was whole and is not')
    shutil.rmtree(cwd)
    return title, injected, wrong


def read_sweep(case):
    calls = case.trace()
    jobs = []
    for name in NAMES:
        path = 'data/tiny/raw/' + name
        count = sum(1 for _, call, rest in calls
                    if call in ('read', 'pread64') and '/' + path in rest)
        assert count, path
        jobs += [lambda path=path, n=n: read_fails_at(case, path, n) for n in sample(count, 4)]
    report(parallel(jobs))


def fail_sweep(case, errors, points, extra=()):
    calls = case.trace(extra)
    KNOWN.update(name for _, name, _ in calls)
    jobs = []
    for name, error, wanted in errors:
        numbers = sorted({n for n, other, rest in numbered(calls)
                          if other == name and re.search(wanted, rest)})
        chosen = [numbers[i - 1] for i in sample(len(numbers), points)] if numbers else []
        jobs += [lambda name=name, n=n, error=error: fail_at(case, name, n, error, extra) for n in chosen]
    assert jobs, 'no such calls'
    report(parallel(jobs))


# --- the states to start from

def start(kind):
    path = tempfile.mkdtemp(dir='.', prefix='start-')
    if kind == 'nothing':
        return path
    shutil.copytree(SRC, os.path.join(path, 'data/tiny/raw'))
    if kind == 'old':
        p = run(program(OLD), path)
        assert p.returncode == 0, p
    return path


# What the program opens, writes, closes under its data directory, and (in the
# raw directory) reads: not the loader's files, and not standard output.
MADE = r'/data/tiny/(prepared|raw)/'
SAMPLES = {'write': 24, 'pwrite64': 24, 'writev': 24, '*': 6}
WRITES = [(name, error, MADE) for name in ('write', 'pwrite64', 'writev', 'pwritev')
          for error in ('ENOSPC', 'EIO')]
CLOSES = [('close', 'EIO', MADE + r'\.mnistprep-tmp.* WRITTEN$')]
OPENS = [('openat', 'EACCES', r'O_CREAT'), ('openat', 'EMFILE', r'O_CREAT')]
RENAMES = [(name, error, '.') for name in ('rename', 'renameat', 'renameat2', 'link', 'linkat')
           for error in ('EIO', 'ENOSPC')]
UNLINKS = [(name, 'EIO', '.') for name in ('unlink', 'unlinkat')]
SYNCS = [(name, 'EIO', MADE + r'\.mnistprep-tmp') for name in ('fsync', 'fdatasync')]

if SWEEP == 'prep-kill':
    kill_sweep(Case('prep', NEW, start('old')), SAMPLES)
elif SWEEP == 'prep-kill-sync':
    kill_sweep(Case('prep', NEW, start('old')), {'*': 1}, ['--sync'])
elif SWEEP == 'prep-kill-first':
    kill_sweep(Case('prep', NEW, start('raw')), {'*': 3})
elif SWEEP == 'fetch-kill':
    kill_sweep(Case('fetch', FETCH, start('nothing')), {'*': 4})
elif SWEEP == 'prep-errors':
    fail_sweep(Case('prep', NEW, start('old')), WRITES + CLOSES + OPENS, 6)
elif SWEEP == 'prep-errors-read':
    read_sweep(Case('prep', NEW, start('old')))
elif SWEEP == 'prep-errors-commit':
    fail_sweep(Case('prep', NEW, start('old')), RENAMES + UNLINKS, 20)
elif SWEEP == 'prep-errors-sync':
    fail_sweep(Case('prep', NEW, start('old')), SYNCS, 20, ['--sync'])
elif SWEEP == 'fetch-errors':
    fail_sweep(Case('fetch', FETCH, start('nothing')), WRITES + CLOSES + OPENS + SYNCS + RENAMES, 4)
else:
    raise SystemExit('no such sweep: ' + SWEEP)
PY
}

@test "crash: kill -9 during prep over a set of another recipe" { sweep prep-kill; }
@test "crash: kill -9 during prep --sync over a set of another recipe" { sweep prep-kill-sync; }
@test "crash: kill -9 during prep of the first set" { sweep prep-kill-first; }
@test "crash: kill -9 during fetch from a directory" { sweep fetch-kill; }
@test "crash: writes, closes, opens that fail during prep" { sweep prep-errors; }
@test "crash: reads of raw files that fail during prep" { sweep prep-errors-read; }
@test "crash: renames and unlinks that fail during prep" { sweep prep-errors-commit; }
@test "crash: syncs that fail during prep --sync" { sweep prep-errors-sync; }
@test "crash: calls that fail during fetch" { sweep fetch-errors; }

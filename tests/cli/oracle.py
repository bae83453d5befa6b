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
import errno
import fcntl
import json
import math
import os
import pty
import signal
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sweeps  # noqa: E402
import make_fixtures as fx  # noqa: E402
from make_fixtures import np  # noqa: E402
from numpy_says import (  # noqa: E402
    NUMPY_NAME, PROGRAM, bf16_bits, compare, encode, first_difference, indexes,
    load, mean_std, near_problem, npy_problem, onehot, png_pixels, round_to,
    scaled, sheet_problem, stats, text_problem, zoomed)


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
    name = 'cmd_' + o.cmd.replace('-', '_')
    (globals().get(name) or getattr(sweeps, name))(o)


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

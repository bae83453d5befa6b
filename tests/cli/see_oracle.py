#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""numpy's opinion of stats (figures, in all forms) and of the sheets of dump.

Data: --raw DIR (train and test under MNIST's names, packed or not), or --set
SPLIT IMAGES [LABELS] once for each split (IDX or NPY). --classes A,B,...; by
default as many as labels, named by number. Silent when right; else what differs,
and exit status 1. Findings: see_audit.py.

  json FILE     all of stats --json; [--pixels] [--audit] are then expected
  tsv TABLE FILE    classes, levels or pixels
  text FILE     the figures in words: digits, bins, bars; [--ascii]
  forms DIR     all of these at once: s.json, p.json (--pixels), TABLE.tsv,
                s.txt, c.txt (--ascii)
  sheet PNG --rows SPLIT:N,... --grid CxR [--zoom Z] [--padding P] [--captions
                [--rows-in-captions]]      nothing else may be on the sheet
  picture PNG --rows SPLIT:N [--zoom Z]
"""
import argparse
import json
import math
import re
import sys
from fractions import Fraction

import numpy as np

from see_data import classes_of, fail, sets_of

# --- figures

def deviation(n, s, q):
    """Of n levels / 255 with these sums: rounded once."""
    return float(Fraction(math.isqrt((n * q - s * s) << 400),
                          (255 * n) << 200))


def sums(a):
    h = [int(c) for c in np.bincount(a.reshape(-1), minlength=256)]
    return (h, sum(h), sum(v * c for v, c in enumerate(h)),
            sum(v * v * c for v, c in enumerate(h)))


def figures(h, n, s, q):
    used = [v for v in range(256) if h[v]] or [0]
    return {'min': used[0], 'max': used[-1], 'sum': s, 'sum_squares': q,
            'mean': s / (255 * n) if n else None,
            'std': deviation(n, s, q) if n else None,
            'zeros': h[0], 'histogram': h}


def means(a):
    if not len(a):
        return None
    total = a.reshape(len(a), -1).sum(axis=0, dtype=np.int64)
    return [int(t) / (255 * len(a)) for t in total]


def deviations(a):
    if not len(a):
        return None
    x = a.reshape(len(a), -1)
    squares = sum((x[i:i + 4096].astype(np.int64) ** 2).sum(axis=0)
                  for i in range(0, len(x), 4096))
    return [deviation(len(a), int(s), int(q))
            for s, q in zip(x.sum(axis=0, dtype=np.int64), squares)]


def class_of(label, name, x, rows):
    g = figures(*sums(x))
    c = {'label': label, 'name': name, 'count': len(x),
         'share': len(x) / rows if rows else 0, 'pixel_sum': g['sum'],
         'mean_image': means(x)}
    c.update((w, g[w]) for w in ('mean', 'std', 'min', 'max', 'zeros',
                                 'histogram'))
    return c


def known(o):
    """(sets, all that is known of them), worked out once."""
    if hasattr(o, 'known'):
        return o.known
    sets = sets_of(o)
    names = classes_of(o, sets)
    out = {'schema': 'mnistprep.stats/1', 'dataset': o.dataset,
           'view': o.view, 'splits': {}}
    for split, x, y in sets:
        f = figures(*sums(x))
        one = {'count': len(x), 'shape': list(x.shape[1:]), 'pixels': f,
               'per_pixel': {'mean': means(x), 'std': deviations(x)},
               'labels': None, 'classes': []}
        flat = x.reshape(len(x), -1)
        if len(x):
            f['constant'] = int((flat == flat[0]).all(axis=0).sum())
            f['blank'] = int((flat == 0).all(axis=0).sum())
        if y is not None:
            one['classes'] = [class_of(k, name, x[y == k], len(x))
                              for k, name in enumerate(names)]
            one['labels'] = {'counts': [c['count'] for c in one['classes']]}
        out['splits'][split] = one
    o.known = sets, out
    return o.known


def in_json(everything, pixels):
    hidden = {'histogram'} if pixels else {'histogram', 'mean_image'}
    out = dict(everything, splits={})
    for split, s in everything['splits'].items():
        s = dict(s, classes=[{k: v for k, v in c.items() if k not in hidden}
                             for c in s['classes']])
        if not pixels:
            del s['per_pixel']
        out['splits'][split] = s
    return out


def same(want, got, path=''):
    """None, or the first difference. Reals: 1e-15, or two units in the last
    place of those above four."""
    if isinstance(want, dict) and isinstance(got, dict):
        if sorted(want) != sorted(got):
            return '%s: keys %s, not %s' % (path, sorted(got), sorted(want))
        pairs = [(k, want[k], got[k]) for k in want]
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return '%s: %d items, not %d' % (path, len(got), len(want))
        pairs = [(i, w, g) for i, (w, g) in enumerate(zip(want, got))]
    elif isinstance(want, float):
        near = isinstance(got, (int, float)) and not isinstance(got, bool) \
            and abs(want - got) <= max(1e-15, abs(want) * 2.3e-16)
        return None if near else '%s: %r, not %r' % (path, got, want)
    else:
        right = want == got and isinstance(want, bool) == isinstance(got, bool)
        return None if right else '%s: %r, not %r' % (path, got, want)
    for key, w, g in pairs:
        problem = same(w, g, '%s/%s' % (path, key))
        if problem:
            return problem
    return None


def once(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        fail('a key twice:', [k for k, _ in pairs])
    return dict(pairs)


def json_of(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f, object_pairs_hook=once,
                         parse_constant=lambda c: fail('a number', c))


def cmd_json(o):
    want, got = in_json(known(o)[1], o.pixels), json_of(o.file)
    if o.audit:
        if 'audit' not in got:
            fail('no audit')
        del got['audit']
    if list(got.get('splits', ())) != list(want['splits']):
        fail('splits', list(got.get('splits', ())), 'not', list(want['splits']))
    problem = same(want, got)
    if problem:
        fail(problem)


# --- TSV

def table(path, header):
    with open(path, 'rb') as f:
        text = f.read()
    if not text.endswith(b'\n') or b'\r' in text:
        fail('lines do not end with a newline alone')
    lines = [line.split('\t') for line in text.decode().split('\n')[:-1]]
    if lines[0] != header.split():
        fail('header', lines[0])
    for line in lines:
        if len(line) != len(lines[0]):
            fail('fields', line)
    return lines[1:]


def tsv_rows(o, sets, want):
    for split, x, _ in sets:
        s = want['splits'][split]
        p = s['pixels']
        if o.table == 'levels':
            for label, g in [('all', p)] + [(c['label'], c)
                                            for c in s['classes']]:
                for v, c in enumerate(g['histogram']):
                    yield [split, label, v, c]
        elif o.table == 'pixels':
            w = x.shape[2]
            none = [None] * (w * x.shape[1])
            mean, std = (s['per_pixel'][k] or none for k in ('mean', 'std'))
            for i, (m, d) in enumerate(zip(mean, std)):
                yield [split, i // w, i % w, m, d]
        else:
            yield [split, 'all', '', s['count'], 1. if len(x) else 0.,
                   p['sum'], p['mean'], p['std'], p['min'], p['max'],
                   p['zeros']]
            for c in s['classes']:
                yield [split, c['label'], c['name'], c['count'],
                       float(c['share']), c['pixel_sum'], c['mean'],
                       c['std'], c['min'], c['max'], c['zeros']]


HEADERS = {
    'classes': 'split label name count share pixel_sum mean std min max zeros',
    'levels': 'split label level count',
    'pixels': 'split y x mean std',
}


def cmd_tsv(o):
    got = table(o.file, HEADERS[o.table])
    want = list(tsv_rows(o, *known(o)))
    if len(got) != len(want):
        fail('%d lines, not %d' % (len(got), len(want)))
    for g, w in zip(got, want):
        for have, should in zip(g, w):
            if should is None:
                right = have == ''
            elif isinstance(should, float):
                right = re.fullmatch(r'[0-9.]+(e-?[0-9]+)?', have) and \
                    same(should, float(have)) is None
            else:
                right = have == str(should)
            if not right:
                fail('%r, not %r in %r' % (have, should, g))


# --- text

BLOCKS = '\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588'


def bar_length(bar, ascii):
    """In the finest units there are: characters, or eighths of them."""
    if ascii:
        return len(bar) if set(bar) <= {'#'} else fail('bar', bar)
    if any(c not in BLOCKS for c in bar) or \
            any(c != BLOCKS[7] for c in bar[:-1]):
        fail('bar', bar)
    return sum(BLOCKS.index(c) + 1 for c in bar)


def check_bars(bars, ascii):
    """Pairs of count and bar: the largest is the longest, the others are in
    proportion, to a unit; all but none are seen."""
    got = [(n, bar_length(b, ascii)) for n, b in bars]
    top, longest = max(n for n, _ in got), max(u for _, u in got)
    if longest < (8 if ascii else 64) and top:
        fail('the longest bar has %d units' % longest)
    for n, units in got:
        if (n == 0) != (units == 0):
            fail('count %d, bar of %d units' % (n, units))
        if n and abs(units - max(1, n * longest / top)) > 1:
            fail('count %d of %d, bar of %d units of %d' % (
                n, top, units, longest))


def percent(text, part, whole):
    want = 100 * part / whole if whole else 0
    if abs(float(text) - want) > .0501:
        fail('%s%%, not %f%%' % (text, want))


def text_split(o, name, s, lines):
    h, w = s['shape']
    p, total = s['pixels'], s['count'] * h * w
    head = '%s, %s: %d images of %dx%d' % (o.dataset, name, s['count'], h, w)
    if lines[0] not in (head, head.replace(': 1 images', ': 1 image')):
        fail('heading', lines[0], 'not', head)
    text = ' '.join(' '.join(lines).split())
    m = re.search(r'min (\d+), max (\d+), sum (\d+), zeros (\d+) '
                  r'\(([0-9.]+)%\)', text) or fail('pixels', text)
    if [int(n) for n in m.groups()[:4]] != [
            p['min'], p['max'], p['sum'], p['zeros']]:
        fail('pixels', m.group(0))
    percent(m.group(5), p['zeros'], total)
    if 'mean %.12f, deviation %.12f' % (p['mean'], p['std']) not in text:
        fail('mean and deviation', text[:300])
    word = str(p['constant']) if p['constant'] else '(?:none|0)'
    if not re.search(r'\b%s( of %d)? constant' % (word, h * w), text):
        fail('constant pixels', p['constant'])
    bins = [re.fullmatch(r' *(\d+) ?- ?(\d+) +(\d+) +([0-9.]+)% *(\S*)', line)
            for line in map(str.rstrip, lines)]
    bins = [m for m in bins if m]
    if len(bins) != 16:
        fail('%d bins' % len(bins))
    zeros = [re.fullmatch(r' *0 +(\d+) +([0-9.]+)%', line) for line in lines]
    zeros = [m for m in zeros if m]
    if len(zeros) != 1 or int(zeros[0].group(1)) != p['histogram'][0]:
        fail('level 0')
    percent(zeros[0].group(2), p['histogram'][0], total)
    for k, m in enumerate(bins):
        low = max(1, 16 * k)
        count = sum(p['histogram'][low:16 * k + 16])
        if [int(n) for n in m.groups()[:3]] != [low, 16 * k + 15, count]:
            fail('bin', m.group(0), 'not', count)
        percent(m.group(4), count, total)
    check_bars([(int(m.group(3)), m.group(5)) for m in bins], o.ascii)
    rows = [re.fullmatch(r' *(\d+) +(\d+) +([0-9.]+)% +(\S+) +(\S+)  (.*)',
                         line) for line in lines]
    rows = [m for m in rows if m]
    if len(rows) != len(s['classes']):
        fail('%d classes' % len(rows))
    bars = []
    for m, c in zip(rows, s['classes']):
        if [int(m.group(1)), int(m.group(2))] != [c['label'], c['count']]:
            fail('class', m.group(0))
        percent(m.group(3), c['count'], s['count'])
        for word, want in (m.group(4), c['mean']), (m.group(5), c['std']):
            if (want is None) != (word == '-') or \
                    want is not None and word != '%.4f' % want:
                fail(word, 'is not', want)
        rest = m.group(6)
        shown, _, bar = rest.rpartition('  ') if rest[-1:] in set(
            BLOCKS + '#') else (rest, '', '')
        if shown.strip() != c['name']:
            fail('name', shown, 'not', c['name'])
        bars.append((c['count'], bar))
    if bars:
        check_bars(bars, o.ascii)


def cmd_text(o):
    with open(o.file, encoding='ascii' if o.ascii else 'utf-8') as f:
        lines = f.read().split('\n')
    for line in lines:
        if len(line) > 80 or line != line.rstrip():
            fail('a line of %d characters: %r' % (len(line), line))
    sets, everything = known(o)
    heads = [i for i, line in enumerate(lines) if line[:1] not in ('', ' ')]
    if len(heads) != len(sets):
        fail('%d splits, not %d' % (len(heads), len(sets)))
    for (name, s), a, b in zip(everything['splits'].items(), heads,
                               heads[1:] + [len(lines)]):
        text_split(o, name, s, lines[a:b])


def cmd_forms(o):
    directory = o.file + '/'
    for o.file, o.pixels in (directory + 's.json', False), (
            directory + 'p.json', True):
        cmd_json(o)
    for o.table in HEADERS:
        o.file = directory + o.table + '.tsv'
        cmd_tsv(o)
    for o.file, o.ascii in (directory + 's.txt', False), (
            directory + 'c.txt', True):
        cmd_text(o)


# --- pictures

def png(path):
    from PIL import Image
    image = Image.open(path)
    image.load()
    if image.format != 'PNG' or image.mode != 'L':
        fail(path, 'is', image.format, image.mode)
    return np.array(image)


def chosen(o):
    """Of --rows: [(picture, zoomed; label)]"""
    sets = {s: (x, y) for s, x, y in sets_of(o)}
    out = []
    for word in o.rows.split(','):
        split, row = word.split(':')
        x, y = sets[split]
        out.append((x[int(row)].repeat(o.zoom, axis=0).repeat(o.zoom, axis=1),
                    None if y is None else int(y[int(row)])))
    return out


def at_first_difference(want, got):
    if want.shape != got.shape:
        fail('a picture of %r, not %r' % (got.shape, want.shape))
    if (want != got).any():
        y, x = np.argwhere(want != got)[0]
        fail('pixel %d, %d is %d, not %d' % (y, x, got[y, x], want[y, x]))


def cmd_picture(o):
    at_first_difference(chosen(o)[0][0], png(o.file))


def cmd_sheet(o):
    """With captions, cells may be wider than pictures, and there is ink under
    each picture: the same ink for the same label, and no other."""
    got, pictures = png(o.file), chosen(o)
    cols, rows = (int(n) for n in o.grid.split('x'))
    h, w = pictures[0][0].shape
    if not o.captions:
        want = np.full((o.padding + rows * (h + o.padding),
                        o.padding + cols * (w + o.padding)), 255, np.uint8)
        for i, (p, _) in enumerate(pictures):
            y = o.padding + i // cols * (h + o.padding)
            x = o.padding + i % cols * (w + o.padding)
            want[y:y + h, x:x + w] = p
        return at_first_difference(want, got)
    wide = (got.shape[1] - o.padding) / cols
    high = (got.shape[0] - o.padding) / rows
    if wide % 1 or high % 1 or wide < w + o.padding or \
            high < h + o.padding + 9:
        fail('a sheet of %r has no %s cells' % (got.shape, o.grid))
    wide, high = int(wide), int(high)
    left, ink = None, {}
    paper = got.copy()
    for i, (p, label) in enumerate(pictures):
        y, x = o.padding + i // cols * high, o.padding + i % cols * wide
        cell = got[y:y + high - o.padding, x:x + wide - o.padding]
        if left is None:
            left = [n for n in range(cell.shape[1] - w + 1)
                    if (cell[:h, n:n + w] == p).all()]
            left = left[0] if left else fail('no picture in the first cell')
        at_first_difference(p, cell[:h, left:left + w])
        text = cell[h:] < 255
        ys, xs = text.any(axis=1).nonzero()[0], text.any(axis=0).nonzero()[0]
        if not len(ys):
            fail('no caption under picture %d' % i)
        text = text[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1]
        ink.setdefault(label, set()).add((text.shape, text.tobytes()))
        paper[y:y + high - o.padding, x:x + wide - o.padding] = 255
    if (paper != 255).any():
        fail('ink outside of the cells')
    every = [t for texts in ink.values() for t in texts]
    if not o.rows_in_captions and \
            (len(every) != len(set(every)) or len(every) != len(ink)):
        fail('captions are not one for each label')
    if o.rows_in_captions and len(every) != len(pictures):
        fail('captions are not one for each row')


def arguments():
    top = argparse.ArgumentParser(allow_abbrev=False)
    top.add_argument('--raw')
    top.add_argument('--split')
    top.add_argument('--set', nargs='+', action='append')
    top.add_argument('--classes')
    top.add_argument('--dataset', default='tiny')
    top.add_argument('--view', default='raw')
    return top


def main():
    top = arguments()
    top.add_argument('cmd', choices=sorted(
        n[4:] for n in globals() if n.startswith('cmd_')))
    if sys.argv[1:2] == ['tsv']:
        top.add_argument('table', choices=sorted(HEADERS))
    top.add_argument('file')
    top.add_argument('--pixels', action='store_true')
    top.add_argument('--audit', action='store_true')
    top.add_argument('--ascii', action='store_true')
    top.add_argument('--rows')
    top.add_argument('--grid')
    top.add_argument('--zoom', type=int, default=4)
    top.add_argument('--padding', type=int, default=4)
    top.add_argument('--captions', action='store_true')
    top.add_argument('--rows-in-captions', action='store_true')
    o = top.parse_args()
    globals()['cmd_' + o.cmd](o)


if __name__ == '__main__':
    main()

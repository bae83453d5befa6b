#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""numpy's opinion of the findings of stats --audit: all that follow from the
definitions, by brute force; transposed and label-error from --plan FILE, which
make_planted.py leaves. Data as in see_oracle.py. Silent when right; else what
differs, and exit status 1.

  json FILE     of stats --audit --json
  tsv FILE      of stats --audit --tsv
  text FILE     of stats --audit: kinds, counts, the first eight
  forms STEM    all three: STEM.json, STEM.tsv, STEM.txt
  plan FILE     is a plan what follows from the definitions?
  [--near LEVELS] (0: off) [--imbalance RATIO]
"""
import math
import re
from collections import Counter
from fractions import Fraction

from see_oracle import (arguments, classes_of, fail, json_of, np, same,
                        sets_of, table)

KINDS = ('duplicate duplicate-across label-conflict near-duplicate blank '
         'constant label-range no-labels empty-class imbalance transposed '
         'label-error').split()


def equal_rows(rows):
    groups = {}
    for r in rows:
        groups.setdefault((r[2].shape, r[2].tobytes()), []).append(r)
    return list(groups.values())


def near_pairs(groups, near):
    """Of groups of equal rows: pairs of rows of two groups, with distances.
    Exact: sums of squares are integers. All with all, but for those whose
    lengths alone differ by more (no side of a triangle is longer than the
    other two together)."""
    flat = np.array([g[0][2].reshape(-1) for g in groups], np.int64)
    norm = (flat * flat).sum(axis=1)
    bound = math.floor(Fraction(near) ** 2 * flat.shape[1])
    order = np.argsort(norm, kind='stable')
    flat, norm = flat[order], norm[order]
    length = np.sqrt(norm)
    last = np.searchsorted(length, length + math.sqrt(bound) + 1e-6)
    for i in range(len(flat)):
        among = slice(i + 1, last[i])
        d = norm[i] + norm[among] - 2 * (flat[among] @ flat[i])
        for j in np.flatnonzero(d <= bound):
            for a in groups[order[i]]:
                for b in groups[order[i + 1 + j]]:
                    yield a, b, math.sqrt(int(d[j]) / flat.shape[1])


def audit_of(sets, classes, plan, near, imbalance):
    """[(kind, split, label, measure, guess, ((split, row), ...))]"""
    order = [s for s, _, _ in sets]
    rows = [(s, i, x[i], None if y is None else int(y[i]))
            for s, x, y in sets for i in range(len(x))]
    out = []

    def add(kind, of, measure=None, split=None, label=None, guess=None):
        of = sorted(((r[0], r[1]) for r in of),
                    key=lambda r: (order.index(r[0]), r[1]))
        out.append((kind, split or of[0][0], label, measure, guess,
                    tuple(of)))

    def common(of):
        labels = {r[3] for r in of}
        return labels.pop() if len(labels) == 1 else None

    plain = []
    for g in equal_rows(rows):
        levels = set(g[0][2].reshape(-1).tolist())
        flat = len(levels) == 1
        labels = {r[3] for r in g if r[3] is not None}
        if flat:
            for r in g:
                add('blank' if levels == {0} else 'constant', [r], label=r[3])
        else:
            plain.append(g)
        if len(labels) > 1:
            add('label-conflict', g)
        elif len(g) > 1 and not flat:
            across = len({r[0] for r in g}) > 1
            add('duplicate-across' if across else 'duplicate', g,
                label=common(g))
    if near and plain and len({g[0][2].shape for g in plain}) == 1:
        for a, b, d in near_pairs(plain, near):
            add('near-duplicate', [a, b], d, label=common([a, b]))
    for s, x, y in sets:
        if y is None:
            add('no-labels', [], split=s)
            continue
        bad = [r for r in rows if r[0] == s and not 0 <= r[3] < classes]
        if bad:
            add('label-range', bad)
        counts = [int((y == k).sum()) for k in range(classes)]
        for k, c in enumerate(counts):
            if c == 0 and len(x):
                add('empty-class', [], split=s, label=k)
        some = [c for c in counts if c]
        if some and Fraction(max(some), min(some)) >= Fraction(imbalance):
            add('imbalance', [], max(some) / min(some), split=s)
    for f in plan:
        if f['kind'] in ('transposed', 'label-error'):
            add(f['kind'], [tuple(r) for r in f['rows']], split=f['split'],
                label=f['label'], guess=f.get('guess'))
    return out


def plan_of(o):
    return json_of(o.plan)['findings'] if o.plan else []


def want_of(o):
    """Worked out once, for all forms."""
    if not hasattr(o, 'want'):
        sets = sets_of(o)
        o.want = audit_of(sets, len(classes_of(o, sets)), plan_of(o), o.near,
                          o.imbalance)
    return o.want


def differ(want, got, what):
    """Both are lists of comparable things; measures are compared apart."""
    missing = list((Counter(want) - Counter(got)).elements())
    extra = list((Counter(got) - Counter(want)).elements())
    if missing or extra:
        fail('%s: %d are missing: %r; %d were not expected: %r' % (
            what, len(missing), missing[:3], len(extra), extra[:3]))


def loose(findings):
    """Which rows are blank or constant is promised, not how many findings
    tell it."""
    tight, flat = [], []
    for kind, split, label, measure, guess, rows in findings:
        if kind in ('blank', 'constant'):
            flat += [(kind, r) for r in rows]
        else:
            tight.append((kind, split, label, guess, rows))
    return tight, flat


def check_findings(o, got, measured=True):
    want = want_of(o)
    for kind in KINDS:
        w, g = ([f for f in all if f[0] == kind] for all in (want, got))
        (wt, wf), (gt, gf) = loose(w), loose(g)
        differ(wt, gt, kind)
        differ(wf, gf, kind)
        if not measured or kind not in ('near-duplicate', 'imbalance'):
            continue
        by_rows = {f[1:2] + f[5:]: f[3] for f in w}
        for f in g:
            if f[3] is None or same(by_rows[f[1:2] + f[5:]], f[3]):
                fail(kind, f, 'measure', by_rows[f[1:2] + f[5:]])
    return want


def cmd_plan(o):
    o.plan = o.file
    check_findings(o, [
        (f['kind'], f['split'], f['label'], None, f['guess'],
         tuple(tuple(r) for r in f['rows'])) for f in plan_of(o)], False)


def in_order(got, splits):
    def key(f):
        first = f[5][0][1] if f[5] else -1
        return KINDS.index(f[0]), splits.index(f[1]), first
    keys = [key(f) for f in got]
    if keys != sorted(keys):
        fail('findings are not by kind, split and row')


def cmd_json(o):
    audit = json_of(o.file)['audit']
    splits = [s for s, _, _ in sets_of(o)]
    if sorted(audit) != ['findings', 'kinds', 'rules', 'truncated',
                         'unlike_listed']:
        fail('keys', sorted(audit))
    if audit['truncated'] is not False or audit['unlike_listed'] != 0:
        fail('not all findings are there')
    if audit['rules'] != {'near': o.near or None, 'imbalance': o.imbalance}:
        fail('rules', audit['rules'])
    if list(audit['kinds']) != KINDS:
        fail('kinds', list(audit['kinds']))
    labels = {s: y for s, _, y in sets_of(o)}
    got = []
    for f in audit['findings']:
        allowed = {'kind', 'split', 'label', 'rows'}
        if f['kind'] in ('near-duplicate', 'imbalance'):
            allowed.add('measure')
        if f['kind'] == 'label-error':
            allowed |= {'guess', 'source'}
            if f['source'] != json_of(o.plan)['source']:
                fail('source of', f)
        if set(f) != allowed:
            fail('keys of', f)
        for r in f['rows']:
            y = labels[r['split']]
            if set(r) - {'source_row'} != {'split', 'row', 'label'}:
                fail('keys of a row', r)
            if r['label'] != (None if y is None else int(y[r['row']])):
                fail('label of', r)
        got.append((f['kind'], f['split'], f['label'], f.get('measure'),
                    f.get('guess'),
                    tuple((r['split'], r['row']) for r in f['rows'])))
    check_findings(o, got)
    in_order(got, splits)
    for kind in KINDS:
        mine = [f for f in got if f[0] == kind]
        counts = {'findings': len(mine), 'rows': sum(len(f[5]) for f in mine)}
        searched = audit['kinds'][kind].pop('searched')
        if searched not in (True, False) or mine and not searched:
            fail(kind, 'searched:', searched)
        if audit['kinds'][kind] != counts:
            fail(kind, audit['kinds'][kind], counts)


def cmd_tsv(o):
    """Labels and guesses of findings are not in the table: those of rows are."""
    labels = {s: y for s, _, y in sets_of(o)}
    groups = {}
    for split, row, label, kind, group, measure in table(
            o.file, 'split row label finding group measure'):
        f = groups.setdefault(int(group), (kind, split, measure, []))
        if (f[0], f[2]) != (kind, measure) or int(group) != len(groups):
            fail('groups are not one after the other:', group, kind)
        if row:
            y = labels[split]
            if label != ('' if y is None else str(y[int(row)])):
                fail('label', label, 'of', split, row)
            f[3].append((split, int(row)))
        elif f[3] or (kind == 'empty-class') != (label != ''):
            fail('a finding with and without rows', group)
        elif kind == 'empty-class':
            f[3].append(int(label))
    want = want_of(o)
    for kind in KINDS:
        w = [(f[1], tuple([f[2]] if kind == 'empty-class' else f[5]))
             for f in want if f[0] == kind]
        g = [(f[1], tuple(f[3])) for f in groups.values() if f[0] == kind]
        if kind in ('blank', 'constant'):
            w, g = ([r for f in all for r in f[1]] for all in (w, g))
        differ(w, g, kind)
        measures = sorted(f[3] for f in want if f[0] == kind and f[3])
        have = [f[2] for f in groups.values() if f[0] == kind and f[2]]
        problem = same(measures, sorted(float(m) for m in have))
        if problem:
            fail(kind, problem)


def text_rows(line, labels):
    """What a line tells: the rows that fit, how many more, whether the labels
    are theirs; and what is guessed."""
    m = re.fullmatch(r"""\ \ (?P<rows>\S+\ \d+(,\ (\S+\ )?\d+)*)
        (\ and\ (?P<more>\d+)\ more\ rows?)?
        (\ \(label\ (?P<labels>[-\d, .]+?)(?P<guess>,\ [a-z].*)?\))?
        (,\ \d+\.\d\d\ levels\ apart)?""",
                     line, re.X)
    if not m:
        fail('line', repr(line))
    rows, split = [], None
    for part in m['rows'].split(', '):
        words = part.split(' ')
        split = words[0] if len(words) == 2 else split
        rows.append((split, int(words[-1])))
    have = (m['labels'] or '').split(', ')
    if have[-1] == '..':
        have.pop()
    want = [str(labels[r]) for r in rows if labels[r] is not None]
    if not m['more'] and set(have) - {''} != set(want) and \
            not set(have) < set(want):
        fail('labels', repr(line), 'not', want)
    return rows, int(m['more'] or 0), m['guess']


def cmd_text(o):
    with open(o.file, encoding='utf-8') as f:
        text = f.read()
    lines = text[text.index('\naudit: ') + 1:].split('\n')
    long = [line for line in lines if len(line) > 80]
    if long or lines.pop() != '':
        fail('not lines of 80 characters', long)
    sets = sets_of(o)
    labels = {(s, i): None if y is None else int(y[i])
              for s, x, y in sets for i in range(len(x))}
    want = want_of(o)
    kinds = [k for k in KINDS if any(f[0] == k for f in want)]
    head = 'audit: %d kind%s of findings' % (
        len(kinds), '' if len(kinds) == 1 else 's')
    if lines[0] != (head if kinds else 'audit: nothing found'):
        fail(lines[0], 'not', head)
    closing = ' '.join(lines).partition('not found:')[2]
    absent = {word.strip() for word in closing.split(',')} - {''}
    if absent & set(kinds) or absent - set(KINDS):
        fail('not found:', absent, 'found:', kinds)
    order = [s for s, _, _ in sets]
    blocks = []
    for line in lines[1:]:
        if line.startswith('not found:'):
            break
        if line[:1] != ' ':
            blocks.append((line, []))
        else:
            blocks[-1][1].append(line)
    if len(blocks) != len(kinds):
        fail([b[0] for b in blocks], 'for', kinds)
    for kind, (title, below) in zip(kinds, blocks):
        mine = sorted((f for f in want if f[0] == kind), key=lambda f: (
            order.index(f[1]), f[5][0][1] if f[5] else f[2] or 0, f[5][1:]))
        counts = [int(n) for n in re.findall(r'\d+', title.rpartition(':')[2])]
        n, rows = len(mine), sum(len(f[5]) for f in mine)
        if kind in ('blank', 'constant'):
            if counts[1:] != [rows]:
                fail(title, 'not', rows)
            continue
        if counts != ([n, rows] if rows else [n]):
            fail(title, 'not', n, rows)
        if kind == 'label-error' and below.pop() != \
                '  according to ' + json_of(o.plan)['source']:
            fail(kind, 'source')
        if n > 8 and below.pop() != \
                '  and %d more; --json or --tsv has all' % (n - 8):
            fail(kind, 'more than eight, not', n)
        if len(below) != min(n, 8):
            fail(kind, below)
        for f, line in zip(mine, below):
            if not f[5]:
                if not re.match(r'  %s\b' % re.escape(f[1]), line) or \
                        f[2] is not None and not line.endswith(' %d' % f[2]):
                    fail(kind, line, f)
                continue
            shown, more, guess = text_rows(line, labels)
            if guess != (None if kind != 'label-error' else ', disputed'
                         if f[4] is None else ', looks like %d' % f[4]):
                fail(kind, line, 'not', f[4])
            if tuple(shown) != f[5][:len(shown)] or \
                    len(shown) + more != len(f[5]):
                fail(kind, line, 'not', f[5])


def cmd_forms(o):
    stem = o.file
    for end, check in ('json', cmd_json), ('tsv', cmd_tsv), ('txt', cmd_text):
        o.file = '%s.%s' % (stem, end)
        check(o)


def main():
    top = arguments()
    top.add_argument('cmd', choices=('json', 'tsv', 'text', 'forms', 'plan'))
    top.add_argument('file')
    top.add_argument('--plan')
    top.add_argument('--near', type=float, default=8)
    top.add_argument('--imbalance', type=float, default=2)
    o = top.parse_args()
    globals()['cmd_' + o.cmd](o)


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sets of pictures with planted faults, and the list of them.

  make_planted.py DIR [--plant FAULT,...] [--seed S] [--size HxW] [--name N]
                      [--train N] [--test N] [--val N] [--classes K]

DIR/raw gets the four files under MNIST's names (--val: DIR/raw/val-... too),
DIR/plan.json the findings that have to come out, DIR/catalogue.json a dataset N
(default: planted) with K classes. Without --plant there is nothing to be found.

Faults
  duplicate across conflict conflict-across blank constant blank-conflict
  near near-across near-edges range empty imbalance
  transposed-class transposed-split transposed-rows label-error
  all           all of them but transposed-split

A picture is its class's pattern, which has no symmetry, with noise: any two are
more than 20 levels apart (root mean square). A class has more than 100 of them,
below which no single transposed row is told (orientation.h). near: pairs at a distance of 8
exactly, a little less, and a little more, which are none.
"""
import argparse
import gzip
import hashlib
import json
import os
import struct

import numpy as np

STEMS = {'train': 'train', 'test': 't10k', 'val': 'val'}
SOURCE = 'https://example.org/those-who-looked'
ALL = ('duplicate across conflict conflict-across blank constant '
       'blank-conflict near near-across near-edges range empty imbalance '
       'transposed-class transposed-rows label-error').split()


class Maker:
    def __init__(self, o):
        self.o = o
        self.r = np.random.RandomState(o.seed)
        self.h, self.w = (int(n) for n in o.size.split('x'))
        self.pattern = [self.blob() for _ in range(o.classes)]
        self.rows = {s: [] for s in ('train', 'test', 'val')}
        self.found = []
        self.errors = []

    def blob(self):
        """A few strokes, all below the diagonal: transposed, it looks like
        none of the others."""
        a = np.full((self.h, self.w), 20.)
        thick = max(1, self.h // 12)
        for _ in range(3):
            y = self.r.randint(self.h // 2, self.h)
            x = self.r.randint(0, max(1, self.w // 3))
            n = self.r.randint(2, max(3, self.w // 2))
            a[y:y + thick, x:x + n] = self.r.randint(120, 180)
            a[max(0, y - 1), x] = 150
        return a

    def picture(self, label):
        noise = self.r.randint(0, 61, (self.h, self.w))
        return (self.pattern[label] + noise).astype(np.uint8)

    def add(self, split, label, picture=None, at_least=None):
        """A row, which is a list so that its place can be filled in later."""
        if picture is None:
            picture = self.picture(label)
        row = [split, None, picture, label]
        self.rows[split].append(row)
        return row

    def find(self, kind, rows, label=None, split=None, guess=None):
        self.found.append((kind, rows, label, split, guess))

    # --- faults

    def duplicate(self):
        for k, n in ((0, 2), (1, 3), (0, 2)):
            p = self.picture(k)
            self.find('duplicate', [self.add('train', k, p)
                                    for _ in range(n)], k)
        p = self.picture(2)
        self.find('duplicate', [self.add('test', 2, p) for _ in 'ab'], 2)

    def across(self):
        p = self.picture(1)
        self.find('duplicate-across', [self.add('train', 1, p),
                                       self.add('test', 1, p)], 1)
        p = self.picture(0)
        self.find('duplicate-across',
                  [self.add('train', 0, p), self.add('train', 0, p),
                   self.add('test', 0, p), self.add('test', 0, p)], 0)

    def conflict(self):
        p = self.picture(2)
        self.find('label-conflict', [self.add('train', 2, p),
                                     self.add('train', 1, p)])

    def conflict_across(self):
        p = self.picture(2)
        self.find('label-conflict', [self.add('train', 2, p),
                                     self.add('train', 2, p),
                                     self.add('test', 0, p)])

    def flat(self, level):
        return np.full((self.h, self.w), level, np.uint8)

    def blank(self):
        for split, n in (('train', 2), ('test', 1)):
            for _ in range(n):
                self.find('blank', [self.add(split, 1, self.flat(0))], 1)

    def constant(self):
        for split, level, n in (('train', 255, 2), ('test', 255, 1),
                                ('train', 1, 1), ('train', 6, 1)):
            for _ in range(n):
                self.find('constant', [self.add(split, 2, self.flat(level))],
                          2)

    def blank_conflict(self):
        rows = [self.add('test', 0, self.flat(9)),
                self.add('test', 2, self.flat(9))]
        for r in rows:
            self.find('constant', [r], r[3])
        self.find('label-conflict', rows)

    def apart(self, picture, *steps):
        """The picture with one pixel for each step that much brighter."""
        other = picture.astype(int)
        places = np.argwhere(other + max(steps) <= 255)
        self.r.shuffle(places)
        for place, step in zip(places, steps):
            other[tuple(place)] += step
        return other.astype(np.uint8)

    def pair(self, k, one, two, splits=('train', 'train'), found=True):
        rows = [self.add(splits[0], k, one), self.add(splits[1], k, two)]
        if found:
            self.find('near-duplicate', rows, k)

    def near(self):
        # Four pixels of it are a distance of 8, for pictures of even sides.
        edge = [int(4 * np.sqrt(self.h * self.w))] * 4
        for k, steps, found in ((0, [1], True), (1, edge, True),
                                (2, edge + [1], False),
                                (2, edge[1:] + [edge[0] - 1], True)):
            p = self.picture(k)
            self.pair(k, p, self.apart(p, *steps), found=found)
        p = self.picture(2)  # under another label, near all the same
        rows = [self.add('train', 2, p), self.add('train', 0, self.apart(p, 9))]
        self.find('near-duplicate', rows)

    def near_edges(self):
        """Differences in every pixel: of all sums the largest, and zero."""
        p = np.clip(self.picture(0), 10, 245)
        self.pair(0, p, p + np.uint8(8))
        p = np.clip(self.picture(1), 10, 245)
        more = p + np.uint8(8)
        more[self.h // 2, self.w // 2] += 1
        self.pair(1, p, more, found=False)
        p = np.clip(self.picture(2), 10, 245).astype(int)
        checks = np.indices(p.shape).sum(axis=0) % 2 * 16 - 8
        self.pair(2, p.astype(np.uint8), (p + checks).astype(np.uint8))
        # A near B, B near C, but C not near A.
        a = np.clip(self.picture(0), 10, 235)
        three = [self.add('train', 0, a + np.uint8(5 * i)) for i in range(3)]
        self.find('near-duplicate', three[:2], 0)
        self.find('near-duplicate', three[1:], 0)

    def near_across(self):
        p = self.picture(1)
        self.pair(1, p, self.apart(p, 30, 7), ('train', 'test'))
        # Equal to two rows, near to a third: two pairs.
        p = self.picture(0)
        twins = [self.add('train', 0, p) for _ in 'ab']
        self.find('duplicate', twins, 0)
        other = self.add('test', 0, self.apart(p, 12))
        for t in twins:
            self.find('near-duplicate', [t, other], 0)

    def range(self):
        k = self.o.classes
        for split, labels in (('train', (k, 255)), ('test', (k + 3,))):
            self.find('label-range',
                      [self.add(split, n, self.picture(0)) for n in labels],
                      split=split)

    def empty(self):
        k = self.o.classes - 1
        self.rows['test'] = [r for r in self.rows['test'] if r[3] != k]
        self.find('empty-class', [], k, 'test')

    def imbalance(self):
        for _ in range(self.o.train):
            self.add('train', 0)
        self.find('imbalance', [], split='train')

    def turned(self, rows):
        for r in rows:
            r[2] = np.ascontiguousarray(r[2].T)

    def base(self, split, label):
        return [r for r in self.rows[split] if r[3] == label]

    def transposed_class(self):
        rows = self.base('test', 1)
        self.turned(rows)
        self.find('transposed', rows, 1, 'test')

    def transposed_split(self):
        for k in range(self.o.classes):
            rows = [r for r in self.rows['test'] if r[3] == k]
            self.turned(rows)
            self.find('transposed', rows, k, 'test')

    def transposed_rows(self):
        for k, n in ((0, 2), (2, 1)):
            rows = self.base('train', k)[:n]
            self.turned(rows)
            self.find('transposed', rows, k, 'train')

    def label_error(self):
        for split, k, guess in (('train', 2, 0), ('test', 2, None),
                                ('test', 0, 2)):
            row = self.base(split, k)[3]
            self.errors.append((row, guess))
            self.find('label-error', [row], k, guess=guess)

    # --- files

    def run(self):
        o = self.o
        for split, n in (('train', o.train), ('test', o.test), ('val', o.val)):
            for i in range(n):
                self.add(split, i % o.classes)
        # What takes the base's rows comes first.
        faults = ALL if o.plant == 'all' else [f for f in o.plant.split(',')
                                               if f]
        early = [f for f in faults if f[:5] in ('empty', 'trans', 'label')]
        for f in early + [f for f in faults if f not in early]:
            getattr(self, f.replace('-', '_'))()
        for rows in self.rows.values():
            self.r.shuffle(rows)
            for i, r in enumerate(rows):
                r[1] = i
        order = list(self.rows)
        findings = []
        for kind, rows, label, split, guess in self.found:
            rows = sorted(rows, key=lambda r: (order.index(r[0]), r[1]))
            findings.append({
                'kind': kind, 'split': split or rows[0][0], 'label': label,
                'guess': guess, 'rows': [[r[0], r[1]] for r in rows]})
        os.makedirs(o.dir + '/raw')
        self.write(findings)

    def write(self, findings):
        splits = []
        for split, rows in self.rows.items():
            if not rows:
                continue
            x = np.array([r[2] for r in rows], np.uint8)
            y = np.array([r[3] for r in rows], np.uint8)
            entry = {'name': split}
            for part, kind, a in (('images', 'idx3', x), ('labels', 'idx1', y)):
                name = '%s-%s-%s-ubyte.gz' % (STEMS[split], part, kind)
                raw = struct.pack('>4B%dI' % a.ndim, 0, 0, 8, a.ndim, *a.shape)
                packed = gzip.compress(raw + a.tobytes(), 1, mtime=0)
                with open('%s/raw/%s' % (self.o.dir, name), 'wb') as f:
                    f.write(packed)
                entry[part] = {
                    'file': name, 'bytes': len(packed),
                    'sha256': hashlib.sha256(packed).hexdigest()}
            errors = [{'row': r[1], 'given': r[3], 'guess': guess}
                      for r, guess in self.errors if r[0] == split]
            if errors:
                entry['label_errors'] = sorted(errors, key=lambda e: e['row'])
                entry['label_errors_source'] = SOURCE
            splits.append(entry)
        catalogue = {'schema': 'mnistprep.catalogue/1', 'datasets': [{
            'name': self.o.name, 'title': 'Planted faults', 'licence': 'MIT',
            'homepage': 'https://example.org/',
            'classes': ['class %d' % k for k in range(self.o.classes)],
            'mirrors': ['http://127.0.0.1:9/'], 'splits': splits}]}
        for name, what in (('catalogue', catalogue),
                           ('plan', {'findings': findings, 'source': SOURCE})):
            with open('%s/%s.json' % (self.o.dir, name), 'w') as f:
                json.dump(what, f, indent=1)


def main():
    top = argparse.ArgumentParser(allow_abbrev=False)
    top.add_argument('dir')
    top.add_argument('--plant', default='')
    top.add_argument('--seed', type=int, default=1)
    top.add_argument('--size', default='12x12')
    top.add_argument('--name', default='planted')
    top.add_argument('--train', type=int, default=480)
    top.add_argument('--test', type=int, default=40)
    top.add_argument('--val', type=int, default=0)
    top.add_argument('--classes', type=int, default=4)
    Maker(top.parse_args()).run()


if __name__ == '__main__':
    main()

# SPDX-License-Identifier: MIT
"""What see_oracle.py and see_audit.py compare with: sets of images and labels,
as numpy reads them."""
import gzip
import os
import struct
import sys

import numpy as np

STEMS = {'train': 'train', 'test': 't10k'}


def fail(*what):
    sys.exit(' '.join(str(w) for w in what)[:2000])


# --- data

def load(path):
    with open(path, 'rb') as f:
        raw = f.read()
    if raw[:2] == b'\x1f\x8b':
        raw = gzip.decompress(raw)
    if raw[:6] == b'\x93NUMPY':
        return np.load(path)
    kind = {8: 'u1', 9: 'i1', 11: '>i2', 12: '>i4', 13: '>f4', 14: '>f8'}
    shape = struct.unpack('>%dI' % raw[3], raw[4:4 + 4 * raw[3]])
    return np.frombuffer(raw, kind[raw[2]],
                         offset=4 + 4 * raw[3]).reshape(shape)


def find(directory, stem, part):
    for end in '.gz', '':
        path = '%s/%s-%s-ubyte%s' % (directory, stem, part, end)
        if os.path.exists(path):
            return path
    return None


def sets_of(o):
    """[(split, images, labels or None)], in the order of the program."""
    out = []
    if o.raw:
        for split, stem in STEMS.items():
            images = find(o.raw, stem, 'images-idx3')
            labels = find(o.raw, stem, 'labels-idx1')
            if images and (not o.split or split == o.split):
                out.append((split, load(images), labels and load(labels)))
    for words in o.set or []:
        out.append((words[0], load(words[1]),
                    load(words[2]) if len(words) > 2 else None))
    out = [(s, x, None if y is None else y.astype(np.int64))
           for s, x, y in out]
    return out


def classes_of(o, sets):
    if o.classes:
        return o.classes.split(',')
    top = [int(y.max()) for _, _, y in sets if y is not None and len(y)]
    return [str(k) for k in range(max(top) + 1)] if top else []

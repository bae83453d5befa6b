#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A dataset larger than what prep keeps in memory, from a seed.

  make_large.py make DIR ROWS       the four files, with ROWS pictures of 28x28
                                    in train, which begin with their row as four
                                    big-endian bytes, and a few in test
  make_large.py check PREPARED ROWS TRAIN...  --dtype u8: the splits TRAIN...
                                    have all rows once, where their rows files
                                    say, with their labels
"""
import gzip
import os
import struct
import sys

import numpy as np

STEP = 5000
FEW = 60


def rng(what):
    return np.random.Generator(np.random.Philox(key=what))


def labels(rows):
    return rng(1).integers(0, 10, rows).astype(np.uint8)


def pictures(rows):
    """Blocks of STEP; 256 backgrounds, so that packing them takes no time."""
    ground = np.zeros((256, 28, 28), np.uint8)
    ground[:, 4:24, 4:24] = rng(2).integers(0, 256, (256, 20, 20), np.uint8)
    which = rng(3)
    for first in range(0, rows, STEP):
        n = min(STEP, rows - first)
        block = ground[which.integers(0, 256, n)].reshape(n, 784)
        block[:, :4] = np.arange(first, first + n, dtype='>u4').view('u1').reshape(n, 4)
        yield first, block


def put(directory, stem, blocks, label):
    def packed(name):
        return gzip.open(os.path.join(directory, stem + name), 'wb', compresslevel=1)

    with packed('-images-idx3-ubyte.gz') as f:
        f.write(struct.pack('>4B3I', 0, 0, 8, 3, len(label), 28, 28))
        for block in blocks:
            f.write(block.tobytes())
    with packed('-labels-idx1-ubyte.gz') as f:
        f.write(struct.pack('>4BI', 0, 0, 8, 1, len(label)) + label.tobytes())


def make(directory, rows):
    os.makedirs(directory)
    put(directory, 'train', (b for _, b in pictures(rows)), labels(rows))
    # No picture of these is one of train.
    put(directory, 't10k', (255 - b for _, b in pictures(FEW)), labels(FEW))


def check(prepared, rows, splits):
    place = np.full(rows, -1, np.int64)  # of each source row, among all
    have, total = [], 0
    for split in splits:
        name = os.path.join(prepared, split)
        row = np.fromfile(name + '-rows.u32', '<u4')
        x = np.memmap(name + '-images.u8', 'u1', 'r').reshape(len(row), 784)
        y = np.fromfile(name + '-labels.u8', 'u1')
        assert (y == labels(rows)[row]).all(), split + ': labels'
        place[row] = total + np.arange(len(row))
        total += len(row)
        have.append(x)
    assert total == rows and (place >= 0).all(), 'not each row once'
    ends = np.cumsum([len(x) for x in have])
    for first, block in pictures(rows):
        at = place[first:first + len(block)]
        part = np.searchsorted(ends, at, 'right')
        for k, x in enumerate(have):
            mine = part == k
            got = x[at[mine] - (ends[k] - len(x))]
            assert (got == block[mine]).all(), (splits[k], first)


if sys.argv[1] == 'make':
    make(sys.argv[2], int(sys.argv[3]))
else:
    check(sys.argv[2], int(sys.argv[3]), sys.argv[4:])

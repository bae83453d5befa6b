#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What augment.bats compares with: rows, copies and deformed pictures of a prepared set, by numpy and PIL."""
import json
import math
import sys

import numpy as np
from PIL import Image
from prep_rows import geometry, load, numbers, source

DEFORM = 6  # the purpose of the random numbers
ONE = 65536


def draw(seed, row, copy, block):
    """The four words of counter (row, copy, block, 0); numpy counts up before it draws."""
    counter = row + (copy << 64) + (block << 128)
    return np.random.Philox(key=seed + (DEFORM << 64), counter=(counter - 1) % 2**256).random_raw(4)


def share(word, most):
    return ((int(word) >> 11) / 2.0**52 - 1) * most


def forward(o, row, copy, height, width):
    """The matrix and the vector that a point about the middle goes by."""
    first, second = draw(o['seed'], row, copy, 0), draw(o['seed'], row, copy, 1)
    turn = math.radians(share(first[0], o['rotate']))
    slant = math.tan(math.radians(share(first[1], o['shear'])))
    rotation = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    stretch = np.diag([1 + share(second[0], o['stretch']), 1 + share(second[1], o['stretch'])])
    shift = [share(first[2], o['shift']), share(first[3], o['shift'])]
    return np.array(rotation) @ [[1, slant], [0, 1]] @ stretch, np.array(shift)


def smooth(noise, weight):
    """Along the last axis, the outer pixels first; zeros outside."""
    radius = len(weight) - 1
    size = noise.shape[-1]
    wide = np.pad(noise, ((0, 0), (radius, radius)))
    to = np.zeros_like(noise)
    for i in range(radius):
        to += weight[i] * (wide[:, i:i + size] + wide[:, 2 * radius - i:2 * radius - i + size])
    return to + weight[radius] * wide[:, radius:radius + size]


def field(o, row, copy, height, width):
    """Columns and rows of displacements, in 1/65536 of a pixel."""
    n = 2 * height * width
    noise = b''.join(draw(o['seed'], row, copy, 2 + b).astype('<u8').tobytes() for b in range((n + 31) // 32))
    noise = 2 * np.frombuffer(noise[:n], 'u1').astype(np.float32).reshape(2, height, width) - 255
    sigma = o['sigma']
    away = np.arange(math.ceil(3 * sigma), -1, -1) / sigma
    gauss = np.exp(-away * away / 2)
    weight = (gauss / (2 * gauss[:-1].sum() + 1)).astype(np.float32)
    strength = np.float32(o['elastic'] * ONE / 255)
    return [(strength * smooth(smooth(part, weight).T, weight).T).astype(np.int64) for part in noise]


def deformed(picture, o, row, copy):
    height, width = picture.shape
    matrix, shift = forward(o, row, copy, height, width)
    back = np.linalg.inv(matrix)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    fixed = np.floor(back * ONE + 0.5).astype(np.int64)
    start = np.floor((middle - back @ (middle + shift)) * ONE + 0.5).astype(np.int64)
    y, x = np.mgrid[:height, :width]
    at = [start[i] + fixed[i, 0] * x + fixed[i, 1] * y for i in range(2)]
    if o['elastic']:
        at = [a + f for a, f in zip(at, field(o, row, copy, height, width))]
    u, v = np.clip(at[0], 0, (width - 1) * ONE), np.clip(at[1], 0, (height - 1) * ONE)
    fx, fy = u % ONE // 32, v % ONE // 32
    x0, y0 = u // ONE, v // ONE
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    p = picture.astype(np.int64)
    above = p[y0, x0] * (2048 - fx) + p[y0, x1] * fx
    under = p[y1, x0] * (2048 - fx) + p[y1, x1] * fx
    return ((above * (2048 - fy) + under * fy + 2**21) >> 22).astype(np.uint8)


def parse(words):
    o = {'copies': 0, 'seed': 0, 'rotate': 0, 'shift': 0, 'stretch': 0, 'shear': 0, 'elastic': 0, 'sigma': 4,
         'dtype': 'f32', 'scale': 'unit', 'transpose': '', 'invert': '', 'size': '', 'resample': 'bilinear',
         'pad': '0', 'some': 0, 'shuffle': 0}
    for word in words:
        key, value = word.split('=', 1)
        assert key in o, key
        o[key] = type(o[key])(float(value)) if isinstance(o[key], int) and '.' not in value else (
            float(value) if isinstance(o[key], int) else value)
    return o


def columns(prepared, o):
    """Rows and copies of train: each chosen row with all its copies, in the order that is promised."""
    rows = load(prepared, 'train-rows.u32', 'u32').astype(np.int64)
    copies = load(prepared, 'train-copies.u8', 'u8').astype(np.int64)
    n = len(rows) // (o['copies'] + 1)
    assert len(rows) == len(copies) == n * (o['copies'] + 1), (len(rows), len(copies))
    pairs = set(zip(rows.tolist(), copies.tolist()))
    assert len(pairs) == len(rows), 'a copy is there twice'
    assert pairs == {(r, c) for r in set(rows.tolist()) for c in range(o['copies'] + 1)}
    if o['shuffle']:
        assert len(set(copies[:n].tolist())) > 1, 'copies are not mixed'
    else:
        assert (copies == np.repeat(np.arange(o['copies'] + 1), n)).all(), copies
        assert (rows == np.tile(rows[:n], o['copies'] + 1)).all(), rows
    return rows, copies


def check(prepared, raw, words):
    o = parse(words)
    rows, copies = columns(prepared, o)
    pictures = geometry(source(raw, 'train', 'images')[rows], o)
    labels = source(raw, 'train', 'labels')[rows]
    assert (load(prepared, 'train-labels.u8', 'u8') == labels).all(), 'labels'
    got = load(prepared, 'train-images.' + o['dtype'], o['dtype']).reshape(len(rows), -1)
    step = max(1, len(rows) // o['some']) if o['some'] else 1
    changed = 0
    for i in range(0, len(rows), step):
        want = pictures[i]
        if copies[i]:
            want = deformed(want, o, int(rows[i]), int(copies[i]))
            changed += (want != pictures[i]).any()
        want = numbers(want[None], o, None)[0]
        assert (got[i] == want).all(), 'row %d, copy %d of %d:\n%s\n%s' % (i, copies[i], rows[i], got[i], want)
    assert changed > 0, 'nothing was deformed'
    with open(prepared + '/dataset.json', encoding='utf-8') as f:
        manifest = json.load(f)
    split = manifest['splits']['train']
    assert split['count'] == len(rows) and split['copies']['file'] == 'train-copies.u8', split
    for name in set(manifest['splits']) - {'train'}:
        assert 'copies' not in manifest['splits'][name], name


def pil(prepared, raw, words):
    """Another's interpolation, on pictures whose edges go on."""
    o = parse(words)
    rows, copies = columns(prepared, o)
    pictures = source(raw, 'train', 'images')
    got = load(prepared, 'train-images.u8', 'u8').reshape(len(rows), *pictures.shape[1:])
    middle, border = np.array([13.5, 13.5]), 30
    worst = 0
    for i in range(len(rows) - 200, len(rows)):
        matrix, shift = forward(o, int(rows[i]), int(copies[i]), 28, 28)
        back = np.linalg.inv(matrix)
        # PIL's coordinates are of corners: the first centre is 0.5.
        start = middle + 0.5 - back @ (middle + 0.5 + shift)
        start += border - back @ [border, border]
        image = Image.fromarray(np.pad(pictures[rows[i]], border, 'edge'))
        want = image.transform(image.size, Image.Transform.AFFINE,
                               (*back[0], start[0], *back[1], start[1]), Image.Resampling.BILINEAR)
        want = np.asarray(want)[border:border + 28, border:border + 28].astype(int)
        worst = max(worst, np.abs(want - got[i]).max())
    assert worst <= 2, 'PIL differs by %d levels' % worst


if __name__ == '__main__':
    {'check': check, 'pil': pil}[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4:])

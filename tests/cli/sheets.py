#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Contact sheets as numpy makes them, for dump_rows.bats.

  exact SHEET IMAGES --index LIST --columns N [--zoom N] [--padding N]
      the sheet is exactly this: white, and each sample in its cell; an index
      of x leaves a cell empty
  cells SHEET IMAGES --index LIST --columns N --cell WxH [--zoom N]
        [--padding N]
      the same for cells of this size, with captions below the pictures: all
      that is not a picture or below one is white, and each picture has ink
      below it
"""
import argparse
import sys

import numpy as np

import numpy_says


def indexes(text):
    return [None if part == 'x' else int(part) for part in text.split(',')]


def main():
    p = argparse.ArgumentParser(allow_abbrev=False)
    p.add_argument('what', choices=('exact', 'cells'))
    p.add_argument('sheet')
    p.add_argument('images')
    p.add_argument('--index', required=True, type=indexes)
    p.add_argument('--columns', required=True, type=int)
    p.add_argument('--cell')
    p.add_argument('--zoom', default=4, type=int)
    p.add_argument('--padding', default=4, type=int)
    o = p.parse_args()
    images = numpy_says.load(o.images)
    height, width = (n * o.zoom for n in images.shape[1:])
    cell_width, cell_height = (int(n) for n in o.cell.split('x')) \
        if o.cell else (width, height)
    rows = -(-len(o.index) // o.columns)
    want = np.full((o.padding + rows * (cell_height + o.padding),
                    o.padding + o.columns * (cell_width + o.padding)), 255,
                   np.uint8)
    got = numpy_says.png_pixels(o.sheet)
    if got.shape != want.shape:
        sys.exit('%s: %s pixels, not %s' % (o.sheet, got.shape, want.shape))
    for i, index in enumerate(o.index):
        if index is None:
            continue
        top = o.padding + i // o.columns * (cell_height + o.padding)
        left = o.padding + i % o.columns * (cell_width + o.padding)
        at = left + (cell_width - width) // 2
        want[top:top + height, at:at + width] = \
            numpy_says.zoomed(images[index], o.zoom)
        below = (slice(top + height, top + cell_height),
                 slice(left, left + cell_width))
        if o.what == 'cells' and not (got[below] == 0).any():
            sys.exit('%s: nothing is written under picture %d' % (o.sheet, i))
        want[below] = got[below]
    if (got != want).any():
        y, x = np.argwhere(got != want)[0]
        sys.exit('%s: pixel %d, %d is %d, not %d' %
                 (o.sheet, x, y, got[y, x], want[y, x]))


if __name__ == '__main__':
    main()

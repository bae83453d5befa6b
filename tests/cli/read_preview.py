# SPDX-License-Identifier: MIT
"""Reads back what `dump --preview` wrote, as a terminal would show it, and
compares it with the images it was made from.

Usage: read_preview.py PROTOCOL FILE IMAGES --index LIST [--across N] [--png F]

PROTOCOL: ascii, 256, rgb, sixel, kitty. FILE: what was written, from a pipe or
a terminal. IMAGES: the gzipped IDX file. --index: the rows in their order, as
in 0,1,2. --across: how many stand side by side (default: all). --png: leaves
what is seen there. The sizes are those of 28x28 pictures at zoom 4.

Fails, saying where, unless each picture is seen upright in its place and with
its levels: exactly (rgb, kitty), to a per cent (sixel), to the nearest grey
(256), to a step of ten (ascii, two rows to a line).
"""
import argparse
import base64
import gzip
import io
import re
import struct
import sys

import numpy as np
from PIL import Image

RAMP = " .:-=+*#%@"
# How far off a level may be.
TOLERANCE = {"rgb": 0, "kitty": 0, "sixel": 1.3, "256": 8.5}
# Left, top and pitch of pictures with captions at zoom 4 (draw/sheet.h).
SHEET_LEFT, SHEET_TOP, SHEET_PITCH, ZOOM = 20, 4, 148, 4
GAP = 2


def read_images(path):
    data = gzip.open(path).read()
    count, height, width = struct.unpack(">3I", data[4:16])
    images = np.frombuffer(data, np.uint8, offset=16)
    return images.reshape(count, height, width)


def grey_of_colour(n):
    return {16: 0, 231: 255}.get(n, 8 + 10 * (n - 232))


def parse_sgr(parameters, colours):
    """Changes colours: [ink, ground]."""
    p = [int(x) for x in parameters.split(";")]
    while p:
        if p[0] in (0, 39, 49):
            colours[:1] = colours[:1] if p[0] == 49 else [None]
            colours[1:] = colours[1:] if p[0] == 39 else [None]
            p = p[1:]
        elif p[1] == 2:
            assert p[2] == p[3] == p[4], "not grey: %s" % parameters
            colours[p[0] == 48] = p[2]
            p = p[5:]
        else:
            assert p[1] == 5, parameters
            colours[p[0] == 48] = grey_of_colour(p[2])
            p = p[3:]


def read_half(text):
    """Rows of levels; captions, which have no colour, are no part of it."""
    rows, colours = [], [None, None]
    for line in text.splitlines():
        upper, lower = [], []
        for match in re.finditer(r"\x1b\[([0-9;]*)m|(.)", line):
            if match[2] is None:
                parse_sgr(match[1], colours)
            elif colours[1] is not None:
                block = match[2] == "\u2580"
                assert block or match[2] == " ", repr(match[2])
                upper.append(colours[0] if block else colours[1])
                lower.append(colours[1])
        if upper:
            rows += [upper, lower]
    seen = np.full((len(rows), max(len(row) for row in rows)), -1)
    for y, row in enumerate(rows):
        seen[y, : len(row)] = row
    return [seen]


def read_ascii(text):
    """Rows of steps, 14 lines and one of captions at a time."""
    lines = text.splitlines()
    steps = []
    for first in range(0, len(lines), 15):
        rows = [[RAMP.index(c) for c in x] for x in lines[first : first + 14]]
        steps.append(np.array(rows))
    return steps


def read_sixel(body):
    width, height = (int(n) for n in re.match(r'"1;1;(\d+);(\d+)', body).groups())
    seen = np.full((height + 6, width), -1.0)
    colours, colour, x, y = {}, None, 0, 0
    for token in re.finditer(
        r'"[\d;]+|#(\d+)((?:;\d+){4})?|(\$)|(-)|(?:!(\d+))?([?-~])', body
    ):
        number, definition, back, down, count, sixel = token.groups()
        if number:
            colour = int(number)
            if definition:
                colours[colour] = int(definition.split(";")[2])
        elif back or down:
            x, y = 0, y + (6 if down else 0)
        elif sixel:
            for bit in range(6):
                if (ord(sixel) - 63) >> bit & 1:
                    seen[y + bit, x : x + int(count or 1)] = colours[colour]
            x += int(count or 1)
    assert (seen[:height] >= 0).all(), "pixels that were not painted"
    assert (seen[height:] < 0).all(), "pixels below the picture"
    return seen[:height] * 2.55


def read_kitty(text):
    images, data = [], ""
    for keys, payload in re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text):
        assert len(payload) <= 4096, len(payload)
        assert "q=2" in keys.split(",")
        if not data:
            assert "a=T,f=100" in keys, keys
        data += payload
        if "m=0" in keys.split(","):
            png = Image.open(io.BytesIO(base64.b64decode(data)))
            assert png.mode == "L", png.mode
            images.append(np.array(png))
            data = ""
    assert not data, "the last chunk is missing"
    return images


def see(protocol, text):
    """What is seen: one array for each image or row of pictures."""
    if protocol == "ascii":
        return read_ascii(text)
    if protocol == "sixel":
        bodies = re.findall(r"\x1bP0;1;0q([^\x1b]*)\x1b\\", text)
        return [read_sixel(body) for body in bodies]
    return read_kitty(text) if protocol == "kitty" else read_half(text)


def expect_ascii(seen, image, what):
    pairs = image.astype(int)
    pairs = (pairs[0::2] + pairs[1::2]) / 2
    assert (np.floor(pairs / 25.6) == seen).all(), what


def expect_levels(seen, image, tolerance, what):
    assert seen.shape == image.shape, "%s: %s" % (what, seen.shape)
    off = np.abs(seen.astype(float) - image).max()
    assert off <= tolerance, "%s: %s levels off" % (what, off)


def picture(protocol, seen, position, across):
    """The part where the picture at this position should stand."""
    column, row = position % across, position // across
    x, lines = column * (28 + GAP), 14 if protocol == "ascii" else 28
    if protocol == "ascii":
        return seen[row][:, x : x + 28]
    if protocol in ("256", "rgb"):
        return seen[0][row * lines : (row + 1) * lines, x : x + 28]
    x, side = SHEET_LEFT + column * SHEET_PITCH, 28 * ZOOM
    part = seen[row][SHEET_TOP : SHEET_TOP + side, x : x + side]
    small = part[::ZOOM, ::ZOOM]
    assert (np.kron(small, np.ones((ZOOM, ZOOM))) == part).all(), "no squares"
    return small


def main():
    p = argparse.ArgumentParser()
    p.add_argument("protocol")
    p.add_argument("file")
    p.add_argument("images")
    p.add_argument("--index", required=True)
    p.add_argument("--across", type=int)
    p.add_argument("--png")
    o = p.parse_args()
    rows = [int(n) for n in o.index.split(",")]
    images = read_images(o.images)
    with open(o.file, "rb") as file:
        text = file.read().decode().replace("\r\n", "\n")
    text = text.replace("\x1b[c", "")
    seen = see(o.protocol, text)
    if o.png:
        Image.fromarray(np.vstack(seen).astype(np.uint8)).save(o.png)
    for position, row in enumerate(rows):
        what = "row %d at %d" % (row, position)
        part = picture(o.protocol, seen, position, o.across or len(rows))
        if o.protocol == "ascii":
            expect_ascii(part, images[row], what)
        else:
            expect_levels(part, images[row], TOLERANCE[o.protocol], what)


if __name__ == "__main__":
    sys.exit(main())

/* SPDX-License-Identifier: MIT */
/* A built-in bitmap font, drawn for this project and MIT like the rest of it.
 *
 * Every character has a cell of 5 x 9 pixels: seven rows for capitals and
 * digits, and two more below the line, so that g, j, p, q and y have room.
 * Text is UTF-8 on one line. A character without a picture of its own (outside
 * ASCII, or a control character) is a hollow box as high as a capital. */
#ifndef MP_DRAW_FONT_H
#define MP_DRAW_FONT_H

#include <stddef.h>

#include "draw/canvas.h"

/* In pixels at scale 1. */
enum {
    FONT_WIDTH = 5,
    FONT_HEIGHT = 9,
    FONT_ASCENT = 7,  /* rows above the line: the height of a capital */
    FONT_ADVANCE = 6, /* from one character to the next */
};

/* In pixels; the gap after the last character does not count. */
size_t font_text_width(const char *text, unsigned scale);

/* Draws with the top left corner of the first cell at x, y, and leaves the
 * ground as it is; what lies outside the canvas is left out. */
void font_draw(struct canvas *c, size_t x, size_t y, unsigned scale,
               const char *text, unsigned char level);

/* As above, at most the first `count` characters. */
void font_draw_first(struct canvas *c, size_t x, size_t y, unsigned scale,
                     const char *text, size_t count, unsigned char level);

/* As font_draw, in the room of `most` characters (at least 3): a longer text
 * ends in "..". Returns the width, in pixels. */
size_t font_draw_cut(struct canvas *c, size_t x, size_t y, unsigned scale,
                     const char *text, size_t most, unsigned char level);

#endif

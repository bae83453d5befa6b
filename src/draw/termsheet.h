/* SPDX-License-Identifier: MIT */
/* Pictures side by side in a terminal, row by row, with captions under them. */
#ifndef MP_DRAW_TERMSHEET_H
#define MP_DRAW_TERMSHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"
#include "draw/termpicture.h"

/* How a terminal shows pictures that are all of one size. Nothing is owned. */
struct termsheet {
    /* Of the terminal: see cli/terminal.h. */
    enum termpicture_protocol protocol;
    size_t columns;       /* at least 1 */
    size_t column_pixels; /* the width of a column; 0: not known */
    /* Of the pictures. */
    size_t width, height; /* at least 1 */
    unsigned zoom; /* kitty and sixel draw each pixel zoom * zoom, or less
                             where that does not fit; at least 1 */
    bool captions; /* make room for them */
};

struct termsheet_picture {
    const unsigned char *image; /* width * height grey levels, row by row */
    const char *caption;        /* UTF-8, masked here; NULL for none */
};

/* How many pictures stand side by side: at least 1. */
size_t termsheet_across(const struct termsheet *t);

/* Writes the pictures in their order, as many side by side as fit. No line is
 * longer than the terminal: a picture that is too wide is made smaller by a
 * whole factor (means of boxes). kitty and sixel get one image for each row of
 * pictures, captions included; otherwise captions are text, centred, and one
 * that is too long ends in "..". Ends with a newline; no pictures, no bytes. */
bool MUST_USE termsheet_write(const struct termsheet *t,
                              const struct termsheet_picture *pictures,
                              size_t count, struct writer *to,
                              struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* A contact sheet: many small pictures in a grid, each with its caption. */
#ifndef MP_DRAW_SHEET_H
#define MP_DRAW_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "draw/canvas.h"

/* Columns, rows, tile sizes and zoom are at least 1. Every cell of the grid
 * has `padding` white pixels on each side, shared with its neighbour. */
struct sheet_layout {
    size_t columns, rows;
    size_t tile_width, tile_height; /* of a picture, before the zoom */
    unsigned zoom;                  /* pixels of the sheet per grey level */
    unsigned padding;
    unsigned captions;     /* lines under each picture */
    size_t caption_length; /* characters they have room for at least; 0 and
                              more than eleven: eleven */
};

struct sheet {
    struct sheet_layout layout;
    struct canvas canvas; /* owned; the finished picture */
};

/* An all white sheet. FAIL_USAGE when the layout has a zero or the sheet would
 * be too large; *s is set only on success, and is released by the caller. */
bool MUST_USE sheet_init(struct sheet *s, const struct sheet_layout *layout,
                         struct error *err);

/* Accepts NULL, and leaves { 0 }. */
void sheet_release(struct sheet *s);

/* Puts a picture of tile_width * tile_height grey levels into the cell at
 * `position` (row * columns + column), pixel for pixel, and its caption (UTF-8,
 * NULL for none) centred beneath it; one that is too long ends in "..". */
void sheet_place(struct sheet *s, size_t position, const unsigned char *image,
                 const char *caption);

/* Writes another line of the caption, 1 being the second; left out when the
 * layout has no such line. */
void sheet_caption(struct sheet *s, size_t position, unsigned line,
                   const char *caption);

/* The top left corner of the picture at `position`, for every layout that
 * sheet_init accepts. */
void sheet_picture_at(const struct sheet_layout *layout, size_t position,
                      size_t *x, size_t *y);

#endif

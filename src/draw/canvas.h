/* SPDX-License-Identifier: MIT */
/* A picture of grey levels in memory, and the two ways to paint on it. */
#ifndef MP_DRAW_CANVAS_H
#define MP_DRAW_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CANVAS_BLACK = 0,
    CANVAS_WHITE = 255,
    /* 100 MB: a poster of every test picture fits, a slip of the finger on the
     * command line does not take the machine down. */
    CANVAS_MAX_PIXELS = 100 * 1000 * 1000,
};

/* { 0 } is an empty canvas: all below accept it and paint nothing. */
struct canvas {
    size_t width, height;
    unsigned char *pixels; /* owned, width * height grey levels, row by row */
};

/* Whether canvas_init takes these sizes: at least 1 x 1, and not too large. */
bool canvas_fits(uint64_t width, uint64_t height);

/* Fills the whole canvas with `level`. FAIL_USAGE when the size does not fit;
 * *c is set only on success and then is the caller's to release. */
bool MUST_USE canvas_init(struct canvas *c, size_t width, size_t height,
                          unsigned char level, struct error *err);

/* Accepts NULL, and leaves { 0 }. */
void canvas_release(struct canvas *c);

/* Paints a rectangle; what lies outside the canvas is left out. */
void canvas_fill(struct canvas *c, size_t x, size_t y, size_t w, size_t h,
                 unsigned char level);

/* Paints an image of w * h grey levels, each as a square of zoom * zoom pixels
 * (zoom at least 1); what lies outside the canvas is left out. */
void canvas_blit(struct canvas *c, size_t x, size_t y, unsigned zoom,
                 const unsigned char *image, size_t w, size_t h);

#endif

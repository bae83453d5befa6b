/* SPDX-License-Identifier: MIT */
/* A map: a picture of values as greys, and beside it what the greys mean. */
#ifndef MP_DRAW_MAP_H
#define MP_DRAW_MAP_H

#include <stddef.h>

#include "draw/canvas.h"

/* 0 is black, `most` white. */
struct map {
    const double *value; /* width * height, row by row; 0 to most */
    size_t width, height;
    unsigned zoom; /* pixels per value; at least 1 */
    double most;   /* not above 0: all is black */
};

/* The picture alone, with its top left corner at x, y (at least 1), in a frame
 * of one pixel around it. */
void map_draw_picture(struct canvas *c, size_t x, size_t y,
                      const struct map *m);

/* The picture with its scale to the right: numbers from 0 to most. */
size_t map_width(const struct map *m);
size_t map_height(const struct map *m);
void map_draw(struct canvas *c, size_t x, size_t y, const struct map *m);

#endif

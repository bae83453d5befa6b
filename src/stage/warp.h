/* SPDX-License-Identifier: MIT */
/* Pictures through a map of coordinates: each pixel of the result is taken from
 * a place of the source, between four of its pixels. Integer arithmetic, so
 * that every machine takes the same. */
#ifndef MP_STAGE_WARP_H
#define MP_STAGE_WARP_H

#include <stddef.h>
#include <stdint.h>

/* One pixel, in coordinates. Pixel centres have whole ones: the first is 0. */
enum { WARP_ONE = 1 << 16 };

/* Pixel (x, y) of the result comes from column u[0] + u[1] x + u[2] y and row
 * v[0] + v[1] x + v[2] y of the source. */
struct warp_map {
    int64_t u[3], v[3];
};

/* What is added to column and row, one of each for every pixel. */
struct warp_field {
    const int32_t *u, *v;
};

/* A picture of height x width to another. Bilinear, rounded half up, where the
 * shares of neighbours are 2048ths, rounded down. Outside the edges go on as
 * they are. field may be NULL; no place may lie 2^47 or more away. */
void warp_picture(const unsigned char *from, size_t height, size_t width,
                  const struct warp_map *map, const struct warp_field *field,
                  unsigned char *to);

#endif

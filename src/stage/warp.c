/* SPDX-License-Identifier: MIT */
/* Bilinear interpolation at places that are nowhere on a grid. */
#include "stage/warp.h"

enum {
    SHARE_BITS = 11, /* two of them and a grey level fit 32 bits */
    SHARES = 1 << SHARE_BITS,
    SHARE_STEP = WARP_ONE >> SHARE_BITS,
};

struct picture {
    const unsigned char *pixels;
    size_t width;
    int64_t last_column, last_row; /* in coordinates */
};

/* The coordinate on the source that is nearest. */
static size_t clamp(int64_t at, int64_t last)
{
    return (size_t)(at < 0 ? 0 : at > last ? last : at);
}

static unsigned char between(const struct picture *p, int64_t u, int64_t v)
{
    size_t column = clamp(u, p->last_column), row = clamp(v, p->last_row);
    uint32_t right = (uint32_t)(column % WARP_ONE) / SHARE_STEP;
    uint32_t lower = (uint32_t)(row % WARP_ONE) / SHARE_STEP;
    const unsigned char *at =
        p->pixels + row / WARP_ONE * p->width + column / WARP_ONE;
    /* On the last pixels there is no neighbour, and no share of it. */
    size_t beside = right > 0, below = lower > 0 ? p->width : 0;
    uint32_t above = at[0] * (SHARES - right) + at[beside] * right;
    uint32_t under = at[below] * (SHARES - right) + at[below + beside] * right;
    uint32_t sum = above * (SHARES - lower) + under * lower;

    return (unsigned char)((sum + SHARES * SHARES / 2) >> 2 * SHARE_BITS);
}

void warp_picture(const unsigned char *from, size_t height, size_t width,
                  const struct warp_map *map, const struct warp_field *field,
                  unsigned char *to)
{
    const struct picture p = { from, width, ((int64_t)width - 1) * WARP_ONE,
                               ((int64_t)height - 1) * WARP_ONE };

    for (size_t y = 0, i = 0; y < height; y++) {
        int64_t u = map->u[0] + map->u[2] * (int64_t)y;
        int64_t v = map->v[0] + map->v[2] * (int64_t)y;
        for (size_t x = 0; x < width; x++, i++) {
            to[i] = field ? between(&p, u + field->u[i], v + field->v[i])
                          : between(&p, u, v);
            u += map->u[1];
            v += map->v[1];
        }
    }
}

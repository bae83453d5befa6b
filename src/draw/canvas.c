/* SPDX-License-Identifier: MIT */
/* Memory for a picture, and painting that never leaves it. */
#include "draw/canvas.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool canvas_fits(uint64_t width, uint64_t height)
{
    /* Divided, because the product may not fit its type. */
    return width > 0 && height > 0 && width <= CANVAS_MAX_PIXELS / height;
}

bool canvas_init(struct canvas *c, size_t width, size_t height,
                 unsigned char level, struct error *err)
{
    if (!canvas_fits(width, height))
        return error_set(err, FAIL_USAGE,
                         "a picture of %zu x %zu pixels cannot be drawn; "
                         "1 to %d million pixels can",
                         width, height, CANVAS_MAX_PIXELS / 1000000);
    unsigned char *pixels = malloc(width * height);
    if (!pixels)
        return error_memory(err);
    memset(pixels, level, width * height);
    *c = (struct canvas){ width, height, pixels };
    return true;
}

void canvas_release(struct canvas *c)
{
    if (!c)
        return;
    free(c->pixels);
    *c = (struct canvas){ 0 };
}

/* How many of n steps that start at `at` start before the limit. */
static size_t steps_inside(size_t at, size_t n, size_t step, size_t limit)
{
    size_t most = at < limit ? (limit - at - 1) / step + 1 : 0;
    return n < most ? n : most;
}

void canvas_fill(struct canvas *c, size_t x, size_t y, size_t w, size_t h,
                 unsigned char level)
{
    size_t columns = steps_inside(x, w, 1, c->width);
    size_t rows = steps_inside(y, h, 1, c->height);

    /* Without columns, x may lie too far outside to be added to a pointer. */
    if (columns == 0)
        return;
    for (size_t row = 0; row < rows; row++)
        memset(c->pixels + (y + row) * c->width + x, level, columns);
}

/* Each byte zoom times, until there are n. */
static void widen(unsigned char *to, size_t n, const unsigned char *from,
                  size_t zoom)
{
    if (zoom == 1) {
        memcpy(to, from, n);
        return;
    }
    for (size_t i = 0; i < n; i += zoom)
        memset(to + i, *from++, n - i < zoom ? n - i : zoom);
}

void canvas_blit(struct canvas *c, size_t x, size_t y, unsigned zoom,
                 const unsigned char *image, size_t w, size_t h)
{
    assert(zoom > 0);
    size_t columns = steps_inside(x, w, zoom, c->width);
    size_t rows = steps_inside(y, h, zoom, c->height);

    if (columns == 0)
        return;
    size_t left = c->width - x;
    size_t n = columns * zoom < left ? columns * zoom : left;
    for (size_t row = 0; row < rows; row++) {
        size_t top = y + row * zoom;
        unsigned char *line = c->pixels + top * c->width + x;
        widen(line, n, image + row * w, zoom);
        for (size_t i = 1; i < zoom && top + i < c->height; i++)
            memcpy(line + i * c->width, line, n);
    }
}

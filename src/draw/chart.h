/* SPDX-License-Identifier: MIT */
/* A bar chart: bars in groups, one of each series, with an axis, its numbers
 * and grid, and a legend. */
#ifndef MP_DRAW_CHART_H
#define MP_DRAW_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw/canvas.h"

struct chart_series {
    const char *name;       /* for the legend; UTF-8 */
    const double *value;    /* chart->groups; none below 0 */
    const uint64_t *number; /* is written at each bar; NULL: nothing is */
};

struct chart {
    const char *axis; /* what the values are */
    const char *unit; /* behind the axis' numbers: "%", or "" */
    bool whole;       /* values are whole: so are the axis' numbers */
    bool log_axis;    /* 0, then the powers of ten around all other values, of
                       which none is below 1 */
    bool histogram;   /* bars touch, run up, and few have a label */
    size_t groups;
    const char *const *label; /* groups, UTF-8; NULL in it: no label */
    const struct chart_series *series;
    size_t series_count; /* with one there is no legend */
};

/* The grey of a series, from dark to light. */
unsigned char chart_shade(size_t series, size_t count);

/* Draws with the top left corner at x, y, `width` (at least 400) pixels wide,
 * and returns the height. On an empty canvas that is all it does. Bars run up
 * where all labels and numbers have room; else they run to the right, in
 * columns, under labels that end in ".." when they are long. */
size_t chart_draw(struct canvas *c, size_t x, size_t y, size_t width,
                  const struct chart *chart);

#endif

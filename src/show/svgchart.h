/* SPDX-License-Identifier: MIT */
/* Bar charts as SVG for a page of HTML: as wide as there is room, with letters
 * of the page's size at any width, coloured by its style sheet. */
#ifndef MP_SHOW_SVGCHART_H
#define MP_SHOW_SVGCHART_H

#include <stddef.h>
#include <stdint.h>

#include "show/markup.h"

enum { SVGCHART_SERIES_MAX = 9 };

struct svgchart_series {
    const char *name;      /* foreign */
    const uint64_t *count; /* one for each group */
    uint64_t whole;        /* 100%: their sum, or more */
};

enum svgchart_scale {
    SVGCHART_SHARE, /* linear, in percent of each series' whole */
    SVGCHART_LOG,   /* logarithmic, counts */
};

/* Bars of one group stand side by side. */
struct svgchart {
    const char *title; /* our own; for those who do not see it */
    enum svgchart_scale scale;
    const struct svgchart_series *series;
    size_t series_count;           /* 1..SVGCHART_SERIES_MAX */
    size_t groups;                 /* at least 1 */
    const char *const *group_name; /* foreign; NULL: they are numbers from 0
                                      on, and bars touch */
};

/* Writes one <svg>. Each bar has a <title> with its group, series and count;
 * a count of 0 has no bar, and any other one a visible one. The style sheet
 * knows the classes chart, grid, tick, bar s0..s8. */
void svgchart_write(struct pen *pen, const struct svgchart *c);

#endif

/* SPDX-License-Identifier: MIT */
/* The panels of a plot, for plot.c. */
#ifndef MP_SHOW_PLOTPANELS_H
#define MP_SHOW_PLOTPANELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "draw/canvas.h"
#include "pipeline/survey.h"

/* In pixels. Ten mean images of 28 x 28 stand side by side. */
enum { PLOT_MARGIN = 24, PLOT_WIDTH = 912 };

/* A page being drawn, from top to bottom. */
struct plot_page {
    const struct survey *survey;
    struct canvas *c;
    size_t width; /* between the margins */
    size_t y;     /* down to here */
};

/* PLOT_WIDTH, or what the widest picture needs. */
size_t plot_page_width(const struct survey *s);

/* Names of datasets and splits are cut to as many characters. */
enum { PLOT_NAME = 24 };

/* Each draws from p->y on, and moves it to its lower edge. */
bool MUST_USE plot_labels(struct plot_page *p, struct error *err);
bool MUST_USE plot_levels(struct plot_page *p, struct error *err);
bool MUST_USE plot_means(struct plot_page *p, struct error *err);
bool MUST_USE plot_deviation(struct plot_page *p, struct error *err);

#endif

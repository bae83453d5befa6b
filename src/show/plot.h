/* SPDX-License-Identifier: MIT */
/* A survey as one grey picture: panels of charts and maps, one under the
 * other. Every number that is written in it is the survey's. */
#ifndef MP_SHOW_PLOT_H
#define MP_SHOW_PLOT_H

#include <stdbool.h>

#include "base/error.h"
#include "draw/canvas.h"
#include "pipeline/survey.h"

/* `panels` is a list such as "labels,means", in the order to draw them, or
 * NULL for all. They are:
 *   labels     how many rows each class has, per split: as counts, or, of
 *              several splits, as bars of shares with the counts written
 *   levels     how many pixels each grey level has, per split, on a log axis
 *   means      the mean image of each class
 *   deviation  the deviation of each pixel over the rows, as a map, per split
 * Everything is drawn for zoom 1 and then made `zoom` (at least 1) times as
 * large. FAIL_USAGE for an unknown or repeated panel, with those that there
 * are, and when the picture would be too large. *c is set only on success and
 * then is the caller's to release. */
bool MUST_USE plot_draw(struct canvas *c, const struct survey *s,
                        const char *panels, unsigned zoom, struct error *err);

/* Is it such a list? FAIL_USAGE if not: known before the survey is made. */
bool MUST_USE plot_check_panels(const char *panels, struct error *err);

/* The i-th panel's name; NULL behind the last. */
const char *plot_panel_name(size_t i);

#endif

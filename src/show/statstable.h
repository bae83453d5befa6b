/* SPDX-License-Identifier: MIT */
/* The figures of a survey as tables of tab-separated values: one line of names
 * first, then a line per row; no field has a tab or a newline in it. */
#ifndef MP_SHOW_STATSTABLE_H
#define MP_SHOW_STATSTABLE_H

#include "base/error.h"
#include "base/writer.h"
#include "pipeline/survey.h"

/* Each split with the label "all", then each of its classes. Numbers as JSON
 * has them; empty where there are no rows to take a mean of. */
bool MUST_USE stats_write_classes(const struct survey *s, struct writer *w,
                                  struct error *err);

/* The same by grey level: all 256 of each. */
bool MUST_USE stats_write_levels(const struct survey *s, struct writer *w,
                                 struct error *err);

/* Mean and deviation of each pixel of each split. */
bool MUST_USE stats_write_pixels(const struct survey *s, struct writer *w,
                                 struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* What there is to know of a view: every figure of its splits, from one pass
 * over the rows, and what an audit finds in them. All forms of a report (text,
 * JSON, TSV, plots, HTML) take their numbers from here. */
#ifndef MP_PIPELINE_SURVEY_H
#define MP_PIPELINE_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/audit.h"
#include "pipeline/view.h"
#include "stage/stats.h"

/* Some rows: of a whole split, or of one class of it. */
struct survey_figures {
    uint64_t count;            /* rows */
    double share;              /* of the split's rows; 0 when it has none */
    struct pixel_stats pixels; /* all zero without rows */
    const uint64_t *histogram; /* 256 levels */
    const double *mean; /* height x width, of x / 255; NULL without rows */
    const double *std;  /* the same, population; NULL for classes */
};

struct survey_split {
    const char *name; /* the view's */
    size_t height, width;
    bool has_labels;
    struct survey_figures all;
    struct survey_figures *classes; /* owned: survey->class_count; NULL without
                                       labels */
    uint64_t constant;              /* pixels that have one level in all rows */
    uint64_t blank;     /* pixels that are 0 in all rows; part of the former */
    struct stats stats; /* what the figures point into */
    struct pixel_sums sums;
    struct pixel_moments moments;
    uint64_t total[256];
    double *class_mean; /* owned: classes x height x width */
};

/* Starts as { 0 }. */
struct survey {
    const struct view *view;
    size_t class_count;                         /* the view's */
    struct survey_split split[VIEW_SPLITS_MAX]; /* those that were chosen */
    size_t split_count;
    bool audited;
    struct audit audit;
};

/* Reads all chosen splits. With `rules`, audits them too; without, FAIL_DATA
 * for a label that is no class, with file, row and value. */
bool MUST_USE survey_run(struct survey *s, const struct view *view,
                         const struct audit_rules *rules, struct error *err);
void survey_release(struct survey *s);

#endif

/* SPDX-License-Identifier: MIT */
/* The pictures that a report shows: samples of each class, and what an audit
 * found. The rows of a view are read once more for them. */
#ifndef MP_PIPELINE_EXHIBITS_H
#define MP_PIPELINE_EXHIBITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/survey.h"

enum {
    EXHIBITS_PER_CLASS = 24,
    EXHIBITS_PER_KIND = 24,
    EXHIBITS_CLASSES_MAX = 256,
    /* Of either sort: fewer per class or kind when pictures are that large. */
    EXHIBITS_BYTES_MAX = 32 << 20,
};

struct exhibit {
    size_t split; /* position in the view */
    uint64_t row;
    int64_t label;      /* -1: there is none */
    int64_t source_row; /* of a finding: as the audit has it */
    size_t height, width;
    unsigned char *pixels; /* owned */
};

/* Starts as { 0 }. */
struct exhibits {
    size_t split;           /* where the samples are from */
    struct exhibit *sample; /* owned: by class, then by row */
    size_t sample_count;
    size_t per_class;     /* at most so many of each */
    size_t classes_shown; /* of the first so many; 1 without labels */
    /* Owned: the first rows of the audit's findings of each kind, in the
     * order of the findings and of their rows. */
    struct exhibit *found[FINDING_KINDS];
    size_t found_count[FINDING_KINDS];
};

/* Samples are the first rows of each class of train, or of the first split
 * that the survey has; rows whose label is no class are passed over. Findings
 * are there if it was audited. */
bool MUST_USE exhibits_take(struct exhibits *e, const struct survey *s,
                            struct error *err);
void exhibits_release(struct exhibits *e); /* accepts { 0 } */

#endif

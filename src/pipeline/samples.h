/* SPDX-License-Identifier: MIT */
/* Some rows of a view, picked out to be looked at. */
#ifndef MP_PIPELINE_SAMPLES_H
#define MP_PIPELINE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/rowlist.h"
#include "pipeline/view.h"

/* How rows of one split are chosen that nobody named. */
struct sample_rule {
    size_t split;   /* its position in the view */
    bool per_class; /* `count` of each class, class by class */
    bool of_class;  /* of `label` only */
    int64_t label;
    uint64_t count; /* at most so many; at least 1 */
    bool random;    /* else the first ones */
    uint64_t seed;
};

/* Adds the rows to the list. Random ones are those at the first places of the
 * permutation by seed and PLAN_SAMPLES of all rows, or of all rows of a class:
 * none comes twice. Rows whose label is no class are in none of them.
 * FAIL_USAGE for classes of a split without labels. */
bool MUST_USE samples_choose(struct row_list *list, const struct view *v,
                             const struct sample_rule *rule, struct error *err);

struct sample {
    size_t split; /* its position in the view */
    uint64_t row;
    bool has_label;
    int64_t label;        /* as it stands in the file: maybe no class */
    bool again;           /* the same row stands earlier, too */
    unsigned char *image; /* into samples.images */
};

/* Starts as { 0 }; everything is owned. */
struct samples {
    struct sample *sample; /* as in the list */
    size_t count;
    size_t width, height;
    unsigned char *images;
    uint64_t split_rows[VIEW_SPLITS_MAX]; /* of the splits that were read */
};

/* Reads each split that is needed once, and no further than needed: damage
 * behind the last row goes unseen. FAIL_USAGE when a row is beyond the end;
 * FAIL_DATA for pictures that are not of one grey channel, or of several
 * sizes. */
bool MUST_USE samples_read(struct samples *s, const struct view *v,
                           const struct row_list *list, struct error *err);
void samples_release(struct samples *s);

#endif

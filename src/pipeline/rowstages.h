/* SPDX-License-Identifier: MIT */
/* A block of rows through all stages, into the arrays that sinks get. */
#ifndef MP_PIPELINE_ROWSTAGES_H
#define MP_PIPELINE_ROWSTAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/sink.h"
#include "pipeline/block.h"
#include "pipeline/recipe.h"
#include "stage/augment.h"
#include "stage/onehot.h"

/* What one row is before and after. */
struct row_shape {
    size_t height, width;          /* before; 0: no picture */
    size_t out_height, out_width;  /* after; 0: no picture */
    size_t image_bytes, out_bytes; /* pixels before and after */
};

/* Fills in the shape after the recipe's geometry. images is the source's;
 * FAIL_USAGE when the recipe wants pictures and the rows are none. */
bool MUST_USE row_shape_of(struct row_shape *shape, const struct recipe *recipe,
                           const struct array_info *images, struct error *err);

/* Starts as { 0 }. */
struct rowstages {
    const struct recipe *recipe;
    struct row_shape shape;
    size_t classes;          /* of the labels that come out */
    const uint16_t *relabel; /* by label that comes in; NULL: as it is */
    bool has_labels;
    struct geometry geometry;
    struct augment augment;
    struct normalize normalize;
    struct onehot onehot;
    unsigned char *levels;   /* owned; NULL: the block's pictures themselves */
    unsigned char *deformed; /* owned; NULL: no copies are made */
    uint16_t *label;         /* owned */
    void *elements[SET_ARRAYS]; /* owned */
};

/* For blocks of at most `rows` rows, of which copies are made by up to `jobs`
 * threads; 0: none are made of this split, whatever the recipe says of others.
 * The rest is borrowed. */
bool MUST_USE rowstages_init(struct rowstages *s, const struct recipe *recipe,
                             const struct row_shape *shape, size_t classes,
                             const uint16_t *relabel, bool has_labels,
                             size_t rows, unsigned jobs, struct error *err);
void rowstages_release(struct rowstages *s); /* accepts { 0 } */

/* The grey levels alone: rows * shape.out_bytes of them, until the next call.
 * NULL with *err set. */
const unsigned char *MUST_USE rowstages_levels(struct rowstages *s,
                                               const struct block *rows,
                                               struct error *err);

/* Fills in *to, but for split and first; it lives until the next call. Numbers
 * of pixels are left out when no format of the recipe wants any. */
bool MUST_USE rowstages_run(struct rowstages *s, struct block *rows,
                            struct sink_block *to, struct error *err);

#endif

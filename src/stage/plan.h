/* SPDX-License-Identifier: MIT */
/* Which source row becomes which output row: classes, validation, order,
 * limits, folds. It depends on the labels, the rules and the seed alone. */
#ifndef MP_STAGE_PLAN_H
#define MP_STAGE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What random numbers are drawn for: the purpose of philox_row and of
 * permutation_init. They are part of what a set's bytes are made of, so none
 * may change. */
enum plan_purpose {
    PLAN_VAL = 1,
    PLAN_FOLDS = 2,
    PLAN_SHUFFLE = 3, /* plus 256 times the stream */
    PLAN_SAMPLES = 4, /* rows to look at; plus 256 times (the label + 1) */
    PLAN_COPIES = 5,  /* the order of rows and their copies */
    PLAN_DEFORM = 6,  /* what copies look like: augment.h */
};

/* Applied in this order. All zero: every row, in its place. A row's key is
 * philox_row(seed, purpose, its row in the source); a group's has its id in
 * place of the row. Smaller keys come first, then smaller rows or ids. */
struct plan_rules {
    bool *keep_class; /* borrowed, by label, class_count; NULL: all */
    size_t class_count;
    double val;    /* below 1: share of train's rows, to the nearest number of
                      rows, half up; else their number. The rows of smallest
                      keys; or groups by key, each that still fits */
    bool stratify; /* each class by its share, in val and in folds. In val by
                      largest remainder, of equal ones to the smaller labels */
    bool shuffle;  /* row i of the output is the one of place
                      permutation_at(i) before */
    uint64_t per_class, limit; /* at most so many rows of each class, and of
                                  each split; the first ones in the order of
                                  the output. 0: no limit */
    uint64_t folds;  /* 2..256, of train (the caller's other splits have none);
                       0: none. Rows by key, stratified by label and key, are
                       dealt out one to each fold in turn. Groups by size, the
                       largest first, then by key: each to the fold that has
                       the fewest rows, the first of several */
    uint64_t copies; /* 0..255, of each row of train that is left (the caller's
                        other splits have none): all rows, then the first copy
                        of all, and so on; shuffled once more with shuffle */
    uint64_t seed;
};

/* What is known of a source split. */
struct plan_source {
    uint64_t rows;         /* below 2^32, but for rules that are all zero */
    const uint16_t *label; /* NULL: there are none */
    const uint32_t *group; /* of train, as writer ids; rows of one group stay
                              together in val and folds. NULL: no groups */
    const bool *dropped;   /* rows that are left out beforehand; NULL: none */
};

/* What comes out, starts as { 0 }. */
struct plan_split {
    uint64_t rows;
    uint32_t *row; /* owned, source rows; NULL: 0, 1, 2, ... all */
    uint8_t *fold; /* owned; NULL: no folds */
    uint8_t *copy; /* owned, 0: the row itself; NULL: no copies */
};
void plan_release(struct plan_split *p);

/* Splits that are shuffled by the same seed get different orders: `stream` is
 * the output split's own number, and val has stream + 1. val is filled in when
 * it is not NULL, and then gets rules->val of the rows, `rest` the others; the
 * order and the limits are those of each by itself, folds and copies those of
 * rest.
 * FAIL_USAGE when the rules cannot be met: more validation rows than there
 * are, or none; stratified groups; classes without labels; fewer rows or groups
 * than folds. */
bool MUST_USE plan_make(const struct plan_rules *rules,
                        const struct plan_source *source, uint64_t stream,
                        struct plan_split *rest, struct plan_split *val,
                        struct error *err);

#endif

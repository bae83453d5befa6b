/* SPDX-License-Identifier: MIT */
/* For plan.c: rows in the order in which a rule takes them, by random keys,
 * with those of one group or class beside each other. */
#ifndef MP_STAGE_PLANDRAW_H
#define MP_STAGE_PLANDRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/plan.h"

/* Zeros, malloc'd, never NULL for 0 elements. NULL with *err set. */
void *MUST_USE plan_array(uint64_t n, size_t bytes, struct error *err);

struct plan_draw {
    uint64_t key;
    uint32_t part; /* the row's group; its label when stratified; else 0 */
    uint32_t row;
};

/* All rows of a split, malloc'd: groups one after the other by key, or classes
 * by label, or just the rows by key. NULL with *err set. */
struct plan_draw *MUST_USE plan_draw(const struct plan_rules *rules,
                                     const struct plan_source *source,
                                     enum plan_purpose purpose,
                                     const struct plan_split *from,
                                     struct error *err);

/* Draws of the same part, one after the other. */
struct plan_run {
    uint32_t start, size;
    uint64_t weight; /* starts as 0: what plan_by_weight sorts by */
};

struct plan_runs {
    struct plan_run *run; /* owned */
    size_t count;
};

bool MUST_USE plan_find_runs(struct plan_runs *to,
                             const struct plan_draw *draws, uint64_t n,
                             struct error *err);

/* For qsort: the heaviest first, equal ones in their order. */
int plan_by_weight(const void *a, const void *b);

#endif

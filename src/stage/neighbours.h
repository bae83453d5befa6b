/* SPDX-License-Identifier: MIT */
/* Pictures that hardly differ: all pairs up to a distance, none missed, without
 * comparing all with all. */
#ifndef MP_STAGE_NEIGHBOURS_H
#define MP_STAGE_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* More pairs than anyone looks at: n pictures that are all alike have n^2 / 2.
 * And on average each picture is compared with at most so many others pixel by
 * pixel, but in all so many may always be: MNIST takes 4 each, Fashion-MNIST
 * less than 1, and noise around a single picture would take n / 2. */
enum {
    NEIGHBOURS_MAX = 100000,
    NEIGHBOURS_COMPARED = 256,
    NEIGHBOURS_COMPARED_ALWAYS = 1 << 22,
};

struct neighbour {
    uint32_t a, b;     /* rows, a < b */
    uint64_t distance; /* sum of the squares of what their pixels differ by */
};

/* Starts as { 0 }. */
struct neighbours {
    struct neighbour *pair; /* owned */
    size_t count, room;
    bool truncated; /* there may be more: one of the limits was reached */
};

/* Reads the picture of a row. */
typedef bool neighbours_read(void *context, uint64_t row, unsigned char *to,
                             struct error *err);

/* What is looked for, and where: rows are in rising order. */
struct neighbours_among {
    const uint32_t *row;
    size_t count;
    size_t height, width; /* of all of these pictures */
    uint64_t distance;    /* the greatest that counts */
    neighbours_read *read;
    void *context;
};

/* Adds all pairs among these rows; what is added first, where there are too
 * many, depends on the pictures and their order alone. */
bool MUST_USE neighbours_find(struct neighbours *n,
                              const struct neighbours_among *among,
                              struct error *err);

/* Adds a pair, in either order of the rows, unless there are too many. */
bool MUST_USE neighbours_put(struct neighbours *n, uint32_t a, uint32_t b,
                             uint64_t distance, struct error *err);

/* By a, then by b. */
void neighbours_sort(struct neighbours *n);

void neighbours_release(struct neighbours *n);

#endif

/* SPDX-License-Identifier: MIT */
/* Deformed copies of pictures: turned, moved, stretched, sheared, and bent
 * elastically, each by random numbers of its own. */
#ifndef MP_STAGE_AUGMENT_H
#define MP_STAGE_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/elastic.h"
#include "stage/warp.h"

enum { AUGMENT_COPIES_MAX = 255 };

/* All zero: no copies. Each is the most that is drawn, in both directions. */
struct augment_rules {
    uint64_t copies;
    double rotate;  /* degrees, up to 180 */
    double shift;   /* pixels, across and down */
    double stretch; /* share, below 1: sides become 1 - s to 1 + s as long */
    double shear;   /* degrees, up to 60: rows move along each other */
    double elastic, elastic_sigma; /* alpha and sigma of elastic.h */
};

/* FAIL_USAGE, naming options, for what is out of range or has no effect. */
bool MUST_USE augment_check(const struct augment_rules *rules,
                            struct error *err);

/* What one worker bends a picture with. */
struct augment_bend {
    struct elastic elastic;
    unsigned char *noise; /* owned, as are the displacements: */
    int32_t *u, *v;
};

/* Starts as { 0 }. */
struct augment {
    struct augment_rules rules;
    uint64_t seed;
    size_t height, width;
    struct augment_bend *bend; /* owned, by worker; NULL: nothing is bent */
    unsigned workers;
};

bool MUST_USE augment_init(struct augment *a, const struct augment_rules *rules,
                           uint64_t seed, size_t height, size_t width,
                           unsigned workers, struct error *err);
void augment_release(struct augment *a); /* accepts { 0 } */

/* Copy 1, 2, ... of a picture, by the row it has in its source. It is stretched
 * and sheared, then turned, all about its middle, then moved; copy 0 is the
 * picture itself. Edges go on outside.
 *
 * Random numbers are the words of philox4x64 with key (seed, PLAN_DEFORM) and
 * counter (row, copy, block, 0). Block 0: rotation, shear, shift across and
 * down; block 1: stretch across and down. A word w draws the share
 * floor(w / 2^11) / 2^52 - 1 of the most there is. From block 2 on their bytes,
 * the least significant first, are the noise of elastic.h.
 *
 * Workers, 0 to workers - 1, may do this at the same time. */
void augment_picture(const struct augment *a, unsigned worker, uint64_t row,
                     unsigned copy, const unsigned char *from,
                     unsigned char *to);

#endif

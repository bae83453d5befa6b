/* SPDX-License-Identifier: MIT */
/* What normalize made, back to grey levels: exactly, or not at all. */
#ifndef MP_STAGE_RESTORE_H
#define MP_STAGE_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/normalize.h"

/* Starts as { 0 }, and borrows what its scale borrows. */
struct restore {
    struct normalize normalize;
    size_t pixels;           /* of a picture */
    double *factor, *offset; /* owned, by pixel: level = number * factor +
                                offset, nearly */
    float *small;            /* owned: the values of 16-bit floats; else NULL */
    unsigned char *again;    /* owned: numbers of again_rows pictures */
    size_t again_rows;
};

/* For pictures of `pixels` pixels (of SCALE_PIXEL_STANDARD: as many as it has
 * constants). FAIL_DATA for a scale that is none, and when two levels share a
 * number, so that nobody can tell them apart. A pixel of SCALE_PIXEL_STANDARD
 * with a deviation of 0 is the exception: what has been fitted on one level
 * only gets that level. */
bool MUST_USE restore_init(struct restore *r, const struct scale *scale,
                           enum dtype dtype, size_t pixels, struct error *err);
void restore_release(struct restore *r); /* accepts { 0 } */

/* The levels of `rows` pictures, from numbers in this machine's byte order.
 * Each level is what normalize_u8 makes exactly this number of. Returns how
 * many pixels were restored: all, or those before the first that no level
 * makes. One thread at a time: r has room for the numbers. */
size_t restore_levels(struct restore *r, const void *elements, size_t rows,
                      unsigned char *levels);

#endif

/* SPDX-License-Identifier: MIT */
/* Pixels to numbers: (x / 255 - mean) / std and its relatives, computed in
 * double and rounded once. */
#ifndef MP_STAGE_NORMALIZE_H
#define MP_STAGE_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/dtype.h"
#include "stage/stats.h"

enum scale_mode {
    SCALE_UNIT,     /* x / 255 */
    SCALE_SIGNED,   /* x / 127.5 - 1 */
    SCALE_STANDARD, /* (x / 255 - mean) / std, fitted on the rows of train */
    SCALE_CUSTOM,   /* the same, mean and std as given */
    SCALE_NONE,     /* x */
    SCALE_PIXEL_STANDARD, /* as SCALE_STANDARD, but each pixel of the picture by
                             its own mean and deviation; 0 where the latter is
                             0 */
};

/* Can be copied. */
struct scale {
    enum scale_mode mode;
    double mean, std; /* of SCALE_STANDARD (once fitted) and SCALE_CUSTOM */
    const struct pixel_moments *pixel; /* borrowed; of SCALE_PIXEL_STANDARD,
                                          once fitted */
};

/* "unit", "signed", "standard", "none", "pixel-standard" or "MEAN,STD". */
bool MUST_USE scale_parse(const char *text, struct scale *to,
                          struct error *err);
/* The i-th of these words, without MEAN,STD; NULL behind the last. */
const char *scale_word(size_t i);
const char *scale_name(enum scale_mode mode); /* "custom" for MEAN,STD */

/* Do its constants come from the data? */
bool scale_is_fitted(const struct scale *scale);

/* What can be told before anything is read. Refuses, with FAIL_USAGE, MEAN,STD
 * whose deviation is not above zero, and u8 with any scale but none. */
bool MUST_USE scale_check(const struct scale *scale, enum dtype dtype,
                          struct error *err);

/* Takes mean and deviation for SCALE_STANDARD from all pixels' histogram;
 * FAIL_DATA when there are none, or all are equal. */
bool MUST_USE scale_fit(struct scale *scale, const uint64_t histogram[256],
                        struct error *err);

/* The same for SCALE_PIXEL_STANDARD: fills in *moments, which then are the
 * caller's, and which scale borrows. FAIL_DATA when there are no rows. */
bool MUST_USE scale_fit_pixels(struct scale *scale,
                               const struct pixel_sums *sums,
                               struct pixel_moments *moments,
                               struct error *err);

/* One pixel value, in double. `pixel` is its place in the picture, at which
 * SCALE_PIXEL_STANDARD alone looks. */
double scale_apply(const struct scale *scale, size_t pixel, double x);

/* Starts as { 0 }, and borrows what its scale borrows. */
struct normalize {
    struct scale scale;
    enum dtype dtype;
    /* All 256 levels of u8, already in the type of the output. (x * (1/255.0f)
     * would differ from x / 255 at 126 of them.) Of SCALE_PIXEL_STANDARD,
     * whose pixels differ: x / 255 in double. */
    unsigned char table[256][8];
    uint16_t (*pixel_table)[256]; /* owned, by pixel; of SCALE_PIXEL_STANDARD
                                     with small floats; NULL: none */
};

/* Refuses, with FAIL_USAGE, a deviation that is not above zero (per pixel: that
 * is below), types without rounding rules (other integers than u8), and u8
 * with any scale but none. */
bool MUST_USE normalize_init(struct normalize *n, const struct scale *scale,
                             enum dtype dtype, struct error *err);
void normalize_release(struct normalize *n); /* accepts { 0 } */

/* For SCALE_PIXEL_STANDARD, the pixels that both of these take are those of
 * whole pictures. */

/* count pixels to count elements of n->dtype, in this machine's byte order. */
void normalize_u8(const struct normalize *n, const unsigned char *pixels,
                  size_t count, void *to);

/* Where pixels come from, for messages. */
struct pixel_place {
    const char *file;
    uint64_t first;      /* of all pixels of the file, the first of these */
    uint64_t row_pixels; /* of one picture; at least 1 */
};

/* The same for pixels of another type. A value that the output's type cannot
 * hold, for u8 all but whole numbers from 0 to 255, is FAIL_DATA naming it and
 * its place. */
bool MUST_USE normalize_any(const struct normalize *n, enum dtype from,
                            const void *pixels, size_t count, void *to,
                            const struct pixel_place *place, struct error *err);

#endif

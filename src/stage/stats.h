/* SPDX-License-Identifier: MIT */
/* Exact statistics of pixels and labels. One histogram of grey levels per
 * class holds all of it: every figure follows in integers, so none depends on
 * the order of rows or on threads. */
#ifndef MP_STAGE_STATS_H
#define MP_STAGE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Of some pixels. mean and std are those of x / 255; std is the population's.
 * Without pixels they are not numbers. */
struct pixel_stats {
    uint64_t count, sum, sum_squares, zeros;
    unsigned min, max;
    double mean, std;
};

/* Starts as { 0 }. */
struct stats {
    size_t classes, image_bytes;
    uint64_t rows;
    uint64_t *label_counts;     /* owned: classes */
    uint64_t (*histogram)[256]; /* owned: classes; after stats_settle */
    uint64_t (*beside)[3][256]; /* owned: classes; what is not settled yet */
};

bool MUST_USE stats_init(struct stats *s, size_t classes, size_t image_bytes,
                         struct error *err);
void stats_release(struct stats *s);

/* Adds rows whose labels have been checked to be below s->classes. */
void stats_add(struct stats *s, const unsigned char *images,
               const int64_t *labels, size_t rows);

/* The same without labels: all in class 0. */
void stats_add_levels(struct stats *s, const unsigned char *images,
                      size_t rows);

/* Completes the histograms with the rows that were added; more may follow. */
void stats_settle(struct stats *s);

/* From the levels 0..255 of a histogram. False when a sum does not fit 64
 * bits, with FAIL_DATA: that takes more than 2^48 pixels. */
bool MUST_USE pixel_stats_of(const uint64_t histogram[256],
                             struct pixel_stats *to, struct error *err);

/* Settles them, and gives the histogram of all classes together. */
void stats_total(struct stats *s, uint64_t histogram[256]);

/* ---- by position in the picture ---- */

/* Sums of each pixel over rows, exact for up to 2^48 of them. Starts as
 * { 0 }. */
struct pixel_sums {
    size_t pixels; /* of a row */
    uint64_t rows;
    uint64_t *sum, *squares; /* owned: pixels */
};

bool MUST_USE pixel_sums_init(struct pixel_sums *s, size_t pixels,
                              struct error *err);
void pixel_sums_release(struct pixel_sums *s);

void pixel_sums_add(struct pixel_sums *s, const unsigned char *images,
                    size_t rows);

/* Mean and population deviation of x / 255 for each pixel; the deviation of a
 * pixel that never changes is exactly 0. Starts as { 0 }. */
struct pixel_moments {
    size_t pixels;
    double *mean, *std; /* owned: pixels */
};

/* There is at least one row. */
bool MUST_USE pixel_moments_of(const struct pixel_sums *sums,
                               struct pixel_moments *to, struct error *err);
void pixel_moments_release(struct pixel_moments *m);

/* Sums of each pixel over the rows of each class: what mean pictures are made
 * of. Starts as { 0 }. */
struct class_sums {
    size_t classes, pixels;
    uint64_t *sum;    /* owned: classes x pixels; after class_sums_settle */
    uint16_t *recent; /* owned: classes x pixels; what is not in sum yet, */
    uint16_t *recent_rows; /* owned: classes; from so many rows */
};

bool MUST_USE class_sums_init(struct class_sums *s, size_t classes,
                              size_t pixels, struct error *err);
void class_sums_release(struct class_sums *s);

/* Labels have been checked to be below s->classes. */
void class_sums_add(struct class_sums *s, const unsigned char *images,
                    const int64_t *labels, size_t rows);
void class_sums_settle(struct class_sums *s); /* more may follow */

#endif

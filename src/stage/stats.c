/* SPDX-License-Identifier: MIT */
/* Counting, and what follows from the counts. */
#include "stage/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

bool stats_init(struct stats *s, size_t classes, size_t image_bytes,
                struct error *err)
{
    *s = (struct stats){ .classes = classes, .image_bytes = image_bytes };
    s->label_counts = calloc(classes, sizeof *s->label_counts);
    s->histogram = calloc(classes, sizeof *s->histogram);
    if (s->label_counts && s->histogram)
        return true;
    stats_release(s);
    return error_memory(err);
}

void stats_release(struct stats *s)
{
    free(s->label_counts);
    free(s->histogram);
    *s = (struct stats){ 0 };
}

void stats_add(struct stats *s, const unsigned char *images,
               const int64_t *labels, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const unsigned char *image = images + i * s->image_bytes;
        uint64_t *histogram = s->histogram[labels[i]];
        s->label_counts[labels[i]]++;
        for (size_t p = 0; p < s->image_bytes; p++)
            histogram[image[p]]++;
    }
    s->rows += rows;
}

void stats_total(const struct stats *s, uint64_t histogram[256])
{
    memset(histogram, 0, 256 * sizeof *histogram);
    for (size_t c = 0; c < s->classes; c++)
        for (size_t x = 0; x < 256; x++)
            histogram[x] += s->histogram[c][x];
}

bool pixel_stats_of(const uint64_t histogram[256], struct pixel_stats *to,
                    struct error *err)
{
    struct pixel_stats s = { .zeros = histogram[0], .min = 255 };
    bool fits = true;

    for (unsigned x = 0; x < 256; x++) {
        uint64_t sum = histogram[x], squares = histogram[x];
        if (histogram[x] == 0)
            continue;
        s.min = s.min < x ? s.min : x;
        s.max = x;
        fits = fits && size_add(&s.count, histogram[x]) && size_mul(&sum, x) &&
               size_mul(&squares, x * x) && size_add(&s.sum, sum) &&
               size_add(&s.sum_squares, squares);
    }
    if (!fits)
        return error_set(err, FAIL_DATA, "too many pixels for 64-bit sums");
    if (s.count == 0)
        s.min = 0;
    double n = (double)s.count;
    /* n * sum_squares - sum^2 is exact in 128 bits; the subtraction of two
     * doubles would lose the digits that the deviation is made of. */
    __extension__ typedef unsigned __int128 wide;
    wide spread = (wide)s.count * s.sum_squares - (wide)s.sum * s.sum;
    s.mean = (double)s.sum / (255.0 * n);
    s.std = sqrt((double)spread) / (255.0 * n);
    *to = s;
    return true;
}

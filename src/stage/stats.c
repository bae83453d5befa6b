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

void stats_add_levels(struct stats *s, const unsigned char *images, size_t rows)
{
    s->label_counts[0] += rows;
    for (size_t p = 0; p < rows * s->image_bytes; p++)
        s->histogram[0][images[p]]++;
    s->rows += rows;
}

void stats_total(const struct stats *s, uint64_t histogram[256])
{
    memset(histogram, 0, 256 * sizeof *histogram);
    for (size_t c = 0; c < s->classes; c++)
        for (size_t x = 0; x < 256; x++)
            histogram[x] += s->histogram[c][x];
}

/* Of n levels x with these sums: the population deviation of x / 255. The
 * difference n * squares - sum^2 is exact in 128 bits; doubles would lose the
 * digits that the deviation is made of. */
static double deviation(uint64_t n, uint64_t sum, uint64_t squares)
{
    __extension__ typedef unsigned __int128 wide;
    wide spread = (wide)n * squares - (wide)sum * sum;

    return sqrt((double)spread) / (255.0 * (double)n);
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
    s.mean = (double)s.sum / (255.0 * (double)s.count);
    s.std = deviation(s.count, s.sum, s.sum_squares);
    *to = s;
    return true;
}

bool pixel_sums_init(struct pixel_sums *s, size_t pixels, struct error *err)
{
    *s = (struct pixel_sums){ .pixels = pixels };
    s->sum = calloc(pixels, sizeof *s->sum);
    s->squares = calloc(pixels, sizeof *s->squares);
    if (s->sum && s->squares)
        return true;
    pixel_sums_release(s);
    return error_memory(err);
}

void pixel_sums_release(struct pixel_sums *s)
{
    free(s->sum);
    free(s->squares);
    *s = (struct pixel_sums){ 0 };
}

/* Sums of 32 bits take half the room in a vector register, and can be read and
 * written as vectors; 65536 squares of a byte are the most that fit them. */
enum { TILE_PIXELS = 256, TILE_ROWS = 65536 };

static void add_tile(struct pixel_sums *s, const unsigned char *images,
                     size_t rows, size_t first, size_t n)
{
    uint32_t sum[TILE_PIXELS] = { 0 }, squares[TILE_PIXELS] = { 0 };

    for (size_t i = 0; i < rows; i++) {
        const unsigned char *x = images + i * s->pixels + first;
        for (size_t p = 0; p < n; p++) {
            uint16_t square = (uint16_t)(x[p] * x[p]);
            sum[p] += x[p];
            squares[p] += square;
        }
    }
    for (size_t p = 0; p < n; p++) {
        s->sum[first + p] += sum[p];
        s->squares[first + p] += squares[p];
    }
}

void pixel_sums_add(struct pixel_sums *s, const unsigned char *images,
                    size_t rows)
{
    s->rows += rows;
    while (rows > 0) {
        size_t some = rows < TILE_ROWS ? rows : TILE_ROWS;
        for (size_t p = 0; p < s->pixels; p += TILE_PIXELS) {
            size_t left = s->pixels - p;
            add_tile(s, images, some, p,
                     left < TILE_PIXELS ? left : TILE_PIXELS);
        }
        images += some * s->pixels;
        rows -= some;
    }
}

bool pixel_moments_of(const struct pixel_sums *sums, struct pixel_moments *to,
                      struct error *err)
{
    struct pixel_moments m = { .pixels = sums->pixels };

    m.mean = calloc(m.pixels, sizeof *m.mean);
    m.std = calloc(m.pixels, sizeof *m.std);
    if (!m.mean || !m.std) {
        pixel_moments_release(&m);
        return error_memory(err);
    }
    for (size_t p = 0; p < m.pixels; p++) {
        m.mean[p] = (double)sums->sum[p] / (255.0 * (double)sums->rows);
        m.std[p] = deviation(sums->rows, sums->sum[p], sums->squares[p]);
    }
    *to = m;
    return true;
}

void pixel_moments_release(struct pixel_moments *m)
{
    free(m->mean);
    free(m->std);
    *m = (struct pixel_moments){ 0 };
}

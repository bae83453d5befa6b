/* SPDX-License-Identifier: MIT */
/* A guess by arithmetic, which is right nearly always; then the numbers are
 * made once more of the levels, and all bits compared. */
#include "stage/restore.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

/* Numbers are made once more in pieces of about this size, which stay in the
 * cache. */
enum { AGAIN_BYTES = 64 * 1024, SMALL_FLOATS = 65536 };

/* ---- the guess ---- */

/* The straight line from numbers to levels. */
static void set_line(struct restore *r, size_t pixel)
{
    const struct scale *s = &r->normalize.scale;
    double mean = s->mean, std = s->std;

    if (s->mode == SCALE_PIXEL_STANDARD) {
        mean = s->pixel->mean[pixel];
        std = s->pixel->std[pixel];
    } else if (s->mode == SCALE_UNIT) {
        mean = 0;
        std = 1;
    } else if (s->mode == SCALE_SIGNED) { /* x / 127.5 - 1 */
        mean = std = 0.5;
    } else if (s->mode == SCALE_NONE) {
        mean = 0;
        std = 1 / 255.0;
    }
    r->factor[pixel] = std * 255;
    r->offset[pixel] = mean * 255;
}

/* NaN becomes 0. */
static inline unsigned char nearest(double level)
{
    double x = level + 0.5;

    x = x > 0 ? x : 0;
    x = x < 255 ? x : 255;
    return (unsigned char)(int)x;
}

#define GUESS(value)                       \
    for (size_t p = 0; p < r->pixels; p++) \
    levels[p] = nearest((double)(value)*r->factor[p] + r->offset[p])

static void guess_picture(const struct restore *r, const void *elements,
                          unsigned char *levels)
{
    const float *f32 = elements;
    const double *f64 = elements;
    const uint16_t *bits = elements;

    switch (r->normalize.dtype) {
    case DTYPE_F32:
        GUESS(f32[p]);
        break;
    case DTYPE_F64:
        GUESS(f64[p]);
        break;
    default:
        GUESS(r->small[bits[p]]);
        break;
    }
}

/* ---- can it be done? ---- */

/* A larger level never makes a smaller number, so that two levels that share
 * one have neighbours that do. */
static bool check_distinct(const struct restore *r, size_t pixels,
                           unsigned char *flat, unsigned char *numbers,
                           struct error *err)
{
    const struct normalize *n = &r->normalize;
    size_t bytes = dtype_bytes(n->dtype), row = pixels * bytes;

    for (int x = 0; x < 256; x++) {
        const unsigned char *here = numbers + (x & 1 ? row : 0);
        const unsigned char *before = numbers + (x & 1 ? 0 : row);
        memset(flat, x, pixels);
        normalize_u8(n, flat, pixels, numbers + (x & 1 ? row : 0));
        for (size_t p = 0; x > 0 && p < pixels; p++)
            if (memcmp(here + p * bytes, before + p * bytes, bytes) == 0 &&
                !(n->scale.mode == SCALE_PIXEL_STANDARD &&
                  n->scale.pixel->std[p] == 0))
                return error_set(err, FAIL_DATA,
                                 "grey levels %d and %d have become the same "
                                 "number of %s",
                                 x - 1, x, dtype_name(n->dtype));
    }
    return true;
}

static bool check_scale(const struct restore *r, struct error *err)
{
    const struct normalize *n = &r->normalize;
    size_t pixels = n->scale.mode == SCALE_PIXEL_STANDARD ? r->pixels : 1;
    unsigned char *flat = malloc(pixels);
    unsigned char *numbers = malloc(2 * pixels * dtype_bytes(n->dtype));
    bool ok = (flat && numbers) || error_memory(err);

    ok = ok && check_distinct(r, pixels, flat, numbers, err);
    free(flat);
    free(numbers);
    return ok;
}

static bool init_normalize(struct restore *r, const struct scale *scale,
                           enum dtype dtype, struct error *err)
{
    struct error why = { 0 };

    if (scale->mode == SCALE_PIXEL_STANDARD &&
        (!scale->pixel || scale->pixel->pixels != r->pixels))
        return error_set(err, FAIL_DATA,
                         "its constants are those of %zu pixels, but its "
                         "pictures have %zu",
                         scale->pixel ? scale->pixel->pixels : 0, r->pixels);
    /* Nobody has asked for this scale: it stands in a file. */
    return normalize_init(&r->normalize, scale, dtype, &why) ||
           error_set(err, why.code == FAIL_USAGE ? FAIL_DATA : why.code, "%s",
                     why.text);
}

bool restore_init(struct restore *r, const struct scale *scale,
                  enum dtype dtype, size_t pixels, struct error *err)
{
    size_t bytes = pixels * dtype_bytes(dtype);
    bool small = dtype_bytes(dtype) == 2;

    r->pixels = pixels;
    if (!init_normalize(r, scale, dtype, err))
        return false;
    r->again_rows = bytes < AGAIN_BYTES ? AGAIN_BYTES / bytes : 1;
    r->again = malloc(r->again_rows * bytes);
    r->factor = malloc(pixels * sizeof *r->factor);
    r->offset = malloc(pixels * sizeof *r->offset);
    r->small = small ? malloc(SMALL_FLOATS * sizeof *r->small) : NULL;
    if (!r->again || !r->factor || !r->offset || (small && !r->small))
        return error_memory(err);
    for (size_t p = 0; p < pixels; p++)
        set_line(r, p);
    for (unsigned i = 0; small && i < SMALL_FLOATS; i++) {
        uint16_t bits = (uint16_t)i;
        r->small[i] = (float)dtype_load(dtype, &bits);
    }
    return check_scale(r, err);
}

void restore_release(struct restore *r)
{
    normalize_release(&r->normalize);
    free(r->factor);
    free(r->offset);
    free(r->small);
    free(r->again);
    *r = (struct restore){ 0 };
}

/* ---- back to levels ---- */

/* Which level makes this number? False when none does. */
static bool search(const struct restore *r, size_t pixel, const void *number,
                   unsigned char *level)
{
    const struct normalize *n = &r->normalize;
    unsigned char made[8];

    for (int x = 0; x < 256; x++) {
        dtype_store(n->dtype, made, scale_apply(&n->scale, pixel, x));
        if (memcmp(made, number, dtype_bytes(n->dtype)) == 0) {
            *level = (unsigned char)x;
            return true;
        }
    }
    return false;
}

/* Sets right what was guessed wrongly, where the bits differ. */
static size_t correct(const struct restore *r, const unsigned char *elements,
                      size_t count, unsigned char *levels)
{
    size_t bytes = dtype_bytes(r->normalize.dtype);

    for (size_t i = 0; i < count; i++)
        if (memcmp(r->again + i * bytes, elements + i * bytes, bytes) != 0 &&
            !search(r, i % r->pixels, elements + i * bytes, &levels[i]))
            return i;
    return count;
}

size_t restore_levels(struct restore *r, const void *elements, size_t rows,
                      unsigned char *levels)
{
    const struct normalize *n = &r->normalize;
    size_t bytes = dtype_bytes(n->dtype), all = rows * r->pixels;
    const unsigned char *from = elements;

    if (n->dtype == DTYPE_U8) { /* goes with SCALE_NONE only */
        memcpy(levels, elements, all);
        return all;
    }
    for (size_t done = 0; done < all;) {
        size_t part = r->again_rows * r->pixels;
        if (part > all - done)
            part = all - done;
        for (size_t i = 0; i < part; i += r->pixels)
            guess_picture(r, from + (done + i) * bytes, levels + done + i);
        normalize_u8(n, levels + done, part, r->again);
        if (memcmp(r->again, from + done * bytes, part * bytes) != 0) {
            size_t good = correct(r, from + done * bytes, part, levels + done);
            if (good < part)
                return done + good;
        }
        done += part;
    }
    return all;
}

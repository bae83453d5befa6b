/* SPDX-License-Identifier: MIT */
/* Scaling by table: one entry per grey level, exact by construction. */
#include "stage/normalize.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/sizes.h"
#include "stage/stats.h"

static const char *const mode_names[] = {
    [SCALE_UNIT] = "unit",         [SCALE_SIGNED] = "signed",
    [SCALE_STANDARD] = "standard", [SCALE_CUSTOM] = "custom",
    [SCALE_NONE] = "none",
};

const char *scale_name(enum scale_mode mode)
{
    return mode_names[mode];
}

/* "0.1307,0.3081" */
static bool parse_pair(const char *text, struct scale *to)
{
    const char *comma = strchr(text, ',');
    char mean[64];

    if (!comma || (size_t)(comma - text) >= sizeof mean)
        return false;
    memcpy(mean, text, (size_t)(comma - text));
    mean[comma - text] = '\0';
    to->mode = SCALE_CUSTOM;
    return number_parse_double(mean, &to->mean) &&
           number_parse_double(comma + 1, &to->std);
}

bool scale_parse(const char *text, struct scale *to, struct error *err)
{
    struct scale parsed = { 0 };

    for (size_t i = 0; i < COUNT_OF(mode_names); i++) {
        if (i != SCALE_CUSTOM && strcmp(text, mode_names[i]) == 0) {
            *to = (struct scale){ .mode = (enum scale_mode)i };
            return true;
        }
    }
    if (!parse_pair(text, &parsed))
        return error_set(err, FAIL_USAGE,
                         "'%s' is no scale; there are unit, signed, standard, "
                         "none and MEAN,STD (as in 0.1307,0.3081)",
                         text);
    *to = parsed;
    return true;
}

bool scale_fit(struct scale *scale, const uint64_t histogram[256],
               struct error *err)
{
    struct pixel_stats pixels = { 0 };

    if (!pixel_stats_of(histogram, &pixels, err))
        return false;
    if (pixels.count == 0 || !(pixels.std > 0))
        return error_set(
            err, FAIL_DATA, "--scale standard cannot be fitted: %s",
            pixels.count == 0 ? "there are no pixels"
                              : "all pixels are equal, their deviation is 0");
    scale->mean = pixels.mean;
    scale->std = pixels.std;
    return true;
}

double scale_apply(const struct scale *scale, double x)
{
    switch (scale->mode) {
    case SCALE_UNIT:
        return x / 255.0;
    case SCALE_SIGNED:
        return x / 127.5 - 1.0;
    case SCALE_STANDARD:
    case SCALE_CUSTOM:
        return (x / 255.0 - scale->mean) / scale->std;
    case SCALE_NONE:
        break;
    }
    return x;
}

bool normalize_init(struct normalize *n, const struct scale *scale,
                    enum dtype dtype, struct error *err)
{
    bool fitted = scale->mode == SCALE_STANDARD || scale->mode == SCALE_CUSTOM;

    if (fitted && !(scale->std > 0))
        return error_set(err, FAIL_USAGE, "a deviation of %g is not above zero",
                         scale->std);
    if (dtype == DTYPE_U8 && scale->mode != SCALE_NONE)
        return error_set(err, FAIL_USAGE,
                         "--dtype u8 keeps whole grey levels: it goes with "
                         "--scale none only");
    if (dtype != DTYPE_U8 && dtype < DTYPE_F16)
        return error_set(err, FAIL_USAGE,
                         "pixels cannot become %s; there are f32, f64, f16, "
                         "bf16 and u8",
                         dtype_name(dtype));
    n->scale = *scale;
    n->dtype = dtype;
    for (int x = 0; x < 256; x++) {
        dtype_store(dtype, n->table[x], scale_apply(scale, x));
        if (!isfinite(dtype_load(dtype, n->table[x])))
            return error_set(err, FAIL_USAGE,
                             "with a mean of %g and a deviation of %g, grey "
                             "level %d becomes larger than %s can be",
                             scale->mean, scale->std, x, dtype_name(dtype));
    }
    return true;
}

/* The table's entries packed at the width of the element, so that the loop is
 * one load and one store per pixel. */
/* NOLINTBEGIN(bugprone-macro-parentheses): types take none */
#define LOOK_UP(type)                                        \
    do {                                                     \
        type table[256];                                     \
        type *out = to;                                      \
        for (int x = 0; x < 256; x++)                        \
            memcpy(&table[x], n->table[x], sizeof table[x]); \
        for (size_t i = 0; i < count; i++)                   \
            out[i] = table[pixels[i]];                       \
    } while (0)

/* NOLINTEND(bugprone-macro-parentheses) */

void normalize_u8(const struct normalize *n, const unsigned char *pixels,
                  size_t count, void *to)
{
    switch (dtype_bytes(n->dtype)) {
    case 1:
        LOOK_UP(uint8_t);
        break;
    case 2:
        LOOK_UP(uint16_t);
        break;
    case 4:
        LOOK_UP(uint32_t);
        break;
    default:
        LOOK_UP(uint64_t);
        break;
    }
}

bool normalize_any(const struct normalize *n, enum dtype from,
                   const void *pixels, size_t count, void *to, const char *file,
                   struct error *err)
{
    size_t in_bytes = dtype_bytes(from), out_bytes = dtype_bytes(n->dtype);
    const unsigned char *in = pixels;
    unsigned char *out = to;

    if (from == DTYPE_U8) {
        normalize_u8(n, in, count, to);
        return true;
    }
    for (size_t i = 0; i < count; i++, out += out_bytes) {
        double x = dtype_load(from, in + i * in_bytes);
        double value = scale_apply(&n->scale, x);
        if (n->dtype == DTYPE_U8)
            value = value > 255 ? 255 : value > 0 ? value : 0;
        if (n->dtype == DTYPE_F32 && fabs(value) > FLT_MAX)
            value = (double)INFINITY; /* the conversion itself is undefined */
        dtype_store(n->dtype, out, value);
        if (!isfinite(dtype_load(n->dtype, out)))
            return error_set(
                err, FAIL_DATA,
                "'%s' has the pixel value %g, which %s cannot hold "
                "after scaling",
                file, x, dtype_name(n->dtype));
    }
    return true;
}

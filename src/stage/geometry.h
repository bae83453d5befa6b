/* SPDX-License-Identifier: MIT */
/* The shape of pictures: turned, inverted, resized, padded, in this order, in
 * exact integer arithmetic. */
#ifndef MP_STAGE_GEOMETRY_H
#define MP_STAGE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum resample {
    RESAMPLE_BILINEAR, /* between pixel centres, edges repeated: PyTorch's
                          interpolate(align_corners=False), rounded half up */
    RESAMPLE_NEAREST,  /* the pixel under the centre: "nearest-exact" */
};
const char *resample_name(enum resample r); /* "bilinear", ... */

/* All zero: pictures stay as they are. */
struct geometry_rules {
    bool transpose;         /* rows become columns */
    bool invert;            /* 255 - x */
    uint64_t height, width; /* 0: as they are */
    int resample;           /* enum resample */
    uint64_t pad;           /* black pixels on each side, after all else */
};

bool geometry_is_none(const struct geometry_rules *rules);

struct geometry_work; /* places in the source, and rows on their way */

/* Starts as { 0 }. */
struct geometry {
    struct geometry_rules rules;
    size_t in_height, in_width, out_height, out_width;
    struct geometry_work *work; /* owned */
};

/* FAIL_USAGE when pictures would come out larger than 1 MB each. */
bool MUST_USE geometry_init(struct geometry *g,
                            const struct geometry_rules *rules, size_t height,
                            size_t width, struct error *err);
void geometry_release(struct geometry *g);

/* rows pictures of in_height x in_width to out_height x out_width. One thread
 * at a time uses a geometry. */
void geometry_apply(struct geometry *g, const unsigned char *from, size_t rows,
                    unsigned char *to);

#endif

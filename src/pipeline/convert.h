/* SPDX-License-Identifier: MIT */
/* The filters: one array in, one array out, in blocks. */
#ifndef MP_PIPELINE_CONVERT_H
#define MP_PIPELINE_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/formats.h"
#include "stage/normalize.h"

/* Where from and where to; "-" is standard input or output. */
struct convert_paths {
    const char *from, *to;
    const struct format *format;
    unsigned outfile_flags;
    unsigned jobs;     /* 1: everything in one thread */
    uint64_t *written; /* becomes the bytes of the output; NULL: nobody asks */
};

/* The same elements in another format. */
bool MUST_USE convert_decode(const struct convert_paths *paths,
                             struct error *err);

/* Pixels (two dimensions or more) to scaled numbers of the same shape.
 * SCALE_STANDARD and SCALE_PIXEL_STANDARD are fitted on the input, which is
 * then read twice: FAIL_USAGE when it is no regular file, FAIL_DATA when it was
 * changed in the meantime. */
bool MUST_USE convert_normalize(const struct convert_paths *paths,
                                const struct scale *scale, enum dtype dtype,
                                struct error *err);

/* Labels (one dimension) to one-hot rows of f32. */
bool MUST_USE convert_onehot(const struct convert_paths *paths, size_t classes,
                             double smoothing, struct error *err);

#endif

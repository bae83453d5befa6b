/* SPDX-License-Identifier: MIT */
/* IDX, the format of the MNIST files: two zero bytes, an element type, the
 * number of dimensions, each dimension as a big-endian u32, then the elements,
 * big-endian, in C order (described at yann.lecun.com/exdb/mnist). */
#ifndef MP_FORMAT_IDX_H
#define MP_FORMAT_IDX_H

#include "format/array.h"

/* Do these first bytes begin an IDX file? Needs 4. */
bool idx_matches(const unsigned char *head, size_t n);

/* Reads the header from s->in and fills in the rest of *s. The first
 * dimension may be 0, no other one; every product is checked. */
bool MUST_USE idx_open(struct array_stream *s, struct error *err);

/* FAIL_USAGE for a type IDX has no number for (i64, f16, bf16), and for
 * dimensions above 2^32 - 1. */
bool MUST_USE idx_write_header(struct writer *w, const struct array_info *info,
                               struct error *err);

#endif

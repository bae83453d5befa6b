/* SPDX-License-Identifier: MIT */
/* NPY, numpy's file of one array: a magic number, a Python dict literal, the
 * elements (numpy.lib.format, versions 1.0, 2.0 and 3.0). */
#ifndef MP_FORMAT_NPY_H
#define MP_FORMAT_NPY_H

#include "format/array.h"

bool npy_matches(const unsigned char *head, size_t n); /* needs 6 bytes */

/* Reads the header from s->in and fills in the rest of *s. Refused with
 * FAIL_DATA: Fortran order, and types that are not ours. */
bool MUST_USE npy_open(struct array_stream *s, struct error *err);

/* Little-endian, version 1.0, padded as numpy does. FAIL_USAGE for bf16, which
 * numpy does not know. */
bool MUST_USE npy_write_header(struct writer *w, const struct array_info *info,
                               struct error *err);

#endif

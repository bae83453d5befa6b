/* SPDX-License-Identifier: MIT */
/* What all array files say about themselves, and a stream of elements. */
#ifndef MP_FORMAT_ARRAY_H
#define MP_FORMAT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "base/writer.h"
#include "format/dtype.h"

enum { ARRAY_MAX_DIMS = 8 };

struct array_info {
    enum dtype dtype;
    unsigned ndims; /* 1..ARRAY_MAX_DIMS */
    uint64_t dim[ARRAY_MAX_DIMS];
};

/* "60000x28x28"; eight numbers of 20 digits fit. */
enum { ARRAY_SHAPE_TEXT = 176 };
void array_shape_text(const struct array_info *info,
                      char text[ARRAY_SHAPE_TEXT]);

/* Have both rows of the same shape? And the same number of them? */
bool array_same_rows(const struct array_info *a, const struct array_info *b);
bool array_same_shape(const struct array_info *a, const struct array_info *b);

/* Elements of one row: the product of all dimensions but the first. Both
 * return false when the number does not fit 64 bits. */
bool MUST_USE array_row_elements(const struct array_info *info, uint64_t *to);
bool MUST_USE array_bytes(const struct array_info *info, uint64_t *to);

/* Elements of an array, in C order, after its header has been read. Reading
 * goes on to the stream's end, so that checksums behind it are compared. */
struct array_stream {
    struct array_info info;
    struct reader *in; /* owned */
    bool little;       /* the byte order of the elements in `in` */
    uint64_t left;     /* elements not yet read */
    bool labelled;     /* a table that calls one of its columns the labels */
};

/* Reads up to `count` elements into `to`, in the byte order asked for; returns
 * their number, fewer only at the end, -1 with *err set. An input that is too
 * short or too long is FAIL_DATA. */
ptrdiff_t array_read(struct array_stream *s, void *to, size_t count,
                     bool little, struct error *err);

/* The same in this machine's byte order. */
ptrdiff_t array_read_native(struct array_stream *s, void *to, size_t count,
                            struct error *err);

/* Reads elements to nowhere. */
bool MUST_USE array_skip(struct array_stream *s, uint64_t elements,
                         struct error *err);

void array_close(struct array_stream *s); /* accepts { 0 } and a closed one */

#endif

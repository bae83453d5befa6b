/* SPDX-License-Identifier: MIT */
/* Shapes with checked products, and reading of elements. */
#include "format/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/sizes.h"

void array_shape_text(const struct array_info *info,
                      char text[ARRAY_SHAPE_TEXT])
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < info->ndims; i++)
        used += (size_t)snprintf(text + used, ARRAY_SHAPE_TEXT - used,
                                 "%s%" PRIu64, i ? "x" : "", info->dim[i]);
}

bool array_same_rows(const struct array_info *a, const struct array_info *b)
{
    bool same = a->ndims == b->ndims;

    for (unsigned d = 1; same && d < a->ndims; d++)
        same = a->dim[d] == b->dim[d];
    return same;
}

bool array_same_shape(const struct array_info *a, const struct array_info *b)
{
    return array_same_rows(a, b) && a->dim[0] == b->dim[0];
}

bool array_row_elements(const struct array_info *info, uint64_t *to)
{
    uint64_t product = 1;

    for (unsigned i = 1; i < info->ndims; i++)
        if (!size_mul(&product, info->dim[i]))
            return false;
    *to = product;
    return true;
}

bool array_bytes(const struct array_info *info, uint64_t *to)
{
    uint64_t product;

    if (!array_row_elements(info, &product) ||
        !size_mul(&product, info->dim[0]) ||
        !size_mul(&product, dtype_bytes(info->dtype)))
        return false;
    *to = product;
    return true;
}

ptrdiff_t array_read(struct array_stream *s, void *to, size_t count,
                     bool little, struct error *err)
{
    size_t bytes = dtype_bytes(s->info.dtype);
    size_t want = s->left < count ? (size_t)s->left : count;

    ptrdiff_t got = reader_fill(s->in, to, want * bytes, err);
    if (got < 0)
        return -1;
    if ((size_t)got < want * bytes) {
        char shape[ARRAY_SHAPE_TEXT];
        array_shape_text(&s->info, shape);
        error_set(err, FAIL_DATA,
                  "'%s' ends early: its header announces %s of %s, and %" PRIu64
                  " elements are missing; get the file again",
                  s->in->name, shape, dtype_name(s->info.dtype),
                  s->left - (uint64_t)got / bytes);
        return -1;
    }
    s->left -= want;
    if (s->left == 0 && !reader_at_end(s->in, err))
        return -1;
    if (little != s->little)
        dtype_swap(s->info.dtype, to, want);
    return (ptrdiff_t)want;
}

ptrdiff_t array_read_native(struct array_stream *s, void *to, size_t count,
                            struct error *err)
{
    return array_read(s, to, count, dtype_machine_is_little(), err);
}

bool array_skip(struct array_stream *s, uint64_t elements, struct error *err)
{
    unsigned char nowhere[4096];
    size_t room = sizeof nowhere / dtype_bytes(s->info.dtype);

    while (elements > 0) {
        size_t part = elements < room ? (size_t)elements : room;
        if (array_read_native(s, nowhere, part, err) < 0)
            return false;
        elements -= part;
    }
    return true;
}

void array_close(struct array_stream *s)
{
    reader_close(s->in);
    s->in = NULL;
}

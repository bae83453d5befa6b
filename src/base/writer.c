/* SPDX-License-Identifier: MIT */
/* Text to write, and memory that grows. */
#include "base/writer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

bool writer_printf(struct writer *w, struct error *err, const char *fmt, ...)
{
    char text[256];
    char *longer = NULL;
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n >= (int)sizeof text) {
        longer = malloc((size_t)n + 1);
        if (!longer)
            return error_memory(err);
        va_start(args, fmt);
        n = vsnprintf(longer, (size_t)n + 1, fmt, args);
        va_end(args);
    }
    bool ok = n >= 0 ? writer_write(w, longer ? longer : text, (size_t)n, err)
                     : error_errno(err, "cannot format text");
    free(longer);
    return ok;
}

static bool bytes_write(struct writer *base, const void *from, size_t n,
                        struct error *err)
{
    struct bytes_writer *w = (struct bytes_writer *)base;

    if (n > SIZE_MAX - w->n)
        return error_memory(err);
    unsigned char *bytes = array_grow(w->bytes, &w->room, w->n + n, 1, err);
    if (!bytes)
        return false;
    w->bytes = bytes;
    memcpy(w->bytes + w->n, from, n);
    w->n += n;
    return true;
}

static const struct writer_ops bytes_ops = { bytes_write };

void bytes_writer_init(struct bytes_writer *w)
{
    *w = (struct bytes_writer){ .base = { &bytes_ops, "memory" } };
}

void bytes_writer_release(struct bytes_writer *w)
{
    free(w->bytes);
    w->bytes = NULL;
    w->n = w->room = 0;
}

/* SPDX-License-Identifier: MIT */
/* A stream of bytes to write to. */
#ifndef MP_BASE_WRITER_H
#define MP_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct writer;

struct writer_ops {
    /* Writes all n bytes, or returns false with *err set. */
    bool (*write)(struct writer *w, const void *from, size_t n,
                  struct error *err);
};

/* The first member of every implementation; whoever embeds it opens and
 * closes it by calls of its own. */
struct writer {
    const struct writer_ops *ops;
    const char *name; /* for messages; the implementation's */
};

static inline bool MUST_USE writer_write(struct writer *w, const void *from,
                                         size_t n, struct error *err)
{
    return n == 0 || w->ops->write(w, from, n, err);
}

/* Formatted text. */
bool MUST_USE writer_printf(struct writer *w, struct error *err,
                            const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Memory that grows; start from { 0 } and bytes_writer_init. */
struct bytes_writer {
    struct writer base;
    unsigned char *bytes; /* owned */
    size_t n, room;
};

void bytes_writer_init(struct bytes_writer *w);
void bytes_writer_release(struct bytes_writer *w);

#endif

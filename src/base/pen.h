/* SPDX-License-Identifier: MIT */
/* Generated text on its way to a writer: the manual, scripts for shells,
 * HTML. */
#ifndef MP_BASE_PEN_H
#define MP_BASE_PEN_H

#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"

/* What fails is noted in *err, and nothing more is written then; the calls
 * below need no check, pen_ok at the end does. */
struct pen {
    struct writer *to;
    struct error *err;
};

bool MUST_USE pen_ok(const struct pen *p);

/* As it is. */
void pen_put(struct pen *p, const char *text);
void pen_bytes(struct pen *p, const void *bytes, size_t n);

/* Short pieces, less than 1024 bytes: never text that came from elsewhere. */
void pen_format(struct pen *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The text with `escapes[i]` in place of each `special[i]`. */
void pen_escaped(struct pen *p, const char *text, const char *special,
                 const char *const *escapes);

#endif

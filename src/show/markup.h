/* SPDX-License-Identifier: MIT */
/* HTML and SVG being written: text that came from elsewhere is made harmless
 * on the way, and data becomes part of the page. */
#ifndef MP_SHOW_MARKUP_H
#define MP_SHOW_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"

/* Where it goes. What fails is noted in *err, and nothing more is written
 * then; the calls below need no check, markup_ok at the end does. */
struct markup {
    struct writer *to;
    struct error *err;
};

bool MUST_USE markup_ok(const struct markup *m);

/* As it is: elements of our own. */
void markup_put(struct markup *m, const char *html);
void markup_bytes(struct markup *m, const void *bytes, size_t n);

/* Formatted: elements and numbers of our own, never foreign text. */
void markup_format(struct markup *m, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Foreign text, for between elements and for attributes in double quotes:
 * masked as text_mask does, and & < > " ' as references. */
void markup_text(struct markup *m, const char *text);

/* The same in at most `columns` characters, cut as name_fit does. */
void markup_text_fit(struct markup *m, const char *text, size_t columns);

/* "data:TYPE;base64,...", for an attribute. */
void markup_data(struct markup *m, const char *type, const void *bytes,
                 size_t n);

#endif

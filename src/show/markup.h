/* SPDX-License-Identifier: MIT */
/* HTML and SVG being written by a pen: its own calls are for elements of ours,
 * those below for text that came from elsewhere, which is made harmless on the
 * way, and for data, which becomes part of the page. */
#ifndef MP_SHOW_MARKUP_H
#define MP_SHOW_MARKUP_H

#include <stddef.h>

#include "base/pen.h"

/* Foreign text, for between elements and for attributes in double quotes:
 * masked as text_mask does, and & < > " ' as references. */
void markup_text(struct pen *pen, const char *text);

/* The same in at most `columns` characters, cut as name_fit does. */
void markup_text_fit(struct pen *pen, const char *text, size_t columns);

/* "data:TYPE;base64,...", for an attribute. */
void markup_data(struct pen *pen, const char *type, const void *bytes,
                 size_t n);

#endif

/* SPDX-License-Identifier: MIT */
/* Text for the manual, in the macros of mdoc(7). */
#ifndef MP_CLI_MDOC_H
#define MP_CLI_MDOC_H

#include <stddef.h>

#include "base/pen.h"

/* Characters that stand for themselves, in a line that has begun: none becomes
 * a macro, a quote, or another character than the one to be typed. */
void mdoc_escape(struct pen *p, const char *text);

/* Lines and paragraphs to be filled: newlines are blanks, an empty line ends a
 * paragraph. */
void mdoc_text(struct pen *p, const char *text);

/* Lines as they stand, without the first `indent` columns of each. */
void mdoc_literal(struct pen *p, const char *lines, size_t indent);

#endif

/* SPDX-License-Identifier: MIT */
/* For view.c: the rows of a prepared set, their numbers turned back into grey
 * levels. */
#ifndef MP_PIPELINE_VIEWPREPARED_H
#define MP_PIPELINE_VIEWPREPARED_H

#include "pipeline/view.h"

/* The private part of struct view_rows; what that promises stands in view.h. */
bool MUST_USE view_prepared_open(struct view_rows *r, const struct view *v,
                                 size_t split, struct error *err);
ptrdiff_t view_prepared_read(struct view_rows *r, unsigned char *images,
                             int64_t *labels, size_t rows, struct error *err);
void view_prepared_close(struct view_prepared *p); /* accepts NULL */

#endif

/* SPDX-License-Identifier: MIT */
/* The figures of a survey in words, for people. */
#ifndef MP_SHOW_STATSTEXT_H
#define MP_SHOW_STATSTEXT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/writer.h"
#include "pipeline/survey.h"

struct text_style {
    bool blocks; /* bars of U+2588..U+258F; else of '#', and all is ASCII but
                    for names */
};

/* Each split with its figures, grey levels and classes, in lines of at most 80
 * columns. */
bool MUST_USE stats_write_text(const struct survey *s,
                               const struct text_style *style, struct writer *w,
                               struct error *err);

#endif

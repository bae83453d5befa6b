/* SPDX-License-Identifier: MIT */
/* stats --report: a survey, and all there is to know beside it, as a page. */
#ifndef MP_CMD_STATS_REPORT_H
#define MP_CMD_STATS_REPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/writer.h"
#include "pipeline/survey.h"

/* Writes the page: reads the view once more for its pictures, and what is known
 * of its files from the receipt in raw_dir (NULL: there is none) or from the
 * manifest. */
bool MUST_USE stats_report_write(const struct survey *s, const char *raw_dir,
                                 struct writer *w, struct error *err);

#endif

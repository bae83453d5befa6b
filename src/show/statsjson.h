/* SPDX-License-Identifier: MIT */
/* The figures of a survey as JSON. */
#ifndef MP_SHOW_STATSJSON_H
#define MP_SHOW_STATSJSON_H

#include "base/error.h"
#include "pipeline/survey.h"

struct json_t;

/* A document of the schema mnistprep.stats/1 (docs/design.md), which the caller
 * releases; with `per_pixel` also mean and deviation of each pixel, and the
 * mean picture of each class. What goes wrong is noted in *err. */
struct json_t *MUST_USE stats_to_json(const struct survey *s, bool per_pixel,
                                      struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* The statistics of one source split, in one pass. */
#ifndef MP_PIPELINE_COUNT_H
#define MP_PIPELINE_COUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/source.h"
#include "stage/stats.h"

/* Reads the source to its end. FAIL_DATA for a label that is not below
 * `classes`. */
bool MUST_USE count_source(struct source *source, size_t classes,
                           struct stats *stats, struct error *err);

#endif

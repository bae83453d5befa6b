/* SPDX-License-Identifier: MIT */
/* Looking at a path: what data is there, and which splits it has. */
#ifndef MP_DATASET_DISCOVER_H
#define MP_DATASET_DISCOVER_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/input.h"

/* Adds the splits of a file or directory, as input_look_at_path says. */
bool MUST_USE discover_path(struct input *in, const char *path,
                            const char *split, struct error *err);

/* FAIL_SYSTEM when there is none, FAIL_USAGE when it is neither IDX nor NPY,
 * packed or not. */
bool MUST_USE discover_check_array(const char *path, struct error *err);

#endif

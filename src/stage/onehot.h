/* SPDX-License-Identifier: MIT */
/* Labels to one-hot rows, and the check that labels are what they claim. */
#ifndef MP_STAGE_ONEHOT_H
#define MP_STAGE_ONEHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct onehot {
    size_t classes;
    float on, off; /* 1 - E + E/C at the label, E/C elsewhere */
};

/* smoothing E is in [0, 1); else FAIL_USAGE. */
bool MUST_USE onehot_check_smoothing(double smoothing, struct error *err);

/* Checks that, too. */
bool MUST_USE onehot_init(struct onehot *o, size_t classes, double smoothing,
                          struct error *err);

/* count labels to count * classes floats; the labels have been checked. */
void onehot_rows(const struct onehot *o, const int64_t *labels, size_t count,
                 float *to);

/* False, with FAIL_DATA naming file, row and value, when a label is not in
 * 0..classes-1. first_row is the row of labels[0]. */
bool MUST_USE onehot_check_labels(const int64_t *labels, size_t count,
                                  uint64_t first_row, size_t classes,
                                  const char *file, struct error *err);

#endif

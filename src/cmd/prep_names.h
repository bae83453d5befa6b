/* SPDX-License-Identifier: MIT */
/* The names of splits and classes that prep is given. */
#ifndef MP_CMD_PREP_NAMES_H
#define MP_CMD_PREP_NAMES_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/input.h"

/* False, with FAIL_USAGE and the names that are near, when one of the
 * comma-separated list is none of the input's. NULL is fine. */
bool MUST_USE prep_names_check_splits(const struct input *in, const char *list,
                                      struct error *err);

/* The same; only names that are near one of the input's are found here. */
bool MUST_USE prep_names_check_classes(const struct input *in, const char *list,
                                       struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Is the set that is there the one that would be made? */
#ifndef MP_PIPELINE_SETCURRENT_H
#define MP_PIPELINE_SETCURRENT_H

#include <stdbool.h>

#include "base/error.h"
#include "pipeline/setplace.h"
#include "pipeline/setrun.h"

/* True when the set in `dir` is of this recipe and these sources, and its files
 * have their sizes; else *why says in words what is different. */
bool set_is_current(const struct setrun *set, const struct setplace *place,
                    const char *dir, struct error *why);

#endif

/* SPDX-License-Identifier: MIT */
/* Prepared sets that no catalogue knows: DATA/<name>/prepared/dataset.json,
 * made from data of one's own. */
#ifndef MP_DATASET_OWNSETS_H
#define MP_DATASET_OWNSETS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/listing.h"
#include "dataset/catalogue.h"

/* Is there one of this name? Not when the catalogue has it. */
bool own_set_exists(const char *data_dir, const char *name,
                    const struct catalogue *known);

/* All of them, sorted; none when there is no data directory. */
bool MUST_USE own_sets_list(struct listing *l, const char *data_dir,
                            const struct catalogue *known, struct error *err);

#endif

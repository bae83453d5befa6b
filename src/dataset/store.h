/* SPDX-License-Identifier: MIT */
/* Where a dataset lies on disk: DATA/<dataset>/raw, prepared and samples. */
#ifndef MP_DATASET_STORE_H
#define MP_DATASET_STORE_H

#include <stdbool.h>

#include "base/error.h"

#define STORE_RECEIPT "receipt.json"
#define STORE_MANIFEST "dataset.json"

/* All owned; starts as { 0 }. */
struct store {
    char *raw, *prepared, *samples;
};

bool MUST_USE store_init(struct store *s, const char *data_dir,
                         const char *dataset, struct error *err);
void store_release(struct store *s);

#endif

/* SPDX-License-Identifier: MIT */
/* What `prep` is to make of a dataset: all that the bytes of the output
 * depend on, apart from the sources. */
#ifndef MP_PIPELINE_RECIPE_H
#define MP_PIPELINE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/catalogue.h"
#include "format/formats.h"
#include "stage/normalize.h"

enum { RECIPE_FORMATS_MAX = 8 };

struct recipe {
    struct scale scale; /* mean and std of SCALE_STANDARD: once fitted */
    enum dtype dtype, label_dtype;
    bool onehot;
    bool as_published; /* neither turn images nor shift labels */
    double smoothing;
    const struct format *format[RECIPE_FORMATS_MAX]; /* the first is the one
                                                        readers open */
    size_t format_count;
    bool split[CATALOGUE_SPLITS_MAX]; /* by position in the catalogue */
};

/* "bin,npy": each once. */
bool MUST_USE recipe_parse_formats(struct recipe *r, const char *list,
                                   struct error *err);

/* "train,test"; NULL: all. */
bool MUST_USE recipe_parse_splits(struct recipe *r,
                                  const struct catalogue_dataset *dataset,
                                  const char *list, struct error *err);

/* As in the manifest. */
struct json_t *recipe_to_json(const struct recipe *r,
                              const struct catalogue_dataset *dataset,
                              struct error *err);

/* FAIL_DATA when the document is no recipe for this dataset. */
bool MUST_USE recipe_from_json(struct recipe *r, struct json_t *doc,
                               const struct catalogue_dataset *dataset,
                               struct error *err);

/* Would both make the same? What was fitted on the data is not compared. */
bool recipe_equal(const struct recipe *a, const struct recipe *b);

#endif

/* SPDX-License-Identifier: MIT */
/* What `prep` is to make of a dataset: all that the bytes of the output
 * depend on, apart from the sources. */
#ifndef MP_PIPELINE_RECIPE_H
#define MP_PIPELINE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/input.h"
#include "dataset/source.h"
#include "format/formats.h"
#include "stage/augment.h"
#include "stage/geometry.h"
#include "stage/normalize.h"

enum {
    RECIPE_FORMATS_MAX = 16,
    RECIPE_CLASSES_MAX = 256,
    RECIPE_NAME_MAX = 64
};

enum recipe_layout { LAYOUT_HW, LAYOUT_HWC, LAYOUT_CHW };
enum recipe_group { BY_NOTHING, BY_WRITER };

/* For options, too; each ends with NULL. */
extern const char *const recipe_layouts[];
extern const char *const recipe_groups[];
extern const char *const recipe_labels[]; /* enum input_label */
extern const char *const recipe_resamples[];

struct recipe {
    struct scale scale;     /* mean and std of SCALE_STANDARD: once fitted */
    int dtype, label_dtype; /* enum dtype */
    bool onehot;
    bool as_published; /* neither turn images nor shift labels */
    double smoothing;
    struct geometry_rules geometry;
    struct augment_rules augment;
    int layout; /* enum recipe_layout: where the channel axis stands */
    /* Rows, as in plan.h. */
    double val;
    bool stratify, shuffle, relabel, drop_duplicates;
    int group; /* enum recipe_group */
    uint64_t folds, per_class, limit, seed;
    uint16_t class_list[RECIPE_CLASSES_MAX]; /* the labels that are kept */
    size_t class_count;                      /* 0: all */
    struct source_table table;               /* how tables are read */
    bool checksums;
    const struct format *format[RECIPE_FORMATS_MAX]; /* the first is the one
                                                        readers open */
    size_t format_count;
    bool split[CATALOGUE_SPLITS_MAX]; /* by position in the input */
    /* The dataset whose constants these are, when they are not to be fitted
     * but taken as they stand; "": none. */
    char fitted_on[RECIPE_NAME_MAX];
};

/* "bin,npy": each once. */
bool MUST_USE recipe_parse_formats(struct recipe *r, const char *list,
                                   struct error *err);

/* "train,test"; NULL: all. */
bool MUST_USE recipe_parse_splits(struct recipe *r, const struct input *input,
                                  const char *list, struct error *err);

/* "3,5,8" or "Bag,Coat": labels, or the input's names of them. */
bool MUST_USE recipe_parse_classes(struct recipe *r, const struct input *input,
                                   const char *list, struct error *err);

/* One more; FAIL_USAGE for what is unknown, or listed already. */
bool MUST_USE recipe_add_format(struct recipe *r, const char *name,
                                struct error *err);
bool MUST_USE recipe_add_split(struct recipe *r, const struct input *input,
                               const char *name, struct error *err);
bool MUST_USE recipe_add_class(struct recipe *r, uint64_t label,
                               struct error *err);

/* Do the parts go together? FAIL_USAGE, naming options, if not. What has no
 * effect without another part is put back to its default. */
bool MUST_USE recipe_check(struct recipe *r, struct error *err);

/* Does its seed have an effect? */
bool recipe_is_random(const struct recipe *r);

/* Does it choose or order rows, so that these have to be written down? */
bool recipe_chooses_rows(const struct recipe *r);

/* As in the manifest. */
struct json_t *recipe_to_json(const struct recipe *r, const struct input *input,
                              struct error *err);

/* FAIL_DATA when the document is no recipe for this input. */
bool MUST_USE recipe_from_json(struct recipe *r, struct json_t *doc,
                               const struct input *input, struct error *err);

/* The constants of each pixel, which recipe_from_json leaves out. FAIL_DATA
 * when they are not there. */
bool MUST_USE recipe_moments_from_json(struct pixel_moments *m,
                                       struct json_t *doc, struct error *err);

/* The key of the first part that is different; NULL when both would make the
 * same. What was fitted on the data is not compared. */
const char *recipe_difference(const struct recipe *a, const struct recipe *b);

/* Would both make the same? */
bool recipe_equal(const struct recipe *a, const struct recipe *b);

#endif

/* SPDX-License-Identifier: MIT */
/* What prep is told: from words to an input and a recipe. */
#ifndef MP_CMD_PREP_OPTIONS_H
#define MP_CMD_PREP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/own_options.h"
#include "cmd/scale_options.h"
#include "pipeline/recipe.h"

/* The words of a recipe. */
struct recipe_words {
    struct scale_options scale;
    const char *splits, *formats, *smoothing, *val, *classes, *seed, *size,
        *shape, *rotate, *shift, *stretch, *shear, *elastic;
    size_t pad, folds, limit, per_class, augment;
    int label_dtype, resample, layout, group, label_column;
    bool no_onehot, as_published, invert, transpose, stratify, relabel, shuffle,
        drop_duplicates, checksums;
    bool any; /* was one of them given at all? */
};

struct prep_settings {
    struct common common;
    struct recipe_words words;
    struct own_words own;
    const char *recipe, *fitted_on;
    const char *output, *stamp, *depfile;
    bool sync, if_changed;
};

extern const struct option_row prep_options[];

/* The recipe in words. */
bool MUST_USE prep_recipe(const struct prep_settings *s, const struct input *in,
                          struct recipe *r, struct error *err);

/* A recipe in a file, which may be a manifest or bare. */
struct prep_recipe_file {
    struct json_t *document; /* owned */
    struct json_t *recipe;   /* borrowed from it */
    const char *dataset;     /* the one it was made with; NULL: unknown */
    struct pixel_moments moments;
};
bool MUST_USE prep_recipe_open(struct prep_recipe_file *f, const char *path,
                               struct error *err);
void prep_recipe_close(struct prep_recipe_file *f); /* accepts { 0 } */

/* What it makes of this input; `expected` are the constants that have to come
 * out. */
bool MUST_USE prep_recipe_again(const struct prep_settings *s,
                                struct prep_recipe_file *f,
                                const struct input *in, struct recipe *r,
                                struct scale *expected, struct error *err);

#endif

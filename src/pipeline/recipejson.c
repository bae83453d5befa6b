/* SPDX-License-Identifier: MIT */
/* Recipes: one table of fields, to the manifest and back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/sizes.h"
#include "format/jsondoc.h"
#include "pipeline/recipe.h"

/* ---- the fields ---- */

enum field_kind {
    FIELD_BOOL,
    FIELD_U64,
    FIELD_REAL,
    FIELD_CHOICE,
    FIELD_DTYPE
};

/* NOLINTBEGIN(bugprone-macro-parentheses): designators and members take none */
#define FIELD(name, k, m) \
    .key = name, .kind = k, .offset = offsetof(struct recipe, m)
/* NOLINTEND(bugprone-macro-parentheses) */

/* In the order of the manifest. Scale, classes, formats and splits are lists
 * or pairs, and have code of their own. A key that is missing means the
 * default, but for those that every recipe has had. */
static const struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    bool needed;
    const char *const *choices;
} fields[] = {
    { FIELD("dtype", FIELD_DTYPE, dtype), .needed = true },
    { FIELD("label_dtype", FIELD_DTYPE, label_dtype), .needed = true },
    { FIELD("onehot", FIELD_BOOL, onehot), .needed = true },
    { FIELD("smoothing", FIELD_REAL, smoothing), .needed = true },
    { FIELD("as_published", FIELD_BOOL, as_published) },
    { FIELD("shuffle", FIELD_BOOL, shuffle), .needed = true },
    { FIELD("val", FIELD_REAL, val) },
    { FIELD("stratify", FIELD_BOOL, stratify) },
    { FIELD("group", FIELD_CHOICE, group), .choices = recipe_groups },
    { FIELD("folds", FIELD_U64, folds) },
    { FIELD("relabel", FIELD_BOOL, relabel) },
    { FIELD("limit", FIELD_U64, limit) },
    { FIELD("per_class", FIELD_U64, per_class) },
    { FIELD("drop_duplicates", FIELD_BOOL, drop_duplicates) },
    { FIELD("transpose", FIELD_BOOL, geometry.transpose) },
    { FIELD("invert", FIELD_BOOL, geometry.invert) },
    { FIELD("height", FIELD_U64, geometry.height) },
    { FIELD("width", FIELD_U64, geometry.width) },
    { FIELD("resample", FIELD_CHOICE, geometry.resample),
      .choices = recipe_resamples },
    { FIELD("pad", FIELD_U64, geometry.pad) },
    { FIELD("augment", FIELD_U64, augment.copies) },
    { FIELD("rotate", FIELD_REAL, augment.rotate) },
    { FIELD("shift", FIELD_REAL, augment.shift) },
    { FIELD("stretch", FIELD_REAL, augment.stretch) },
    { FIELD("shear", FIELD_REAL, augment.shear) },
    { FIELD("elastic", FIELD_REAL, augment.elastic) },
    { FIELD("elastic_sigma", FIELD_REAL, augment.elastic_sigma) },
    { FIELD("layout", FIELD_CHOICE, layout), .choices = recipe_layouts },
    { FIELD("label_column", FIELD_CHOICE, table.label),
      .choices = recipe_labels },
    { FIELD("table_height", FIELD_U64, table.height) },
    { FIELD("table_width", FIELD_U64, table.width) },
    { FIELD("checksums", FIELD_BOOL, checksums) },
};

static void *member(struct recipe *r, const struct field *f)
{
    return (char *)r + f->offset;
}

static const void *const_member(const struct recipe *r, const struct field *f)
{
    return (const char *)r + f->offset;
}

static void field_to_json(struct json_t *doc, const struct recipe *r,
                          const struct field *f, struct error *err)
{
    const void *at = const_member(r, f);

    switch (f->kind) {
    case FIELD_BOOL:
        jsondoc_set_bool(doc, f->key, *(const bool *)at, err);
        break;
    case FIELD_U64:
        jsondoc_set_u64(doc, f->key, *(const uint64_t *)at, err);
        break;
    case FIELD_REAL:
        jsondoc_set_real(doc, f->key, *(const double *)at, err);
        break;
    case FIELD_CHOICE:
        jsondoc_set_text(doc, f->key, f->choices[*(const int *)at], err);
        break;
    case FIELD_DTYPE:
        jsondoc_set_text(doc, f->key,
                         dtype_name((enum dtype)(*(const int *)at)), err);
        break;
    }
}

static bool choice_from_json(const char *text, const char *const *choices,
                             int *to)
{
    for (int i = 0; text && choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *to = i;
            return true;
        }
    }
    return false;
}

static bool field_from_json(struct json_t *doc, struct recipe *r,
                            const struct field *f)
{
    void *at = member(r, f);
    const char *text = jsondoc_find_text(doc, f->key);
    enum dtype dtype;

    if (!jsondoc_find(doc, f->key))
        return !f->needed;
    switch (f->kind) {
    case FIELD_BOOL:
        return jsondoc_find_bool(doc, f->key, at);
    case FIELD_U64:
        return jsondoc_find_u64(doc, f->key, at);
    case FIELD_REAL:
        return jsondoc_find_real(doc, f->key, at);
    case FIELD_CHOICE:
        return choice_from_json(text, f->choices, at);
    case FIELD_DTYPE:
        if (!text || !dtype_parse(text, &dtype))
            return false;
        *(int *)at = (int)dtype;
        return true;
    }
    return false;
}

static bool field_equal(const struct recipe *a, const struct recipe *b,
                        const struct field *f)
{
    static const size_t bytes[] = {
        [FIELD_BOOL] = sizeof(bool),   [FIELD_U64] = sizeof(uint64_t),
        [FIELD_REAL] = sizeof(double), [FIELD_CHOICE] = sizeof(int),
        [FIELD_DTYPE] = sizeof(int),
    };

    return memcmp(const_member(a, f), const_member(b, f), bytes[f->kind]) == 0;
}

static bool is_fitted_or_given(const struct scale *s)
{
    return s->mode == SCALE_STANDARD || s->mode == SCALE_CUSTOM;
}

static struct json_t *reals(const double *value, size_t count,
                            struct error *err)
{
    struct json_t *list = jsondoc_array(err);

    for (size_t i = 0; i < count; i++)
        jsondoc_append_real(list, value[i], err);
    return list;
}

static void scale_to_json(struct json_t *doc, const struct scale *s,
                          struct error *err)
{
    const struct pixel_moments *m = s->pixel;

    jsondoc_set_text(doc, "scale", scale_name(s->mode), err);
    if (is_fitted_or_given(s)) {
        jsondoc_set_real(doc, "mean", s->mean, err);
        jsondoc_set_real(doc, "std", s->std, err);
    } else if (s->mode == SCALE_PIXEL_STANDARD && m) {
        jsondoc_set(doc, "mean", reals(m->mean, m->pixels, err), err);
        jsondoc_set(doc, "std", reals(m->std, m->pixels, err), err);
    } else {
        jsondoc_set_text(doc, "mean", NULL, err);
        jsondoc_set_text(doc, "std", NULL, err);
    }
}

/* JSON's whole numbers are safe up to 2^63: larger seeds stand there as
 * text. */
static void seed_to_json(struct json_t *doc, const struct recipe *r,
                         struct error *err)
{
    char text[24];

    if (recipe_is_random(r) && r->seed <= INT64_MAX) {
        jsondoc_set_u64(doc, "seed", r->seed, err);
        return;
    }
    snprintf(text, sizeof text, "%" PRIu64, r->seed);
    jsondoc_set_text(doc, "seed", recipe_is_random(r) ? text : NULL, err);
}

static bool seed_from_json(struct recipe *r, struct json_t *doc)
{
    struct json_t *seed = jsondoc_find(doc, "seed");
    const char *text = jsondoc_text(seed);

    if (text)
        return number_parse_u64(text, &r->seed) && r->seed > INT64_MAX;
    return !seed || jsondoc_is_null(seed) || jsondoc_u64(seed, &r->seed);
}

struct json_t *recipe_to_json(const struct recipe *r, const struct input *input,
                              struct error *err)
{
    struct json_t *doc = jsondoc_object(err);
    struct json_t *formats_list = jsondoc_array(err);
    struct json_t *splits = jsondoc_array(err);
    struct json_t *classes = jsondoc_array(err);

    for (size_t i = 0; i < r->format_count; i++)
        jsondoc_append_text(formats_list, r->format[i]->name, err);
    for (size_t i = 0; i < input->split_count; i++)
        if (r->split[i])
            jsondoc_append_text(splits, input->split[i].name, err);
    for (size_t i = 0; i < r->class_count; i++)
        jsondoc_append_u64(classes, r->class_list[i], err);
    scale_to_json(doc, &r->scale, err);
    if (r->fitted_on[0])
        jsondoc_set_text(doc, "fitted_on", r->fitted_on, err);
    seed_to_json(doc, r, err);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        field_to_json(doc, r, &fields[i], err);
    jsondoc_set(doc, "classes", classes, err);
    jsondoc_set(doc, "formats", formats_list, err);
    jsondoc_set(doc, "splits", splits, err);
    return doc;
}

static bool scale_from_json(struct scale *s, struct json_t *doc)
{
    const char *name = jsondoc_find_text(doc, "scale");
    struct error ignored = { 0 };

    *s = (struct scale){ 0 };
    if (name && strcmp(name, scale_name(SCALE_CUSTOM)) == 0)
        s->mode = SCALE_CUSTOM;
    else if (!name || !scale_parse(name, s, &ignored))
        return false;
    return !is_fitted_or_given(s) ||
           (jsondoc_find_real(doc, "mean", &s->mean) &&
            jsondoc_find_real(doc, "std", &s->std));
}

/* Could it have come from the command line? */
static bool is_possible(struct recipe *r)
{
    struct error ignored = { 0 };
    struct normalize n = { 0 };
    struct scale scale = r->scale;

    if (scale.mode == SCALE_PIXEL_STANDARD) /* not fitted yet */
        scale.mode = SCALE_UNIT;
    bool ok = normalize_init(&n, &scale, (enum dtype)r->dtype, &ignored) &&
              (r->label_dtype == DTYPE_U8 || r->label_dtype == DTYPE_I32 ||
               r->label_dtype == DTYPE_I64) &&
              (r->geometry.height == 0) == (r->geometry.width == 0) &&
              (r->table.height == 0) == (r->table.width == 0) &&
              recipe_check(r, &ignored);
    normalize_release(&n);
    return ok;
}

/* A key of a later version may change what is made. */
static bool is_known(const char *key)
{
    static const char *const others[] = { "scale",   "mean",      "std",
                                          "seed",    "fitted_on", "classes",
                                          "formats", "splits" };

    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (strcmp(key, others[i]) == 0)
            return true;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcmp(key, fields[i].key) == 0)
            return true;
    return false;
}

static bool keys_known(struct json_t *doc)
{
    for (size_t i = 0; i < jsondoc_count(doc); i++) {
        const char *key = NULL;
        (void)jsondoc_member_at(doc, i, &key);
        if (!key || !is_known(key))
            return false;
    }
    return true;
}

static bool lists_from_json(struct recipe *r, struct json_t *doc,
                            const struct input *input, struct error *err)
{
    struct json_t *formats_list = jsondoc_find(doc, "formats");
    struct json_t *splits = jsondoc_find(doc, "splits");
    struct json_t *classes = jsondoc_find(doc, "classes");
    struct error ignored = { 0 };

    if (classes && !jsondoc_is_array(classes))
        return error_set(err, FAIL_DATA, "the recipe's classes are no list");
    if (jsondoc_count(formats_list) == 0 || jsondoc_count(splits) == 0)
        return error_set(err, FAIL_DATA,
                         "the recipe makes no formats, or no splits");
    for (size_t i = 0; i < jsondoc_count(formats_list); i++) {
        const char *name = jsondoc_text(jsondoc_at(formats_list, i));
        if (!name || !recipe_add_format(r, name, &ignored))
            return error_set(err, FAIL_DATA,
                             "the recipe's formats are unknown");
    }
    for (size_t i = 0; i < jsondoc_count(splits); i++) {
        const char *name = jsondoc_text(jsondoc_at(splits, i));
        if (!name || !recipe_add_split(r, input, name, &ignored))
            return error_set(err, FAIL_DATA, "the recipe's splits are unknown");
    }
    for (size_t i = 0; i < jsondoc_count(classes); i++) {
        uint64_t label;
        if (!jsondoc_u64(jsondoc_at(classes, i), &label) ||
            label > SOURCE_LABEL_MAX || !recipe_add_class(r, label, &ignored))
            return error_set(err, FAIL_DATA,
                             "the recipe's classes are unknown");
    }
    return true;
}

bool recipe_from_json(struct recipe *r, struct json_t *doc,
                      const struct input *input, struct error *err)
{
    struct recipe got = { 0 };
    const char *fitted_on = jsondoc_find_text(doc, "fitted_on");
    bool ok = keys_known(doc) && scale_from_json(&got.scale, doc) &&
              seed_from_json(&got, doc) &&
              (fitted_on || !jsondoc_find(doc, "fitted_on"));

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        ok = ok && field_from_json(doc, &got, &fields[i]);
    if (ok && fitted_on && (ok = strlen(fitted_on) < RECIPE_NAME_MAX))
        memcpy(got.fitted_on, fitted_on, strlen(fitted_on) + 1);
    if (!ok)
        return error_set(err, FAIL_DATA,
                         "the recipe is none of this version of mnistprep");
    if (!lists_from_json(&got, doc, input, err))
        return false;
    if (!is_possible(&got))
        return error_set(err, FAIL_DATA,
                         "the recipe is none of this version of mnistprep");
    *r = got;
    return true;
}

bool recipe_moments_from_json(struct pixel_moments *m, struct json_t *doc,
                              struct error *err)
{
    struct json_t *mean = jsondoc_find(doc, "mean");
    struct json_t *std = jsondoc_find(doc, "std");
    size_t pixels = jsondoc_count(mean);

    if (pixels == 0 || jsondoc_count(std) != pixels ||
        pixels > SOURCE_IMAGE_MAX_BYTES)
        return error_set(err, FAIL_DATA,
                         "the recipe has no mean and deviation of each pixel");
    m->pixels = pixels;
    m->mean = calloc(pixels, sizeof *m->mean);
    m->std = calloc(pixels, sizeof *m->std);
    if (!m->mean || !m->std)
        return error_memory(err);
    for (size_t i = 0; i < pixels; i++)
        if (!jsondoc_real(jsondoc_at(mean, i), &m->mean[i]) ||
            !jsondoc_real(jsondoc_at(std, i), &m->std[i]) || m->std[i] < 0)
            return error_set(err, FAIL_DATA,
                             "the recipe's constants are no numbers");
    return true;
}

static bool same_formats(const struct recipe *a, const struct recipe *b)
{
    bool same = a->format_count == b->format_count;

    for (size_t i = 0; same && i < a->format_count; i++)
        same = a->format[i] == b->format[i];
    return same;
}

const char *recipe_difference(const struct recipe *a, const struct recipe *b)
{
    bool given = a->scale.mode == SCALE_CUSTOM || a->fitted_on[0] != '\0';

    if (a->scale.mode != b->scale.mode)
        return "scale";
    if (strcmp(a->fitted_on, b->fitted_on) != 0)
        return "fitted_on";
    if (given && a->scale.mean != b->scale.mean)
        return "mean";
    if (given && a->scale.std != b->scale.std)
        return "std";
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!field_equal(a, b, &fields[i]))
            return fields[i].key;
    if (a->seed != b->seed)
        return "seed";
    if (!same_formats(a, b))
        return "formats";
    if (a->class_count != b->class_count ||
        memcmp(a->class_list, b->class_list,
               a->class_count * sizeof *a->class_list) != 0)
        return "classes";
    return memcmp(a->split, b->split, sizeof a->split) == 0 ? NULL : "splits";
}

bool recipe_equal(const struct recipe *a, const struct recipe *b)
{
    return recipe_difference(a, b) == NULL;
}

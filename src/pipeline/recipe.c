/* SPDX-License-Identifier: MIT */
/* Recipes: from options, to the manifest and back. */
#include "pipeline/recipe.h"

#include <string.h>

#include "base/text.h"
#include "format/jsondoc.h"

enum { WORD_MAX = 128 };

/* Takes the next word of a comma-separated list; false at its end. A word that
 * is empty or too long comes out empty. */
static bool next_word(const char **list, char word[WORD_MAX])
{
    if (!*list)
        return false;
    size_t n = strcspn(*list, ",");
    word[0] = '\0';
    if (n < WORD_MAX) {
        memcpy(word, *list, n);
        word[n] = '\0';
    }
    *list = (*list)[n] == ',' ? *list + n + 1 : NULL;
    return true;
}

static bool add_format(struct recipe *r, const char *name, struct error *err)
{
    const struct format *format = format_find_writable(name, err);

    if (!format)
        return false;
    for (size_t i = 0; i < r->format_count; i++)
        if (r->format[i] == format)
            return error_set(err, FAIL_USAGE, "format '%s' is listed twice",
                             name);
    if (r->format_count == RECIPE_FORMATS_MAX)
        return error_set(err, FAIL_USAGE, "too many formats");
    r->format[r->format_count++] = format;
    return true;
}

bool recipe_parse_formats(struct recipe *r, const char *list, struct error *err)
{
    char word[WORD_MAX];

    r->format_count = 0;
    while (next_word(&list, word))
        if (!add_format(r, word, err))
            return false;
    return true;
}

static bool add_split(struct recipe *r, const struct catalogue_dataset *dataset,
                      const char *name, struct error *err)
{
    const struct catalogue_split *split = catalogue_find_split(dataset, name);

    if (!split)
        return error_set(err, FAIL_USAGE,
                         "'%s' has no split '%s'; its first one is '%s'",
                         dataset->name, name, dataset->split[0].name);
    if (r->split[split - dataset->split])
        return error_set(err, FAIL_USAGE, "split '%s' is listed twice", name);
    r->split[split - dataset->split] = true;
    return true;
}

bool recipe_parse_splits(struct recipe *r,
                         const struct catalogue_dataset *dataset,
                         const char *list, struct error *err)
{
    char word[WORD_MAX];

    for (size_t i = 0; i < dataset->split_count; i++)
        r->split[i] = list == NULL;
    while (next_word(&list, word))
        if (!add_split(r, dataset, word, err))
            return false;
    return true;
}

static bool is_fitted_or_given(const struct scale *s)
{
    return s->mode == SCALE_STANDARD || s->mode == SCALE_CUSTOM;
}

struct json_t *recipe_to_json(const struct recipe *r,
                              const struct catalogue_dataset *dataset,
                              struct error *err)
{
    struct json_t *doc = jsondoc_object(err);
    struct json_t *formats_list = jsondoc_array(err);
    struct json_t *splits = jsondoc_array(err);

    for (size_t i = 0; i < r->format_count; i++)
        jsondoc_append_text(formats_list, r->format[i]->name, err);
    for (size_t i = 0; i < dataset->split_count; i++)
        if (r->split[i])
            jsondoc_append_text(splits, dataset->split[i].name, err);
    jsondoc_set_text(doc, "scale", scale_name(r->scale.mode), err);
    if (is_fitted_or_given(&r->scale)) {
        jsondoc_set_real(doc, "mean", r->scale.mean, err);
        jsondoc_set_real(doc, "std", r->scale.std, err);
    } else {
        jsondoc_set_text(doc, "mean", NULL, err);
        jsondoc_set_text(doc, "std", NULL, err);
    }
    jsondoc_set_text(doc, "dtype", dtype_name(r->dtype), err);
    jsondoc_set_text(doc, "label_dtype", dtype_name(r->label_dtype), err);
    jsondoc_set_bool(doc, "onehot", r->onehot, err);
    jsondoc_set_real(doc, "smoothing", r->smoothing, err);
    jsondoc_set_bool(doc, "as_published", r->as_published, err);
    jsondoc_set_text(doc, "seed", NULL, err);
    jsondoc_set_bool(doc, "shuffle", false, err);
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
static bool is_possible(const struct recipe *r)
{
    struct error ignored = { 0 };
    struct normalize n;

    return normalize_init(&n, &r->scale, r->dtype, &ignored) &&
           (r->label_dtype == DTYPE_U8 || r->label_dtype == DTYPE_I32 ||
            r->label_dtype == DTYPE_I64) &&
           r->smoothing >= 0 && r->smoothing < 1;
}

bool recipe_from_json(struct recipe *r, struct json_t *doc,
                      const struct catalogue_dataset *dataset,
                      struct error *err)
{
    struct recipe got = { 0 };
    struct error ignored = { 0 };
    const char *dtype = jsondoc_find_text(doc, "dtype");
    const char *label_dtype = jsondoc_find_text(doc, "label_dtype");
    struct json_t *formats_list = jsondoc_find(doc, "formats");
    struct json_t *splits = jsondoc_find(doc, "splits");
    bool shuffle = true;

    /* A set that was made before this key existed was made without it. */
    (void)jsondoc_find_bool(doc, "as_published", &got.as_published);
    if (!scale_from_json(&got.scale, doc) || !dtype ||
        !dtype_parse(dtype, &got.dtype) || !label_dtype ||
        !dtype_parse(label_dtype, &got.label_dtype) ||
        !jsondoc_find_bool(doc, "onehot", &got.onehot) ||
        !jsondoc_find_real(doc, "smoothing", &got.smoothing) ||
        !jsondoc_find_bool(doc, "shuffle", &shuffle) || shuffle ||
        !is_possible(&got))
        return error_set(err, FAIL_DATA,
                         "the recipe is none of this version of mnistprep");
    if (jsondoc_count(formats_list) == 0 || jsondoc_count(splits) == 0)
        return error_set(err, FAIL_DATA,
                         "the recipe makes no formats, or no splits");
    for (size_t i = 0; i < jsondoc_count(formats_list); i++) {
        const char *name = jsondoc_text(jsondoc_at(formats_list, i));
        if (!name || !add_format(&got, name, &ignored))
            return error_set(err, FAIL_DATA,
                             "the recipe's formats are unknown");
    }
    for (size_t i = 0; i < jsondoc_count(splits); i++) {
        const char *name = jsondoc_text(jsondoc_at(splits, i));
        if (!name || !add_split(&got, dataset, name, &ignored))
            return error_set(err, FAIL_DATA, "the recipe's splits are unknown");
    }
    *r = got;
    return true;
}

bool recipe_equal(const struct recipe *a, const struct recipe *b)
{
    bool constants =
        a->scale.mode != SCALE_CUSTOM ||
        (a->scale.mean == b->scale.mean && a->scale.std == b->scale.std);

    if (a->scale.mode != b->scale.mode || !constants || a->dtype != b->dtype ||
        a->label_dtype != b->label_dtype || a->onehot != b->onehot ||
        a->as_published != b->as_published || a->smoothing != b->smoothing ||
        a->format_count != b->format_count)
        return false;
    for (size_t i = 0; i < a->format_count; i++)
        if (a->format[i] != b->format[i])
            return false;
    return memcmp(a->split, b->split, sizeof a->split) == 0;
}

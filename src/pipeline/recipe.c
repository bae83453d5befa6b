/* SPDX-License-Identifier: MIT */
/* Recipes from words, and what goes together. */
#include "pipeline/recipe.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "stage/onehot.h"

const char *const recipe_layouts[] = { "hw", "hwc", "chw", NULL };
const char *const recipe_groups[] = { "none", "writer", NULL };
const char *const recipe_labels[] = { "auto", "first", "last", "none", NULL };
const char *const recipe_resamples[] = { "bilinear", "nearest", NULL };

/* ---- lists ---- */

bool recipe_add_format(struct recipe *r, const char *name, struct error *err)
{
    const struct format *format = format_find_sink(name, err);

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
    char word[TEXT_WORD_BYTES];

    r->format_count = 0;
    while (text_next_word(&list, word))
        if (!recipe_add_format(r, word, err))
            return false;
    return true;
}

bool recipe_add_split(struct recipe *r, const struct input *input,
                      const char *name, struct error *err)
{
    size_t at = input_find_split(input, name);

    if (at == input->split_count)
        return error_set(err, FAIL_USAGE,
                         "'%s' has no split '%s'; its first one is '%s'",
                         input->name, name, input->split[0].name);
    if (r->split[at])
        return error_set(err, FAIL_USAGE, "split '%s' is listed twice", name);
    r->split[at] = true;
    return true;
}

bool recipe_parse_splits(struct recipe *r, const struct input *input,
                         const char *list, struct error *err)
{
    char word[TEXT_WORD_BYTES];

    for (size_t i = 0; i < input->split_count; i++)
        r->split[i] = list == NULL;
    while (text_next_word(&list, word))
        if (!recipe_add_split(r, input, word, err))
            return false;
    return true;
}

static bool find_class(const struct input *input, const char *word,
                       uint64_t *label)
{
    const struct catalogue_dataset *d = input->dataset;

    for (size_t i = 0; d && i < d->class_count; i++) {
        if (strcmp(d->classes[i], word) == 0) {
            *label = i;
            return true;
        }
    }
    return number_parse_u64(word, label) && *label <= SOURCE_LABEL_MAX;
}

bool recipe_add_class(struct recipe *r, uint64_t label, struct error *err)
{
    for (size_t i = 0; i < r->class_count; i++)
        if (r->class_list[i] == label)
            return error_set(err, FAIL_USAGE,
                             "--classes: label %u is listed twice",
                             (unsigned)label);
    if (r->class_count == RECIPE_CLASSES_MAX)
        return error_set(err, FAIL_USAGE, "--classes: more than %d classes",
                         RECIPE_CLASSES_MAX);
    r->class_list[r->class_count++] = (uint16_t)label;
    return true;
}

bool recipe_parse_classes(struct recipe *r, const struct input *input,
                          const char *list, struct error *err)
{
    char word[TEXT_WORD_BYTES];
    uint64_t label;

    while (text_next_word(&list, word)) {
        if (!find_class(input, word, &label))
            return error_set(err, FAIL_USAGE,
                             "--classes: %s has no class '%s'; labels or names "
                             "of classes are needed, as in 3,5,8",
                             input->name, word);
        if (!recipe_add_class(r, label, err))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

bool recipe_is_random(const struct recipe *r)
{
    return r->val > 0 || r->shuffle || r->folds > 0 || r->augment.copies > 0;
}

bool recipe_chooses_rows(const struct recipe *r)
{
    return recipe_is_random(r) || r->class_count > 0 || r->limit > 0 ||
           r->per_class > 0 || r->drop_duplicates;
}

bool recipe_check(struct recipe *r, struct error *err)
{
    bool splits_rows = r->val > 0 || r->folds > 0;

    if (r->val < 0)
        return error_set(err, FAIL_USAGE,
                         "--val %g: a number of rows, or a fraction of them, "
                         "is needed",
                         r->val);
    if (r->relabel && r->class_count == 0)
        return error_set(err, FAIL_USAGE, "--relabel goes with --classes");
    if (r->stratify && !splits_rows)
        return error_set(err, FAIL_USAGE,
                         "--stratify goes with --val or --folds");
    if (r->group != BY_NOTHING && !splits_rows)
        return error_set(err, FAIL_USAGE, "--group goes with --val or --folds");
    if (r->group != BY_NOTHING && r->stratify)
        return error_set(err, FAIL_USAGE,
                         "--group and --stratify do not go together: writers "
                         "stay whole, so classes cannot be shared out exactly");
    if (!augment_check(&r->augment, err) ||
        !scale_check(&r->scale, (enum dtype)r->dtype, err) ||
        !onehot_check_smoothing(r->smoothing, err))
        return false;
    if (!recipe_is_random(r))
        r->seed = 0;
    if (r->augment.elastic == 0)
        r->augment.elastic_sigma = 0;
    if (r->geometry.height == 0)
        r->geometry.resample = RESAMPLE_BILINEAR;
    return true;
}

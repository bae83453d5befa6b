/* SPDX-License-Identifier: MIT */
/* Suggestions for words that the recipe would refuse without one. */
#include "cmd/prep_names.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "cli/suggest.h"

static bool refuse_split(const struct input *in, const char *word,
                         struct error *err)
{
    const char *names[CATALOGUE_SPLITS_MAX];
    char hint[256];

    if (strcmp(word, "val") == 0 &&
        input_find_split(in, "train") < in->split_count)
        return error_set(err, FAIL_USAGE,
                         "--splits: %s has no split 'val'; --val makes it from "
                         "train, and it comes with train: name that alone",
                         in->name);
    for (size_t i = 0; i < in->split_count; i++)
        names[i] = in->split[i].name;
    suggest_all(hint, sizeof hint, word, names, in->split_count);
    return error_set(err, FAIL_USAGE, "--splits: %s has no split '%s'%s",
                     in->name, word, hint);
}

bool prep_names_check_splits(const struct input *in, const char *list,
                             struct error *err)
{
    char word[TEXT_WORD_BYTES];

    while (text_next_word(&list, word))
        if (input_find_split(in, word) == in->split_count)
            return refuse_split(in, word, err);
    return true;
}

static bool is_class(const struct catalogue_dataset *d, const char *word)
{
    uint64_t label;

    for (size_t i = 0; i < d->class_count; i++)
        if (strcmp(d->classes[i], word) == 0)
            return true;
    return number_parse_u64(word, &label);
}

bool prep_names_check_classes(const struct input *in, const char *list,
                              struct error *err)
{
    const struct catalogue_dataset *d = in->dataset;
    char word[TEXT_WORD_BYTES], hint[256];

    while (d && text_next_word(&list, word)) {
        if (is_class(d, word))
            continue;
        suggest_nearest(hint, sizeof hint, word, "",
                        (const char *const *)d->classes, d->class_count);
        if (hint[0])
            return error_set(err, FAIL_USAGE,
                             "--classes: %s has no class '%s'%s", in->name,
                             word, hint);
    }
    return true;
}

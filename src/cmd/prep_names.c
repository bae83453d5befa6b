/* SPDX-License-Identifier: MIT */
/* Suggestions for words that the recipe would refuse without one. */
#include "cmd/prep_names.h"

#include <string.h>

#include "base/number.h"
#include "cli/suggest.h"

enum { WORD_MAX = 128 };

/* Takes the next word of a list; false at its end. A word that is too long is
 * cut, and then no name either. */
static bool next_word(const char **list, char word[WORD_MAX])
{
    if (!*list)
        return false;
    size_t n = strcspn(*list, ","), kept = n < WORD_MAX ? n : WORD_MAX - 1;
    memcpy(word, *list, kept);
    word[kept] = '\0';
    *list = (*list)[n] == ',' ? *list + n + 1 : NULL;
    return true;
}

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
    char word[WORD_MAX];

    while (next_word(&list, word))
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
    char word[WORD_MAX], hint[256];

    while (d && next_word(&list, word)) {
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

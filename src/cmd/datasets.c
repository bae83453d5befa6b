/* SPDX-License-Identifier: MIT */
/* Finding datasets and splits by name. */
#include "cmd/datasets.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/suggest.h"
#include "dataset/ownsets.h"
#include "dataset/source.h"

const struct catalogue_dataset *datasets_find(const struct catalogue *known,
                                              const char *name,
                                              struct error *err)
{
    const struct catalogue_dataset *found = catalogue_find(known, name);
    const char *names[CATALOGUE_DATASETS_MAX];
    char hint[256];

    if (found)
        return found;
    for (size_t i = 0; i < known->count; i++)
        names[i] = known->dataset[i].name;
    suggest_nearest(hint, sizeof hint, name, "", names, known->count);
    error_set(err, FAIL_USAGE, "unknown dataset '%s'%s", name,
              hint[0] ? hint : "; 'mnistprep list' shows them");
    return NULL;
}

static bool choose(struct datasets *d, const char *name, struct error *err)
{
    const struct catalogue_dataset *found =
        datasets_find(&d->catalogue, name, err);

    for (size_t i = 0; i < d->count; i++)
        if (d->chosen[i] == found)
            return true; /* named twice: once is enough */
    if (found)
        d->chosen[d->count++] = found;
    return found != NULL;
}

static bool choose_own(struct datasets *d, const char *name, struct error *err)
{
    for (size_t i = 0; i < d->own.count; i++)
        if (strcmp(d->own.name[i], name) == 0)
            return true;
    return listing_add(&d->own, name, err);
}

static bool choose_all(struct datasets *d, const struct common *common,
                       struct error *err)
{
    for (size_t i = 0; i < d->catalogue.count; i++)
        d->chosen[d->count++] = &d->catalogue.dataset[i];
    return own_sets_list(&d->own, common->data_dir, &d->catalogue, err);
}

bool datasets_choose(struct datasets *d, const struct common *common, int argc,
                     char **argv, enum datasets_default without,
                     struct error *err)
{
    if (!catalogue_load(&d->catalogue, common->catalogue, err))
        return false;
    if (argc == 0 && without == DATASETS_MNIST)
        return choose(d, "mnist", err);
    if (argc == 0)
        return choose_all(d, common, err);
    for (int i = 0; i < argc; i++) {
        bool own = without == DATASETS_ALL &&
                   own_set_exists(common->data_dir, argv[i], &d->catalogue);
        if (!(own ? choose_own : choose)(d, argv[i], err))
            return false;
    }
    return true;
}

void datasets_release(struct datasets *d)
{
    catalogue_release(&d->catalogue);
    listing_release(&d->own);
}

bool datasets_one(struct datasets *d, struct store *store,
                  const struct common *common, int argc, char **argv,
                  struct error *err)
{
    return datasets_choose(d, common, argc, argv, DATASETS_MNIST, err) &&
           store_init(store, common->data_dir, d->chosen[0]->name, err);
}

const struct catalogue_split *datasets_split(const struct catalogue_dataset *d,
                                             const char *name,
                                             struct error *err)
{
    const struct catalogue_split *found = catalogue_find_split(d, name);
    const char *names[CATALOGUE_SPLITS_MAX];
    char hint[256];

    if (found)
        return found;
    for (size_t i = 0; i < d->split_count; i++)
        names[i] = d->split[i].name;
    suggest_all(hint, sizeof hint, name, names, d->split_count);
    error_set(err, FAIL_USAGE, "%s has no split '%s'%s", d->name, name, hint);
    return NULL;
}

void datasets_hint_fetch(const struct catalogue_dataset *d, struct error *err)
{
    size_t used = strlen(err->text);

    if (err->code == FAIL_SYSTEM && text_ends_with(err->text, SOURCE_MISSING))
        snprintf(err->text + used, sizeof err->text - used,
                 "; run 'mnistprep fetch %s' first", d->name);
}

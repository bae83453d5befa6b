/* SPDX-License-Identifier: MIT */
/* Names of datasets and of splits. */
#include "cmd/list_names.h"

#include <stdio.h>
#include <string.h>

#include "cli/report.h"
#include "dataset/manifest.h"

static void print_name(const char *name)
{
    report_text(name);
    putchar('\n');
}

void list_names(const struct datasets *d)
{
    for (size_t i = 0; i < d->count; i++)
        print_name(d->chosen[i]->name);
    for (size_t i = 0; i < d->own.count; i++)
        print_name(d->own.name[i]);
}

static bool add(struct listing *splits, const char *name, struct error *err)
{
    for (size_t i = 0; i < splits->count; i++)
        if (strcmp(splits->name[i], name) == 0)
            return true;
    return listing_add(splits, name, err);
}

/* Nothing where no set was prepared, or one that cannot be read. */
static bool add_prepared(struct listing *splits, const char *data_dir,
                         const char *name, struct error *err)
{
    struct store store = { 0 };
    struct manifest manifest = { 0 };
    struct error ignored = { 0 };
    bool ok = store_init(&store, data_dir, name, err);

    if (ok && manifest_read(&manifest, store.prepared, &ignored))
        for (size_t i = 0; ok && i < manifest.split_count; i++)
            ok = add(splits, manifest.split[i].name, err);
    manifest_release(&manifest);
    store_release(&store);
    return ok;
}

bool list_split_names(const struct datasets *d, const char *data_dir,
                      struct error *err)
{
    struct listing splits = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < d->count; i++) {
        const struct catalogue_dataset *chosen = d->chosen[i];
        for (size_t k = 0; ok && k < chosen->split_count; k++)
            ok = add(&splits, chosen->split[k].name, err);
        ok = ok && add_prepared(&splits, data_dir, chosen->name, err);
    }
    for (size_t i = 0; ok && i < d->own.count; i++)
        ok = add_prepared(&splits, data_dir, d->own.name[i], err);
    for (size_t i = 0; ok && i < splits.count; i++)
        print_name(splits.name[i]);
    listing_release(&splits);
    return ok;
}

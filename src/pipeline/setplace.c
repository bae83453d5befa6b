/* SPDX-License-Identifier: MIT */
/* The manifest of a set, and the order in which a set appears. */
#include "pipeline/setplace.h"

#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "dataset/store.h"

/* ---- the manifest ---- */

static bool describe_file(void *context, const struct setrun_file *f,
                          struct error *err)
{
    struct manifest *m = context;
    struct manifest_split *to = &m->split[f->split];
    struct manifest_array array = { .info = f->file->info,
                                    .little = f->file->format->little,
                                    .offset = f->file->header_bytes };

    if (!array_bytes(&array.info, &array.bytes))
        return error_memory(err);
    array.bytes += array.offset;
    array.file = text_copy(path_base(f->path), err);
    if (!array.file)
        return false;
    if (f->format == 0)
        to->array[f->kind] = array;
    else
        to->more[to->more_count++] = array;
    return true;
}

static bool describe_source(struct manifest *m, const struct setrun *set,
                            size_t split, int part, struct error *err)
{
    struct manifest_source *to = &m->source[m->source_count++];

    to->facts = set->run[split].source.part[part].facts;
    to->split = text_copy(set->dataset->split[split].name, err);
    to->part = text_copy(catalogue_part_name((enum catalogue_part)part), err);
    to->file = text_copy(set->dataset->split[split].part[part].name, err);
    return to->split && to->part && to->file;
}

static bool describe_split(struct manifest *m, const struct setrun *set,
                           size_t i, struct error *err)
{
    struct manifest_split *to = &m->split[i];

    to->name = text_copy(set->dataset->split[i].name, err);
    to->count = set->run[i].source.count;
    to->more = calloc(MANIFEST_ARRAYS * RECIPE_FORMATS_MAX, sizeof *to->more);
    if (!to->name || !to->more)
        return error_memory(err);
    for (int part = 0; set->recipe.split[i] && part < CATALOGUE_PARTS; part++)
        if (!describe_source(m, set, i, part, err))
            return false;
    return true;
}

/* Splits that the recipe leaves out have no place in the manifest. */
static void drop_unused_splits(struct manifest *m, const struct setrun *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < m->split_count; i++) {
        if (set->recipe.split[i]) {
            m->split[kept++] = m->split[i];
        } else {
            free(m->split[i].name);
            free(m->split[i].more);
        }
    }
    m->split_count = kept;
}

static bool describe(struct manifest *m, struct setrun *set, struct error *err)
{
    const struct catalogue_dataset *d = set->dataset;

    m->dataset = text_copy(d->name, err);
    m->recipe = recipe_to_json(&set->recipe, d, err);
    m->classes = calloc(d->class_count + 1, sizeof *m->classes);
    m->source = calloc(d->split_count * CATALOGUE_PARTS, sizeof *m->source);
    m->split = calloc(d->split_count, sizeof *m->split);
    if (!m->dataset || !m->recipe || !m->classes || !m->source || !m->split)
        return error_memory(err);
    for (; m->class_count < d->class_count; m->class_count++) {
        m->classes[m->class_count] = text_copy(d->classes[m->class_count], err);
        if (!m->classes[m->class_count])
            return false;
    }
    for (; m->split_count < d->split_count; m->split_count++)
        if (!describe_split(m, set, m->split_count, err)) {
            m->split_count++;
            return false;
        }
    bool ok = setrun_each_file(set, describe_file, m, err);
    drop_unused_splits(m, set);
    return ok;
}

/* ---- the order ---- */

static bool is_other_file(void *context, const struct manifest_array *array)
{
    return strcmp(context, array->file) != 0;
}

bool setplace_has_file(const struct manifest *m, const char *name)
{
    struct error ignored = { 0 };
    char *wanted = text_copy(name, &ignored);
    /* Visiting stops, with false, at the file that is not another one. */
    bool has = wanted && !manifest_each_file(m, is_other_file, wanted);

    free(wanted);
    return has;
}

static bool commit_file(void *context, const struct setrun_file *f,
                        struct error *err)
{
    (void)context;
    return arrayfile_commit(f->file, err);
}

struct removal {
    const char *dir;
    const struct manifest *kept;
    struct error *err;
};

static bool remove_stale(void *context, const struct manifest_array *array)
{
    const struct removal *r = context;

    if (setplace_has_file(r->kept, array->file))
        return true;
    char *path = path_join(r->dir, array->file, r->err);
    bool ok = path && file_remove(path, r->err);
    free(path);
    return ok;
}

bool setplace_commit(struct setrun *set, const struct manifest *old,
                     const char *tool, bool sync, struct error *err)
{
    const char *dir = set->output_dir;
    unsigned flags = OUTFILE_REPLACE | (sync ? OUTFILE_SYNC : 0u);
    struct manifest new = { 0 };
    struct removal removal = { dir, &new, err };
    char *marker = path_join(dir, SETPLACE_MARKER, err);
    char *manifest = path_join(dir, STORE_MANIFEST, err);

    /* From the marker on the directory is not a set until the manifest is
     * there. */
    bool ok =
        marker && manifest && describe(&new, set, err) &&
        outfile_put(marker, "", 0, flags, err) && file_remove(manifest, err) &&
        setrun_each_file(set, commit_file, NULL, err) &&
        manifest_each_file(old, remove_stale, &removal) &&
        manifest_write(&new, dir, tool, flags, err) && file_remove(marker, err);
    manifest_release(&new);
    free(marker);
    free(manifest);
    return ok;
}

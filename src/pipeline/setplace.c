/* SPDX-License-Identifier: MIT */
/* The manifest of a set, and the order in which a set appears. */
#include "pipeline/setplace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "dataset/store.h"
#include "format/jsondoc.h"

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

bool setplace_describe(struct manifest *m, struct setrun *set,
                       struct error *err)
{
    const struct catalogue_dataset *d = set->dataset;

    m->dataset = text_copy(d->name, err);
    m->recipe = recipe_to_json(&set->recipe, d, err);
    m->classes = calloc(set->classes + 1, sizeof *m->classes);
    m->source = calloc(d->split_count * CATALOGUE_PARTS, sizeof *m->source);
    m->split = calloc(d->split_count, sizeof *m->split);
    if (!m->dataset || !m->recipe || !m->classes || !m->source || !m->split)
        return error_memory(err);
    for (; m->class_count < set->classes; m->class_count++) {
        m->classes[m->class_count] = text_copy(
            catalogue_class_name(d, set->label_base, m->class_count), err);
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

/* ---- what is ours ---- */

/* Stands in a directory while its set is being replaced, and lists all files
 * of the old set and the new one. */
#define MARKER ".mnistprep-incomplete"

static bool has_name(struct json_t *names, const char *name)
{
    for (size_t i = 0; i < jsondoc_count(names); i++) {
        const char *have = jsondoc_text(jsondoc_at(names, i));
        if (have && strcmp(have, name) == 0)
            return true;
    }
    return false;
}

/* Only what has the form of our own names: <split>-<kind>.<suffix>. A manifest
 * or a marker may have been edited, and what is ours may be removed. */
static bool has_our_form(const char *name)
{
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++) {
        char middle[16];
        snprintf(middle, sizeof middle, "-%s.",
                 manifest_kind_name((enum manifest_kind)kind));
        const char *at = strstr(name, middle);
        if (at && at > name && manifest_is_file_name(name) &&
            !strchr(at + strlen(middle), '.'))
            return true;
    }
    return false;
}

static void add_name(struct json_t *names, const char *name, struct error *err)
{
    if (has_our_form(name) && !has_name(names, name))
        jsondoc_append_text(names, name, err);
}

bool setplace_is_ours(const struct setplace *place, const char *name)
{
    return has_name(place->ours, name);
}

struct naming {
    struct json_t *names;
    struct error *err;
};

static bool add_array(void *context, const struct manifest_array *array)
{
    const struct naming *naming = context;

    add_name(naming->names, array->file, naming->err);
    return true;
}

static void add_marked(struct setplace *place, const char *marker,
                       struct error *err)
{
    struct error ignored = { 0 };
    struct json_t *list = jsondoc_read(marker, &ignored);

    for (size_t i = 0; jsondoc_is_array(list) && i < jsondoc_count(list); i++) {
        const char *name = jsondoc_text(jsondoc_at(list, i));
        if (name)
            add_name(place->ours, name, err);
    }
    jsondoc_release(list);
}

bool setplace_look(struct setplace *place, const char *dir, bool force,
                   struct error *err)
{
    char *marker = path_join(dir, MARKER, err);
    char *manifest = path_join(dir, STORE_MANIFEST, err);
    struct naming naming = { place->ours = jsondoc_array(err), err };
    struct error why = { 0 };

    if (marker && (place->incomplete = file_exists(marker)))
        add_marked(place, marker, err);
    if (manifest && file_exists(manifest)) {
        place->has_manifest = manifest_read(&place->manifest, dir, &why);
        if (place->has_manifest)
            manifest_each_file(&place->manifest, add_array, &naming);
        else if (!force)
            error_set(err, FAIL_USAGE,
                      "'%s' is no manifest of mnistprep (%s); use --force to "
                      "replace it, or another --output",
                      manifest, why.text);
    }
    free(marker);
    free(manifest);
    return err->code == FAIL_NONE;
}

void setplace_release(struct setplace *place)
{
    manifest_release(&place->manifest);
    jsondoc_release(place->ours);
    *place = (struct setplace){ 0 };
}

/* ---- the order ---- */

static bool write_marker(const struct setplace *place, const char *path,
                         unsigned flags, struct error *err)
{
    char *text = jsondoc_dump(place->ours, err);
    bool ok = text && outfile_put(path, text, strlen(text), flags, err);

    free(text);
    return ok;
}

static bool commit_file(void *context, const struct setrun_file *f,
                        struct error *err)
{
    (void)context;
    return arrayfile_commit(f->file, err);
}

static bool remove_stale(const struct setplace *place, struct json_t *kept,
                         const char *dir, struct error *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < jsondoc_count(place->ours); i++) {
        const char *name = jsondoc_text(jsondoc_at(place->ours, i));
        if (has_name(kept, name))
            continue;
        char *path = path_join(dir, name, err);
        ok = path && file_remove(path, err);
        free(path);
    }
    return ok;
}

bool setplace_commit(struct setplace *place, struct setrun *set,
                     const char *tool, bool sync, struct error *err)
{
    const char *dir = set->output_dir;
    unsigned flags = OUTFILE_REPLACE | (sync ? OUTFILE_SYNC : 0u);
    struct manifest new = { 0 };
    struct json_t *kept = jsondoc_array(err);
    struct naming new_names = { kept, err }, all_names = { place->ours, err };
    char *marker = path_join(dir, MARKER, err);
    char *manifest = path_join(dir, STORE_MANIFEST, err);
    struct outfile staged = { 0 };
    /* All that can fail for want of room is done before the old set goes. */
    bool ok = marker && manifest && setplace_describe(&new, set, err) &&
              manifest_stage(&new, dir, tool, flags, &staged, err);

    if (ok) {
        manifest_each_file(&new, add_array, &new_names);
        manifest_each_file(&new, add_array, &all_names);
    }
    /* From the marker on the directory is not a set until the manifest is
     * there. */
    ok = ok && write_marker(place, marker, flags, err) &&
         file_remove(manifest, err) &&
         setrun_each_file(set, commit_file, NULL, err) &&
         remove_stale(place, kept, dir, err) && outfile_commit(&staged, err) &&
         file_remove(marker, err);
    outfile_abandon(&staged);
    manifest_release(&new);
    jsondoc_release(kept);
    free(marker);
    free(manifest);
    return ok;
}

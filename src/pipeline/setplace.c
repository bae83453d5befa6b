/* SPDX-License-Identifier: MIT */
/* The manifest of a set, and the order in which a set appears. */
#include "pipeline/setplace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/path.h"
#include "base/sizes.h"
#include "base/text.h"
#include "dataset/store.h"
#include "format/jsondoc.h"

/* ---- the manifest ---- */

static bool describe_array(struct manifest *m, const struct sink_file *f,
                           struct error *err)
{
    struct manifest_split *to = &m->split[f->note.split];
    struct manifest_array array = { .info = f->note.info,
                                    .little = f->note.little,
                                    .offset = f->note.offset };

    if (!array_bytes(&array.info, &array.bytes))
        return error_memory(err);
    array.bytes += array.offset;
    memcpy(array.sha256, f->sha256, sizeof array.sha256);
    array.file = text_copy(f->name, err);
    if (!array.file)
        return false;
    /* Readers open the arrays of the first format that has any. */
    if (!to->array[f->note.kind].file)
        to->array[f->note.kind] = array;
    else
        to->more[to->more_count++] = array;
    return true;
}

static bool describe_file(struct manifest *m, const char *name,
                          const struct format *format, uint64_t bytes,
                          const char *sha256, const uint64_t *files,
                          struct error *err)
{
    struct manifest_file *to = &m->file[m->file_count++];

    to->bytes = bytes;
    to->is_folder = files != NULL;
    to->files = files ? *files : 0;
    memcpy(to->sha256, sha256, strlen(sha256) + 1);
    to->file = text_copy(name, err);
    to->format = format ? text_copy(format->name, err) : NULL;
    return to->file && (!format || to->format);
}

static bool describe_files(struct manifest *m, const struct setrun *set,
                           struct error *err)
{
    const struct outputs *o = &set->outputs;

    m->file = calloc(o->count + o->tree_count + 1, sizeof *m->file);
    for (size_t i = 0; i < m->split_count; i++) {
        m->split[i].more = calloc(o->count + 1, sizeof *m->split[i].more);
        if (!m->split[i].more)
            return error_memory(err);
    }
    if (!m->file)
        return error_memory(err);
    for (size_t i = 0; i < o->count; i++) {
        const struct sink_file *f = o->file[i];
        if (!(f->has_note ? describe_array(m, f, err)
                          : describe_file(m, f->name, f->format, f->bytes,
                                          f->sha256, NULL, err)))
            return false;
    }
    for (size_t i = 0; i < o->tree_count; i++) {
        const struct output_tree *t = &o->tree[i];
        if (!describe_file(m, t->name, t->format, t->bytes, "", &t->files, err))
            return false;
    }
    return true;
}

static bool add_source(struct manifest *m, const char *split, const char *part,
                       const char *path, const struct raw_facts *facts,
                       struct error *err)
{
    struct manifest_source *to = &m->source[m->source_count++];

    to->facts = *facts;
    to->split = text_copy(split, err);
    to->part = text_copy(part, err);
    to->file = text_copy(path_base(path), err);
    return to->split && to->part && to->file;
}

static bool describe_sources(struct manifest *m, const struct setrun *set,
                             struct error *err)
{
    const struct input *in = set->input;

    m->source =
        calloc(in->split_count * CATALOGUE_PARTS + 1, sizeof *m->source);
    if (!m->source)
        return error_memory(err);
    for (size_t i = 0; i < in->split_count; i++) {
        const struct supply *s = &set->supply[i];
        for (int part = 0; s->open && part < CATALOGUE_PARTS; part++)
            if (in->split[i].path[part] &&
                !add_source(m, in->split[i].name,
                            catalogue_part_name((enum catalogue_part)part),
                            in->split[i].path[part],
                            &s->source.part[part].facts, err))
                return false;
    }
    return !set->groups.path ||
           add_source(m, "train", "groups", set->groups.path,
                      &set->groups.facts, err);
}

static bool describe_split(struct manifest *m, const struct setrun *set,
                           const struct setrun_split *split, struct error *err)
{
    struct manifest_split *to = &m->split[m->split_count++];
    const char *source = set->input->split[split->source].name;

    to->name = text_copy(split->name, err);
    to->count = split->plan.rows;
    if (strcmp(source, split->name) != 0)
        to->from = text_copy(source, err);
    return to->name && err->code == FAIL_NONE;
}

bool setplace_describe(struct manifest *m, const struct setrun *set,
                       struct error *err)
{
    m->dataset = text_copy(set->input->name, err);
    m->recipe = recipe_to_json(&set->recipe, set->input, err);
    m->classes = calloc(set->class_count + 1, sizeof *m->classes);
    m->split = calloc(set->split_count + 1, sizeof *m->split);
    if (!m->dataset || !m->recipe || !m->classes || !m->split)
        return error_memory(err);
    for (; m->class_count < set->class_count; m->class_count++) {
        m->classes[m->class_count] =
            text_copy(set->class_name[m->class_count], err);
        if (!m->classes[m->class_count])
            return false;
    }
    for (size_t i = 0; i < set->split_count; i++)
        if (set->split[i].written &&
            !describe_split(m, set, &set->split[i], err))
            return false;
    return describe_sources(m, set, err) && describe_files(m, set, err);
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

/* Only what has the form of our own names. A manifest or a marker may have been
 * edited, and what is ours may be removed. */
static bool has_array_form(const char *name)
{
    for (int kind = 0; kind < SET_ARRAYS; kind++) {
        char middle[16];
        snprintf(middle, sizeof middle, "-%s.",
                 set_array_name((enum set_array)kind));
        const char *at = strstr(name, middle);
        if (at && at > name &&
            (!strchr(at + strlen(middle), '.') ||
             text_ends_with(at, ".idx.gz")))
            return true;
    }
    return false;
}

static bool has_our_form(const char *name)
{
    static const char *const endings[] = { ".npz",      ".safetensors",
                                           ".libsvm",   ".csv",
                                           ".tar",      "-ubyte",
                                           OUTPUTS_SUMS };

    if (!manifest_is_file_name(name))
        return false;
    if (strcmp(name, "png") == 0 || strncmp(name, "tfrecord/", 9) == 0 ||
        strstr(name, "/raw/qmnist-") || has_array_form(name))
        return true;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (text_ends_with(name, endings[i]))
            return true;
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

bool setplace_each(const struct setplace *place,
                   bool (*visit)(void *context, const char *name,
                                 struct error *err),
                   void *context, struct error *err)
{
    for (size_t i = 0; i < jsondoc_count(place->ours); i++)
        if (!visit(context, jsondoc_text(jsondoc_at(place->ours, i)), err))
            return false;
    return true;
}

struct naming {
    struct json_t *names;
    struct error *err;
};

static bool add_file(void *context, const struct manifest_file *file)
{
    const struct naming *naming = context;

    add_name(naming->names, file->file, naming->err);
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
            manifest_each_file(&place->manifest, add_file, &naming);
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

/* Of a file in folders of its own. Those that hold anything else stay. */
static void remove_empty_parents(const char *dir, const char *name)
{
    struct error ignored = { 0 };
    char *path = path_join(dir, name, &ignored);

    for (size_t depth = 0; path && name[depth]; depth++) {
        if (name[depth] != '/')
            continue;
        *strrchr(path, '/') = '\0';
        if (rmdir(path) != 0)
            break;
    }
    free(path);
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
        ok = path && folder_remove(path, err);
        free(path);
        remove_empty_parents(dir, name);
    }
    return ok;
}

bool setplace_commit(struct setplace *place, struct setrun *set,
                     const char *tool, bool sync, bool if_changed,
                     struct error *err)
{
    const char *dir = set->output_dir;
    unsigned flags = OUTFILE_REPLACE | (sync ? OUTFILE_SYNC : 0u);
    struct manifest new = { 0 };
    struct json_t *kept = jsondoc_array(err);
    struct naming new_names = { kept, err }, all_names = { place->ours, err };
    char *marker = path_join(dir, MARKER, err);
    char *manifest = path_join(dir, STORE_MANIFEST, err);
    struct outfile staged = { 0 };
    /* All that can fail for want of room, or takes its time, is done before the
     * old set goes. */
    bool ok = marker && manifest && setplace_describe(&new, set, err) &&
              manifest_stage(&new, dir, tool, flags, &staged, err) &&
              (!if_changed || outputs_drop_unchanged(&set->outputs, err));

    if (ok) {
        manifest_each_file(&new, add_file, &new_names);
        manifest_each_file(&new, add_file, &all_names);
    }
    /* From the marker on the directory is not a set until the manifest is
     * there. */
    ok = ok && write_marker(place, marker, flags, err) &&
         file_remove(manifest, err) && outputs_commit(&set->outputs, err) &&
         remove_stale(place, kept, dir, err) && outfile_commit(&staged, err) &&
         file_remove(marker, err);
    outfile_abandon(&staged);
    manifest_release(&new);
    jsondoc_release(kept);
    free(marker);
    free(manifest);
    return ok;
}

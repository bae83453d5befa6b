/* SPDX-License-Identifier: MIT */
/* Is it done already? May we? Then write all, and only then put it in place. */
#include "pipeline/prepare.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/folder.h"
#include "base/text.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
#include "format/treesum.h"
#include "pipeline/depfile.h"
#include "pipeline/groups.h"
#include "pipeline/setplace.h"
#include "pipeline/setrun.h"

/* One preparation, from the first look to the manifest. */
struct preparation {
    const struct prepare_settings *settings;
    struct setrun set;
    struct setplace place; /* what is there */
};

/* ---- is it done already? ---- */

static const struct manifest_source *
find_source(const struct manifest *m, const char *split, const char *part)
{
    for (size_t i = 0; i < m->source_count; i++)
        if (strcmp(m->source[i].split, split) == 0 &&
            strcmp(m->source[i].part, part) == 0)
            return &m->source[i];
    return NULL;
}

/* The facts of a file as it is now. */
static bool look_at(const struct preparation *p, size_t split,
                    const char *path, struct raw_facts *facts)
{
    struct error ignored = { 0 };

    if (p->settings->input->split[split].form == INPUT_TREE)
        return tree_sum_of(path, facts->sha256, &facts->bytes, &ignored);
    return (p->settings->input->dataset &&
            receipt_find(&p->set.receipt, path, facts)) ||
           rawfile_hash_file(path, facts, &ignored);
}

static bool groups_unchanged(const struct preparation *p,
                             const struct manifest_source *noted)
{
    struct error ignored = { 0 };
    struct raw_facts facts = { 0 };
    char *path = groups_path(&p->set, &ignored);
    bool same = path && rawfile_hash_file(path, &facts, &ignored) &&
                strcmp(facts.sha256, noted->facts.sha256) == 0;

    free(path);
    return same;
}

/* Are the raw files those the old set was made of? */
static bool sources_unchanged(const struct preparation *p)
{
    const struct input *in = p->settings->input;
    const struct manifest *m = &p->place.manifest;

    for (size_t i = 0; i < m->source_count; i++) {
        const struct manifest_source *noted = &m->source[i];
        if (strcmp(noted->part, "groups") == 0) {
            if (!groups_unchanged(p, noted))
                return false;
            continue;
        }
        size_t split = input_find_split(in, noted->split);
        struct raw_facts facts = { 0 };
        const char *path = NULL;
        if (split == in->split_count)
            return false;
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (strcmp(noted->part,
                       catalogue_part_name((enum catalogue_part)part)) == 0)
                path = in->split[split].path[part];
        if (!path || strcmp(path_base(path), noted->file) != 0 ||
            !look_at(p, split, path, &facts) ||
            strcmp(facts.sha256, noted->facts.sha256) != 0)
            return false;
    }
    return true;
}

/* Does the old set have a source for each file that would be read? */
static bool sources_complete(const struct preparation *p)
{
    const struct input *in = p->settings->input;

    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; p->set.recipe.split[i] && part < CATALOGUE_PARTS;
             part++)
            if (in->split[i].path[part] &&
                !find_source(&p->place.manifest, in->split[i].name,
                             catalogue_part_name((enum catalogue_part)part)))
                return false;
    return true;
}

/* The names that the catalogue has now. Those of one's own data come from the
 * data itself. */
static bool same_classes(const struct manifest *m, const struct setrun *set)
{
    const struct catalogue_dataset *d = set->input->dataset;
    const struct recipe *r = &set->recipe;
    uint64_t base = d && r->as_published ? d->label_base : 0;
    size_t count = !d           ? m->class_count
                   : r->relabel ? r->class_count
                                : d->class_count + (size_t)base;
    bool same = m->class_count == count;

    for (size_t i = 0; d && same && i < count; i++)
        same = strcmp(m->classes[i],
                      catalogue_class_name(
                          d, base, r->relabel ? r->class_list[i] : i)) == 0;
    return same;
}

/* Constants of each pixel that were given, not fitted. */
static bool same_moments(const struct preparation *p)
{
    const struct pixel_moments *new = p->set.recipe.scale.pixel;
    struct pixel_moments old = { 0 };
    struct error ignored = { 0 };

    if (!p->set.recipe.fitted_on[0] || !new)
        return true;
    size_t bytes = new->pixels * sizeof(double);
    bool same =
        recipe_moments_from_json(&old, p->place.manifest.recipe, &ignored) &&
        old.pixels == new->pixels &&memcmp(old.mean, new->mean, bytes) == 0 &&
        memcmp(old.std, new->std, bytes) == 0;
    pixel_moments_release(&old);
    return same;
}

static bool is_current(const struct preparation *p)
{
    const struct manifest *m = &p->place.manifest;
    struct error ignored = { 0 };
    struct recipe old;

    return p->place.has_manifest && !p->place.incomplete &&
           strcmp(m->dataset, p->settings->input->name) == 0 &&
           recipe_from_json(&old, m->recipe, p->settings->input, &ignored) &&
           recipe_equal(&old, &p->set.recipe) && same_moments(p) &&
           same_classes(m, &p->set) &&
           manifest_files_fit(m, p->settings->output_dir, &ignored) &&
           sources_complete(p) && sources_unchanged(p);
}

/* ---- may we? ---- */

/* Two datasets in one place are a mistake that would cost the first. */
static bool refuse_other_set(const struct preparation *p, struct error *err)
{
    const struct manifest *m = &p->place.manifest;

    if (p->settings->force || !p->place.has_manifest ||
        strcmp(m->dataset, p->settings->input->name) == 0)
        return true;
    return error_set(
        err, FAIL_USAGE,
        "'%s' holds the prepared set of %s; use --force to replace "
        "it, or another --output",
        p->settings->output_dir, m->dataset);
}

/* What is read would be lost, by whatever name it is reached. */
static bool refuse_source(const struct preparation *p, const char *path,
                          struct error *err)
{
    const struct input *in = p->settings->input;

    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (in->split[i].path[part] &&
                (file_is_same(in->split[i].path[part], path) ||
                 path_is_within(in->split[i].path[part], path)))
                return error_set(err, FAIL_USAGE,
                                 "'%s' is to be read and would be replaced; "
                                 "choose another --output",
                                 path);
    return true;
}

/* Files of the old set go, even if the new one has none of their names. */
static bool refuse_old_source(void *context, const char *name,
                              struct error *err)
{
    const struct preparation *p = context;
    char *path = path_join(p->settings->output_dir, name, err);
    bool ok = path && refuse_source(p, path, err);

    free(path);
    return ok;
}

struct refusal {
    const struct preparation *p;
    struct error *err;
};

/* Folders are replaced as a whole, with what somebody may have put there. */
static bool refuse_strangers(void *context, const struct manifest_file *file)
{
    const struct refusal *r = context;
    uint64_t files = 0, bytes = 0;
    struct error ignored = { 0 };
    bool ok = true;

    if (!file->is_folder)
        return true;
    char *path = path_join(r->p->settings->output_dir, file->file, r->err);
    if (path && file_exists(path) &&
        folder_measure(path, &files, &bytes, &ignored) && files > file->files)
        ok = error_set(r->err, FAIL_USAGE,
                       "'%s' holds files that were not made by mnistprep; use "
                       "--force to replace it, or another --output",
                       path);
    free(path);
    return path && ok;
}

static bool refuse_losses(struct preparation *p, struct error *err)
{
    struct refusal refusal = { p, err };

    return setplace_each(&p->place, refuse_old_source, p, err) &&
           (p->settings->force || !p->place.has_manifest ||
            manifest_each_file(&p->place.manifest, refuse_strangers, &refusal));
}

static bool allow_file(void *context, const char *name, const char *path,
                       struct error *err)
{
    const struct preparation *p = context;

    if (!refuse_source(p, path, err))
        return false;
    if (p->settings->force || !file_exists(path) ||
        setplace_is_ours(&p->place, name))
        return true;
    return error_set(err, FAIL_USAGE,
                     "'%s' exists and was not made by mnistprep; use --force "
                     "to replace it, or another --output",
                     path);
}

/* ---- write all ---- */

static bool check_constants(const struct preparation *p, struct error *err)
{
    const struct scale *got = &p->set.recipe.scale;
    const struct scale *wanted = &p->settings->expected;
    bool same = got->mode != wanted->mode ||
                (got->mean == wanted->mean && got->std == wanted->std);

    if (got->mode == SCALE_PIXEL_STANDARD && got->mode == wanted->mode)
        same = got->pixel->pixels == wanted->pixel->pixels &&
               memcmp(got->pixel->mean, wanted->pixel->mean,
                      got->pixel->pixels * sizeof(double)) == 0 &&
               memcmp(got->pixel->std, wanted->pixel->std,
                      got->pixel->pixels * sizeof(double)) == 0;
    return same ||
           error_set(err, FAIL_DATA,
                     "the recipe's constants do not come out of these files: "
                     "they are not those it was made with");
}

static bool make_set(struct preparation *p, struct error *err)
{
    const struct prepare_settings *s = p->settings;

    outputs_init(&p->set.outputs, s->output_dir,
                 s->dry_run ? OUTPUTS_NAMES : OUTPUTS_WRITE,
                 OUTFILE_REPLACE | (s->sync ? OUTFILE_SYNC : 0u));
    p->set.outputs.allow = allow_file;
    p->set.outputs.context = p;
    if (!setrun_plan(&p->set, err))
        return false;
    if (s->dry_run)
        return setrun_open_outputs(&p->set, err);
    return setrun_fit_scale(&p->set, err) && check_constants(p, err) &&
           setrun_open_outputs(&p->set, err) && setrun_write(&p->set, err) &&
           setplace_commit(&p->place, &p->set, s->tool, s->sync, s->if_changed,
                           err);
}

/* ---- for make ---- */

/* A copy of the manifest: tool, recipe, hashes of the sources. */
static bool write_stamp(const struct prepare_settings *s, struct error *err)
{
    enum { MANIFEST_MAX = 64 << 20 };
    char *path = path_join(s->output_dir, STORE_MANIFEST, err);
    struct reader *in = path ? file_reader_open(path, err) : NULL;
    size_t n = 0;
    unsigned char *text = in ? reader_rest(in, MANIFEST_MAX, &n, err) : NULL;
    bool ok = text && outfile_put(s->stamp, text, n, OUTFILE_REPLACE, err);

    reader_close(in);
    free(text);
    free(path);
    return ok;
}

static bool write_depfile(const struct preparation *p, struct error *err)
{
    const struct prepare_settings *s = p->settings;
    const struct input *in = s->input;
    size_t most = in->split_count * CATALOGUE_PARTS + s->also_count + 1;
    const char **list = calloc(most, sizeof *list);
    char *manifest = path_join(s->output_dir, STORE_MANIFEST, err);
    size_t count = 0;

    if (!list || !manifest) {
        free(list);
        free(manifest);
        return error_memory(err);
    }
    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; p->set.recipe.split[i] && part < CATALOGUE_PARTS;
             part++)
            if (in->split[i].path[part] &&
                (part == 0 || in->split[i].form != INPUT_NPZ))
                list[count++] = in->split[i].path[part];
    for (size_t i = 0; i < s->also_count; i++)
        list[count++] = s->also[i];
    bool ok = depfile_write(s->depfile, s->stamp ? s->stamp : manifest, list,
                            count, err);
    free(list);
    free(manifest);
    return ok;
}

/* The stamp comes last: it says that all the others are there. */
static bool tell_make(const struct preparation *p, struct error *err)
{
    const struct prepare_settings *s = p->settings;

    return s->dry_run || ((!s->depfile || write_depfile(p, err)) &&
                          (!s->stamp || write_stamp(s, err)));
}

/* ---- the whole ---- */

struct visitor {
    void (*visit)(void *context, const char *path);
    void *context;
};

static bool visit_name(struct preparation *p, const char *name,
                       const struct visitor *v, struct error *err)
{
    char *path = path_join(p->settings->output_dir, name, err);

    if (path)
        v->visit(v->context, path);
    free(path);
    return path != NULL;
}

struct visiting {
    struct preparation *p;
    const struct visitor *v;
    struct error *err;
};

static bool visit_noted(void *context, const struct manifest_file *file)
{
    const struct visiting *to = context;
    return visit_name(to->p, file->file, to->v, to->err);
}

/* Of the set that is there, or of the one that is, or would be, made. */
static bool visit_all(struct preparation *p, enum prepare_outcome outcome,
                      const struct visitor *v, struct error *err)
{
    const struct outputs *o = &p->set.outputs;
    struct visiting to = { p, v, err };
    bool ok = outcome != PREPARE_CURRENT ||
              manifest_each_file(&p->place.manifest, visit_noted, &to);

    for (size_t i = 0; ok && i < o->count; i++)
        ok = visit_name(p, o->file[i]->name, v, err);
    for (size_t i = 0; ok && i < o->tree_count; i++)
        ok = visit_name(p, o->tree[i].name, v, err);
    return ok && visit_name(p, STORE_MANIFEST, v, err);
}

bool prepare_dataset(const struct prepare_settings *settings,
                     enum prepare_outcome *outcome,
                     void (*visit)(void *context, const char *path),
                     void *context, struct error *err)
{
    struct preparation p = { .settings = settings };
    struct visitor visitor = { visit, context };
    struct directory_lock lock = { 0 };

    bool ok = setrun_init(&p.set, settings->input, settings->raw_dir,
                          settings->data_dir,
                          settings->dry_run ? NULL : settings->output_dir,
                          &settings->recipe, settings->jobs, err) &&
              setrun_has_sources(&p.set, err);
    bool was_there = file_exists(settings->output_dir);
    if (ok && !settings->dry_run) {
        ok = directory_make(settings->output_dir, err) &&
             directory_lock(&lock, settings->output_dir, &settings->wait, err);
        if (ok)
            directory_sweep(settings->output_dir);
    }
    ok = ok &&
         setplace_look(&p.place, settings->output_dir, settings->force, err);
    if (ok && !settings->force && is_current(&p)) {
        *outcome = PREPARE_CURRENT;
    } else if (ok) {
        *outcome = settings->dry_run ? PREPARE_WANTED : PREPARE_MADE;
        ok = refuse_other_set(&p, err) && refuse_losses(&p, err) &&
             make_set(&p, err);
    }
    ok = ok && tell_make(&p, err);
    if (ok && visit)
        ok = visit_all(&p, *outcome, &visitor, err);
    setrun_release(&p.set);
    setplace_release(&p.place);
    directory_unlock(&lock);
    if (!ok && !was_there)
        (void)rmdir(settings->output_dir); /* of use only with files in it */
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* Is it done already? May we? Then write all, and only then put it in place. */
#include "pipeline/prepare.h"

#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
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

/* Are the raw files those the old set was made of? */
static bool sources_unchanged(const struct preparation *p)
{
    const struct prepare_settings *s = p->settings;

    for (size_t i = 0; i < s->dataset->split_count; i++) {
        for (int part = 0; p->set.recipe.split[i] && part < CATALOGUE_PARTS;
             part++) {
            const struct manifest_source *noted =
                find_source(&p->place.manifest, s->dataset->split[i].name,
                            catalogue_part_name((enum catalogue_part)part));
            struct error ignored = { 0 };
            struct raw_facts facts;
            char *path = path_join(
                s->raw_dir, s->dataset->split[i].part[part].name, &ignored);
            bool same = path && noted &&
                        (receipt_find(&p->set.receipt, path, &facts) ||
                         rawfile_hash_file(path, &facts, &ignored)) &&
                        strcmp(facts.sha256, noted->facts.sha256) == 0;
            free(path);
            if (!same)
                return false;
        }
    }
    return true;
}

static bool same_classes(const struct manifest *m, const struct setrun *set)
{
    bool same = m->class_count == set->classes;

    for (size_t i = 0; same && i < set->classes; i++)
        same = strcmp(m->classes[i],
                      catalogue_class_name(set->dataset, set->label_base, i)) ==
               0;
    return same;
}

static bool is_current(const struct preparation *p)
{
    struct error ignored = { 0 };
    struct recipe old;

    const struct manifest *m = &p->place.manifest;

    return p->place.has_manifest && !p->place.incomplete &&
           same_classes(m, &p->set) &&
           recipe_from_json(&old, m->recipe, p->settings->dataset, &ignored) &&
           recipe_equal(&old, &p->set.recipe) &&
           manifest_files_fit(m, p->settings->output_dir, &ignored) &&
           sources_unchanged(p);
}

/* ---- may we? ---- */

/* Two datasets in one place are a mistake that would cost the first. */
static bool refuse_other_set(const struct preparation *p, struct error *err)
{
    const struct manifest *m = &p->place.manifest;

    if (p->settings->force || !p->place.has_manifest ||
        strcmp(m->dataset, p->settings->dataset->name) == 0)
        return true;
    return error_set(
        err, FAIL_USAGE,
        "'%s' holds the prepared set of %s; use --force to replace "
        "it, or another --output",
        p->settings->output_dir, m->dataset);
}

static bool refuse_foreign(void *context, const struct setrun_file *f,
                           struct error *err)
{
    const struct preparation *p = context;

    if (p->settings->force || !file_exists(f->path) ||
        setplace_is_ours(&p->place, path_base(f->path)))
        return true;
    return error_set(err, FAIL_USAGE,
                     "'%s' exists and was not made by mnistprep; use --force "
                     "to replace it, or another --output",
                     f->path);
}

static bool check_recipe(const struct recipe *r,
                         const struct catalogue_dataset *d, struct error *err)
{
    if (r->label_dtype == DTYPE_U8 && d->class_count > 256)
        return error_set(err, FAIL_USAGE,
                         "--label-dtype u8 cannot hold %zu classes; use i32",
                         d->class_count);
    return true;
}

/* ---- write all ---- */

static bool create_file(void *context, const struct setrun_file *f,
                        struct error *err)
{
    struct preparation *p = context;
    struct array_info info = splitrun_info(&p->set.run[f->split], f->kind);
    unsigned flags = OUTFILE_REPLACE | (p->settings->sync ? OUTFILE_SYNC : 0u);

    return arrayfile_create(f->file, f->path, p->set.recipe.format[f->format],
                            &info, flags, err);
}

static bool make_set(struct preparation *p, struct error *err)
{
    return setrun_fit_scale(&p->set, err) &&
           setrun_open_sources(&p->set, err) &&
           setrun_each_file(&p->set, create_file, p, err) &&
           setrun_write(&p->set, err) &&
           setplace_commit(&p->place, &p->set, p->settings->tool,
                           p->settings->sync, err);
}

/* ---- the whole ---- */

struct visitor {
    void (*visit)(void *context, const char *path);
    void *context;
};

static bool visit_file(void *context, const struct setrun_file *f,
                       struct error *err)
{
    const struct visitor *v = context;

    (void)err;
    v->visit(v->context, f->path);
    return true;
}

static bool visit_all(struct preparation *p, struct visitor *v,
                      struct error *err)
{
    char *manifest = path_join(p->settings->output_dir, STORE_MANIFEST, err);
    bool ok = manifest && setrun_each_file(&p->set, visit_file, v, err);

    if (ok)
        v->visit(v->context, manifest);
    free(manifest);
    return ok;
}

bool prepare_dataset(const struct prepare_settings *settings,
                     enum prepare_outcome *outcome,
                     void (*visit)(void *context, const char *path),
                     void *context, struct error *err)
{
    struct preparation p = { .settings = settings };
    struct visitor visitor = { visit, context };
    struct directory_lock lock = { 0 };

    bool ok = check_recipe(&settings->recipe, settings->dataset, err) &&
              setrun_init(&p.set, settings->dataset, settings->raw_dir,
                          settings->output_dir, &settings->recipe,
                          settings->jobs, err) &&
              setrun_has_sources(&p.set, err);
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
        ok = refuse_other_set(&p, err) &&
             setrun_each_file(&p.set, refuse_foreign, &p, err) &&
             (settings->dry_run ? setrun_open_sources(&p.set, err)
                                : make_set(&p, err));
    }
    if (ok && visit)
        ok = visit_all(&p, &visitor, err);
    setrun_release(&p.set);
    setplace_release(&p.place);
    directory_unlock(&lock);
    return ok;
}

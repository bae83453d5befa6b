/* SPDX-License-Identifier: MIT */
/* prep again, with comparison in the place of writing. */
#include "pipeline/setverify.h"

#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "dataset/store.h"
#include "pipeline/setplace.h"
#include "pipeline/setrun.h"

struct verification {
    struct setrun set;
    struct manifest manifest;
    const char *dir;
    setverify_visitor *visit;
    void *context;
};

static void judge(const struct verification *v, const char *file, bool there,
                  const char *problem)
{
    if (!there)
        v->visit(v->context, file, SETVERIFY_MISSING, NULL);
    else
        v->visit(v->context, file, problem ? SETVERIFY_DAMAGED : SETVERIFY_OK,
                 problem);
}

static bool compare_size(void *context, const struct manifest_array *array)
{
    const struct verification *v = context;
    struct manifest_split split = { .array = { *array } };
    struct manifest one = { .split = &split, .split_count = 1 };
    struct error problem = { 0 };

    char *path = path_join(v->dir, array->file, &problem);
    bool there = path && file_exists(path);
    bool fits = there && manifest_files_fit(&one, v->dir, &problem);
    judge(v, array->file, there, fits ? NULL : problem.text);
    free(path);
    return true;
}

static bool open_file(void *context, const struct setrun_file *f,
                      struct error *err)
{
    struct verification *v = context;
    struct array_info info = splitrun_info(&v->set.run[f->split], f->kind);
    struct error problem = { 0 };

    if (arrayfile_compare(f->file, f->path, v->set.recipe.format[f->format],
                          &info, &problem))
        return true;
    if (!file_exists(f->path)) {
        f->file->difference = problem; /* a missing file is a difference */
        return true;
    }
    return error_set(err, problem.code, "%s", problem.text);
}

static bool report_file(void *context, const struct setrun_file *f,
                        struct error *err)
{
    const struct verification *v = context;
    const struct error *difference = &f->file->difference;

    (void)err;
    judge(v, path_base(f->path), file_exists(f->path),
          difference->code == FAIL_NONE ? NULL : difference->text);
    return true;
}

static bool is_there(void *context, const struct setrun_file *f,
                     struct error *err)
{
    (void)context;
    (void)err;
    return f->file->to != NULL;
}

/* A source that was packed again is the same source. */
static void forgive_repacking(struct manifest *made,
                              const struct manifest *noted)
{
    for (size_t i = 0; i < made->source_count && i < noted->source_count; i++)
        if (strcmp(made->source[i].facts.payload_sha256,
                   noted->source[i].facts.payload_sha256) == 0)
            made->source[i].facts = noted->source[i].facts;
}

/* The manifest is a file of the set, too: it has to say what is made anew. */
static bool report_manifest(struct verification *v, struct error *err)
{
    struct manifest made = { 0 };
    struct error ignored = { 0 };
    bool ok = true, same = true;

    if (setrun_each_file(&v->set, is_there, v, &ignored)) {
        ok = setplace_describe(&made, &v->set, err);
        forgive_repacking(&made, &v->manifest);
        same = ok && manifest_equal(&made, &v->manifest);
    }
    if (ok)
        judge(v, STORE_MANIFEST, true,
              same ? NULL : "it does not describe this set and its sources");
    manifest_release(&made);
    return ok;
}

static bool recompute(struct verification *v, struct error *err)
{
    /* What was fitted on the data is fitted again, not believed. */
    return setrun_fit_scale(&v->set, err) &&
           setrun_open_sources(&v->set, err) &&
           setrun_each_file(&v->set, open_file, v, err) &&
           setrun_write(&v->set, err) &&
           setrun_each_file(&v->set, report_file, v, err) &&
           report_manifest(v, err);
}

bool setverify(const struct catalogue_dataset *dataset, const char *raw_dir,
               const char *prepared_dir, unsigned jobs, bool *recomputed,
               setverify_visitor *visit, void *context, struct error *err)
{
    struct verification v = { .dir = prepared_dir,
                              .visit = visit,
                              .context = context };
    struct recipe recipe;

    bool ok =
        manifest_read(&v.manifest, prepared_dir, err) &&
        recipe_from_json(&recipe, v.manifest.recipe, dataset, err) &&
        setrun_init(&v.set, dataset, raw_dir, prepared_dir, &recipe, jobs, err);
    struct error missing = { 0 };
    *recomputed = ok && *recomputed && setrun_has_sources(&v.set, &missing);
    if (*recomputed)
        ok = recompute(&v, err);
    else if (ok)
        ok = manifest_each_file(&v.manifest, compare_size, &v);
    setrun_release(&v.set);
    manifest_release(&v.manifest);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* prep again, with comparison in the place of writing. */
#include "pipeline/setverify.h"

#include "base/directory.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "pipeline/setrun.h"

struct verification {
    struct setrun set;
    struct manifest manifest;
    const char *dir;
    void (*visit)(void *context, const char *file, const char *problem);
    void *context;
};

static bool compare_size(void *context, const struct manifest_array *array)
{
    const struct verification *v = context;
    struct manifest_split split = { .array = { *array } };
    struct manifest one = { .split = &split, .split_count = 1 };
    struct error problem = { 0 };

    bool fits = manifest_files_fit(&one, v->dir, &problem);
    v->visit(v->context, array->file, fits ? NULL : problem.text);
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
    v->visit(v->context, path_base(f->path),
             difference->code == FAIL_NONE ? NULL : difference->text);
    return true;
}

static bool recompute(struct verification *v, struct error *err)
{
    /* What was fitted on the data is fitted again, not believed. */
    return setrun_fit_scale(&v->set, err) &&
           setrun_open_sources(&v->set, err) &&
           setrun_each_file(&v->set, open_file, v, err) &&
           setrun_write(&v->set, err) &&
           setrun_each_file(&v->set, report_file, v, err);
}

bool setverify(const struct catalogue_dataset *dataset, const char *raw_dir,
               const char *prepared_dir, unsigned jobs, bool *recomputed,
               void (*visit)(void *context, const char *file,
                             const char *problem),
               void *context, struct error *err)
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
    *recomputed = ok && setrun_has_sources(&v.set, &missing);
    if (*recomputed)
        ok = recompute(&v, err);
    else if (ok)
        ok = manifest_each_file(&v.manifest, compare_size, &v);
    setrun_release(&v.set);
    manifest_release(&v.manifest);
    return ok;
}

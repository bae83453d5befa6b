/* SPDX-License-Identifier: MIT */
/* prep again, with comparison in the place of writing. */
#include "pipeline/setverify.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
#include "pipeline/foldersums.h"
#include "pipeline/setplace.h"
#include "pipeline/setrun.h"

struct verification {
    struct setrun set;
    struct manifest manifest;
    const char *dir;
    setverify_visitor *visit;
    void *context;
    bool has_sums; /* SHA256SUMS is there, and right */
    struct error failure;
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

/* The hash, when the size is right already. */
static bool has_sum(const char *path, const char sha256[DIGEST_TEXT],
                    struct error *problem)
{
    struct raw_facts facts;

    return rawfile_hash_file(path, &facts, problem) &&
           (strcmp(facts.sha256, sha256) == 0 ||
            error_set(problem, FAIL_DATA,
                      "'%s' has not the SHA-256 that dataset.json says", path));
}

/* By hash, where there is one: its own, or those of a folder's files in
 * SHA256SUMS. */
static bool is_as_noted(const struct verification *v,
                        const struct manifest_file *file, const char *path,
                        struct error *problem)
{
    if (!manifest_file_fits(file, v->dir, problem))
        return false;
    if (file->sha256[0] != '\0')
        return has_sum(path, file->sha256, problem);
    return !file->is_folder || !v->has_sums ||
           folder_sums_check(v->dir, file->file, file->files, problem);
}

/* Without the sources: what the manifest says of a file. A signal ends it. */
static bool compare_noted(void *context, const struct manifest_file *file)
{
    struct verification *v = context;
    struct error problem = { 0 };
    bool summed = file->sha256[0] != '\0' || (file->is_folder && v->has_sums);

    char *path = path_join(v->dir, file->file, &problem);
    bool there = path && file_exists(path);
    bool fits = there && is_as_noted(v, file, path, &problem);
    free(path);
    if (problem.code == FAIL_INTERRUPTED) {
        v->failure = problem;
        return false;
    }
    if (fits && !summed)
        v->visit(v->context, file->file, SETVERIFY_SIZE_ONLY, NULL);
    else
        judge(v, file->file, there, fits ? NULL : problem.text);
    return true;
}

static bool finds_sums(void *context, const struct manifest_file *file)
{
    struct verification *v = context;
    struct error ignored = { 0 };
    char *path = path_join(v->dir, file->file, &ignored);

    if (path && strcmp(file->file, OUTPUTS_SUMS) == 0 &&
        file->sha256[0] != '\0')
        v->has_sums = has_sum(path, file->sha256, &ignored);
    free(path);
    return true;
}

static bool compare_all_noted(struct verification *v, struct error *err)
{
    return manifest_each_file(&v->manifest, finds_sums, v) &&
           (manifest_each_file(&v->manifest, compare_noted, v) ||
            error_pass(err, &v->failure));
}

/* False when one is missing. */
static bool report_files(const struct verification *v)
{
    const struct outputs *o = &v->set.outputs;
    bool all = true;

    for (size_t i = 0; i < o->count + o->tree_count; i++) {
        bool file = i < o->count;
        const char *path = file ? o->file[i]->path : o->tree[i - o->count].path;
        const char *name = file ? o->file[i]->name : o->tree[i - o->count].name;
        const struct error *difference =
            file ? &o->file[i]->difference : &o->tree[i - o->count].difference;
        bool there = file_exists(path);
        all = all && there;
        judge(v, name, there,
              difference->code == FAIL_NONE ? NULL : difference->text);
    }
    return all;
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

static void forgive_sum(char made[DIGEST_TEXT], const char noted[DIGEST_TEXT])
{
    if (made[0] == '\0')
        memcpy(made, noted, DIGEST_TEXT);
}

/* A file that differs has no sum here: that is its fault, not the
 * manifest's. */
static void forgive_sums(struct manifest *made, const struct manifest *noted)
{
    for (size_t i = 0; i < made->split_count && i < noted->split_count; i++) {
        struct manifest_split *to = &made->split[i];
        const struct manifest_split *from = &noted->split[i];
        for (int kind = 0; kind < SET_ARRAYS; kind++)
            forgive_sum(to->array[kind].sha256, from->array[kind].sha256);
        for (size_t j = 0; j < to->more_count && j < from->more_count; j++)
            forgive_sum(to->more[j].sha256, from->more[j].sha256);
    }
    for (size_t i = 0; i < made->file_count && i < noted->file_count; i++)
        forgive_sum(made->file[i].sha256, noted->file[i].sha256);
    /* The list of sums had none itself in sets that were made long ago. */
    for (size_t i = 0; i < made->file_count && i < noted->file_count; i++)
        if (strcmp(noted->file[i].file, OUTPUTS_SUMS) == 0 &&
            noted->file[i].sha256[0] == '\0')
            made->file[i].sha256[0] = '\0';
}

/* The manifest is a file of the set, too: it has to say what is made anew. */
static bool report_manifest(struct verification *v, bool all_there,
                            struct error *err)
{
    struct manifest made = { 0 };
    bool ok = true, same = true;

    if (all_there) {
        ok = setplace_describe(&made, &v->set, err);
        forgive_repacking(&made, &v->manifest);
        forgive_sums(&made, &v->manifest);
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
    outputs_init(&v->set.outputs, v->dir, OUTPUTS_COMPARE, 0);
    /* What was fitted on the data is fitted again, not believed. */
    return setrun_plan(&v->set, err) && setrun_fit_scale(&v->set, err) &&
           setrun_open_outputs(&v->set, err) && setrun_write(&v->set, err) &&
           report_manifest(v, report_files(v), err);
}

bool setverify(const struct catalogue_dataset *dataset, const char *raw_dir,
               const char *data_dir, const char *prepared_dir, unsigned jobs,
               bool *recomputed, setverify_visitor *visit, void *context,
               struct error *err)
{
    struct verification v = { .dir = prepared_dir,
                              .visit = visit,
                              .context = context };
    struct pixel_moments moments = { 0 };
    struct input input = { 0 };
    struct recipe recipe;

    bool ok = manifest_read(&v.manifest, prepared_dir, err);
    if (!dataset) {
        *recomputed = false;
        ok = ok && compare_all_noted(&v, err);
        manifest_release(&v.manifest);
        return ok;
    }
    ok = ok && input_of_dataset(&input, dataset, raw_dir, err) &&
         recipe_from_json(&recipe, v.manifest.recipe, &input, err);
    if (ok && recipe.fitted_on[0] &&
        recipe.scale.mode == SCALE_PIXEL_STANDARD) {
        ok = recipe_moments_from_json(&moments, v.manifest.recipe, err);
        recipe.scale.pixel = &moments;
    }
    ok = ok && setrun_init(&v.set, &input, raw_dir, data_dir, NULL, &recipe,
                           jobs, err);
    struct error missing = { 0 };
    *recomputed = ok && *recomputed && setrun_has_sources(&v.set, &missing);
    if (*recomputed)
        ok = recompute(&v, err);
    else if (ok)
        ok = compare_all_noted(&v, err);
    setrun_release(&v.set);
    pixel_moments_release(&moments);
    input_release(&input);
    manifest_release(&v.manifest);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* Is it done already? May we? Then write all, and only then put it in place. */
#include "pipeline/prepare.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/folder.h"
#include "base/path.h"
#include "base/sizes.h"
#include "base/text.h"
#include "dataset/store.h"
#include "pipeline/depfile.h"
#include "pipeline/setcurrent.h"
#include "pipeline/setplace.h"
#include "pipeline/setrun.h"

/* One preparation, from the first look to the manifest. */
struct preparation {
    const struct prepare_settings *settings;
    struct setrun set;
    struct setplace place; /* what is there */
};

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

static bool refuse_input(const char *input, const char *output,
                         struct error *err)
{
    if (!input ||
        (!file_is_same(input, output) && !path_is_within(input, output)))
        return true;
    return error_set(err, FAIL_USAGE,
                     "'%s' is to be read and would be replaced; choose another "
                     "name, or another --output",
                     output);
}

/* What is read would be lost, by whatever name it is reached. */
static bool refuse_source(const struct preparation *p, const char *path,
                          struct error *err)
{
    const struct prepare_settings *s = p->settings;
    const struct input *in = s->input;

    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (!refuse_input(in->split[i].path[part], path, err))
                return false;
    for (size_t i = 0; i < s->also_count; i++)
        if (!refuse_input(s->also[i], path, err))
            return false;
    return true;
}

/* Nor may what make is told by, nor be one of it the other. */
static bool spare_sources(const struct preparation *p, struct error *err)
{
    const struct prepare_settings *s = p->settings;

    if (s->stamp && s->depfile && path_will_be_within(s->stamp, s->depfile))
        return error_set(err, FAIL_USAGE,
                         "--stamp and --depfile name the same file '%s'",
                         s->stamp);
    return (!s->stamp || refuse_source(p, s->stamp, err)) &&
           (!s->depfile || refuse_source(p, s->depfile, err));
}

/* `path` is a file or folder of the set: neither is it a name for these. */
static bool refuse_told(const struct preparation *p, const char *path,
                        struct error *err)
{
    const char *told[] = { p->settings->stamp, p->settings->depfile };

    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (told[i] &&
            (file_is_same(told[i], path) || path_will_be_within(told[i], path)))
            return error_set(err, FAIL_USAGE,
                             "%s '%s' would replace a file of the set; choose "
                             "another name",
                             i == 0 ? "--stamp" : "--depfile", told[i]);
    return true;
}

static bool refuse_told_name(void *context, const char *name, struct error *err)
{
    const struct preparation *p = context;
    char *path = path_join(p->settings->output_dir, name, err);
    bool ok = path && refuse_told(p, path, err);

    free(path);
    return ok;
}

/* Of the set that is there; allow_file() asks for those to come. */
static bool spare_set(struct preparation *p, struct error *err)
{
    return refuse_told_name(p, STORE_MANIFEST, err) &&
           setplace_each(&p->place, refuse_told_name, p, err);
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

    if (!refuse_source(p, path, err) || !refuse_told(p, path, err))
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
    bool ok = text && outfile_put(s->stamp, text, n,
                                  OUTFILE_REPLACE | OUTFILE_DEVICE, err);

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

/* Says why, too. */
static bool is_current(const struct preparation *p)
{
    const struct prepare_settings *s = p->settings;
    struct error why = { 0 };
    bool current =
        s->force ? error_set(&why, FAIL_STALE, "--force asks for it")
                 : set_is_current(&p->set, &p->place, s->output_dir, &why);

    if (s->because)
        s->because(s->because_context, current,
                   current ? "the recipe, its sources and the sizes of its "
                             "files are as dataset.json says"
                           : why.text);
    return current;
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
    ok = ok && spare_sources(&p, err);
    bool was_there = file_exists(settings->output_dir);
    if (ok && !settings->dry_run) {
        ok = directory_make(settings->output_dir, err) &&
             directory_lock(&lock, settings->output_dir, &settings->wait, err);
        if (ok)
            directory_sweep(settings->output_dir);
    } else if (ok) {
        ok = directory_can_make(settings->output_dir, err);
    }
    ok = ok &&
         setplace_look(&p.place, settings->output_dir, settings->force, err) &&
         spare_set(&p, err);
    if (ok && is_current(&p)) {
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

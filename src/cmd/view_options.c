/* SPDX-License-Identifier: MIT */
/* From words to an opened view. */
#include "cmd/view_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "cmd/own_options.h"
#include "dataset/filename.h"

static bool check(const struct view_options *o, struct error *err)
{
    bool images = o->images.count > 0, own = o->from || images;

    if (o->images.count > 1 || o->labels.count > 1)
        return error_set(err, FAIL_USAGE,
                         "--%s is given twice; one split is looked at, so one "
                         "--images and one --labels",
                         o->images.count > 1 ? "images" : "labels");
    if (o->prepared + (o->from != NULL) + images > 1)
        return error_set(err, FAIL_USAGE,
                         "--prepared, --from and --images exclude each other");
    if (o->labels.count > 0 && !images)
        return error_set(err, FAIL_USAGE, "--labels goes with --images");
    if (o->as_published && (own || o->prepared))
        return error_set(err, FAIL_USAGE,
                         "--as-published is about the raw files of a dataset; "
                         "it goes with neither --prepared nor --from nor "
                         "--images");
    if ((o->label_column != INPUT_LABEL_AUTO || o->shape) && !own)
        return error_set(err, FAIL_USAGE,
                         "--label-column and --shape are about tables of one's "
                         "own; they go with --from or --images");
    return true;
}

static bool has_manifest(const char *dir)
{
    return folder_has(dir, STORE_MANIFEST);
}

/* ---- the kinds of data ---- */

/* Where the dataset of this name lies: one of the catalogue, or one that prep
 * has made of one's own data. */
static bool find_store(struct opened_view *to, const struct common *common,
                       const char *name, struct error *err)
{
    const struct catalogue *known = &to->datasets.catalogue;

    return catalogue_load(&to->datasets.catalogue, common->catalogue, err) &&
           (filename_is_plain(name) || datasets_find(known, name, err)) &&
           store_init(&to->store, common->data_dir, name, err);
}

static bool open_raw(struct opened_view *to, const struct view_options *o,
                     unsigned flags, const char *name, struct error *err)
{
    const struct catalogue *known = &to->datasets.catalogue;

    if (!catalogue_find(known, name) && has_manifest(to->store.prepared))
        return error_set(err, FAIL_USAGE,
                         "'%s' is data of one's own that was prepared; say "
                         "--prepared to look at that",
                         name);
    const struct catalogue_dataset *d = datasets_find(known, name, err);
    if (o->as_published)
        flags |= SOURCE_AS_PUBLISHED;
    return d && view_of_dataset(&to->view, d, to->store.raw, flags, err);
}

static bool open_prepared(struct opened_view *to, unsigned flags,
                          const char *name, struct error *err)
{
    const struct catalogue *known = &to->datasets.catalogue;

    if (has_manifest(to->store.prepared))
        return view_of_prepared(&to->view, to->store.prepared, known, flags,
                                err);
    return datasets_find(known, name, err) &&
           error_set(err, FAIL_SYSTEM,
                     "'%s/" STORE_MANIFEST "' is missing; run 'mnistprep prep "
                     "%s' first",
                     to->store.prepared, name);
}

/* One's own data may have the name of a dataset here: nothing is written. */
static bool open_own(struct opened_view *to, const struct view_options *o,
                     const struct common *common, const char *split,
                     unsigned flags, int argc, char **argv, struct error *err)
{
    const char *name = argc > 0 ? argv[0] : NULL;
    struct source_table table = { .label = o->label_column };
    struct input in = { 0 };
    bool ok =
        own_size_parse("--shape", o->shape, &table.height, &table.width, err) &&
        (o->from ? input_look_at_path(&in, name, o->from, split, err)
                 : input_add_files(&in, name, o->images.text[0],
                                   o->labels.count ? o->labels.text[0] : NULL,
                                   split, err)) &&
        own_tables_check(o->label_column, o->shape, &in, err) &&
        view_of_input(&to->view, &in, &table, flags, err) &&
        store_init(&to->store, common->data_dir, to->view.name, err);

    input_release(&in);
    return ok;
}

static bool open_set(struct opened_view *to, const struct view_options *o,
                     const struct common *common, unsigned flags, int argc,
                     char **argv, struct error *err)
{
    if (o->label_column != INPUT_LABEL_AUTO || o->shape)
        return error_set(err, FAIL_USAGE,
                         "--label-column and --shape are about tables; '%s' is "
                         "a prepared set",
                         o->from);
    if (!catalogue_load(&to->datasets.catalogue, common->catalogue, err) ||
        !view_of_prepared(&to->view, o->from, &to->datasets.catalogue, flags,
                          err))
        return false;
    if (argc > 0 && strcmp(argv[0], to->view.name) != 0)
        return error_set(err, FAIL_USAGE,
                         "'%s' is a prepared set of %s, not of %s", o->from,
                         to->view.name, argv[0]);
    return store_init(&to->store, common->data_dir, to->view.name, err);
}

static bool choose(struct view *v, const char *split, struct error *err)
{
    char hint[256];

    for (size_t i = 0; i < v->split_count; i++)
        if (!split || strcmp(v->split_name[i], split) == 0)
            return view_choose(v, split, err);
    suggest_all(hint, sizeof hint, split ? split : "", v->split_name,
                v->split_count);
    return error_set(err, FAIL_USAGE, "%s has no split '%s'%s", v->name,
                     split ? split : "", hint);
}

bool view_options_open(struct opened_view *to, const struct view_options *o,
                       const struct common *common, const char *split, int argc,
                       char **argv, struct error *err)
{
    unsigned flags = common->jobs > 1 ? SOURCE_AHEAD : 0u;
    const char *name = argc > 0 ? argv[0] : "mnist";
    bool ok = check(o, err);

    if (!ok)
        return false;
    if (o->from && has_manifest(o->from))
        ok = open_set(to, o, common, flags, argc, argv, err);
    else if (o->from || o->images.count > 0)
        ok = open_own(to, o, common, split, flags, argc, argv, err);
    else
        ok = find_store(to, common, name, err) &&
             (o->prepared ? open_prepared(to, flags, name, err)
                          : open_raw(to, o, flags, name, err));
    return ok && choose(&to->view, split, err);
}

/* ---- outputs that would be inputs ---- */

struct refusal {
    const struct view *view;
    const char *path;
};

static bool spares_name(const struct refusal *r, const char *name)
{
    struct error ignored = { 0 };
    char *path = path_join(r->view->dir, name, &ignored);
    bool spared = !path || (!file_is_same(r->path, path) &&
                            !path_is_within(r->path, path));

    free(path);
    return spared;
}

static bool spares_file(void *context, const struct manifest_file *file)
{
    return spares_name(context, file->file);
}

static bool spares_set(struct refusal *r)
{
    return spares_name(r, STORE_MANIFEST) &&
           manifest_each_file(&r->view->manifest, spares_file, r);
}

static bool spares_input(const struct refusal *r)
{
    const struct input *in = &r->view->input;

    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (in->split[i].path[part] &&
                (file_is_same(r->path, in->split[i].path[part]) ||
                 path_is_within(r->path, in->split[i].path[part])))
                return false;
    return true;
}

bool opened_view_spares(const struct opened_view *v, const char *path,
                        struct error *err)
{
    struct refusal r = { &v->view, path };

    if (v->view.prepared ? spares_set(&r) : spares_input(&r))
        return true;
    return error_set(err, FAIL_USAGE,
                     "'%s' is read, and would be replaced; choose another name",
                     path);
}

void opened_view_hint(const struct opened_view *v, struct error *err)
{
    if (v->view.dataset && !v->view.prepared)
        datasets_hint_fetch(v->view.dataset, err);
}

void opened_view_release(struct opened_view *v)
{
    view_release(&v->view);
    store_release(&v->store);
    datasets_release(&v->datasets);
    *v = (struct opened_view){ 0 };
}

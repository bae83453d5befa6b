/* SPDX-License-Identifier: MIT */
/* list: what the catalogue knows, and what of it is on disk. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/text.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "cmd/list_names.h"
#include "dataset/manifest.h"
#include "format/jsondoc.h"

struct list_settings {
    struct common common;
    bool names, split_names;
};

static const struct option_row list_options[] = {
    { "names", 0, FLAG(struct list_settings, names),
      .help = "only the names, one a line" },
    { "split-names", 0, FLAG(struct list_settings, split_names),
      .help = "only the names of their splits, one a line" },
    { .name = NULL },
};

#define OWN_TITLE "own, prepared from data of one's own"

/* What is there of one dataset. */
struct presence {
    size_t raw_files, raw_expected;
    bool prepared;
};

static bool look(const struct catalogue_dataset *d, const struct common *common,
                 struct presence *to, struct error *err)
{
    struct store store = { 0 };
    struct manifest manifest = { 0 };
    struct error ignored = { 0 };
    bool ok = store_init(&store, common->data_dir, d->name, err);

    *to = (struct presence){ 0 };
    for (size_t i = 0; ok && i < d->split_count; i++) {
        for (int part = 0; ok && part < CATALOGUE_PARTS; part++) {
            char *path = path_join(store.raw, d->split[i].part[part].name, err);
            ok = path != NULL;
            to->raw_files += ok && file_exists(path);
            to->raw_expected++;
            free(path);
        }
    }
    to->prepared = ok && manifest_read(&manifest, store.prepared, &ignored) &&
                   manifest_files_fit(&manifest, store.prepared, &ignored);
    manifest_release(&manifest);
    store_release(&store);
    return ok;
}

static const char *raw_word(const struct presence *p)
{
    return p->raw_files == 0                ? "absent"
           : p->raw_files < p->raw_expected ? "partial"
                                            : "complete";
}

/* What the catalogue knows of the files' sizes. */
struct sizes {
    uint64_t bytes; /* of the files whose size is known */
    size_t files, unknown;
};

static struct sizes download_sizes(const struct catalogue_dataset *d)
{
    struct sizes s = { 0 };

    for (size_t i = 0; i < d->split_count; i++) {
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            if (!catalogue_is_first_of_file(d, i, (enum catalogue_part)part))
                continue;
            s.files++;
            s.unknown += d->split[i].part[part].bytes == 0;
            s.bytes += d->split[i].part[part].bytes;
        }
    }
    return s;
}

/* null when it is not known. */
static void set_bytes(struct json_t *doc, const char *key, uint64_t bytes,
                      struct error *err)
{
    if (bytes > 0)
        jsondoc_set_u64(doc, key, bytes, err);
    else
        jsondoc_set_text(doc, key, NULL, err);
}

static struct json_t *describe(const struct catalogue_dataset *d,
                               const struct presence *p, struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *classes = jsondoc_array(err);
    struct json_t *splits = jsondoc_array(err);
    struct sizes sizes = download_sizes(d);

    for (size_t i = 0; i < d->class_count; i++)
        jsondoc_append_text(classes, d->classes[i], err);
    for (size_t i = 0; i < d->split_count; i++) {
        struct json_t *split = jsondoc_object(err);
        jsondoc_set_text(split, "name", d->split[i].name, err);
        if (d->split[i].count > 0)
            jsondoc_set_u64(split, "count", d->split[i].count, err);
        else
            jsondoc_set_text(split, "count", NULL, err);
        jsondoc_append(splits, split, err);
    }
    jsondoc_set_text(doc, "name", d->name, err);
    jsondoc_set_text(doc, "title", d->title, err);
    jsondoc_set(doc, "classes", classes, err);
    jsondoc_set_text(doc, "licence", d->licence, err);
    jsondoc_set_text(doc, "homepage", d->homepage, err);
    jsondoc_set(doc, "splits", splits, err);
    set_bytes(doc, "download_bytes", sizes.unknown ? 0 : sizes.bytes, err);
    set_bytes(doc, "download_bytes_known", sizes.bytes, err);
    set_bytes(doc, "archive_bytes", d->archive.bytes, err);
    jsondoc_set_text(doc, "raw", raw_word(p), err);
    jsondoc_set_bool(doc, "prepared", p->prepared, err);
    jsondoc_set_bool(doc, "own", false, err);
    return doc;
}

/* "11.6 MB", and as much as can be said where not all sizes are known. */
static void print_download(const struct catalogue_dataset *d)
{
    struct sizes s = download_sizes(d);
    char known[24], archive[24];

    progress_size_text(s.bytes, known, sizeof known);
    progress_size_text(d->archive.bytes, archive, sizeof archive);
    if (s.unknown == 0)
        printf("download %s", known);
    else if (d->archive.bytes > 0)
        printf("download: a part of an archive of %s", archive);
    else if (s.bytes > 0)
        printf("download more than %s (no size is known of %zu of %zu files)",
               known, s.unknown, s.files);
    else
        printf("download size unknown");
}

static const char *disk_words(const struct presence *p)
{
    if (p->raw_files == 0)
        return p->prepared ? "prepared, without the raw files" : "no";
    if (p->raw_files < p->raw_expected)
        return p->prepared ? "raw files in part, prepared"
                           : "raw files in part";
    return p->prepared ? "raw files, prepared" : "raw files";
}

static void print_dataset(const struct catalogue_dataset *d,
                          const struct presence *p)
{
    report_text(d->name);
    fputs(": ", stdout);
    report_text(d->title);
    printf("\n  %zu classes, ", d->class_count);
    print_download(d);
    fputs("\n  splits: ", stdout);
    for (size_t i = 0; i < d->split_count; i++) {
        fputs(i ? ", " : "", stdout);
        report_text(d->split[i].name);
        if (d->split[i].count > 0)
            printf(" %" PRIu64, d->split[i].count);
    }
    fputs("\n  licence: ", stdout);
    report_text(d->licence);
    fputs("\n  homepage: ", stdout);
    report_text(d->homepage);
    printf("\n  on disk: %s\n", disk_words(p));
}

/* ---- one's own ---- */

static struct json_t *describe_own(const char *name, const struct manifest *m,
                                   bool whole, struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *classes = jsondoc_array(err);
    struct json_t *splits = jsondoc_array(err);

    for (size_t i = 0; i < m->class_count; i++)
        jsondoc_append_text(classes, m->classes[i], err);
    for (size_t i = 0; i < m->split_count; i++) {
        struct json_t *split = jsondoc_object(err);
        jsondoc_set_text(split, "name", m->split[i].name, err);
        jsondoc_set_u64(split, "count", m->split[i].count, err);
        jsondoc_append(splits, split, err);
    }
    jsondoc_set_text(doc, "name", name, err);
    jsondoc_set_text(doc, "title", OWN_TITLE, err);
    jsondoc_set(doc, "classes", classes, err);
    jsondoc_set_text(doc, "licence", NULL, err);
    jsondoc_set_text(doc, "homepage", NULL, err);
    jsondoc_set(doc, "splits", splits, err);
    jsondoc_set_text(doc, "download_bytes", NULL, err);
    jsondoc_set_text(doc, "raw", "absent", err);
    jsondoc_set_bool(doc, "prepared", whole, err);
    jsondoc_set_bool(doc, "own", true, err);
    return doc;
}

static void print_own(const char *name, const struct manifest *m, bool whole)
{
    report_text(name);
    printf(": %s\n  %zu classes\n  splits: ", OWN_TITLE, m->class_count);
    for (size_t i = 0; i < m->split_count; i++) {
        fputs(i ? ", " : "", stdout);
        report_text(m->split[i].name);
        printf(" %" PRIu64, m->split[i].count);
    }
    printf("\n  on disk: %s\n", whole ? "prepared" : "prepared, but damaged");
}

static bool show_own(const char *name, const struct common *common,
                     struct json_t *list, struct error *err)
{
    struct store store = { 0 };
    struct manifest manifest = { 0 };
    struct error ignored = { 0 };
    bool ok = store_init(&store, common->data_dir, name, err);
    bool whole = ok && manifest_read(&manifest, store.prepared, &ignored) &&
                 manifest_files_fit(&manifest, store.prepared, &ignored);

    if (ok && common->json)
        jsondoc_append(list, describe_own(name, &manifest, whole, err), err);
    else if (ok)
        print_own(name, &manifest, whole);
    manifest_release(&manifest);
    store_release(&store);
    return ok;
}

/* ---- all of them ---- */

static bool list_in_full(const struct datasets *d, const struct common *common,
                         struct error *err)
{
    struct json_t *list = common->json ? jsondoc_array(err) : NULL;
    bool ok = true;

    for (size_t i = 0; ok && i < d->count; i++) {
        struct presence presence;
        ok = look(d->chosen[i], common, &presence, err);
        if (ok && common->json)
            jsondoc_append(list, describe(d->chosen[i], &presence, err), err);
        else if (ok)
            print_dataset(d->chosen[i], &presence);
    }
    for (size_t i = 0; ok && i < d->own.count; i++)
        ok = show_own(d->own.name[i], common, list, err);
    if (common->json && ok) {
        struct json_t *doc = jsondoc_object(err);
        jsondoc_set_text(doc, "schema", "mnistprep.list/1", err);
        jsondoc_set(doc, "datasets", list, err);
        ok = report_json(doc, err);
    } else {
        jsondoc_release(list);
    }
    return ok;
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct list_settings *s = settings;
    struct datasets datasets = { 0 };

    if (s->names + s->split_names + s->common.json > 1)
        return error_set(err, FAIL_USAGE,
                         "--names, --split-names and --json exclude each "
                         "other");
    bool ok =
        datasets_choose(&datasets, &s->common, argc, argv, DATASETS_ALL, err);
    if (ok && s->names)
        list_names(&datasets);
    else if (ok && s->split_names)
        ok = list_split_names(&datasets, s->common.data_dir, err);
    else
        ok = ok && list_in_full(&datasets, &s->common, err);
    datasets_release(&datasets);
    return ok;
}

const struct command command_list = {
    .name = "list",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = -1,
    .group = GROUP_GET,
    .summary = "what datasets there are, and what is on disk",
    .description = "Shows every dataset of the catalogue, or those named: "
                   "size, classes, licence,\nhomepage, and what is on disk; "
                   "and the prepared sets of your own there.",
    .examples = "  mnistprep list\n"
                "  mnistprep list mnist --json\n"
                "  mnistprep list --names\n",
    .options = list_options,
    .uses = USE_JSON,
    .settings_size = sizeof(struct list_settings),
    .run = run,
};

/* SPDX-License-Identifier: MIT */
/* verify: raw files by hash, prepared files by making them again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "dataset/rawfile.h"
#include "format/jsondoc.h"
#include "pipeline/setverify.h"

struct verify_settings {
    struct common common;
};

static const struct option_row verify_options[] = { { .name = NULL } };

/* The report on one dataset, as it grows. */
struct findings {
    const struct common *common;
    const struct catalogue *catalogue;
    const char *dataset;
    bool own;             /* no dataset of the catalogue */
    struct json_t *files; /* NULL without --json */
    size_t checked, wrong, by_size;
    struct error first;  /* the first thing that is wrong */
    struct error remedy; /* and what helps */
    struct error failure;
};

/* What was made anew by other options would be another set. */
static void suggest_remedy(struct findings *f, const char *part)
{
    if (strcmp(part, "raw") == 0)
        error_set(&f->remedy, FAIL_DATA,
                  "get it again with 'mnistprep fetch --force %s'", f->dataset);
    else
        error_set(&f->remedy, FAIL_DATA,
                  "make the set again with 'mnistprep prep --force %s%s' and "
                  "the options it was made with",
                  f->dataset, f->own ? " --from ..." : "");
}

static void add(struct findings *f, const char *file, const char *part,
                const char *status, const char *detail)
{
    bool by_size = strcmp(status, "size-only") == 0;
    bool wrong = strcmp(status, "ok") != 0 && strcmp(status, "repacked") != 0 &&
                 !by_size;

    f->checked++;
    f->wrong += wrong;
    f->by_size += by_size;
    if (wrong) {
        suggest_remedy(f, part);
        error_set(&f->first, FAIL_DATA, "%s: %s/%s: %s", f->dataset, part, file,
                  detail ? detail : status);
    }
    if (f->common->json) {
        struct json_t *doc = jsondoc_object(&f->failure);
        jsondoc_set_text(doc, "file", file, &f->failure);
        jsondoc_set_text(doc, "part", part, &f->failure);
        jsondoc_set_text(doc, "status", status, &f->failure);
        jsondoc_set_text(doc, "detail", detail, &f->failure);
        jsondoc_append(f->files, doc, &f->failure);
    } else if (!f->common->quiet || wrong) {
        printf("%-10s", status);
        report_text(f->dataset);
        printf("/%s/", part);
        report_text(file);
        if (detail) {
            fputs(": ", stdout);
            report_text(detail);
        }
        putchar('\n');
    }
}

static bool verify_raw_file(struct findings *f, const struct store *store,
                            const struct catalogue_file *file,
                            struct error *err)
{
    char *path = path_join(store->raw, file->name, err);
    struct raw_facts facts;
    enum rawfile_verdict verdict;
    struct error why = { 0 };
    bool ok = path != NULL;

    if (ok && !file_exists(path))
        add(f, file->name, "raw", "missing", NULL);
    else if (ok &&
             rawfile_check(path, file, f->catalogue, &facts, &verdict, &why))
        add(f, file->name, "raw",
            verdict == RAWFILE_REPACKED ? "repacked" : "ok",
            verdict == RAWFILE_REPACKED ? "packed again; the payload is right"
            : verdict == RAWFILE_UNSEEN ? "intact; nobody published its SHA-256"
                                        : NULL);
    else if (ok && why.code == FAIL_DATA)
        add(f, file->name, "raw", "damaged", why.text);
    else if (ok)
        ok = error_pass(err, &why);
    free(path);
    return ok;
}

static void on_prepared(void *context, const char *file,
                        enum setverify_status status, const char *problem)
{
    static const char *const words[] = {
        [SETVERIFY_OK] = "ok",
        [SETVERIFY_MISSING] = "missing",
        [SETVERIFY_DAMAGED] = "damaged",
        [SETVERIFY_SIZE_ONLY] = "size-only",
    };

    add(context, file, "prepared", words[status], problem);
}

static void tell_proof(const struct findings *f)
{
    const char *why = f->own ? "data of one's own is not prepared again"
                             : "the raw files are not all there and right";

    if (f->by_size > 0)
        report_note(f->common,
                    "%s: %s, and dataset.json has no SHA-256 of %zu prepared "
                    "files, so of these the size alone was compared",
                    f->dataset, why, f->by_size);
    else
        report_note(f->common,
                    "%s: %s, so prepared files were compared with the SHA-256 "
                    "in dataset.json",
                    f->dataset, why);
}

/* By making it again, unless a raw file is known to be wrong. */
static bool verify_prepared(struct findings *f,
                            const struct catalogue_dataset *d,
                            const struct store *store, struct error *err)
{
    struct error why = { 0 };
    bool recomputed = f->wrong == 0;

    if (setverify(d, store->raw, f->common->data_dir, store->prepared,
                  (unsigned)f->common->jobs, &recomputed, on_prepared, f,
                  &why)) {
        if (!recomputed)
            tell_proof(f);
        else
            report_detail(f->common,
                          "%s: the set was made again from the raw files, by "
                          "the recipe in dataset.json, and compared",
                          f->dataset);
        return true;
    }
    if (why.code != FAIL_DATA && why.code != FAIL_USAGE)
        return error_pass(err, &why);
    add(f, STORE_MANIFEST, "prepared", "damaged", why.text);
    return true;
}

static bool has_raw_files(const struct catalogue_dataset *d,
                          const struct store *store)
{
    for (size_t i = 0; i < d->split_count; i++)
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (folder_has(store->raw, d->split[i].part[part].name))
                return true;
    return false;
}

/* What was found has to be in the report, too. */
static bool is_noted(const struct findings *f, struct error *err)
{
    return f->failure.code == FAIL_NONE || error_pass(err, &f->failure);
}

static bool verify_dataset(struct findings *f,
                           const struct catalogue_dataset *d, bool named,
                           struct error *err)
{
    struct store store = { 0 };
    bool ok = store_init(&store, f->common->data_dir, d->name, err);
    bool raw = ok && has_raw_files(d, &store);
    bool prepared = ok && folder_has(store.prepared, STORE_MANIFEST);

    if (ok && named && !raw && !prepared)
        ok = error_set(err, FAIL_SYSTEM,
                       "%s is not on disk; run 'mnistprep fetch %s' first",
                       d->name, d->name);
    for (size_t i = 0; ok && raw && i < d->split_count; i++)
        for (int part = 0; ok && part < CATALOGUE_PARTS; part++)
            ok = !catalogue_is_first_of_file(d, i, (enum catalogue_part)part) ||
                 verify_raw_file(f, &store, &d->split[i].part[part], err);
    if (ok && prepared)
        ok = verify_prepared(f, d, &store, err);
    store_release(&store);
    return ok && is_noted(f, err);
}

static bool verify_own(struct findings *f, struct error *err)
{
    struct store store = { 0 };
    bool ok = store_init(&store, f->common->data_dir, f->dataset, err) &&
              verify_prepared(f, NULL, &store, err);

    store_release(&store);
    return ok && is_noted(f, err);
}

static struct json_t *describe(struct findings *f)
{
    struct json_t *doc = jsondoc_object(&f->failure);

    jsondoc_set_text(doc, "name", f->dataset, &f->failure);
    jsondoc_set(doc, "files", f->files, &f->failure);
    return doc;
}

/* All datasets together. */
struct summary {
    size_t checked, wrong;
    struct error first, remedy; /* of the first that is wrong */
    struct json_t *list;        /* NULL without --json */
};

/* The i-th: those of the catalogue come first. */
static bool verify_one(struct summary *sum, const struct common *common,
                       const struct datasets *all, size_t i, bool named,
                       struct error *err)
{
    bool own = i >= all->count;
    struct findings f = { .common = common,
                          .catalogue = &all->catalogue,
                          .dataset = own ? all->own.name[i - all->count]
                                         : all->chosen[i]->name,
                          .own = own };

    if (common->json)
        f.files = jsondoc_array(err);
    bool ok = own ? verify_own(&f, err)
                  : verify_dataset(&f, all->chosen[i], named, err);
    if (common->json && f.checked > 0)
        jsondoc_append(sum->list, describe(&f), err);
    else
        jsondoc_release(f.files);
    ok = ok && is_noted(&f, err) && err->code == FAIL_NONE;
    sum->checked += f.checked;
    sum->wrong += f.wrong;
    if (f.wrong > 0) {
        error_set(&sum->first, FAIL_DATA, "%s", f.first.text);
        error_set(&sum->remedy, FAIL_DATA, "%s", f.remedy.text);
    }
    return ok;
}

/* Nothing wrong in a place that does not exist proves nothing. Before the first
 * fetch there is none, unless one has named it. */
static bool check_place(const struct common *common, struct error *err)
{
    return file_exists(common->data_dir) ||
           strcmp(common->data_dir, "data") == 0 ||
           error_set(err, FAIL_SYSTEM,
                     "there is no directory '%s'; name the one that holds the "
                     "datasets by --data-dir",
                     common->data_dir);
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct common *common = settings;
    struct datasets datasets = { 0 };
    struct summary sum = { .list = NULL };
    bool ok =
        datasets_choose(&datasets, common, argc, argv, DATASETS_ALL, err) &&
        (argc > 0 || check_place(common, err));

    if (common->json)
        sum.list = jsondoc_array(err);
    for (size_t i = 0; ok && i < datasets.count + datasets.own.count; i++)
        ok = verify_one(&sum, common, &datasets, i, argc > 0, err);
    if (common->json && ok) {
        struct json_t *doc = jsondoc_object(err);
        jsondoc_set_text(doc, "schema", "mnistprep.verify/1", err);
        jsondoc_set(doc, "datasets", sum.list, err);
        sum.list = NULL;
        ok = report_json(doc, err);
    }
    jsondoc_release(sum.list);
    datasets_release(&datasets);
    if (ok && sum.checked == 0)
        report_note(common, "nothing is on disk in '%s'", common->data_dir);
    if (ok && sum.wrong > 0)
        ok = error_set(err, FAIL_DATA, "%s; %zu of %zu files are not right; %s",
                       sum.first.text, sum.wrong, sum.checked, sum.remedy.text);
    return ok;
}

const struct command command_verify = {
    .name = "verify",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = -1,
    .group = GROUP_GET,
    .summary = "check raw files by hash, prepared files by making them again",
    .description =
        "Hashes the raw files anew, and makes the prepared set again in\n"
        "memory to compare it with its files, byte by byte. Without the raw\n"
        "files it compares with the SHA-256 that 'prep --checksums' notes, of\n"
        "pictures in a folder, too; a file that has none is 'size-only'.\n"
        "Without names it checks all that is on disk, prepared sets of your\n"
        "own as well. The exit status is 3 when anything is not right.",
    .examples = "  mnistprep verify\n  mnistprep verify mnist --json\n",
    .options = verify_options,
    .uses = USE_JSON | USE_JOBS,
    .settings_size = sizeof(struct verify_settings),
    .run = run,
};

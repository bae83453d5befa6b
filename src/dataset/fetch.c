/* SPDX-License-Identifier: MIT */
/* File by file: is it there and right, else get it from a mirror. */
#include "dataset/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/text.h"

/* A file whose size nobody knows may be this long; EMNIST's largest is 400 MB
 * unpacked. And one of known size this much longer, packed again. */
enum { UNKNOWN_MAX_BYTES = 1 << 30, REPACKED_EXTRA_BYTES = 64 * 1024 };

struct job {
    const struct catalogue_dataset *dataset;
    const struct fetch_settings *settings;
    struct receipt receipt;
    const char *raw_dir;
};

/* What the check of a download learns, for the receipt. */
struct arrival {
    const struct catalogue_file *file;
    struct raw_facts facts;
    enum rawfile_verdict verdict;
};

static bool check_arrival(void *context, const char *temp_path,
                          struct error *why)
{
    struct arrival *a = context;
    return rawfile_check(temp_path, a->file, &a->facts, &a->verdict, why);
}

/* The user's mirrors first, then the catalogue's; directories of the catalogue
 * that do not exist here are no mirrors. malloc'd; NULL with *err set. */
static const char **list_mirrors(const struct job *job, size_t *count,
                                 struct error *err)
{
    const struct fetch_settings *s = job->settings;
    const struct catalogue_dataset *d = job->dataset;
    const char **list =
        calloc(s->mirror_count + d->mirror_count + 1, sizeof *list);

    *count = 0;
    if (!list) {
        error_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < s->mirror_count; i++)
        list[(*count)++] = s->mirrors[i];
    for (size_t i = 0; !s->only_mirrors && i < d->mirror_count; i++)
        if (!transfer_is_local(d->mirrors[i]) || file_exists(d->mirrors[i]))
            list[(*count)++] = d->mirrors[i];
    return list;
}

static uint64_t most_bytes(const struct catalogue_file *file)
{
    if (file->bytes == 0)
        return UNKNOWN_MAX_BYTES;
    uint64_t most = file->bytes + file->bytes / 8 + REPACKED_EXTRA_BYTES;
    return most > file->payload_bytes ? most : file->payload_bytes;
}

static bool download(struct job *job, const struct catalogue_file *file,
                     const char *path, enum rawfile_verdict *verdict,
                     struct error *err)
{
    struct arrival arrival = { .file = file };
    size_t count = 0;
    const char **mirrors = list_mirrors(job, &count, err);
    const char *from = NULL;
    struct transfer_file transfer = {
        .name = file->name,
        .path = path,
        .mirrors = mirrors,
        .mirror_count = count,
        .bytes = file->bytes,
        .max_bytes = most_bytes(file),
        .check = check_arrival,
        .context = &arrival,
    };
    bool ok = mirrors &&
              transfer_file(&transfer, &job->settings->transfer, &from, err);

    if (ok) {
        char *url = path_join(from, file->name, err);
        ok = url && receipt_note(&job->receipt, path, &arrival.facts, url, err);
        free(url);
        *verdict = arrival.verdict;
    }
    free(mirrors);
    return ok;
}

/* Is the right file there already? *there is set; false only on errors. */
static bool look_at_disk(struct job *job, const struct catalogue_file *file,
                         const char *path, bool *there,
                         enum rawfile_verdict *verdict, struct error *err)
{
    struct raw_facts facts;
    struct error why = { 0 };

    *there = false;
    if (!file_exists(path))
        return true;
    if (receipt_find(&job->receipt, path, &facts)) {
        *verdict = rawfile_judge_file(path, file, &facts);
        *there = *verdict != RAWFILE_OTHER;
        if (*there)
            return true;
    }
    if (rawfile_check(path, file, &facts, verdict, &why)) {
        *there = true;
        return job->settings->dry_run ||
               receipt_note(&job->receipt, path, &facts, NULL, err);
    }
    if (why.code != FAIL_DATA)
        return error_set(err, why.code, "%s", why.text);
    if (receipt_lists(&job->receipt, file->name) || job->settings->force)
        return true; /* ours, gone bad: get it again */
    return error_set(err, FAIL_USAGE,
                     "'%s' is there, but it is %s; remove it, or use --force "
                     "to replace it",
                     path, why.text);
}

static bool fetch_file(struct job *job, const struct catalogue_file *file,
                       struct error *err)
{
    const struct fetch_settings *s = job->settings;
    enum rawfile_verdict verdict = RAWFILE_EXACT;
    enum fetch_state state = FETCH_KEPT;
    char *path = path_join(job->raw_dir, file->name, err);
    bool there = false;
    bool ok = path && look_at_disk(job, file, path, &there, &verdict, err);

    if (ok && !there) {
        state = s->dry_run ? FETCH_WANTED : FETCH_ARRIVED;
        ok = s->dry_run || download(job, file, path, &verdict, err);
    }
    if (ok && s->done)
        s->done(s->context, path, file, state, verdict);
    free(path);
    return ok;
}

bool fetch_dataset(const struct catalogue_dataset *dataset,
                   const struct store *store,
                   const struct fetch_settings *settings, struct error *err)
{
    struct job job = { .dataset = dataset,
                       .settings = settings,
                       .raw_dir = store->raw };
    struct directory_lock lock = { 0 };
    struct error worst = { 0 };
    bool ok = true;

    if (!settings->dry_run)
        ok = directory_make(store->raw, err) &&
             directory_lock(&lock, store->raw, err);
    if (ok && !settings->dry_run)
        directory_sweep(store->raw);
    ok = ok && receipt_open(&job.receipt, store->raw, err);
    for (size_t i = 0; ok && i < dataset->split_count; i++) {
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            struct error why = { 0 };
            if (!fetch_file(&job, &dataset->split[i].part[part], &why) &&
                why.code > worst.code)
                worst = why;
            if (worst.code == FAIL_INTERRUPTED)
                break;
        }
    }
    receipt_release(&job.receipt);
    directory_unlock(&lock);
    if (worst.code != FAIL_NONE)
        error_set(err, worst.code, "%s", worst.text);
    return ok && worst.code == FAIL_NONE;
}

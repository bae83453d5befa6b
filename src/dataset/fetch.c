/* SPDX-License-Identifier: MIT */
/* Which files are there and right already; the others from the mirrors. */
#include "dataset/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/archive.h"
#include "net/partial.h"
#include "net/url.h"

enum {
    FILES_MAX = CATALOGUE_SPLITS_MAX * CATALOGUE_PARTS,
    LOCAL_NAMES = 3,
    UNKNOWN_MAX_BYTES = 1 << 30, /* of a file whose size nobody wrote down */
    /* A copy that was packed again is a little longer or shorter. */
    REPACKED_EXTRA_BYTES = 64 * 1024,
};

/* One file of the dataset on its way. */
struct item {
    struct job *job;
    const struct catalogue_file *file;
    char *path;                     /* owned */
    char *by_hand;                  /* owned: what to get without us */
    char *there;                    /* owned: what is wrong with what is there;
                                       NULL: nothing, or nothing is there */
    char *local_names[LOCAL_NAMES]; /* owned */
    const char *names[LOCAL_NAMES + 1];
    struct raw_facts facts;
    struct fetch_result result;
    struct error err;
};

struct job {
    const struct catalogue_dataset *dataset;
    const struct fetch_settings *settings;
    struct receipt receipt;
    const char **mirrors; /* owned */
    size_t mirror_count;
    bool hopeless;  /* nothing can come */
    bool read_only; /* nothing is written */
    struct item item[FILES_MAX];
    size_t count;
};

/* ---- what to ask for ---- */

/* The user's mirrors first, then the catalogue's; directories of the catalogue
 * that do not exist here are no mirrors. */
static bool list_mirrors(struct job *job, struct error *err)
{
    const struct fetch_settings *s = job->settings;
    const struct catalogue_dataset *d = job->dataset;

    job->mirrors =
        calloc(s->mirror_count + d->mirror_count + 1, sizeof *job->mirrors);
    if (!job->mirrors)
        return error_memory(err);
    for (size_t i = 0; i < s->mirror_count; i++)
        job->mirrors[job->mirror_count++] = s->mirrors[i];
    for (size_t i = 0; !s->only_mirrors && i < d->mirror_count; i++)
        if (!mirror_is_local(d->mirrors[i]) || file_exists(d->mirrors[i]))
            job->mirrors[job->mirror_count++] = d->mirrors[i];
    return true;
}

/* May any of the mirrors be asked? */
static bool can_come(const struct job *job)
{
    bool offline = job->settings->transfer.offline;

    for (size_t i = 0; i < job->mirror_count; i++)
        if (!offline || mirror_is_local(job->mirrors[i]))
            return true;
    return false;
}

/* Under what other names a directory may have the file: gunzip -N restores a
 * dot where the published name has a dash, and takes the suffix away. */
static bool list_local_names(struct item *item, struct error *err)
{
    const char *name = item->file->name;
    bool packed = text_ends_with(name, ".gz") || text_ends_with(name, ".xz");
    size_t n = strlen(name) - (packed ? 3 : 0);
    const char *dash = strstr(name, "-idx");

    item->local_names[0] = text_format(err, "%.*s", (int)n, name);
    if (dash) {
        size_t before = (size_t)(dash - name);
        item->local_names[1] = text_format(err, "%.*s.%.*s", (int)before, name,
                                           (int)(n - before - 1), dash + 1);
        item->local_names[2] =
            text_format(err, "%.*s.%s", (int)before, name, dash + 1);
    }
    for (size_t i = 0; i < LOCAL_NAMES; i++)
        item->names[i] = item->local_names[i];
    return err->code == FAIL_NONE;
}

static uint64_t most_bytes(const struct catalogue_file *file)
{
    uint64_t most = file->bytes > file->payload_bytes ? file->bytes
                                                      : file->payload_bytes;

    return file->bytes == 0 ? UNKNOWN_MAX_BYTES : most + REPACKED_EXTRA_BYTES;
}

static bool check_arrival(void *context, const char *path, struct error *why)
{
    struct item *item = context;

    return rawfile_check(path, item->file, item->job->settings->catalogue,
                         &item->facts, &item->result.verdict, why);
}

/* ---- what is there ---- */

/* Ready: RESULT kept. Else: state wanted, or failed with item->err. */
static void look_at_disk(struct item *item)
{
    const struct fetch_settings *s = item->job->settings;
    struct receipt *receipt = &item->job->receipt;
    struct error why = { 0 }, ignored = { 0 };

    item->result.state = FETCH_WANTED;
    if (!path_is_taken(item->path))
        return;
    if (receipt_find(receipt, item->path, &item->facts)) {
        item->result.verdict =
            rawfile_judge_file(item->path, item->file, &item->facts);
        if (item->result.verdict != RAWFILE_OTHER) {
            item->result.state = FETCH_KEPT;
            return;
        }
    }
    if (check_arrival(item, item->path, &why)) {
        item->result.state = FETCH_KEPT;
        /* The receipt only saves work: a directory that cannot be written may
         * be without one. */
        if (!item->job->read_only)
            (void)!receipt_note(receipt, item->path, &item->facts, NULL,
                                &ignored);
        return;
    }
    bool ours = file_is_regular(item->path) &&
                receipt_lists(receipt, item->file->name);
    if (why.code == FAIL_DATA && (ours || s->force)) {
        /* gone bad, or to be replaced: get it again */
        item->there =
            text_format(&ignored, "damaged on disk (it is %s)", why.text);
        return;
    }
    item->result.state = FETCH_FAILED;
    if (why.code != FAIL_DATA)
        error_set(&item->err, why.code, "%s", why.text);
    else
        error_set(&item->err, FAIL_USAGE,
                  "'%s' is there, but it is %s; remove it, or use --force to "
                  "replace it",
                  item->path, why.text);
}

/* ---- all files ---- */

/* "https://.../train-images-idx3-ubyte.gz (SHA-256 440f...)"; the name alone
 * where the catalogue knows no URL. */
static char *describe_by_hand(const struct catalogue_dataset *d,
                              const struct catalogue_file *file,
                              struct error *err)
{
    const char *name = file->member ? d->archive.name : file->name;
    const char *url = NULL;

    for (size_t i = d->mirror_count; i-- > 0;)
        if (!mirror_is_local(d->mirrors[i]))
            url = d->mirrors[i];
    char *place = url ? path_join(url, name, err) : text_copy(name, err);
    char *text = place ? text_format(err, "%s%s%s%s%s%s", place,
                                     file->member ? " with its member " : "",
                                     file->member ? file->member : "",
                                     file->sha256 ? " (SHA-256 " : "",
                                     file->sha256 ? file->sha256 : "",
                                     file->sha256 ? ")" : "")
                       : NULL;
    free(place);
    return text;
}

static bool list_items(struct job *job, const char *raw_dir, struct error *err)
{
    for (size_t i = 0; i < job->dataset->split_count; i++) {
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            const struct catalogue_file *file =
                &job->dataset->split[i].part[part];
            if (!catalogue_is_first_of_file(job->dataset, i,
                                            (enum catalogue_part)part))
                continue;
            struct item *item = &job->item[job->count++];
            item->job = job;
            item->file = file;
            item->path = path_join(raw_dir, item->file->name, err);
            item->by_hand = describe_by_hand(job->dataset, file, err);
            if (!item->path || !item->by_hand || !list_local_names(item, err))
                return false;
        }
    }
    return true;
}

/* Offline, a directory may have been asked in vain: what to get is told all the
 * same. */
static void tell_by_hand(struct item *item)
{
    struct error *err = &item->err;
    size_t used = strlen(err->text);

    if (item->job->settings->transfer.offline && err->code == FAIL_NETWORK &&
        !strstr(err->text, item->by_hand))
        snprintf(err->text + used, sizeof err->text - used,
                 ", or get %s and put it at '%s'", item->by_hand, item->path);
}

static void note_arrival(struct item *item, const struct transfer_file *t)
{
    char *url = NULL;

    item->result.state = FETCH_FAILED;
    if (!t->ok) {
        item->err = t->err;
        tell_by_hand(item);
        return;
    }
    item->result.from = t->from;
    url = path_join(t->from, item->file->name, &item->err);
    if (url && receipt_note(&item->job->receipt, item->path, &item->facts, url,
                            &item->err))
        item->result.state = FETCH_ARRIVED;
    free(url);
}

/* Files to be had in the same way. */
struct batch {
    struct transfer_file files[FILES_MAX];
    struct item *items[FILES_MAX];
    const char *members[FILES_MAX];
    size_t count;
};

static void add_to_batch(struct batch *b, struct item *item)
{
    const struct job *job = item->job;

    b->files[b->count] = (struct transfer_file){
        .name = item->file->name,
        .path = item->path,
        .by_hand = item->by_hand,
        .there = item->there,
        .mirrors = job->mirrors,
        .mirror_count = job->mirror_count,
        .bytes = item->file->bytes,
        .max_bytes = most_bytes(item->file),
        .check = check_arrival,
        .local_names = item->names,
        .context = item,
    };
    b->members[b->count] = item->file->member;
    b->items[b->count++] = item;
}

static void note_batch(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        note_arrival(b->items[i], &b->files[i]);
}

static void download(struct job *job)
{
    const struct fetch_settings *s = job->settings;
    struct batch single = { .count = 0 }, members = { .count = 0 };
    uint64_t bytes = 0;
    bool sizes_known = true;

    for (size_t i = 0; i < job->count; i++) {
        struct item *item = &job->item[i];
        if (item->result.state != FETCH_WANTED)
            continue;
        add_to_batch(item->file->member ? &members : &single, item);
        bytes += item->file->bytes;
        sizes_known = sizes_known && item->file->bytes > 0;
    }
    if (single.count + members.count == 0)
        return;
    if (s->starting)
        s->starting(s->context, job->dataset, single.count + members.count,
                    sizes_known ? bytes : 0);
    (void)!transfer_files(single.files, single.count, &s->transfer);
    archive_fetch(&job->dataset->archive, members.files, members.members,
                  members.count, &s->transfer);
    note_batch(&single);
    note_batch(&members);
}

/* Tells of each file, in order; the most severe failure decides. */
static bool report(struct job *job, struct error *err)
{
    const struct error *worst = NULL;
    bool alone = job->hopeless || job->settings->transfer.offline;

    for (size_t i = 0; i < job->count; i++) {
        struct item *item = &job->item[i];
        item->result.path = item->path;
        item->result.file = item->file;
        item->result.err = &item->err;
        item->result.by_hand = item->err.code == FAIL_NETWORK && alone;
        if (job->settings->done)
            job->settings->done(job->settings->context, &item->result);
        if (item->err.code != FAIL_NONE &&
            (!worst || item->err.code > worst->code))
            worst = &item->err;
    }
    return !worst || error_set(err, worst->code, "%s", worst->text);
}

static void release_job(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        free(job->item[i].path);
        free(job->item[i].by_hand);
        free(job->item[i].there);
        for (size_t j = 0; j < LOCAL_NAMES; j++)
            free(job->item[i].local_names[j]);
    }
    free(job->mirrors);
    receipt_release(&job->receipt);
    free(job);
}

/* What killed runs have left. */
static void sweep(const struct job *job, const char *raw_dir)
{
    const char *names[FILES_MAX];

    for (size_t i = 0; i < job->count; i++)
        names[i] = job->item[i].file->name;
    directory_sweep(raw_dir);
    partial_sweep(raw_dir, names, job->count);
}

bool fetch_dataset(const struct catalogue_dataset *dataset,
                   const struct store *store,
                   const struct fetch_settings *settings, struct error *err)
{
    struct job *job = calloc(1, sizeof *job);
    struct directory_lock lock = { 0 };

    if (!job)
        return error_memory(err);
    job->dataset = dataset;
    job->settings = settings;
    bool ok = list_items(job, store->raw, err) && list_mirrors(job, err);
    /* A dry run, and one to which nothing can come, leave no trace. */
    job->hopeless = ok && !can_come(job);
    job->read_only = settings->dry_run || job->hopeless;
    if (ok && !job->read_only) {
        struct directory_wait wait = settings->wait;
        wait.timeout_s =
            deadline_shorten(&settings->transfer.deadline, wait.timeout_s);
        ok = directory_make(store->raw, err) &&
             directory_lock(&lock, store->raw, &wait, err);
        if (ok)
            sweep(job, store->raw);
    }
    ok = ok && receipt_open(&job->receipt, store->raw, err);
    for (size_t i = 0; ok && i < job->count; i++)
        look_at_disk(&job->item[i]);
    if (ok && (!settings->dry_run || (job->hopeless && !settings->check)))
        download(job);
    ok = ok && report(job, err);
    if (lock.fd_plus_1 > 0) /* what arrived has made leftovers useless */
        sweep(job, store->raw);
    release_job(job);
    directory_unlock(&lock);
    return ok;
}

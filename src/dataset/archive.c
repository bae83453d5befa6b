/* SPDX-License-Identifier: MIT */
/* Mirror by mirror: open the archive, take the members that are still
 * wanted. */
#include "dataset/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blob.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"
#include "format/content.h"
#include "format/zipfile.h"
#include "net/httpblob.h"
#include "net/local.h"
#include "net/url.h"

/* What one mirror is asked for. */
struct visit {
    const char *mirror;
    char *place; /* owned: of the archive */
    const struct transfer_settings *settings;
    struct transfer_file *files;
    const char *const *members;
    size_t count;
};

static void on_received(void *context, uint64_t received)
{
    const struct visit *v = context;
    const struct transfer_watch *watch = &v->settings->watch;

    if (watch->progress)
        watch->progress(watch->context, path_base(v->place), received, 0,
                        received, 0);
}

static void on_waiting(void *context, double seconds)
{
    const struct visit *v = context;
    const struct transfer_watch *watch = &v->settings->watch;

    if (watch->waiting)
        watch->waiting(watch->context, path_base(v->place), seconds);
}

static size_t count_wanted(const struct transfer_file *files, size_t count)
{
    size_t wanted = 0;

    for (size_t i = 0; i < count; i++)
        wanted += !files[i].ok;
    return wanted;
}

static struct blob *open_blob(const struct visit *v,
                              const struct httpblob_settings *http,
                              struct error *err)
{
    if (!mirror_is_local(v->mirror))
        return httpblob_open(v->place, http, err);
    char *path = local_path(v->place, err);
    struct blob *blob = path ? file_blob_open(path, err) : NULL;
    free(path);
    return blob;
}

static bool take_member(struct zipfile *z, struct transfer_file *file,
                        const char *member, struct error *err)
{
    struct zipfile_member about;
    struct outfile out = { 0 };
    struct reader *in = NULL;
    bool ok = zipfile_find(z, member, &about, err);

    if (ok && about.bytes > file->max_bytes)
        ok = error_set(err, FAIL_DATA, "'%s' is too long in the archive",
                       member);
    if (ok)
        in = zipfile_reader_open(z, member, err);
    ok = in &&
         outfile_open(&out, file->path, OUTFILE_REPLACE | OUTFILE_SYNC, err) &&
         reader_copy(in, &out.base, about.bytes, err) &&
         outfile_finish(&out, err) &&
         file->check(file->context, out.temp, err) && outfile_commit(&out, err);
    outfile_abandon(&out);
    reader_close(in);
    return ok;
}

static void note_failure(const struct visit *v, struct transfer_file *file,
                         const struct error *why)
{
    const struct transfer_watch *watch = &v->settings->watch;
    struct error *story = &file->err;
    char shown[512];
    size_t used = strlen(story->text);

    url_public(v->mirror, shown, sizeof shown);
    story->code = why->code > story->code ? why->code : story->code;
    snprintf(story->text + used, sizeof story->text - used, "%s%s: %s",
             used ? "; " : "", shown, why->text);
    if (watch->failed)
        watch->failed(watch->context, file->name, shown, why->text);
}

static bool is_fatal(const struct error *why)
{
    return why->code != FAIL_NONE && why->code != FAIL_DATA &&
           why->code != FAIL_NETWORK;
}

/* The members one by one. False at what no other mirror can help; a mirror that
 * the network fails is left at once. */
static bool visit_members(const struct visit *v, struct zipfile *z)
{
    const struct transfer_watch *watch = &v->settings->watch;
    struct error broken = { 0 };

    for (size_t i = 0; i < v->count; i++) {
        struct transfer_file *file = &v->files[i];
        struct error why = broken;
        if (file->ok)
            continue;
        if (broken.code == FAIL_NONE) {
            if (watch->trying)
                watch->trying(watch->context, file->name, v->mirror, 0);
            file->ok = deadline_ahead(&v->settings->deadline, &why) &&
                       take_member(z, file, v->members[i], &why);
        }
        if (file->ok) {
            file->from = v->mirror;
            file->err = (struct error){ 0 };
            continue;
        }
        note_failure(v, file, &why);
        if (is_fatal(&why))
            return false;
        if (why.code == FAIL_NETWORK)
            broken = why;
    }
    return true;
}

/* In a directory the files may lie beside an archive that is not there. A file
 * that is there and wrong is told of; one that is missing is not yet. */
static void take_loose_files(const struct visit *v)
{
    for (size_t i = 0; i < v->count; i++) {
        struct error why = { 0 };
        if (v->files[i].ok)
            continue;
        if (local_copy(v->mirror, &v->files[i], &why)) {
            v->files[i].ok = true;
            v->files[i].from = v->mirror;
            v->files[i].err = (struct error){ 0 };
        } else if (why.code != FAIL_NETWORK) {
            note_failure(v, &v->files[i], &why);
        }
    }
}

/* Opens the archive, after a look at whether it can be one. */
static struct zipfile *open_archive(const struct visit *v,
                                    const struct httpblob_settings *http,
                                    struct error *err)
{
    unsigned char head[READER_PEEK_MAX];
    struct blob *blob = open_blob(v, http, err);

    if (!blob)
        return NULL;
    size_t n = blob->bytes < sizeof head ? (size_t)blob->bytes : sizeof head;
    if (n > 0 && blob_read_at(blob, 0, head, n, err) &&
        content_recognise(head, n) == CONTENT_WEB_PAGE)
        error_set(err, FAIL_DATA,
                  "'%s' is a web page, not data (does the network ask for a "
                  "login?)",
                  path_base(v->place));
    if (err->code == FAIL_NONE)
        return zipfile_open(blob, err);
    blob_close(blob);
    return NULL;
}

static bool visit_mirror(struct visit *v)
{
    const struct httpblob_settings http = {
        .http = v->settings->http,
        .retries = v->settings->retries,
        .deadline = v->settings->deadline,
        .progress = on_received,
        .waiting = on_waiting,
        .context = v,
    };
    struct error why = { 0 };

    if (mirror_is_local(v->mirror)) {
        take_loose_files(v);
        if (count_wanted(v->files, v->count) == 0)
            return true;
        char *path = local_path(v->place, &why);
        if (path && !file_exists(path))
            error_set(&why, FAIL_NETWORK,
                      "it has neither the file nor the archive");
        free(path);
    }
    struct zipfile *z = why.code == FAIL_NONE ? open_archive(v, &http, &why)
                                              : NULL;
    bool ok = z ? visit_members(v, z) : !is_fatal(&why);
    for (size_t i = 0; !z && i < v->count; i++)
        if (!v->files[i].ok && v->files[i].err.code != FAIL_DATA)
            note_failure(v, &v->files[i], &why);
    zipfile_close(z);
    return ok;
}

/* Completes the story of a file that no mirror had. */
static void conclude(struct transfer_file *file,
                     const struct transfer_settings *settings)
{
    struct error story = file->err;
    const char *by_hand = file->by_hand ? file->by_hand : "it";

    file->err = (struct error){ 0 };
    if (story.code == FAIL_NONE)
        error_set(&file->err, FAIL_NETWORK,
                  "%s: %s, and %s; get %s and put it at '%s'", file->name,
                  file->there ? file->there : "not on disk",
                  settings->offline ? "this is offline"
                                    : "there is no mirror to ask",
                  by_hand, file->path);
    else if (is_fatal(&story))
        error_set(&file->err, story.code, "%s: %s", file->name, story.text);
    else
        error_set(&file->err, story.code, "%s: no mirror has it right: %s; %s",
                  file->name, story.text,
                  story.code == FAIL_NETWORK
                      ? "try again later, or name another --mirror"
                      : "name another --mirror");
}

void archive_fetch(const struct catalogue_file *archive,
                   struct transfer_file *files, const char *const *members,
                   size_t count, const struct transfer_settings *settings)
{
    struct visit v = {
        .settings = settings, .files = files, .members = members, .count = count
    };
    struct error memory = { 0 }, late = { 0 };
    bool go_on = true;

    for (size_t i = 0; count > 0 && go_on && i < files[0].mirror_count &&
                       count_wanted(files, count) > 0 &&
                       deadline_ahead(&settings->deadline, &late);
         i++) {
        v.mirror = files[0].mirrors[i];
        if (settings->offline && !mirror_is_local(v.mirror))
            continue;
        v.place = path_join(v.mirror, archive->name, &memory);
        go_on = v.place && visit_mirror(&v);
        free(v.place);
    }
    if (go_on && count_wanted(files, count) > 0)
        (void)!deadline_ahead(&settings->deadline, &late); /* or has it now? */
    for (size_t i = 0; i < count; i++)
        if (!files[i].ok && late.code != FAIL_NONE &&
            files[i].err.code <= late.code)
            files[i].err = late;
        else if (!files[i].ok)
            conclude(&files[i], settings);
}

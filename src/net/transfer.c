/* SPDX-License-Identifier: MIT */
/* Mirrors in order, the next one on any failure, a rename at the end. */
#include "net/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/interrupt.h"
#include "base/outfile.h"
#include "base/reader.h"
#include "base/text.h"

enum { COPY_BYTES = 64 * 1024, FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 30000 };

/* What became of all the tries for one file. */
struct tally {
    unsigned data_failures, network_failures;
    bool may_recover; /* in this round */
    char story[800];  /* fits an error's text with words around it */
};

static bool is_file_url(const char *mirror)
{
    return strncasecmp(mirror, "file:", 5) == 0;
}

bool transfer_is_local(const char *mirror)
{
    return is_file_url(mirror) || !http_is_url(mirror);
}

static void report_progress(void *user, uint64_t done, uint64_t total)
{
    const void *const *pair = user;
    const struct transfer_watch *watch = pair[0];
    const struct transfer_file *file = pair[1];

    watch->progress(watch->context, file->name, done,
                    total ? total : file->bytes);
}

/* Copies a file of a directory on this machine. */
static struct http_result copy_local(const char *place, struct writer *to,
                                     uint64_t max_bytes, struct error *why)
{
    struct http_result result = { HTTP_NEXT, 0 };
    char *path = is_file_url(place) ? http_file_path(place, why)
                                    : text_copy(place, why);
    struct error missing = { 0 };
    struct reader *in = path ? file_reader_open(path, &missing) : NULL;
    unsigned char *buffer = malloc(COPY_BYTES);
    uint64_t done = 0;
    ptrdiff_t got = -1;

    if (!in)
        error_set(why, FAIL_NETWORK, "%s", missing.text);
    else if (!buffer)
        error_memory(why);
    while (in && buffer &&
           (got = reader_read(in, buffer, COPY_BYTES, why)) > 0) {
        done += (uint64_t)got;
        if (done > max_bytes) {
            error_set(why, FAIL_DATA, "it is longer than the file's %llu bytes",
                      (unsigned long long)max_bytes);
            got = -1;
            break;
        }
        if (!writer_write(to, buffer, (size_t)got, why)) {
            result.outcome = HTTP_FATAL;
            got = -1;
            break;
        }
    }
    if (got == 0)
        result.outcome = HTTP_DONE;
    free(buffer);
    reader_close(in);
    free(path);
    return result;
}

/* One try. True when the file stands at its place. */
static bool try_mirror(const struct transfer_file *file,
                       const struct transfer_settings *settings,
                       const char *mirror, struct http_result *result,
                       struct error *why)
{
    const void *pair[] = { &settings->watch, file };
    struct http_progress progress = { settings->watch.progress ? report_progress
                                                               : NULL,
                                      pair };
    struct outfile out = { 0 };
    char *place = path_join(mirror, file->name, why);
    bool done = false;

    result->outcome = HTTP_FATAL;
    if (place &&
        outfile_open(&out, file->path, OUTFILE_REPLACE | OUTFILE_SYNC, why)) {
        *result = transfer_is_local(mirror)
                      ? copy_local(place, &out.base, file->max_bytes, why)
                      : http_get(place, &out.base, file->max_bytes,
                                 &settings->http, &progress, why);
        if (result->outcome == HTTP_DONE) {
            result->outcome = HTTP_FATAL;
            if (outfile_finish(&out, why)) {
                bool right = file->check(file->context, out.temp, why);
                if (!right && why->code == FAIL_DATA)
                    result->outcome = HTTP_NEXT;
                done = right && outfile_commit(&out, why);
            }
        }
    }
    outfile_abandon(&out);
    free(place);
    return done;
}

/* Adds a mirror's failure to the story, host by host. */
static void note_failure(struct tally *tally, const char *mirror,
                         const struct error *why, enum http_outcome outcome)
{
    char host[128];
    size_t used = strlen(tally->story);

    tally->data_failures += why->code == FAIL_DATA;
    tally->network_failures += why->code != FAIL_DATA;
    tally->may_recover |= outcome == HTTP_TRY_AGAIN;
    http_host(mirror, host, sizeof host);
    snprintf(tally->story + used, sizeof tally->story - used, "%s%s: %s",
             used ? "; " : "", transfer_is_local(mirror) ? mirror : host,
             why->text);
}

/* Full jitter, so that many that failed together do not return together. */
static bool wait_before_round(unsigned round, struct error *err)
{
    long longest = FIRST_WAIT_MS;
    struct timespec now;

    for (unsigned i = 1; i < round && longest < LONGEST_WAIT_MS; i++)
        longest *= 2;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long wait_ms = (now.tv_nsec / 1000) % (longest + 1);
    struct timespec wait = { wait_ms / 1000, wait_ms % 1000 * 1000000 };
    (void)nanosleep(&wait, NULL); /* a signal ends it, and is seen below */
    return interrupt_none(err);
}

bool transfer_file(const struct transfer_file *file,
                   const struct transfer_settings *settings, const char **from,
                   struct error *err)
{
    const struct transfer_watch *watch = &settings->watch;
    struct tally tally = { 0 };
    size_t tried = 0;

    for (unsigned round = 0; round <= settings->retries; round++) {
        if (round > 0 && !wait_before_round(round, err))
            return false;
        tally = (struct tally){ 0 };
        for (size_t i = 0; i < file->mirror_count; i++) {
            const char *mirror = file->mirrors[i];
            struct http_result result;
            struct error why = { 0 };

            if (settings->offline && !transfer_is_local(mirror))
                continue;
            tried++;
            if (watch->trying)
                watch->trying(watch->context, file->name, mirror);
            if (try_mirror(file, settings, mirror, &result, &why)) {
                *from = mirror;
                return true;
            }
            if (result.outcome == HTTP_FATAL)
                return error_set(err, why.code, "%s", why.text);
            note_failure(&tally, mirror, &why, result.outcome);
            if (watch->failed)
                watch->failed(watch->context, file->name, mirror, why.text);
        }
        if (!tally.may_recover)
            break;
    }
    if (tried == 0)
        return error_set(
            err, FAIL_NETWORK, "%s: not on disk, and %s; put the file at '%s'",
            file->name,
            settings->offline ? "this is offline" : "there is no mirror to ask",
            file->path);
    bool network = tally.network_failures > 0;
    return error_set(err, network ? FAIL_NETWORK : FAIL_DATA,
                     "%s: no mirror has it right: %s; %s", file->name,
                     tally.story,
                     network ? "try again later, or name another --mirror"
                             : "name another --mirror");
}

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
    bool *given_up; /* owned; by mirror: not to be tried any more */
    unsigned tried, network_failures;
    char story[800]; /* fits an error's text with words around it */
};

enum round_end { ROUND_DONE, ROUND_AGAIN, ROUND_FAILED, ROUND_STOPPED };

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
    while (in && buffer && interrupt_none(why) &&
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
    if (!buffer || why->code == FAIL_INTERRUPTED)
        result.outcome = HTTP_FATAL;
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
                         const struct error *why)
{
    char host[128];
    size_t used = strlen(tally->story);

    tally->network_failures += why->code != FAIL_DATA;
    http_host(mirror, host, sizeof host);
    int n = snprintf(tally->story + used, sizeof tally->story - used,
                     "%s%s: %s", used ? "; " : "",
                     transfer_is_local(mirror) ? mirror : host, why->text);
    if (n < 0) /* what does not fit is cut, which is fine */
        tally->story[used] = '\0';
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

/* Each mirror that is not given up once. In the last round all are. */
static enum round_end try_round(const struct transfer_file *file,
                                const struct transfer_settings *settings,
                                struct tally *tally, bool last,
                                const char **from, struct error *err)
{
    const struct transfer_watch *watch = &settings->watch;
    enum round_end end = ROUND_FAILED;

    for (size_t i = 0; i < file->mirror_count; i++) {
        const char *mirror = file->mirrors[i];
        struct http_result result;
        struct error why = { 0 };

        if (tally->given_up[i] ||
            (settings->offline && !transfer_is_local(mirror)))
            continue;
        tally->tried++;
        if (watch->trying)
            watch->trying(watch->context, file->name, mirror);
        if (try_mirror(file, settings, mirror, &result, &why)) {
            *from = mirror;
            return ROUND_DONE;
        }
        if (result.outcome == HTTP_FATAL) {
            error_set(err, why.code, "%s", why.text);
            return ROUND_STOPPED;
        }
        if (result.outcome == HTTP_TRY_AGAIN && !last) {
            end = ROUND_AGAIN;
        } else {
            tally->given_up[i] = true;
            note_failure(tally, mirror, &why);
        }
        if (watch->failed)
            watch->failed(watch->context, file->name, mirror, why.text);
    }
    return end;
}

bool transfer_file(const struct transfer_file *file,
                   const struct transfer_settings *settings, const char **from,
                   struct error *err)
{
    struct tally tally = {
        .given_up = calloc(file->mirror_count + 1, sizeof(bool)),
    };
    enum round_end end = ROUND_AGAIN;

    if (!tally.given_up)
        return error_memory(err);
    for (unsigned round = 0; end == ROUND_AGAIN; round++)
        end = round > 0 && !wait_before_round(round, err)
                  ? ROUND_STOPPED
                  : try_round(file, settings, &tally,
                              round == settings->retries, from, err);
    free(tally.given_up);
    if (end != ROUND_FAILED)
        return end == ROUND_DONE;
    if (tally.tried == 0)
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

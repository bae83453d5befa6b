/* SPDX-License-Identifier: MIT */
/* One window of the remote file in memory, moved by Range requests. */
#include "net/httpblob.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/header.h"

enum {
    /* The end record may be followed by a comment of 64 KB, so that is where
     * it is looked for; the directory of 30 members takes 3 KB before it. */
    TAIL_BYTES = 72 * 1024,
    HEAD_BYTES = 512,
    /* What is expected is read in pieces of this size: few requests, and a
     * bounded memory. */
    WINDOW_BYTES = 4 << 20,
    /* Without a hint: reading here and there. */
    SMALL_BYTES = 16 * 1024,
    POLL_MS = 100,
};

/* Before the next try, unless the server asks for more. */
static const double WAIT_S = 0.5;

/* Two windows: the end of the file, where the directory is, stays. */
struct window {
    uint64_t at;
    size_t n;
    unsigned char *bytes; /* owned */
};

struct httpblob {
    struct blob base;
    const struct httpblob_settings *settings;
    struct http_pool *pool;
    struct window tail, window;
    uint64_t expected_end; /* of what will be read in order */
    uint64_t received;
    char validator[HTTP_VALIDATOR_MAX];
    /* The request under way. */
    struct window *target;
    uint64_t total;
    bool done;
    struct http_answer answer;
};

/* ---- one request ---- */

static bool on_begin(void *context, uint64_t at, uint64_t total,
                     const char *validator, struct error *err)
{
    struct httpblob *b = context;

    if (at != b->target->at || total == 0 ||
        (b->total > 0 && total != b->total) ||
        (b->validator[0] != '\0' && strcmp(b->validator, validator) != 0))
        return error_set(err, FAIL_NETWORK,
                         "the file has changed while it was read");
    b->total = total;
    snprintf(b->validator, sizeof b->validator, "%s", validator);
    return true;
}

static bool on_write(void *context, const void *bytes, size_t n,
                     struct error *err)
{
    struct httpblob *b = context;

    (void)err;
    memcpy(b->target->bytes + b->target->n, bytes, n);
    b->target->n += n;
    b->received += n;
    if (b->settings->progress)
        b->settings->progress(b->settings->context, b->received);
    return true;
}

static void on_done(void *context, const struct http_answer *answer)
{
    struct httpblob *b = context;

    b->done = true;
    b->answer = *answer;
}

static bool may_go_on(const struct httpblob *b, struct error *err)
{
    return interrupt_none(err) && deadline_ahead(&b->settings->deadline, err);
}

static bool request(struct httpblob *b, size_t count, struct error *err)
{
    struct http_request r = {
        .url = b->base.name,
        .from = b->target->at,
        .count = count,
        .validator = b->validator[0] ? b->validator : NULL,
        .max_bytes = count,
        .begin = on_begin,
        .write = on_write,
        .done = on_done,
        .context = b,
    };

    /* Of one that is left before its end, another try makes no sense. */
    b->answer = (struct http_answer){ .outcome = HTTP_FATAL };
    b->done = false;
    b->target->n = 0;
    if (!http_pool_start(b->pool, &r, err))
        return false;
    while (!b->done)
        if (!may_go_on(b, err) || !http_pool_run(b->pool, POLL_MS, err))
            return false;
    /* Of a file that is shorter there is no more. */
    bool all = b->target->n == count ||
               b->target->at + b->target->n == b->total;
    if (b->answer.outcome == HTTP_DONE && b->target->n > 0 && all)
        return true;
    if (b->answer.outcome == HTTP_DONE)
        error_set(err, FAIL_NETWORK, "it sends less than was asked for");
    return error_pass(err, &b->answer.why);
}

/* As long as the server asks for; false with *err set, which tells why there is
 * a wait, when there is no time for it, or a signal came. */
static bool wait_for_next_try(const struct httpblob *b, const struct error *why,
                              struct error *err)
{
    const struct httpblob_settings *s = b->settings;
    const struct timespec pause = { 0, POLL_MS * 1000000L };
    double wait = b->answer.retry_after_s > WAIT_S ? b->answer.retry_after_s
                                                   : WAIT_S;
    double until = clock_now_s() + wait;

    if (!deadline_allows(&s->deadline, wait))
        return error_set(err, FAIL_NETWORK,
                         "%s, but the next try would be in %.0f s, beyond "
                         "--max-time",
                         why->text, wait);
    if (s->waiting)
        s->waiting(s->context, wait);
    while (interrupt_none(err) && clock_now_s() < until)
        (void)nanosleep(&pause, NULL);
    return err->code == FAIL_NONE;
}

/* Tries again what may pass. */
static bool fetch(struct httpblob *b, struct window *w, uint64_t at,
                  size_t count, struct error *err)
{
    w->at = at;
    b->target = w;
    for (unsigned attempt = 0;; attempt++) {
        struct error why = { 0 };
        if (request(b, count, &why))
            return true;
        if (attempt >= b->settings->retries || why.code != FAIL_NETWORK ||
            b->answer.outcome != HTTP_TRY_AGAIN) {
            w->n = 0;
            return error_pass(err, &why);
        }
        if (!wait_for_next_try(b, &why, err)) {
            w->n = 0;
            return false;
        }
    }
}

/* ---- the blob ---- */

/* Copies what the window has of the n bytes at `at`, from the first on. */
static size_t copy_from(const struct window *w, uint64_t at, void *to, size_t n)
{
    if (at < w->at || at >= w->at + w->n)
        return 0;
    uint64_t there = w->at + w->n - at;
    size_t part = there < n ? (size_t)there : n;
    memcpy(to, w->bytes + (at - w->at), part);
    return part;
}

/* Moves the window: as far as bytes are expected in order, else a little. */
static bool move_window(struct httpblob *b, uint64_t at, struct error *err)
{
    uint64_t want = at < b->expected_end ? b->expected_end - at : SMALL_BYTES;
    uint64_t left = b->base.bytes - at;

    want = want < WINDOW_BYTES ? want : WINDOW_BYTES;
    return fetch(b, &b->window, at, (size_t)(want < left ? want : left), err);
}

static bool http_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                         struct error *err)
{
    struct httpblob *b = (struct httpblob *)base;
    unsigned char *next = to;

    while (n > 0) {
        size_t part = copy_from(&b->tail, at, next, n);
        if (part == 0)
            part = copy_from(&b->window, at, next, n);
        if (part == 0 && !move_window(b, at, err))
            return false;
        at += part;
        next += part;
        n -= part;
    }
    return true;
}

static void http_expect(struct blob *base, uint64_t at, uint64_t n)
{
    ((struct httpblob *)base)->expected_end = at + n;
}

static void http_close(struct blob *base)
{
    struct httpblob *b = (struct httpblob *)base;

    http_pool_close(b->pool);
    free(b->tail.bytes);
    free(b->window.bytes);
    blob_release(base);
    free(b);
}

static const struct blob_ops http_ops = { http_read_at, http_expect,
                                          http_close };

/* A request for the first bytes tells the size, and what it is; then the end
 * is read. */
static bool measure(struct httpblob *b, struct error *err)
{
    if (!fetch(b, &b->window, 0, HEAD_BYTES, err))
        return false;
    b->base.bytes = b->total;
    size_t tail = b->total < TAIL_BYTES ? (size_t)b->total : TAIL_BYTES;
    return fetch(b, &b->tail, b->total - tail, tail, err);
}

struct blob *httpblob_open(const char *url,
                           const struct httpblob_settings *settings,
                           struct error *err)
{
    struct httpblob *b = calloc(1, sizeof *b);

    if (!b || !blob_init(&b->base, &http_ops, url, 0, err)) {
        free(b);
        error_memory(err);
        return NULL;
    }
    b->settings = settings;
    b->pool = http_pool_open(&settings->http, err);
    b->tail.bytes = malloc(TAIL_BYTES);
    b->window.bytes = malloc(WINDOW_BYTES);
    if (b->tail.bytes && b->window.bytes && b->pool && measure(b, err))
        return &b->base;
    if (!b->tail.bytes || !b->window.bytes)
        error_memory(err);
    http_close(&b->base);
    return NULL;
}

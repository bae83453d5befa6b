/* SPDX-License-Identifier: MIT */
/* The course of each file: mirrors in order, continuing what was cut, waiting
 * between rounds, checking, and the rename at the end. */
#include "net/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "net/local.h"
#include "net/partial.h"
#include "net/url.h"

/* Waits double from the first to the longest; the actual one is anything below
 * (full jitter), so that many that failed together do not return together. */
static const double FIRST_WAIT_S = 0.5, LONGEST_WAIT_S = 30;

enum { POLL_MS = 100 };

enum course_state { COURSE_IDLE, COURSE_RUNNING, COURSE_ENDED };

/* One file on its way. */
struct course {
    struct transfer *all;
    struct transfer_file *file;
    enum course_state state;
    size_t mirror;  /* position of the one that is asked, or is next */
    unsigned round; /* over all mirrors */
    unsigned again; /* at this mirror, after progress was made */
    double due_s;   /* not before this */
    struct partial partial;
    char *url;             /* owned: what is asked for */
    bool cut;              /* what came is shorter than the file */
    bool resumed;          /* the running request began at partial.bytes > 0 */
    uint64_t begun_at;     /* partial.bytes when it began */
    bool *given_up;        /* owned; by mirror: not to be asked again */
    bool may_recover;      /* a mirror of this round may be better next time */
    struct error passing;  /* what the last mirror said */
    size_t passing_mirror; /* which that was */
    unsigned asked_wait_s; /* the longest Retry-After of this round */
    unsigned network_failures;
    bool by_server;  /* one of them, so that later it may be better */
    char story[800]; /* fits an error's text with words around it */
};

struct transfer {
    const struct transfer_settings *settings;
    struct http_pool *pool;
    struct course *course;
    size_t count;
};

/* Anything in [0, 1): it only has to differ between processes. */
static double jitter(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)(t.tv_nsec / 100 % 9973) / 9973;
}

static const char *mirror_of(const struct course *c)
{
    return c->file->mirrors[c->mirror];
}

static void end(struct course *c, bool ok, enum fail code, const char *text)
{
    c->state = COURSE_ENDED;
    c->file->ok = ok;
    if (ok)
        c->file->from = mirror_of(c);
    else
        error_set(&c->file->err, code, "%s", text);
    if (ok) /* from another mirror than the one it is the beginning of */
        partial_discard(&c->partial);
    partial_keep(&c->partial);
    free(c->url);
    c->url = NULL;
}

static void end_without_mirror(struct course *c)
{
    char text[sizeof c->story + 1000];
    bool network = c->network_failures > 0 || c->story[0] == '\0';

    if (c->story[0] == '\0')
        snprintf(text, sizeof text, "%s: %s, and %s; get %s and put it at '%s'",
                 c->file->name, c->file->there ? c->file->there : "not on disk",
                 c->all->settings->offline ? "this is offline"
                                           : "there is no mirror to ask",
                 c->file->by_hand ? c->file->by_hand : "it", c->file->path);
    else
        snprintf(text, sizeof text, "%s: no mirror has it right: %s; %s",
                 c->file->name, c->story,
                 c->by_server ? "try again later, or name another --mirror"
                              : "name another --mirror");
    end(c, false, network ? FAIL_NETWORK : FAIL_DATA, text);
}

/* ---- from one mirror to the next ---- */

/* Adds a mirror's failure to the story, host by host. */
static void tell(struct course *c, const struct error *why)
{
    char host[256];
    size_t used = strlen(c->story);

    url_host(mirror_of(c), host, sizeof host);
    c->network_failures += why->code != FAIL_DATA;
    c->by_server |= why->code != FAIL_DATA && !mirror_is_local(mirror_of(c));
    snprintf(c->story + used, sizeof c->story - used, "%s%s: %s",
             used ? "; " : "",
             mirror_is_local(mirror_of(c)) ? mirror_of(c) : host, why->text);
}

static bool usable(const struct course *c)
{
    return !c->given_up[c->mirror] &&
           (!c->all->settings->offline || mirror_is_local(mirror_of(c)));
}

/* The mirror that is asked has failed. It gets another try in the next round
 * only where that may help; the story is told once, at the end. */
static void next_mirror(struct course *c, const struct error *why, bool again)
{
    const struct transfer_watch *watch = &c->all->settings->watch;
    char shown[512];

    url_public(mirror_of(c), shown, sizeof shown);
    if (watch->failed)
        watch->failed(watch->context, c->file->name, shown, why->text);
    c->given_up[c->mirror] = !again || c->round >= c->all->settings->retries;
    c->may_recover |= !c->given_up[c->mirror];
    if (c->given_up[c->mirror])
        tell(c, why);
    c->passing = *why;
    c->passing_mirror = c->mirror++;
    c->again = 0;
}

/* Another round over the mirrors that may recover, after a wait; or the end. */
static void next_round(struct course *c)
{
    const struct transfer_settings *s = c->all->settings;
    double longest = FIRST_WAIT_S;

    for (unsigned i = 0; i < c->round && longest < LONGEST_WAIT_S; i++)
        longest *= 2;
    double wait = longest * jitter();
    if (wait < c->asked_wait_s)
        wait = c->asked_wait_s;
    if (!c->may_recover) {
        end_without_mirror(c);
    } else if (!deadline_allows(&s->deadline, wait)) {
        c->mirror = c->passing_mirror;
        tell(c, &c->passing);
        size_t used = strlen(c->story);
        snprintf(c->story + used, sizeof c->story - used,
                 ", but the next try would be in %.0f s, beyond --max-time",
                 wait);
        end_without_mirror(c);
    } else {
        if (s->watch.waiting)
            s->watch.waiting(s->watch.context, c->file->name, wait);
        c->due_s = clock_now_s() + wait;
        c->round++;
        c->mirror = 0;
        c->may_recover = false;
        c->asked_wait_s = 0;
    }
}

/* ---- what a request tells ---- */

static bool on_begin(void *context, uint64_t at, uint64_t total,
                     const char *validator, struct error *err)
{
    struct course *c = context;
    struct partial *p = &c->partial;

    if (at == 0)
        return partial_restart(p, c->url, validator, total, err);
    if (at != p->bytes || (p->total > 0 && total != p->total))
        return error_set(err, FAIL_NETWORK,
                         "the file has another size than when it was begun");
    return true;
}

static bool on_write(void *context, const void *bytes, size_t n,
                     struct error *err)
{
    struct course *c = context;
    const struct transfer_watch *watch = &c->all->settings->watch;
    uint64_t done = 0, total = 0;

    if (!partial_write(&c->partial, bytes, n, err))
        return false;
    for (size_t i = 0; watch->progress && i < c->all->count; i++) {
        const struct course *other = &c->all->course[i];
        done += other->file->ok ? other->file->bytes : other->partial.bytes;
        total += other->file->bytes ? other->file->bytes : other->partial.total;
    }
    if (watch->progress)
        watch->progress(watch->context, c->file->name, c->partial.bytes,
                        c->file->bytes ? c->file->bytes : c->partial.total,
                        done, total);
    return true;
}

/* All bytes have come: is it the file? */
static void check_arrival(struct course *c, struct error *why)
{
    const struct transfer_file *f = c->file;
    uint64_t bytes = c->partial.bytes;

    /* A body without a length that is closed too soon looks complete. */
    if (f->bytes > 0 && bytes < f->bytes && c->partial.total == 0) {
        error_set(why, FAIL_NETWORK,
                  "the connection was closed after %llu of %llu bytes",
                  (unsigned long long)bytes, (unsigned long long)f->bytes);
        c->cut = true;
        return;
    }
    if (f->check(f->context, c->partial.path, why) &&
        partial_commit(&c->partial, why))
        end(c, true, FAIL_NONE, "");
}

/* The same mirror once more, when that makes sense. */
static bool same_mirror_again(struct course *c, const struct http_answer *a,
                              const struct error *why)
{
    bool gained = c->partial.bytes > c->begun_at;

    /* What was continued may be to blame itself: from the start, once. */
    if (c->resumed && (a->outcome == HTTP_RESTART || why->code == FAIL_DATA)) {
        partial_discard(&c->partial);
        return true;
    }
    /* Cut, but it came further: go on where it was cut. */
    if (a->outcome == HTTP_TRY_AGAIN && gained &&
        c->partial.validator[0] != '\0' &&
        c->again < c->all->settings->retries) {
        c->again++;
        return true;
    }
    return false;
}

static void on_done(void *context, const struct http_answer *answer)
{
    struct course *c = context;
    struct http_answer a = *answer;

    c->state = COURSE_IDLE;
    if (a.why.code == FAIL_INTERRUPTED)
        return; /* all files end together, in run() */
    /* 416: there is nothing behind what we have; so it is the whole file, or
     * not the file. */
    if (a.status == 416 && c->resumed) {
        a.why = (struct error){ 0 };
        a.outcome = HTTP_DONE;
    }
    if (a.outcome == HTTP_DONE) {
        check_arrival(c, &a.why);
        if (c->state == COURSE_ENDED)
            return;
        if (c->cut)
            a.outcome = HTTP_TRY_AGAIN;
        c->cut = false;
    }
    if (a.outcome == HTTP_FATAL ||
        (a.why.code != FAIL_DATA && a.why.code != FAIL_NETWORK)) {
        end(c, false, a.why.code, a.why.text);
        return;
    }
    if (same_mirror_again(c, &a, &a.why))
        return;
    /* What is wrong or cannot be continued is no beginning of anything. */
    if (a.why.code == FAIL_DATA)
        partial_discard(&c->partial);
    if (a.retry_after_s > c->asked_wait_s)
        c->asked_wait_s = a.retry_after_s;
    next_mirror(c, &a.why, a.outcome == HTTP_TRY_AGAIN);
}

/* ---- starting ---- */

static void start_local(struct course *c)
{
    struct error why = { 0 };

    if (local_copy(mirror_of(c), c->file, &why))
        end(c, true, FAIL_NONE, "");
    else if (why.code != FAIL_DATA && why.code != FAIL_NETWORK)
        end(c, false, why.code, why.text);
    else
        next_mirror(c, &why, false);
}

static bool start_request(struct course *c, struct error *err)
{
    const struct transfer_watch *watch = &c->all->settings->watch;
    struct partial *p = &c->partial;
    char shown[512];

    free(c->url);
    c->url = path_join(mirror_of(c), c->file->name, err);
    if (!c->url)
        return false;
    if (!p->path && !partial_open(p, c->file->path, c->file->max_bytes, err))
        return false;
    if (!partial_has_room(p, c->file->bytes, err))
        return false;
    /* Bytes of another mirror's file are not continued: they may differ. */
    c->resumed = p->bytes > 0 && p->validator[0] != '\0' &&
                 strcmp(p->url, c->url) == 0;
    c->begun_at = c->resumed ? p->bytes : 0;
    if (watch->trying) {
        url_public(mirror_of(c), shown, sizeof shown);
        watch->trying(watch->context, c->file->name, shown, c->begun_at);
    }
    struct http_request request = {
        .url = c->url,
        .from = c->begun_at,
        .validator = c->resumed ? p->validator : NULL,
        .max_bytes = c->file->max_bytes,
        .begin = on_begin,
        .write = on_write,
        .done = on_done,
        .context = c,
    };
    c->state = COURSE_RUNNING;
    return http_pool_start(c->all->pool, &request, err);
}

/* Opened when the first file needs it: local mirrors do not. */
static bool open_pool(struct transfer *all, struct error *err)
{
    if (!all->pool)
        all->pool = http_pool_open(&all->settings->http, err);
    return all->pool != NULL;
}

static void start(struct course *c)
{
    const struct transfer_watch *watch = &c->all->settings->watch;
    struct error why = { 0 };

    if (mirror_is_local(mirror_of(c))) {
        if (watch->trying)
            watch->trying(watch->context, c->file->name, mirror_of(c), 0);
        start_local(c);
        return;
    }
    if (open_pool(c->all, &why) && start_request(c, &why))
        return;
    c->state = COURSE_IDLE;
    if (why.code == FAIL_NETWORK)
        next_mirror(c, &why, false);
    else
        end(c, false, why.code, why.text);
}

/* ---- all files ---- */

/* May one more request to this course's host begin? */
static bool has_slot(const struct course *c)
{
    size_t running = 0, same_host = 0;
    char host[256], other[256];

    if (mirror_is_local(mirror_of(c)))
        return true;
    url_host(mirror_of(c), host, sizeof host);
    for (size_t i = 0; i < c->all->count; i++) {
        const struct course *o = &c->all->course[i];
        if (o->state != COURSE_RUNNING)
            continue;
        running++;
        url_host(mirror_of(o), other, sizeof other);
        same_host += strcmp(host, other) == 0;
    }
    return running < TRANSFER_AT_ONCE && same_host < TRANSFER_PER_HOST;
}

/* Moves a course that waits on its way; false when it has to wait on. */
static bool advance(struct course *c)
{
    while (c->state == COURSE_IDLE && c->mirror < c->file->mirror_count &&
           !usable(c))
        c->mirror++;
    if (c->state != COURSE_IDLE || c->due_s > clock_now_s())
        return false;
    if (c->mirror >= c->file->mirror_count)
        next_round(c);
    else if (has_slot(c))
        start(c);
    else
        return false;
    return c->state == COURSE_IDLE;
}

static size_t advance_all(struct transfer *all)
{
    size_t open = 0;

    for (size_t i = 0; i < all->count; i++) {
        while (advance(&all->course[i]))
            continue;
        open += all->course[i].state != COURSE_ENDED;
    }
    return open;
}

static void stop_all(struct transfer *all, const struct error *why)
{
    http_pool_close(all->pool); /* calls nobody back */
    all->pool = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (all->course[i].state != COURSE_ENDED)
            end(&all->course[i], false, why->code, why->text);
}

static void run(struct transfer *all)
{
    const struct timespec pause = { 0, POLL_MS * 1000000L };
    struct error why = { 0 };

    for (;;) {
        if (interrupt_signal() != 0)
            error_set(&why, FAIL_INTERRUPTED,
                      "interrupted; what has come is kept, run again to "
                      "continue");
        if (why.code != FAIL_NONE ||
            !deadline_ahead(&all->settings->deadline, &why)) {
            stop_all(all, &why);
            return;
        }
        if (advance_all(all) == 0)
            return;
        if (all->pool)
            (void)!http_pool_run(all->pool, POLL_MS, &why);
        else
            (void)nanosleep(&pause, NULL);
    }
}

bool transfer_files(struct transfer_file *files, size_t count,
                    const struct transfer_settings *settings)
{
    struct transfer all = { .settings = settings, .count = count };
    struct error memory = { 0 };
    bool ok = true;

    all.course = calloc(count + 1, sizeof *all.course);
    for (size_t i = 0; all.course && i < count; i++) {
        all.course[i].all = &all;
        all.course[i].file = &files[i];
        all.course[i].given_up =
            calloc(files[i].mirror_count + 1, sizeof(bool));
        if (!all.course[i].given_up)
            error_memory(&memory);
    }
    if (!all.course)
        error_memory(&memory);
    if (all.course && memory.code == FAIL_NONE)
        run(&all);
    http_pool_close(all.pool);
    for (size_t i = 0; i < count; i++) {
        if (memory.code != FAIL_NONE)
            files[i].err = memory;
        ok = ok && files[i].ok;
        if (all.course)
            free(all.course[i].given_up);
    }
    free(all.course);
    return ok;
}

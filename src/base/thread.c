/* SPDX-License-Identifier: MIT */
/* A new thread begins with the signal mask of the one that makes it. */
#include "base/thread.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

bool thread_start(pthread_t *thread, void *(*work)(void *), void *context,
                  struct error *err)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(thread, NULL, work, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0 ||
           error_set(err, FAIL_SYSTEM, "cannot start a thread; try --jobs 1");
}

/* ---- tasks ---- */

struct crew {
    thread_task *task;
    void *context;
    size_t count;
    pthread_mutex_t lock;
    size_t next;        /* under lock */
    size_t failed;      /* under lock: the first task that has; count: none */
    struct error error; /* under lock: its error */
};

struct worker {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

/* False when there is none left to begin. */
static bool next_task(struct crew *c, size_t *task)
{
    pthread_mutex_lock(&c->lock);
    bool more = c->next < c->count && c->failed == c->count;
    *task = c->next;
    c->next += more;
    pthread_mutex_unlock(&c->lock);
    return more;
}

static void note_failure(struct crew *c, size_t task, const struct error *err)
{
    pthread_mutex_lock(&c->lock);
    if (task < c->failed) {
        c->failed = task;
        c->error = *err;
    }
    pthread_mutex_unlock(&c->lock);
}

static void *work(void *context)
{
    const struct worker *w = context;
    size_t task;

    while (next_task(w->crew, &task)) {
        struct error err = { 0 };
        if (!w->crew->task(w->crew->context, w->number, task, &err))
            note_failure(w->crew, task, &err);
    }
    return NULL;
}

bool threads_run(unsigned workers, size_t count, thread_task *task,
                 void *context, struct error *err)
{
    assert(workers > 0);
    struct crew crew = {
        .task = task, .context = context, .count = count, .failed = count
    };
    size_t wanted = workers < count ? workers : count;
    struct worker *all = calloc(wanted + 1, sizeof *all);
    size_t started = 1; /* the caller */

    if (!all)
        return error_memory(err);
    pthread_mutex_init(&crew.lock, NULL);
    for (size_t i = 0; i < wanted; i++)
        all[i] = (struct worker){ .crew = &crew, .number = (unsigned)i };
    /* Threads are only for speed: with fewer of them all is done, too. */
    struct error ignored = { 0 };
    while (started < wanted &&
           thread_start(&all[started].thread, work, &all[started], &ignored))
        started++;
    if (count > 0)
        work(&all[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(all[i].thread, NULL);
    pthread_mutex_destroy(&crew.lock);
    free(all);
    return crew.failed == count || error_pass(err, &crew.error);
}

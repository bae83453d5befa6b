/* SPDX-License-Identifier: MIT */
/* A new thread begins with the signal mask of the one that makes it. */
#include "base/thread.h"

#include <signal.h>

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

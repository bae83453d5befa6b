/* SPDX-License-Identifier: MIT */
/* Threads that leave signals to the main one, whose system calls they must
 * end. */
#ifndef MP_BASE_THREAD_H
#define MP_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Runs work(context); the caller joins it by pthread_join. */
bool MUST_USE thread_start(pthread_t *thread, void *(*work)(void *),
                           void *context, struct error *err);

/* One of several tasks; no two run at the same time with the same worker. */
typedef bool thread_task(void *context, unsigned worker, size_t task,
                         struct error *err);

/* Does tasks 0 .. count - 1 by up to `workers` threads, of which the caller is
 * worker 0. They are begun in order; once one has failed no other is. The error
 * is the first failed task's, which is the one that a single thread would have
 * met. */
bool MUST_USE threads_run(unsigned workers, size_t count, thread_task *task,
                          void *context, struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Threads that leave signals to the main one, whose system calls they must
 * end. */
#ifndef MP_BASE_THREAD_H
#define MP_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"

/* Runs work(context); the caller joins it by pthread_join. */
bool MUST_USE thread_start(pthread_t *thread, void *(*work)(void *),
                           void *context, struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* The system's random numbers; the clock, where it has none. */
#if defined(__linux__) || defined(__GLIBC__)
/* NOLINTNEXTLINE(bugprone-reserved-identifier): for getentropy */
#define _DEFAULT_SOURCE
#endif
#include "base/entropy.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint64_t entropy_u64(void)
{
    uint64_t number;
    struct timespec now = { 0 };

    if (getentropy(&number, sizeof number) == 0)
        return number;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15 ^ (uint64_t)getpid();
}

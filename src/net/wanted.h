/* SPDX-License-Identifier: MIT */
/* A file that is to be had from mirrors, and how that ended. */
#ifndef MP_NET_WANTED_H
#define MP_NET_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct transfer_file {
    const char *name;    /* appended to each mirror */
    const char *path;    /* where it shall stand in the end */
    const char *by_hand; /* where else to get it, for messages; may be NULL */
    const char *there;   /* what is wrong with the file that stands at `path`,
                            for messages; NULL: there is none */
    const char *const *mirrors; /* URLs, file: URLs, directories; in order */
    size_t mirror_count;
    uint64_t bytes;     /* as published; 0: unknown */
    uint64_t max_bytes; /* more than this is refused */

    /* Is the file at `path` the right one? False with *why set: FAIL_DATA
     * means that the next mirror may have it. */
    bool (*check)(void *context, const char *path, struct error *why);

    /* Names it may have in a directory on this machine; NULL or a list that
     * ends with NULL. `name` itself is tried first. */
    const char *const *local_names;
    void *context;

    /* How it ended. */
    bool ok;
    const char *from; /* the mirror, when ok */
    struct error err; /* else: what each mirror did */
};

#endif

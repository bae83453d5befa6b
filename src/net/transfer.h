/* SPDX-License-Identifier: MIT */
/* One file from the first mirror that has it right. */
#ifndef MP_NET_TRANSFER_H
#define MP_NET_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/http.h"

/* Who wants to know how it goes; each may be NULL. */
struct transfer_watch {
    void (*trying)(void *context, const char *file, const char *mirror);
    void (*progress)(void *context, const char *file, uint64_t done,
                     uint64_t total);
    void (*failed)(void *context, const char *file, const char *mirror,
                   const char *reason);
    void *context;
};

struct transfer_settings {
    struct http_settings http;
    unsigned retries; /* further rounds over the mirrors that may recover */
    bool offline;     /* directories and file: URLs only */
    struct transfer_watch watch;
};

struct transfer_file {
    const char *name;           /* appended to each mirror */
    const char *path;           /* where it shall stand in the end */
    const char *const *mirrors; /* URLs, file: URLs, directories; in order */
    size_t mirror_count;
    uint64_t bytes;     /* as published, for progress; 0: unknown */
    uint64_t max_bytes; /* more than this is refused */

    /* Is the file at `temp_path` the right one? False with *why set. */
    bool (*check)(void *context, const char *temp_path, struct error *why);
    void *context;
};

/* Leaves the file at file->path only when check accepted it, synced to disk;
 * *from is the mirror it came from. On failure nothing is left, and *err tells
 * what each mirror did: FAIL_DATA when all of them had a wrong file,
 * FAIL_NETWORK when another try may help, else what stopped it. */
bool MUST_USE transfer_file(const struct transfer_file *file,
                            const struct transfer_settings *settings,
                            const char **from, struct error *err);

/* A mirror that is a directory on this machine, by path or file: URL. */
bool transfer_is_local(const char *mirror);

#endif

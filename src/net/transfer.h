/* SPDX-License-Identifier: MIT */
/* Files from mirrors: several at once, each from the first mirror that has it
 * right, continued where an earlier try was cut. */
#ifndef MP_NET_TRANSFER_H
#define MP_NET_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/deadline.h"
#include "net/http.h"
#include "net/wanted.h"

enum {
    TRANSFER_AT_ONCE = 4,
    TRANSFER_PER_HOST = 2, /* more is impolite, and no faster */
};

/* Who wants to know how it goes; each may be NULL. */
struct transfer_watch {
    /* resumed_at: bytes that are there already. */
    void (*trying)(void *context, const char *file, const char *mirror,
                   uint64_t resumed_at);
    /* All files together; total is 0 while it is not known. */
    void (*progress)(void *context, const char *file, uint64_t file_done,
                     uint64_t file_total, uint64_t done, uint64_t total);
    void (*failed)(void *context, const char *file, const char *mirror,
                   const char *reason);
    void (*waiting)(void *context, const char *file, double seconds);
    void *context;
};

struct transfer_settings {
    struct http_settings http;
    unsigned retries;         /* further tries where one may help */
    struct deadline deadline; /* of all that is done with these settings */
    bool offline;             /* directories and file: URLs only */
    struct transfer_watch watch;
};

/* Goes for all files; false when one of them could not be had. Each file then
 * stands at its path, accepted by check and synced to disk, or its err says:
 * FAIL_DATA when all mirrors had a wrong file, FAIL_NETWORK when another try
 * may help, else what stopped it. What was cut is kept as F.part. */
bool MUST_USE transfer_files(struct transfer_file *files, size_t count,
                             const struct transfer_settings *settings);

#endif

/* SPDX-License-Identifier: MIT */
/* A download that is not done: bytes in a file that one process owns, and
 * beside it what they are the beginning of. At rest they are `F.part` and
 * `F.part.json`; a process claims them by a rename to a name of its own. So no
 * two processes of one machine and one pid namespace ever write to one, with
 * locks or without. Processes that cannot see each other's numbers - on several
 * machines, in several containers - are kept apart by the directory's lock
 * alone: where that lies, one may take what the other works on for left behind,
 * both write to it, one fails, and what the other has checked may change before
 * its rename. `verify` tells. */
#ifndef MP_NET_PARTIAL_H
#define MP_NET_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/http.h"

/* Starts as { 0 }. */
struct partial {
    char *final;   /* owned: F */
    char *path;    /* owned: where the bytes are now; NULL: not open */
    char *sidecar; /* owned: where url and validator are */
    int fd;
    uint64_t bytes; /* there already */
    /* What they came from; "" when they cannot be continued. */
    char url[1024];
    char validator[HTTP_VALIDATOR_MAX];
    uint64_t total; /* of the whole file; 0: unknown */
};

/* Claims what an earlier run left for the file `final`, or begins anew. More
 * than max_bytes, or no sidecar that makes sense, means anew. */
bool MUST_USE partial_open(struct partial *p, const char *final,
                           uint64_t max_bytes, struct error *err);

/* Removes what killed processes have left in `dir` of files that are there by
 * now. Call it with the directory's lock held. */
void partial_sweep(const char *dir, const char *const *names, size_t count);

/* Is there room for the rest of a file of so many bytes (0: unknown)? Better to
 * fail early, with both numbers, than late. */
bool MUST_USE partial_has_room(const struct partial *p, uint64_t file_bytes,
                               struct error *err);

/* Forgets all bytes; *url and what belongs to it are what comes next. */
bool MUST_USE partial_restart(struct partial *p, const char *url,
                              const char *validator, uint64_t total,
                              struct error *err);

bool MUST_USE partial_write(struct partial *p, const void *bytes, size_t n,
                            struct error *err);

/* Three endings; all release p. Commit syncs, then renames to F, and may fail;
 * keep leaves F.part for the next run when it can be continued, else it
 * discards, as discard does. */
bool MUST_USE partial_commit(struct partial *p, struct error *err);
void partial_keep(struct partial *p);
void partial_discard(struct partial *p);

#endif

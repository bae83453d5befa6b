/* SPDX-License-Identifier: MIT */
/* Bytes of a known number that can be read anywhere: a file, memory, or
 * ranges of something remote. */
#ifndef MP_BASE_BLOB_H
#define MP_BASE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct blob;

struct blob_ops {
    /* Fills `to` with the n bytes at `at`; n is at least 1, and all of them
     * lie inside. */
    bool (*read_at)(struct blob *b, uint64_t at, void *to, size_t n,
                    struct error *err);
    /* A hint: these bytes, which lie inside, will be read next, in order. May
     * be NULL. */
    void (*expect)(struct blob *b, uint64_t at, uint64_t n);
    void (*close)(struct blob *b); /* frees b; cannot fail */
};

/* The first member of every implementation. One thread at a time uses it. */
struct blob {
    const struct blob_ops *ops;
    char *name; /* for messages; owned */
    uint64_t bytes;
};

/* A regular file; anything else is FAIL_USAGE. NULL with *err set. */
struct blob *MUST_USE file_blob_open(const char *path, struct error *err);

/* Reads memory that the caller keeps alive. */
struct blob *MUST_USE bytes_blob_open(const void *bytes, size_t n,
                                      const char *name, struct error *err);

/* For implementations: false when memory runs out. */
bool MUST_USE blob_init(struct blob *b, const struct blob_ops *ops,
                        const char *name, uint64_t bytes, struct error *err);
void blob_release(struct blob *b);

/* Reads exactly the n bytes at `at`; past the end is FAIL_DATA. */
bool MUST_USE blob_read_at(struct blob *b, uint64_t at, void *to, size_t n,
                           struct error *err);

/* Says which bytes will be read next, in order; what lies past the end is left
 * out. */
void blob_expect(struct blob *b, uint64_t at, uint64_t n);

void blob_close(struct blob *b); /* accepts NULL */

#endif

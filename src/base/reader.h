/* SPDX-License-Identifier: MIT */
/* A stream of bytes to read from: a file, standard input, memory, or another
 * reader that is decoded, hashed or read ahead on the way. */
#ifndef MP_BASE_READER_H
#define MP_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct reader;
struct digest;
struct writer;

struct reader_ops {
    /* Returns 1..n bytes, 0 at the end, -1 with *err set; n is at least 1.
     * Returns 0 only after its own integrity checks have passed. */
    ptrdiff_t (*read)(struct reader *r, void *to, size_t n, struct error *err);
    void (*close)(struct reader *r); /* frees r; cannot fail */
};

enum { READER_PEEK_MAX = 512 };

/* The first member of every implementation. */
struct reader {
    const struct reader_ops *ops;
    char *name; /* for messages; owned */
    size_t ahead_at, ahead_end;
    unsigned char ahead[READER_PEEK_MAX]; /* peeked at, not yet read */
};

/* "-" is standard input. NULL with *err set when it cannot be opened. */
struct reader *MUST_USE file_reader_open(const char *path, struct error *err);

/* A regular file and nothing else: see descriptor_open_regular. */
struct reader *MUST_USE regular_reader_open(const char *path,
                                            struct error *err);

/* Reads memory that the caller keeps alive. */
struct reader *MUST_USE bytes_reader_open(const void *bytes, size_t n,
                                          const char *name, struct error *err);

/* Reads memory that the reader frees, also when this fails. */
struct reader *MUST_USE owned_bytes_reader_open(void *bytes, size_t n,
                                                const char *name,
                                                struct error *err);

/* The readers below wrap another one. They take `source` in every case, also
 * when they fail, and pass NULL through, so that opens chain. */

/* Feeds what passes to *digest, which the caller keeps. */
struct reader *MUST_USE digest_reader_open(struct reader *source,
                                           struct digest *digest,
                                           struct error *err);

/* Reads `source` in a thread of its own, a few blocks ahead. */
struct reader *MUST_USE ahead_reader_open(struct reader *source,
                                          struct error *err);

/* For implementations, whose struct begins with a struct reader: size bytes of
 * zeros behind it; NULL with *err set. reader_wrap takes the source, which a
 * filter is named after, in every case, and passes NULL through. */
void *MUST_USE reader_new(size_t size, const struct reader_ops *ops,
                          const char *name, struct error *err);
void *MUST_USE reader_wrap(size_t size, const struct reader_ops *ops,
                           struct reader *source, struct error *err);
void reader_free(struct reader *r); /* at the end of reader_ops.close */

/* As reader_ops.read; n may be 0. */
ptrdiff_t reader_read(struct reader *r, void *to, size_t n, struct error *err);

/* Reads until n bytes are there or the stream ends; returns their number. */
ptrdiff_t reader_fill(struct reader *r, void *to, size_t n, struct error *err);

/* Reads exactly n bytes; an early end is FAIL_DATA. */
bool MUST_USE reader_exact(struct reader *r, void *to, size_t n,
                           struct error *err);

/* As reader_fill, of at most READER_PEEK_MAX bytes that stay unread. */
ptrdiff_t reader_peek(struct reader *r, void *to, size_t n, struct error *err);

/* True when nothing is left. This is what makes checksums be compared; bytes
 * that are left are FAIL_DATA. */
bool MUST_USE reader_at_end(struct reader *r, struct error *err);

/* Reads the rest into malloc'd memory, FAIL_DATA when it is more than `most`
 * bytes. NULL with *err set; the caller frees it. */
unsigned char *MUST_USE reader_rest(struct reader *r, size_t most, size_t *n,
                                    struct error *err);

/* Reads to the end and writes all of it to `to` (NULL: to nobody, as where a
 * reader on the way hashes it), but no more than `most` bytes: FAIL_DATA when
 * there are more. Hears signals. */
bool MUST_USE reader_copy(struct reader *r, struct writer *to, uint64_t most,
                          struct error *err);

void reader_close(struct reader *r); /* accepts NULL */

#endif

/* SPDX-License-Identifier: MIT */
/* Bytes that are written once, in order, and then read anywhere: in memory
 * while they are few, else in a temporary file that has no name. */
#ifndef MP_BASE_SPOOL_H
#define MP_BASE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct reader;

/* What a spool keeps in memory when nothing else is said: more than the 47 MB
 * of MNIST's pictures. */
enum { SPOOL_MEMORY = 64 << 20 };

/* Starts as { 0 }. */
struct spool {
    uint64_t bytes; /* written so far */
    size_t memory_max;
    unsigned char *memory; /* owned; NULL once there is a file */
    size_t room;
    int fd_plus_1;  /* 0: none */
    char *dir;      /* owned: where the file would lie */
    bool dir_given; /* and not taken from the environment */
};

/* The file is made in `dir` (NULL: $TMPDIR, else /tmp) when there are more
 * than memory_max bytes. */
bool MUST_USE spool_init(struct spool *s, size_t memory_max, const char *dir,
                         struct error *err);
void spool_release(struct spool *s); /* accepts { 0 } */

/* When it fails, what was there before stays, and can be read. In the file,
 * each call is one to the system: small pieces are better gathered first. */
bool MUST_USE spool_append(struct spool *s, const void *bytes, size_t n,
                           struct error *err);

/* The n bytes at `at`, which have been written. Threads may read at once, but
 * not while one appends. */
bool MUST_USE spool_read(const struct spool *s, uint64_t at, void *to, size_t n,
                         struct error *err);

/* A reader of all of it, which takes the spool in every case (*s becomes
 * { 0 }); `name` is for messages. NULL with *err set. */
struct reader *MUST_USE spool_reader_open(struct spool *s, const char *name,
                                          struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* An output that appears when it is whole: a temporary file beside it, then a
 * rename. Or standard output, or a device, which are written as they come. */
#ifndef MP_BASE_OUTFILE_H
#define MP_BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/writer.h"

enum outfile_flag {
    OUTFILE_REPLACE = 1, /* an existing file is replaced, else refused: also
                            one that appears before the commit */
    OUTFILE_SYNC = 2,    /* on disk before it gets its name */
    OUTFILE_DEVICE = 4, /* a device or FIFO of that name is written as it comes,
                            not replaced: for names that a person typed */
    OUTFILE_MAKE_PARENT = 8, /* set by outfile_stage */
    OUTFILE_SAME = 16, /* outfile_put: one that has these bytes is left alone */
    OUTFILE_DRY = 32,  /* refused is what would be, but nothing is made: bytes
                          are only counted */
};

/* Starts as { 0 }, which abandon accepts. */
struct outfile {
    struct writer base;
    int fd;
    unsigned flags;
    uint64_t bytes; /* that went through base, until it ends */
    char *path;     /* owned; NULL: not open */
    char *temp;     /* owned; NULL: written as it comes */
};

/* Is this the name of standard output: "-" or "/dev/stdout"? */
bool outfile_is_stdout(const char *path);

/* A symbolic link is replaced itself, never what it points to. Refused with
 * FAIL_USAGE: a directory in the way, or a file and no OUTFILE_REPLACE. */
bool MUST_USE outfile_open(struct outfile *o, const char *path, unsigned flags,
                           struct error *err);

/* The same for a regular file whose temporary lies in the directory `dir`,
 * which is on the same file system: that of `path` is made on commit. */
bool MUST_USE outfile_stage(struct outfile *o, const char *dir,
                            const char *path, unsigned flags,
                            struct error *err);

/* Writes n bytes at any place. Not to standard output or a device. */
bool MUST_USE outfile_write_at(struct outfile *o, uint64_t at,
                               const void *bytes, size_t n, struct error *err);

/* Room on the disk for n bytes, which makes large writes faster where the file
 * system can do it, and there is so much room; nothing depends on it. The
 * file's size does not change, so that one that was torn shows it. */
void outfile_reserve(struct outfile *o, uint64_t n);

/* Two endings. Commit may fail, and then nothing has appeared; but for one
 * case: with OUTFILE_SYNC the directory is synced after the file has its name,
 * and when that fails the file is there, whole, and may not outlive a power
 * cut. Abandon cannot fail, and does nothing once committed. */
bool MUST_USE outfile_commit(struct outfile *o, struct error *err);
void outfile_abandon(struct outfile *o);

/* Flushes (OUTFILE_SYNC) and closes, so that commit is only a rename. */
bool MUST_USE outfile_finish(struct outfile *o, struct error *err);

/* Writes all bytes of a small file at once. */
bool MUST_USE outfile_put(const char *path, const void *bytes, size_t n,
                          unsigned flags, struct error *err);

#endif

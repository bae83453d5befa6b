/* SPDX-License-Identifier: MIT */
/* Memory that grows, and the file that follows it. */
#include "base/spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/directory.h"
#include "base/reader.h"
#include "base/text.h"

enum { FIRST_ROOM = 64 * 1024 }; /* so that few of the steps are small ones */

bool spool_init(struct spool *s, size_t memory_max, const char *dir,
                struct error *err)
{
    bool given = dir != NULL;

    if (!given)
        dir = getenv("TMPDIR");
    if (!dir || *dir == '\0')
        dir = "/tmp";
    *s = (struct spool){ .memory_max = memory_max,
                         .dir = text_copy(dir, err),
                         .dir_given = given };
    return s->dir != NULL;
}

void spool_release(struct spool *s)
{
    if (s->fd_plus_1 > 0)
        close(s->fd_plus_1 - 1);
    free(s->memory);
    free(s->dir);
    *s = (struct spool){ 0 };
}

/* ---- the file ---- */

/* The reason is errno. */
static bool cannot(const struct spool *s, const char *what, struct error *err)
{
    return error_errno(err, "cannot %s a temporary file in '%s'; %s", what,
                       s->dir,
                       s->dir_given ? "make room there or choose another place"
                                    : "set TMPDIR to another directory");
}

/* A file without a name goes away with the process, however that ends. One
 * that is killed between the two calls leaves a name that the sweep of
 * directory.h knows. -1 with *err set. */
static int open_nameless(const struct spool *s, struct error *err)
{
    int fd = -1, cause = EEXIST;

    for (unsigned attempt = 0; cause == EEXIST && attempt < 10000; attempt++) {
        char *path = text_format(err, "%s/" DIRECTORY_TEMP_PREFIX "%ld-%u",
                                 s->dir, (long)getpid(), attempt);
        if (!path)
            return -1;
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        cause = fd < 0 ? errno : 0;
        if (fd >= 0 && unlink(path) != 0) {
            cause = errno;
            close(fd);
        }
        free(path);
    }
    if (cause == 0)
        return fd;
    errno = cause;
    cannot(s, "create", err);
    return -1;
}

static bool file_write(const struct spool *s, int fd, uint64_t at,
                       const void *from, size_t n, struct error *err)
{
    return descriptor_write_at(fd, at, from, n, err) || cannot(s, "write", err);
}

static bool file_read(const struct spool *s, uint64_t at, void *to, size_t n,
                      struct error *err)
{
    ptrdiff_t got = descriptor_read_at(s->fd_plus_1 - 1, at, to, n, err);

    if (got < 0)
        return cannot(s, "read", err);
    return (size_t)got == n ||
           error_set(err, FAIL_SYSTEM,
                     "a temporary file in '%s' became shorter while it was "
                     "read",
                     s->dir);
}

/* ---- both ---- */

/* From memory to the file. */
static bool move_to_file(struct spool *s, struct error *err)
{
    int fd = open_nameless(s, err);

    if (fd < 0)
        return false;
    if (!file_write(s, fd, 0, s->memory, (size_t)s->bytes, err)) {
        close(fd);
        return false;
    }
    free(s->memory);
    s->memory = NULL;
    s->room = 0;
    s->fd_plus_1 = fd + 1;
    return true;
}

/* The room doubles, so that each byte is moved about once. */
static bool grow(struct spool *s, size_t needed, struct error *err)
{
    size_t room = s->room > 0 ? s->room : FIRST_ROOM;

    while (room < needed)
        room = room <= SIZE_MAX / 2 ? 2 * room : needed;
    if (room > s->memory_max)
        room = s->memory_max;
    unsigned char *larger = realloc(s->memory, room);
    if (!larger)
        return error_memory(err);
    s->memory = larger;
    s->room = room;
    return true;
}

bool spool_append(struct spool *s, const void *bytes, size_t n,
                  struct error *err)
{
    if (n == 0) /* no bytes may come as NULL, which must not be copied */
        return true;
    if (s->fd_plus_1 == 0 && n <= s->memory_max - s->bytes) {
        size_t used = (size_t)s->bytes;
        if (used + n > s->room && !grow(s, used + n, err))
            return false;
        memcpy(s->memory + used, bytes, n);
    } else {
        if (s->fd_plus_1 == 0 && !move_to_file(s, err))
            return false;
        if (!file_write(s, s->fd_plus_1 - 1, s->bytes, bytes, n, err))
            return false;
    }
    s->bytes += n;
    return true;
}

bool spool_read(const struct spool *s, uint64_t at, void *to, size_t n,
                struct error *err)
{
    assert(at <= s->bytes && n <= s->bytes - at);
    if (n == 0)
        return true;
    if (s->fd_plus_1 > 0)
        return file_read(s, at, to, n, err);
    memcpy(to, s->memory + at, n);
    return true;
}

/* ---- as a reader ---- */

struct spool_reader {
    struct reader base;
    struct spool spool;
    uint64_t at;
};

static ptrdiff_t spooled_read(struct reader *base, void *to, size_t n,
                              struct error *err)
{
    struct spool_reader *r = (struct spool_reader *)base;
    uint64_t left = r->spool.bytes - r->at;
    size_t take = n < left ? n : (size_t)left;

    if (!spool_read(&r->spool, r->at, to, take, err))
        return -1;
    r->at += take;
    return (ptrdiff_t)take;
}

static void spooled_close(struct reader *base)
{
    struct spool_reader *r = (struct spool_reader *)base;

    spool_release(&r->spool);
    reader_free(base);
}

static const struct reader_ops spool_ops = { spooled_read, spooled_close };

struct reader *spool_reader_open(struct spool *s, const char *name,
                                 struct error *err)
{
    struct spool_reader *r = reader_new(sizeof *r, &spool_ops, name, err);

    if (!r) {
        spool_release(s);
        return NULL;
    }
    r->spool = *s;
    *s = (struct spool){ 0 };
    return &r->base;
}

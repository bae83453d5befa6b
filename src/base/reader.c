/* SPDX-License-Identifier: MIT */
/* What all readers share, and the plain ones: file, memory, hashing. */
#include "base/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/digest.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/writer.h"

enum { COPY_BYTES = 64 * 1024 };

/* ---- shared ---- */

void *reader_new(size_t size, const struct reader_ops *ops, const char *name,
                 struct error *err)
{
    struct reader *r = calloc(1, size);
    char *copy = r ? text_copy(name, err) : NULL;

    if (!copy) {
        free(r);
        error_memory(err);
        return NULL;
    }
    r->ops = ops;
    r->name = copy;
    return r;
}

void *reader_wrap(size_t size, const struct reader_ops *ops,
                  struct reader *source, struct error *err)
{
    struct reader *r = source ? reader_new(size, ops, source->name, err) : NULL;

    if (!r)
        reader_close(source);
    return r;
}

void reader_free(struct reader *r)
{
    free(r->name);
    free(r);
}

ptrdiff_t reader_read(struct reader *r, void *to, size_t n, struct error *err)
{
    size_t have = r->ahead_end - r->ahead_at;

    if (n == 0)
        return 0;
    if (have == 0)
        return r->ops->read(r, to, n, err);
    size_t take = have < n ? have : n;
    memcpy(to, r->ahead + r->ahead_at, take);
    r->ahead_at += take;
    return (ptrdiff_t)take;
}

ptrdiff_t reader_fill(struct reader *r, void *to, size_t n, struct error *err)
{
    size_t done = 0;

    while (done < n) {
        ptrdiff_t got =
            reader_read(r, (unsigned char *)to + done, n - done, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ptrdiff_t)done;
}

bool reader_exact(struct reader *r, void *to, size_t n, struct error *err)
{
    ptrdiff_t got = reader_fill(r, to, n, err);

    if (got < 0)
        return false;
    if ((size_t)got < n)
        return error_set(err, FAIL_DATA, "'%s' ends early", r->name);
    return true;
}

ptrdiff_t reader_peek(struct reader *r, void *to, size_t n, struct error *err)
{
    size_t have = r->ahead_end - r->ahead_at;

    memmove(r->ahead, r->ahead + r->ahead_at, have);
    r->ahead_at = 0;
    r->ahead_end = have;
    while (r->ahead_end < n && r->ahead_end < READER_PEEK_MAX) {
        ptrdiff_t got = r->ops->read(r, r->ahead + r->ahead_end,
                                     READER_PEEK_MAX - r->ahead_end, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        r->ahead_end += (size_t)got;
    }
    size_t take = r->ahead_end < n ? r->ahead_end : n;
    memcpy(to, r->ahead, take);
    return (ptrdiff_t)take;
}

bool reader_at_end(struct reader *r, struct error *err)
{
    unsigned char extra;
    ptrdiff_t got = reader_read(r, &extra, 1, err);

    if (got < 0)
        return false;
    if (got > 0)
        return error_set(err, FAIL_DATA,
                         "'%s' goes on after the end that its header announces",
                         r->name);
    return true;
}

unsigned char *reader_rest(struct reader *r, size_t most, size_t *n,
                           struct error *err)
{
    size_t room = 4096, used = 0;
    unsigned char *bytes = malloc(room);

    while (bytes) {
        ptrdiff_t got = reader_fill(r, bytes + used, room - used, err);
        if (got < 0)
            break;
        used += (size_t)got;
        if (used > most) {
            error_set(err, FAIL_DATA, "'%s' is longer than %zu bytes", r->name,
                      most);
            break;
        }
        if (used < room) {
            *n = used;
            return bytes;
        }
        unsigned char *larger = realloc(bytes, room *= 2);
        if (!larger)
            break;
        bytes = larger;
    }
    free(bytes);
    error_memory(err);
    return NULL;
}

bool reader_copy(struct reader *r, struct writer *to, uint64_t most,
                 struct error *err)
{
    unsigned char *block = malloc(COPY_BYTES);
    uint64_t total = 0;
    ptrdiff_t got = -1;

    if (!block)
        return error_memory(err);
    while (interrupt_none(err) &&
           (got = reader_read(r, block, COPY_BYTES, err)) > 0) {
        total += (uint64_t)got;
        if (total > most) {
            error_set(err, FAIL_DATA, "'%s' holds more than it should",
                      r->name);
            break;
        }
        if (to && !writer_write(to, block, (size_t)got, err))
            break;
    }
    free(block);
    return got == 0;
}

void reader_close(struct reader *r)
{
    if (r)
        r->ops->close(r);
}

/* ---- file ---- */

struct file_reader {
    struct reader base;
    int fd;
};

static ptrdiff_t file_read(struct reader *base, void *to, size_t n,
                           struct error *err)
{
    struct file_reader *r = (struct file_reader *)base;

    ptrdiff_t got = descriptor_read(r->fd, to, n, err);

    if (got < 0)
        error_errno(err, "cannot read '%s'", base->name);
    return got;
}

static void file_close(struct reader *base)
{
    struct file_reader *r = (struct file_reader *)base;

    if (r->fd > STDIN_FILENO)
        close(r->fd);
    reader_free(base);
}

static const struct reader_ops file_ops = { file_read, file_close };

/* Takes the descriptor, also when it fails. */
static struct reader *file_reader_new(int fd, const char *name,
                                      struct error *err)
{
    struct file_reader *r = reader_new(sizeof *r, &file_ops, name, err);

    if (r)
        r->fd = fd;
    else if (fd > STDIN_FILENO)
        close(fd);
    return r ? &r->base : NULL;
}

struct reader *regular_reader_open(const char *path, struct error *err)
{
    int fd = descriptor_open_regular(path, err);

    return fd < 0 ? NULL : file_reader_new(fd, path, err);
}

struct reader *file_reader_open(const char *path, struct error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 && errno == EINTR && !interrupt_none(err)) {
        return NULL; /* while it waited for the other end of a FIFO */
    } else if (fd < 0 || fstat(fd, &st) != 0) {
        error_errno(err, "cannot open '%s'",
                    standard ? "standard input" : path);
    } else if (S_ISDIR(st.st_mode)) {
        error_set(err, FAIL_USAGE, "'%s' is a directory; a file is needed",
                  standard ? "standard input" : path);
    } else {
        return file_reader_new(fd, standard ? "standard input" : path, err);
    }
    if (fd > STDIN_FILENO)
        close(fd);
    return NULL;
}

/* ---- memory ---- */

struct bytes_reader {
    struct reader base;
    const unsigned char *at;
    size_t left;
    void *owned;
};

static ptrdiff_t bytes_read(struct reader *base, void *to, size_t n,
                            struct error *err)
{
    struct bytes_reader *r = (struct bytes_reader *)base;
    size_t take = r->left < n ? r->left : n;

    (void)err;
    if (take == 0) /* no bytes may come as NULL, which must not be moved */
        return 0;
    memcpy(to, r->at, take);
    r->at += take;
    r->left -= take;
    return (ptrdiff_t)take;
}

static void bytes_close(struct reader *base)
{
    struct bytes_reader *r = (struct bytes_reader *)base;

    free(r->owned);
    reader_free(base);
}

static const struct reader_ops bytes_ops = { bytes_read, bytes_close };

struct reader *bytes_reader_open(const void *bytes, size_t n, const char *name,
                                 struct error *err)
{
    struct bytes_reader *r = reader_new(sizeof *r, &bytes_ops, name, err);

    if (!r)
        return NULL;
    r->at = bytes;
    r->left = n;
    return &r->base;
}

struct reader *owned_bytes_reader_open(void *bytes, size_t n, const char *name,
                                       struct error *err)
{
    struct reader *base = bytes_reader_open(bytes, n, name, err);

    if (base)
        ((struct bytes_reader *)base)->owned = bytes;
    else
        free(bytes);
    return base;
}

/* ---- hashing on the way ---- */

struct digest_reader {
    struct reader base;
    struct reader *source;
    struct digest *digest;
};

static ptrdiff_t hashing_read(struct reader *base, void *to, size_t n,
                              struct error *err)
{
    struct digest_reader *r = (struct digest_reader *)base;
    ptrdiff_t got = reader_read(r->source, to, n, err);

    if (got > 0)
        digest_add(r->digest, to, (size_t)got);
    return got;
}

static void hashing_close(struct reader *base)
{
    struct digest_reader *r = (struct digest_reader *)base;

    reader_close(r->source);
    reader_free(base);
}

static const struct reader_ops hashing_ops = { hashing_read, hashing_close };

struct reader *digest_reader_open(struct reader *source, struct digest *digest,
                                  struct error *err)
{
    struct digest_reader *r = reader_wrap(sizeof *r, &hashing_ops, source, err);

    if (!r)
        return NULL;
    r->source = source;
    r->digest = digest;
    return &r->base;
}

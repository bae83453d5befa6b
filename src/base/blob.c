/* SPDX-License-Identifier: MIT */
/* What all blobs share, and the plain ones: file and memory. */
#include "base/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/text.h"

/* ---- shared ---- */

bool blob_init(struct blob *b, const struct blob_ops *ops, const char *name,
               uint64_t bytes, struct error *err)
{
    *b = (struct blob){ ops, text_copy(name, err), bytes };
    return b->name != NULL;
}

void blob_release(struct blob *b)
{
    free(b->name);
}

bool blob_read_at(struct blob *b, uint64_t at, void *to, size_t n,
                  struct error *err)
{
    if (at > b->bytes || n > b->bytes - at)
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " bytes; %zu at %" PRIu64
                         " were asked for",
                         b->name, b->bytes, n, at);
    return n == 0 || b->ops->read_at(b, at, to, n, err);
}

void blob_expect(struct blob *b, uint64_t at, uint64_t n)
{
    if (!b->ops->expect || at >= b->bytes || n == 0)
        return;
    b->ops->expect(b, at, n < b->bytes - at ? n : b->bytes - at);
}

void blob_close(struct blob *b)
{
    if (b)
        b->ops->close(b);
}

/* ---- file ---- */

struct file_blob {
    struct blob base;
    int fd;
};

static bool file_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                         struct error *err)
{
    struct file_blob *b = (struct file_blob *)base;
    ptrdiff_t got = descriptor_read_at(b->fd, at, to, n, err);

    if (got < 0)
        return error_errno(err, "cannot read '%s'", base->name);
    return (size_t)got == n ||
           error_set(err, FAIL_DATA, "'%s' became shorter while it was read",
                     base->name);
}

static void file_close(struct blob *base)
{
    struct file_blob *b = (struct file_blob *)base;

    close(b->fd);
    blob_release(base);
    free(b);
}

static const struct blob_ops file_ops = { file_read_at, NULL, file_close };

struct blob *file_blob_open(const char *path, struct error *err)
{
    /* O_NONBLOCK: a pipe is to be refused, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct file_blob *b = NULL;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0) {
        error_errno(err, "cannot open '%s'", path);
    } else if (!S_ISREG(st.st_mode)) {
        error_set(err, FAIL_USAGE,
                  "'%s' is %s; a regular file is needed, to be read at any "
                  "place",
                  path,
                  S_ISDIR(st.st_mode) ? "a directory" : "a pipe or a device");
    } else {
        b = malloc(sizeof *b);
        if (b &&
            blob_init(&b->base, &file_ops, path, (uint64_t)st.st_size, err)) {
            b->fd = fd;
            return &b->base;
        }
        free(b);
        error_memory(err);
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* ---- memory ---- */

struct bytes_blob {
    struct blob base;
    const unsigned char *bytes;
};

static bool bytes_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                          struct error *err)
{
    struct bytes_blob *b = (struct bytes_blob *)base;

    (void)err;
    memcpy(to, b->bytes + at, n);
    return true;
}

static void bytes_close(struct blob *base)
{
    struct bytes_blob *b = (struct bytes_blob *)base;

    blob_release(base);
    free(b);
}

static const struct blob_ops bytes_ops = { bytes_read_at, NULL, bytes_close };

struct blob *bytes_blob_open(const void *bytes, size_t n, const char *name,
                             struct error *err)
{
    struct bytes_blob *b = malloc(sizeof *b);

    if (!b || !blob_init(&b->base, &bytes_ops, name, n, err)) {
        free(b);
        error_memory(err);
        return NULL;
    }
    b->bytes = bytes;
    return &b->base;
}

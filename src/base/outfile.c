/* SPDX-License-Identifier: MIT */
/* Temporary file, O_EXCL, rename or link: nobody ever sees half a file. */
#ifdef __linux__
/* NOLINTNEXTLINE(bugprone-reserved-identifier): for fallocate */
#define _GNU_SOURCE
#endif
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/directory.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"

static bool fd_write(struct writer *base, const void *from, size_t n,
                     struct error *err)
{
    struct outfile *o = (struct outfile *)base;

    o->bytes += n;
    if ((o->flags & OUTFILE_DRY) || descriptor_write(o->fd, from, n, err))
        return true;
    return errno == EPIPE
               ? error_set(err, FAIL_PIPE, "nobody reads '%s'", base->name)
               : error_errno(err, "cannot write '%s'", base->name);
}

bool outfile_write_at(struct outfile *o, uint64_t at, const void *bytes,
                      size_t n, struct error *err)
{
    return descriptor_write_at(o->fd, at, bytes, n, err) ||
           error_errno(err, "cannot write '%s'", o->path);
}

#ifdef __linux__
/* A header may announce any size: the disk is not filled because of one. */
#define RESERVE_MAX ((uint64_t)4 << 30)

/* Into a file that is given its blocks beforehand, ext4 took 188 MB in 27-30 ms
 * instead of 38-44. posix_fallocate would also set the size, and write zeroes
 * where the file system cannot do it. */
void outfile_reserve(struct outfile *o, uint64_t n)
{
    if (n > 0 && n <= RESERVE_MAX)
        (void)!fallocate(o->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)n);
}
#else
void outfile_reserve(struct outfile *o, uint64_t n)
{
    (void)o;
    (void)n;
}
#endif

static const struct writer_ops fd_ops = { fd_write };

/* Opens a file of a new name in `dir` ("" or with its slash). The name does not
 * depend on path's own, which may be as long as a name can be. */
static int open_temp(const char *dir, size_t dir_length, const char *path,
                     char **temp, struct error *err)
{
    for (unsigned attempt = 0; attempt < 10000; attempt++) {
        char *name = text_format(err, "%.*s" DIRECTORY_TEMP_PREFIX "%ld-%u",
                                 (int)dir_length, dir, (long)getpid(), attempt);
        if (!name)
            return -1;
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            *temp = name;
            return fd;
        }
        int cause = errno; /* free may change it */
        free(name);
        errno = cause;
        if (cause != EEXIST)
            break;
    }
    error_errno(err, "cannot create '%s'", path);
    return -1;
}

/* Could it be opened? As far as that can be told without trying. */
static bool check_room(const char *path, bool device, struct error *err)
{
    char *dir = text_format(err, "%.*s.", (int)(path_base(path) - path), path);
    bool ok = dir &&
              access(device ? path : dir, device ? W_OK : W_OK | X_OK) == 0;

    if (dir && !ok)
        error_errno(err, device ? "cannot open '%s'" : "cannot create '%s'",
                    path);
    free(dir);
    return ok;
}

static void release(struct outfile *o)
{
    free(o->path);
    free(o->temp);
    *o = (struct outfile){ .fd = -1 };
}

static bool refuse_existing(const char *path, struct error *err)
{
    return error_set(err, FAIL_USAGE, "'%s' exists; use --force to replace it",
                     path);
}

static bool open_target(struct outfile *o, const char *path, bool standard,
                        bool device, struct error *err)
{
    if (standard)
        o->fd = STDOUT_FILENO;
    else if (device)
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
    else
        o->fd = open_temp(path, (size_t)(path_base(path) - path), path,
                          &o->temp, err);
    /* A FIFO was waited for, and a signal came: that is the reason. */
    if (o->fd < 0 && (errno != EINTR || interrupt_none(err)))
        error_errno(err, "cannot open '%s'", path);
    return o->fd >= 0;
}

bool outfile_is_stdout(const char *path)
{
    return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
}

bool outfile_open(struct outfile *o, const char *path, unsigned flags,
                  struct error *err)
{
    /* The latter leads to a regular file, too, when that is where standard
     * output goes: it has to be written, not replaced. */
    bool standard = outfile_is_stdout(path);
    struct stat st, target;
    bool exists = !standard && lstat(path, &st) == 0;
    bool reached = exists && stat(path, &target) == 0;
    bool directory = reached && S_ISDIR(target.st_mode);
    bool device = reached && (flags & OUTFILE_DEVICE) && !directory &&
                  !S_ISREG(target.st_mode);

    if (directory)
        return error_set(err, FAIL_USAGE,
                         "'%s' is a directory; a file name is needed", path);
    if (exists && !device && !(flags & OUTFILE_REPLACE))
        return refuse_existing(path, err);

    struct outfile new = { .base = { &fd_ops, NULL },
                           .fd = -1,
                           .flags = flags };
    new.path = text_copy(standard ? "standard output" : path, err);
    if (!new.path)
        return false;
    new.base.name = new.path;
    bool ok = flags & OUTFILE_DRY
                  ? standard || check_room(path, device, err)
                  : open_target(&new, path, standard, device, err);
    if (ok)
        *o = new;
    else
        release(&new);
    return ok;
}

bool outfile_stage(struct outfile *o, const char *dir, const char *path,
                   unsigned flags, struct error *err)
{
    struct outfile new = { .base = { &fd_ops, NULL },
                           .fd = -1,
                           .flags = flags | OUTFILE_MAKE_PARENT };
    struct stat st;
    char *inside = path_join(dir, "", err);

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        error_set(err, FAIL_USAGE, "'%s' is a directory; a file name is needed",
                  path);
    else if (!(flags & OUTFILE_REPLACE) && path_is_taken(path))
        refuse_existing(path, err);
    else if (inside && (new.path = text_copy(path, err)) != NULL)
        new.fd = open_temp(inside, strlen(inside), path, &new.temp, err);
    free(inside);
    if (new.fd < 0) {
        release(&new);
        return false;
    }
    new.base.name = new.path;
    *o = new;
    return true;
}

static bool make_parent(const char *path, struct error *err)
{
    size_t length = (size_t)(path_base(path) - path);
    char *dir = text_format(err, "%.*s", (int)length, path);
    bool ok = dir && directory_make(dir, err);

    free(dir);
    return ok;
}

bool outfile_finish(struct outfile *o, struct error *err)
{
    int fd = o->fd;

    if (fd < 0 || fd == STDOUT_FILENO)
        return true;
    if ((o->flags & OUTFILE_SYNC) && fsync(fd) != 0 && errno != EINVAL &&
        errno != EROFS)
        return error_errno(err, "cannot write '%s' to disk", o->path);
    o->fd = -1;
    if (close(fd) != 0 && errno != EINTR)
        return error_errno(err, "cannot write '%s'", o->path);
    return true;
}

/* A rename replaces what came under that name in the meantime; a link does not.
 * Where there are no links, the name is asked for once more. */
static bool take_name(const struct outfile *o, struct error *err)
{
    if (!(o->flags & OUTFILE_REPLACE)) {
        if (link(o->temp, o->path) == 0) {
            (void)!unlink(o->temp); /* directory_sweep() takes it, else */
            return true;
        }
        if (errno == EEXIST || path_is_taken(o->path))
            return refuse_existing(o->path, err);
    }
    return rename(o->temp, o->path) == 0 ||
           error_errno(err, "cannot rename to '%s'", o->path);
}

bool outfile_commit(struct outfile *o, struct error *err)
{
    if (!outfile_finish(o, err))
        return false;
    if (o->temp) {
        if ((o->flags & OUTFILE_MAKE_PARENT) && !make_parent(o->path, err))
            return false;
        if (!take_name(o, err))
            return false;
        free(o->temp);
        o->temp = NULL;
        if ((o->flags & OUTFILE_SYNC) && !directory_sync_of(o->path, err))
            return false;
    }
    release(o);
    return true;
}

void outfile_abandon(struct outfile *o)
{
    if (!o->path)
        return;
    if (o->fd > STDOUT_FILENO)
        close(o->fd);
    if (o->temp)
        unlink(o->temp);
    release(o);
}

/* A regular file that can be read and holds these bytes and no more. */
static bool has_bytes(const char *path, const void *bytes, size_t n)
{
    unsigned char block[16 * 1024];
    struct error ignored = { 0 };
    struct stat st;
    const char *at = bytes;
    ptrdiff_t got = 0;

    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        (uintmax_t)st.st_size != n)
        return false;
    struct reader *in = file_reader_open(path, &ignored);
    while (in && (got = reader_read(in, block, sizeof block, &ignored)) > 0 &&
           (size_t)got <= n && memcmp(block, at, (size_t)got) == 0) {
        at += got;
        n -= (size_t)got;
    }
    reader_close(in);
    return in && got == 0 && n == 0;
}

bool outfile_put(const char *path, const void *bytes, size_t n, unsigned flags,
                 struct error *err)
{
    struct outfile o = { 0 };

    if ((flags & OUTFILE_SAME) && has_bytes(path, bytes, n))
        return true;
    bool ok = outfile_open(&o, path, flags, err) &&
              writer_write(&o.base, bytes, n, err) && outfile_commit(&o, err);

    outfile_abandon(&o);
    return ok;
}

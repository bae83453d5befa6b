/* SPDX-License-Identifier: MIT */
/* One walk from the leaves up, by descriptors, so that no link is followed. */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"

/* Called for each file and, after what is in it, each folder. */
typedef bool visitor(void *context, int dir, const char *name,
                     const struct stat *st);

static bool walk(int dir, const char *name, unsigned depth, visitor *visit,
                 void *context);

static bool walk_entries(DIR *folder, unsigned depth, visitor *visit,
                         void *context)
{
    struct dirent *entry;
    bool ok = true;

    while (ok && (errno = 0, entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = walk(dirfd(folder), entry->d_name, depth, visit, context);
    return ok && errno == 0;
}

/* False with errno set. */
/* NOLINTNEXTLINE(misc-no-recursion): FOLDER_DEPTH_MAX bounds it */
static bool walk(int dir, const char *name, unsigned depth, visitor *visit,
                 void *context)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (S_ISDIR(st.st_mode)) {
        int fd =
            openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *folder = fd < 0 ? NULL : fdopendir(fd);
        if (!folder) {
            int cause = errno;
            if (fd >= 0)
                close(fd);
            errno = cause;
            return false;
        }
        errno = ELOOP;
        bool ok = depth < FOLDER_DEPTH_MAX &&
                  walk_entries(folder, depth + 1, visit, context);
        int cause = errno;
        closedir(folder);
        errno = cause;
        if (!ok)
            return false;
    }
    return visit(context, dir, name, &st);
}

struct measure {
    uint64_t files, bytes;
};

static bool measure_one(void *context, int dir, const char *name,
                        const struct stat *st)
{
    struct measure *m = context;

    (void)dir;
    (void)name;
    if (!S_ISDIR(st->st_mode)) {
        m->files++;
        m->bytes += (uint64_t)st->st_size;
    }
    return true;
}

bool folder_measure(const char *path, uint64_t *files, uint64_t *bytes,
                    struct error *err)
{
    struct measure m = { 0 };

    if (!walk(AT_FDCWD, path, 0, measure_one, &m))
        return error_errno(err, "cannot read '%s'", path);
    *files = m.files;
    *bytes = m.bytes;
    return true;
}

static bool remove_one(void *context, int dir, const char *name,
                       const struct stat *st)
{
    (void)context;
    return unlinkat(dir, name, S_ISDIR(st->st_mode) ? AT_REMOVEDIR : 0) == 0 ||
           errno == ENOENT;
}

bool folder_remove(const char *path, struct error *err)
{
    if (!walk(AT_FDCWD, path, 0, remove_one, NULL) && errno != ENOENT)
        return error_errno(err, "cannot remove '%s'", path);
    return true;
}

/* Files first, then the folder with their names. */
static bool sync_one(void *context, int dir, const char *name,
                     const struct stat *st)
{
    struct error *err = context;

    if (!interrupt_none(err))
        return false;
    if (!S_ISDIR(st->st_mode) && !S_ISREG(st->st_mode))
        return true;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* Some file systems have no fsync, above all of directories. */
    bool ok = fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
    int cause = errno;
    close(fd);
    errno = cause;
    return ok;
}

bool folder_sync(const char *path, struct error *err)
{
    return walk(AT_FDCWD, path, 0, sync_one, err) ||
           error_errno(err, "cannot write '%s' to disk", path);
}

/* SPDX-License-Identifier: MIT */
/* mkdir -p, fsync and flock of directories, and sweeping. */
#include "base/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/text.h"

static bool make_one(const char *path, struct error *err)
{
    struct stat st;

    if (mkdir(path, 0777) == 0)
        return true;
    int cause = errno;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return true;
        return error_set(err, FAIL_USAGE,
                         "'%s' is not a directory; remove it or choose another",
                         path);
    }
    errno = cause;
    return error_errno(err, "cannot create directory '%s'", path);
}

bool directory_make(const char *path, struct error *err)
{
    char *part = text_copy(path, err);
    bool ok = part != NULL;

    for (char *at = part; ok && *at;) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char kept = *at;
        *at = '\0';
        ok = make_one(part, err);
        *at = kept;
    }
    free(part);
    return ok;
}

bool directory_sync_of(const char *path, struct error *err)
{
    size_t length = (size_t)(path_base(path) - path);
    char *dir = length == 0 ? text_copy(".", err)
                            : text_format(err, "%.*s", (int)length, path);
    if (!dir)
        return false;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems have no fsync of directories, and say EINVAL. */
    bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    if (!ok)
        error_errno(err, "cannot sync directory '%s'", dir);
    if (fd >= 0)
        close(fd);
    free(dir);
    return ok;
}

bool directory_lock(struct directory_lock *lock, const char *path,
                    struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return error_errno(err, "cannot open directory '%s'", path);
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
        if (!interrupt_none(err)) {
            close(fd);
            return false;
        }
    }
    lock->fd_plus_1 = fd + 1;
    return true;
}

void directory_unlock(struct directory_lock *lock)
{
    if (lock->fd_plus_1 > 0) {
        /* Closing alone would leave it to a child that has the descriptor. */
        (void)flock(lock->fd_plus_1 - 1, LOCK_UN);
        close(lock->fd_plus_1 - 1);
    }
    lock->fd_plus_1 = 0;
}

void directory_sweep(const char *path)
{
    static const char prefix[] = DIRECTORY_TEMP_PREFIX;
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        long pid = strtol(entry->d_name + sizeof prefix - 1, NULL, 10);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool file_size(const char *path, unsigned long long *bytes)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *bytes = (unsigned long long)st.st_size;
    return true;
}

bool file_remove(const char *path, struct error *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return error_errno(err, "cannot remove '%s'", path);
    return true;
}

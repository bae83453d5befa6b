/* SPDX-License-Identifier: MIT */
/* mkdir -p, fsync and flock of directories, and sweeping. */
#include "base/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sysmacros.h> /* major, minor; elsewhere in sys/types.h */
#else
#include <sys/types.h>
#endif
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/interrupt.h"
#include "base/path.h"
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

bool directory_can_make(const char *path, struct error *err)
{
    char *part = text_copy(path, err);
    struct stat st;

    if (!part)
        return false;
    while (*part && lstat(part, &st) != 0 &&
           (errno == ENOENT || errno == ENOTDIR))
        path_cut_name(part);
    const char *there = *part ? part : ".";
    bool ok = true;
    if (stat(there, &st) == 0 && !S_ISDIR(st.st_mode))
        ok = error_set(err, FAIL_USAGE,
                       "'%s' is not a directory; remove it or choose another",
                       there);
    else if (access(there, W_OK | X_OK) != 0)
        ok = error_errno(err, "cannot write in '%s'", there);
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

/* The process that holds the lock on this file, 0 when it cannot be told: where
 * stat has another device than the file system itself, as in btrfs.
 * Linux lists them: "1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF". */
static long lock_holder(int fd)
{
    FILE *list = fopen("/proc/locks", "re");
    char line[256], kind[16];
    struct stat st;
    long holder = 0;

    while (list && fstat(fd, &st) == 0 && fgets(line, sizeof line, list)) {
        long pid;
        unsigned long inode;
        unsigned high, low; /* of the device */
        /* NOLINTNEXTLINE(cert-err34-c): the kernel wrote these numbers */
        if (sscanf(line, "%*s %15s %*s %*s %ld %x:%x:%lu", kind, &pid, &high,
                   &low, &inode) == 5 &&
            strcmp(kind, "FLOCK") == 0 && inode == st.st_ino &&
            high == major(st.st_dev) && low == minor(st.st_dev))
            holder = pid;
    }
    if (list)
        fclose(list);
    return holder;
}

enum { LOCK_POLL_MS = 50, FIRST_WORD_MS = 1000, NEXT_WORD_MS = 10000 };

static bool error_locked(const char *path, long holder, unsigned waited_s,
                         struct error *err)
{
    char who[40] = "another process";

    if (holder > 0)
        snprintf(who, sizeof who, "process %ld", holder);
    return error_set(err, FAIL_NETWORK,
                     "'%s' is locked by %s since more than %u s; try again "
                     "later",
                     path, who, waited_s);
}

static bool wait_for_lock(int fd, const char *path,
                          const struct directory_wait *wait, struct error *err)
{
    const struct timespec pause = { 0, LOCK_POLL_MS * 1000000L };
    unsigned waited_ms = 0, next_word_ms = FIRST_WORD_MS;

    /* Any other failure: no locks here, which is as if granted. */
    while (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        if (!interrupt_none(err))
            return false;
        if (waited_ms / 1000 >= wait->timeout_s)
            return error_locked(path, lock_holder(fd), wait->timeout_s, err);
        if (waited_ms >= next_word_ms) {
            next_word_ms += NEXT_WORD_MS;
            if (wait->waiting)
                wait->waiting(wait->context, path, lock_holder(fd),
                              waited_ms / 1000);
        }
        (void)nanosleep(&pause, NULL);
        waited_ms += LOCK_POLL_MS;
    }
    return true;
}

bool directory_lock(struct directory_lock *lock, const char *path,
                    const struct directory_wait *wait, struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return error_errno(err, "cannot open directory '%s'", path);
    if (!wait_for_lock(fd, path, wait, err)) {
        close(fd);
        return false;
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

bool directory_is_abandoned(const char *path, long pid)
{
    static const time_t day_s = 24 * 3600;
    struct stat st;

    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return true;
    return lstat(path, &st) == 0 && time(NULL) - st.st_mtime > day_s;
}

static void remove_stray(const char *dir, const char *name, long pid)
{
    struct error ignored = { 0 };
    char *path = path_join(dir, name, &ignored);

    (void)!(path && directory_is_abandoned(path, pid) &&
            folder_remove(path, &ignored));
    free(path);
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
        if (pid > 0)
            remove_stray(path, entry->d_name, pid);
    }
    if (dir)
        closedir(dir);
}

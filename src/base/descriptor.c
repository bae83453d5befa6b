/* SPDX-License-Identifier: MIT */
/* Loops around read, pread, write and pwrite. */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"

/* Larger calls only are hard to interrupt, and some systems refuse 2 GB. */
enum { CALL_MAX = 1 << 20 };

static size_t part_of(size_t n)
{
    return n < CALL_MAX ? n : CALL_MAX;
}

/* Whether the call that gave `result` is to be made again. */
static bool again(ssize_t result, struct error *err)
{
    return result < 0 && errno == EINTR && interrupt_none(err);
}

int descriptor_open_regular(const char *path, struct error *err)
{
    /* O_NONBLOCK changes nothing for regular files; the open of a FIFO would
     * wait for its other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        error_errno(err, "cannot open '%s'", path);
    else if (!S_ISREG(st.st_mode))
        error_set(err, FAIL_DATA, "'%s' is no regular file", path);
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

ptrdiff_t descriptor_read(int fd, void *to, size_t n, struct error *err)
{
    ssize_t got;

    do
        got = read(fd, to, n);
    while (again(got, err));
    return got;
}

ptrdiff_t descriptor_read_at(int fd, uint64_t at, void *to, size_t n,
                             struct error *err)
{
    unsigned char *p = to;
    size_t done = 0;

    while (done < n) {
        ssize_t got =
            pread(fd, p + done, part_of(n - done), (off_t)(at + done));
        if (again(got, err))
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ptrdiff_t)done;
}

bool descriptor_write(int fd, const void *from, size_t n, struct error *err)
{
    const unsigned char *p = from;

    while (n > 0) {
        ssize_t done = write(fd, p, part_of(n));
        if (again(done, err))
            continue;
        if (done < 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool descriptor_write_at(int fd, uint64_t at, const void *from, size_t n,
                         struct error *err)
{
    const unsigned char *p = from;

    while (n > 0) {
        ssize_t done = pwrite(fd, p, part_of(n), (off_t)at);
        if (again(done, err))
            continue;
        if (done < 0)
            return false;
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

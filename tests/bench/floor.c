/* SPDX-License-Identifier: MIT */
/* What no program can be faster than: the least work of each kind, alone, by
 * the library that does it. scripts/bench measures mnistprep against these.
 *
 *   floor zlib FILE.gz...        unpack, and forget what comes out
 *   floor isal FILE.gz...        the same by ISA-L
 *   floor write BYTES FILE       write so many bytes
 *   floor create COUNT BYTES DIR make so many files of so many bytes */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#if MNISTPREP_HAVE_ISAL
#include <isa-l.h>
#endif

enum { IN_BYTES = 64 * 1024, OUT_BYTES = 128 * 1024, WRITE_BYTES = 256 * 1024 };

static unsigned char in[IN_BYTES], out[OUT_BYTES];

static int fail(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    return 1;
}

/* Members follow on each other, as in what scripts/bench makes. */
static int unpack_by_zlib(int fd)
{
    z_stream z = { 0 };
    ssize_t got = 0;
    int result = Z_STREAM_END;

    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return fail("no memory");
    for (;;) {
        if (z.avail_in == 0) {
            got = read(fd, in, sizeof in);
            if (got <= 0)
                break;
            z.next_in = in;
            z.avail_in = (uInt)got;
        }
        if (result == Z_STREAM_END)
            inflateReset(&z);
        do {
            z.next_out = out;
            z.avail_out = sizeof out;
            result = inflate(&z, Z_NO_FLUSH);
        } while (result == Z_OK && z.avail_in > 0);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            break;
    }
    inflateEnd(&z);
    return got == 0 && result == Z_STREAM_END ? 0 : fail("not gzip");
}

#if MNISTPREP_HAVE_ISAL
static int unpack_by_isal(int fd)
{
    static struct inflate_state s;
    ssize_t got = 0;

    isal_inflate_init(&s);
    s.crc_flag = ISAL_GZIP;
    for (;;) {
        if (s.avail_in == 0) {
            got = read(fd, in, sizeof in);
            if (got <= 0)
                break;
            s.next_in = in;
            s.avail_in = (uint32_t)got;
        }
        if (s.block_state == ISAL_BLOCK_FINISH)
            isal_inflate_reset(&s);
        do {
            s.next_out = out;
            s.avail_out = sizeof out;
            if (isal_inflate(&s) != ISAL_DECOMP_OK)
                return fail("not gzip");
        } while (s.block_state != ISAL_BLOCK_FINISH &&
                 (s.avail_in > 0 || s.avail_out == 0));
    }
    return got == 0 && s.block_state == ISAL_BLOCK_FINISH ? 0
                                                          : fail("not gzip");
}
#else
static int unpack_by_isal(int fd)
{
    (void)fd;
    return fail("built without ISA-L");
}
#endif

static int unpack(int (*by)(int fd), char **paths, int count)
{
    int status = 0;

    for (int i = 0; i < count && status == 0; i++) {
        int fd = open(paths[i], O_RDONLY);
        status = fd >= 0 ? by(fd) : fail("cannot open a file");
        close(fd);
    }
    return status;
}

static int write_file(const char *path, size_t n)
{
    static unsigned char bytes[WRITE_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

    if (fd < 0)
        return fail("cannot make a file");
    if (n > WRITE_BYTES)
        (void)!posix_fallocate(fd, 0, (off_t)n);
    for (size_t some = WRITE_BYTES; n > 0; n -= some) {
        some = n < some ? n : some;
        if (write(fd, bytes, some) != (ssize_t)some)
            return fail("cannot write");
    }
    return close(fd) == 0 ? 0 : fail("cannot write");
}

static int create_files(const char *dir, size_t count, size_t n)
{
    int status = chdir(dir) == 0 ? 0 : fail("cannot enter a folder");

    for (size_t i = 0; i < count && status == 0; i++) {
        char name[32];
        snprintf(name, sizeof name, "%06zu.png", i);
        status = write_file(name, n);
    }
    return status;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";

    if (strcmp(what, "zlib") == 0)
        return unpack(unpack_by_zlib, argv + 2, argc - 2);
    if (strcmp(what, "isal") == 0)
        return unpack(unpack_by_isal, argv + 2, argc - 2);
    if (strcmp(what, "write") == 0 && argc == 4)
        return write_file(argv[3], strtoull(argv[2], NULL, 10));
    if (strcmp(what, "create") == 0 && argc == 5)
        return create_files(argv[4], strtoull(argv[2], NULL, 10),
                            strtoull(argv[3], NULL, 10));
    return fail("see the top of floor.c");
}

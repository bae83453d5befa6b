/* SPDX-License-Identifier: MIT */
/* Whole reads and writes through pipes that take and give a part, through
 * signals that ask for nothing, and through those that ask to stop. */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "helpers.h"

enum { BYTES = 3 << 20 };

static void nap(void)
{
    const struct timespec ms = { .tv_nsec = 1000000 };
    nanosleep(&ms, NULL);
}

static void ignore(int signal_number)
{
    (void)signal_number;
}

/* Without SA_RESTART: system calls end with EINTR. */
static void catch_usr1(void)
{
    struct sigaction action = { .sa_handler = ignore };

    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

/* ---- pipes ---- */

struct drain {
    pthread_t writer;
    int fd;
    size_t n;
    uint64_t sum;
    unsigned signals;
};

/* Takes the pipe's bytes in small parts, and between them disturbs the one who
 * writes. */
static void *drain(void *context)
{
    struct drain *d = context;
    unsigned char part[50000];

    for (;;) {
        if (d->signals < 20) {
            nap();
            pthread_kill(d->writer, SIGUSR1);
            d->signals++;
        }
        ssize_t got = read(d->fd, part, sizeof part);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return NULL;
        for (ssize_t i = 0; i < got; i++)
            d->sum += (uint64_t)part[i] * (d->n + (size_t)i + 1);
        d->n += (size_t)got;
    }
}

static void test_write_through_signals(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char *bytes = malloc(BYTES);
    uint64_t sum = 0;
    int ends[2];
    pthread_t thread;

    assert_non_null(bytes);
    for (size_t i = 0; i < BYTES; i++) {
        bytes[i] = (unsigned char)(i * 7 + i / 251);
        sum += (uint64_t)bytes[i] * (i + 1);
    }
    catch_usr1();
    assert_int_equal(pipe(ends), 0);
    struct drain d = { .writer = pthread_self(), .fd = ends[0] };
    assert_int_equal(pthread_create(&thread, NULL, drain, &d), 0);
    assert_true(descriptor_write(ends[1], bytes, BYTES, &err));
    close(ends[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(ends[0]);
    assert_int_equal(d.n, BYTES);
    assert_true(d.sum == sum);
    assert_true(d.signals > 0);
    free(bytes);
}

struct feeder {
    pthread_t reader;
    int fd;
};

static void *feed_late(void *context)
{
    const struct feeder *f = context;

    for (unsigned i = 0; i < 5; i++) {
        nap();
        pthread_kill(f->reader, SIGUSR1);
    }
    nap();
    assert_int_equal(write(f->fd, "abc", 3), 3);
    return NULL;
}

static void test_read_through_signals(void **state)
{
    (void)state;
    struct error err = { 0 };
    char to[10];
    int ends[2];
    pthread_t thread;

    catch_usr1();
    assert_int_equal(pipe(ends), 0);
    struct feeder f = { pthread_self(), ends[1] };
    assert_int_equal(pthread_create(&thread, NULL, feed_late, &f), 0);
    assert_int_equal(descriptor_read(ends[0], to, sizeof to, &err), 3);
    assert_memory_equal(to, "abc", 3);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(ends[1]);
    assert_int_equal(descriptor_read(ends[0], to, sizeof to, &err), 0);
    close(ends[0]);
}

/* ---- files ---- */

static int file_without_name(void)
{
    char path[] = "/tmp/mnistprep-test-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

static void test_at(void **state)
{
    (void)state;
    struct error err = { 0 };
    int fd = file_without_name();
    unsigned char *bytes = malloc(BYTES), *back = malloc(BYTES);

    assert_non_null(bytes);
    assert_non_null(back);
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (unsigned char)(i * 13 + i / 241);
    assert_true(descriptor_write_at(fd, 1000, bytes, BYTES, &err));
    assert_int_equal(descriptor_read_at(fd, 1000, back, BYTES, &err), BYTES);
    assert_memory_equal(back, bytes, BYTES);
    /* the end of the file cuts it, and behind it there is nothing */
    assert_int_equal(descriptor_read_at(fd, 1000 + BYTES - 5, back, 100, &err),
                     5);
    assert_memory_equal(back, bytes + BYTES - 5, 5);
    assert_int_equal(descriptor_read_at(fd, 1000 + BYTES, back, 100, &err), 0);
    /* the hole before it */
    assert_int_equal(descriptor_read_at(fd, 999, back, 2, &err), 2);
    assert_int_equal(back[0], 0);
    assert_int_equal(back[1], bytes[0]);
    free(bytes);
    free(back);
    close(fd);
}

/* errno tells why, and the caller has the words. */
static void test_failures(void **state)
{
    (void)state;
    struct error err = { 0 };
    char to[4];

    assert_int_equal(descriptor_read(-1, to, sizeof to, &err), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(descriptor_read_at(-1, 0, to, sizeof to, &err), -1);
    assert_int_equal(errno, EBADF);
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_false(descriptor_write(fd, "abc", 3, &err));
    assert_int_equal(errno, ENOSPC);
    close(fd);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_false(descriptor_write_at(fd, 0, "abc", 3, &err));
    assert_int_equal(errno, EBADF);
    close(fd);
    assert_no_error(err);
}

/* ---- a signal that asks to stop ---- */

static int run_stopped(void *context)
{
    struct error err = { 0 };
    char to[4];
    int ends[2];

    (void)context;
    interrupt_install();
    if (pipe(ends) != 0)
        return 1;
    alarm(20); /* instead of waiting for ever */
    pthread_t thread;
    struct feeder f = { pthread_self(), ends[1] };
    catch_usr1();
    raise(SIGTERM);
    /* The next signal finds the read that waits, and it has to end. */
    if (pthread_create(&thread, NULL, feed_late, &f) != 0)
        return 2;
    if (descriptor_read(ends[0], to, sizeof to, &err) != -1)
        return 3;
    pthread_join(thread, NULL);
    return err.code == FAIL_INTERRUPTED ? 0 : 4;
}

static void test_stops(void **state)
{
    (void)state;
    assert_int_equal(child_run(run_stopped, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_through_signals),
        cmocka_unit_test(test_read_through_signals),
        cmocka_unit_test(test_at),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

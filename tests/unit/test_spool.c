/* SPDX-License-Identifier: MIT */
/* Spools: what was written comes back, from memory and from a file that
 * nobody sees, and what goes wrong with that file is told. */
#include "base/spool.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/reader.h"
#include "base/sizes.h"
#include "helpers.h"

/* More than one call to the system writes at a time. */
enum { MOST = (1 << 21) + 12345 };

static unsigned char bytes[MOST], got[MOST];

static int make_bytes(void **state)
{
    (void)state;
    fill_noise(bytes, sizeof bytes, 8);
    return 0;
}

/* A spool of the first n bytes, in the directory of the test. */
static struct spool spool_make(size_t memory_max, size_t n, size_t part)
{
    struct error err = { 0 };
    struct spool s = { 0 };

    assert_true(spool_init(&s, memory_max, ".", &err));
    for (size_t at = 0; at < n; at += part) {
        size_t take = part < n - at ? part : n - at;
        assert_true(spool_append(&s, bytes + at, take, &err));
        assert_int_equal(s.bytes, at + take);
        assert_true(s.room <= memory_max);
    }
    assert_no_error(err);
    return s;
}

static bool holds(const struct spool *s, size_t at, size_t n)
{
    struct error err = { 0 };

    memset(got, '#', n);
    return spool_read(s, at, got, n, &err) && memcmp(got, bytes + at, n) == 0;
}

/* ---- the bytes ---- */

static void check_all(size_t memory_max, size_t n, size_t part)
{
    struct spool s = spool_make(memory_max, n, part);
    struct error err = { 0 };

    if ((s.fd_plus_1 > 0) != (n > memory_max) || (s.fd_plus_1 > 0 && s.memory))
        fail_msg("%zu bytes, of which %zu fit memory, are elsewhere", n,
                 memory_max);
    assert_true(holds(&s, 0, n));
    for (size_t at = 0; at < n; at += 1 + n / 7)
        for (size_t length = 0; length <= n - at; length += 1 + n / 5)
            assert_true(holds(&s, at, length));
    /* across the place where the file took over */
    if (n > memory_max && memory_max > 0)
        assert_true(holds(&s, memory_max - 1, 2));
    assert_true(spool_read(&s, n, NULL, 0, &err));
    assert_int_equal(entries_count("."), 0);
    spool_release(&s);
}

static void test_around_the_limit(void **state)
{
    (void)state;
    static const size_t limits[] = { 0, 1, 1000, 65536, 100000 };
    static const size_t parts[] = { 7, 999, 65536, MOST };

    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        const size_t max = limits[i];
        const size_t sizes[] = {
            0, 1, max > 0 ? max - 1 : 0, max, max + 1, 2 * max + 1, 200000,
        };
        for (size_t j = 0; j < COUNT_OF(sizes); j++)
            for (size_t k = 0; k < COUNT_OF(parts); k++)
                check_all(max, sizes[j], parts[k]);
    }
    check_all(MOST, MOST, 100000);
    check_all(MOST - 1, MOST, MOST - 1);
    check_all(0, MOST, MOST);
    check_all(SIZE_MAX, MOST, 3000);
}

/* Each byte is moved about once: the room grows by more than what comes. */
static void test_memory_doubles(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct spool s = { 0 };
    size_t last = 0;
    unsigned steps = 0;

    assert_true(spool_init(&s, SPOOL_MEMORY, ".", &err));
    for (size_t at = 0; at + 100 <= MOST; at += 100) {
        assert_true(spool_append(&s, bytes + at, 100, &err));
        steps += s.room != last;
        last = s.room;
    }
    assert_true(steps <= 10);
    assert_true(s.room < 2 * (size_t)MOST);
    spool_release(&s);
}

static void test_nothing_there(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct spool s = { 0 };

    spool_release(&s);
    assert_true(spool_init(&s, 0, ".", &err));
    assert_true(spool_append(&s, NULL, 0, &err));
    assert_int_equal(s.fd_plus_1, 0);
    spool_release(&s);
    spool_release(&s);
    assert_null(s.dir);
}

/* ---- the reader ---- */

static void test_reader(void **state)
{
    (void)state;
    static const size_t limits[] = { 0, 5000, 10000 };
    static const size_t parts[] = { 1, 13, 4096, MOST };

    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        for (size_t j = 0; j < COUNT_OF(parts); j++) {
            struct error err = { 0 };
            struct spool s = spool_make(limits[i], 10000, 300);
            struct reader *r = spool_reader_open(&s, "kept", &err);
            assert_non_null(r);
            assert_string_equal(r->name, "kept");
            assert_true(!s.dir && !s.memory && s.fd_plus_1 == 0);
            spool_release(&s); /* no longer ours */
            char first[4];
            assert_int_equal(reader_peek(r, first, 4, &err), 4);
            assert_memory_equal(first, bytes, 4);
            struct outcome o = outcome_read(r, parts[j]);
            assert_no_error(o.err);
            assert_int_equal(o.n, 10000);
            assert_memory_equal(o.bytes, bytes, 10000);
            outcome_release(&o);
        }
    }
    struct error err = { 0 };
    struct spool none = { 0 };
    struct outcome o = outcome_read(spool_reader_open(&none, "x", &err), 10);
    assert_int_equal(o.n, 0);
    outcome_release(&o);
}

/* ---- at once ---- */

enum { THREADS = 4 };

struct task {
    const struct spool *spool;
    uint64_t noise;
    bool ok;
};

static void *read_here_and_there(void *argument)
{
    struct task *t = argument;
    struct error err = { 0 };
    unsigned char some[5000];

    t->ok = true;
    for (int i = 0; i < 2000 && t->ok; i++) {
        size_t n = noise_next(&t->noise) % sizeof some;
        size_t at = noise_next(&t->noise) % (MOST - n);
        t->ok = spool_read(t->spool, at, some, n, &err) &&
                memcmp(some, bytes + at, n) == 0;
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t memory_max = 0; memory_max <= MOST; memory_max += MOST) {
        struct spool s = spool_make(memory_max, MOST, MOST);
        struct task tasks[THREADS];
        pthread_t threads[THREADS];
        for (size_t i = 0; i < THREADS; i++) {
            tasks[i] = (struct task){ &s, i + 1, false };
            assert_int_equal(pthread_create(&threads[i], NULL,
                                            read_here_and_there, &tasks[i]),
                             0);
        }
        for (size_t i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            assert_true(tasks[i].ok);
        }
        spool_release(&s);
    }
}

/* ---- the file ---- */

static void test_file_is_private(void **state)
{
    (void)state;
    struct spool s = spool_make(0, 10, 10);
    int fd = s.fd_plus_1 - 1;
    struct stat st, here;

    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(stat(".", &here), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(st.st_dev == here.st_dev);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    spool_release(&s);
}

/* Names that are taken, be it by a link that somebody laid there. */
static void test_names_in_the_way(void **state)
{
    (void)state;
    char name[64];

    snprintf(name, sizeof name, DIRECTORY_TEMP_PREFIX "%ld-0", (long)getpid());
    file_make(name, "theirs", 6);
    file_make("target", "theirs", 6);
    snprintf(name, sizeof name, DIRECTORY_TEMP_PREFIX "%ld-1", (long)getpid());
    assert_int_equal(symlink("target", name), 0);
    struct spool s = spool_make(0, 1000, 100);
    assert_true(holds(&s, 0, 1000));
    spool_release(&s);
    assert_int_equal(entries_count("."), 3);
    assert_true(file_holds("target", "theirs", 6));
}

/* ---- where ---- */

/* The error that the first byte for the file brings. */
static struct error first_byte(const char *dir)
{
    struct error err = { 0 };
    struct spool s = { 0 };

    if (spool_init(&s, 0, dir, &err) && spool_append(&s, "x", 1, &err) &&
        s.bytes != 1)
        error_set(&err, FAIL_DATA, "%s", "bytes were not counted");
    spool_release(&s);
    return err;
}

static bool says(const struct error *err, const char *part)
{
    return err->code == FAIL_SYSTEM && strstr(err->text, part);
}

/* In a child, whose environment is its own. Without privileges, as root can
 * make files where nobody wants them. */
static int spool_by_environment(void *argument)
{
    (void)argument;
    if (!privileges_drop())
        return 99;
    setenv("TMPDIR", "nowhere", 1);
    struct error environment = first_byte(NULL), given = first_byte(".");
    setenv("TMPDIR", "", 1);
    struct error empty = first_byte(NULL);
    unsetenv("TMPDIR");
    struct error unset = first_byte(NULL);

    if (!says(&environment,
              "cannot create a temporary file in 'nowhere'; set TMPDIR to "
              "another directory: No such file"))
        return 1;
    if (given.code != FAIL_NONE)
        return 2;
    return empty.code == FAIL_NONE && unset.code == FAIL_NONE ? 0 : 3;
}

static void test_environment(void **state)
{
    (void)state;
    assert_int_equal(chmod(".", 0777), 0);
    assert_int_equal(child_run(spool_by_environment, NULL), 0);
    assert_int_equal(entries_count("."), 0);
}

static void test_no_directory(void **state)
{
    (void)state;
    file_make("file", "", 0);
    struct error err = first_byte("missing");
    assert_error(err, FAIL_SYSTEM,
                 "cannot create a temporary file in 'missing'; make room there "
                 "or choose another place: No such file");
    err = first_byte("file");
    assert_error(err, FAIL_SYSTEM, "in 'file'; make room");
}

static int spool_without_permission(void *argument)
{
    (void)argument;
    if (!privileges_drop())
        return 1;
    struct error err = first_byte("locked");
    return says(&err, "'locked'; make room there or choose another place: "
                      "Permission denied")
               ? 0
               : 2;
}

static void test_no_permission(void **state)
{
    (void)state;
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("locked", 0555), 0);
    assert_int_equal(child_run(spool_without_permission, NULL), 0);
    assert_int_equal(entries_count("locked"), 0);
}

/* ---- no room ---- */

static bool is_full(const struct error *err)
{
    return says(err, "cannot write a temporary file in '.'; make room there or "
                     "choose another place: ");
}

static bool file_size_limit(rlim_t most)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN); /* as interrupt_install does */
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* What was there stays, and it goes on when there is room again. */
static int fill_disk(void *argument)
{
    const size_t memory_max = *(const size_t *)argument;
    struct error err = { 0 }, again = { 0 };
    struct spool s = { 0 };
    int first_free = dup(STDERR_FILENO);

    close(first_free);
    if (!file_size_limit(5000) || !spool_init(&s, memory_max, ".", &err))
        return 1;
    while (spool_append(&s, bytes + s.bytes, 300, &err))
        if (s.bytes > MOST / 2)
            return 2;
    if (!is_full(&err) || s.bytes % 300 != 0 || s.bytes < 4500)
        return 3;
    if ((s.fd_plus_1 > 0) != (memory_max < 5000))
        return 4;
    if (!holds(&s, 0, (size_t)s.bytes) || entries_count(".") != 0)
        return 5;
    if (spool_append(&s, bytes + s.bytes, 300, &again) || !is_full(&again))
        return 6;
    again = (struct error){ 0 };
    if (!file_size_limit(RLIM_INFINITY) ||
        !spool_append(&s, bytes + s.bytes, 20000, &again))
        return 7;
    if (s.fd_plus_1 == 0 || !holds(&s, 0, (size_t)s.bytes))
        return 8;
    spool_release(&s);
    int now_free = dup(STDERR_FILENO);
    close(now_free);
    return now_free == first_free ? 0 : 9;
}

/* In the file, and on the way from memory to it. */
static void test_no_room(void **state)
{
    (void)state;
    size_t limits[] = { 0, 1000, 10000 };

    for (size_t i = 0; i < COUNT_OF(limits); i++)
        assert_int_equal(child_run(fill_disk, &limits[i]), 0);
    assert_int_equal(entries_count("."), 0);
}

/* ---- a file that goes wrong later ---- */

static void test_read_errors(void **state)
{
    (void)state;
    struct spool s = spool_make(0, 1000, 1000);
    struct error err = { 0 };
    int fd = s.fd_plus_1 - 1, ends[2];

    assert_int_equal(ftruncate(fd, 500), 0);
    assert_true(holds(&s, 0, 500));
    assert_false(spool_read(&s, 0, got, 501, &err));
    assert_error(err, FAIL_SYSTEM, "temporary file in '.' became shorter");

    err = (struct error){ 0 };
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], fd), fd);
    close(ends[0]);
    close(ends[1]);
    assert_false(spool_read(&s, 0, got, 1, &err));
    assert_error(err, FAIL_SYSTEM, "cannot read a temporary file in '.'");

    struct outcome o = outcome_read(spool_reader_open(&s, "kept", &err), 10);
    assert_error(o.err, FAIL_SYSTEM, "cannot read a temporary file in '.'");
    outcome_release(&o);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_around_the_limit), IN_TEMP_DIR(test_memory_doubles),
        IN_TEMP_DIR(test_nothing_there),    IN_TEMP_DIR(test_reader),
        IN_TEMP_DIR(test_threads),          IN_TEMP_DIR(test_file_is_private),
        IN_TEMP_DIR(test_names_in_the_way), IN_TEMP_DIR(test_environment),
        IN_TEMP_DIR(test_no_directory),     IN_TEMP_DIR(test_no_permission),
        IN_TEMP_DIR(test_no_room),          IN_TEMP_DIR(test_read_errors),
    };
    return cmocka_run_group_tests(tests, make_bytes, NULL);
}

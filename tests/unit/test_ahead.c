/* SPDX-License-Identifier: MIT */
/* The reader with a thread of its own: the same bytes, the same errors at the
 * same places, and an end to the thread in every case. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/reader.h"
#include "base/sizes.h"
#include "helpers.h"

/* As in ahead.c: 3 blocks. A test that no longer hits their edges still holds,
 * it only sees less. */
enum { BLOCK = 128 * 1024, RING = 3 * BLOCK, MOST = 9 * BLOCK + 17 };

static unsigned char bytes[MOST];

static int make_bytes(void **state)
{
    (void)state;
    fill_noise(bytes, sizeof bytes, 4);
    return 0;
}

static void test_same_bytes(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        0,        1,    2,        1000,         BLOCK - 1, BLOCK, BLOCK + 1,
        RING - 1, RING, RING + 1, RING + BLOCK, 2 * RING,  MOST,
    };
    static const size_t parts[] = { 1, 7, 4096, BLOCK, BLOCK + 1, MOST };
    static const size_t steps[] = { 1, 1000, BLOCK, MOST };

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t j = 0; j < COUNT_OF(parts); j++) {
            size_t step = steps[(i + j) % COUNT_OF(steps)];
            struct error err = { 0 };
            struct reader *r = ahead_reader_open(
                memory_source_open(bytes, sizes[i], step, NEVER), &err);
            assert_non_null(r);
            assert_string_equal(r->name, "source");
            struct outcome o = outcome_read(r, parts[j]);
            assert_no_error(o.err);
            if (o.n != sizes[i] ||
                (o.n > 0 && memcmp(o.bytes, bytes, o.n) != 0))
                fail_msg("%zu bytes by %zu came out as %zu, or differ",
                         sizes[i], parts[j], o.n);
            outcome_release(&o);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}

/* All bytes before the failure come first; then it comes, each time. */
static void test_errors_in_place(void **state)
{
    (void)state;
    static const size_t places[] = { 0,        1,         100,      BLOCK - 1,
                                     BLOCK,    BLOCK + 1, RING - 1, RING,
                                     RING + 1, MOST - 1,  MOST };
    static const size_t parts[] = { 100, BLOCK, MOST };

    for (size_t i = 0; i < COUNT_OF(places) * COUNT_OF(parts); i++) {
        size_t place = places[i % COUNT_OF(places)];
        size_t part = parts[i / COUNT_OF(places)];
        struct error err = { 0 };
        struct reader *r = ahead_reader_open(
            memory_source_open(bytes, MOST, 1000, place), &err);
        unsigned char *got = malloc(MOST + 1);
        size_t n = 0;
        ptrdiff_t last;

        assert_non_null(got);
        while ((last = reader_read(r, got + n, part < MOST - n ? part : 1,
                                   &err)) > 0)
            n += (size_t)last;
        if (n != place || last != -1 || memcmp(got, bytes, n) != 0)
            fail_msg("failure at %zu: %zu bytes came, then %td", place, n,
                     last);
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        err = (struct error){ 0 };
        assert_int_equal(reader_read(r, got, 1, &err), -1);
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        reader_close(r);
        free(got);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_end_stays(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[16];
    struct reader *r =
        ahead_reader_open(memory_source_open(bytes, 10, 3, NEVER), &err);

    assert_int_equal(reader_peek(r, to, 4, &err), 4);
    assert_memory_equal(to, bytes, 4);
    assert_int_equal(reader_fill(r, to, sizeof to, &err), 10);
    assert_memory_equal(to, bytes, 10);
    for (int i = 0; i < 3; i++)
        assert_int_equal(reader_read(r, to, sizeof to, &err), 0);
    assert_true(reader_at_end(r, &err));
    assert_no_error(err);
    reader_close(r);
}

/* Closed before the end: while the thread starts, works, waits for room, or
 * is through. main() has an alarm for the case that it never comes back. */
static void test_early_close(void **state)
{
    (void)state;
    static const size_t taken[] = { 0, 1, BLOCK - 1, BLOCK, BLOCK + 1, RING };
    static unsigned char to[RING];
    const struct timespec moment = { 0, 2 * 1000 * 1000 };

    for (unsigned round = 0; round < 120; round++) {
        struct error err = { 0 };
        size_t size = round % 5 == 0 ? BLOCK + 5 : MOST;
        size_t n = taken[round % COUNT_OF(taken)];
        struct reader *r = ahead_reader_open(
            memory_source_open(bytes, size, round % 3 ? MOST : 999, NEVER),
            &err);
        assert_non_null(r);
        assert_int_equal(reader_fill(r, to, n, &err), n < size ? n : size);
        if (round % 2)
            nanosleep(&moment, NULL); /* the ring is full now */
        reader_close(r);
        assert_int_equal(sources_left_open(), 0);
    }
}

/* ---- a source that yields, and looks at its thread ---- */

struct restless {
    struct reader base;
    size_t at;
    uint64_t noise;
    bool *signals_blocked;
};

static ptrdiff_t restless_read(struct reader *base, void *to, size_t n,
                               struct error *err)
{
    struct restless *r = (struct restless *)base;
    size_t take = 1 + noise_next(&r->noise) % (BLOCK / 3);
    sigset_t mask;
    (void)err;

    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    *r->signals_blocked = sigismember(&mask, SIGINT) == 1 &&
                          sigismember(&mask, SIGTERM) == 1 &&
                          sigismember(&mask, SIGHUP) == 1;
    for (uint64_t i = noise_next(&r->noise) % 4; i > 0; i--)
        sched_yield();
    take = take < n ? take : n;
    take = take < sizeof bytes - r->at ? take : sizeof bytes - r->at;
    memcpy(to, bytes + r->at, take);
    r->at += take;
    return (ptrdiff_t)take;
}

static void restless_close(struct reader *base)
{
    reader_free(base);
}

static struct reader *restless_open(uint64_t seed, bool *signals_blocked)
{
    static const struct reader_ops ops = { restless_read, restless_close };
    struct error err = { 0 };
    struct restless *r = reader_new(sizeof *r, &ops, "restless", &err);

    if (!r)
        abort();
    r->at = 0;
    r->noise = seed;
    r->signals_blocked = signals_blocked;
    return &r->base;
}

static void test_restless(void **state)
{
    (void)state;
    static unsigned char got[MOST];
    uint64_t noise = 99;

    for (uint64_t round = 1; round <= 40; round++) {
        struct error err = { 0 };
        bool blocked = false;
        struct reader *r =
            ahead_reader_open(restless_open(round, &blocked), &err);
        size_t n = 0;
        ptrdiff_t last = 1;

        assert_non_null(r);
        while (last > 0 && n < MOST) {
            size_t part = 1 + noise_next(&noise) % (2 * BLOCK);
            last = reader_read(r, got + n, part < MOST - n ? part : MOST - n,
                               &err);
            n += last > 0 ? (size_t)last : 0;
            if (noise_next(&noise) % 3 == 0)
                sched_yield();
        }
        assert_int_equal(n, MOST);
        assert_true(reader_at_end(r, &err));
        assert_memory_equal(got, bytes, MOST);
        assert_no_error(err);
        reader_close(r);
        assert_true(blocked); /* signals must end the main thread's calls */
    }
}

static void test_nothing_passes(void **state)
{
    (void)state;
    struct error err = { 0 };

    error_set(&err, FAIL_USAGE, "the cause");
    assert_null(ahead_reader_open(NULL, &err));
    assert_error(err, FAIL_USAGE, "the cause");
}

#ifdef __linux__ /* elsewhere this limit does not count threads */
static int open_without_threads(void *argument)
{
    const struct rlimit none = { 0, 0 };
    struct error err = { 0 };
    (void)argument;

    if (!privileges_drop())
        return 1;
    if (setrlimit(RLIMIT_NPROC, &none) != 0)
        return 2;
    if (ahead_reader_open(memory_source_open(bytes, 10, 3, NEVER), &err))
        return 3;
    return err.code == FAIL_SYSTEM && strstr(err.text, "thread") != NULL &&
                   sources_left_open() == 0
               ? 0
               : 4;
}

static void test_no_thread(void **state)
{
    (void)state;
    assert_int_equal(child_run(open_without_threads, NULL), 0);
}
#endif

/* A thread ahead of a thread ahead: nothing is shared between two. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct reader *a = ahead_reader_open(
        ahead_reader_open(memory_source_open(bytes, MOST, 5000, NEVER), &err),
        &err);
    struct reader *b = ahead_reader_open(
        memory_source_open(bytes + 1, MOST - 1, 777, NEVER), &err);
    static unsigned char to_a[BLOCK / 2], to_b[BLOCK / 2];

    for (size_t at = 0; at + sizeof to_a < MOST - 1; at += sizeof to_a) {
        assert_true(reader_exact(a, to_a, sizeof to_a, &err));
        assert_true(reader_exact(b, to_b, sizeof to_b, &err));
        assert_memory_equal(to_a, bytes + at, sizeof to_a);
        assert_memory_equal(to_b, bytes + 1 + at, sizeof to_b);
    }
    assert_no_error(err);
    reader_close(a);
    reader_close(b);
    assert_int_equal(sources_left_open(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_errors_in_place),
        cmocka_unit_test(test_end_stays),
        cmocka_unit_test(test_early_close),
        cmocka_unit_test(test_restless),
        cmocka_unit_test(test_nothing_passes),
#ifdef __linux__
        cmocka_unit_test(test_no_thread),
#endif
        cmocka_unit_test(test_two_at_once),
    };
    alarm(300); /* a thread that is waited for in vain */
    return cmocka_run_group_tests(tests, make_bytes, NULL);
}

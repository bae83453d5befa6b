/* SPDX-License-Identifier: MIT */
/* Tasks side by side: each is done once, no worker has two at a time, and what
 * is told of a failure does not depend on who was faster. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/sizes.h"
#include "base/thread.h"
#include "helpers.h"

enum { TASKS = 1000, WORKERS_MAX = 8 };

struct job {
    atomic_uint times[TASKS];    /* that each task was done */
    atomic_bool at[WORKERS_MAX]; /* is this worker at work? */
    atomic_uint workers_seen, last_begun, clashes, signals_open;
    size_t bad, also_bad; /* tasks that fail; TASKS: none */
    pthread_t caller;
};

static bool do_task(void *context, unsigned worker, size_t task,
                    struct error *err)
{
    struct job *j = context;
    sigset_t mask;

    if (worker >= WORKERS_MAX || atomic_exchange(&j->at[worker], true))
        j->clashes++;
    if (worker == 0 && !pthread_equal(j->caller, pthread_self()))
        j->clashes++;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (worker > 0 && !sigismember(&mask, SIGINT))
        j->signals_open++;
    j->workers_seen |= 1u << worker;
    j->last_begun = (unsigned)task;
    j->times[task]++;
    if (task % 7 == 0)
        sched_yield();
    atomic_store(&j->at[worker], false);
    if (task == j->bad || task == j->also_bad)
        return error_set(err, FAIL_DATA, "task %zu is bad", task);
    return true;
}

static struct job new_job(void)
{
    struct job j = { .bad = TASKS, .also_bad = TASKS };

    j.caller = pthread_self();
    return j;
}

static void test_each_once(void **state)
{
    (void)state;
    static const unsigned workers[] = { 1, 2, 3, 8 };
    static const size_t counts[] = { 0, 1, 2, 5, TASKS };

    for (size_t i = 0; i < COUNT_OF(workers); i++) {
        for (size_t k = 0; k < COUNT_OF(counts); k++) {
            struct job j = new_job();
            struct error err = { 0 };
            assert_true(threads_run(workers[i], counts[k], do_task, &j, &err));
            assert_no_error(err);
            for (size_t t = 0; t < TASKS; t++)
                assert_int_equal(j.times[t], t < counts[k]);
            assert_int_equal(j.clashes, 0);
            assert_int_equal(j.signals_open, 0);
            assert_int_equal(j.workers_seen >> workers[i], 0);
        }
    }
}

/* Two that wait for each other end only when they run at the same time. */
static bool meet(void *context, unsigned worker, size_t task, struct error *err)
{
    pthread_barrier_t *both = context;

    (void)worker;
    (void)task;
    (void)err;
    pthread_barrier_wait(both);
    return true;
}

static void test_side_by_side(void **state)
{
    (void)state;
    pthread_barrier_t both;
    struct error err = { 0 };

    pthread_barrier_init(&both, NULL, 2);
    assert_true(threads_run(2, 2, meet, &both, &err));
    pthread_barrier_destroy(&both);
}

static void test_first_failure_is_told(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= WORKERS_MAX; workers++) {
        for (int again = 0; again < 20; again++) {
            struct job j = new_job();
            struct error err = { 0 };
            j.bad = 300;
            j.also_bad = 301;
            assert_false(threads_run(workers, TASKS, do_task, &j, &err));
            assert_int_equal(err.code, FAIL_DATA);
            assert_string_equal(err.text, "task 300 is bad");
            for (size_t t = 0; t <= 300; t++)
                assert_int_equal(j.times[t], 1);
        }
    }
}

static void test_one_thread_stops_at_once(void **state)
{
    (void)state;
    struct job j = new_job();
    struct error err = { 0 };

    j.bad = 10;
    assert_false(threads_run(1, TASKS, do_task, &j, &err));
    assert_int_equal(j.last_begun, 10);
    assert_int_equal(j.times[11], 0);
}

#ifdef __linux__ /* elsewhere this limit does not count threads */
static int run_without_threads(void *argument)
{
    const struct rlimit none = { 0, 0 };
    struct job j = new_job();
    struct error err = { 0 };
    (void)argument;

    if (!privileges_drop())
        return 1;
    if (setrlimit(RLIMIT_NPROC, &none) != 0)
        return 2;
    j.caller = pthread_self();
    if (!threads_run(4, TASKS, do_task, &j, &err) || err.code != FAIL_NONE)
        return 3;
    for (size_t t = 0; t < TASKS; t++)
        if (j.times[t] != 1)
            return 4;
    return j.workers_seen == 1 ? 0 : 5;
}

/* Where no thread can be made the caller does it all. */
static void test_without_threads(void **state)
{
    (void)state;
    assert_int_equal(child_run(run_without_threads, NULL), 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_first_failure_is_told),
        cmocka_unit_test(test_one_thread_stops_at_once),
#ifdef __linux__
        cmocka_unit_test(test_without_threads),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

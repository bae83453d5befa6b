/* SPDX-License-Identifier: MIT */
/* Directories made, locked and swept; the small questions about files. */
#include "base/directory.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sizes.h"
#include "helpers.h"

/* Waits longer than any test. */
static const struct directory_wait patient = { .timeout_s = 100 };

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- made ---- */

static void test_make(void **state)
{
    (void)state;
    static const struct {
        const char *path, *made;
    } cases[] = {
        { "a", "a" },
        { "a", "a" }, /* again */
        { "b/c/d", "b/c/d" },
        { "b/c/e/", "b/c/e" },
        { "b//c///f//", "b/c/f" },
        { "./g/../h", "h" },
        { ".", "." },
        { "/", "/" },
        { "link/below", "a/below" },
    };
    struct error err = { 0 };
    char absolute[1024];

    assert_int_equal(symlink("a", "link"), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool was_there = is_directory(cases[i].made);
        assert_true(directory_can_make(cases[i].path, &err));
        assert_int_equal(is_directory(cases[i].made), was_there);
        assert_true(directory_make(cases[i].path, &err));
        assert_true(is_directory(cases[i].made));
    }
    assert_non_null(getcwd(absolute, sizeof absolute - 8));
    memcpy(absolute + strlen(absolute), "/i/j", 5);
    assert_true(directory_make(absolute, &err));
    assert_true(is_directory("i/j"));
    assert_no_error(err);
}

static void test_make_refused(void **state)
{
    (void)state;
    static const struct path_refused cases[] = {
        { "file", FAIL_USAGE, "'file' is not a directory" },
        { "file/a/b", FAIL_USAGE, "'file' is not a directory" },
        { "d/file/a", FAIL_USAGE, "'d/file' is not a directory" },
        { "dangling", FAIL_SYSTEM, "cannot create directory 'dangling': File" },
        { "dangling/a", FAIL_SYSTEM, "'dangling'" },
    };

    file_make("file", "abc", 3);
    assert_int_equal(symlink("missing", "dangling"), 0);
    assert_int_equal(mkdir("d", 0777), 0);
    file_make("d/file", "abc", 3);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        assert_false(directory_make(cases[i].path, &err));
        assert_error(err, cases[i].code, cases[i].part);
        struct error dry = { 0 };
        assert_false(directory_can_make(cases[i].path, &dry));
        assert_int_equal(dry.code, cases[i].code);
    }
    assert_true(file_holds("file", "abc", 3));
    assert_int_equal(entries_count("."), 3);
}

static int make_with_umask(void *argument)
{
    struct error err = { 0 };
    struct stat st;
    (void)argument;

    umask(027);
    if (!directory_make("p/q", &err) || stat("p/q", &st) != 0)
        return 1;
    return (st.st_mode & 0777) == 0750 ? 0 : 2;
}

static void test_make_respects_umask(void **state)
{
    (void)state;
    assert_int_equal(child_run(make_with_umask, NULL), 0);
}

static void test_sync(void **state)
{
    (void)state;
    static const char *const paths[] = { "x", "./x", "d/x", "/x" };
    struct error err = { 0 };

    assert_int_equal(mkdir("d", 0777), 0);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        assert_true(directory_sync_of(paths[i], &err));
    assert_no_error(err);
    assert_false(directory_sync_of("missing/x", &err));
    assert_error(err, FAIL_SYSTEM, "cannot sync directory 'missing/'");
}

/* ---- locked ---- */

/* A child that takes the lock, says so through its pipe, and waits. */
struct holder {
    pid_t child;
    int said; /* what it writes */
};

static int hold_lock(int say)
{
    struct directory_lock lock = { 0 };
    struct error err = { 0 };

    if (!directory_lock(&lock, "d", &patient, &err))
        return 1;
    if (write(say, "l", 1) != 1)
        return 2;
    pause();
    return 0;
}

static struct holder holder_start(void)
{
    int ends[2];
    struct holder h = { 0 };

    assert_int_equal(pipe(ends), 0);
    h.child = fork();
    assert_true(h.child >= 0);
    if (h.child == 0) {
        close(ends[0]);
        _exit(hold_lock(ends[1]));
    }
    close(ends[1]);
    h.said = ends[0];
    return h;
}

static bool holder_has_lock(const struct holder *h, int wait_ms)
{
    struct pollfd fd = { .fd = h->said, .events = POLLIN };
    return poll(&fd, 1, wait_ms) == 1 && (fd.revents & POLLIN);
}

static void holder_kill(struct holder *h)
{
    kill(h->child, SIGKILL);
    waitpid(h->child, NULL, 0);
    close(h->said);
}

static void test_lock(void **state)
{
    (void)state;
    struct directory_lock lock = { 0 };
    struct error err = { 0 };

    assert_int_equal(mkdir("d", 0777), 0);
    assert_true(directory_lock(&lock, "d", &patient, &err));
    assert_int_equal(entries_count("d"), 0); /* it leaves no file */

    struct holder h = holder_start();
    assert_false(holder_has_lock(&h, 200));
    directory_unlock(&lock);
    assert_int_equal(lock.fd_plus_1, 0);
    directory_unlock(&lock); /* twice does no harm */
    assert_true(holder_has_lock(&h, 20000));

    /* A killed process holds nothing. */
    holder_kill(&h);
    assert_true(directory_lock(&lock, "d", &patient, &err));
    directory_unlock(&lock);
    assert_int_equal(entries_count("d"), 0);
    assert_no_error(err);
}

static void test_lock_is_per_directory(void **state)
{
    (void)state;
    struct directory_lock lock = { 0 };
    struct error err = { 0 };

    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(mkdir("e", 0777), 0);
    assert_true(directory_lock(&lock, "e", &patient, &err));
    struct holder h = holder_start();
    assert_true(holder_has_lock(&h, 20000));
    holder_kill(&h);
    directory_unlock(&lock);
    assert_no_error(err);
}

static int wait_for_lock(void *argument)
{
    struct directory_lock lock = { 0 };
    struct error err = { 0 };
    (void)argument;

    if (directory_lock(&lock, "d", &patient, &err))
        return 1;
    return err.code == FAIL_INTERRUPTED ? 0 : 2;
}

static void test_signal_ends_waiting(void **state)
{
    (void)state;
    struct directory_lock lock = { 0 };
    struct error err = { 0 };

    if (SIGNALS_COME_LATE)
        skip();
    assert_int_equal(mkdir("d", 0777), 0);
    assert_true(directory_lock(&lock, "d", &patient, &err));
    assert_int_equal(child_interrupt(wait_for_lock, NULL, true), 0);
    directory_unlock(&lock);
}

static void test_lock_refused(void **state)
{
    (void)state;
    static const char *const paths[] = { "missing", "file" };
    struct directory_lock lock = { 0 };

    file_make("file", "", 0);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct error err = { 0 };
        assert_false(directory_lock(&lock, paths[i], &patient, &err));
        assert_error(err, FAIL_SYSTEM, "cannot open directory '");
        directory_unlock(&lock); /* was not held */
    }
}

/* ---- swept ---- */

/* A process that is gone: its number is not given out again this soon. */
static long dead_process(void)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return (long)child;
}

/* A folder with a file below it, and a link to a folder outside. */
static void make_strays(const char *prefix, long process)
{
    char path[200];

    (void)mkdir("elsewhere", 0777);
    file_make("elsewhere/f", "abc", 3);
    snprintf(path, sizeof path, "%s%ld-dir", prefix, process);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s%ld-dir/in", prefix, process);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s%ld-dir/in/f", prefix, process);
    file_make(path, "abc", 3);
    snprintf(path, sizeof path, "%s%ld-link", prefix, process);
    assert_int_equal(symlink("../elsewhere", path), 0);
}

static void test_sweep(void **state)
{
    (void)state;
    static const char prefix[] = DIRECTORY_TEMP_PREFIX;
    static const struct {
        const char *folder, *before; /* what stands before the process */
        bool of_dead;
        const char *after;
        bool goes;
    } cases[] = {
        { "d/", prefix, true, "-0", true },
        { "d/", prefix, true, "-4711", true },
        { "d/", prefix, false, "-0", false },
        { "d/", "x" DIRECTORY_TEMP_PREFIX, true, "-0", false },
        { "d/", DIRECTORY_TEMP_PREFIX "-", true, "-0", false },
        { "d/", DIRECTORY_TEMP_PREFIX "x", true, "-0", false },
        { "d/", DIRECTORY_TEMP_PREFIX "0-", true, "", false },
        { "d/", ".mnistprep-", true, "-0", false },
        { "d/", ".mnistprep-tmpx", true, "-0", false },
        { "d/", "mnist-", true, ".gz", false },
        { "", prefix, true, "-0", false }, /* beside the directory */
    };
    long dead = dead_process(), own = (long)getpid();
    char path[200];

    assert_int_equal(mkdir("d", 0777), 0);
    make_strays("d/" DIRECTORY_TEMP_PREFIX, dead);
    make_strays("d/" DIRECTORY_TEMP_PREFIX, own);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            snprintf(path, sizeof path, "%s%s%ld%s", cases[i].folder,
                     cases[i].before, cases[i].of_dead ? dead : own,
                     cases[i].after);
            if (pass == 0)
                file_make(path, "abc", 3);
            else if (file_exists(path) == cases[i].goes)
                fail_msg("row %zu: %s", i, path);
        }
        directory_sweep("d");
    }
    /* the folder and the link of the live process are left */
    assert_int_equal(entries_count("d"), COUNT_OF(cases) - 3 + 2);
    snprintf(path, sizeof path, "d/" DIRECTORY_TEMP_PREFIX "%ld-dir/in/f", own);
    assert_true(file_exists(path));
    assert_true(file_exists("elsewhere/f")); /* links are not followed */
    directory_sweep("missing");              /* never fails */
    directory_sweep("d/mnist-0.gz");
}

/* A number that is alive here may have been another's, on another machine or in
 * another container: what has rested for a day is nobody's. */
static void test_sweep_by_age(void **state)
{
    (void)state;
    struct timespec old = { .tv_sec = time(NULL) - 25 * 3600L };
    struct timespec both[] = { old, old };
    char path[200];

    assert_int_equal(mkdir("d", 0777), 0);
    make_strays("d/" DIRECTORY_TEMP_PREFIX, getpid());
    size_t before = entries_count("d");
    directory_sweep("d");
    assert_int_equal(entries_count("d"), before);
    snprintf(path, sizeof path, "d/" DIRECTORY_TEMP_PREFIX "%ld-dir",
             (long)getpid());
    assert_false(directory_is_abandoned(path, getpid()));
    assert_int_equal(utimensat(AT_FDCWD, path, both, 0), 0);
    assert_true(directory_is_abandoned(path, getpid()));
    directory_sweep("d");
    assert_false(file_exists(path));
    assert_int_equal(entries_count("d"), before - 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_make),
        IN_TEMP_DIR(test_make_refused),
        IN_TEMP_DIR(test_make_respects_umask),
        IN_TEMP_DIR(test_sync),
        IN_TEMP_DIR(test_lock),
        IN_TEMP_DIR(test_lock_is_per_directory),
        IN_TEMP_DIR(test_signal_ends_waiting),
        IN_TEMP_DIR(test_lock_refused),
        IN_TEMP_DIR(test_sweep),
        IN_TEMP_DIR(test_sweep_by_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

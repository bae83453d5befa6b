/* SPDX-License-Identifier: MIT */
/* Outputs: whole under their name or not there at all. */
#include "base/outfile.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/path.h"
#include "base/sizes.h"
#include "base/text.h"
#include "helpers.h"

static bool put(const char *path, const char *text, unsigned flags,
                struct error *err)
{
    return outfile_put(path, text, strlen(text), flags, err);
}

static bool holds(const char *path, const char *text)
{
    return file_holds(path, text, strlen(text));
}

/* ---- the two endings ---- */

static void test_appears_on_commit(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= OUTFILE_SYNC; flags += OUTFILE_SYNC) {
        struct error err = { 0 };
        struct outfile o = { 0 };
        assert_true(outfile_open(&o, "x", flags, &err));
        assert_string_equal(o.base.name, "x");
        assert_true(writer_write(&o.base, "abc", 3, &err));
        assert_true(writer_write(&o.base, "", 0, &err));
        assert_int_equal(entries_count("."), 1);
        assert_memory_equal(path_base(o.temp), DIRECTORY_TEMP_PREFIX,
                            strlen(DIRECTORY_TEMP_PREFIX));
        assert_true(writer_write(&o.base, "def", 3, &err));
        if (flags) /* in two steps */
            assert_true(outfile_finish(&o, &err));
        assert_false(file_exists("x"));
        assert_true(outfile_commit(&o, &err));
        assert_true(holds("x", "abcdef"));
        assert_int_equal(entries_count("."), 1);
        outfile_abandon(&o); /* does nothing now */
        assert_true(holds("x", "abcdef"));
        assert_no_error(err);
        assert_true(file_remove("x", &err));
    }
}

static void test_abandon_leaves_nothing(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile o = { 0 };

    outfile_abandon(&o);
    assert_true(outfile_open(&o, "x", OUTFILE_SYNC, &err));
    assert_true(writer_write(&o.base, "abc", 3, &err));
    outfile_abandon(&o);
    assert_int_equal(entries_count("."), 0);

    /* also after its file is finished */
    assert_true(outfile_open(&o, "x", 0, &err));
    assert_true(outfile_finish(&o, &err));
    outfile_abandon(&o);
    assert_int_equal(entries_count("."), 0);
    assert_no_error(err);
}

/* Larger than one write() is given. */
static void test_large(void **state)
{
    (void)state;
    enum { BYTES = 3 * 1024 * 1024 + 1 };
    struct error err = { 0 };
    unsigned char *bytes = malloc(BYTES);

    assert_non_null(bytes);
    fill_noise(bytes, BYTES, 9);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_true(outfile_put("d/x", bytes, BYTES, OUTFILE_SYNC, &err));
    assert_true(file_holds("d/x", bytes, BYTES));
    free(bytes);
    assert_int_equal(entries_count("d"), 1);
    assert_int_equal(entries_count("."), 1); /* the temp lay beside it */
}

static void test_two_at_once(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile a = { 0 }, b = { 0 };

    assert_true(outfile_open(&a, "x", OUTFILE_REPLACE, &err));
    assert_true(outfile_open(&b, "x", OUTFILE_REPLACE, &err));
    assert_true(writer_write(&a.base, "first", 5, &err));
    assert_true(writer_write(&b.base, "second", 6, &err));
    assert_true(outfile_commit(&a, &err));
    assert_true(holds("x", "first"));
    assert_true(outfile_commit(&b, &err));
    assert_true(holds("x", "second"));
    assert_int_equal(entries_count("."), 1);
}

/* ---- what is in the way ---- */

static void test_existing_file(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile o = { 0 };

    assert_true(put("x", "old", 0, &err));
    assert_false(put("x", "new", 0, &err));
    assert_error(err, FAIL_USAGE, "'x' exists; use --force");
    assert_true(holds("x", "old"));

    err = (struct error){ 0 };
    assert_true(outfile_open(&o, "x", OUTFILE_REPLACE, &err));
    assert_true(writer_write(&o.base, "half", 4, &err));
    assert_true(holds("x", "old"));
    outfile_abandon(&o);
    assert_true(holds("x", "old"));

    assert_int_equal(link("x", "other"), 0);
    assert_true(put("x", "new", OUTFILE_REPLACE, &err));
    assert_true(holds("x", "new"));
    assert_true(holds("other", "old")); /* replaced, not written into */
    assert_int_equal(entries_count("."), 2);
    assert_no_error(err);
}

/* A file, a link to nothing, a directory: made by another while we write. */
static void test_appears_meanwhile(void **state)
{
    static const struct {
        unsigned flags;
        bool staged;
    } ways[] = { { 0, false }, { OUTFILE_SYNC, false }, { 0, true } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        for (int what = 0; what < 3; what++) {
            struct error err = { 0 };
            struct outfile o = { 0 };
            assert_true(ways[i].staged
                            ? outfile_stage(&o, ".", "x", ways[i].flags, &err)
                            : outfile_open(&o, "x", ways[i].flags, &err));
            assert_true(writer_write(&o.base, "ours", 4, &err));
            if (what == 0)
                file_make("x", "theirs", 6);
            else if (what == 1)
                assert_int_equal(symlink("nowhere", "x"), 0);
            else
                assert_int_equal(mkdir("x", 0777), 0);
            assert_false(outfile_commit(&o, &err));
            assert_error(err, FAIL_USAGE, "'x' exists; use --force");
            outfile_abandon(&o);
            assert_true(what != 0 || holds("x", "theirs"));
            assert_true(what != 1 || file_is_link("x"));
            assert_int_equal(entries_count("."), 1);
            assert_int_equal(remove("x"), 0);
        }
    }
}

/* With OUTFILE_REPLACE it may come when it wants. */
static void test_replaces_what_appears(void **state)
{
    struct error err = { 0 };
    struct outfile o = { 0 };

    (void)state;
    assert_true(outfile_open(&o, "x", OUTFILE_REPLACE, &err));
    assert_true(writer_write(&o.base, "ours", 4, &err));
    file_make("x", "theirs", 6);
    assert_true(outfile_commit(&o, &err));
    assert_true(holds("x", "ours"));
    assert_int_equal(entries_count("."), 1);
    assert_no_error(err);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct stat before, after;

    assert_true(put("x", "abc", OUTFILE_SAME, &err));
    assert_int_equal(stat("x", &before), 0);
    assert_true(put("x", "abc", OUTFILE_SAME, &err));
    assert_int_equal(stat("x", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    static const char *const others[] = { "", "ab", "abd", "abcd" };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct error why = { 0 };
        assert_false(put("x", others[i], OUTFILE_SAME, &why));
        assert_error(why, FAIL_USAGE, "'x' exists; use --force");
    }
    struct error why = { 0 };
    assert_false(put("x", "abc", 0, &why));
    /* What is no file of its own, whatever it leads to */
    assert_int_equal(symlink("x", "link"), 0);
    why = (struct error){ 0 };
    assert_false(put("link", "abc", OUTFILE_SAME, &why));
    assert_true(holds("x", "abc"));
    assert_no_error(err);
    assert_true(file_remove("x", &err) && file_remove("link", &err));
}

static void test_symbolic_link(void **state)
{
    (void)state;
    static const char *const names[] = { "link", "dangling" };
    struct error err = { 0 };

    file_make("target", "precious", 8);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(symlink("missing", "dangling"), 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        err = (struct error){ 0 };
        assert_false(put(names[i], "new", 0, &err));
        assert_error(err, FAIL_USAGE, "exists");
        assert_true(file_is_link(names[i]));

        err = (struct error){ 0 };
        assert_true(put(names[i], "new", OUTFILE_REPLACE, &err));
        assert_false(file_is_link(names[i]));
        assert_true(holds(names[i], "new"));
    }
    assert_true(holds("target", "precious"));
    assert_false(file_exists("missing"));
    assert_int_equal(entries_count("."), 3);
}

static void test_directory_in_the_way(void **state)
{
    (void)state;
    static const char *const names[] = { "d", "d/", "link", "." };

    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("d", "link"), 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct error err = { 0 };
        assert_false(put(names[i], "new", OUTFILE_REPLACE, &err));
        assert_error(err, FAIL_USAGE, "is a directory");
    }
    assert_true(file_is_link("link"));
    assert_int_equal(entries_count("d"), 0);
    assert_int_equal(entries_count("."), 2);
}

static void test_cannot_be_made(void **state)
{
    (void)state;
    static const char *const names[] = { "no/such/x", "file/x", "no/", "" };

    file_make("file", "", 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct error err = { 0 };
        assert_false(put(names[i], "new", OUTFILE_REPLACE, &err));
        assert_error(err, FAIL_SYSTEM, names[i]);
    }
    assert_int_equal(entries_count("."), 1);
}

/* A directory that takes the name while the file is being written. */
static void test_commit_fails(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile o = { 0 };

    assert_true(outfile_open(&o, "x", OUTFILE_REPLACE, &err));
    assert_true(writer_write(&o.base, "abc", 3, &err));
    assert_int_equal(mkdir("x", 0777), 0);
    assert_false(outfile_commit(&o, &err));
    assert_error(err, FAIL_SYSTEM, "'x'");
    outfile_abandon(&o);
    assert_int_equal(entries_count("."), 1);
    assert_int_equal(entries_count("x"), 0);
}

static void test_long_names(void **state)
{
    (void)state;
    struct error err = { 0 };
    char name[300];

    memset(name, 'n', sizeof name);
    name[255] = '\0'; /* as long as Linux and macOS allow */
    assert_true(put(name, "abc", OUTFILE_SYNC, &err));
    assert_true(holds(name, "abc"));
    name[255] = 'n';
    name[256] = '\0';
    assert_false(put(name, "abc", 0, &err));
    assert_error(err, FAIL_SYSTEM, "cannot");
    assert_int_equal(entries_count("."), 1);
}

/* Someone who foresees the name of the temporary file gains nothing. */
static void test_temp_is_exclusive(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile o = { 0 };
    char *taken[2];

    file_make("victim", "precious", 8);
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        assert_true(outfile_open(&o, "x", 0, &err));
        taken[i] = text_copy(o.temp, &err);
        outfile_abandon(&o);
        assert_int_equal(symlink(i ? "missing" : "victim", taken[i]), 0);
    }
    assert_string_not_equal(taken[0], taken[1]);
    assert_true(put("x", "new", 0, &err));
    assert_true(holds("x", "new"));
    assert_false(file_is_link("x"));
    assert_true(holds("victim", "precious"));
    assert_false(file_exists("missing"));
    free(taken[0]);
    free(taken[1]);
}

static int write_with_umasks(void *argument)
{
    static const mode_t masks[] = { 0, 022, 027, 077 };
    struct error err = { 0 };
    struct stat st;
    (void)argument;

    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        umask(masks[i]);
        if (!put("x", "abc", OUTFILE_REPLACE, &err) || stat("x", &st) != 0 ||
            (st.st_mode & 07777) != (0666 & ~masks[i]))
            return 1;
    }
    return 0;
}

static void test_umask(void **state)
{
    (void)state;
    assert_int_equal(child_run(write_with_umasks, NULL), 0);
}

/* ---- written as it comes ---- */

static int write_standard_output(void *argument)
{
    struct error err = { 0 };
    struct stat st;
    (void)argument;

    if (!freopen("captured", "wb", stdout))
        return 1;
    struct outfile o = { 0 };
    if (!outfile_open(&o, "-", 0, &err))
        return 2;
    outfile_abandon(&o);
    if (!put("-", "to standard ", 0, &err) ||
        !put("/dev/stdout", "output", OUTFILE_SYNC, &err))
        return 3;
    return fstat(STDOUT_FILENO, &st) == 0 ? 0 : 4; /* not ours to close */
}

static void test_standard_output(void **state)
{
    (void)state;
    assert_int_equal(child_run(write_standard_output, NULL), 0);
    assert_true(holds("captured", "to standard output"));
    assert_int_equal(entries_count("."), 1);
    struct error err = { 0 };
    assert_true(put("./-", "a file", 0, &err));
    assert_true(holds("-", "a file"));
}

/* Through links in the test's own directory: should the code be wrong, it
 * replaces those, and not what they point to. */
static void test_device(void **state)
{
    (void)state;
    struct error err = { 0 };

    assert_int_equal(symlink("/dev/null", "null"), 0);
    assert_true(put("null", "abc", OUTFILE_DEVICE, &err));
    assert_true(put("null", "abc",
                    OUTFILE_DEVICE | OUTFILE_REPLACE | OUTFILE_SYNC, &err));
    assert_true(file_is_link("null"));
    if (access("/dev/full", W_OK) == 0) {
        assert_int_equal(symlink("/dev/full", "full"), 0);
        assert_false(
            put("full", "abc", OUTFILE_DEVICE | OUTFILE_REPLACE, &err));
        assert_error(err, FAIL_SYSTEM, "cannot write 'full': No space left");
        assert_true(file_is_link("full"));
        assert_int_equal(unlink("full"), 0);
    }
    assert_int_equal(entries_count("."), 1);

    /* where no person typed the name, the link itself is replaced */
    assert_true(put("null", "abc", OUTFILE_REPLACE, &err));
    assert_false(file_is_link("null"));
}

static void test_pipe(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct outfile o = { 0 };
    char got[16];

    assert_int_equal(mkfifo("pipe", 0666), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(outfile_open(&o, "pipe", OUTFILE_DEVICE, &err));
    assert_true(writer_write(&o.base, "abc", 3, &err));
    assert_int_equal(read(reader, got, sizeof got), 3); /* before the commit */
    assert_true(outfile_commit(&o, &err));
    assert_no_error(err);

    assert_true(outfile_open(&o, "pipe", OUTFILE_DEVICE, &err));
    close(reader);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    assert_false(writer_write(&o.base, "abc", 3, &err));
    signal(SIGPIPE, before);
    assert_error(err, FAIL_PIPE, "nobody reads 'pipe'");
    outfile_abandon(&o);

    struct stat st;
    assert_true(lstat("pipe", &st) == 0 && S_ISFIFO(st.st_mode));
    assert_int_equal(entries_count("."), 1);
}

static int write_noise(void *argument)
{
    const struct outcome *wanted = argument;
    struct error err = { 0 };

    signal(SIGPIPE, SIG_IGN);
    return outfile_put("pipe", wanted->bytes, wanted->n, OUTFILE_DEVICE, &err)
               ? 0
               : 1;
}

/* A pipe takes less at a time than it is given. */
static void test_partial_writes(void **state)
{
    (void)state;
    static unsigned char bytes[1000 * 1000];
    struct outcome wanted = { .bytes = bytes, .n = sizeof bytes };
    struct error err = { 0 };
    int status = 0;

    fill_noise(bytes, sizeof bytes, 10);
    assert_int_equal(mkfifo("pipe", 0666), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(write_noise(&wanted));
    struct outcome o = outcome_read(file_reader_open("pipe", &err), 1000);
    assert_no_error(o.err);
    assert_int_equal(o.n, sizeof bytes);
    assert_memory_equal(o.bytes, bytes, sizeof bytes);
    outcome_release(&o);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int write_interrupted(void *argument)
{
    static const char bytes[1000 * 1000];
    struct error err = { 0 };
    (void)argument;

    if (outfile_put("pipe", bytes, sizeof bytes, OUTFILE_DEVICE, &err))
        return 1;
    return err.code == FAIL_INTERRUPTED ? 0 : 2;
}

/* Into a pipe that nobody opens, then one that nobody empties. */
static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0666), 0);
    assert_int_equal(child_interrupt(write_interrupted, NULL, false), 0);
    int keep = open("pipe", O_RDWR);
    assert_true(keep >= 0);
    assert_int_equal(child_interrupt(write_interrupted, NULL, true), 0);
    close(keep);
}

/* ---- no room ---- */

static int write_beyond_limit(void *argument)
{
    static const char bytes[5000];
    const struct rlimit limit = { 1000, 1000 };
    struct error err = { 0 };
    (void)argument;

    signal(SIGXFSZ, SIG_IGN); /* as interrupt_install does */
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (outfile_put("x", bytes, sizeof bytes, OUTFILE_REPLACE, &err))
        return 2;
    if (err.code != FAIL_SYSTEM || !strstr(err.text, "cannot write 'x': "))
        return 3;
    return outfile_put("small", bytes, 1000, 0, &err) ? 0 : 4;
}

static void test_no_room(void **state)
{
    (void)state;
    static const char zeros[1000];

    assert_int_equal(child_run(write_beyond_limit, NULL), 0);
    assert_false(file_exists("x"));
    assert_true(file_holds("small", zeros, sizeof zeros));
    assert_int_equal(entries_count("."), 1);

    file_make("x", "old", 3);
    assert_int_equal(unlink("small"), 0);
    assert_int_equal(child_run(write_beyond_limit, NULL), 0);
    assert_true(holds("x", "old"));
    assert_int_equal(entries_count("."), 2);
}

static int write_without_permission(void *argument)
{
    struct error err = { 0 };
    (void)argument;

    if (!privileges_drop())
        return 1;
    return !put("locked/x", "abc", 0, &err) && err.code == FAIL_SYSTEM &&
                   strstr(err.text, "'locked/x': Permission denied")
               ? 0
               : 2;
}

static void test_no_permission(void **state)
{
    (void)state;
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("locked", 0555), 0);
    assert_int_equal(child_run(write_without_permission, NULL), 0);
    assert_int_equal(entries_count("locked"), 0);
}

/* ---- without doing it ---- */

static void test_dry_run(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned flags;
        enum fail code;
    } cases[] = {
        { "x", 0, FAIL_NONE },
        { "-", 0, FAIL_NONE },
        { "/dev/stdout", 0, FAIL_NONE },
        { "there", OUTFILE_REPLACE, FAIL_NONE },
        { "fifo", OUTFILE_DEVICE, FAIL_NONE }, /* nobody reads it */
        { "there", 0, FAIL_USAGE },
        { ".", OUTFILE_REPLACE, FAIL_USAGE },
        { "none/x", 0, FAIL_SYSTEM },
        { "there/x", 0, FAIL_SYSTEM },
    };

    file_make("there", "old", 3);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned flags = cases[i].flags | OUTFILE_DRY;
        struct error err = { 0 }, other = { 0 };
        struct outfile o = { 0 };
        bool ok = outfile_open(&o, cases[i].path, flags, &err);
        assert_int_equal(err.code, cases[i].code);
        assert_int_equal(ok, cases[i].code == FAIL_NONE);
        for (int part = 0; ok && part < 2; part++)
            assert_true(writer_write(&o.base, "1234", 4, &err));
        assert_int_equal(ok ? o.bytes : 8, 8);
        assert_true(!ok || outfile_commit(&o, &err));
        outfile_abandon(&o);
        assert_int_equal(put(cases[i].path, "new", flags, &other), ok);
        assert_int_equal(other.code, cases[i].code);
    }
    assert_true(holds("there", "old"));
    assert_int_equal(entries_count("."), 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_appears_on_commit),
        IN_TEMP_DIR(test_abandon_leaves_nothing),
        IN_TEMP_DIR(test_large),
        IN_TEMP_DIR(test_two_at_once),
        IN_TEMP_DIR(test_existing_file),
        IN_TEMP_DIR(test_appears_meanwhile),
        IN_TEMP_DIR(test_replaces_what_appears),
        IN_TEMP_DIR(test_same_bytes),
        IN_TEMP_DIR(test_symbolic_link),
        IN_TEMP_DIR(test_directory_in_the_way),
        IN_TEMP_DIR(test_cannot_be_made),
        IN_TEMP_DIR(test_commit_fails),
        IN_TEMP_DIR(test_long_names),
        IN_TEMP_DIR(test_temp_is_exclusive),
        IN_TEMP_DIR(test_umask),
        IN_TEMP_DIR(test_standard_output),
        IN_TEMP_DIR(test_device),
        IN_TEMP_DIR(test_pipe),
        IN_TEMP_DIR(test_partial_writes),
        IN_TEMP_DIR(test_interrupted),
        IN_TEMP_DIR(test_no_room),
        IN_TEMP_DIR(test_no_permission),
        IN_TEMP_DIR(test_dry_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

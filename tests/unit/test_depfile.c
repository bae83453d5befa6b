/* SPDX-License-Identifier: MIT */
/* Names that mean something to make, told to make itself. */
#include "pipeline/depfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/path.h"
#include "base/sizes.h"
#include "helpers.h"

/* ---- make ---- */

/* Nothing of a make that may run these tests gets through. */
static int run_make(void *argument)
{
    const char *goal = argument;
    int log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0666);

    unsetenv("MAKEFLAGS");
    unsetenv("MFLAGS");
    unsetenv("MAKELEVEL");
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execlp("make", "make", "-r", "-f", "makefile", goal, (char *)NULL);
    return 127;
}

static bool log_has(const char *text)
{
    char log[4096];
    int fd = open("log", O_RDONLY);
    ssize_t n = read(fd, log, sizeof log - 1);

    close(fd);
    log[n > 0 ? n : 0] = '\0';
    return strstr(log, text) != NULL;
}

/* What make does: 'b' builds, 'u' up to date, 'e' an error or a warning. */
static char make(void)
{
    static char goal[] = "all";
    int status = child_run(run_make, goal);

    if (status != 0 || log_has("warning"))
        return 'e';
    return log_has("BUILT") ? 'b' : 'u';
}

/* Without GNU make there is nothing to test: says so. */
static void need_make(void)
{
    static char version[] = "--version";

    if (child_run(run_make, version) == 0 && log_has("GNU Make"))
        return;
    print_message("no GNU make here\n");
    skip();
}

static void text_put(const char *path, const char *text)
{
    file_make(path, text, strlen(text));
}

/* Seconds of 2020; the parents of the file are made. */
static void file_of_age(const char *path, long second)
{
    const struct timespec times[2] = { { 1577836800 + second, 0 },
                                       { 1577836800 + second, 0 } };
    const char *slash = strrchr(path, '/');
    struct error err = { 0 };
    char parent[300];

    if (slash) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        assert_true(directory_make(parent, &err));
    }
    if (!file_exists(path))
        text_put(path, "");
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_depfile(const char *path, const char *target,
                          const char *const *prerequisites, size_t count)
{
    struct error err = { 0 };
    bool ok = depfile_write(path, target, prerequisites, count, &err);

    assert_no_error(err);
    assert_true(ok);
}

/* ---- names ---- */

#define LONG_51 "------------0123456789!@^_+{}[]<>,.'\"`~ #$%:;=|&*?\\"

/* clang-format off */
static const char *const names[] = {
    "plain", "d/e/plain", "./plain", ".//./d/plain",
    " ", " x", "x y", "x ", "d e/ f", "x  y", "\t", "\tx", "x\ty", "x\t",
    "#", "#x", "x#y", "x#", "$", "$x", "x$y", "x$", "$$", "$(x)y", "${x}",
    "%", "%x", "x%y", "x%", "x%y%z", ":", ":x", "x:y", "x:", "d:/x", "x::",
    "=", "=x", "x=y", "x=", "x:=y", "x+=y", "x?=y", "x!=y", "part=train/x",
    ";", ";x", "x;y", "x;", "&", "&x", "x&y", "x&", "|", "|x", "x|y", "x|",
    "~x", "x~y", "x~", "~root", "~/x", "~daemon/x", "./~/y", "d/~", "~*",
    "*", "*x", "x*y", "x*", "?", "?x", "x?y", "x?", "[", "[x]", "x[y]z", "x[",
    "]", "d*/x?y", "x[!a]y", "{x,y}", "x,y", "!", "@", "`", "^", "<", ">",
    "(", ")", "(x)", "()", "x()", "x(y", "x)", "x(y)z", "d(x)/y", "x (1).csv",
    "'", "x'y", "\"", "x\"y", "\"x\"", "-", "-x", "-lm", "--", "+", "+x",
    "\\", "\\x", "x\\y", "x\\", "x\\\\", "\\ ", "x\\ y", "x\\\\ y", "x \\",
    "x\\#y", "x\\\\#y", "x\\$y", "x\\%y", "x\\\\%y", "x\\:y", "x\\\\:",
    "x\\;y", "x\\\\;y", "x\\=y", "x\\\\=", "x\\|y", "x\\\\|", "x\\\ty",
    "x\\*y", "x\\\\*y", "*\\", "*\\ ", "\\[x\\]\\", "~\\", "x\\&", "x\\n",
    "\xC3\xA9t\xC3\xA9", "\xE6\x97\xA5/\xE6\x9C\xAC", "x\xFFy", "\xC3", "\xFF*",
    "define", "export", "override", "private", "include", "ifdef", "endif",
    "vpath", "x.c", ".c", "...", "..x", "../up/x", "\x7F",
    "x%*", "%?", LONG_51 LONG_51 LONG_51 LONG_51 LONG_51,
};
/* clang-format on */

/* What a name would be taken for, if it were a pattern or two names. */
static void make_neighbours(long second)
{
    static const char *const neighbours[] = { "xQy", "xQ", "Qx",    "y",
                                              "Q",   "f",  "dQ/xQy" };
    for (size_t i = 0; i < COUNT_OF(neighbours); i++)
        file_of_age(neighbours[i], second);
}

/* Three runs: the prerequisite is older, newer, gone. */
static void test_prerequisites(void **state)
{
    (void)state;
    need_make();
    assert_int_equal(mkdir("here", 0777), 0);
    assert_int_equal(chdir("here"), 0);
    make_neighbours(200);
    text_put("makefile", "all: ; @echo BUILT\n-include dep\n");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char got[4] = "";

        write_depfile("dep", "all", &names[i], 1);
        file_of_age("all", 100);
        file_of_age(names[i], 50);
        got[0] = make();
        file_of_age(names[i], 150);
        got[1] = make();
        assert_int_equal(unlink(names[i]), 0);
        got[2] = make();
        if (strcmp(got, "ubb") != 0)
            fail_msg("'%s': %s", names[i], got);
    }
}

/* The same with the name as the target: a file that has to be made anew, or
 * not, by the rule for all that has none. */
static void test_targets(void **state)
{
    (void)state;
    static const char *const source[] = { "source" };

    need_make();
    assert_int_equal(mkdir("here", 0777), 0);
    assert_int_equal(chdir("here"), 0);
    make_neighbours(200);
    text_put("makefile", "all: ; @true\n%: ; @echo BUILT\n"
                         "include dep1 dep2\n");
    file_of_age("source", 100);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char got[3] = "";

        if (strchr(names[i], '%') && strpbrk(names[i], "?*["))
            continue; /* a case of test_refused */
        write_depfile("dep1", "all", &names[i], 1);
        write_depfile("dep2", names[i], source, 1);
        file_of_age(names[i], 150);
        got[0] = make();
        file_of_age(names[i], 50);
        got[1] = make();
        assert_int_equal(unlink(names[i]), 0);
        if (strcmp(got, "ub") != 0)
            fail_msg("'%s': %s", names[i], got);
    }
}

/* All of them in one file: none gets in the way of another. */
static void test_all_at_once(void **state)
{
    (void)state;
    need_make();
    assert_int_equal(mkdir("here", 0777), 0);
    assert_int_equal(chdir("here"), 0);
    make_neighbours(200);
    text_put("makefile", "all: ; @echo BUILT\n-include dep\n");
    write_depfile("dep", "all", names, COUNT_OF(names));
    file_of_age("all", 100);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        file_of_age(names[i], 50);
    assert_int_equal(make(), 'u');
    for (size_t i = 0; i < COUNT_OF(names); i += 40) {
        file_of_age(names[i], 150);
        if (make() != 'b')
            fail_msg("'%s'", names[i]);
        file_of_age(names[i], 50);
    }
    assert_int_equal(make(), 'u');
}

/* ---- the text ---- */

static void test_text(void **state)
{
    (void)state;
    static const char *const two[] = { "raw/a b#$.gz", "x%y" };
    static const char want[] = "out/s.stamp: raw/a\\ b\\#$$.gz\n"
                               "out/s.stamp: ./x%y\n"
                               "\n"
                               "raw/a\\ b\\#$$.gz:\n"
                               "\n"
                               "./x\\%y:\n";

    text_put("dep", "old");
    write_depfile("dep", "out/s.stamp", two, COUNT_OF(two));
    assert_true(file_holds("dep", want, strlen(want)));
    write_depfile("dep", "out/s.stamp", NULL, 0);
    assert_true(file_holds("dep", "out/s.stamp:\n", 13));
    assert_int_equal(entries_count("."), 1);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *part;
    } cases[] = {
        { "x\ny", "make cannot be told of 'x\ny': it has a control character" },
        { "x\r", "'x\r': it has a control character" },
        { "\v", "it has a control character" },
        { "x\033[31m", "'x\033[31m'" },
        { "x(y)", "'x(y)': it would be the member of an archive" },
        { "./x(y z)", "'./x(y z)': it would be" },
        { "d/data (1)", "'d/data (1)': it would be" },
        { "x()y)", "it would be the member" },
        { "", "'': it is empty" },
    };
    static const char *const targets[] = { "x%?", "%*", "[%]", "~x%" };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *const list[] = { "plain", cases[i].name };

        for (int as_target = 0; as_target < 2; as_target++) {
            struct error err = { 0 };
            const char *target = as_target ? cases[i].name : "plain";

            assert_false(
                depfile_write("dep", target, list, as_target ? 1 : 2, &err));
            if (err.code != FAIL_USAGE || !strstr(err.text, cases[i].part))
                fail_msg("error %d: %s", err.code, err.text);
        }
    }
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct error err = { 0 };

        assert_false(depfile_write("dep", targets[i], NULL, 0, &err));
        assert_error(err, FAIL_USAGE, targets[i]);
        assert_error(err, FAIL_USAGE, "': it has a % beside a ?, *, [ or ~");
    }
    assert_int_equal(entries_count("."), 0);
}

static void test_cannot_be_written(void **state)
{
    (void)state;
    static const char *const list[] = { "plain" };
    struct error err = { 0 };

    assert_false(depfile_write("missing/dep", "out", list, 1, &err));
    assert_error(err, FAIL_SYSTEM, "'missing/dep'");
    err = (struct error){ 0 };
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_false(depfile_write("dir", "out", list, 1, &err));
    assert_error(err, FAIL_USAGE, "'dir' is a directory");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_prerequisites), IN_TEMP_DIR(test_targets),
        IN_TEMP_DIR(test_all_at_once),   IN_TEMP_DIR(test_text),
        IN_TEMP_DIR(test_refused),       IN_TEMP_DIR(test_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

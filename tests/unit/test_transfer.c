/* SPDX-License-Identifier: MIT */
/* Mirrors that are directories of this machine: which one is taken, what is
 * said of the others, and what is left on disk. */
#include "net/transfer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/sizes.h"
#include "base/text.h"
#include "fixtures.h"
#include "helpers.h"

enum { MIRRORS_MAX = 32 };

/* What a transfer did, as its callbacks saw it. */
struct scene {
    char tried[1024], failed[2048]; /* mirrors, and mirror: reason; with ; */
    unsigned checks;
    enum fail check_fails; /* with this, unless the file begins with "good" */
    bool appeared_early, odd_temp;
};

static void note_trying(void *context, const char *file, const char *mirror)
{
    struct scene *s = context;
    size_t n = strlen(s->tried);

    snprintf(s->tried + n, sizeof s->tried - n, "%s%s;",
             strcmp(file, "f.gz") == 0 ? "" : file, mirror);
}

static void note_failed(void *context, const char *file, const char *mirror,
                        const char *reason)
{
    struct scene *s = context;
    size_t n = strlen(s->failed);

    snprintf(s->failed + n, sizeof s->failed - n, "%s from %s: %s;", file,
             mirror, reason);
}

static bool check(void *context, const char *temp_path, struct error *why)
{
    struct scene *s = context;
    unsigned long long bytes = 0;
    char head[4] = "";
    FILE *f = fopen(temp_path, "rb");

    s->checks++;
    if (!f)
        return error_set(why, FAIL_SYSTEM, "no file to check");
    size_t got = fread(head, 1, sizeof head, f);
    fclose(f);
    s->odd_temp |= strncmp(temp_path, "to/" DIRECTORY_TEMP_PREFIX, 18) != 0 ||
                   !file_size(temp_path, &bytes);
    s->appeared_early |= file_exists("to/f.gz");
    if (s->check_fails == FAIL_NONE || (got == 4 && !memcmp(head, "good", 4)))
        return true;
    return error_set(why, s->check_fails, "refused by the test");
}

/* "a;b" are the mirrors; from is the one that was taken. */
static bool run(const char *list, const struct transfer_settings *settings,
                uint64_t max_bytes, struct scene *scene, const char **from,
                struct error *err)
{
    static char text[4096];
    const char *mirrors[MIRRORS_MAX];
    struct transfer_settings with_watch = *settings;
    struct transfer_file file = { "f.gz", "to/f.gz", mirrors, 0,
                                  4,      max_bytes, check,   scene };

    snprintf(text, sizeof text, "%s", list);
    for (char *word = strtok(text, ";"); word; word = strtok(NULL, ";"))
        mirrors[file.mirror_count++] = word;
    with_watch.watch =
        (struct transfer_watch){ note_trying, NULL, note_failed, scene };
    *from = "nobody";
    return transfer_file(&file, &with_watch, from, err);
}

static const struct transfer_settings plain = {
    .http = { .connect_timeout_s = 5, .stall_timeout_s = 5, .user_agent = "t" },
};

/* Directories: good and its equals, and those that go wrong each in its way. */
static int enter(void **state)
{
    static const char *const files[][2] = {
        { "good", "good" },        { "good2", "good2" }, { "bad", "evil" },
        { "long", "good-long" },   { "empty", "" },      { "my dir", "good" },
        { "100%", "good-percent" }
    };
    struct error err = { 0 };
    char path[64];

    if (temp_dir_enter(state) != 0 || !directory_make("odd/f.gz", &err) ||
        mkdir("to", 0777) != 0 || mkdir("void", 0777) != 0)
        return -1;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (mkdir(files[i][0], 0777) != 0)
            return -1;
        snprintf(path, sizeof path, "%s/f.gz", files[i][0]);
        file_make(path, files[i][1], strlen(files[i][1]));
    }
    return 0;
}
#define WITH_MIRRORS(test) \
    cmocka_unit_test_setup_teardown(test, enter, temp_dir_leave)

static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *mirrors, *tried; /* the last one tried is taken */
        unsigned checks;
    } cases[] = {
        { "good", "good;", 1 },
        { "good;good2", "good;", 1 },
        { "good2;good", "good2;", 1 },
        { "good/;good2", "good/;", 1 },
        { "void;void;good", "void;void;good;", 1 },
        { "nowhere;good;good2", "nowhere;good;", 1 },
        { "odd;good", "odd;good;", 1 },
        { "bad;good", "bad;good;", 2 },
        { "empty;good", "empty;good;", 2 },
        { "long;good", "long;good;", 1 },
        { "bad;void;long;odd;good2;good", "bad;void;long;odd;good2;", 2 },
        { "file://example.org/x;good", "file://example.org/x;good;", 1 },
        { "ftp://127.0.0.1/;good", "ftp://127.0.0.1/;good;", 1 },
        { "http://0.0.0.0/;good", "http://0.0.0.0/;good;", 1 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { .check_fails = FAIL_DATA };
        struct error err = { 0 };
        char taken[64];
        const char *from;

        assert_true(run(cases[i].mirrors, &plain, 6, &scene, &from, &err));
        snprintf(taken, sizeof taken, "%s;", from);
        if (strcmp(scene.tried, cases[i].tried) != 0 ||
            !text_ends_with(scene.tried, taken) ||
            scene.checks != cases[i].checks)
            fail_msg("%s: tried %s, took %s, %u checks", cases[i].mirrors,
                     scene.tried, from, scene.checks);
        bool second = strncmp(from, "good2", 5) == 0;
        assert_true(file_holds("to/f.gz", "good2", second ? 5 : 4));
        assert_int_equal(entries_count("to"), 1);
        assert_false(scene.odd_temp || scene.appeared_early);
        assert_no_error(err);
        unlink("to/f.gz");
    }
}

/* A directory by its URL; what the URL stands for is decoded. */
static void test_file_urls(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *content;
    } cases[] = {
        { "file://", "/good", "good" },
        { "file://", "/good/", "good" },
        { "file:", "/good2", "good2" },
        { "FILE://", "/good", "good" },
        { "file://localhost", "/good", "good" },
        { "file://", "/my%20dir", "good" },
        { "file://", "/100%25", "good-percent" },
    };
    struct transfer_settings offline = plain;
    char here[1024], url[1200];

    offline.offline = true; /* a directory is there without a network */
    assert_non_null(getcwd(here, sizeof here));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { 0 };
        struct error err = { 0 };
        const char *from;

        snprintf(url, sizeof url, "%s%s%s", cases[i].before, here,
                 cases[i].after);
        if (!run(url, &offline, 100, &scene, &from, &err) ||
            !file_holds("to/f.gz", cases[i].content,
                        strlen(cases[i].content)) ||
            strcmp(from, url) != 0)
            fail_msg("%s: %s", url, err.text);
        unlink("to/f.gz");
    }
}

static void test_is_local(void **state)
{
    (void)state;
    static const struct {
        const char *mirror;
        bool local;
    } cases[] = {
        { "/srv/data", true },
        { "data", true },
        { "./data", true },
        { "", true },
        { "file:///srv", true },
        { "file:/srv", true },
        { "FILE:///srv", true },
        { "d/https://x", true },
        { "https://x/", false },
        { "ftp://x", false },
        { "http://127.0.0.1/", false },
        { "files://x", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (transfer_is_local(cases[i].mirror) != cases[i].local)
            fail_msg("\"%s\"", cases[i].mirror);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *mirror;
        uint64_t most;
        bool taken;
    } cases[] = {
        { "good", 4, true },  { "good", 3, false },
        { "good", 0, false }, { "empty", 0, true },
        { "empty", 1, true }, { "long", 9, true },
        { "long", 8, false }, { "good", UINT64_MAX, true },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { 0 };
        struct error err = { 0 };
        const char *from;

        if (run(cases[i].mirror, &plain, cases[i].most, &scene, &from, &err) !=
            cases[i].taken)
            fail_msg("row %zu: %s", i, err.text);
        assert_int_equal(scene.checks, cases[i].taken);
        assert_int_equal(entries_count("to"), cases[i].taken);
        if (!cases[i].taken)
            assert_error(err, FAIL_DATA, "longer than the file's");
        unlink("to/f.gz");
    }
}

/* More than one block; and nobody who wants to know how it goes. */
static void test_large_and_quiet(void **state)
{
    (void)state;
    enum { BYTES = 3 * 64 * 1024 + 17 };
    static unsigned char bytes[BYTES];
    const char *const mirrors[] = { "nowhere", "void" };
    struct scene scene = { 0 };
    struct error err = { 0 };
    const char *from = NULL;
    struct transfer_file file = { "f.gz", "to/f.gz", mirrors, 2,
                                  0,      BYTES,     check,   &scene };

    fill_noise(bytes, BYTES, 5);
    file_make("void/f.gz", bytes, BYTES);
    assert_true(transfer_file(&file, &plain, &from, &err));
    assert_ptr_equal(from, mirrors[1]);
    assert_true(file_holds("to/f.gz", bytes, BYTES));
    assert_no_error(err);
}

/* ---- when none has it ---- */

static void test_story(void **state)
{
    (void)state;
    static const struct {
        const char *mirrors;
        enum fail code;
        const char *part;
    } cases[] = {
        { "bad", FAIL_DATA, "f.gz: no mirror has it right: bad: refused by" },
        { "bad;long;empty", FAIL_DATA,
          "bad: refused by the test; long: it is longer than the file's 6 "
          "bytes; empty: refused by the test; name another --mirror" },
        { "void", FAIL_NETWORK, "right: void: cannot open 'void/f.gz'" },
        { "void;nowhere/", FAIL_NETWORK, "; nowhere/: cannot open 'nowhere/f" },
        { "bad;void", FAIL_NETWORK, "right: bad: refused by the test; void: " },
        { "void;bad", FAIL_NETWORK, "; bad: refused by the test; try again " },
        { "odd", FAIL_NETWORK, "right: odd: 'odd/f.gz' is a directory" },
        { "file://example.org/x", FAIL_NETWORK, "is no valid file: URL" },
        { "http://u:secret@0.0.0.0/d;bad", FAIL_NETWORK,
          "right: 0.0.0.0: 'http://0.0.0.0/d/f.gz' is refused" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { .check_fails = FAIL_DATA };
        struct error err = { 0 };
        const char *from;

        if (run(cases[i].mirrors, &plain, 6, &scene, &from, &err))
            fail_msg("row %zu was taken from %s", i, from);
        assert_error(err, cases[i].code, cases[i].part);
        assert_null(strstr(err.text, "secret"));
        assert_int_equal(entries_count("to"), 0);
        assert_string_equal(from, "nobody");
    }
}

/* A story longer than an error's text is cut; what to do stands behind it. */
static void test_story_is_cut(void **state)
{
    (void)state;
    struct scene scene = { .check_fails = FAIL_DATA };
    struct error err = { 0 };
    char mirrors[MIRRORS_MAX * 101 + 1];
    const char *from;

    for (int i = 0; i < MIRRORS_MAX; i++)
        snprintf(mirrors + 101 * i, 102, "%0100d;", i);
    assert_false(run(mirrors, &plain, 6, &scene, &from, &err));
    assert_error(err, FAIL_NETWORK, "f.gz: no mirror has it right: 0000");
    assert_true(text_ends_with(err.text,
                               "; try again later, or name another --mirror"));
    assert_true(strlen(err.text) > 800);
}

/* ---- what stops all mirrors ---- */

static void test_fatal(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum fail check_fails, code;
        const char *part;
    } cases[] = {
        { "to/f.gz", FAIL_SYSTEM, FAIL_SYSTEM, "refused by the test" },
        { "to/f.gz", FAIL_INTERRUPTED, FAIL_INTERRUPTED, "refused by" },
        { "gone/f.gz", FAIL_DATA, FAIL_SYSTEM, "cannot create 'gone/f.gz'" },
        { "void", FAIL_DATA, FAIL_USAGE, "'void' is a directory" },
    };
    const char *const mirrors[] = { "bad", "good" };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { .check_fails = cases[i].check_fails };
        struct error err = { 0 };
        struct transfer_settings settings = plain;
        struct transfer_file file = { "f.gz", cases[i].path, mirrors, 2,
                                      4,      100,           check,   &scene };
        const char *from = NULL;

        settings.watch.trying = note_trying;
        settings.watch.context = &scene;
        settings.retries = 2;
        assert_false(transfer_file(&file, &settings, &from, &err));
        assert_error(err, cases[i].code, cases[i].part);
        assert_string_equal(scene.tried, "bad;");
        assert_int_equal(entries_count("to"), 0);
        assert_null(from);
    }
}

static int interrupted(void *unused)
{
    struct scene scene = { 0 };
    struct error err = { 0 };
    const char *from;

    (void)unused;
    interrupt_install();
    raise(SIGTERM);
    bool ok = run("good;good2", &plain, 6, &scene, &from, &err);
    return ok || err.code != FAIL_INTERRUPTED || strcmp(scene.tried, "good;");
}

static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(child_run(interrupted, NULL), 0);
    assert_int_equal(entries_count("to"), 0);
}

/* ---- what was there before ---- */

static void test_old_file(void **state)
{
    (void)state;
    struct scene scene = { .check_fails = FAIL_DATA };
    struct error err = { 0 };
    const char *from;

    file_make("to/f.gz", "old", 3);
    assert_false(run("bad;void;long", &plain, 6, &scene, &from, &err));
    assert_true(file_holds("to/f.gz", "old", 3));
    assert_int_equal(entries_count("to"), 1);

    err = (struct error){ 0 };
    scene = (struct scene){ .check_fails = FAIL_DATA };
    assert_true(run("bad;long;good", &plain, 6, &scene, &from, &err));
    assert_string_equal(scene.failed,
                        "f.gz from bad: refused by the test;f.gz from long: it "
                        "is longer than the file's 6 bytes;");
    assert_true(file_holds("to/f.gz", "good", 4));
    assert_int_equal(entries_count("to"), 1);
    assert_no_error(err);
}

/* ---- offline, and again ---- */

static void test_offline(void **state)
{
    (void)state;
    static const struct {
        const char *mirrors, *tried;
        bool offline, ok;
        const char *part;
    } cases[] = {
        { "http://127.0.0.1:1/;https://127.0.0.1:1/", "", true, false,
          "f.gz: not on disk, and this is offline; put the file at 'to/f.gz'" },
        { "", "", false, false,
          "f.gz: not on disk, and there is no mirror to ask; put the file at" },
        { "https://127.0.0.1:1/;good", "good;", true, true, "" },
        { "https://127.0.0.1:1/;void", "void;", true, false,
          "no mirror has it right: void:" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene = { 0 };
        struct error err = { 0 };
        struct transfer_settings settings = plain;
        const char *from;

        settings.offline = cases[i].offline;
        settings.retries = 3;
        if (run(cases[i].mirrors, &settings, 6, &scene, &from, &err) !=
                cases[i].ok ||
            strcmp(scene.tried, cases[i].tried) != 0)
            fail_msg("row %zu: tried %s: %s", i, scene.tried, err.text);
        if (!cases[i].ok)
            assert_error(err, FAIL_NETWORK, cases[i].part);
    }
}

/* Only what may recover is tried again: a file that is wrong, missing or
 * refused stays so, and would only be downloaded again. */
static void test_retries(void **state)
{
    (void)state;
    struct scene scene = { .check_fails = FAIL_DATA };
    struct error err = { 0 };
    struct transfer_settings settings = plain;
    char closed[64], mirrors[256], want[512];
    const char *from;

    settings.retries = 2;
    snprintf(closed, sizeof closed, "http://127.0.0.1:%u/", port_closed());
    snprintf(mirrors, sizeof mirrors, "bad;%s;void;http://0.0.0.0/", closed);
    snprintf(want, sizeof want, "%s;%s;%s;", mirrors, closed, closed);
    assert_false(run(mirrors, &settings, 6, &scene, &from, &err));
    assert_string_equal(scene.tried, want);
    assert_error(err, FAIL_NETWORK, "bad: refused by the test; ");
    assert_error(err, FAIL_NETWORK, "; void: cannot open");
    assert_int_equal(entries_count("to"), 0);
}

static int start(void **state)
{
    struct error err = { 0 };

    (void)state;
    proxies_forget();
    return http_start(&err) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_MIRRORS(test_order),           WITH_MIRRORS(test_file_urls),
        cmocka_unit_test(test_is_local),    WITH_MIRRORS(test_sizes),
        WITH_MIRRORS(test_large_and_quiet), WITH_MIRRORS(test_story),
        WITH_MIRRORS(test_story_is_cut),    WITH_MIRRORS(test_fatal),
        WITH_MIRRORS(test_interrupted),     WITH_MIRRORS(test_old_file),
        WITH_MIRRORS(test_offline),         WITH_MIRRORS(test_retries),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

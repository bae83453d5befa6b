/* SPDX-License-Identifier: MIT */
/* Mirrors that are directories of this machine, and URLs that are refused:
 * which mirror is taken, what is said of the others, what is left on disk.
 * Servers are for tests/cli/fetch_faults.bats. */
#include "net/transfer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/path.h"
#include "base/sizes.h"
#include "base/text.h"
#include "fixtures.h"
#include "helpers.h"

enum { MIRRORS_MAX = 32, SCENE_TEXT = 2048 };

/* What a transfer did, as its callbacks saw it. */
struct scene {
    char tried[SCENE_TEXT], failed[SCENE_TEXT]; /* "mirror;" and with why */
    unsigned checks;
    enum fail check_fails; /* with this, unless the file begins with "good" */
    bool appeared_early, odd_temp;
};

static void note_trying(void *context, const char *file, const char *mirror,
                        uint64_t resumed_at)
{
    char *to = ((struct scene *)context)->tried;
    size_t n = strlen(to);

    (void)file;
    snprintf(to + n, SCENE_TEXT - n, "%s%s;", mirror,
             resumed_at ? " resumed" : "");
}

static void note_failed(void *context, const char *file, const char *mirror,
                        const char *reason)
{
    char *to = ((struct scene *)context)->failed;
    size_t n = strlen(to);

    snprintf(to + n, SCENE_TEXT - n, "%s from %s: %s;", file, mirror, reason);
}

static bool check(void *context, const char *path, struct error *why)
{
    struct scene *s = context;
    char head[5] = "";
    FILE *f = fopen(path, "rb");

    s->checks++;
    if (!f || (fread(head, 1, 4, f) != 4 && ferror(f)) || fclose(f) != 0)
        return error_set(why, FAIL_SYSTEM, "no file to check");
    s->odd_temp |= strncmp(path, "to/.", 4) != 0;
    s->appeared_early |= file_exists("to/f.gz");
    if (s->check_fails == FAIL_NONE || strcmp(head, "good") == 0)
        return true;
    return error_set(why, s->check_fails, "refused by the test");
}

/* One file f.gz, to be had from mirrors "a;b". */
struct order {
    struct transfer_file file;
    struct transfer_settings settings;
    struct scene scene;
    char text[4096];
    const char *mirrors[MIRRORS_MAX];
};

static struct order *order_of(const char *list)
{
    static struct order o;

    o = (struct order){
        .file = { "f.gz",
                  "to/f.gz",
                  NULL,
                  NULL,
                  o.mirrors,
                  0,
                  4,
                  6,
                  check,
                  NULL,
                  &o.scene,
                  false,
                  NULL,
                  { 0 } },
        .settings = { .http = { 5, 5, NULL, NULL, "test" },
                      .watch = { note_trying, NULL, note_failed, NULL,
                                 &o.scene } },
        .scene = { .check_fails = FAIL_DATA },
    };
    snprintf(o.text, sizeof o.text, "%s", list);
    for (char *word = strtok(o.text, ";"); word; word = strtok(NULL, ";"))
        o.mirrors[o.file.mirror_count++] = word;
    return &o;
}

static bool carry_out(struct order *o)
{
    bool ok = transfer_files(&o->file, 1, &o->settings);

    assert_true(o->file.ok == ok && (o->file.from != NULL) == ok &&
                (o->file.err.code == FAIL_NONE) == ok);
    assert_false(o->scene.odd_temp);
    return ok;
}

/* Directories: good and its equals, and those that go wrong each in its way. */
static int enter(void **state)
{
    static const char *const files[][2] = {
        { "good", "good" },      { "good2", "good2" }, { "bad", "evil" },
        { "long", "good-long" }, { "empty", "" },      { "my dir", "good" },
        { "100%", "good" }
    };
    char path[64];

    proxies_forget();
    if (temp_dir_enter(state) != 0 || mkdir("to", 0777) != 0 ||
        mkdir("void", 0777) != 0)
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
        const char *mirrors, *tried;
        unsigned checks;
    } cases[] = {
        { "good;good2", "good;", 1 },
        { "nowhere;good;good2", "nowhere;good;", 1 },
        { "bad;good", "bad;good;", 2 },
        { "bad;void;long;good2;good", "bad;void;long;good2;", 2 },
        { "ftp://0.0.0.0/;good", "ftp://0.0.0.0/;good;", 1 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct order *o = order_of(cases[i].mirrors);
        assert_true(carry_out(o));
        if (strcmp(o->scene.tried, cases[i].tried) != 0 ||
            o->scene.checks != cases[i].checks)
            fail_msg("%s: tried %s, took %s, %u checks", cases[i].mirrors,
                     o->scene.tried, o->file.from, o->scene.checks);
        bool second = strncmp(o->file.from, "good2", 5) == 0;
        assert_true(file_holds("to/f.gz", "good2", second ? 5 : 4));
        assert_int_equal(entries_count("to"), 1);
        assert_false(o->scene.appeared_early);
        unlink("to/f.gz");
    }
}

/* A directory by its URL; what the URL stands for is decoded. */
static void test_file_urls(void **state)
{
    (void)state;
    static const char *const parts[][2] = { { "file://", "good/" },
                                            { "file:", "good" },
                                            { "FILE://", "my%20dir" },
                                            { "file://localhost", "100%25" } };
    char here[1024], url[1200];

    assert_non_null(getcwd(here, sizeof here));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        snprintf(url, sizeof url, "%s%s/%s", parts[i][0], here, parts[i][1]);
        struct order *o = order_of(url);
        o->settings.offline = true; /* it is there without a network */
        if (!carry_out(o) || !file_holds("to/f.gz", "good", 4))
            fail_msg("%s: %s", url, o->file.err.text);
        assert_string_equal(o->file.from, url);
        unlink("to/f.gz");
    }
}

/* Directories may have the file by other names; its own is asked for first. */
static void test_local_names(void **state)
{
    (void)state;
    static const char *const names[] = { "F.GZ", "f", NULL };
    static const char *const made[] = { "void/f", "void/F.GZ", "void/f.gz" };

    for (size_t i = 0; i < COUNT_OF(made); i++) { /* from last to first */
        struct order *o = order_of("void;good");
        char text[8];

        snprintf(text, sizeof text, "good%zu", i);
        file_make(made[i], text, 5);
        o->file.local_names = names;
        assert_true(carry_out(o));
        assert_true(file_holds("to/f.gz", text, 5));
        assert_string_equal(o->scene.tried, "void;");
    }
}

/* More than one block, up to the last byte that is allowed; and nobody who
 * wants to know how it goes. */
static void test_large_and_quiet(void **state)
{
    (void)state;
    enum { BYTES = 3 * 64 * 1024 + 17 };
    static unsigned char bytes[BYTES];

    memcpy(bytes, "good", 4);
    fill_noise(bytes + 4, BYTES - 4, 5);
    file_make("void/f.gz", bytes, BYTES);
    for (unsigned less = 0; less < 2; less++) {
        struct order *o = order_of("nowhere;void");
        o->file.bytes = 0;
        o->file.max_bytes = BYTES - less;
        o->settings.watch = (struct transfer_watch){ 0 };
        assert_int_equal(carry_out(o), less == 0);
        assert_int_equal(o->scene.checks, less == 0);
        assert_true(file_holds("to/f.gz", bytes, BYTES)); /* the first one */
    }
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
          "bad: refused by the test; long: 'long/f.gz' holds more than it "
          "should; empty: refused by the test; name another --mirror" },
        { "void", FAIL_NETWORK, "right: void: it has no such file; name anot" },
        { "nowhere", FAIL_NETWORK,
          "right: nowhere: there is no such directory; name another --mirror" },
        { "bad;void", FAIL_NETWORK, "right: bad: refused by the test; void: " },
        { "http://u:secret@0.0.0.0:80/d;bad", FAIL_NETWORK,
          "right: 0.0.0.0:80: refused: only https" },
        { "http://0.0.0.0:80/d;void", FAIL_NETWORK,
          "; void: it has no such file; try again later, or name another" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct order *o = order_of(cases[i].mirrors);

        assert_false(carry_out(o));
        assert_error(o->file.err, cases[i].code, cases[i].part);
        assert_null(strstr(o->file.err.text, "secret"));
        assert_int_equal(entries_count("to"), 0);
    }
}

/* A story longer than an error's text is cut; what to do stands behind it. */
static void test_story_is_cut(void **state)
{
    (void)state;
    char mirrors[MIRRORS_MAX * 101 + 1];

    for (int i = 0; i < MIRRORS_MAX; i++)
        snprintf(mirrors + 101 * i, 102, "%0100d;", i);
    struct order *o = order_of(mirrors);
    assert_false(carry_out(o));
    assert_error(o->file.err, FAIL_NETWORK, "has it right: 0000");
    assert_true(text_ends_with(o->file.err.text, "; name another --mirror"));
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
        { "gone/f.gz", FAIL_DATA, FAIL_SYSTEM, "cannot create 'gone/f.gz'" },
        { "void", FAIL_DATA, FAIL_USAGE, "'void' is a directory" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct order *o = order_of("bad;good");

        o->file.path = cases[i].path;
        o->scene.check_fails = cases[i].check_fails;
        assert_false(carry_out(o));
        assert_error(o->file.err, cases[i].code, cases[i].part);
        assert_string_equal(o->scene.tried, "bad;");
        assert_int_equal(entries_count("to"), 0);
    }
}

static int interrupted(void *unused)
{
    struct order *o = order_of("good;good2");

    (void)unused;
    interrupt_install();
    raise(SIGTERM);
    return transfer_files(&o->file, 1, &o->settings) ||
           o->file.err.code != FAIL_INTERRUPTED || o->file.ok;
}

static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(child_run(interrupted, NULL), 0);
    assert_int_equal(entries_count("to"), 0);
}

static void test_old_file(void **state)
{
    (void)state;
    struct order *o = order_of("bad;void;long");

    file_make("to/f.gz", "old", 3);
    assert_false(carry_out(o));
    assert_true(file_holds("to/f.gz", "old", 3));
    assert_true(carry_out(order_of("bad;long;good")));
    assert_true(file_holds("to/f.gz", "good", 4));
    assert_string_equal(o->scene.failed,
                        "f.gz from bad: refused by the test;f.gz from long: "
                        "'long/f.gz' holds more than it should;");
    assert_int_equal(entries_count("to"), 1);
}

/* ---- offline, and again ---- */

static void test_offline(void **state)
{
    (void)state;
    static const struct {
        const char *mirrors, *tried, *by_hand;
        bool offline, ok;
        const char *part;
    } cases[] = {
        { "http://127.0.0.1:1/;https://127.0.0.1:1/", "", NULL, true, false,
          "f.gz: not on disk, and this is offline; get it and put it at "
          "'to/f.gz'" },
        { "https://127.0.0.1:1/", "", "https://b.org/f", true, false,
          "offline; get https://b.org/f and put it at 'to/f.gz'" },
        { "", "", NULL, false, false,
          "f.gz: not on disk, and there is no mirror to ask; get it and put" },
        { "", "", "it from B", false, false, "ask; get it from B and put it" },
        { "https://127.0.0.1:1/;good", "good;", NULL, true, true, "" },
        { "https://127.0.0.1:1/;void", "void;", NULL, true, false, "void:" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct order *o = order_of(cases[i].mirrors);

        o->file.by_hand = cases[i].by_hand;
        o->settings.offline = cases[i].offline;
        o->settings.retries = 3;
        if (carry_out(o) != cases[i].ok ||
            strcmp(o->scene.tried, cases[i].tried) != 0)
            fail_msg("row %zu: tried %s: %s", i, o->scene.tried,
                     o->file.err.text);
        if (!cases[i].ok)
            assert_error(o->file.err, FAIL_NETWORK, cases[i].part);
        assert_int_equal(entries_count("to"), cases[i].ok);
        unlink("to/f.gz");
    }
}

/* Only what may recover is tried again: a file that is wrong, missing or
 * refused stays so, and would only be downloaded again. */
static void test_retries(void **state)
{
    (void)state;
    char closed[64], mirrors[256], want[512];

    snprintf(closed, sizeof closed, "http://127.0.0.1:%u/", port_closed());
    snprintf(mirrors, sizeof mirrors, "bad;%s;void;http://0.0.0.0/", closed);
    snprintf(want, sizeof want, "%s;%s;%s;", mirrors, closed, closed);
    struct order *o = order_of(mirrors);
    o->settings.retries = 2;
    assert_false(carry_out(o));
    assert_string_equal(o->scene.tried, want);
    assert_error(o->file.err, FAIL_NETWORK, "bad: refused by the test; ");
    assert_error(o->file.err, FAIL_NETWORK, "; void: it has no such file; ");

    o = order_of(closed);
    o->settings.retries = 1000;
    o->settings.deadline = deadline_after(1);
    assert_false(carry_out(o));
    assert_error(o->file.err, FAIL_NETWORK, "--max-time");
    assert_int_equal(entries_count("to"), 0);
}

/* A beginning that is not continued now is there for the next time, unless
 * the file itself is. */
static void test_beginning(void **state)
{
    (void)state;
    static const char *const after[] = { "void", "good" };

    for (size_t i = 0; i < 2; i++) {
        char closed[64], mirrors[128], quoted[256], want[256];

        snprintf(closed, sizeof closed, "http://127.0.0.1:%u/", port_closed());
        snprintf(mirrors, sizeof mirrors, "%s;%s", closed, after[i]);
        snprintf(want, sizeof want, "%s resumed;%s;", closed, after[i]);
        snprintf(quoted, sizeof quoted,
                 "{'url':'%sf.gz','validator':'Mon','total':4}", closed);
        file_make("to/f.gz.part", "go", 2);
        json_put("to/f.gz.part.json", quoted);
        struct order *o = order_of(mirrors);
        assert_int_equal(carry_out(o), i == 1);
        assert_string_equal(o->scene.tried, want);
        assert_int_equal(entries_count("to"), i == 0 ? 2 : 1);
    }
}

static void test_several(void **state)
{
    (void)state;
    enum { FILES = 3 * TRANSFER_AT_ONCE };
    struct transfer_file files[FILES];
    char paths[FILES][16], path[64];
    struct order *o = order_of("bad;void;good");

    for (int i = 0; i < FILES; i++) { /* each third one is wrong */
        snprintf(paths[i], sizeof paths[i], "to/f%d", i);
        snprintf(path, sizeof path, "%s/f%d", i % 3 ? "good" : "bad", i);
        file_make(path, i % 3 ? "good" : "evil", 4);
        files[i] = o->file;
        files[i].name = path_base(paths[i]);
        files[i].path = paths[i];
    }
    assert_false(transfer_files(files, FILES, &o->settings));
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(files[i].ok, i % 3 != 0);
        assert_int_equal(file_holds(paths[i], "good", 4), i % 3 != 0);
        assert_ptr_equal(files[i].from, i % 3 ? o->mirrors[2] : NULL);
        if (i % 3 == 0)
            assert_error(files[i].err, FAIL_NETWORK, files[i].name);
    }
    assert_int_equal(entries_count("to"), FILES - FILES / 3);
    assert_true(transfer_files(files, 0, &o->settings));
}

/* None of these leads to this machine's port, as far as anybody can tell; it
 * would notice, as it listens on all addresses. */
static void test_refused(void **state)
{
    (void)state;
    static const char hosts[][32] = {
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://127.evil.invalid",
        "http://127.0.0.1@0.0.0.0",
        "http://user:secret@127.0.0.1",
        "https://user:secret@127.0.0.1",
    };
    unsigned port;
    struct pollfd listening = { .fd = port_listen(&port), .events = POLLIN };

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        char url[320];

        snprintf(url, sizeof url, "%s:%u/d/", hosts[i], port);
        struct order *o = order_of(url);
        o->settings.retries = 3;
        if (carry_out(o) || poll(&listening, 1, 0) != 0)
            fail_msg("%s", url);
        assert_error(o->file.err, FAIL_NETWORK, "refused: only https");
        assert_false(strstr(o->scene.tried, "secret") ||
                     strstr(o->scene.failed, "secret"));
        assert_int_equal(entries_count("to"), 0);
    }
    close(listening.fd);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_MIRRORS(test_order),       WITH_MIRRORS(test_file_urls),
        WITH_MIRRORS(test_local_names), WITH_MIRRORS(test_large_and_quiet),
        WITH_MIRRORS(test_story),       WITH_MIRRORS(test_story_is_cut),
        WITH_MIRRORS(test_fatal),       WITH_MIRRORS(test_interrupted),
        WITH_MIRRORS(test_old_file),    WITH_MIRRORS(test_offline),
        WITH_MIRRORS(test_retries),     WITH_MIRRORS(test_beginning),
        WITH_MIRRORS(test_several),     WITH_MIRRORS(test_refused)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Unfinished downloads: what is claimed again and what is begun anew, and what
 * each ending leaves on disk. */
#include "net/partial.h"

#include <fcntl.h>
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
#include "fixtures.h"
#include "helpers.h"

#define URL "https://example.org/f"
#define DATE "Mon"
#define SIDECAR "{'url':'https://example.org/f','validator':'Mon','total':9}"

static struct partial open_or_fail(const char *final, uint64_t max_bytes)
{
    struct partial p = { 0 };
    struct error err = { 0 };

    if (!partial_open(&p, final, max_bytes, &err))
        fail_msg("%s", err.text);
    assert_no_error(err);
    assert_string_equal(p.final, final);
    assert_true(file_exists(p.path));
    return p;
}

/* Bytes "hello" of a file of nine, in the directory's only download. */
static struct partial begin(const char *final)
{
    struct partial p = open_or_fail(final, 9);
    struct error err = { 0 };

    assert_true(partial_restart(&p, URL, DATE, 9, &err));
    assert_true(partial_write(&p, "hel", 3, &err));
    assert_true(partial_write(&p, "", 0, &err));
    assert_true(partial_write(&p, "lo", 2, &err));
    assert_no_error(err);
    assert_int_equal(p.bytes, 5);
    return p;
}

static bool is_new(const struct partial *p)
{
    unsigned long long bytes = 1;

    return file_size(p->path, &bytes) && bytes == 0 && p->bytes == 0 &&
           p->url[0] == '\0' && p->validator[0] == '\0' && p->total == 0 &&
           !file_exists(p->sidecar);
}

static bool is_hello(const struct partial *p)
{
    return p->bytes == 5 && file_holds(p->path, "hello", 5) &&
           strcmp(p->url, URL) == 0 && strcmp(p->validator, DATE) == 0 &&
           p->total == 9;
}

static void assert_released(const struct partial *p)
{
    assert_true(!p->path && !p->final && !p->sidecar && p->bytes == 0);
}

/* ---- endings ---- */

static void test_commit(void **state)
{
    (void)state;
    struct partial p = open_or_fail("f", 100);
    struct error err = { 0 };

    assert_true(is_new(&p));
    assert_true(partial_commit(&p, &err));
    assert_true(file_holds("f", "", 0));
    p = begin("f");
    assert_true(is_hello(&p));
    assert_true(partial_commit(&p, &err));
    assert_no_error(err);
    assert_released(&p);
    assert_true(file_holds("f", "hello", 5));
    assert_int_equal(entries_count("."), 1);
}

/* The file that is there stays until the new one is whole; what another
 * process put aside is of no use then. */
static void test_commit_replaces(void **state)
{
    (void)state;
    struct error err = { 0 };

    file_make("f", "old", 3);
    struct partial p = begin("f");
    assert_true(file_holds("f", "old", 3));
    file_make("f.part", "hel", 3);
    json_put("f.part.json", SIDECAR);
    assert_true(partial_commit(&p, &err));
    assert_true(file_holds("f", "hello", 5));
    assert_int_equal(entries_count("."), 1);
}

static void test_system_fails(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct partial p = begin("f");

    assert_int_equal(mkdir("f", 0777), 0);
    assert_false(partial_commit(&p, &err));
    assert_error(err, FAIL_SYSTEM, "cannot rename to 'f'");
    assert_released(&p);
    assert_int_equal(entries_count("."), 1);

    err = (struct error){ 0 };
    assert_false(partial_open(&p, "gone/f", 9, &err));
    assert_error(err, FAIL_SYSTEM, "cannot create 'gone/");
    assert_released(&p);
}

static void test_keep_and_claim(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct partial p = begin("f");

    for (int i = 0; i < 3; i++) {
        partial_keep(&p);
        assert_released(&p);
        assert_true(file_holds("f.part", "hello", 5));
        assert_true(file_exists("f.part.json"));
        assert_int_equal(entries_count("."), 2);
        p = open_or_fail("f", 9);
        assert_true(is_hello(&p));
        assert_false(file_exists("f.part") || file_exists("f.part.json"));
    }
    assert_true(partial_write(&p, ", f.", 4, &err)); /* behind what was there */
    assert_true(file_holds(p.path, "hello, f.", 9));
    assert_true(partial_commit(&p, &err));
    assert_true(file_holds("f", "hello, f.", 9));
    assert_int_equal(entries_count("."), 1);
}

/* Without a validator, without bytes, or with a URL that does not fit, the
 * next run could not go on. */
static void test_nothing_is_kept(void **state)
{
    (void)state;
    static char long_url[2000];
    const struct {
        const char *url, *validator, *bytes;
    } cases[] = {
        { URL, "", "hello" },
        { URL, DATE, "" },
        { long_url, DATE, "hello" },
    };

    snprintf(long_url, sizeof long_url, "https://example.org/%01500d", 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct partial p = open_or_fail("f", 100);
        struct error err = { 0 };

        assert_true(
            partial_restart(&p, cases[i].url, cases[i].validator, 9, &err));
        assert_true(
            partial_write(&p, cases[i].bytes, strlen(cases[i].bytes), &err));
        partial_keep(&p);
        assert_released(&p);
        if (entries_count(".") != 0)
            fail_msg("row %zu", i);
    }
    struct partial p = begin("f");
    partial_discard(&p);
    assert_released(&p);
    partial_discard(&p); /* nothing is open */
    partial_keep(&p);
    p = open_or_fail("f", 100);
    partial_keep(&p); /* not even begun */
    assert_int_equal(entries_count("."), 0);
}

/* ---- beginning anew ---- */

static void test_restart(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct partial p = begin("f");

    assert_true(partial_restart(&p, "https://b.org/f", "\"b\"", 0, &err));
    assert_true(partial_write(&p, "new", 3, &err));
    assert_true(file_holds(p.path, "new", 3));
    partial_keep(&p);
    p = open_or_fail("f", 9);
    assert_int_equal(p.bytes, 3);
    assert_string_equal(p.url, "https://b.org/f");
    assert_string_equal(p.validator, "\"b\"");
    assert_int_equal(p.total, 0);

    /* The old sidecar does not outlive what it spoke of. */
    assert_true(partial_restart(&p, URL, "", 9, &err));
    assert_true(partial_write(&p, "hello", 5, &err));
    assert_false(file_exists(p.sidecar));
    partial_discard(&p);
    assert_no_error(err);
}

/* Five bytes with this beside them; NULL: nothing. */
static void assert_claim(const char *sidecar, uint64_t max_bytes, bool goes_on)
{
    file_make("f.part", "hello", 5);
    if (sidecar)
        json_put("f.part.json", sidecar);
    struct partial p = open_or_fail("f", max_bytes);
    if (goes_on ? !is_hello(&p) : !is_new(&p))
        fail_msg("at most %llu, \"%s\": %llu bytes of %s",
                 (unsigned long long)max_bytes, sidecar ? sidecar : "none",
                 (unsigned long long)p.bytes, p.url);
    partial_discard(&p);
    assert_int_equal(entries_count("."), 0);
}

static void test_sidecar(void **state)
{
    (void)state;
    static const char *const useless[] = {
        NULL,
        "",
        "{",
        "{}",
        "null",
        SIDECAR "x",
        "{'validator':'v','total':9}",
        "{'url':'u','total':9}",
        "{'url':'u','validator':'v'}",
        "{'url':'u','validator':'','total':9}",
        "{'url':1,'validator':'v','total':9}",
        "{'url':'u','validator':null,'total':9}",
        "{'url':'u','validator':'v','total':'9'}",
        "{'url':'u','validator':'v','total':-1}",
        "{'url':'u','validator':'v','total':99999999999999999999}"
    };
    char text[1200];

    assert_claim(SIDECAR, UINT64_MAX, true);
    assert_claim(SIDECAR, 5, true);
    assert_claim(SIDECAR, 4, false); /* more than the file can be */
    assert_claim(SIDECAR, 0, false);
    assert_claim("{'total':9,'validator':'Mon','x':1,'url':'" URL "'}", 9,
                 true);
    for (size_t i = 0; i < COUNT_OF(useless); i++)
        assert_claim(useless[i], 9, false);
    snprintf(text, sizeof text, "{'url':'%01024d','validator':'v','total':9}",
             0);
    assert_claim(text, 9, false);
    snprintf(text, sizeof text, "{'url':'u','validator':'%0*d','total':9}",
             HTTP_VALIDATOR_MAX, 0);
    assert_claim(text, 9, false);
}

/* A sidecar that never ends is not read into memory; one without its bytes
 * speaks of nothing. */
static void test_odd_sidecars(void **state)
{
    (void)state;
    struct error err = { 0 };

    file_make("f.part", "hello", 5);
    json_put("f.part.json", SIDECAR);
    assert_int_equal(truncate("f.part.json", 1 << 30), 0);
    struct partial p = open_or_fail("f", 9);
    assert_true(is_new(&p));
    partial_discard(&p);
    assert_int_equal(entries_count("."), 0);

    json_put("f.part.json", SIDECAR);
    p = open_or_fail("f", 9);
    assert_true(is_new(&p));
    assert_true(partial_commit(&p, &err));
    assert_int_equal(entries_count("."), 1);
}

/* ---- others ---- */

static void test_two_at_once(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct partial a = begin("f"), b = open_or_fail("f", 9);

    assert_true(is_new(&b));
    assert_string_not_equal(a.path, b.path);
    assert_string_not_equal(a.sidecar, b.sidecar);
    assert_true(partial_restart(&b, URL, "\"b\"", 4, &err));
    assert_true(partial_write(&b, "else", 4, &err));
    assert_true(is_hello(&a));
    assert_true(file_holds(b.path, "else", 4));

    partial_keep(&a);
    partial_keep(&b); /* the last one stays */
    assert_int_equal(entries_count("."), 2);
    a = open_or_fail("f", 9);
    b = open_or_fail("f", 9);
    assert_string_equal(a.validator, "\"b\"");
    assert_true(is_new(&b));
    assert_true(partial_commit(&a, &err));
    partial_discard(&b);
    assert_true(file_holds("f", "else", 4));
    assert_int_equal(entries_count("."), 1);
}

/* Claims what there is of "f", else begins; its own copies stay. */
static int claim_and_stay(void *argument)
{
    struct partial p = { 0 };
    struct error err = { 0 };

    (void)argument;
    if (!partial_open(&p, "f", 9, &err))
        return 1;
    if (p.bytes == 0 && (!partial_restart(&p, URL, DATE, 9, &err) ||
                         !partial_write(&p, "hello", 5, &err)))
        return 2;
    raise(SIGKILL);
    return 3;
}

static void test_orphan_is_adopted(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) { /* begins, and then claims the last one's */
        assert_int_equal(child_run(claim_and_stay, NULL), 128 + SIGKILL);
        assert_int_equal(entries_count("."), 2);
        assert_false(file_exists("f.part"));
    }
    struct partial p = open_or_fail("f", 9);
    assert_true(is_hello(&p));
    assert_int_equal(entries_count("."), 2);
    partial_keep(&p);
    assert_true(file_holds("f.part", "hello", 5));
    assert_int_equal(entries_count("."), 2);
}

/* What was kept is taken first, and the orphan is not needed. */
static void test_orphan_is_removed(void **state)
{
    (void)state;
    assert_int_equal(child_run(claim_and_stay, NULL), 128 + SIGKILL);
    file_make("f.part", "hel", 3);
    json_put("f.part.json", SIDECAR);
    struct partial p = open_or_fail("f", 9);
    assert_true(file_holds(p.path, "hel", 3));
    assert_int_equal(entries_count("."), 2);
    partial_discard(&p);
    assert_int_equal(entries_count("."), 0);
}

static void make_old(const char *path)
{
    struct timespec old = { .tv_sec = time(NULL) - 25 * 3600L };
    struct timespec both[] = { old, old };

    assert_int_equal(utimensat(AT_FDCWD, path, both, 0), 0);
}

/* However long it has rested it is continued, and from then on it is work that
 * others let alone, as if it had been begun anew. */
static void test_old_is_claimed(void **state)
{
    (void)state;
    file_make("f.part", "hello", 5);
    json_put("f.part.json", SIDECAR);
    make_old("f.part");
    make_old("f.part.json");
    struct partial a = open_or_fail("f", 9);
    assert_true(is_hello(&a));
    struct partial b = open_or_fail("f", 9);
    assert_true(is_new(&b));
    assert_true(is_hello(&a) && file_exists(a.sidecar));
    partial_discard(&b);
    partial_discard(&a);
    assert_int_equal(entries_count("."), 0);
}

/* A process that is no more. */
static long dead_process(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return (long)child;
}

/* Files of others whose names only look alike are none of our business. */
static void test_other_names(void **state)
{
    (void)state;
    static const char *const around[][2] = {
        { "f.", "-0.part" },     { ".ff.", "-0.part" }, { ".f", "-0.part" },
        { ".f.gz.", "-0.part" }, { ".f.x", "-0.part" }, { ".f.-", "-0.part" },
        { ".f.", "" },
    };
    long dead = dead_process();

    for (size_t i = 0; i < COUNT_OF(around); i++) {
        char name[64];

        snprintf(name, sizeof name, "%s%ld%s", around[i][0], dead,
                 around[i][1]);
        file_make(name, "hello", 5);
        struct partial p = open_or_fail("f", 9);
        assert_true(is_new(&p));
        partial_discard(&p);
        if (!file_holds(name, "hello", 5))
            fail_msg("%s", name);
    }
}

/* The download of "f.<number>" begins as an orphan of "f" would: the process
 * that owns it stands at the end of the name. */
static void test_file_named_by_number(void **state)
{
    (void)state;
    char final[32];

    snprintf(final, sizeof final, "f.%ld", dead_process());
    struct partial other = begin(final), p = open_or_fail("f", 9);
    bool untouched = is_new(&p) && is_hello(&other);
    partial_discard(&p);
    partial_discard(&other);
    assert_true(untouched);
}

static void test_living_is_left_alone(void **state)
{
    (void)state;
    struct partial mine = { 0 };
    struct error err = { 0 };
    int ready[2];
    char byte = 0;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        bool ok = partial_open(&mine, "f", 9, &err) &&
                  partial_restart(&mine, URL, DATE, 9, &err) &&
                  partial_write(&mine, "hello", 5, &err) &&
                  write(ready[1], "y", 1) == 1;
        while (ok)
            pause();
        _exit(1);
    }
    close(ready[1]);
    bool told = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (told && byte == 'y' && partial_open(&mine, "f", 9, &err)) {
        told = is_new(&mine) && entries_count(".") == 3;
        partial_discard(&mine);
    }
    size_t left = entries_count(".");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(told && byte == 'y');
    assert_no_error(err);
    assert_int_equal(left, 2);

    struct partial p = open_or_fail("f", 9); /* now it is dead */
    assert_true(is_hello(&p));
    partial_discard(&p);
    assert_int_equal(entries_count("."), 0);
}

/* ---- room ---- */

static void test_room(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct partial p = begin("f");
    unsigned long long needed = 0, room = 0;

    assert_true(partial_has_room(&p, 0, &err));
    assert_true(partial_has_room(&p, 4096, &err));
    assert_no_error(err);
    assert_false(partial_has_room(&p, UINT64_MAX, &err));
    assert_error(err, FAIL_SYSTEM, "cannot write 'f': it needs ");
    assert_error(err, FAIL_SYSTEM, "No space left on device");
    assert_int_equal(sscanf(err.text,
                            "cannot write 'f': it needs %llu bytes, but only "
                            "%llu are available",
                            &needed, &room),
                     2);
    assert_int_equal(needed, UINT64_MAX - 5); /* the rest is there already */
    assert_in_range(room, 4096, UINT64_MAX - 6);
    partial_discard(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_commit),
        IN_TEMP_DIR(test_commit_replaces),
        IN_TEMP_DIR(test_system_fails),
        IN_TEMP_DIR(test_keep_and_claim),
        IN_TEMP_DIR(test_nothing_is_kept),
        IN_TEMP_DIR(test_restart),
        IN_TEMP_DIR(test_sidecar),
        IN_TEMP_DIR(test_odd_sidecars),
        IN_TEMP_DIR(test_two_at_once),
        IN_TEMP_DIR(test_orphan_is_adopted),
        IN_TEMP_DIR(test_orphan_is_removed),
        IN_TEMP_DIR(test_old_is_claimed),
        IN_TEMP_DIR(test_other_names),
        IN_TEMP_DIR(test_file_named_by_number),
        IN_TEMP_DIR(test_living_is_left_alone),
        IN_TEMP_DIR(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* A receipt vouches for a file that nobody touched, and for no other. */
#include "dataset/receipt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER64 \
    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const struct raw_facts facts = { 3, HEX64, 8, OTHER64 };

/* A file of three bytes, last changed at this time. */
static void make_file(const char *path, long seconds, long nanoseconds)
{
    struct timespec times[2] = { { seconds, nanoseconds },
                                 { seconds, nanoseconds } };

    file_make(path, "abc", 3);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static struct receipt open_receipt(void)
{
    struct receipt r = { 0 };
    struct error err = { 0 };

    assert_true(receipt_open(&r, "raw", &err));
    assert_no_error(err);
    return r;
}

static int enter(void **state)
{
    return temp_dir_enter(state) != 0 || mkdir("raw", 0777) != 0 ? -1 : 0;
}
#define IN_RAW(test) \
    cmocka_unit_test_setup_teardown(test, enter, temp_dir_leave)

static void test_note_and_find(void **state)
{
    (void)state;
    struct receipt r = open_receipt();
    struct raw_facts found;
    struct error err = { 0 };

    make_file("raw/a.gz", 1700000000, 123456789);
    make_file("raw/b.gz", 1700000000, 0);
    assert_false(receipt_lists(&r, "a.gz"));
    assert_false(receipt_find(&r, "raw/a.gz", &found));
    assert_true(receipt_note(&r, "raw/a.gz", &facts, "https://x/a.gz", &err));
    for (int again = 0; again < 2; again++) { /* in memory, then from disk */
        assert_true(receipt_lists(&r, "a.gz"));
        assert_false(receipt_lists(&r, "b.gz"));
        assert_true(receipt_find(&r, "raw/a.gz", &found));
        assert_int_equal(found.bytes, facts.bytes);
        assert_int_equal(found.payload_bytes, facts.payload_bytes);
        assert_string_equal(found.sha256, facts.sha256);
        assert_string_equal(found.payload_sha256, facts.payload_sha256);
        assert_false(receipt_find(&r, "raw/b.gz", &found));
        receipt_release(&r);
        assert_null(r.document);
        r = open_receipt();
    }
    assert_true(receipt_note(&r, "raw/b.gz", &facts, NULL, &err));
    assert_true(receipt_find(&r, "raw/b.gz", &found));
    assert_true(receipt_find(&r, "raw/a.gz", &found));
    assert_int_equal(entries_count("raw"), 3);
    assert_no_error(err);
    receipt_release(&r);
    receipt_release(&r);
}

/* Whatever happens to the file, the receipt does not speak for it any more. */
static void test_changed(void **state)
{
    (void)state;
    static const struct {
        long seconds, nanoseconds;
        const char *bytes; /* NULL: the file is gone */
        bool found;
    } cases[] = {
        { 1700000000, 123456789, "abc", true },
        { 1700000000, 123456789, "xyz", true }, /* nobody could tell */
        { 1700000000, 123456790, "abc", false },
        { 1700000000, 0, "abc", false },
        { 1700000001, 123456789, "abc", false },
        { 1700000000, 123456789, "abcd", false },
        { 1700000000, 123456789, "ab", false },
        { 1700000000, 123456789, "", false },
        { 0, 0, NULL, false },
    };
    struct receipt r = open_receipt();
    struct raw_facts found;
    struct error err = { 0 };

    make_file("raw/a.gz", 1700000000, 123456789);
    assert_true(receipt_note(&r, "raw/a.gz", &facts, NULL, &err));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct timespec times[2] = {
            { cases[i].seconds, cases[i].nanoseconds },
            { cases[i].seconds, cases[i].nanoseconds },
        };
        unlink("raw/a.gz");
        if (cases[i].bytes) {
            file_make("raw/a.gz", cases[i].bytes, strlen(cases[i].bytes));
            assert_int_equal(utimensat(AT_FDCWD, "raw/a.gz", times, 0), 0);
        }
        if (receipt_find(&r, "raw/a.gz", &found) != cases[i].found)
            fail_msg("row %zu", i);
        assert_true(receipt_lists(&r, "a.gz")); /* it was ours, all the same */
    }
    assert_int_equal(mkdir("raw/a.gz", 0777), 0);
    assert_false(receipt_find(&r, "raw/a.gz", &found));
    assert_no_error(err);
    receipt_release(&r);
}

static void check_document(const char *url)
{
    struct error err = { 0 };
    struct json_t *doc = jsondoc_read("raw/receipt.json", &err);
    struct json_t *entry = jsondoc_find(jsondoc_find(doc, "files"), "a.gz");
    const char *found = jsondoc_find_text(entry, "url");
    uint64_t bytes = 0, payload_bytes = 0;

    assert_string_equal(jsondoc_find_text(doc, "schema"),
                        "mnistprep.receipt/1");
    assert_true(jsondoc_find_u64(entry, "bytes", &bytes));
    assert_true(jsondoc_find_u64(entry, "payload_bytes", &payload_bytes));
    assert_int_equal(bytes, 3);
    assert_int_equal(payload_bytes, 8);
    assert_string_equal(jsondoc_find_text(entry, "sha256"), HEX64);
    assert_string_equal(jsondoc_find_text(entry, "payload_sha256"), OTHER64);
    assert_string_equal(jsondoc_find_text(entry, "mtime"),
                        "1700000000.000000007");
    assert_string_equal(found ? found : "none", url);
    jsondoc_release(doc);
}

/* Where a file came from is known once, and stays known when it is only looked
 * at again. */
static void test_document_and_url(void **state)
{
    (void)state;
    struct receipt r = open_receipt();
    struct error err = { 0 };

    make_file("raw/a.gz", 1700000000, 7);
    assert_true(receipt_note(&r, "raw/a.gz", &facts, NULL, &err));
    check_document("none");
    assert_true(receipt_note(&r, "raw/a.gz", &facts, "https://x/a.gz", &err));
    check_document("https://x/a.gz");
    assert_true(receipt_note(&r, "raw/a.gz", &facts, NULL, &err));
    check_document("https://x/a.gz");
    assert_true(receipt_note(&r, "raw/a.gz", &facts, "/srv/a.gz", &err));
    check_document("/srv/a.gz");
    assert_no_error(err);
    receipt_release(&r);
}

/* A receipt that says nothing is no obstacle: it is made anew. */
static void test_damaged(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "<html>",
        "{'files':{'a.gz':{}}}",
        "{'schema':'mnistprep.receipt/2','files':{'a.gz':{}}}",
        "{'schema':7,'files':{'a.gz':{}}}",
        "{'schema':'mnistprep.receipt/1'}",
        "{'schema':'mnistprep.receipt/1','files':7}",
        "{'schema':'mnistprep.receipt/1','files':null}",
        "{'schema':'mnistprep.receipt/1','files':['a.gz']}",
    };

    make_file("raw/a.gz", 1700000000, 7);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct raw_facts found;
        struct error err = { 0 };

        json_put("raw/receipt.json", texts[i]);
        struct receipt r = open_receipt();
        if (receipt_lists(&r, "a.gz") || receipt_find(&r, "raw/a.gz", &found))
            fail_msg("row %zu lists the file", i);
        if (!receipt_note(&r, "raw/a.gz", &facts, NULL, &err))
            fail_msg("row %zu: %s", i, err.text);
        receipt_release(&r);
        r = open_receipt();
        assert_true(receipt_find(&r, "raw/a.gz", &found));
        receipt_release(&r);
    }
}

/* An entry that lacks what is needed makes the file be hashed again. */
static void test_entries(void **state)
{
    (void)state;
#define MTIME "'mtime':'1700000000.000000007'"
#define HASHES "'sha256':'" HEX64 "','payload_sha256':'" OTHER64 "'"
    static const struct {
        const char *entry;
        bool found;
    } cases[] = {
        { "{" MTIME ",'bytes':3," HASHES ",'payload_bytes':8}", true },
        { "{" MTIME ",'bytes':3," HASHES ",'more':[]}", true },
        { "{" MTIME ",'bytes':4," HASHES "}", false },
        { "{" MTIME ",'bytes':'3'," HASHES "}", false },
        { "{" MTIME ",'bytes':-3," HASHES "}", false },
        { "{" MTIME "," HASHES "}", false },
        { "{'bytes':3," HASHES "}", false },
        { "{'mtime':1700000000.000000007,'bytes':3," HASHES "}", false },
        { "{'mtime':'','bytes':3," HASHES "}", false },
        { "{" MTIME ",'bytes':3,'sha256':'" HEX64 "'}", false },
        { "{" MTIME ",'bytes':3,'payload_sha256':'" HEX64 "'}", false },
        { "{" MTIME ",'bytes':3}", false },
        { "{}", false },
        { "7", false },
        { "null", false },
        { "[]", false },
    };

    make_file("raw/a.gz", 1700000000, 7);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct raw_facts found;
        char text[1024];

        snprintf(text, sizeof text,
                 "{'schema':'mnistprep.receipt/1','files':{'a.gz':%s}}",
                 cases[i].entry);
        json_put("raw/receipt.json", text);
        struct receipt r = open_receipt();
        if (receipt_find(&r, "raw/a.gz", &found) != cases[i].found)
            fail_msg("row %zu", i);
        receipt_release(&r);
    }
}

/* A hash that is too long to be one cannot overrun its place. */
static void test_long_hash(void **state)
{
    (void)state;
    struct raw_facts found;

    make_file("raw/a.gz", 1700000000, 7);
    json_put("raw/receipt.json",
             "{'schema':'mnistprep.receipt/1','files':{'a.gz':{" MTIME
             ",'bytes':3,'sha256':'" HEX64 HEX64 "','payload_sha256':'" HEX64
             "'}}}");
    struct receipt r = open_receipt();
    if (receipt_find(&r, "raw/a.gz", &found))
        assert_int_equal(strlen(found.sha256), 64);
    receipt_release(&r);
}

static void test_cannot_save(void **state)
{
    (void)state;
    struct receipt r = { 0 };
    struct error err = { 0 };

    assert_true(receipt_open(&r, "nowhere", &err)); /* nothing is there yet */
    file_make("a.gz", "abc", 3);
    assert_false(receipt_note(&r, "a.gz", &facts, NULL, &err));
    assert_error(err, FAIL_SYSTEM, "nowhere/receipt.json");
    receipt_release(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_RAW(test_note_and_find),    IN_RAW(test_changed),
        IN_RAW(test_document_and_url), IN_RAW(test_damaged),
        IN_RAW(test_entries),          IN_RAW(test_long_hash),
        IN_RAW(test_cannot_save),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Bytes read anywhere, and never past their end. */
#include "base/blob.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "helpers.h"

static const char text[] = "the quick brown fox";
enum { TEXT_BYTES = sizeof text - 1 };

/* Reads every range of the text, inside and outside; closes b. */
static void check_reads(struct blob *b, const char *name)
{
    assert_non_null(b);
    assert_string_equal(b->name, name);
    assert_int_equal(b->bytes, TEXT_BYTES);
    for (size_t at = 0; at <= TEXT_BYTES + 1; at++) {
        for (size_t n = 0; n <= TEXT_BYTES + 2; n++) {
            struct error err = { 0 };
            char to[TEXT_BYTES + 3] = "";
            bool ok = blob_read_at(b, at, to, n, &err);
            assert_int_equal(ok, at + n <= TEXT_BYTES);
            if (ok) {
                assert_no_error(err);
                assert_memory_equal(to, text + at, n);
            } else {
                assert_error(err, FAIL_DATA, "has 19 bytes");
                assert_error(err, FAIL_DATA, name);
            }
            assert_int_equal(to[n], 0); /* nothing behind it was touched */
        }
    }
    blob_expect(b, 0, 10); /* there is nobody to be told */
    blob_expect(b, UINT64_MAX, UINT64_MAX);
    blob_close(b);
}

static void test_bytes(void **state)
{
    (void)state;
    struct error err = { 0 };

    check_reads(bytes_blob_open(text, TEXT_BYTES, "a text", &err), "a text");
    assert_no_error(err);
}

static void test_file(void **state)
{
    (void)state;
    struct error err = { 0 };

    file_make("text", text, TEXT_BYTES);
    check_reads(file_blob_open("text", &err), "text");
    file_make("-", text, TEXT_BYTES); /* no standard input: that has no end */
    check_reads(file_blob_open("-", &err), "-");
    assert_no_error(err);
}

static void test_empty(void **state)
{
    (void)state;
    struct error err = { 0 };
    char to;

    file_make("empty", "", 0);
    struct blob *blobs[] = { file_blob_open("empty", &err),
                             bytes_blob_open(NULL, 0, "nothing", &err) };
    for (size_t i = 0; i < COUNT_OF(blobs); i++) {
        err = (struct error){ 0 };
        assert_non_null(blobs[i]);
        assert_int_equal(blobs[i]->bytes, 0);
        assert_true(blob_read_at(blobs[i], 0, &to, 0, &err));
        assert_false(blob_read_at(blobs[i], 0, &to, 1, &err));
        assert_error(err, FAIL_DATA, "has 0 bytes");
        blob_close(blobs[i]);
    }
}

/* Sums that do not fit are not inside. */
static void test_far_outside(void **state)
{
    (void)state;
    static const struct {
        uint64_t at;
        size_t n;
    } cases[] = { { UINT64_MAX, 1 },
                  { UINT64_MAX, 0 },
                  { 1, SIZE_MAX },
                  { UINT64_MAX, SIZE_MAX },
                  { TEXT_BYTES, SIZE_MAX } };
    struct error err = { 0 };
    struct blob *b = bytes_blob_open(text, TEXT_BYTES, "text", &err);
    char to[1];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        err = (struct error){ 0 };
        assert_false(blob_read_at(b, cases[i].at, to, cases[i].n, &err));
        assert_error(err, FAIL_DATA, "'text' has 19 bytes");
    }
    blob_close(b);
}

static void test_no_file(void **state)
{
    (void)state;
    static const struct path_refused cases[] = {
        { "missing", FAIL_SYSTEM, "cannot open 'missing': No such file" },
        { ".", FAIL_USAGE, "'.' is a directory" },
        { "pipe", FAIL_USAGE, "'pipe' is a pipe or a device" },
        { "/dev/null", FAIL_USAGE, "'/dev/null' is a pipe or a device" },
    };

    assert_int_equal(mkfifo("pipe", 0600), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        assert_null(file_blob_open(cases[i].path, &err));
        assert_error(err, cases[i].code, cases[i].part);
    }
}

static void test_shrinking_file(void **state)
{
    (void)state;
    struct error err = { 0 };
    char to[TEXT_BYTES];

    file_make("text", text, TEXT_BYTES);
    struct blob *b = file_blob_open("text", &err);
    assert_int_equal(truncate("text", 5), 0);
    assert_true(blob_read_at(b, 0, to, 5, &err));
    assert_false(blob_read_at(b, 0, to, 6, &err));
    assert_error(err, FAIL_DATA, "'text' became shorter");
    blob_close(b);
}

/* ---- what an implementation is asked ---- */

struct noting_blob {
    struct blob base;
    uint64_t at, n;
    unsigned reads, hints;
};

static bool noting_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                           struct error *err)
{
    struct noting_blob *b = (struct noting_blob *)base;

    b->at = at;
    b->n = n;
    b->reads++;
    memset(to, 'x', n);
    return b->reads < 3 || error_set(err, FAIL_NETWORK, "no third read");
}

static void noting_expect(struct blob *base, uint64_t at, uint64_t n)
{
    struct noting_blob *b = (struct noting_blob *)base;

    b->at = at;
    b->n = n;
    b->hints++;
}

static void noting_close(struct blob *base)
{
    blob_release(base);
}

static const struct blob_ops noting_ops = { noting_read_at, noting_expect,
                                            noting_close };

static void test_implementation(void **state)
{
    (void)state;
    struct noting_blob b = { .reads = 0 };
    struct error err = { 0 };
    char to[10];

    assert_true(blob_init(&b.base, &noting_ops, "noting", 100, &err));
    assert_true(blob_read_at(&b.base, 90, to, 10, &err));
    assert_true(b.at == 90 && b.n == 10 && to[9] == 'x');
    assert_true(blob_read_at(&b.base, 100, to, 0, &err));
    assert_false(blob_read_at(&b.base, 91, to, 10, &err));
    assert_int_equal(b.reads, 1); /* only for what is there */
    err = (struct error){ 0 };
    assert_true(blob_read_at(&b.base, 0, to, 1, &err));
    assert_false(blob_read_at(&b.base, 0, to, 1, &err));
    assert_error(err, FAIL_NETWORK, "no third read");

    blob_expect(&b.base, 10, 20);
    assert_true(b.at == 10 && b.n == 20);
    blob_expect(&b.base, 90, UINT64_MAX); /* cut at the end */
    assert_true(b.at == 90 && b.n == 10);
    assert_int_equal(b.hints, 2);
    blob_expect(&b.base, 100, 1);
    blob_expect(&b.base, 10, 0);
    assert_int_equal(b.hints, 2);
    blob_close(&b.base);
    blob_close(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        IN_TEMP_DIR(test_file),
        IN_TEMP_DIR(test_empty),
        cmocka_unit_test(test_far_outside),
        IN_TEMP_DIR(test_no_file),
        IN_TEMP_DIR(test_shrinking_file),
        cmocka_unit_test(test_implementation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

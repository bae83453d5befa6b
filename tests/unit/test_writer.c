/* SPDX-License-Identifier: MIT */
/* Writers that leave no file: memory that grows, and comparison. */
#include "base/writer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- memory ---- */

static void test_bytes(void **state)
{
    (void)state;
    static const size_t parts[] = { 1, 3, 255, 256, 257, 5000, 100000 };
    static unsigned char bytes[100000];

    fill_noise(bytes, sizeof bytes, 5);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct error err = { 0 };
        struct bytes_writer w;
        bytes_writer_init(&w);
        assert_int_equal(w.n, 0);
        for (size_t at = 0; at < sizeof bytes; at += parts[i]) {
            size_t n = sizeof bytes - at;
            n = n < parts[i] ? n : parts[i];
            assert_true(writer_write(&w.base, bytes + at, n, &err));
            assert_int_equal(w.n, at + n);
        }
        assert_memory_equal(w.bytes, bytes, sizeof bytes);
        bytes_writer_release(&w);
        assert_int_equal(w.n, 0);
        bytes_writer_release(&w); /* twice does no harm */
        assert_no_error(err);
    }
}

static void test_bytes_nothing(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct bytes_writer w;

    bytes_writer_init(&w);
    assert_true(writer_write(&w.base, NULL, 0, &err));
    assert_int_equal(w.n, 0);
    assert_no_error(err);
    bytes_writer_release(&w);
}

/* More than can exist is refused, and what was written stays. */
static void test_bytes_too_many(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct bytes_writer w;

    bytes_writer_init(&w);
    assert_true(writer_write(&w.base, "abc", 3, &err));
    assert_false(writer_write(&w.base, "x", SIZE_MAX - 10, &err));
    assert_error(err, FAIL_SYSTEM, "out of memory");
    assert_int_equal(w.n, 3);
    assert_memory_equal(w.bytes, "abc", 3);
    bytes_writer_release(&w);
}

/* ---- comparison ---- */

enum { FILE_BYTES = 10000 };

static unsigned char content[FILE_BYTES + 10];

/* Compares content, of which `n` bytes are written in parts, with the file. */
static bool compare(size_t n, size_t part, struct error *err)
{
    struct compare_writer w = { .with = NULL };
    bool ok = compare_writer_open(&w, "f", err);

    for (size_t at = 0; ok && at < n; at += part)
        ok = writer_write(&w.base, content + at, part < n - at ? part : n - at,
                          err);
    ok = ok && compare_writer_finish(&w, err);
    compare_writer_release(&w);
    compare_writer_release(&w); /* twice does no harm */
    return ok;
}

static void test_compare_same(void **state)
{
    (void)state;
    static const size_t parts[] = { 1, 4095, 4096, 4097, FILE_BYTES };
    struct error err = { 0 };

    fill_noise(content, sizeof content, 6);
    file_make("f", content, FILE_BYTES);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        assert_true(compare(FILE_BYTES, parts[i], &err));
    file_make("f", "", 0);
    assert_true(compare(0, 1, &err));
    assert_no_error(err);
    assert_int_equal(entries_count("."), 1);
}

static void test_compare_differs(void **state)
{
    (void)state;
    static const struct {
        size_t at, part;
        const char *message;
    } cases[] = {
        { 0, FILE_BYTES, "'f' is not what its recipe makes: see byte 0" },
        { 1, 1, "see byte 1" },
        { 4096, FILE_BYTES, "see byte 4096" },
        { 4097, 100, "see byte 4097" },
        { FILE_BYTES - 1, 4096, "see byte 9999" },
    };

    fill_noise(content, sizeof content, 7);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        content[cases[i].at] ^= 0x10;
        file_make("f", content, FILE_BYTES);
        content[cases[i].at] ^= 0x10;
        assert_false(compare(FILE_BYTES, cases[i].part, &err));
        assert_error(err, FAIL_DATA, cases[i].message);
        /* It only looked. */
        content[cases[i].at] ^= 0x10;
        assert_true(file_holds("f", content, FILE_BYTES));
        content[cases[i].at] ^= 0x10;
    }
}

static void test_compare_lengths(void **state)
{
    (void)state;
    struct error err = { 0 };

    fill_noise(content, sizeof content, 8);
    file_make("f", content, FILE_BYTES);
    assert_false(compare(FILE_BYTES + 1, 333, &err));
    assert_error(err, FAIL_DATA, "it ends at byte 10000");

    err = (struct error){ 0 };
    assert_false(compare(FILE_BYTES - 1, 333, &err));
    assert_error(err, FAIL_DATA, "it goes on at byte 9999");

    err = (struct error){ 0 };
    file_make("f", "", 0);
    assert_false(compare(1, 1, &err));
    assert_error(err, FAIL_DATA, "it ends at byte 0");
}

static void test_compare_read_error(void **state)
{
    (void)state;
    struct compare_writer w = { .with = NULL };
    struct error err = { 0 };

    if (access("/proc/self/mem", R_OK) != 0)
        skip(); /* not Linux; there, nothing is mapped at 0, hence EIO */
    assert_true(compare_writer_open(&w, "/proc/self/mem", &err));
    assert_false(writer_write(&w.base, "x", 1, &err));
    assert_error(err, FAIL_SYSTEM, "cannot read '/proc/self/mem'");
    err = (struct error){ 0 };
    assert_false(compare_writer_finish(&w, &err));
    assert_error(err, FAIL_SYSTEM, "cannot read '/proc/self/mem'");
    compare_writer_release(&w);
}

static void test_compare_refused(void **state)
{
    (void)state;
    struct error err = { 0 };

    assert_false(compare(1, 1, &err));
    assert_error(err, FAIL_SYSTEM, "'f'");
    err = (struct error){ 0 };
    assert_int_equal(mkdir("f", 0777), 0);
    assert_false(compare(1, 1, &err));
    assert_error(err, FAIL_USAGE, "'f' is a directory");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bytes_nothing),
        cmocka_unit_test(test_bytes_too_many),
        IN_TEMP_DIR(test_compare_same),
        IN_TEMP_DIR(test_compare_differs),
        IN_TEMP_DIR(test_compare_lengths),
        cmocka_unit_test(test_compare_read_error),
        IN_TEMP_DIR(test_compare_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

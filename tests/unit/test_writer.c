/* SPDX-License-Identifier: MIT */
/* Memory that grows. */
#include "base/writer.h"

#include <stdlib.h>
#include <string.h>

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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bytes_nothing),
        cmocka_unit_test(test_bytes_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

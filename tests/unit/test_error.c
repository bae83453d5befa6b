/* SPDX-License-Identifier: MIT */
/* Errors: the first one stays, and its text is whole and bounded. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "helpers.h"

static const size_t longest = sizeof((struct error *)0)->text - 1;

static void test_set(void **state)
{
    (void)state;
    struct error err = { 0 };

    assert_false(error_set(&err, FAIL_DATA, "'%s' has %d rows", "a", 7));
    assert_int_equal(err.code, FAIL_DATA);
    assert_string_equal(err.text, "'a' has 7 rows");
}

static void test_first_stays(void **state)
{
    (void)state;
    struct error err = { 0 };

    error_set(&err, FAIL_NETWORK, "the first");
    assert_false(error_set(&err, FAIL_INTERRUPTED, "the second"));
    errno = EIO;
    assert_false(error_errno(&err, "the third"));
    assert_false(error_memory(&err));
    assert_int_equal(err.code, FAIL_NETWORK);
    assert_string_equal(err.text, "the first");
}

static void test_errno(void **state)
{
    (void)state;
    static const int causes[] = { ENOENT, EACCES, ENOSPC, EFBIG };

    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        struct error err = { 0 };
        errno = causes[i];
        assert_false(error_errno(&err, "cannot open '%s'", "x"));
        assert_int_equal(err.code, FAIL_SYSTEM);
        assert_memory_equal(err.text, "cannot open 'x': ", 17);
        assert_string_equal(err.text + 17, strerror(causes[i]));
    }
}

static void test_unknown_errno(void **state)
{
    (void)state;
    struct error err = { 0 };

    errno = 98765;
    error_errno(&err, "cannot");
    assert_error(err, FAIL_SYSTEM, "98765");
}

static void test_memory(void **state)
{
    (void)state;
    struct error err = { 0 };

    assert_false(error_memory(&err));
    assert_error(err, FAIL_SYSTEM, "out of memory");
}

static void test_long_text(void **state)
{
    (void)state;
    char text[3000];
    struct error err = { 0 };

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&err, FAIL_DATA, "%s", text);
    assert_int_equal(strlen(err.text), longest);

    err = (struct error){ 0 };
    errno = EIO;
    error_errno(&err, "%s", text);
    /* the reason is seen, however long the rest is */
    assert_true(strlen(err.text) <= longest);
    assert_non_null(strstr(err.text, "...: Input/output error"));

    error_prefix(&err, "%s", text);
    assert_int_equal(strlen(err.text), longest);
    assert_int_equal(err.code, FAIL_SYSTEM);
}

static void test_prefix(void **state)
{
    (void)state;
    struct error err = { 0 };

    error_set(&err, FAIL_DATA, "100%% of it is wrong");
    error_prefix(&err, "file %d", 3);
    assert_int_equal(err.code, FAIL_DATA);
    assert_string_equal(err.text, "file 3: 100% of it is wrong");
    error_prefix(&err, "set");
    assert_string_equal(err.text, "set: file 3: 100% of it is wrong");
    assert_false(error_set(&err, FAIL_SYSTEM, "later"));
    assert_string_equal(err.text, "set: file 3: 100% of it is wrong");
}

/* With several files the highest code decides the exit status. */
static void test_severity(void **state)
{
    (void)state;
    static const enum fail rising[] = {
        FAIL_NONE,   FAIL_STALE, FAIL_NETWORK, FAIL_DATA,
        FAIL_SYSTEM, FAIL_USAGE, FAIL_PIPE,    FAIL_INTERRUPTED,
    };

    assert_int_equal(FAIL_NONE, 0); /* what { 0 } means */
    for (size_t i = 1; i < sizeof rising / sizeof *rising; i++)
        assert_true(rising[i - 1] < rising[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),    cmocka_unit_test(test_first_stays),
        cmocka_unit_test(test_errno),  cmocka_unit_test(test_unknown_errno),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_prefix), cmocka_unit_test(test_severity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* None, one that is ahead, and one that has passed. */
#include "net/deadline.h"

#include "base/clock.h"
#include "helpers.h"

static void test_none(void **state)
{
    (void)state;
    struct deadline never = deadline_after(0), empty = { 0 };
    struct error err = { 0 };

    assert_true(deadline_ahead(&never, &err) && deadline_ahead(&empty, &err));
    assert_true(deadline_allows(&never, 1e9));
    assert_int_equal(deadline_shorten(&never, 600), 600);
    assert_no_error(err);
}

static void test_ahead(void **state)
{
    (void)state;
    struct deadline d = deadline_after(1000);
    struct error err = { 0 };

    assert_true(deadline_ahead(&d, &err));
    assert_true(deadline_allows(&d, 900) && !deadline_allows(&d, 1000));
    assert_int_equal(deadline_shorten(&d, 600), 600);
    assert_in_range(deadline_shorten(&d, 5000), 900, 999);
    assert_no_error(err);
}

static void test_passed(void **state)
{
    (void)state;
    struct deadline d = { .after_s = 7, .at_s = clock_now_s() - 0.01 };
    struct error err = { 0 };

    assert_false(deadline_ahead(&d, &err));
    assert_error(err, FAIL_NETWORK, "--max-time of 7 s is over; run again");
    assert_false(deadline_allows(&d, 0));
    assert_int_equal(deadline_shorten(&d, 600), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_passed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

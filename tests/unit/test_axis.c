/* SPDX-License-Identifier: MIT */
/* Axes: round steps, no more than asked for and none finer that would do, and
 * numbers with as many decimals as they need. */
#include <math.h>
#include <string.h>

#include "base/sizes.h"
#include "draw/axis.h"
#include "helpers.h"

static void test_steps_and_texts(void **state)
{
    static const struct {
        double most;
        size_t steps_most;
        bool whole;
        size_t steps;
        const char *second, *last; /* marks */
    } cases[] = {
        { 6742, 6, true, 4, "2000", "8000" },
        { 6000, 6, true, 6, "1000", "6000" },
        { 6001, 6, true, 4, "2000", "8000" },
        { 11.35, 6, false, 6, "2", "12" },
        { 10, 5, false, 5, "2", "10" },
        { 100, 1, false, 1, "100", "100" },
        { 100, 5, false, 5, "20", "100" },
        { 100, 10, false, 10, "10", "100" },
        { 12.01, 6, false, 3, "5", "15" },
        { 0.3, 6, false, 6, "0.05", "0.30" },
        { 7e6, 6, false, 4, "2000000", "8000000" },
        { 101, 1, false, 1, "200", "200" },
        { 0.4482, 5, false, 5, "0.1", "0.5" },
        { 0.3, 3, false, 3, "0.1", "0.3" }, /* 0.3 / 0.1 is below 3 */
        { 0.7, 7, false, 7, "0.1", "0.7" }, /* ... and this is above 7 */
        { 0.0123, 5, false, 3, "0.005", "0.015" },
        { 1, 6, false, 5, "0.2", "1.0" },
        { 1, 6, true, 1, "1", "1" },
        { 2, 6, true, 2, "1", "2" },
        { 697932, 6, true, 4, "200000", "800000" },
        { 1e15, 5, true, 5, "200000000000000", "1000000000000000" },
        { 0, 5, false, 1, "1", "1" },
        { NAN, 5, false, 1, "1", "1" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct axis a =
            axis_of(cases[i].most, cases[i].steps_most, cases[i].whole);
        char text[AXIS_TEXT];
        assert_int_equal(a.steps, cases[i].steps);
        axis_text(text, &a, 1, "");
        assert_string_equal(text, cases[i].second);
        axis_text(text, &a, a.steps, "");
        assert_string_equal(text, cases[i].last);
    }
}

static void test_unit(void **state)
{
    struct axis a = axis_of(11.35, 6, false);
    char text[AXIS_TEXT];

    (void)state;
    axis_text(text, &a, 0, "%");
    assert_string_equal(text, "0%");
    axis_text(text, &a, 6, "%");
    assert_string_equal(text, "12%");
}

static void test_powers(void **state)
{
    static const struct {
        size_t power;
        const char *text;
    } cases[] = { { 0, "1" },    { 1, "10" },  { 2, "100" },  { 3, "1k" },
                  { 5, "100k" }, { 7, "10M" }, { 20, "100E" } };
    char text[AXIS_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        axis_power_text(text, cases[i].power);
        assert_string_equal(text, cases[i].text);
    }
}

/* Every round step from the table that the promise names, tried one by one. */
static void test_no_finer_axis_would_do(void **state)
{
    static const double steps[] = {
        0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,  0.02,  0.05,
        0.1,    0.2,    0.5,    1,     2,     5,     10,    20,    50,
        100,    200,    500,    1000,  2000,  5000,  10000, 20000,
    };

    (void)state;
    for (int n = 3; n < 30000; n = n * 8 / 7 + 1)
        for (size_t most = 1; most < 9; most++) {
            double value = n * 0.317;
            size_t first = 0;
            struct axis a = axis_of(value, most, false);
            while (steps[first] * (double)most < value)
                first++;
            assert_true(fabs(a.step - steps[first]) < 1e-12);
            assert_in_range(a.steps, 1, most);
            assert_true((double)a.steps * a.step >= value);
            assert_true((double)(a.steps - 1) * a.step < value);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_and_texts),
        cmocka_unit_test(test_unit),
        cmocka_unit_test(test_powers),
        cmocka_unit_test(test_no_finer_axis_would_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

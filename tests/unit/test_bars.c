/* SPDX-License-Identifier: MIT */
/* Bars by the piece: lengths from exact fractions, characters from Unicode's
 * chart of block elements. */
#include "show/bars.h"

#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_bars(void **state)
{
    (void)state;
    static const struct {
        uint64_t value, most;
        size_t columns;
        const char *blocks, *ascii;
    } cases[] = {
        { 0, 100, 10, "", "" },
        { 0, 1, 1, "", "" },
        { 1, 1, 1, "\xE2\x96\x88", "#" },
        { 1, 1, 3, "\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88", "###" },
        /* Each of the eighths. */
        { 1, 8, 1, "\xE2\x96\x8F", "#" },
        { 2, 8, 1, "\xE2\x96\x8E", "#" },
        { 3, 8, 1, "\xE2\x96\x8D", "#" },
        { 4, 8, 1, "\xE2\x96\x8C", "#" },
        { 5, 8, 1, "\xE2\x96\x8B", "#" },
        { 6, 8, 1, "\xE2\x96\x8A", "#" },
        { 7, 8, 1, "\xE2\x96\x89", "#" },
        { 13, 16, 2, "\xE2\x96\x88\xE2\x96\x8B", "##" },
        /* The nearest one. */
        { 5, 10, 3, "\xE2\x96\x88\xE2\x96\x8C", "##" },
        { 49, 100, 3, "\xE2\x96\x88\xE2\x96\x8C", "#" },
        { 999, 1000, 2, "\xE2\x96\x88\xE2\x96\x88", "##" },
        /* The thinnest, however little there is of it. */
        { 1, 1000000, 2, "\xE2\x96\x8F", "#" },
        { 1, UINT64_MAX, 80, "\xE2\x96\x8F", "#" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char bar[BAR_BYTES];
        memset(bar, 'x', sizeof bar);
        bar_text(bar, cases[i].value, cases[i].most, cases[i].columns, true);
        if (strcmp(bar, cases[i].blocks) != 0)
            fail_msg("row %zu: blocks '%s'", i, bar);
        memset(bar, 'x', sizeof bar);
        bar_text(bar, cases[i].value, cases[i].most, cases[i].columns, false);
        if (strcmp(bar, cases[i].ascii) != 0)
            fail_msg("row %zu: ascii '%s'", i, bar);
    }
}

/* The whole room is used and no byte more; bars never shrink as values grow. */
static void test_longest(void **state)
{
    (void)state;
    char bar[BAR_BYTES + 1], before[BAR_BYTES] = "";

    bar[BAR_BYTES] = 'x';
    bar_text(bar, UINT64_MAX, UINT64_MAX, BAR_COLUMNS_MAX, true);
    assert_int_equal(strlen(bar), 3 * BAR_COLUMNS_MAX);
    assert_int_equal(bar[BAR_BYTES], 'x');
    bar_text(bar, UINT64_MAX, UINT64_MAX, BAR_COLUMNS_MAX, false);
    assert_int_equal(strlen(bar), BAR_COLUMNS_MAX);
    assert_int_equal(strspn(bar, "#"), BAR_COLUMNS_MAX);
    for (uint64_t v = 0; v <= 1000; v++) {
        bar_text(bar, v, 1000, 25, true);
        /* A thicker piece has a smaller last byte. */
        assert_true(
            strlen(bar) > strlen(before) ||
            (strlen(bar) == strlen(before) && strcmp(bar, before) <= 0));
        memcpy(before, bar, sizeof before);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

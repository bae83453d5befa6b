/* SPDX-License-Identifier: MIT */
/* Plans of known bytes, from a script in Python (its sets and sorting, keys by
 * numpy.random.Philox, fractions for shares), and all that is refused. What
 * holds for every plan is in test_plan_rules.c. */
#include "stage/plan.h"

#include <math.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

enum { ROWS = 24 };

static const uint16_t labels[ROWS] = { 0, 1, 2, 4, 2, 1, 4, 0, 0, 0, 2, 0,
                                       1, 1, 1, 0, 1, 2, 4, 2, 1, 4, 0, 0 };
static const uint32_t writers[ROWS] = { 100, 0,   1,   102, 2,   3,   104, 5,
                                        5,   100, 1,   1,   102, 3,   4,   104,
                                        5,   0,   100, 1,   2,   103, 3,   4 };
static bool all_but_2[] = { true, true, false, false, true };
static const bool without_0_5_11[ROWS] = {
    [0] = true, [5] = true, [11] = true
};
static const bool without_1_2[ROWS] = { [1] = true, [2] = true };

#define ALL                                                                   \
    {                                                                         \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
            20, 21, 22, 23                                                    \
    }

static const struct known {
    struct plan_rules rules;
    bool grouped;
    const bool *dropped;
    uint64_t stream;
    uint32_t rest_rows, val_rows;
    uint32_t rest[ROWS], val[8];
    uint8_t fold[ROWS];
} known[] = {
    { .rules = { .val = 0.25 },
      .rest_rows = 18,
      .val_rows = 6,
      .rest = { 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 14, 16, 17, 18, 19, 21, 22 },
      .val = { 5, 12, 13, 15, 20, 23 } },
    { .rules = { .limit = ROWS - 1 }, .rest_rows = 23, .rest = ALL },
    { .rules = { .val = 5, .seed = 1 },
      .rest_rows = 19,
      .val_rows = 5,
      .rest = { 0, 2, 3, 4, 6, 7, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                22, 23 },
      .val = { 1, 5, 8, 9, 11 } },
    { .rules = { .val = 0.25, .stratify = true },
      .rest_rows = 18,
      .val_rows = 6,
      .rest = { 0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19,
                22 },
      .val = { 4, 5, 15, 20, 21, 23 } },
    { .rules = { .val = 6 },
      .grouped = true,
      .rest_rows = 18,
      .val_rows = 6,
      .rest = { 0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 17, 18, 19, 20, 22,
                23 },
      .val = { 6, 7, 8, 15, 16, 21 } },
    { .rules = { .shuffle = true },
      .rest_rows = 24,
      .rest = { 13, 18, 14, 15, 5, 20, 17, 19, 3,  12, 0, 21,
                9,  23, 16, 2,  8, 10, 1,  11, 22, 7,  4, 6 } },
    { .rules = { .shuffle = true, .seed = UINT64_MAX },
      .rest_rows = 24,
      .rest = { 16, 21, 15, 9,  0, 5,  1,  6, 2,  22, 14, 10,
                12, 11, 17, 18, 4, 20, 13, 3, 23, 19, 7,  8 } },
    { .rules = { .shuffle = true },
      .stream = 3,
      .rest_rows = 24,
      .rest = { 18, 7, 10, 8, 0, 21, 2,  23, 6,  20, 1,  11,
                16, 9, 4,  5, 3, 14, 19, 15, 17, 13, 22, 12 } },
    { .rules = { .folds = 4 },
      .rest_rows = 24,
      .rest = ALL,
      .fold = { 0, 1, 2, 3, 3, 3, 0, 2, 1, 1, 2, 0,
                2, 0, 1, 2, 1, 3, 0, 0, 1, 2, 3, 3 } },
    { .rules = { .folds = 4, .stratify = true },
      .rest_rows = 24,
      .rest = ALL,
      .fold = { 2, 1, 2, 3, 3, 0, 2, 1, 0, 3, 0, 0,
                2, 2, 0, 1, 1, 1, 1, 3, 3, 0, 3, 2 } },
    { .rules = { .folds = 3 },
      .grouped = true,
      .rest_rows = 24,
      .rest = ALL,
      .fold = { 1, 0, 0, 0, 2, 1, 2, 2, 2, 1, 0, 0,
                0, 1, 1, 2, 2, 0, 1, 0, 2, 2, 1, 1 } },
    { .rules = { .val = 7,
                 .stratify = true,
                 .shuffle = true,
                 .per_class = 4,
                 .limit = 10,
                 .folds = 3,
                 .seed = 42,
                 .keep_class = all_but_2,
                 .class_count = COUNT_OF(all_but_2) },
      .dropped = without_0_5_11,
      .stream = 2,
      .rest_rows = 9,
      .val_rows = 7,
      .rest = { 8, 23, 15, 13, 14, 18, 1, 3, 20 },
      .val = { 6, 12, 9, 21, 16, 22, 7 },
      .fold = { 1, 2, 0, 0, 1, 1, 0, 2, 2 } },
    { .rules = { .val = 0.3,
                 .shuffle = true,
                 .limit = 12,
                 .folds = 2,
                 .seed = 7 },
      .grouped = true,
      .dropped = without_1_2,
      .rest_rows = 12,
      .val_rows = 7,
      .rest = { 13, 11, 3, 7, 8, 15, 5, 4, 16, 22, 20, 6 },
      .val = { 18, 23, 9, 21, 0, 14, 17 },
      .fold = { 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1 } },
};

static void check_split(const struct plan_split *got, const uint32_t *row,
                        uint32_t rows, size_t i)
{
    static const uint32_t all[ROWS] = ALL;
    const uint32_t *stored = got->row ? got->row : all;

    if (got->rows != rows || memcmp(stored, row, rows * sizeof *row) != 0)
        fail_msg("case %zu", i);
    /* All rows in order are not stored. */
    assert_int_equal(got->row == NULL,
                     rows == ROWS && memcmp(row, all, sizeof all) == 0);
}

static void test_known(void **state)
{
    (void)state;
    /* Twice: nothing else has a say. */
    for (size_t i = 0; i < 2 * COUNT_OF(known); i++) {
        const struct known *k = &known[i / 2];
        const struct plan_source source = { ROWS, labels,
                                            k->grouped ? writers : NULL,
                                            k->dropped };
        struct plan_split rest = { 0 }, val = { 0 };
        struct error err = { 0 };

        assert_true(plan_make(&k->rules, &source, k->stream, &rest,
                              k->rules.val > 0 ? &val : NULL, &err));
        assert_no_error(err);
        check_split(&rest, k->rest, k->rest_rows, i / 2);
        if (k->rules.val > 0)
            check_split(&val, k->val, k->val_rows, i / 2);
        assert_null(val.fold);
        assert_int_equal(rest.fold != NULL, k->rules.folds > 0);
        if (rest.fold && memcmp(rest.fold, k->fold, k->rest_rows) != 0)
            fail_msg("case %zu: folds", i / 2);
        plan_release(&rest);
        plan_release(&val);
        assert_null(rest.row);
        plan_release(&rest);
    }
}

/* ---- all rows ---- */

static void test_all_rows(void **state)
{
    (void)state;
    static const bool none_dropped[ROWS] = { false };
    static bool all_kept[] = { true, true, true, true, true };
    const struct {
        struct plan_rules rules;
        struct plan_source source;
    } cases[] = {
        { { .seed = 5 }, { ROWS, labels, NULL, NULL } },
        { { .stratify = true }, { ROWS, NULL, writers, NULL } },
        { { .val = 0.5 }, { ROWS, NULL, NULL, NULL } }, /* no val is wanted */
        { { 0 }, { UINT64_MAX, NULL, NULL, NULL } },
        { { 0 }, { 0, NULL, NULL, NULL } },
        { { .shuffle = true }, { 0, labels, NULL, NULL } },
        { { .shuffle = true }, { 1, labels, NULL, NULL } },
        { { .limit = ROWS }, { ROWS, NULL, NULL, NULL } },
        { { .limit = UINT64_MAX }, { ROWS, NULL, NULL, NULL } },
        { { .per_class = 8 }, { ROWS, labels, NULL, NULL } },
        { { 0 }, { ROWS, NULL, NULL, none_dropped } },
        { { .keep_class = all_kept, .class_count = 5 },
          { ROWS, labels, NULL, NULL } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct plan_split rest = { 0 };
        struct error err = { 0 };

        assert_true(
            plan_make(&cases[i].rules, &cases[i].source, 0, &rest, NULL, &err));
        if (rest.rows != cases[i].source.rows || rest.row || rest.fold)
            fail_msg("row %zu", i);
    }
}

/* All rows, or none, for validation. NULL would say: all. */
static void test_all_or_none_for_val(void **state)
{
    (void)state;
    const struct plan_source source = { ROWS, labels, NULL, NULL };
    const struct plan_rules none = { .val = 0 }, all = { .val = ROWS };
    struct plan_split rest = { 0 }, val = { 0 };
    struct error err = { 0 };

    assert_true(plan_make(&none, &source, 0, &rest, &val, &err));
    assert_true(rest.rows == ROWS && !rest.row);
    assert_true(val.rows == 0 && val.row);
    plan_release(&rest);
    plan_release(&val);
    assert_true(plan_make(&all, &source, 0, &rest, &val, &err));
    assert_true(val.rows == ROWS && !val.row);
    assert_true(rest.rows == 0 && rest.row);
    plan_release(&rest);
    plan_release(&val);
}

/* A class that keep_class does not reach is not kept. */
static void test_classes(void **state)
{
    (void)state;
    static bool only_1[] = { false, true };
    static const uint32_t ones[] = { 1, 5, 12, 13, 14, 16, 20 };
    const struct plan_source source = { ROWS, labels, NULL, NULL };
    const struct plan_rules rules = { .keep_class = only_1,
                                      .class_count = COUNT_OF(only_1) };
    struct plan_split rest = { 0 };
    struct error err = { 0 };

    assert_true(plan_make(&rules, &source, 0, &rest, NULL, &err));
    check_split(&rest, ones, COUNT_OF(ones), 0);
    plan_release(&rest);
}

/* ---- sizes of val ---- */

static void test_val_rows(void **state)
{
    (void)state;
    static const struct {
        double val;
        uint64_t n, want;
    } cases[] = {
        { 0.1, 60000, 6000 },    { 0.1, 4, 0 },         { 0.1, 5, 1 },
        { 0.1, 24, 2 },          { 0.1, 25, 3 },        { 0.5, 5, 3 },
        { 0.5, 7, 4 },           { 0.15, 60000, 9000 }, { 1.0 / 3, 100, 33 },
        { 0.999999, 5, 5 },      { 1, 60000, 1 },       { 2, 2, 2 },
        { 59999, 60000, 59999 },
    };

    for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
        const struct plan_source source = { .rows = cases[i / 2].n };
        const struct plan_rules rules = { .val = cases[i / 2].val,
                                          .shuffle = i % 2 };
        struct plan_split rest = { 0 }, val = { 0 };
        struct error err = { 0 };

        if (!plan_make(&rules, &source, 0, &rest, &val, &err)) {
            assert_int_equal(cases[i / 2].want, 0);
            assert_error(err, FAIL_USAGE, "--val 0.1 of 4 rows is none");
        } else if (val.rows != cases[i / 2].want ||
                   rest.rows != cases[i / 2].n - val.rows) {
            fail_msg("row %zu", i / 2);
        }
        plan_release(&rest);
        plan_release(&val);
    }
}

/* ---- refused ---- */

static void test_refused(void **state)
{
    (void)state;
    static const uint32_t one_writer[ROWS] = { 0 };
    static const bool few[ROWS] = { [0] = true, [1] = true, [2] = true };
    const struct {
        struct plan_rules rules;
        struct plan_source source;
        const char *part;
    } cases[] = {
        { { .val = ROWS + 1 },
          { ROWS, labels, NULL, NULL },
          "--val wants 25 rows, and there are 24" },
        { { .val = ROWS - 2 },
          { ROWS, labels, NULL, few },
          "--val wants 22 rows, and there are 21" },
        { { .val = 1e300 }, { ROWS, labels, NULL, NULL }, "there are 24" },
        { { .val = (double)INFINITY }, { ROWS, labels, NULL, NULL }, "--val" },
        { { .val = (double)NAN }, { ROWS, labels, NULL, NULL }, "is neither" },
        { { .val = -1 },
          { ROWS, labels, NULL, NULL },
          "--val -1 is neither a share below 1 nor a number of rows" },
        { { .val = 1.5 },
          { ROWS, labels, NULL, NULL },
          "--val 1.5 is neither" },
        { { .val = 0.02 },
          { ROWS, labels, NULL, NULL },
          "--val 0.02 of 24 rows is none" },
        { { .val = 23 },
          { ROWS, labels, one_writer, NULL },
          "--val wants 23 rows, and every group has more; a larger --val" },
        { { .val = 5, .stratify = true },
          { ROWS, NULL, NULL, NULL },
          "--stratify needs labels, and there are none" },
        { { .folds = 5, .stratify = true },
          { ROWS, NULL, NULL, NULL },
          "--stratify needs labels" },
        { { .val = 5, .stratify = true },
          { ROWS, labels, writers, NULL },
          "--stratify and --group do not go together" },
        { { .folds = 5, .stratify = true },
          { ROWS, labels, writers, NULL },
          "--stratify and --group do not go together" },
        { { .keep_class = all_but_2, .class_count = 5 },
          { ROWS, NULL, NULL, NULL },
          "--classes needs labels, and there are none" },
        { { .per_class = 5 },
          { ROWS, NULL, NULL, NULL },
          "--per-class needs labels" },
        { { .folds = 1 },
          { ROWS, labels, NULL, NULL },
          "--folds 1 is not possible; 2 to 256 are" },
        { { .folds = 257 },
          { ROWS, labels, NULL, NULL },
          "--folds 257 is not" },
        { { .folds = 25 },
          { ROWS, labels, NULL, NULL },
          "--folds 25 needs as many rows, and there are 24" },
        { { .folds = 4, .limit = 3 },
          { ROWS, labels, NULL, NULL },
          "--folds 4 needs as many rows, and there are 3" },
        { { .folds = 11 },
          { ROWS, labels, writers, NULL },
          "--folds 11 needs as many groups, and there are 10" },
        { { .shuffle = true },
          { UINT64_C(1) << 32, NULL, NULL, NULL },
          "4294967295 at most, and there are 4294967296" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool wanted = cases[i].rules.val != 0;
        struct plan_split rest = { .rows = 4711 }, val = { .rows = 4711 };
        struct error err = { 0 };

        if (plan_make(&cases[i].rules, &cases[i].source, 0, &rest,
                      wanted ? &val : NULL, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_USAGE, cases[i].part);
        assert_true(rest.rows == 4711 && val.rows == 4711);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_all_rows),
        cmocka_unit_test(test_all_or_none_for_val),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_val_rows),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* One-hot rows and the labels they are made of. */
#include "stage/onehot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_values(void **state)
{
    (void)state;
    static const struct {
        size_t classes;
        double smoothing;
        float on, off;
    } cases[] = {
        { 10, 0, 1, 0 },
        { 1, 0, 1, 0 },
        { 1, 0.5, 1, 0.5F }, /* nothing is elsewhere */
        { 2, 0.5, 0.75F, 0.25F },
        { 4, 0.5, 0.625F, 0.125F },
        { 10, 0.1, 0.91F, 0.01F },
        { 47, 0.1, 0x1.cde3aep-1F, 0x1.16e068p-9F },
        { 10, 0.999, 0x1.9d4952p-4F, 0x1.9930bep-4F },
        { 65536, 0, 1, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct onehot o = { 0 };
        struct error err = { 0 };
        assert_true(
            onehot_init(&o, cases[i].classes, cases[i].smoothing, &err));
        assert_no_error(err);
        if (o.classes != cases[i].classes || o.on != cases[i].on ||
            o.off != cases[i].off)
            fail_msg("row %zu: %a and %a", i, (double)o.on, (double)o.off);
    }
}

static void test_init_refused(void **state)
{
    (void)state;
    static const struct {
        size_t classes;
        double smoothing;
        const char *part;
    } cases[] = {
        { 0, 0, "0 classes are not possible" },
        { 65537, 0, "65537 classes are not possible" },
        { SIZE_MAX, 0, "classes are not possible; 1 to 65536 are" },
        { 10, 1, "a smoothing of 1 is not possible" },
        { 10, 1.5, "a smoothing of 1.5 is not possible" },
        { 10, -0.1, "a smoothing of -0.1 is not possible" },
        { 10, (double)NAN, "is not possible" },
        { 10, (double)INFINITY, "is not possible" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct onehot o;
        struct error err = { 0 };
        if (onehot_init(&o, cases[i].classes, cases[i].smoothing, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_USAGE, cases[i].part);
    }
}

/* Every element is written, and none beside them. */
static void test_rows(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static const size_t classes[] = { 1, 2, 3, 10, 47 };

    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        size_t n = classes[i];
        struct onehot o = { 0 };
        struct error err = { 0 };
        int64_t labels[COUNT];
        float *rows = malloc((COUNT * n + 2) * sizeof *rows);

        assert_non_null(rows);
        for (size_t row = 0; row < COUNT; row++)
            labels[row] = (int64_t)(row * 31 % n);
        for (size_t e = 0; e < COUNT * n + 2; e++)
            rows[e] = 4711;
        assert_true(onehot_init(&o, n, 0.25, &err));
        onehot_rows(&o, labels, COUNT, rows + 1);
        for (size_t e = 0; e < COUNT * n; e++) {
            bool here = e % n == (size_t)labels[e / n];
            if (rows[1 + e] != (here ? o.on : o.off))
                fail_msg("%zu classes: element %zu of row %zu is %g", n, e % n,
                         e / n, (double)rows[1 + e]);
        }
        assert_true(rows[0] == 4711 && rows[COUNT * n + 1] == 4711);
        onehot_rows(&o, labels, 0, rows);
        assert_true(rows[0] == 4711);
        free(rows);
    }
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        int64_t label;
        size_t classes;
        const char *part; /* NULL: it is one */
    } cases[] = {
        { 0, 1, NULL },
        { 9, 10, NULL },
        { 65535, 65536, NULL },
        { 1, 1, "'l.gz': row 1002 has label 1, but the 1 classes are 0 to 0" },
        { 10, 10,
          "'l.gz': row 1002 has label 10, but the 10 classes are 0 to 9" },
        { -1, 10, "row 1002 has label -1" },
        { 255, 10, "row 1002 has label 255" },
        { INT64_MAX, 10, "has label 9223372036854775807" },
        { INT64_MIN, 10, "has label -9223372036854775808" },
        { INT64_C(1) << 32, 10, "has label 4294967296" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t labels[] = { 0, 0, cases[i].label, 0, -5 };
        struct error err = { 0 };

        assert_true(onehot_check_labels(labels, 2, 1000, cases[i].classes,
                                        "l.gz", &err));
        assert_no_error(err);
        if (onehot_check_labels(labels, 4, 1000, cases[i].classes, "l.gz",
                                &err) != (cases[i].part == NULL))
            fail_msg("row %zu", i);
        if (cases[i].part)
            assert_error(err, FAIL_DATA, cases[i].part);
    }
    struct error err = { 0 };
    assert_true(onehot_check_labels(NULL, 0, 0, 10, "l.gz", &err));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_init_refused),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The findings of an audit in words, written out. */
#include "show/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"
#include "made_audit.h"

static void check_text(const struct made_audit *m, const char *want)
{
    struct bytes_writer w = { 0 };
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(findings_write_text(&m->survey, &w.base, &err));
    assert_no_error(err);
    assert_true(writer_write(&w.base, "", 1, &err));
    assert_string_equal((const char *)w.bytes, want);
    bytes_writer_release(&w);
}

static void test_text(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    made_audit_all(m);
    check_text(
        m,
        "audit: 12 kinds of findings\n"
        "duplicates in one split: 1 finding, 2 rows\n"
        "  train 17, 59999 (label 4)\n"
        "duplicates across splits: 1 finding, 3 rows\n"
        "  train 3, test 7, 9\n"
        "equal pictures, different labels: 1 finding, 2 rows\n"
        "  train 17, test 230 (label 4, 9)\n"
        "near duplicates: 1 finding, 2 rows\n"
        "  train 27111, test 3070 (label 1), 7.48 levels apart\n"
        "blank pictures: 1 finding, 1 row\n"
        "  test 5 (label 2)\n"
        "pictures of one grey level: 1 finding, 2 rows\n"
        "  test 6, 8 (label 3, 2)\n"
        "labels that are no class: 1 finding, 2 rows\n"
        "  train 1, 2 (label 77, -1)\n"
        "splits without labels: 1 finding\n"
        "  a-name-tha..\n"
        "classes without rows: 1 finding\n"
        "  test: label 6\n"
        "unbalanced classes: 1 finding\n"
        "  train: the largest class has 12.50 times the rows of the smallest\n"
        "transposed pictures: 1 finding, 1000 rows\n"
        "  test 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33 and 988 more rows "
        "(label 3)\n"
        "known label errors: 3 findings, 3 rows\n"
        "  test 947 (label 8, looks like 9)\n"
        "  test 2130 (label 4, disputed)\n"
        "  a-name-tha.. 5 (label 0, disputed)\n"
        "  according to https://who.says.so/\n");
    free(m);
}

static void test_nothing_found(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    made_audit_init(m);
    check_text(m, "audit: nothing found\n"
                  "not found: duplicate, duplicate-across, label-conflict, "
                  "near-duplicate, blank,\n"
                  "  constant, label-range, no-labels, empty-class, imbalance, "
                  "transposed,\n"
                  "  label-error\n");
    /* what was not looked for is not said to be missing */
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = i == FINDING_BLANK;
    check_text(m, "audit: nothing found\nnot found: blank\n");
    m->survey.audit.searched[FINDING_BLANK] = false;
    check_text(m, "audit: nothing found\n");
    free(m);
}

/* Nothing was looked for, so that no line names what was not found. */
static struct made_audit *made_silent(void)
{
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    made_audit_init(m);
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = false;
    return m;
}

static void test_many_findings(void **state)
{
    (void)state;
    struct made_audit *m = made_silent();

    m->survey.audit.truncated = true;
    for (uint64_t i = 0; i < FINDINGS_SHOWN + 3; i++) {
        made_audit_add(m, FINDING_NEAR_DUPLICATE, 0, -1)->measure = 8;
        made_audit_put(m, 0, 10 + i, 0);
        made_audit_put(m, 0, 20 + i, 1);
    }
    check_text(m, "audit: 1 kind of findings\n"
                  "near duplicates: 11 findings, 22 rows\n"
                  "  train 10, 20 (label 0, 1), 8.00 levels apart\n"
                  "  train 11, 21 (label 0, 1), 8.00 levels apart\n"
                  "  train 12, 22 (label 0, 1), 8.00 levels apart\n"
                  "  train 13, 23 (label 0, 1), 8.00 levels apart\n"
                  "  train 14, 24 (label 0, 1), 8.00 levels apart\n"
                  "  train 15, 25 (label 0, 1), 8.00 levels apart\n"
                  "  train 16, 26 (label 0, 1), 8.00 levels apart\n"
                  "  train 17, 27 (label 0, 1), 8.00 levels apart\n"
                  "  and 3 more; --json or --tsv has them\n"
                  "near duplicates were too many: the search ended early, "
                  "there may be more\n");
    free(m);
}

static void test_more_than_are_shown(void **state)
{
    (void)state;
    struct made_audit *m = made_silent();

    for (uint64_t i = 0; i < FINDINGS_SHOWN + 1; i++) {
        made_audit_add(m, FINDING_LABEL_ERROR, 0, 3);
        made_audit_put(m, 0, i, 3);
    }
    check_text(m, "audit: 1 kind of findings\n"
                  "known label errors: 9 findings, 9 rows\n"
                  "  train 0 (label 3, disputed)\n"
                  "  train 1 (label 3, disputed)\n"
                  "  train 2 (label 3, disputed)\n"
                  "  train 3 (label 3, disputed)\n"
                  "  train 4 (label 3, disputed)\n"
                  "  train 5 (label 3, disputed)\n"
                  "  train 6 (label 3, disputed)\n"
                  "  train 7 (label 3, disputed)\n"
                  "  and 1 more; --json or --tsv has all\n");
    free(m);
}

/* Each source once, without control characters, and no further than the line
 * goes. */
static void test_sources(void **state)
{
    (void)state;
    struct made_audit *m = made_silent();
    static const char *const sources[] = {
        "a\nb", "a\nb",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789",
        NULL, "c"
    };

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct finding *f = made_audit_add(m, FINDING_LABEL_ERROR, 0, 3);
        f->source = sources[i];
        f->guess = 1;
        made_audit_put(m, 0, i, 3);
    }
    check_text(m,
               "audit: 1 kind of findings\n"
               "known label errors: 5 findings, 5 rows\n"
               "  train 0 (label 3, looks like 1)\n"
               "  train 1 (label 3, looks like 1)\n"
               "  train 2 (label 3, looks like 1)\n"
               "  train 3 (label 3, looks like 1)\n"
               "  train 4 (label 3, looks like 1)\n"
               "  according to a\\x0ab\n"
               "  according to 01234567890123456789012345678901234567890123456"
               "789012345678901234\n"
               "  according to c\n");
    free(m);
}

/* Listed rows that have another label are told, as no findings. */
static void test_unlike_listed(void **state)
{
    (void)state;
    struct made_audit *m = made_silent();

    m->survey.audit.unlike_listed = 1;
    check_text(m, "audit: nothing found\n"
                  "1 row listed as a label error has another label here, and "
                  "is left out\n");
    m->survey.audit.unlike_listed = 1234567;
    check_text(m, "audit: nothing found\n"
                  "1234567 rows listed as label errors have other labels here, "
                  "and are left out\n");
    free(m);
}

/* No line is longer than 80 columns, and none is cut though it would fit. */
static void test_lines_fit(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);
    static const uint64_t steps[] = { 1, 37, 4004, 400000007 };
    static const char *const names[] = { "t", "a-split-name-as-long-as-can-be",
                                         "\u00fcb\u00fcng-\u00fcb\u00fcng-xy",
                                         "bell\a and \x1b[31m red" };

    assert_non_null(m);
    for (size_t i = 0; i < COUNT_OF(steps) * COUNT_OF(names) * 25; i++) {
        struct bytes_writer w = { 0 };
        struct error err = { 0 };
        uint64_t step = steps[i % COUNT_OF(steps)];
        size_t rows = 1 + i / COUNT_OF(steps) / COUNT_OF(names), line = 0;
        made_audit_init(m);
        m->view.split_name[0] = m->view.split_name[1] =
            names[i / COUNT_OF(steps) % COUNT_OF(names)];
        made_audit_add(m, FINDING_LABEL_CONFLICT, 0, -1);
        for (uint64_t j = 0; j < rows; j++)
            made_audit_put(m, j % 3 == 0, step * j, (int64_t)(65535 - j));
        bytes_writer_init(&w);
        assert_true(findings_write_text(&m->survey, &w.base, &err));
        for (size_t at = 0; at < w.n; at++) {
            line = w.bytes[at] == '\n' ? 0 : line + ((w.bytes[at] >> 6) != 2);
            if (line > 80 || (w.bytes[at] < ' ' && w.bytes[at] != '\n'))
                fail_msg("case %zu:\n%.*s", i, (int)w.n, (char *)w.bytes);
        }
        bytes_writer_release(&w);
    }
    free(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_more_than_are_shown),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_unlike_listed),
        cmocka_unit_test(test_lines_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

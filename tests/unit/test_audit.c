/* SPDX-License-Identifier: MIT */
/* Findings in small sets, each written out beside the rows it comes from. */
#include "pipeline/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- rows as words ----
 * "a3": the picture a, labelled 3; "a!": 77, which is no class; "a-": -5;
 * '.' is blank, '#' all 7, '%' all 255; other pictures are noise. */

enum { CLASSES = 4, SIDE = 6, BYTES = SIDE * SIDE };

static void picture(char name, unsigned char *to)
{
    if (name == '.')
        memset(to, 0, BYTES);
    else if (name == '#')
        memset(to, 7, BYTES);
    else if (name == '%')
        memset(to, 255, BYTES);
    else
        fill_noise(to, BYTES, (uint64_t)name);
}

static int64_t label_of(char c)
{
    return c == '!' ? 77 : c == '-' ? -5 : c - '0';
}

struct part {
    const char *rows;
    bool unlabelled, wide; /* wide: the same bytes in one line */
    const uint32_t *source_row;
};

static const char *const split_names[] = { "train", "test", "more" };

static struct view view_of(size_t splits)
{
    struct view v = { .name = "own", .class_count = CLASSES };

    for (size_t i = 0; i < splits; i++)
        v.split_name[v.split_count++] = split_names[i];
    return v;
}

static bool add_part(struct audit_work *w, size_t split, const struct part *p,
                     struct error *err)
{
    struct view_rows rows = { .count = strlen(p->rows) / 3,
                              .height = p->wide ? 1 : SIDE,
                              .width = p->wide ? BYTES : SIDE,
                              .image_bytes = BYTES,
                              .has_labels = !p->unlabelled,
                              .source_row = p->source_row };

    if (!audit_split(w, split, &rows, err))
        return false;
    for (const char *at = p->rows; *at; at += 3) {
        unsigned char image[BYTES];
        int64_t label = label_of(at[1]);
        picture(at[0], image);
        if (!audit_add(w, image, p->unlabelled ? NULL : &label, 1, err))
            return false;
    }
    return true;
}

static void run(struct audit *a, const struct view *v, const struct part *part,
                const struct audit_rules *rules)
{
    struct error err = { 0 };
    struct audit_work *w = audit_begin(v, rules, &err);

    assert_non_null(w);
    for (size_t i = 0; i < v->split_count; i++)
        assert_true(add_part(w, i, &part[i], &err));
    assert_true(audit_finish(w, a, &err));
    assert_no_error(err);
}

/* "kind split:label rows", one line per finding, as "duplicate 0:3 0.1 0.4". */
static void describe(const struct audit *a, char *to, size_t room)
{
    size_t n = 0;

    to[0] = '\0';
    for (size_t i = 0; i < a->count; i++) {
        const struct finding *f = &a->finding[i];
        n += (size_t)snprintf(to + n, room - n, "%s %zu:%" PRId64,
                              finding_name(f->kind), f->split, f->label);
        if (f->kind == FINDING_IMBALANCE)
            n += (size_t)snprintf(to + n, room - n, " %.2f", f->measure);
        for (size_t j = 0; j < f->row_count; j++)
            n += (size_t)snprintf(to + n, room - n, " %zu.%" PRIu64,
                                  a->row[f->first_row + j].split,
                                  a->row[f->first_row + j].row);
        n += (size_t)snprintf(to + n, room - n, "\n");
        assert_true(n < room);
    }
}

static void check_counts(const struct audit *a)
{
    size_t findings[FINDING_KINDS] = { 0 };
    uint64_t rows[FINDING_KINDS] = { 0 };

    for (size_t i = 0; i < a->count; i++) {
        findings[a->finding[i].kind]++;
        rows[a->finding[i].kind] += a->finding[i].row_count;
        assert_true(i == 0 || a->finding[i - 1].kind <= a->finding[i].kind);
    }
    assert_memory_equal(findings, a->of_kind, sizeof findings);
    assert_memory_equal(rows, a->rows_of_kind, sizeof rows);
}

static void test_findings(void **state)
{
    (void)state;
    static const struct {
        size_t splits;
        struct part part[3];
        const char *want;
    } cases[] = {
        { 1, { { .rows = "a0 b1 c2 d3 " } }, "" },
        /* equal pictures */
        { 1,
          { { .rows = "a0 b1 a0 c2 b1 d3 a0 " } },
          "duplicate 0:0 0.0 0.2 0.6\nduplicate 0:1 0.1 0.4\n" },
        { 2,
          { { .rows = "a0 b1 c2 d3 " }, { .rows = "b1 e0 f2 g3 b1 e0 " } },
          "duplicate 1:0 1.1 1.5\nduplicate-across 0:1 0.1 1.0 1.4\n" },
        { 2,
          { { .rows = "a0 b1 c2 d3 a1 " }, { .rows = "b2 e0 f1 g3 a0 " } },
          "label-conflict 0:-1 0.0 0.4 1.4\nlabel-conflict 0:-1 0.1 1.0\n" },
        { 2, /* pictures of another shape are others */
          { { .rows = "a0 b1 c2 d3 " },
            { .rows = "a0 b1 c2 d3 .0 ", .wide = true } },
          "blank 1:0 1.4\n" },
        { 2, /* no label is not another label */
          { { .rows = "a0 b1 c2 d3 b1 " },
            { .rows = "x? b? a? b? x? ", .unlabelled = true } },
          "duplicate 1:-1 1.0 1.4\nduplicate-across 0:0 0.0 1.2\n"
          "duplicate-across 0:1 0.1 0.4 1.1 1.3\nno-labels 1:-1\n" },
        { 3, /* seen from a split without labels, two others disagree */
          { { .rows = "x? ", .unlabelled = true },
            { .rows = "x0 a1 b2 c3 " },
            { .rows = "x1 d0 e2 f3 " } },
          "label-conflict 0:-1 0.0 1.0 2.0\nno-labels 0:-1\n" },
        /* pictures of one level */
        { 2,
          { { .rows = ".0 b1 .0 c2 d3 " }, { .rows = ".0 #1 a2 %3 #1 " } },
          "blank 0:0 0.0 0.2\nblank 1:0 1.0\nconstant 1:-1 1.1 1.3 1.4\n" },
        { 1,
          { { .rows = ".0 b1 .2 c2 d3 " } },
          "label-conflict 0:-1 0.0 0.2\nblank 0:-1 0.0 0.2\n" },
        { 1, { { .rows = "#2 b1 #2 c0 d3 " } }, "constant 0:2 0.0 0.2\n" },
        /* labels */
        { 2,
          { { .rows = "a0 b1 c! d2 e3 f! " }, { .rows = "g0 h1 i2 j3 k- " } },
          "label-range 0:-1 0.2 0.5\nlabel-range 1:-1 1.4\n" },
        { 1,
          { { .rows = "a0 b1 c2 d3 x! x! " } },
          "duplicate 0:-1 0.4 0.5\nlabel-range 0:-1 0.4 0.5\n" },
        { 2,
          { { .rows = "a0 b1 c3 " }, { .rows = "d1 e! " } },
          "label-range 1:-1 1.1\nempty-class 0:2\nempty-class 1:0\n"
          "empty-class 1:2\nempty-class 1:3\n" },
        { 2, { { .rows = "a0 b1 c2 d3 " }, { .rows = "" } }, "" },
        { 2, /* the ratio itself is one, and less is not */
          { { .rows = "a0 b0 c1 d1 e2 f2 g3 h3 i3 " },
            { .rows = "A0 B0 C1 D1 E1 F1 G2 H3 " } },
          "imbalance 1:-1 4.00\n" },
        { 1,
          { { .rows = "a0 b0 c0 d0 e1 f3 " } },
          "empty-class 0:2\nimbalance 0:-1 4.00\n" },
        { 1, { { .rows = "a? b? ", .unlabelled = true } }, "no-labels 0:-1\n" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct view v = view_of(cases[i].splits);
        static const struct audit_rules rules = { .imbalance = 4 };
        struct audit a = { 0 };
        char got[2000];

        run(&a, &v, cases[i].part, &rules);
        describe(&a, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("row %zu:\n%s, not\n%s", i, got, cases[i].want);
        check_counts(&a);
        assert_true(a.rules.imbalance == 4);
        assert_true(a.rules.near == AUDIT_NEAR_LEVELS);
        audit_release(&a);
        assert_null(a.finding);
    }
}

static void test_rows_tell_label_and_source(void **state)
{
    (void)state;
    static const uint32_t chosen[] = { 70, 5, 4000000000 };
    static const struct part part[] = {
        { .rows = "a0 b1 a0 ", .source_row = chosen },
        { .rows = "a? ", .unlabelled = true },
        { .rows = "c- c0 c1 c2 c3 " },
    };
    static const struct audit_row want[] = {
        { 0, 0, 0, 70 },  { 0, 2, 0, 4000000000 }, { 1, 0, -1, -1 },
        { 2, 0, -5, -1 }, { 2, 1, 0, -1 },
    };
    struct view v = view_of(3);
    static const struct audit_rules rules;
    struct audit a = { 0 };

    run(&a, &v, part, &rules);
    for (size_t i = 0; i < COUNT_OF(want); i++)
        if (a.row[i].split != want[i].split || a.row[i].row != want[i].row ||
            a.row[i].label != want[i].label ||
            a.row[i].source_row != want[i].source_row)
            fail_msg("row %zu", i);
    audit_release(&a);
}

static void test_imbalance_rule(void **state)
{
    (void)state;
    static const struct part part[] = { { .rows = "a0 b0 c0 d1 e1 f2 g2 h3 "
                                                  "i3 " } };
    static const struct {
        double rule;
        size_t want;
    } cases[] = { { 0, 0 }, { 1.4, 1 }, { 1.5, 1 }, { 1.51, 0 } };
    struct view v = view_of(1);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct audit_rules rules = { .imbalance = cases[i].rule };
        struct audit a = { 0 };
        run(&a, &v, part, &rules);
        assert_int_equal(a.of_kind[FINDING_IMBALANCE], cases[i].want);
        audit_release(&a);
    }
}

/* ---- listed label errors ---- */

static struct catalogue_label_error listed[] = {
    { .row = 1, .given = 1, .has_guess = true, .guess = 3 },
    { .row = 2, .given = 2 },
    { .row = 700, .given = 0, .has_guess = true, .guess = 1 },
};
static const char *names[] = { "zero", "one", "two", "three" };
static const struct catalogue_dataset listing = { .name = "listing",
                                                  .classes = names,
                                                  .class_count = CLASSES };
static const struct catalogue_split published = {
    .name = "train",
    .label_error = listed,
    .label_error_count = COUNT_OF(listed),
    .label_error_source = "who",
};

/* "split.row:label guess", one line per finding. */
static void describe_errors(const struct audit *a, char *to, size_t room)
{
    size_t n = 0;

    to[0] = '\0';
    for (size_t i = 0; i < a->count; i++) {
        const struct finding *f = &a->finding[i];
        if (f->kind != FINDING_LABEL_ERROR)
            continue;
        assert_int_equal(f->row_count, 1);
        assert_int_equal(f->label, a->row[f->first_row].label);
        assert_string_equal(f->source, "who");
        n += (size_t)snprintf(
            to + n, room - n, "%zu.%" PRIu64 ":%" PRId64 " %" PRId64 "\n",
            f->split, a->row[f->first_row].row, f->label, f->guess);
    }
}

static void test_listed_errors(void **state)
{
    (void)state;
    static const uint32_t chosen[] = { 700, 5, 2 }, none[] = { 3, 4 };
    static const char *base[] = { "(unused)", "zero", "one", "two", "three" };
    static const char *some[] = { "one", "zero" };
    static const struct {
        struct part part[2];
        const char **classes;
        size_t class_count;
        const char *want;
        uint64_t unlike;
        bool searched;
    } cases[] = {
        { { { .rows = "a0 b1 c2 d3 " }, { .rows = "e0 f1 g2 h3 " } },
          names,
          CLASSES,
          "0.1:1 3\n0.2:2 -1\n",
          0,
          true },
        /* one is corrected: half of the list is about other rows */
        { { { .rows = "a0 b3 c2 d3 " } }, names, CLASSES, "", 1, false },
        { { { .rows = "a0 b3 c0 " } }, names, CLASSES, "", 2, false },
        /* rows of the source, of which one is corrected, or not there */
        { { { .rows = "a0 b1 c2 ", .source_row = chosen } },
          names,
          CLASSES,
          "0.0:0 1\n0.2:2 -1\n",
          0,
          true },
        { { { .rows = "a0 b1 ", .source_row = none } },
          names,
          CLASSES,
          "",
          0,
          true },
        { { { .rows = "b1 c2 ", .unlabelled = true } },
          names,
          CLASSES,
          "",
          0,
          false },
        /* labels as published begin with 1 */
        { { { .rows = "a1 b2 c3 d4 " } },
          base,
          CLASSES + 1,
          "0.1:2 4\n0.2:3 -1\n",
          0,
          true },
        { { { .rows = "a0 b1 c2 d3 " } }, base, CLASSES + 1, "", 2, false },
        /* classes as chosen: three is none of them, and two has no label */
        { { { .rows = "a1 b0 " } }, some, 2, "0.1:0 -1\n", 0, true },
        { { { .rows = "a1 b0 c- " } }, some, 2, "", 1, false },
        { { { .rows = "a1 ", .source_row = chosen } },
          some,
          2,
          "0.0:1 0\n",
          0,
          true },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct view v = view_of(cases[i].part[1].rows ? 2 : 1);
        static const struct audit_rules rules;
        struct audit a = { 0 };
        char got[200];

        v.dataset = &listing;
        v.class_name = cases[i].classes;
        v.class_count = cases[i].class_count;
        v.input.split[0].published = &published;
        run(&a, &v, cases[i].part, &rules);
        describe_errors(&a, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("row %zu: %s", i, got);
        assert_int_equal(a.unlike_listed, cases[i].unlike);
        assert_int_equal(a.searched[FINDING_LABEL_ERROR], cases[i].searched);
        check_counts(&a);
        audit_release(&a);
    }
}

/* Two of three rows are as listed, so the list is about them. */
static void test_corrected_error(void **state)
{
    (void)state;
    static const uint32_t chosen[] = { 1, 2, 700 };
    static const struct part part = { .rows = "a1 b0 c0 ",
                                      .source_row = chosen };
    struct view v = view_of(1);
    static const struct audit_rules rules;
    struct audit a = { 0 };
    char got[200];

    v.dataset = &listing;
    v.class_name = names;
    v.input.split[0].published = &published;
    run(&a, &v, &part, &rules);
    describe_errors(&a, got, sizeof got);
    assert_string_equal(got, "0.0:1 3\n0.2:0 1\n");
    assert_int_equal(a.unlike_listed, 1);
    assert_true(a.searched[FINDING_LABEL_ERROR]);
    audit_release(&a);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < FINDING_KINDS; i++) {
        enum finding_kind kind = (enum finding_kind)i;
        assert_true(finding_name(kind)[0] != '\0');
        assert_true(finding_title(kind)[0] != '\0');
        for (int j = 0; j < i; j++)
            assert_string_not_equal(finding_name(kind),
                                    finding_name((enum finding_kind)j));
    }
    assert_string_equal(finding_name(FINDING_DUPLICATE_ACROSS),
                        "duplicate-across");
    assert_string_equal(finding_name(FINDING_LABEL_ERROR), "label-error");
}

static void test_nothing(void **state)
{
    (void)state;
    struct view v = view_of(0);
    static const struct audit_rules rules;
    struct audit a = { .count = 7 };

    run(&a, &v, NULL, &rules);
    assert_int_equal(a.count, 0);
    audit_release(&a);
    audit_release(&a);
    audit_abandon(NULL);
}

/* Half-way, with what there is by then. */
static void test_abandon(void **state)
{
    (void)state;
    static const uint32_t chosen[] = { 2, 1 };
    static const struct part part = { .rows = "a0 b1 ", .source_row = chosen };
    struct view v = view_of(1);
    static const struct audit_rules rules;
    struct error err = { 0 };
    struct audit_work *w = audit_begin(&v, &rules, &err);

    assert_non_null(w);
    assert_true(add_part(w, 0, &part, &err));
    audit_abandon(w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_rows_tell_label_and_source),
        cmocka_unit_test(test_imbalance_rule),
        cmocka_unit_test(test_listed_errors),
        cmocka_unit_test(test_corrected_error),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_abandon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

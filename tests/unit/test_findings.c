/* SPDX-License-Identifier: MIT */
/* The same findings as text, as JSON and as a table, written out. */
#include "show/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"

/* ---- findings by hand ---- */

enum { ROWS_MOST = 3000, FINDINGS_MOST = 40 };

struct made_audit {
    struct view view;
    struct survey survey;
    struct finding finding[FINDINGS_MOST];
    struct audit_row row[ROWS_MOST];
};

static void start(struct made_audit *m)
{
    *m = (struct made_audit){
        .view = { .name = "own",
                  .split_name = { "train", "test",
                                  "a-name-that-is-rather-long" },
                  .split_count = 3,
                  .class_count = 10 }
    };
    m->survey.view = &m->view;
    m->survey.audited = true;
    m->survey.audit.finding = m->finding;
    m->survey.audit.row = m->row;
    m->survey.audit.rules = (struct audit_rules){ 8, 2 };
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = true;
}

static struct finding *add(struct made_audit *m, enum finding_kind kind,
                           size_t split, int64_t label)
{
    struct audit *a = &m->survey.audit;

    assert_true(a->count < FINDINGS_MOST);
    a->of_kind[kind]++;
    a->finding[a->count] = (struct finding){ .kind = kind,
                                             .split = split,
                                             .label = label,
                                             .guess = -1,
                                             .first_row = a->row_count };
    return &a->finding[a->count++];
}

static void put(struct made_audit *m, size_t split, uint64_t row, int64_t label)
{
    struct audit *a = &m->survey.audit;
    struct finding *f = &a->finding[a->count - 1];

    assert_true(a->row_count < ROWS_MOST);
    a->row[a->row_count++] = (struct audit_row){ split, row, label, -1 };
    a->rows_of_kind[f->kind]++;
    f->row_count++;
}

static void add_label_errors(struct made_audit *m)
{
    struct finding *f = add(m, FINDING_LABEL_ERROR, 1, 8);

    f->guess = 9;
    f->source = "https://who.says.so/";
    put(m, 1, 947, 8);
    add(m, FINDING_LABEL_ERROR, 1, 4)->source = f->source;
    put(m, 1, 2130, 4);
    add(m, FINDING_LABEL_ERROR, 2, 0); /* nobody is named */
    put(m, 2, 5, 0);
}

/* One of each kind. */
static void make_all(struct made_audit *m)
{
    start(m);
    add(m, FINDING_DUPLICATE, 0, 4);
    put(m, 0, 17, 4);
    put(m, 0, 59999, 4);
    add(m, FINDING_DUPLICATE_ACROSS, 0, -1);
    put(m, 0, 3, -1);
    put(m, 1, 7, -1);
    put(m, 1, 9, -1);
    add(m, FINDING_LABEL_CONFLICT, 0, -1);
    put(m, 0, 17, 4);
    put(m, 1, 230, 9);
    add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 7.484375;
    put(m, 0, 27111, 1);
    put(m, 1, 3070, 1);
    add(m, FINDING_BLANK, 1, 2);
    put(m, 1, 5, 2);
    add(m, FINDING_CONSTANT, 1, -1);
    put(m, 1, 6, 3);
    put(m, 1, 8, 2);
    add(m, FINDING_LABEL_RANGE, 0, -1);
    put(m, 0, 1, 77);
    put(m, 0, 2, -1);
    add(m, FINDING_NO_LABELS, 2, -1);
    add(m, FINDING_EMPTY_CLASS, 1, 6);
    add(m, FINDING_IMBALANCE, 0, -1)->measure = 12.5;
    add(m, FINDING_TRANSPOSED, 1, 3);
    for (uint64_t i = 0; i < 1000; i++)
        put(m, 1, 3 * i, 3);
    add_label_errors(m);
}

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

/* ---- text ---- */

static void test_text(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    make_all(m);
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
    start(m);
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

static void test_many_findings(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    start(m);
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = false;
    m->survey.audit.truncated = true;
    for (uint64_t i = 0; i < FINDINGS_SHOWN + 3; i++) {
        add(m, FINDING_NEAR_DUPLICATE, 0, -1)->measure = 8;
        put(m, 0, 10 + i, 0);
        put(m, 0, 20 + i, 1);
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
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    start(m);
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = false;
    for (uint64_t i = 0; i < FINDINGS_SHOWN + 1; i++) {
        add(m, FINDING_LABEL_ERROR, 0, 3);
        put(m, 0, i, 3);
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
    struct made_audit *m = malloc(sizeof *m);
    static const char *const sources[] = {
        "a\nb", "a\nb",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789",
        NULL, "c"
    };

    assert_non_null(m);
    start(m);
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = false;
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct finding *f = add(m, FINDING_LABEL_ERROR, 0, 3);
        f->source = sources[i];
        f->guess = 1;
        put(m, 0, i, 3);
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
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    start(m);
    for (int i = 0; i < FINDING_KINDS; i++)
        m->survey.audit.searched[i] = false;
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
        start(m);
        m->view.split_name[0] = m->view.split_name[1] =
            names[i / COUNT_OF(steps) % COUNT_OF(names)];
        add(m, FINDING_LABEL_CONFLICT, 0, -1);
        for (uint64_t j = 0; j < rows; j++)
            put(m, j % 3 == 0, step * j, (int64_t)(65535 - j));
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

/* ---- JSON ---- */

/* Compares documents, so that only what is said counts. */
static void check_json(const struct made_audit *m, const char *quoted)
{
    struct error err = { 0 };
    char *text = json_text(quoted);
    struct json_t *want = jsondoc_parse(text, strlen(text), "want", &err);
    struct json_t *doc = jsondoc_object(&err);

    assert_no_error(err);
    findings_to_json(doc, &m->survey, &err);
    char *got = jsondoc_dump(doc, &err);
    assert_no_error(err);
    if (!jsondoc_equal(doc, want))
        fail_msg("%s", got);
    free(got);
    free(text);
    jsondoc_release(doc);
    jsondoc_release(want);
}

static void test_json(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    start(m);
    add(m, FINDING_LABEL_CONFLICT, 0, -1);
    put(m, 0, 17, 4);
    put(m, 1, 230, -1);
    m->row[0].source_row = 1017;
    add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 7.484375;
    put(m, 0, 27111, 1);
    put(m, 0, 51603, 1);
    add(m, FINDING_LABEL_RANGE, 1, -1);
    put(m, 1, 1, 77);
    add(m, FINDING_EMPTY_CLASS, 1, 6);
    add(m, FINDING_IMBALANCE, 0, -1)->measure = 12.5;
    add_label_errors(m);
    m->survey.audit.searched[FINDING_TRANSPOSED] = false;
    m->survey.audit.truncated = true;
    m->survey.audit.unlike_listed = 3;
#define KIND(name, findings, rows) \
    "'" name "':{'findings':" findings ",'rows':" rows ",'searched':true},"
    check_json(
        m,
        "{'audit':{'rules':{'near':8,'imbalance':2},'kinds':{" KIND(
            "duplicate", "0", "0") KIND("duplicate-across", "0",
                                        "0") KIND("label-conflict", "1", "2")
            KIND("near-duplicate", "1", "2") KIND("blank", "0", "0") KIND(
                "constant", "0", "0") KIND("label-range", "1",
                                           "1") KIND("no-labels", "0", "0")
                KIND("empty-class", "1", "0") KIND("imbalance", "1", "0") KIND(
                    "label-error", "3",
                    "3") "'transposed':{'findings':0,'rows':0,'searched':false}"
                         "},"
                         "'truncated':true,'unlike_listed':3,'findings':["
                         "{'kind':'label-conflict','split':'train','label':"
                         "null,'rows':["
                         "{'split':'train','row':17,'label':4,'source_row':"
                         "1017},"
                         "{'split':'test','row':230,'label':null}]},"
                         "{'kind':'near-duplicate','split':'train','label':1,"
                         "'measure':7.484375,'rows':["
                         "{'split':'train','row':27111,'label':1},"
                         "{'split':'train','row':51603,'label':1}]},"
                         "{'kind':'label-range','split':'test','label':null,'"
                         "rows':["
                         "{'split':'test','row':1,'label':77}]},"
                         "{'kind':'empty-class','split':'test','label':6,'rows'"
                         ":[]},"
                         "{'kind':'imbalance','split':'train','label':null,"
                         "'measure':12.5,'rows':[]},"
                         "{'kind':'label-error','split':'test','label':8,'"
                         "guess':9,'source':'https://who.says.so/',"
                         "'rows':[{'split':'test','row':947,'label':8}]},"
                         "{'kind':'label-error','split':'test','label':4,'"
                         "guess':null,'source':'https://who.says.so/',"
                         "'rows':[{'split':'test','row':2130,'label':4}]},"
                         "{'kind':'label-error','split':"
                         "'a-name-that-is-rather-long','label':0,'"
                         "guess':null,'source':null,"
                         "'rows':[{'split':'a-name-that-is-rather-long',"
                         "'row':5,'label':0}]}]}}");
    free(m);
}

static void test_json_rules(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);
    struct error err = { 0 };
    struct json_t *doc = jsondoc_object(&err);

    assert_non_null(m);
    start(m);
    m->survey.audit.rules = (struct audit_rules){ -1, 2.5 };
    findings_to_json(doc, &m->survey, &err);
    assert_no_error(err);
    struct json_t *audit = jsondoc_find(doc, "audit");
    struct json_t *rules = jsondoc_find(audit, "rules");
    double imbalance = 0;
    assert_true(jsondoc_is_null(jsondoc_find(rules, "near")));
    assert_true(jsondoc_find_real(rules, "imbalance", &imbalance));
    assert_true(imbalance == 2.5);
    assert_int_equal(jsondoc_count(jsondoc_find(audit, "findings")), 0);
    jsondoc_release(doc);
    free(m);
}

/* ---- TSV ---- */

static void test_table(void **state)
{
    (void)state;
    struct made_audit *m = malloc(sizeof *m);
    struct bytes_writer w = { 0 };
    struct error err = { 0 };

    assert_non_null(m);
    start(m);
    m->view.split_name[2] = "tab\tand\nline";
    add(m, FINDING_LABEL_CONFLICT, 0, -1);
    put(m, 0, 17, 4);
    put(m, 1, 230, -1);
    add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 0.1;
    put(m, 0, 4000000000, 1);
    put(m, 2, 3070, 1);
    add(m, FINDING_LABEL_RANGE, 0, -1);
    put(m, 0, 2, -1);
    add(m, FINDING_NO_LABELS, 2, -1);
    add(m, FINDING_EMPTY_CLASS, 1, 6);
    add(m, FINDING_IMBALANCE, 0, -1)->measure = 2;
    bytes_writer_init(&w);
    assert_true(findings_write_table(&m->survey, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    assert_string_equal((const char *)w.bytes,
                        "split\trow\tlabel\tfinding\tgroup\tmeasure\n"
                        "train\t17\t4\tlabel-conflict\t1\t\n"
                        "test\t230\t\tlabel-conflict\t1\t\n"
                        "train\t4000000000\t1\tnear-duplicate\t2\t"
                        "0.10000000000000001\n"
                        "tab\\x09and\\x0aline\t3070\t1\tnear-duplicate\t2\t"
                        "0.10000000000000001\n"
                        "train\t2\t-1\tlabel-range\t3\t\n"
                        "tab\\x09and\\x0aline\t\t\tno-labels\t4\t\n"
                        "test\t\t6\tempty-class\t5\t\n"
                        "train\t\t\timbalance\t6\t2\n");
    bytes_writer_release(&w);
    free(m);
}

/* Wherever the writer stops, that is what is told. */
static void test_full_writer(void **state)
{
    (void)state;
    static bool (*const forms[])(const struct survey *, struct writer *,
                                 struct error *) = { findings_write_text,
                                                     findings_write_table };
    struct made_audit *m = malloc(sizeof *m);

    assert_non_null(m);
    make_all(m);
    m->survey.audit.count -= 3;
    m->survey.audit.of_kind[FINDING_LABEL_ERROR] = 0; /* so one is absent */
    m->survey.audit.truncated = true;
    for (size_t f = 0; f < COUNT_OF(forms); f++) {
        bool ok = false;
        size_t left = 0;
        for (; !ok; left += 7) {
            struct full_writer w;
            struct error err = { 0 };
            full_writer_init(&w, left);
            ok = forms[f](&m->survey, &w.base, &err);
            if (!ok)
                assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        }
        assert_true(left > 700);
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
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_rules),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_full_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

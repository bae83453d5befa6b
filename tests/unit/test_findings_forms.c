/* SPDX-License-Identifier: MIT */
/* The findings of an audit as JSON and as a table, written out; and writers
 * that are full. */
#include "show/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "made_audit.h"

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
    made_audit_init(m);
    made_audit_add(m, FINDING_LABEL_CONFLICT, 0, -1);
    made_audit_put(m, 0, 17, 4);
    made_audit_put(m, 1, 230, -1);
    m->row[0].source_row = 1017;
    made_audit_add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 7.484375;
    made_audit_put(m, 0, 27111, 1);
    made_audit_put(m, 0, 51603, 1);
    made_audit_add(m, FINDING_LABEL_RANGE, 1, -1);
    made_audit_put(m, 1, 1, 77);
    made_audit_add(m, FINDING_EMPTY_CLASS, 1, 6);
    made_audit_add(m, FINDING_IMBALANCE, 0, -1)->measure = 12.5;
    made_audit_add_label_errors(m);
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
    made_audit_init(m);
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
    made_audit_init(m);
    m->view.split_name[2] = "tab\tand\nline";
    made_audit_add(m, FINDING_LABEL_CONFLICT, 0, -1);
    made_audit_put(m, 0, 17, 4);
    made_audit_put(m, 1, 230, -1);
    made_audit_add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 0.1;
    made_audit_put(m, 0, 4000000000, 1);
    made_audit_put(m, 2, 3070, 1);
    made_audit_add(m, FINDING_LABEL_RANGE, 0, -1);
    made_audit_put(m, 0, 2, -1);
    made_audit_add(m, FINDING_NO_LABELS, 2, -1);
    made_audit_add(m, FINDING_EMPTY_CLASS, 1, 6);
    made_audit_add(m, FINDING_IMBALANCE, 0, -1)->measure = 2;
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
    made_audit_all(m);
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
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_rules),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_full_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

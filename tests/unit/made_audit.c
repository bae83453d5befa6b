/* SPDX-License-Identifier: MIT */
/* Findings by hand. */
#include "made_audit.h"

#include "helpers.h"

void made_audit_init(struct made_audit *m)
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

struct finding *made_audit_add(struct made_audit *m, enum finding_kind kind,
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

void made_audit_put(struct made_audit *m, size_t split, uint64_t row,
                    int64_t label)
{
    struct audit *a = &m->survey.audit;
    struct finding *f = &a->finding[a->count - 1];

    assert_true(a->row_count < ROWS_MOST);
    a->row[a->row_count++] = (struct audit_row){ split, row, label, -1 };
    a->rows_of_kind[f->kind]++;
    f->row_count++;
}

void made_audit_add_label_errors(struct made_audit *m)
{
    struct finding *f = made_audit_add(m, FINDING_LABEL_ERROR, 1, 8);

    f->guess = 9;
    f->source = "https://who.says.so/";
    made_audit_put(m, 1, 947, 8);
    made_audit_add(m, FINDING_LABEL_ERROR, 1, 4)->source = f->source;
    made_audit_put(m, 1, 2130, 4);
    made_audit_add(m, FINDING_LABEL_ERROR, 2, 0); /* nobody is named */
    made_audit_put(m, 2, 5, 0);
}

void made_audit_all(struct made_audit *m)
{
    made_audit_init(m);
    made_audit_add(m, FINDING_DUPLICATE, 0, 4);
    made_audit_put(m, 0, 17, 4);
    made_audit_put(m, 0, 59999, 4);
    made_audit_add(m, FINDING_DUPLICATE_ACROSS, 0, -1);
    made_audit_put(m, 0, 3, -1);
    made_audit_put(m, 1, 7, -1);
    made_audit_put(m, 1, 9, -1);
    made_audit_add(m, FINDING_LABEL_CONFLICT, 0, -1);
    made_audit_put(m, 0, 17, 4);
    made_audit_put(m, 1, 230, 9);
    made_audit_add(m, FINDING_NEAR_DUPLICATE, 0, 1)->measure = 7.484375;
    made_audit_put(m, 0, 27111, 1);
    made_audit_put(m, 1, 3070, 1);
    made_audit_add(m, FINDING_BLANK, 1, 2);
    made_audit_put(m, 1, 5, 2);
    made_audit_add(m, FINDING_CONSTANT, 1, -1);
    made_audit_put(m, 1, 6, 3);
    made_audit_put(m, 1, 8, 2);
    made_audit_add(m, FINDING_LABEL_RANGE, 0, -1);
    made_audit_put(m, 0, 1, 77);
    made_audit_put(m, 0, 2, -1);
    made_audit_add(m, FINDING_NO_LABELS, 2, -1);
    made_audit_add(m, FINDING_EMPTY_CLASS, 1, 6);
    made_audit_add(m, FINDING_IMBALANCE, 0, -1)->measure = 12.5;
    made_audit_add(m, FINDING_TRANSPOSED, 1, 3);
    for (uint64_t i = 0; i < 1000; i++)
        made_audit_put(m, 1, 3 * i, 3);
    made_audit_add_label_errors(m);
}

/* SPDX-License-Identifier: MIT */
/* For the tests of findings: an audit that is written down, not run. */
#ifndef MP_TESTS_UNIT_MADE_AUDIT_H
#define MP_TESTS_UNIT_MADE_AUDIT_H

#include "pipeline/survey.h"

enum { ROWS_MOST = 3000, FINDINGS_MOST = 40 };

struct made_audit {
    struct view view;
    struct survey survey;
    struct finding finding[FINDINGS_MOST];
    struct audit_row row[ROWS_MOST];
};

/* Three splits, ten classes, all kinds looked for, nothing found; *m stays
 * where it is. Nothing is to be released. */
void made_audit_init(struct made_audit *m);

/* A new finding, and one more row of the last one. */
struct finding *made_audit_add(struct made_audit *m, enum finding_kind kind,
                               size_t split, int64_t label);
void made_audit_put(struct made_audit *m, size_t split, uint64_t row,
                    int64_t label);

/* With a guess and without, with a source and without. */
void made_audit_add_label_errors(struct made_audit *m);

/* All anew: one of each kind, and these. */
void made_audit_all(struct made_audit *m);

#endif

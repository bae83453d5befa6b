/* SPDX-License-Identifier: MIT */
/* What an audit keeps of the rows that were handed in, for those who look for
 * something in it. Private to the audit. */
#ifndef MP_PIPELINE_AUDITWORK_H
#define MP_PIPELINE_AUDITWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/spool.h"
#include "pipeline/audit.h"
#include "pipeline/view.h"
#include "stage/duplicates.h"

/* Rows of a split, which are numbered on through all parts. */
struct audit_part {
    size_t split; /* position in the view */
    uint64_t first, rows;
    size_t height, width, bytes; /* of a picture */
    uint64_t at;                 /* of the first row, in the spool */
    bool has_labels;
    uint32_t *source_row; /* owned: rows; NULL: the same */
};

/* A picture has one level in all of its pixels, or this. */
enum { AUDIT_MANY_LEVELS = -1 };

struct audit_work {
    const struct view *view;
    struct audit_rules rules; /* with defaults filled in */
    struct audit_part part[VIEW_SPLITS_MAX];
    size_t part_count;
    struct spool spool; /* all pictures */
    struct duplicates equal;
    uint32_t *next; /* owned, by row: the next one that is equal to it; 0, which
                       follows none: there is none */
    int64_t *label; /* owned, by row; 0 in a part without */
    int16_t *level; /* owned, by row: the one level of the picture */
    uint64_t rows;
    size_t room;
    unsigned char *one, *other; /* owned: room for any picture */
};

/* The part that a row is in. */
const struct audit_part *audit_part_of(const struct audit_work *w,
                                       uint64_t row);

bool MUST_USE audit_read(const struct audit_work *w, uint64_t row,
                         unsigned char *to, struct error *err);

/* Is the label one of the view's classes? */
bool audit_is_class(const struct audit_work *w, int64_t label);

/* A new finding without rows, and a further row of the last one. */
struct finding *MUST_USE audit_new(struct audit *a, enum finding_kind kind,
                                   size_t split, int64_t label,
                                   struct error *err);
bool MUST_USE audit_put(struct audit *a, const struct audit_work *w,
                        uint64_t row, struct error *err);

/* Each adds its findings, in order of split and row. The first comes before the
 * others: it fills in w->equal and w->next. */
bool MUST_USE audit_find_equal(struct audit_work *w, struct audit *to,
                               struct error *err);
bool MUST_USE audit_find_near(struct audit_work *w, struct audit *to,
                              struct error *err);
bool MUST_USE audit_find_plain(const struct audit_work *w, struct audit *to,
                               struct error *err);
bool MUST_USE audit_find_labels(const struct audit_work *w, struct audit *to,
                                struct error *err);
bool MUST_USE audit_find_transposed(struct audit_work *w, struct audit *to,
                                    struct error *err);
bool MUST_USE audit_find_listed(const struct audit_work *w, struct audit *to,
                                struct error *err);

#endif

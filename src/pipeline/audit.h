/* SPDX-License-Identifier: MIT */
/* What is wrong, or may be, with the rows of a view: findings, each with the
 * rows it is about. */
#ifndef MP_PIPELINE_AUDIT_H
#define MP_PIPELINE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/view.h"

/* In the order in which they are reported. */
enum finding_kind {
    FINDING_DUPLICATE,        /* equal pictures within one split, one label */
    FINDING_DUPLICATE_ACROSS, /* equal pictures in two splits or more: a leak */
    FINDING_LABEL_CONFLICT,   /* equal pictures under two labels */
    FINDING_NEAR_DUPLICATE,   /* two pictures that hardly differ; measure: root
                               mean square difference in grey levels */
    FINDING_BLANK,            /* every pixel is 0 */
    FINDING_CONSTANT,         /* every pixel has one level, which is not 0 */
    FINDING_LABEL_RANGE,      /* a label that is no class */
    FINDING_NO_LABELS,        /* a split without labels; no rows */
    FINDING_EMPTY_CLASS,      /* a class without rows in a split; no rows */
    FINDING_IMBALANCE,   /* measure: largest class / smallest that has rows,
                               of one split; no rows */
    FINDING_TRANSPOSED,  /* pictures that fit their class when rows and
                               columns are exchanged, and not as they stand */
    FINDING_LABEL_ERROR, /* known in the literature, with the catalogue: one
                            row, which has the label that is listed */
    FINDING_KINDS
};

const char *finding_name(enum finding_kind kind);  /* "near-duplicate" */
const char *finding_title(enum finding_kind kind); /* "near duplicates" */

struct audit_row {
    size_t split;       /* position in the view */
    uint64_t row;       /* of the split, from 0 */
    int64_t label;      /* -1: there is none */
    int64_t source_row; /* of the split that it was taken from; -1: rows were
                           not chosen, it is the same */
};

struct finding {
    enum finding_kind kind;
    size_t split;   /* the first row's, or the one it is about */
    int64_t label;  /* the class it is about; -1: none, or several */
    double measure; /* of those kinds that have one, above; else 0 */
    int64_t guess;  /* of FINDING_LABEL_ERROR: what it looks like; -1: nobody
                       agrees, or that is no class of the view */
    const char *source; /* of FINDING_LABEL_ERROR: who says so, the catalogue's
                           text; NULL: not stated */
    size_t first_row, row_count; /* in audit->row */
};

/* All zero: the defaults. */
struct audit_rules {
    double near; /* near duplicates: at most so many grey levels apart (root
                    mean square over the pixels); 0: the default; negative:
                    they are not looked for. Squares are compared, and near *
                    near * pixels is rounded down: exact for whole numbers */
    double imbalance; /* from this ratio on; 0: the default */
};
/* Up to 8 levels there are 3 pairs in MNIST, all of the digit 1, and 65
 * in Fashion-MNIST, which show one article each; at 12 there are 805 and 176,
 * and most are just alike. */
enum { AUDIT_NEAR_LEVELS = 8, AUDIT_IMBALANCE_RATIO = 2 };

/* Findings by kind, then by split and row; everything is owned, but sources.
 * Starts as { 0 }. */
struct audit {
    struct audit_rules rules; /* as applied */
    struct finding *finding;
    size_t count, room;
    struct audit_row *row;
    size_t row_count, row_room;
    size_t of_kind[FINDING_KINDS];        /* findings */
    uint64_t rows_of_kind[FINDING_KINDS]; /* rows in them */
    bool searched[FINDING_KINDS]; /* were they looked for? Not without what it
                                     takes, as labels or a known list */
    bool truncated; /* the search for near duplicates was ended before it was
                       through, as there were too many */
    /* Rows that are listed as label errors under another label than they have
     * here: somebody has corrected them, or these are other data. They are no
     * findings; and where they are not less than those whose label is the
     * listed one, the list is of other data, and the split has none. */
    uint64_t unlike_listed;
};

void audit_release(struct audit *a);

/* ---- the work: rows are handed in as they are read, then compared ---- */

struct audit_work;

/* NULL with *err set; released by audit_finish, or audit_abandon. */
struct audit_work *MUST_USE audit_begin(const struct view *view,
                                        const struct audit_rules *rules,
                                        struct error *err);

/* The rows that follow are of this split (position in the view). */
bool MUST_USE audit_split(struct audit_work *w, size_t split,
                          const struct view_rows *rows, struct error *err);

/* Labels NULL: there are none. Labels need not be classes. */
bool MUST_USE audit_add(struct audit_work *w, const unsigned char *images,
                        const int64_t *labels, size_t rows, struct error *err);

/* Compares all with all; takes w in every case. */
bool MUST_USE audit_finish(struct audit_work *w, struct audit *to,
                           struct error *err);
void audit_abandon(struct audit_work *w); /* accepts NULL */

#endif

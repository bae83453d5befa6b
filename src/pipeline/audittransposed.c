/* SPDX-License-Identifier: MIT */
/* Pictures that stand transposed, class by class. */
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "pipeline/auditwork.h"
#include "stage/orientation.h"

/* Rows of all classes of square pictures of one size. */
struct classes {
    uint64_t *end;    /* owned, by class: where its rows end in `row` */
    uint32_t *row;    /* owned */
    bool *transposed; /* by row of the audit */
    size_t side;
};

static bool is_candidate(const struct audit_work *w,
                         const struct audit_part *part, size_t side)
{
    return part->has_labels && part->height == side && part->width == side &&
           w->view->class_count > 0;
}

/* Transposed, a picture of one level is the same. */
static bool tells_something(const struct audit_work *w, uint64_t row)
{
    return audit_is_class(w, w->label[row]) &&
           w->level[row] == AUDIT_MANY_LEVELS;
}

/* Counts, then deals out: each class gets its rows in rising order. */
static void sort_rows(const struct audit_work *w, struct classes *c)
{
    size_t count = w->view->class_count;

    memset(c->end, 0, (count + 1) * sizeof *c->end);
    for (int deal = 0; deal < 2; deal++) {
        for (size_t i = 0; i < w->part_count; i++) {
            const struct audit_part *part = &w->part[i];
            if (!is_candidate(w, part, c->side))
                continue;
            for (uint64_t row = part->first; row < part->first + part->rows;
                 row++) {
                if (!tells_something(w, row))
                    continue;
                if (deal)
                    c->row[c->end[w->label[row]]++] = (uint32_t)row;
                else
                    c->end[w->label[row] + 1]++;
            }
        }
        /* Where each begins; dealing moves that to where it ends. */
        for (size_t k = 1; !deal && k <= count; k++)
            c->end[k] += c->end[k - 1];
    }
}

static bool look_at_class(struct audit_work *w, struct classes *c,
                          const uint32_t *row, size_t count, struct error *err)
{
    struct orientation_features *features = calloc(count, sizeof *features);
    unsigned char *group = calloc(count, sizeof *group);
    bool *transposed = calloc(count, sizeof *transposed);
    bool ok = (features && group && transposed) || error_memory(err);
    struct orientation o = { .rows = features,
                             .group = group,
                             .count = count,
                             .groups = w->part_count,
                             .transposed = transposed };

    for (size_t i = 0; ok && i < count; i++) {
        ok = audit_read(w, row[i], w->one, err) && interrupt_none(err);
        if (ok)
            orientation_features_of(w->one, c->side, &features[i]);
        group[i] = (unsigned char)(audit_part_of(w, row[i]) - w->part);
    }
    ok = ok && orientation_find(&o, err);
    for (size_t i = 0; ok && i < count; i++)
        c->transposed[row[i]] = transposed[i];
    free(features);
    free(group);
    free(transposed);
    return ok;
}

static bool look_at_size(struct audit_work *w, struct classes *c,
                         struct error *err)
{
    uint64_t first = 0;

    sort_rows(w, c);
    for (size_t k = 0; k < w->view->class_count; k++) {
        size_t count = (size_t)(c->end[k] - first);
        if (count >= ORIENTATION_GROUP_ROWS &&
            !look_at_class(w, c, c->row + first, count, err))
            return false;
        first = c->end[k];
    }
    return true;
}

/* All rows from `row` on in its part that have its label: one finding. They
 * are unmarked. */
static bool report_class(const struct audit_work *w, bool *transposed,
                         uint64_t row, struct audit *to, struct error *err)
{
    const struct audit_part *part = audit_part_of(w, row);
    int64_t label = w->label[row];

    if (!audit_new(to, FINDING_TRANSPOSED, part->split, label, err))
        return false;
    for (; row < part->first + part->rows; row++) {
        if (!transposed[row] || w->label[row] != label)
            continue;
        transposed[row] = false;
        if (!audit_put(to, w, row, err))
            return false;
    }
    return true;
}

bool audit_find_transposed(struct audit_work *w, struct audit *to,
                           struct error *err)
{
    struct classes c = {
        .end = calloc(w->view->class_count + 1, sizeof *c.end),
        .row = calloc((size_t)w->rows + 1, sizeof *c.row),
        .transposed = calloc((size_t)w->rows + 1, sizeof *c.transposed),
    };
    bool ok = (c.end && c.row && c.transposed) || error_memory(err);

    for (size_t i = 0; ok && i < w->part_count; i++) {
        bool seen = false;
        c.side = w->part[i].height;
        for (size_t j = 0; j < i; j++)
            seen = seen || is_candidate(w, &w->part[j], c.side);
        if (!seen && is_candidate(w, &w->part[i], c.side)) {
            to->searched[FINDING_TRANSPOSED] = true;
            ok = look_at_size(w, &c, err);
        }
    }
    for (uint64_t row = 0; ok && row < w->rows; row++)
        if (c.transposed[row])
            ok = report_class(w, c.transposed, row, to, err);
    free(c.end);
    free(c.row);
    free(c.transposed);
    return ok;
}

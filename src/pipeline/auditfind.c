/* SPDX-License-Identifier: MIT */
/* What equal pictures, pictures of one level and labels have to tell. */
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "pipeline/auditwork.h"

/* ---- equal pictures ---- */

static int same_rows(void *context, uint64_t a, uint64_t b, struct error *err)
{
    const struct audit_work *w = context;
    const struct audit_part *one = audit_part_of(w, a);
    const struct audit_part *other = audit_part_of(w, b);

    if (one->height != other->height || one->width != other->width)
        return 0;
    if (!audit_read(w, a, w->one, err) || !audit_read(w, b, w->other, err))
        return -1;
    return memcmp(w->one, w->other, one->bytes) == 0;
}

static bool chain_equal(struct audit_work *w, struct error *err)
{
    w->next = calloc((size_t)w->rows + 1, sizeof *w->next);
    if (!w->next)
        return error_memory(err);
    for (uint64_t row = w->rows; row-- > 0;) {
        uint32_t first = w->equal.first[row];
        if (first == row)
            continue;
        w->next[row] = w->next[first];
        w->next[first] = (uint32_t)row;
    }
    return true;
}

/* What a group of equal rows is; FINDING_KINDS: nothing to report. *label is
 * the class of all that have any, else -1. */
static enum finding_kind judge_group(const struct audit_work *w, uint64_t first,
                                     int64_t *label)
{
    const struct audit_part *home = audit_part_of(w, first);
    bool labelled = false, across = false;

    *label = -1;
    for (uint64_t row = first;; row = w->next[row]) {
        const struct audit_part *part = audit_part_of(w, row);
        across = across || part != home;
        if (part->has_labels && labelled && w->label[row] != *label) {
            *label = -1;
            return FINDING_LABEL_CONFLICT;
        }
        if (part->has_labels) {
            *label = w->label[row];
            labelled = true;
        }
        if (w->next[row] == 0)
            break;
    }
    if (!audit_is_class(w, *label))
        *label = -1;
    if (w->level[first] != AUDIT_MANY_LEVELS)
        return FINDING_KINDS;
    return across ? FINDING_DUPLICATE_ACROSS : FINDING_DUPLICATE;
}

static bool report_group(const struct audit_work *w, uint64_t first,
                         enum finding_kind kind, int64_t label,
                         struct audit *to, struct error *err)
{
    if (!audit_new(to, kind, audit_part_of(w, first)->split, label, err))
        return false;
    for (uint64_t row = first;; row = w->next[row]) {
        if (!audit_put(to, w, row, err))
            return false;
        if (w->next[row] == 0)
            return true;
    }
}

bool audit_find_equal(struct audit_work *w, struct audit *to, struct error *err)
{
    static const enum finding_kind kinds[] = { FINDING_DUPLICATE,
                                               FINDING_DUPLICATE_ACROSS,
                                               FINDING_LABEL_CONFLICT };
    bool ok = duplicates_find(&w->equal, same_rows, w, err) &&
              chain_equal(w, err);

    for (size_t i = 0; ok && i < COUNT_OF(kinds); i++) {
        for (uint64_t row = 0; ok && row < w->rows; row++) {
            int64_t label;
            if (w->equal.first[row] == row && w->next[row] != 0 &&
                judge_group(w, row, &label) == kinds[i])
                ok = report_group(w, row, kinds[i], label, to, err);
        }
    }
    return ok;
}

/* ---- lists of rows, one for each split ---- */

/* Should this row be in the list? */
typedef bool is_listed(const struct audit_work *w,
                       const struct audit_part *part, uint64_t row);

static bool list_rows(const struct audit_work *w, enum finding_kind kind,
                      is_listed *listed, struct audit *to, struct error *err)
{
    for (size_t i = 0; i < w->part_count; i++) {
        const struct audit_part *part = &w->part[i];
        struct finding *finding = NULL;
        for (uint64_t row = part->first; row < part->first + part->rows;
             row++) {
            if (!listed(w, part, row))
                continue;
            int64_t label = part->has_labels && audit_is_class(w, w->label[row])
                                ? w->label[row]
                                : -1;
            if (!finding)
                finding = audit_new(to, kind, part->split, label, err);
            if (!finding)
                return false;
            if (label != finding->label)
                finding->label = -1;
            if (!audit_put(to, w, row, err))
                return false;
        }
    }
    return true;
}

static bool is_blank(const struct audit_work *w, const struct audit_part *part,
                     uint64_t row)
{
    (void)part;
    return w->level[row] == 0;
}

static bool is_constant(const struct audit_work *w,
                        const struct audit_part *part, uint64_t row)
{
    (void)part;
    return w->level[row] > 0;
}

static bool is_no_class(const struct audit_work *w,
                        const struct audit_part *part, uint64_t row)
{
    return part->has_labels && !audit_is_class(w, w->label[row]);
}

bool audit_find_plain(const struct audit_work *w, struct audit *to,
                      struct error *err)
{
    return list_rows(w, FINDING_BLANK, is_blank, to, err) &&
           list_rows(w, FINDING_CONSTANT, is_constant, to, err);
}

/* ---- labels ---- */

static bool find_unlabelled(const struct audit_work *w, struct audit *to,
                            struct error *err)
{
    for (size_t i = 0; i < w->part_count; i++)
        if (!w->part[i].has_labels &&
            !audit_new(to, FINDING_NO_LABELS, w->part[i].split, -1, err))
            return false;
    return true;
}

/* Rows of each class, for one part. */
static void count_classes(const struct audit_work *w,
                          const struct audit_part *part, uint64_t *count)
{
    memset(count, 0, w->view->class_count * sizeof *count);
    for (uint64_t row = part->first; row < part->first + part->rows; row++)
        if (audit_is_class(w, w->label[row]))
            count[w->label[row]]++;
}

static bool find_empty(const struct audit_work *w,
                       const struct audit_part *part, const uint64_t *count,
                       struct audit *to, struct error *err)
{
    for (size_t c = 0; c < w->view->class_count; c++)
        if (count[c] == 0 &&
            !audit_new(to, FINDING_EMPTY_CLASS, part->split, (int64_t)c, err))
            return false;
    return true;
}

static bool find_imbalance(const struct audit_work *w,
                           const struct audit_part *part, const uint64_t *count,
                           struct audit *to, struct error *err)
{
    uint64_t least = UINT64_MAX, most = 0;

    for (size_t c = 0; c < w->view->class_count; c++) {
        least = count[c] > 0 && count[c] < least ? count[c] : least;
        most = count[c] > most ? count[c] : most;
    }
    double ratio = (double)most / (double)least;
    if (most == 0 || ratio < w->rules.imbalance)
        return true;
    struct finding *finding =
        audit_new(to, FINDING_IMBALANCE, part->split, -1, err);
    if (finding)
        finding->measure = ratio;
    return finding != NULL;
}

bool audit_find_labels(const struct audit_work *w, struct audit *to,
                       struct error *err)
{
    static bool (*const find[])(
        const struct audit_work *, const struct audit_part *, const uint64_t *,
        struct audit *, struct error *) = { find_empty, find_imbalance };
    uint64_t *count = calloc(w->view->class_count + 1, sizeof *count);
    bool ok = count || error_memory(err);

    ok = ok && list_rows(w, FINDING_LABEL_RANGE, is_no_class, to, err) &&
         find_unlabelled(w, to, err);
    for (size_t f = 0; ok && f < COUNT_OF(find); f++) {
        for (size_t i = 0; ok && i < w->part_count; i++) {
            const struct audit_part *part = &w->part[i];
            if (!part->has_labels || part->rows == 0)
                continue;
            count_classes(w, part, count);
            ok = find[f](w, part, count, to, err);
        }
    }
    free(count);
    return ok;
}

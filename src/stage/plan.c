/* SPDX-License-Identifier: MIT */
/* Each rule in its turn. */
#include "stage/plan.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/permutation.h"
#include "base/sizes.h"
#include "stage/plandraw.h"

enum { LABELS = 1 << 16, FOLDS_MIN = 2, FOLDS_MAX = 256, STREAM_STEP = 256 };

void plan_release(struct plan_split *p)
{
    free(p->row);
    free(p->fold);
    free(p->copy);
    *p = (struct plan_split){ 0 };
}

/* ---- what cannot be ---- */

static bool need_labels(const struct plan_source *source, const char *option,
                        struct error *err)
{
    return source->label ||
           error_set(err, FAIL_USAGE, "%s needs labels, and there are none",
                     option);
}

static bool check_rules(const struct plan_rules *rules,
                        const struct plan_source *source, bool with_val,
                        struct error *err)
{
    bool stratify = rules->stratify && (with_val || rules->folds > 0);

    if (source->rows > UINT32_MAX)
        return error_set(err, FAIL_USAGE,
                         "rows can be chosen of %" PRIu32 " at most, and there "
                         "are %" PRIu64,
                         UINT32_MAX, source->rows);
    if ((rules->keep_class && !need_labels(source, "--classes", err)) ||
        (rules->per_class > 0 && !need_labels(source, "--per-class", err)) ||
        (stratify && !need_labels(source, "--stratify", err)))
        return false;
    if (stratify && source->group)
        return error_set(err, FAIL_USAGE,
                         "--stratify and --group do not go together: a group "
                         "stays whole, whatever its classes");
    if (rules->folds > 0 &&
        (rules->folds < FOLDS_MIN || rules->folds > FOLDS_MAX))
        return error_set(err, FAIL_USAGE,
                         "--folds %" PRIu64 " is not possible; %d to %d are",
                         rules->folds, FOLDS_MIN, FOLDS_MAX);
    return true;
}

/* ---- classes ---- */

static bool keep_rows(const struct plan_rules *rules,
                      const struct plan_source *source, struct plan_split *to,
                      struct error *err)
{
    to->row = plan_array(source->rows, sizeof *to->row, err);
    if (!to->row)
        return false;
    for (uint64_t i = 0; i < source->rows; i++) {
        bool kept = !rules->keep_class ||
                    (source->label[i] < rules->class_count &&
                     rules->keep_class[source->label[i]]);
        if (kept && !(source->dropped && source->dropped[i]))
            to->row[to->rows++] = (uint32_t)i;
    }
    return true;
}

/* ---- validation ---- */

static bool val_rows(double val, uint64_t n, uint64_t *to, struct error *err)
{
    if (!(val >= 0) || (val >= 1 && val != floor(val)))
        return error_set(err, FAIL_USAGE,
                         "--val %g is neither a share below 1 nor a number of "
                         "rows",
                         val);
    if (val >= 1 && val > (double)n)
        return error_set(err, FAIL_USAGE,
                         "--val wants %.0f rows, and there are %" PRIu64, val,
                         n);
    /* Two statements, so that no compiler makes one rounding of them. */
    double rows = val < 1 ? val * (double)n : val;
    rows = floor(rows + 0.5);
    *to = (uint64_t)rows;
    if (val > 0 && *to == 0)
        return error_set(err, FAIL_USAGE,
                         "--val %g of %" PRIu64 " rows is none", val, n);
    return true;
}

static void take(bool *taken, const struct plan_draw *draws, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        taken[draws[i].row] = true;
}

/* Each group that still fits into k rows. */
static bool take_groups(bool *taken, const struct plan_draw *draws,
                        const struct plan_runs *runs, uint64_t k,
                        struct error *err)
{
    uint64_t left = k;

    for (size_t i = 0; i < runs->count; i++) {
        const struct plan_run *r = &runs->run[i];
        if (r->size <= left) {
            take(taken, draws + r->start, r->size);
            left -= r->size;
        }
    }
    return left < k || k == 0 ||
           error_set(err, FAIL_USAGE,
                     "--val wants %" PRIu64 " rows, and every group has more; "
                     "a larger --val is needed",
                     k);
}

/* k of n rows, from each class its share: at first the whole rows of it, then
 * one more where the remainder is largest. Runs of equal remainder keep their
 * order, which is that of the labels. */
static void take_shares(bool *taken, const struct plan_draw *draws,
                        struct plan_runs *runs, uint64_t k, uint64_t n)
{
    uint64_t left = k;

    for (size_t i = 0; i < runs->count; i++) {
        struct plan_run *r = &runs->run[i];
        r->weight = k * r->size % n;
        left -= k * r->size / n;
    }
    qsort(runs->run, runs->count, sizeof *runs->run, plan_by_weight);
    for (size_t i = 0; i < runs->count; i++) {
        const struct plan_run *r = &runs->run[i];
        take(taken, draws + r->start, k * r->size / n + (i < left));
    }
}

/* Moves the rows that are taken from one split to the other. */
static bool move_taken(const bool *taken, struct plan_split *from,
                       struct plan_split *to, struct error *err)
{
    uint64_t n = from->rows;

    to->row = plan_array(n, sizeof *to->row, err);
    if (!to->row)
        return false;
    from->rows = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t row = from->row[i];
        if (taken[row])
            to->row[to->rows++] = row;
        else
            from->row[from->rows++] = row;
    }
    return true;
}

static bool split_val(const struct plan_rules *rules,
                      const struct plan_source *source, struct plan_split *rest,
                      struct plan_split *val, struct error *err)
{
    uint64_t k = 0;

    if (!val_rows(rules->val, rest->rows, &k, err))
        return false;
    struct plan_runs runs = { 0 };
    bool *taken = plan_array(source->rows, sizeof *taken, err);
    struct plan_draw *draws = plan_draw(rules, source, PLAN_VAL, rest, err);
    bool ok = taken && draws && plan_find_runs(&runs, draws, rest->rows, err);
    if (ok && source->group)
        ok = take_groups(taken, draws, &runs, k, err);
    else if (ok)
        take_shares(taken, draws, &runs, k, rest->rows);
    ok = ok && move_taken(taken, rest, val, err);
    free(runs.run);
    free(draws);
    free(taken);
    return ok;
}

/* ---- order and limits ---- */

static bool shuffle(uint64_t seed, uint64_t stream, struct plan_split *p,
                    struct error *err)
{
    struct permutation permutation;
    uint32_t *shuffled = plan_array(p->rows, sizeof *shuffled, err);

    if (!shuffled)
        return false;
    permutation_init(&permutation, p->rows, seed,
                     PLAN_SHUFFLE + STREAM_STEP * stream);
    for (uint64_t i = 0; i < p->rows; i++)
        shuffled[i] = p->row[permutation_at(&permutation, i)];
    free(p->row);
    p->row = shuffled;
    return true;
}

static bool limit_classes(uint64_t most, const uint16_t *label,
                          struct plan_split *p, struct error *err)
{
    uint32_t *seen = plan_array(LABELS, sizeof *seen, err);
    uint64_t n = p->rows;

    if (!seen)
        return false;
    p->rows = 0;
    for (uint64_t i = 0; i < n; i++)
        if (seen[label[p->row[i]]]++ < most)
            p->row[p->rows++] = p->row[i];
    free(seen);
    return true;
}

static bool arrange(const struct plan_rules *rules,
                    const struct plan_source *source, uint64_t stream,
                    struct plan_split *p, struct error *err)
{
    if (rules->shuffle && !shuffle(rules->seed, stream, p, err))
        return false;
    if (rules->per_class > 0 &&
        !limit_classes(rules->per_class, source->label, p, err))
        return false;
    if (rules->limit > 0 && p->rows > rules->limit)
        p->rows = rules->limit;
    return true;
}

/* ---- folds ---- */

/* fold is by source row, here and below. */
static bool deal_groups(uint8_t *fold, uint64_t folds,
                        const struct plan_draw *draws, struct plan_runs *runs,
                        struct error *err)
{
    uint64_t rows[FOLDS_MAX] = { 0 };

    if (runs->count < folds)
        return error_set(err, FAIL_USAGE,
                         "--folds %" PRIu64 " needs as many groups, and there "
                         "are %zu",
                         folds, runs->count);
    for (size_t i = 0; i < runs->count; i++)
        runs->run[i].weight = runs->run[i].size;
    qsort(runs->run, runs->count, sizeof *runs->run, plan_by_weight);
    for (size_t i = 0; i < runs->count; i++) {
        const struct plan_run *r = &runs->run[i];
        size_t least = 0;
        for (size_t f = 1; f < folds; f++)
            if (rows[f] < rows[least])
                least = f;
        rows[least] += r->size;
        for (uint64_t j = 0; j < r->size; j++)
            fold[draws[r->start + j].row] = (uint8_t)least;
    }
    return true;
}

static bool deal(const struct plan_rules *rules,
                 const struct plan_source *source, const struct plan_split *p,
                 uint8_t *fold, struct error *err)
{
    struct plan_runs runs = { 0 };
    struct plan_draw *draws = plan_draw(rules, source, PLAN_FOLDS, p, err);
    bool ok = draws != NULL;

    if (ok && source->group)
        ok = plan_find_runs(&runs, draws, p->rows, err) &&
             deal_groups(fold, rules->folds, draws, &runs, err);
    else if (ok)
        for (uint64_t i = 0; i < p->rows; i++)
            fold[draws[i].row] = (uint8_t)(i % rules->folds);
    free(runs.run);
    free(draws);
    return ok;
}

static bool make_folds(const struct plan_rules *rules,
                       const struct plan_source *source, struct plan_split *p,
                       struct error *err)
{
    if (p->rows < rules->folds)
        return error_set(err, FAIL_USAGE,
                         "--folds %" PRIu64 " needs as many rows, and there "
                         "are %" PRIu64,
                         rules->folds, p->rows);
    uint8_t *by_source = plan_array(source->rows, sizeof *by_source, err);
    p->fold = plan_array(p->rows, sizeof *p->fold, err);
    bool ok = by_source && p->fold && deal(rules, source, p, by_source, err);
    for (uint64_t i = 0; ok && i < p->rows; i++)
        p->fold[i] = by_source[p->row[i]];
    free(by_source);
    return ok;
}

/* ---- copies ---- */

/* A copy stays in the fold of its row: else the folds would leak. */
static bool add_copies(const struct plan_rules *rules, uint64_t stream,
                       struct plan_split *p, struct error *err)
{
    uint64_t n = p->rows, rows = n;
    struct permutation order;
    struct plan_split more = { 0 };

    if (!size_mul(&rows, rules->copies + 1) || rows > UINT32_MAX)
        return error_set(err, FAIL_USAGE,
                         "--augment %" PRIu64 " makes more than %" PRIu32
                         " rows of the %" PRIu64,
                         rules->copies, UINT32_MAX, n);
    more.rows = rows;
    more.row = plan_array(rows, sizeof *more.row, err);
    more.copy = plan_array(rows, sizeof *more.copy, err);
    if (p->fold)
        more.fold = plan_array(rows, sizeof *more.fold, err);
    if (!more.row || !more.copy || (p->fold && !more.fold)) {
        plan_release(&more);
        return false;
    }
    permutation_init(&order, rows, rules->seed,
                     PLAN_COPIES + STREAM_STEP * stream);
    for (uint64_t i = 0; i < rows; i++) {
        assert(n > 0);
        uint64_t at = rules->shuffle ? permutation_at(&order, i) : i;
        more.row[i] = p->row[at % n];
        more.copy[i] = (uint8_t)(at / n);
        if (more.fold)
            more.fold[i] = p->fold[at % n];
    }
    plan_release(p);
    *p = more;
    return true;
}

/* ---- all of them ---- */

/* Then nothing grows with the rows, and there may be any number of them. */
static bool takes_all(const struct plan_rules *rules,
                      const struct plan_source *source, bool with_val)
{
    return !rules->keep_class && !source->dropped && !with_val &&
           !rules->shuffle && rules->per_class == 0 && rules->limit == 0 &&
           rules->folds == 0 && rules->copies == 0;
}

static void forget_if_all(struct plan_split *p, uint64_t source_rows)
{
    uint64_t i = 0;

    while (i < p->rows && p->row[i] == i)
        i++;
    if (i == source_rows && i == p->rows) {
        free(p->row);
        p->row = NULL;
    }
}

bool plan_make(const struct plan_rules *rules, const struct plan_source *source,
               uint64_t stream, struct plan_split *rest, struct plan_split *val,
               struct error *err)
{
    struct plan_split most = { 0 }, some = { 0 };

    if (takes_all(rules, source, val != NULL)) {
        *rest = (struct plan_split){ .rows = source->rows };
        return true;
    }
    if (check_rules(rules, source, val != NULL, err) &&
        keep_rows(rules, source, &most, err) &&
        (!val || split_val(rules, source, &most, &some, err)) &&
        arrange(rules, source, stream, &most, err) &&
        (!val || arrange(rules, source, stream + 1, &some, err)) &&
        (rules->folds == 0 || make_folds(rules, source, &most, err)) &&
        (rules->copies == 0 || add_copies(rules, stream, &most, err))) {
        forget_if_all(&most, source->rows);
        *rest = most;
        if (val) {
            forget_if_all(&some, source->rows);
            *val = some;
        }
        return true;
    }
    plan_release(&most);
    plan_release(&some);
    return false;
}

/* SPDX-License-Identifier: MIT */
/* What every plan keeps to, on random sources under random rules: each row is
 * checked by counting the rows before it, where the code sorts. */
#include <string.h>

#include "base/permutation.h"
#include "base/philox.h"
#include "base/sizes.h"
#include "helpers.h"
#include "stage/plan.h"

enum { ROWS_MAX = 160, CLASSES = 6, SPLITS = 2 };

/* A source, rules, and the plan that was made. */
struct trial {
    uint64_t rows;
    uint16_t label[ROWS_MAX];
    uint32_t group[ROWS_MAX];
    bool dropped[ROWS_MAX];
    bool keep[CLASSES];
    struct plan_rules rules;
    struct plan_source source;
    uint64_t stream;
    bool with_val;
    struct plan_split split[SPLITS]; /* rest, val */
};

static bool one_in(uint64_t *noise, uint64_t n)
{
    return noise_next(noise) % n == 0;
}

static void make_trial(struct trial *t, uint64_t seed)
{
    uint64_t noise = seed * 2 + 1;

    *t = (struct trial){ .rows = 40 + noise_next(&noise) % 120 };
    uint64_t writers = 5 + noise_next(&noise) % 40;
    for (uint64_t i = 0; i < t->rows; i++) {
        /* Class 0 is frequent, class 5 rare. */
        t->label[i] = (uint16_t)(noise_next(&noise) % CLASSES *
                                 (noise_next(&noise) % 100) / 99);
        t->group[i] = (uint32_t)(noise_next(&noise) % writers) * 0x01000193u;
        t->dropped[i] = one_in(&noise, 9);
    }
    for (size_t c = 0; c < CLASSES; c++)
        t->keep[c] = c == 0 || !one_in(&noise, 3);
    t->with_val = !one_in(&noise, 3);
    t->stream = noise_next(&noise) % 5;
    bool grouped = one_in(&noise, 2);
    t->source = (struct plan_source){ t->rows, t->label,
                                      grouped ? t->group : NULL,
                                      one_in(&noise, 2) ? t->dropped : NULL };
    t->rules = (struct plan_rules){
        .keep_class = one_in(&noise, 3) ? t->keep : NULL,
        .class_count = CLASSES,
        .val = t->with_val ? (double)(4 + noise_next(&noise) % 12) : 0,
        .stratify = !grouped && one_in(&noise, 2),
        .shuffle = one_in(&noise, 2),
        .per_class = one_in(&noise, 3) ? 1 + noise_next(&noise) % 9 : 0,
        .limit = one_in(&noise, 3) ? 5 + noise_next(&noise) % 40 : 0,
        .folds = one_in(&noise, 2) ? 2 + noise_next(&noise) % 3 : 0,
        .seed = noise_next(&noise),
    };
}

static uint32_t row_at(const struct plan_split *p, uint64_t i)
{
    return p->row ? p->row[i] : (uint32_t)i;
}

static bool is_candidate(const struct trial *t, uint64_t row)
{
    return (!t->rules.keep_class || t->keep[t->label[row]]) &&
           (!t->source.dropped || !t->dropped[row]);
}

/* Does a come before b, by the key of a purpose? */
static bool before(const struct trial *t, uint64_t purpose, uint64_t a,
                   uint64_t b)
{
    uint64_t x = philox_row(t->rules.seed, purpose, a);
    uint64_t y = philox_row(t->rules.seed, purpose, b);

    return x < y || (x == y && a < b);
}

/* ---- validation, without order and limits ---- */

static uint64_t count_candidates(const struct trial *t, bool same_class,
                                 uint64_t row)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < t->rows; i++)
        n += is_candidate(t, i) &&
             (!same_class || t->label[i] == t->label[row]);
    return n;
}

/* k / n of a class's rows, and one more for those of the largest remainders. */
static uint64_t quota(const struct trial *t, uint64_t row)
{
    uint64_t n = count_candidates(t, false, 0), k = (uint64_t)t->rules.val;
    uint64_t mine = k * count_candidates(t, true, row), left = k, larger = 0;
    bool counted[CLASSES] = { false };

    for (uint64_t i = 0; i < t->rows; i++) {
        uint16_t label = t->label[i];
        if (!is_candidate(t, i) || counted[label])
            continue;
        uint64_t other = k * count_candidates(t, true, i);
        counted[label] = true;
        left -= other / n;
        larger += other % n > mine % n ||
                  (other % n == mine % n && label < t->label[row]);
    }
    return mine / n + (larger < left);
}

static bool belongs_to_val(const struct trial *t, uint64_t row)
{
    uint64_t rank = 0;

    for (uint64_t i = 0; i < t->rows; i++)
        rank += is_candidate(t, i) &&
                (!t->rules.stratify || t->label[i] == t->label[row]) &&
                before(t, PLAN_VAL, i, row);
    return rank < (t->rules.stratify ? quota(t, row) : (uint64_t)t->rules.val);
}

static uint64_t group_size(const struct trial *t, uint32_t id)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < t->rows; i++)
        n += is_candidate(t, i) && t->group[i] == id;
    return n;
}

/* Walks from the group of the smallest key to that of `row`. */
static bool group_belongs_to_val(const struct trial *t, uint64_t row)
{
    uint64_t left = (uint64_t)t->rules.val;
    bool done[ROWS_MAX] = { false };

    for (;;) {
        uint64_t next = t->rows;
        for (uint64_t i = 0; i < t->rows; i++)
            if (is_candidate(t, i) && !done[i] &&
                (next == t->rows ||
                 before(t, PLAN_VAL, t->group[i], t->group[next])))
                next = i;
        uint64_t size = group_size(t, t->group[next]);
        if (t->group[next] == t->group[row])
            return size <= left;
        left -= size <= left ? size : 0;
        for (uint64_t i = 0; i < t->rows; i++)
            done[i] = done[i] || t->group[i] == t->group[next];
    }
}

/* Both splits before they are ordered, by the definition. */
static void expect_splits(const struct trial *t, struct plan_split want[SPLITS],
                          uint32_t rows[SPLITS][ROWS_MAX])
{
    for (size_t s = 0; s < SPLITS; s++)
        want[s] = (struct plan_split){ .row = rows[s] };
    for (uint64_t i = 0; i < t->rows; i++) {
        if (!is_candidate(t, i))
            continue;
        size_t s = !t->with_val      ? 0
                   : t->source.group ? group_belongs_to_val(t, i)
                                     : belongs_to_val(t, i);
        want[s].row[want[s].rows++] = (uint32_t)i;
    }
}

/* Is the row of place i within the limit of its class? */
static bool within_class(const struct trial *t, const uint32_t *row, uint64_t i)
{
    uint64_t earlier = 0;

    for (uint64_t j = 0; j < i; j++)
        earlier += t->label[row[j]] == t->label[row[i]];
    return t->rules.per_class == 0 || earlier < t->rules.per_class;
}

static void check_split(const struct trial *t, size_t s,
                        const struct plan_split *want, uint64_t seed)
{
    const struct plan_split *got = &t->split[s];
    uint32_t ordered[ROWS_MAX];
    struct permutation p;
    uint64_t at = 0;

    permutation_init(&p, want->rows, t->rules.seed,
                     PLAN_SHUFFLE + 256 * (t->stream + s));
    for (uint64_t i = 0; i < want->rows; i++) {
        if (t->rules.shuffle)
            ordered[permutation_inverse(&p, i)] = want->row[i];
        else
            ordered[i] = want->row[i];
    }
    for (uint64_t i = 0; i < want->rows; i++) {
        if (!within_class(t, ordered, i))
            continue;
        if (t->rules.limit > 0 && at == t->rules.limit)
            break;
        if (at >= got->rows || row_at(got, at) != ordered[i])
            fail_msg("seed %d: split %zu, row %d", (int)seed, s, (int)at);
        at++;
    }
    assert_int_equal(at, got->rows);
}

/* ---- folds ---- */

/* The sizes of all folds, or of one class in them, differ by one at most. */
static void check_balance(const struct trial *t, int label)
{
    const struct plan_split *p = &t->split[0];
    uint64_t count[256] = { 0 }, least = UINT64_MAX, most = 0;

    for (uint64_t i = 0; i < p->rows; i++) {
        assert_true(p->fold[i] < t->rules.folds);
        count[p->fold[i]] += label < 0 || t->label[row_at(p, i)] == label;
    }
    for (uint64_t f = 0; f < t->rules.folds; f++) {
        least = count[f] < least ? count[f] : least;
        most = count[f] > most ? count[f] : most;
    }
    assert_true(most - least <= 1);
}

static void check_dealt(const struct trial *t, uint64_t seed)
{
    const struct plan_split *p = &t->split[0];

    check_balance(t, -1);
    for (int c = 0; t->rules.stratify && c < CLASSES; c++)
        check_balance(t, c);
    for (uint64_t i = 0; i < p->rows; i++) {
        uint32_t row = row_at(p, i);
        uint64_t rank = 0;
        for (uint64_t j = 0; j < p->rows; j++) {
            uint32_t other = row_at(p, j);
            bool same = !t->rules.stratify || t->label[other] == t->label[row];
            rank += (t->rules.stratify && t->label[other] < t->label[row]) ||
                    (same && before(t, PLAN_FOLDS, other, row));
        }
        if (p->fold[i] != rank % t->rules.folds)
            fail_msg("seed %d: fold of row %d", (int)seed, (int)i);
    }
}

/* The groups, largest first, go to the smallest fold. */
static void check_groups(const struct trial *t, uint64_t seed)
{
    const struct plan_split *p = &t->split[0];
    uint64_t size[ROWS_MAX] = { 0 }, load[256] = { 0 };
    bool done[ROWS_MAX] = { false };

    for (uint64_t i = 0; i < p->rows; i++)
        for (uint64_t j = 0; j < p->rows; j++)
            size[i] += t->group[row_at(p, i)] == t->group[row_at(p, j)];
    for (;;) {
        uint64_t next = p->rows, fold = 0;
        for (uint64_t i = 0; i < p->rows; i++)
            if (!done[i] && (next == p->rows || size[i] > size[next] ||
                             (size[i] == size[next] &&
                              before(t, PLAN_FOLDS, t->group[row_at(p, i)],
                                     t->group[row_at(p, next)]))))
                next = i;
        if (next == p->rows)
            return;
        for (uint64_t f = 1; f < t->rules.folds; f++)
            fold = load[f] < load[fold] ? f : fold;
        load[fold] += size[next];
        for (uint64_t i = 0; i < p->rows; i++) {
            if (t->group[row_at(p, i)] != t->group[row_at(p, next)])
                continue;
            done[i] = true;
            if (p->fold[i] != fold)
                fail_msg("seed %d: fold of row %d", (int)seed, (int)i);
        }
    }
}

static void test_random_rules(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    static struct trial t;
    static uint32_t rows[SPLITS][ROWS_MAX];
    size_t made = 0;

    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        struct plan_split want[SPLITS];
        struct error err = { 0 };

        make_trial(&t, seed);
        if (!plan_make(&t.rules, &t.source, t.stream, &t.split[0],
                       t.with_val ? &t.split[1] : NULL, &err)) {
            assert_int_equal(err.code, FAIL_USAGE); /* see test_plan.c */
            continue;
        }
        made++;
        expect_splits(&t, want, rows);
        for (size_t s = 0; s < (t.with_val ? 2 : 1); s++)
            check_split(&t, s, &want[s], seed);
        if (t.rules.folds > 0 && t.source.group)
            check_groups(&t, seed);
        else if (t.rules.folds > 0)
            check_dealt(&t, seed);
        for (size_t s = 0; s < SPLITS; s++)
            plan_release(&t.split[s]);
    }
    assert_true(made > TRIALS * 8 / 10);
}

/* ---- sizes as they are in use ---- */

enum { MANY = 60000 };

static void count_labels(const struct plan_split *p, const uint16_t *label,
                         uint64_t count[10])
{
    for (uint64_t i = 0; i < p->rows; i++)
        count[label[row_at(p, i)]]++;
}

/* Each class by its share, within one row; each row in one split. */
static void test_many_rows(void **state)
{
    (void)state;
    static uint16_t label[MANY];
    static bool seen[MANY];
    const struct plan_source source = { MANY, label, NULL, NULL };
    const struct plan_rules rules = {
        .val = 0.1234, .stratify = true, .shuffle = true, .seed = 1
    };
    uint64_t all[10] = { 0 }, part[10] = { 0 }, noise = 3;
    struct plan_split rest = { 0 }, val = { 0 };
    struct error err = { 0 };

    for (size_t i = 0; i < MANY; i++) {
        label[i] = (uint16_t)(noise_next(&noise) % 55 / 10);
        all[label[i]]++;
    }
    assert_true(plan_make(&rules, &source, 0, &rest, &val, &err));
    assert_int_equal(val.rows, 7404);
    assert_int_equal(rest.rows, MANY - 7404);
    count_labels(&val, label, part);
    for (size_t c = 0; c < 10; c++) {
        int64_t off = (int64_t)(part[c] * MANY) - (int64_t)(all[c] * 7404);
        assert_true(off < MANY && off > -MANY);
    }
    for (uint64_t i = 0; i < MANY; i++) {
        uint32_t row = i < 7404 ? row_at(&val, i) : row_at(&rest, i - 7404);
        assert_false(seen[row]);
        seen[row] = true;
    }
    plan_release(&rest);
    plan_release(&val);
}

/* The folds of a row are not the order's business. */
static void test_folds_keep_under_shuffle(void **state)
{
    (void)state;
    const struct plan_source source = { .rows = MANY };
    const struct plan_rules rules = { .folds = 256 };
    const struct plan_rules shuffled = { .folds = 256, .shuffle = true };
    struct plan_split a = { 0 }, b = { 0 };
    struct error err = { 0 };

    assert_true(plan_make(&rules, &source, 0, &a, NULL, &err));
    assert_true(plan_make(&shuffled, &source, 0, &b, NULL, &err));
    assert_null(a.row);
    assert_non_null(b.row);
    for (uint64_t i = 0; i < MANY; i++)
        assert_int_equal(b.fold[i], a.fold[b.row[i]]);
    plan_release(&a);
    plan_release(&b);
}

/* Each row with all its copies, in the fold of the row; val has none. */
static void check_copies(const struct plan_split *p,
                         const struct plan_split *of, uint64_t copies)
{
    static bool seen[3 * MANY];

    memset(seen, 0, sizeof seen);
    assert_int_equal(p->rows, of->rows * (copies + 1));
    for (uint64_t i = 0; i < p->rows; i++) {
        uint64_t which = p->row[i] * (copies + 1) + p->copy[i];
        assert_in_range(p->copy[i], 0, copies);
        assert_false(seen[which]);
        seen[which] = true;
    }
}

static void test_copies(void **state)
{
    (void)state;
    const struct plan_source source = { .rows = MANY };
    const struct plan_rules none = { .val = 0.25, .folds = 7, .limit = 5000 };
    struct plan_rules rules = none;
    struct plan_split plain = { 0 }, rest = { 0 }, val = { 0 };
    struct plan_split mixed = { 0 }, mixed_val = { 0 };
    struct error err = { 0 };

    rules.copies = 2;
    assert_true(plan_make(&none, &source, 0, &plain, &val, &err));
    plan_release(&val);
    assert_true(plan_make(&rules, &source, 0, &rest, &val, &err));
    assert_null(plain.copy);
    assert_null(val.copy);
    check_copies(&rest, &plain, 2);
    for (uint64_t i = 0; i < rest.rows; i++) {
        assert_int_equal(rest.copy[i], i / plain.rows);
        assert_int_equal(rest.row[i], plain.row[i % plain.rows]);
        assert_int_equal(rest.fold[i], plain.fold[i % plain.rows]);
    }
    rules.shuffle = true;
    assert_true(plan_make(&rules, &source, 0, &mixed, &mixed_val, &err));
    check_copies(&mixed, &plain, 2);
    uint64_t moved = 0;
    for (uint64_t i = 0; i < mixed.rows; i++)
        moved += mixed.copy[i] != rest.copy[i];
    assert_true(moved > mixed.rows / 2);
    plan_release(&plain);
    plan_release(&rest);
    plan_release(&val);
    plan_release(&mixed);
    plan_release(&mixed_val);
}

/* All rows in their places are still not all there is. */
static void test_copies_of_all_rows(void **state)
{
    (void)state;
    const struct plan_source source = { .rows = 5 };
    const struct plan_rules rules = { .copies = 1 };
    struct plan_split p = { 0 };
    struct error err = { 0 };

    assert_true(plan_make(&rules, &source, 0, &p, NULL, &err));
    assert_int_equal(p.rows, 10);
    for (uint64_t i = 0; i < 10; i++) {
        assert_int_equal(p.row[i], i % 5);
        assert_int_equal(p.copy[i], i / 5);
    }
    plan_release(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_rules),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_folds_keep_under_shuffle),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_copies_of_all_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

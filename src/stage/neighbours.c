/* SPDX-License-Identifier: MIT */
/* A tree of boxes over sums of blocks, and only then pixels. */
#include "stage/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/interrupt.h"
#include "base/sizes.h"

/* ---- pairs ---- */

void neighbours_release(struct neighbours *n)
{
    free(n->pair);
    *n = (struct neighbours){ 0 };
}

bool neighbours_put(struct neighbours *n, uint32_t a, uint32_t b,
                    uint64_t distance, struct error *err)
{
    if (n->count == NEIGHBOURS_MAX) {
        n->truncated = true;
        return true;
    }
    struct neighbour *pair =
        array_grow(n->pair, &n->room, n->count + 1, sizeof *pair, err);
    if (!pair)
        return false;
    n->pair = pair;
    n->pair[n->count++] =
        (struct neighbour){ a < b ? a : b, a < b ? b : a, distance };
    return true;
}

static int compare_pairs(const void *one, const void *other)
{
    const struct neighbour *x = one, *y = other;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void neighbours_sort(struct neighbours *n)
{
    if (n->count > 0)
        qsort(n->pair, n->count, sizeof *n->pair, compare_pairs);
}

/* ---- features ----
 * A picture is cut into 7 x 7 blocks (4 x 4 pixels, of 28 x 28), and each
 * feature is the sum of a block. By Cauchy and Schwarz the square of a
 * difference of sums over n pixels is at most n times the sum of the squared
 * differences, so features of two pictures are never further apart (squared)
 * than n times the pictures are. */

enum {
    GRID = 7,
    BLOCKS = GRID * GRID,
    STEP = 16,           /* as many as are compared at once */
    FEATURES = 3 * STEP, /* those that vary most; one block is left out */
    BOX_FEATURES = STEP, /* those by which the tree is made */
    FEATURE_MAX = 4095,  /* so that 48 squares fit 32 bits */
    LEAF_ROWS = 6,       /* the fastest by trial, but 4 to 8 is about equal */
};

struct features {
    int16_t at[FEATURES];
};

struct node {
    uint32_t first, end; /* of order */
    uint32_t child[2];   /* 0: it is a leaf */
    int16_t low[BOX_FEATURES], high[BOX_FEATURES];
};

struct search {
    const struct neighbours_among *among;
    struct neighbours *found;
    unsigned shift;            /* sums are divided by 2^shift, to fit */
    int32_t reach;             /* squared, of features */
    uint32_t *order;           /* owned: positions in among->row */
    struct features *features; /* owned, in that order */
    struct node *node;         /* owned */
    uint32_t nodes;
    unsigned char *one, *other; /* owned: a picture each */
    uint64_t compared, compared_max;
};

static void sum_blocks(const struct search *s, const unsigned char *image,
                       int16_t to[BLOCKS])
{
    size_t height = s->among->height, width = s->among->width;
    uint32_t sum[BLOCKS] = { 0 };

    for (size_t y = 0; y < height; y++, image += width) {
        uint32_t *row = &sum[y * GRID / height * GRID];
        for (size_t b = 0, x = 0; b < GRID; b++)
            for (; x * GRID < (b + 1) * width; x++)
                row[b] += image[x];
    }
    for (size_t b = 0; b < BLOCKS; b++)
        to[b] = (int16_t)(sum[b] >> s->shift);
}

/* Scale and reach follow from the pixels of the largest block. A sum that is
 * divided and rounded down moves by less than 1, and all of them together by
 * less than the root of their number. */
static void choose_scale(struct search *s)
{
    size_t pixels = ((s->among->height + GRID - 1) / GRID) *
                    ((s->among->width + GRID - 1) / GRID);
    double reach = sqrt((double)s->among->distance * (double)pixels);

    while (pixels * 255 >> s->shift > FEATURE_MAX)
        s->shift++;
    reach = ldexp(reach, -(int)s->shift);
    if (s->shift > 0)
        reach += sqrt(FEATURES);
    reach = ceil(reach * reach * (1 + 1e-9)); /* sqrt is not exact */
    s->reach = reach < INT32_MAX ? (int32_t)reach : INT32_MAX;
}

/* Which blocks are the features: the first differ most from row to row, so
 * that few have to be looked at. */
static void choose_blocks(const struct search *s, const int16_t *sums,
                          size_t chosen[FEATURES])
{
    double spread[BLOCKS], rows = (double)s->among->count;

    for (size_t b = 0; b < BLOCKS; b++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < s->among->count; i++) {
            double x = sums[i * BLOCKS + b];
            sum += x;
            squares += x * x;
        }
        spread[b] = squares - sum * sum / rows;
    }
    for (size_t f = 0; f < FEATURES; f++) {
        size_t most = 0;
        for (size_t b = 1; b < BLOCKS; b++)
            if (spread[b] > spread[most])
                most = b;
        chosen[f] = most;
        spread[most] = -HUGE_VAL;
    }
}

static void pick(const int16_t *sums, const size_t chosen[FEATURES],
                 struct features *to)
{
    for (size_t f = 0; f < FEATURES; f++)
        to->at[f] = sums[chosen[f]];
}

/* ---- the tree ---- */

/* Puts the k-th of order[first..end) by this feature in its place, smaller
 * ones before it and larger ones behind. */
static void part_at(uint32_t *order, const struct features *by, size_t feature,
                    uint32_t first, uint32_t end, uint32_t k)
{
    while (end - first > 1) {
        int16_t pivot = by[order[first + (end - first) / 2]].at[feature];
        int64_t i = first, j = (int64_t)end - 1;
        while (i <= j) {
            while (by[order[i]].at[feature] < pivot)
                i++;
            while (by[order[j]].at[feature] > pivot)
                j--;
            if (i <= j) {
                uint32_t other = order[i];
                order[i++] = order[j];
                order[j--] = other;
            }
        }
        if (k <= j)
            end = (uint32_t)j + 1;
        else if (k >= i)
            first = (uint32_t)i;
        else
            return;
    }
}

static void find_box(const struct search *s, const struct features *by,
                     struct node *n)
{
    for (size_t f = 0; f < BOX_FEATURES; f++) {
        n->low[f] = FEATURE_MAX;
        n->high[f] = 0;
    }
    for (uint32_t i = n->first; i < n->end; i++) {
        const struct features *row = &by[s->order[i]];
        for (size_t f = 0; f < BOX_FEATURES; f++) {
            n->low[f] = row->at[f] < n->low[f] ? row->at[f] : n->low[f];
            n->high[f] = row->at[f] > n->high[f] ? row->at[f] : n->high[f];
        }
    }
}

/* Halves the rows by the feature in which their box is longest. As the parts
 * are halves, there are at most 32 levels. */
static uint32_t grow(struct search *s, const struct features *by,
                     uint32_t first, uint32_t end)
{
    uint32_t at = s->nodes++, middle = first + (end - first) / 2;
    struct node *n = &s->node[at];
    size_t longest = 0;

    *n = (struct node){ .first = first, .end = end };
    find_box(s, by, n);
    if (end - first <= LEAF_ROWS)
        return at;
    for (size_t f = 1; f < BOX_FEATURES; f++)
        if (n->high[f] - n->low[f] > n->high[longest] - n->low[longest])
            longest = f;
    part_at(s->order, by, longest, first, end, middle);
    n->child[0] = grow(s, by, first, middle);
    n->child[1] = grow(s, by, middle, end);
    return at;
}

/* ---- comparing ---- */

/* Differences are of 16 bits so that compilers multiply and add pairs. */
static bool boxes_apart(const struct search *s, const struct node *p,
                        const struct node *q)
{
    int32_t sum = 0;

    for (size_t f = 0; f < BOX_FEATURES; f++) {
        int16_t above = (int16_t)(p->low[f] - q->high[f]);
        int16_t below = (int16_t)(q->low[f] - p->high[f]);
        int16_t gap = above > below ? above : below;
        gap = gap > 0 ? gap : 0;
        sum += gap * gap;
    }
    return sum > s->reach;
}

static bool features_apart(const struct search *s, const struct features *a,
                           const struct features *b)
{
    int32_t sum = 0;

    for (size_t step = 0; step < FEATURES; step += STEP) {
        for (size_t f = step; f < step + STEP; f++) {
            int16_t difference = (int16_t)(a->at[f] - b->at[f]);
            sum += difference * difference;
        }
        if (sum > s->reach)
            return true;
    }
    return false;
}

/* Anything above `most` when they are further apart than that. */
static uint64_t distance_of(const unsigned char *a, const unsigned char *b,
                            size_t pixels, uint64_t most)
{
    enum { AT_ONCE = 256 };
    uint64_t sum = 0;

    for (size_t first = 0; first < pixels && sum <= most; first += AT_ONCE) {
        size_t end = pixels - first < AT_ONCE ? pixels : first + AT_ONCE;
        int32_t part = 0;
        for (size_t p = first; p < end; p++) {
            int16_t difference = (int16_t)(a[p] - b[p]);
            part += difference * difference;
        }
        sum += (uint32_t)part;
    }
    return sum;
}

static bool read_at(const struct search *s, uint32_t at, unsigned char *to,
                    struct error *err)
{
    return s->among->read(s->among->context, s->among->row[s->order[at]], to,
                          err);
}

/* Has the search come to one of its limits? */
static bool is_over(const struct search *s)
{
    return s->found->truncated;
}

/* One row with those of order[first..end). */
static bool compare_row(struct search *s, uint32_t at, uint32_t first,
                        uint32_t end, struct error *err)
{
    const struct neighbours_among *among = s->among;
    bool is_read = false;

    for (uint32_t i = first; i < end && !is_over(s); i++) {
        if (features_apart(s, &s->features[at], &s->features[i]))
            continue;
        if (s->compared == s->compared_max) {
            s->found->truncated = true;
            return true;
        }
        s->compared++;
        if ((!is_read && !read_at(s, at, s->one, err)) ||
            !read_at(s, i, s->other, err))
            return false;
        is_read = true;
        uint64_t distance = distance_of(
            s->one, s->other, among->height * among->width, among->distance);
        if (distance <= among->distance &&
            !neighbours_put(s->found, among->row[s->order[at]],
                            among->row[s->order[i]], distance, err))
            return false;
    }
    return true;
}

static bool compare_leaves(struct search *s, const struct node *p,
                           const struct node *q, struct error *err)
{
    if (!interrupt_none(err))
        return false;
    for (uint32_t i = p->first; i < p->end; i++)
        if (!compare_row(s, i, p == q ? i + 1 : q->first, q->end, err))
            return false;
    return true;
}

/* All pairs of a row below p and one below q; p == q, or they have no row in
 * common. No deeper than twice the tree. */
static bool compare_nodes(struct search *s, const struct node *p,
                          const struct node *q, struct error *err)
{
    if (is_over(s) || (p != q && boxes_apart(s, p, q)))
        return true;
    if (!p->child[0] && !q->child[0])
        return compare_leaves(s, p, q, err);
    if (p == q) {
        const struct node *left = &s->node[p->child[0]];
        const struct node *right = &s->node[p->child[1]];
        return compare_nodes(s, left, left, err) &&
               compare_nodes(s, left, right, err) &&
               compare_nodes(s, right, right, err);
    }
    if (!p->child[0] || (q->child[0] && q->end - q->first > p->end - p->first))
        return compare_nodes(s, p, &s->node[q->child[0]], err) &&
               compare_nodes(s, p, &s->node[q->child[1]], err);
    return compare_nodes(s, &s->node[p->child[0]], q, err) &&
           compare_nodes(s, &s->node[p->child[1]], q, err);
}

/* ---- the search ---- */

/* Features of all rows, by position in among->row. */
static bool make_features(struct search *s, struct features *to,
                          struct error *err)
{
    size_t count = s->among->count, chosen[FEATURES];
    int16_t *sums = calloc(count, BLOCKS * sizeof *sums);
    bool ok = sums || error_memory(err);

    for (size_t i = 0; ok && i < count; i++) {
        ok = s->among->read(s->among->context, s->among->row[i], s->one, err) &&
             interrupt_none(err);
        if (ok)
            sum_blocks(s, s->one, sums + i * BLOCKS);
    }
    if (ok)
        choose_blocks(s, sums, chosen);
    for (size_t i = 0; ok && i < count; i++)
        pick(sums + i * BLOCKS, chosen, &to[i]);
    free(sums);
    return ok;
}

static bool make_tree(struct search *s, struct error *err)
{
    uint32_t count = (uint32_t)s->among->count;
    struct features *by = calloc(count, sizeof *by);

    s->order = calloc(count, sizeof *s->order);
    /* Halves of more than LEAF_ROWS have at least half as many, so there are
     * no more leaves than this; and fewer inner nodes than leaves. */
    s->node = calloc(2 * ((size_t)count / ((LEAF_ROWS + 1) / 2) + 1),
                     sizeof *s->node);
    bool ok = (by && s->order && s->node) || error_memory(err);
    ok = ok && make_features(s, by, err);
    if (ok) {
        s->features = calloc(count, sizeof *s->features);
        ok = s->features || error_memory(err);
    }
    if (ok) {
        for (uint32_t i = 0; i < count; i++)
            s->order[i] = i;
        (void)grow(s, by, 0, count);
        for (uint32_t i = 0; i < count; i++)
            s->features[i] = by[s->order[i]];
    }
    free(by);
    return ok;
}

bool neighbours_find(struct neighbours *n, const struct neighbours_among *among,
                     struct error *err)
{
    struct search s = {
        .among = among,
        .found = n,
        .compared_max = (uint64_t)NEIGHBOURS_COMPARED * among->count,
    };

    if (s.compared_max < NEIGHBOURS_COMPARED_ALWAYS)
        s.compared_max = NEIGHBOURS_COMPARED_ALWAYS;
    if (among->count < 2)
        return true;
    s.one = malloc(among->height * among->width);
    s.other = malloc(among->height * among->width);
    bool ok = (s.one && s.other) || error_memory(err);
    if (ok)
        choose_scale(&s);
    ok = ok && make_tree(&s, err) && compare_nodes(&s, s.node, s.node, err);
    free(s.order);
    free(s.features);
    free(s.node);
    free(s.one);
    free(s.other);
    return ok;
}

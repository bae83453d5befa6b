/* SPDX-License-Identifier: MIT */
/* Means of groups first, then a normal distribution of rows. */
#include "stage/orientation.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = ORIENTATION_GRID, FEATURES = ORIENTATION_FEATURES };

/* See the header. */
static const double group_ratio = 4, row_ratio = 1.0 / 7, usual = 2;
static const double ridge = 0.1;

/* The distribution is estimated so many times; rows that are 20 times as likely
 * (e^3; squares differ by 6) when they are transposed take no part in the next
 * one. Else they would make their own kind usual: of a few in a hundred hardly
 * one would be found. */
enum { ESTIMATES = 3 };
static const double suspect = 6;

void orientation_features_of(const unsigned char *image, size_t side,
                             struct orientation_features *to)
{
    uint32_t sum[FEATURES] = { 0 }, pixels[FEATURES] = { 0 };

    for (size_t y = 0; y < side; y++, image += side) {
        size_t row = y * GRID / side * GRID;
        for (size_t b = 0, x = 0; b < GRID; b++) {
            for (; x * GRID < (b + 1) * side; x++) {
                sum[row + b] += image[x];
                pixels[row + b]++;
            }
        }
    }
    for (size_t f = 0; f < FEATURES; f++)
        to->at[f] = pixels[f] > 0 ? (float)sum[f] / (float)pixels[f] : 0;
}

static size_t mirrored(size_t feature)
{
    return feature % GRID * GRID + feature / GRID;
}

/* ---- groups ---- */

struct mean {
    double at[FEATURES];
    size_t rows;
};

/* Of the rows of a group, or of all others. */
static struct mean mean_of(const struct orientation *o, size_t group,
                           bool others)
{
    struct mean m = { .rows = 0 };

    for (size_t i = 0; i < o->count; i++) {
        if ((o->group[i] == group) == others)
            continue;
        for (size_t f = 0; f < FEATURES; f++)
            m.at[f] += (double)o->rows[i].at[f];
        m.rows++;
    }
    for (size_t f = 0; f < FEATURES && m.rows > 0; f++)
        m.at[f] /= (double)m.rows;
    return m;
}

static bool is_group_transposed(const struct orientation *o, size_t group)
{
    struct mean own = mean_of(o, group, false);
    struct mean rest = mean_of(o, group, true);
    double as_is = 0, turned = 0;

    /* Of two that contradict each other, the smaller one is wrong; of two of a
     * size, the second. */
    if (own.rows < ORIENTATION_GROUP_ROWS || own.rows > rest.rows ||
        (own.rows == rest.rows && o->group[0] == group))
        return false;
    for (size_t f = 0; f < FEATURES; f++) {
        double a = own.at[f] - rest.at[f];
        double b = own.at[mirrored(f)] - rest.at[f];
        as_is += a * a;
        turned += b * b;
    }
    return as_is > group_ratio * turned;
}

/* ---- rows ---- */

/* A normal distribution: column i of the Cholesky factor of its covariance
 * stands in row i, from the diagonal on. */
struct normal {
    size_t rows; /* that it was estimated by */
    double mean[FEATURES];
    double factor[FEATURES][FEATURES];
};

/* By the rows that are used. False when there are less than `least`. */
static bool estimate(const struct orientation *o, const bool *used,
                     size_t least, struct normal *n)
{
    double trace = 0;
    size_t rows = 0;

    for (size_t i = 0; i < o->count; i++)
        rows += used[i];
    if (rows < least)
        return false;
    *n = (struct normal){ .rows = rows };
    for (size_t i = 0; i < o->count; i++)
        for (size_t f = 0; used[i] && f < FEATURES; f++)
            n->mean[f] += (double)o->rows[i].at[f];
    for (size_t f = 0; f < FEATURES; f++)
        n->mean[f] /= (double)rows;
    for (size_t i = 0; i < o->count; i++) {
        double from_mean[FEATURES];
        if (!used[i])
            continue;
        for (size_t f = 0; f < FEATURES; f++)
            from_mean[f] = (double)o->rows[i].at[f] - n->mean[f];
        for (size_t f = 0; f < FEATURES; f++)
            for (size_t g = f; g < FEATURES; g++)
                n->factor[f][g] += from_mean[f] * from_mean[g];
    }
    for (size_t f = 0; f < FEATURES; f++) {
        for (size_t g = f; g < FEATURES; g++)
            n->factor[f][g] /= (double)rows;
        trace += n->factor[f][f];
    }
    /* One level more, so that pictures that are all equal are no exception. */
    for (size_t f = 0; f < FEATURES; f++)
        n->factor[f][f] += ridge * trace / FEATURES + 1;
    return true;
}

/* From the covariance to its factor. It is positive definite, as its diagonal
 * has been raised. */
static void factorize(struct normal *n)
{
    for (size_t f = 0; f < FEATURES; f++) {
        double *column = n->factor[f], root = sqrt(column[f]);
        for (size_t g = f; g < FEATURES; g++)
            column[g] /= root;
        for (size_t g = f + 1; g < FEATURES; g++)
            for (size_t h = g; h < FEATURES; h++)
                n->factor[g][h] -= column[g] * column[h];
    }
}

/* The square of the distance to the mean. */
static double distance_of(const struct normal *n,
                          const struct orientation_features *row,
                          bool transposed)
{
    double left[FEATURES], sum = 0;

    for (size_t f = 0; f < FEATURES; f++)
        left[f] = (double)row->at[transposed ? mirrored(f) : f] - n->mean[f];
    for (size_t f = 0; f < FEATURES; f++) {
        const double *column = n->factor[f];
        double solved = left[f] / column[f];
        sum += solved * solved;
        for (size_t g = f + 1; g < FEATURES; g++)
            left[g] -= solved * column[g];
    }
    return sum;
}

/* What the rows of a class are judged by. The distribution is one of rows that
 * are in no transposed group. */
struct judging {
    bool *used;             /* owned, by row: the next estimate is by these */
    double *as_is, *turned; /* owned, by row: squares of distances */
    double *sorted;         /* owned */
    struct normal normal;
};

/* Of a row that the distribution was estimated by, with others: its distance
 * had it been left out, by Sherman and Morrison (the ridge is as good as the
 * same). Of 110 rows that is half as much again, and of 6000 a hundredth; rows
 * that took no part have it anyway. */
static double had_it_been_left_out(double distance, size_t rows)
{
    double others = (double)rows - 1;

    return distance * (double)rows / others / (1 - distance / others);
}

static void measure(const struct orientation *o, struct judging *j)
{
    for (size_t i = 0; i < o->count; i++) {
        j->as_is[i] = distance_of(&j->normal, &o->rows[i], false);
        j->turned[i] = distance_of(&j->normal, &o->rows[i], true);
        if (j->used[i])
            j->as_is[i] = had_it_been_left_out(j->as_is[i], j->normal.rows);
        j->used[i] = !o->transposed[i] && j->turned[i] >= j->as_is[i] - suspect;
    }
}

static int compare_reals(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

static double median(const struct orientation *o, struct judging *j)
{
    size_t count = 0;

    for (size_t i = 0; i < o->count; i++)
        if (!o->transposed[i])
            j->sorted[count++] = j->as_is[i];
    qsort(j->sorted, count, sizeof *j->sorted, compare_reals);
    return j->sorted[count / 2];
}

static void judge_rows(const struct orientation *o, struct judging *j)
{
    for (size_t i = 0; i < o->count; i++)
        j->used[i] = !o->transposed[i];
    if (!estimate(o, j->used, ORIENTATION_CLASS_ROWS, &j->normal))
        return;
    factorize(&j->normal);
    measure(o, j);
    for (int pass = 1; pass < ESTIMATES; pass++) {
        if (!estimate(o, j->used, ORIENTATION_CLASS_ROWS / 2, &j->normal))
            break;
        factorize(&j->normal);
        measure(o, j);
    }
    double most = usual * median(o, j);
    for (size_t i = 0; i < o->count; i++) {
        /* In a transposed group it is the other way round. */
        double stands = o->transposed[i] ? j->turned[i] : j->as_is[i];
        double other = o->transposed[i] ? j->as_is[i] : j->turned[i];
        if (other < row_ratio * stands && other < most)
            o->transposed[i] = !o->transposed[i];
    }
}

bool orientation_find(const struct orientation *o, struct error *err)
{
    struct judging *j = calloc(1, sizeof *j);
    bool ok = j != NULL;

    memset(o->transposed, 0, o->count * sizeof *o->transposed);
    for (size_t group = 0; group < o->groups; group++)
        if (is_group_transposed(o, group))
            for (size_t i = 0; i < o->count; i++)
                o->transposed[i] = o->transposed[i] || o->group[i] == group;
    if (ok) {
        j->used = calloc(o->count + 1, sizeof *j->used);
        j->as_is = calloc(o->count + 1, sizeof *j->as_is);
        j->turned = calloc(o->count + 1, sizeof *j->turned);
        j->sorted = calloc(o->count + 1, sizeof *j->sorted);
        ok = j->used && j->as_is && j->turned && j->sorted;
    }
    if (ok)
        judge_rows(o, j);
    else
        error_memory(err);
    if (j) {
        free(j->used);
        free(j->as_is);
        free(j->turned);
        free(j->sorted);
    }
    free(j);
    return ok;
}

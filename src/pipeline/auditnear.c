/* SPDX-License-Identifier: MIT */
/* Near duplicates: a search among all pictures of a size, of which equal ones
 * take part once. */
#include <math.h>
#include <stdlib.h>

#include "pipeline/auditwork.h"
#include "stage/neighbours.h"

static bool read_row(void *context, uint64_t row, unsigned char *to,
                     struct error *err)
{
    return audit_read(context, row, to, err);
}

/* Adds the rows of a part that are the first of their kind, and not of one
 * level. */
static size_t list_rows(const struct audit_work *w,
                        const struct audit_part *part, uint32_t *to)
{
    size_t n = 0;

    for (uint64_t row = part->first; row < part->first + part->rows; row++)
        if (w->level[row] == AUDIT_MANY_LEVELS && w->equal.first[row] == row)
            to[n++] = (uint32_t)row;
    return n;
}

/* Searches all parts whose pictures have the size of part i's; those of an
 * earlier one have been. `rows` has room for all. */
static bool search_size(struct audit_work *w, size_t i, uint32_t *rows,
                        struct neighbours *found, struct error *err)
{
    const struct audit_part *part = &w->part[i];
    double most = w->rules.near * w->rules.near * (double)part->bytes;
    struct neighbours_among among = {
        .row = rows,
        .height = part->height,
        .width = part->width,
        .distance = most < 0x1p62 ? (uint64_t)most : (uint64_t)1 << 62,
        .read = read_row,
        .context = w,
    };

    for (size_t j = 0; j < w->part_count; j++) {
        const struct audit_part *other = &w->part[j];
        if (other->height != part->height || other->width != part->width)
            continue;
        if (j < i)
            return true;
        among.count += list_rows(w, other, rows + among.count);
    }
    return neighbours_find(found, &among, err);
}

/* What is near to a row is near to those that are equal to it. */
static bool add_equal(const struct audit_work *w, struct neighbours *to,
                      const struct neighbour *pair, struct error *err)
{
    for (uint32_t a = pair->a;; a = w->next[a]) {
        for (uint32_t b = pair->b;; b = w->next[b]) {
            if (to->truncated)
                return true;
            if (!neighbours_put(to, a, b, pair->distance, err))
                return false;
            if (w->next[b] == 0)
                break;
        }
        if (w->next[a] == 0)
            return true;
    }
}

static bool report_pair(const struct audit_work *w,
                        const struct neighbour *pair, struct audit *to,
                        struct error *err)
{
    const struct audit_part *a = audit_part_of(w, pair->a);
    const struct audit_part *b = audit_part_of(w, pair->b);
    int64_t label = w->label[pair->a];
    bool same = a->has_labels && b->has_labels && label == w->label[pair->b] &&
                audit_is_class(w, label);
    struct finding *finding =
        audit_new(to, FINDING_NEAR_DUPLICATE, a->split, same ? label : -1, err);

    if (!finding)
        return false;
    finding->measure = sqrt((double)pair->distance / (double)a->bytes);
    return audit_put(to, w, pair->a, err) && audit_put(to, w, pair->b, err);
}

bool audit_find_near(struct audit_work *w, struct audit *to, struct error *err)
{
    struct neighbours first = { 0 }, all = { 0 };
    uint32_t *rows = calloc((size_t)w->rows + 1, sizeof *rows);
    bool ok = rows || error_memory(err);

    for (size_t i = 0; ok && i < w->part_count; i++)
        ok = search_size(w, i, rows, &first, err);
    free(rows);
    for (size_t i = 0; ok && i < first.count; i++)
        ok = add_equal(w, &all, &first.pair[i], err);
    to->truncated = first.truncated || all.truncated;
    neighbours_sort(&all);
    for (size_t i = 0; ok && i < all.count; i++)
        ok = report_pair(w, &all.pair[i], to, err);
    neighbours_release(&first);
    neighbours_release(&all);
    return ok;
}

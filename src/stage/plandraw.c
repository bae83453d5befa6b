/* SPDX-License-Identifier: MIT */
/* Keys, sorted. */
#include "stage/plandraw.h"

#include <stdlib.h>

#include "base/philox.h"

void *plan_array(uint64_t n, size_t bytes, struct error *err)
{
    void *array = calloc(n > 0 ? (size_t)n : 1, bytes);

    if (!array)
        error_memory(err);
    return array;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_key(const void *a, const void *b)
{
    const struct plan_draw *x = a, *y = b;
    int keys = order(x->key, y->key), parts = order(x->part, y->part);

    return keys ? keys : parts ? parts : order(x->row, y->row);
}

static int by_part(const void *a, const void *b)
{
    const struct plan_draw *x = a, *y = b;
    int parts = order(x->part, y->part);

    return parts ? parts : by_key(a, b);
}

struct plan_draw *plan_draw(const struct plan_rules *rules,
                            const struct plan_source *source,
                            enum plan_purpose purpose,
                            const struct plan_split *from, struct error *err)
{
    struct plan_draw *draws = plan_array(from->rows, sizeof *draws, err);

    for (uint64_t i = 0; draws && i < from->rows; i++) {
        uint32_t row = from->row[i];
        uint32_t part = source->group     ? source->group[row]
                        : rules->stratify ? source->label[row]
                                          : 0;
        uint32_t subject = source->group ? part : row;
        draws[i] =
            (struct plan_draw){ philox_row(rules->seed, purpose, subject), part,
                                row };
    }
    if (draws)
        qsort(draws, (size_t)from->rows, sizeof *draws,
              source->group ? by_key : by_part);
    return draws;
}

int plan_by_weight(const void *a, const void *b)
{
    const struct plan_run *x = a, *y = b;
    int weights = order(y->weight, x->weight);

    return weights ? weights : order(x->start, y->start);
}

bool plan_find_runs(struct plan_runs *to, const struct plan_draw *draws,
                    uint64_t n, struct error *err)
{
    struct plan_runs runs = { 0 };

    for (uint64_t i = 0; i < n; i++)
        runs.count += i == 0 || draws[i].part != draws[i - 1].part;
    runs.run = plan_array(runs.count, sizeof *runs.run, err);
    if (!runs.run)
        return false;
    struct plan_run *at = runs.run;
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0 && draws[i].part != draws[i - 1].part)
            at++;
        if (at->size++ == 0)
            at->start = (uint32_t)i;
    }
    *to = runs;
    return true;
}

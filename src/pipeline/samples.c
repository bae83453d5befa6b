/* SPDX-License-Identifier: MIT */
/* Choosing rows by their labels, and picking them while splits stream by. */
#include "pipeline/samples.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/permutation.h"
#include "pipeline/block.h"
#include "stage/plan.h"

/* What is done with a block of rows, of which `first` is the first; false: no
 * more are wanted, or *err is set. */
typedef bool block_taker(void *context, const struct block *block,
                         uint64_t first, struct error *err);

/* Reads on until `take` has enough. */
static bool stream_rows(struct view_rows *rows, block_taker *take,
                        void *context, struct error *err)
{
    struct block block = { 0 };
    uint64_t first = 0;
    bool more = block_init(&block, block_rows(rows->image_bytes, 0),
                           rows->image_bytes, err);

    while (more) {
        ptrdiff_t n = view_rows_read(rows, block.images, block.labels,
                                     block.capacity, err);
        if (n <= 0)
            break;
        block.rows = (size_t)n;
        more = take(context, &block, first, err);
        first += block.rows;
    }
    block_release(&block);
    return err->code == FAIL_NONE;
}

/* ---- choosing ---- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The rows of all classes. */
struct classes {
    size_t count;
    uint64_t all_rows;
    uint32_t *label; /* owned, by row; as many as classes: no class */
    uint64_t *rows;  /* owned, by class */
};

static bool note_labels(void *context, const struct block *block,
                        uint64_t first, struct error *err)
{
    struct classes *c = context;

    (void)err;
    for (size_t i = 0; i < block->rows; i++) {
        bool valid = block->labels[i] >= 0 &&
                     (uint64_t)block->labels[i] < c->count;
        size_t label = valid ? (size_t)block->labels[i] : c->count;
        c->label[first + i] = (uint32_t)label;
        if (valid)
            c->rows[label]++;
    }
    return true;
}

/* Adds `count` rows of one class, in the order of the rule. */
static bool add_class(struct row_list *list, const struct classes *c,
                      const struct sample_rule *rule, size_t label,
                      struct error *err)
{
    uint64_t count = smaller(rule->count, c->rows[label]), n = 0;
    uint64_t *member = calloc((size_t)c->rows[label] + 1, sizeof *member);
    struct permutation order;
    bool ok = member || error_memory(err);

    for (uint64_t row = 0; ok && row < c->all_rows; row++)
        if (c->label[row] == label)
            member[n++] = row;
    permutation_init(&order, n, rule->seed, PLAN_SAMPLES + 256 * (label + 1));
    for (uint64_t i = 0; ok && i < count; i++) {
        uint64_t row = member[rule->random ? permutation_at(&order, i) : i];
        ok = row_list_add(list, (struct row_place){ rule->split, row, 0 }, err);
    }
    free(member);
    return ok;
}

static bool choose_classes(struct row_list *list, const struct view *v,
                           struct view_rows *rows,
                           const struct sample_rule *rule, struct error *err)
{
    struct classes c = { .count = v->class_count, .all_rows = rows->count };

    if (!rows->has_labels)
        return error_set(err, FAIL_USAGE, "%s, %s has no labels, so no classes",
                         v->name, v->split_name[rule->split]);
    c.label = calloc((size_t)rows->count + 1, sizeof *c.label);
    c.rows = calloc(c.count + 1, sizeof *c.rows);
    bool ok = ((c.label && c.rows) || error_memory(err)) &&
              stream_rows(rows, note_labels, &c, err);
    for (size_t label = 0; ok && label < c.count; label++)
        if (rule->per_class || (int64_t)label == rule->label)
            ok = add_class(list, &c, rule, label, err);
    free(c.label);
    free(c.rows);
    return ok;
}

static bool choose_any(struct row_list *list, uint64_t rows,
                       const struct sample_rule *rule, struct error *err)
{
    uint64_t count = smaller(rule->count, rows);
    struct permutation order;

    permutation_init(&order, rows, rule->seed, PLAN_SAMPLES);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t row = rule->random ? permutation_at(&order, i) : i;
        if (!row_list_add(list, (struct row_place){ rule->split, row, 0 }, err))
            return false;
    }
    return true;
}

bool samples_choose(struct row_list *list, const struct view *v,
                    const struct sample_rule *rule, struct error *err)
{
    bool by_class = rule->per_class || rule->of_class;
    struct view looked_at = *v; /* borrows all of it */
    struct view_rows rows = { 0 };

    if (by_class)
        looked_at.flags |= SOURCE_LABELS;
    bool ok = view_rows_open(&rows, &looked_at, rule->split, err) &&
              (by_class ? choose_classes(list, v, &rows, rule, err)
                        : choose_any(list, rows.count, rule, err));
    view_rows_close(&rows);
    return ok;
}

/* ---- picking ---- */

/* Positions in the list, by rising row, so that one pass finds them all. */
struct wanted {
    uint64_t row;
    size_t position;
};

struct picking {
    struct samples *samples;
    struct wanted *wanted;
    size_t next, count, image_bytes;
    bool has_labels;
};

static int by_row(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static bool take_wanted(void *context, const struct block *block,
                        uint64_t first, struct error *err)
{
    struct picking *p = context;

    (void)err;
    for (; p->next < p->count; p->next++) {
        const struct wanted *w = &p->wanted[p->next];
        struct sample *s = &p->samples->sample[w->position];
        if (w->row - first >= block->rows)
            return true;
        size_t i = (size_t)(w->row - first);
        s->has_label = p->has_labels;
        s->label = p->has_labels ? block->labels[i] : 0;
        s->again = p->next > 0 && w[-1].row == w->row;
        memcpy(s->image, block->images + i * p->image_bytes, p->image_bytes);
    }
    return false;
}

/* Room for the samples, once the size of pictures is known. */
static bool make_room(struct samples *s, const struct view *v,
                      const struct view_rows *rows, size_t split,
                      struct error *err)
{
    if (s->images) {
        if (rows->height == s->height && rows->width == s->width)
            return true;
        return error_set(err, FAIL_DATA,
                         "pictures of %zux%zu and of %zux%zu cannot be shown "
                         "together; choose one by --split %s",
                         s->height, s->width, rows->height, rows->width,
                         v->split_name[split]);
    }
    s->height = rows->height;
    s->width = rows->width;
    s->images = calloc(s->count, rows->image_bytes);
    for (size_t i = 0; s->images && i < s->count; i++)
        s->sample[i].image = s->images + i * rows->image_bytes;
    return s->images || error_memory(err);
}

static bool no_such_row(const struct view *v, const struct view_rows *rows,
                        const struct row_list *list,
                        const struct row_place *place, struct error *err)
{
    const char *split = v->split_name[place->split];

    if (rows->count == 0)
        error_set(err, FAIL_USAGE, "there are no rows to pick from in '%s'",
                  split);
    else
        error_set(err, FAIL_USAGE,
                  "there is no row %" PRIu64
                  " in '%s'; the rows are 0 to %" PRIu64,
                  place->row, split, rows->count - 1);
    if (list->file)
        error_prefix(err, "'%s', line %zu", list->file, place->line);
    return false;
}

/* Collects what is wanted of one split, and checks it. */
static bool list_wanted(struct picking *p, const struct view *v,
                        const struct view_rows *rows, size_t split,
                        const struct row_list *list, struct error *err)
{
    p->count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct row_place *place = &list->place[i];
        if (place->split != split)
            continue;
        if (place->row >= rows->count)
            return no_such_row(v, rows, list, place, err);
        p->wanted[p->count++] = (struct wanted){ place->row, i };
    }
    qsort(p->wanted, p->count, sizeof *p->wanted, by_row);
    return true;
}

static bool pick_split(struct picking *p, const struct view *v, size_t split,
                       const struct row_list *list, struct error *err)
{
    struct view_rows rows = { 0 };
    bool ok = view_rows_open(&rows, v, split, err) &&
              list_wanted(p, v, &rows, split, list, err) &&
              make_room(p->samples, v, &rows, split, err);

    p->samples->split_rows[split] = rows.count;
    p->image_bytes = rows.image_bytes;
    p->has_labels = rows.has_labels;
    p->next = 0;
    ok = ok && stream_rows(&rows, take_wanted, p, err);
    view_rows_close(&rows);
    return ok;
}

bool samples_read(struct samples *s, const struct view *v,
                  const struct row_list *list, struct error *err)
{
    struct picking p = { .samples = s };
    bool needed[VIEW_SPLITS_MAX] = { false };

    p.wanted = calloc(list->count + 1, sizeof *p.wanted);
    s->sample = calloc(list->count + 1, sizeof *s->sample);
    s->count = list->count;
    bool ok = (p.wanted && s->sample) || error_memory(err);
    for (size_t i = 0; ok && i < list->count; i++) {
        s->sample[i].split = list->place[i].split;
        s->sample[i].row = list->place[i].row;
        needed[list->place[i].split] = true;
    }
    for (size_t split = 0; split < VIEW_SPLITS_MAX; split++)
        if (ok && needed[split])
            ok = pick_split(&p, v, split, list, err);
    free(p.wanted);
    return ok;
}

void samples_release(struct samples *s)
{
    free(s->sample);
    free(s->images);
    *s = (struct samples){ 0 };
}

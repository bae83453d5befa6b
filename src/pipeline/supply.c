/* SPDX-License-Identifier: MIT */
/* Streams, spools, and the picking of rows. */
#include "pipeline/supply.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/interrupt.h"
#include "stage/onehot.h"

static bool open_source(struct supply *s, struct error *err)
{
    const struct supply_from *from = &s->from;

    return source_open(&s->source, from->input, from->split, from->table,
                       from->receipt, from->flags, err);
}

bool supply_open(struct supply *s, const struct supply_from *from,
                 struct error *err)
{
    s->from = *from;
    s->open = true;
    if (!open_source(s, err))
        return false;
    s->rows = s->source.count;
    s->image_bytes = s->source.image_bytes;
    s->images = s->source.images;
    s->has_labels = s->source.has_labels;
    return true;
}

/* ---- is it still the same? ---- */

static bool refuse_changed(const struct supply *s, enum catalogue_part part,
                           struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' was changed while it was read; run again",
                     s->from.input->split[s->from.split].path[part]);
}

/* Plan, buffers and sinks are made for the rows of the first look. */
static bool check_shape(const struct supply *s, struct error *err)
{
    const struct source *now = &s->source;
    return (now->count == s->rows && now->image_bytes == s->image_bytes &&
            now->has_labels == s->has_labels &&
            array_same_shape(&now->images, &s->images)) ||
           refuse_changed(s, PART_IMAGES, err);
}

/* Constants and rows have to come from the same bytes. */
static bool check_bytes(const struct supply *s, struct error *err)
{
    for (int part = 0; part < CATALOGUE_PARTS; part++) {
        const char *before = s->payload_sha256[part];
        if (before[0] &&
            strcmp(before, s->source.part[part].facts.payload_sha256) != 0)
            return refuse_changed(s, (enum catalogue_part)part, err);
    }
    return true;
}

bool supply_rewind(struct supply *s, struct error *err)
{
    if (s->spooled || s->source.next_row == 0)
        return true;
    for (int part = 0; part < CATALOGUE_PARTS; part++)
        memcpy(s->payload_sha256[part],
               s->source.part[part].facts.payload_sha256, DIGEST_TEXT);
    source_close(&s->source);
    s->source = (struct source){ 0 };
    return open_source(s, err) && check_shape(s, err);
}

/* ---- labels ---- */

/* Grows with what comes: a header may announce any number of rows. */
static bool room_for_labels(struct supply *s, uint64_t rows, struct error *err)
{
    if (!s->has_labels)
        return true;
    uint16_t *label =
        array_grow(s->label, &s->label_room, (size_t)rows, sizeof *label, err);
    if (!label)
        return false;
    s->label = label;
    return true;
}

/* Those that do not fit are found out when their rows are fed. */
static uint16_t kept_label(int64_t label)
{
    return label >= 0 && label <= SOURCE_LABEL_MAX ? (uint16_t)label
                                                   : SOURCE_LABEL_MAX;
}

static bool keep_labels(struct supply *s, const int64_t *labels, uint64_t first,
                        size_t rows, struct error *err)
{
    if (!room_for_labels(s, first + rows, err))
        return false;
    for (size_t i = 0; s->label && i < rows; i++)
        s->label[first + i] = kept_label(labels[i]);
    return true;
}

/* The plan was made by those that were collected. */
static bool check_collected(const struct supply *s, const int64_t *labels,
                            size_t rows, uint64_t first, struct error *err)
{
    for (size_t i = 0; s->label && i < rows; i++)
        if (s->label[first + i] != kept_label(labels[i]))
            return refuse_changed(s, PART_LABELS, err);
    return true;
}

static ptrdiff_t read_block(struct source *source, struct block *b,
                            struct error *err)
{
    if (!interrupt_none(err))
        return -1;
    ptrdiff_t n = source_read(source, b->images, b->labels, b->capacity, err);
    b->rows = n > 0 ? (size_t)n : 0;
    return n;
}

bool supply_collect_labels(struct supply *s, struct error *err)
{
    struct source source = { 0 };
    struct block block = { 0 };
    uint64_t first = 0;
    ptrdiff_t n = -1;
    bool ok = room_for_labels(s, 0, err) &&
              source_open(
                  &source, s->from.input, s->from.split, s->from.table, NULL,
                  SOURCE_LABELS | (s->from.flags & SOURCE_AS_PUBLISHED), err) &&
              block_init(&block, block_rows(source.image_bytes, 0),
                         source.image_bytes, err);

    while (ok && (n = read_block(&source, &block, err)) > 0) {
        ok = keep_labels(s, block.labels, first, block.rows, err);
        first += block.rows;
    }
    block_release(&block);
    source_close(&source);
    if (ok && n == 0 && first != s->rows)
        return refuse_changed(s, PART_LABELS, err);
    return ok && n == 0;
}

bool supply_spool(struct supply *s, const char *dir, struct duplicates *equal,
                  struct error *err)
{
    struct block block = { 0 };
    uint64_t first = 0;
    ptrdiff_t n = -1;
    bool ok =
        room_for_labels(s, 0, err) &&
        spool_init(&s->spool, SPOOL_MEMORY, dir, err) &&
        block_init(&block, block_rows(s->image_bytes, 0), s->image_bytes, err);

    while (ok && (n = read_block(&s->source, &block, err)) > 0) {
        ok = keep_labels(s, block.labels, first, block.rows, err) &&
             spool_append(&s->spool, block.images, block.rows * s->image_bytes,
                          err);
        first += block.rows;
        for (size_t i = 0; ok && equal && i < block.rows; i++)
            ok = duplicates_add_row(equal, block.images + i * s->image_bytes,
                                    s->image_bytes, err);
    }
    block_release(&block);
    s->spooled = ok && n == 0;
    return s->spooled && source_finish(&s->source, err);
}

static bool check_labels(const struct supply *s, const int64_t *labels,
                         size_t rows, uint64_t first, size_t classes,
                         struct error *err)
{
    const struct source_part *part =
        &s->source.part[s->source.table ? PART_IMAGES : PART_LABELS];

    return !s->has_labels ||
           onehot_check_labels(labels, rows, first, classes, part->path, err);
}

/* ---- from the source ---- */

/* Rows first.. of the source are in *from: those that the taker wants next go
 * on to it. */
static bool offer(const struct supply *s, struct block *from, uint64_t first,
                  struct supply_taker *t, struct error *err)
{
    const struct plan_split *plan = t->plan;
    struct block *to = &t->block;
    size_t bytes = s->image_bytes;

    if (!plan->row)
        return t->take(t->context, from, err);
    to->rows = 0;
    for (; t->next < plan->rows && plan->row[t->next] < first + from->rows;
         t->next++) {
        size_t at = (size_t)(plan->row[t->next] - first);
        memcpy(to->images + to->rows * bytes, from->images + at * bytes, bytes);
        to->labels[to->rows++] = from->labels[at];
    }
    return to->rows == 0 || t->take(t->context, to, err);
}

static bool feed_stream(struct supply *s, size_t capacity, size_t classes,
                        struct supply_taker *takers, size_t count,
                        struct error *err)
{
    struct block block = { 0 };
    uint64_t first = 0;
    ptrdiff_t n = -1;
    bool ok = block_init(&block, capacity, s->image_bytes, err);

    while (ok && (n = read_block(&s->source, &block, err)) > 0) {
        ok = check_collected(s, block.labels, block.rows, first, err) &&
             check_labels(s, block.labels, block.rows, first, classes, err);
        for (size_t i = 0; ok && i < count; i++)
            ok = offer(s, &block, first, &takers[i], err);
        first += (uint64_t)n;
    }
    block_release(&block);
    return ok && n == 0 && source_finish(&s->source, err) &&
           check_bytes(s, err);
}

/* ---- from the spool ---- */

/* Rows that follow on each other are read at once. */
static bool gather(const struct supply *s, const struct plan_split *plan,
                   uint64_t from, struct block *to, struct error *err)
{
    size_t bytes = s->image_bytes;

    for (size_t i = 0; i < to->rows;) {
        uint64_t row = plan->row ? plan->row[from + i] : from + i;
        size_t run = 1;
        while (i + run < to->rows &&
               (plan->row ? plan->row[from + i + run] : row + run) == row + run)
            run++;
        if (!spool_read(&s->spool, row * bytes, to->images + i * bytes,
                        run * bytes, err))
            return false;
        for (size_t j = 0; s->label && j < run; j++)
            to->labels[i + j] = s->label[row + j];
        i += run;
    }
    return true;
}

static bool feed_taker(const struct supply *s, struct supply_taker *t,
                       struct error *err)
{
    for (uint64_t at = 0; at < t->plan->rows; at += t->block.rows) {
        uint64_t left = t->plan->rows - at;
        t->block.rows = left < t->block.capacity ? (size_t)left
                                                 : t->block.capacity;
        if (t->plan->copy) {
            t->block.source_row = t->plan->row + at;
            t->block.copy = t->plan->copy + at;
        }
        if (!interrupt_none(err) || !gather(s, t->plan, at, &t->block, err) ||
            !t->take(t->context, &t->block, err))
            return false;
    }
    return true;
}

static bool check_all_labels(const struct supply *s, size_t classes,
                             struct error *err)
{
    for (uint64_t row = 0; s->label && row < s->rows; row++) {
        int64_t label = s->label[row];
        if (!check_labels(s, &label, 1, row, classes, err))
            return false;
    }
    return true;
}

bool supply_feed(struct supply *s, size_t capacity, size_t classes,
                 struct supply_taker *takers, size_t count, struct error *err)
{
    bool ok = !s->spooled || check_all_labels(s, classes, err);

    for (size_t i = 0; ok && i < count; i++)
        if (s->spooled || takers[i].plan->row)
            ok = block_init(&takers[i].block, capacity, s->image_bytes, err);
    if (ok && !s->spooled)
        ok = feed_stream(s, capacity, classes, takers, count, err);
    for (size_t i = 0; ok && s->spooled && i < count; i++)
        ok = feed_taker(s, &takers[i], err);
    for (size_t i = 0; i < count; i++)
        block_release(&takers[i].block);
    return ok;
}

void supply_release(struct supply *s)
{
    if (s->open)
        source_close(&s->source);
    spool_release(&s->spool);
    free(s->label);
    *s = (struct supply){ 0 };
}

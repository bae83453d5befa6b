/* SPDX-License-Identifier: MIT */
/* Picking rows while a source streams by. */
#include "pipeline/samples.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/number.h"
#include "pipeline/block.h"

/* As many as a sheet of 100 million pixels has. */
enum { ROWS_MAX = 1000000 };

/* ---- lists of rows ---- */

static bool add_rows(struct row_list *list, uint64_t first, uint64_t last,
                     struct error *err)
{
    if (last < first || last - first >= ROWS_MAX - list->count)
        return error_set(err, FAIL_USAGE,
                         "rows %" PRIu64 "-%" PRIu64
                         " are not possible; at most %d rows can be picked",
                         first, last, ROWS_MAX);
    size_t count = list->count + (size_t)(last - first) + 1;
    uint64_t *larger = realloc(list->row, count * sizeof *larger);
    if (!larger)
        return error_memory(err);
    list->row = larger;
    while (list->count < count)
        list->row[list->count++] = first++;
    return true;
}

bool row_list_parse(struct row_list *list, const char *text, struct error *err)
{
    const char *at = text;

    *list = (struct row_list){ 0 };
    for (;;) {
        size_t n = strcspn(at, ",");
        const char *dash = memchr(at, '-', n);
        size_t first_n = dash ? (size_t)(dash - at) : n;
        uint64_t first = 0, last = 0;

        if (!number_parse_u64_n(at, first_n, &first) ||
            (dash && !number_parse_u64_n(dash + 1, n - first_n - 1, &last))) {
            row_list_release(list);
            return error_set(err, FAIL_USAGE,
                             "'%s' is no list of rows, as in 0,5,10-20", text);
        }
        if (!add_rows(list, first, dash ? last : first, err)) {
            row_list_release(list);
            return false;
        }
        if (at[n] == '\0')
            return true;
        at += n + 1;
    }
}

bool row_list_first(struct row_list *list, size_t count, struct error *err)
{
    *list = (struct row_list){ 0 };
    if (count == 0)
        return error_set(err, FAIL_USAGE, "at least one row has to be picked");
    return add_rows(list, 0, count - 1, err);
}

void row_list_release(struct row_list *list)
{
    free(list->row);
    *list = (struct row_list){ 0 };
}

/* ---- samples ---- */

static bool samples_init(struct samples *s, const struct source *source,
                         size_t count, struct error *err)
{
    const struct array_info *info = &source->images;

    if (info->ndims != 3)
        return error_set(err, FAIL_DATA,
                         "'%s' has %u dimensions; pictures of one grey channel "
                         "have three",
                         source->part[PART_IMAGES].path, info->ndims);
    s->height = (size_t)info->dim[1];
    s->width = (size_t)info->dim[2];
    s->sample = calloc(count, sizeof *s->sample);
    s->images = calloc(count, source->image_bytes);
    if (!s->sample || !s->images)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        s->sample[i].image = s->images + i * source->image_bytes;
    return true;
}

void samples_release(struct samples *s)
{
    free(s->sample);
    free(s->images);
    *s = (struct samples){ 0 };
}

/* What the streaming loop does with each row; false: no more are wanted. */
typedef bool row_taker(void *context, uint64_t row, int64_t label,
                       const unsigned char *image);

/* To the end, also when all have been found: only then is the checksum
 * compared. */
static bool stream_rows(struct source *source, row_taker *take, void *context,
                        struct error *err)
{
    struct block block = { 0 };
    ptrdiff_t n = -1;
    bool more = true;
    bool ok = block_init(&block, block_rows(source->image_bytes, 0),
                         source->image_bytes, err);

    while (ok) {
        uint64_t first = source->next_row;
        n = interrupt_none(err) ? source_read(source, block.images,
                                              block.labels, block.capacity, err)
                                : -1;
        if (n <= 0)
            break;
        for (size_t i = 0; more && i < (size_t)n; i++)
            more = take(context, first + i, block.labels[i],
                        block.images + i * source->image_bytes);
    }
    block_release(&block);
    return ok && n == 0 && source_finish(source, err);
}

/* Positions in the list, by rising row, so that one pass finds them all. */
struct picking {
    struct samples *samples;
    size_t image_bytes;
    struct wanted {
        uint64_t row;
        size_t position;
    } * wanted;
    size_t next, count;
};

static int by_row(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static void put_sample(struct samples *s, size_t position, uint64_t row,
                       int64_t label, const unsigned char *image,
                       size_t image_bytes)
{
    s->sample[position].row = row;
    s->sample[position].label = label;
    memcpy(s->sample[position].image, image, image_bytes);
}

static bool take_wanted(void *context, uint64_t row, int64_t label,
                        const unsigned char *image)
{
    struct picking *p = context;

    while (p->next < p->count && p->wanted[p->next].row == row)
        put_sample(p->samples, p->wanted[p->next++].position, row, label, image,
                   p->image_bytes);
    return p->next < p->count;
}

bool samples_read(struct samples *s, struct source *source,
                  const struct row_list *rows, struct error *err)
{
    struct picking p = { .samples = s,
                         .image_bytes = source->image_bytes,
                         .count = rows->count };

    if (source->count == 0)
        return error_set(err, FAIL_USAGE, "there are no rows to pick from");
    for (size_t i = 0; i < rows->count; i++)
        if (rows->row[i] >= source->count)
            return error_set(err, FAIL_USAGE,
                             "there is no row %" PRIu64
                             "; the rows are 0 to %" PRIu64,
                             rows->row[i], source->count - 1);
    if (!samples_init(s, source, rows->count, err))
        return false;
    p.wanted = calloc(rows->count + 1, sizeof *p.wanted);
    if (!p.wanted)
        return error_memory(err);
    for (size_t i = 0; i < rows->count; i++)
        p.wanted[i] = (struct wanted){ rows->row[i], i };
    qsort(p.wanted, p.count, sizeof *p.wanted, by_row);
    bool ok = stream_rows(source, take_wanted, &p, err);
    s->count = p.count;
    free(p.wanted);
    return ok;
}

struct class_picking {
    struct samples *samples;
    size_t image_bytes, count;
    int64_t label;
};

static bool take_class(void *context, uint64_t row, int64_t label,
                       const unsigned char *image)
{
    struct class_picking *p = context;

    if (label == p->label)
        put_sample(p->samples, p->samples->count++, row, label, image,
                   p->image_bytes);
    return p->samples->count < p->count;
}

bool samples_read_class(struct samples *s, struct source *source, int64_t label,
                        size_t count, struct error *err)
{
    struct class_picking p = { .samples = s,
                               .image_bytes = source->image_bytes,
                               .count = count,
                               .label = label };

    if (count < 1 || count > ROWS_MAX)
        return error_set(err, FAIL_USAGE, "1 to %d rows can be picked",
                         ROWS_MAX);
    return samples_init(s, source, count, err) &&
           stream_rows(source, take_class, &p, err);
}

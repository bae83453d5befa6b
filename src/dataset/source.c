/* SPDX-License-Identifier: MIT */
/* Two array files in step, or a table of both. */
#include "dataset/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

/* Where pixels have to be converted, they are read in pieces of this size. */
enum { RAW_BYTES = 64 * 1024 };

/* Up to here a double has every whole number. */
static const int64_t WHOLE_MAX = (int64_t)1 << 53;

/* A whole number of least..most in an element of any type; false when it is
 * none. */
static bool whole_number(enum dtype type, const void *element, int64_t least,
                         int64_t most, int64_t *to)
{
    double value = dtype_load(type, element);

    if (!(value >= (double)least && value <= (double)most) ||
        value != floor(value))
        return false;
    *to = (int64_t)value;
    return true;
}

/* As many as show a whole number as it is, and 0.1 as 0.1. */
static int digits(double value)
{
    return value == floor(value) ? 17 : 9;
}

static bool refuse_label(const struct source *s, uint64_t row, double value,
                         struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s', row %" PRIu64 ": label %.*g; whole numbers from 0 "
                     "to %d are possible",
                     s->part[PART_LABELS].path, row, digits(value), value,
                     SOURCE_LABEL_MAX);
}

static bool read_labels(struct source *s, int64_t *labels, size_t count,
                        struct error *err)
{
    struct array_stream *stream = &s->part[PART_LABELS].stream;
    enum dtype type = stream->info.dtype;
    size_t bytes = dtype_bytes(type);
    unsigned char raw[SOURCE_LABEL_BYTES];
    size_t room = sizeof raw / (s->label_columns * bytes);
    int64_t least = s->any_label ? -WHOLE_MAX : 0;
    int64_t most = s->any_label ? WHOLE_MAX : SOURCE_LABEL_MAX;
    uint64_t row = s->next_row;

    while (count > 0) {
        size_t rows = count < room ? count : room;
        if (array_read_native(stream, raw, rows * s->label_columns, err) < 0)
            return false;
        for (size_t i = 0; i < rows; i++, labels++) {
            const unsigned char *at =
                raw + (i * s->label_columns + s->label_column) * bytes;
            if (!s->own)
                *labels = dtype_load_whole(type, at) - s->label_base;
            else if (!whole_number(type, at, least, most, labels))
                return refuse_label(s, row + i, dtype_load(type, at), err);
        }
        count -= rows;
        row += rows;
    }
    return true;
}

/* Square, in place. */
static void transpose(unsigned char *image, size_t side)
{
    for (size_t y = 0; y < side; y++) {
        for (size_t x = y + 1; x < side; x++) {
            unsigned char kept = image[y * side + x];
            image[y * side + x] = image[x * side + y];
            image[x * side + y] = kept;
        }
    }
}

/* Pixels of other types than u8, as long as they are grey levels. */
static bool read_converted(struct source *s, unsigned char *to, size_t count,
                           struct error *err)
{
    struct array_stream *stream = &s->part[PART_IMAGES].stream;
    enum dtype type = stream->info.dtype;
    size_t bytes = dtype_bytes(type), room = RAW_BYTES / bytes;

    if (!s->raw && !(s->raw = malloc(RAW_BYTES)))
        return error_memory(err);
    for (size_t done = 0; done < count;) {
        size_t n = count - done < room ? count - done : room;
        if (array_read_native(stream, s->raw, n, err) < 0)
            return false;
        for (size_t i = 0; i < n; i++, done++) {
            const unsigned char *at = s->raw + i * bytes;
            int64_t level;
            if (!whole_number(type, at, 0, 255, &level))
                return error_set(
                    err, FAIL_DATA,
                    "'%s', row %" PRIu64 ", pixel %zu: %.*g is no grey level; "
                    "whole numbers from 0 to 255 are needed%s",
                    s->part[PART_IMAGES].path,
                    s->next_row + done / s->image_bytes, done % s->image_bytes,
                    digits(dtype_load(type, at)), dtype_load(type, at),
                    s->part[PART_IMAGES].archived
                        ? ""
                        : " ('mnistprep normalize' takes any numbers)");
            to[done] = (unsigned char)level;
        }
    }
    return true;
}

/* Rows of label and pixels, told apart. */
static bool read_table(struct source *s, unsigned char *images, int64_t *labels,
                       size_t rows, struct error *err)
{
    struct array_stream *stream = &s->part[PART_IMAGES].stream;
    size_t columns = s->label_columns, before = s->label_column;

    if (!s->raw && !(s->raw = malloc(columns)))
        return error_memory(err);
    for (size_t i = 0; i < rows; i++, images += s->image_bytes) {
        if (array_read_native(stream, s->raw, columns, err) < 0)
            return false;
        if (before >= columns) {
            memcpy(images, s->raw, columns);
            continue;
        }
        labels[i] = s->raw[before];
        memcpy(images, s->raw, before);
        memcpy(images + before, s->raw + before + 1, columns - before - 1);
    }
    return true;
}

static bool read_images(struct source *s, unsigned char *images, size_t rows,
                        struct error *err)
{
    struct array_stream *stream = &s->part[PART_IMAGES].stream;

    if (stream->info.dtype != DTYPE_U8)
        return read_converted(s, images, rows * s->image_bytes, err);
    return array_read_native(stream, images, rows * s->image_bytes, err) >= 0;
}

ptrdiff_t source_read(struct source *s, unsigned char *images, int64_t *labels,
                      size_t rows, struct error *err)
{
    uint64_t left = s->count - s->next_row;
    size_t n = left < rows ? (size_t)left : rows;
    bool ok;

    if (s->table)
        ok = read_table(s, images, labels, n, err);
    else
        ok = (s->labels_alone || read_images(s, images, n, err)) &&
             (!s->has_labels || read_labels(s, labels, n, err));
    if (!ok)
        return -1;
    for (size_t i = 0; s->transposed && !s->labels_alone && i < n; i++)
        transpose(images + i * s->image_bytes, (size_t)s->images.dim[1]);
    s->next_row += n;
    return (ptrdiff_t)n;
}

static bool finish_part(struct source_part *part, struct error *err)
{
    /* What a window leaves out has to be intact, too; and the end of an empty
     * array has to have been read. */
    if (!part->stream.in)
        return true;
    if (!array_skip(&part->stream, part->stream.left, err) ||
        !reader_at_end(part->stream.in, err))
        return false;
    if (!part->hashing)
        return true;
    part->facts.bytes = part->file_digest.bytes;
    part->facts.payload_bytes = part->payload_digest.bytes;
    digest_finish(&part->file_digest, part->facts.sha256);
    digest_finish(&part->payload_digest, part->facts.payload_sha256);
    part->hashing = false;
    return true;
}

/* A tree is no file; what stands for its bytes is the list of its files. */
static void finish_sum(struct source *s)
{
    struct raw_facts *facts = &s->part[PART_IMAGES].facts;

    if (!s->sum.list.context)
        return;
    facts->bytes = facts->payload_bytes = s->sum.bytes;
    tree_sum_finish(&s->sum, facts->sha256);
    memcpy(facts->payload_sha256, facts->sha256, sizeof facts->sha256);
}

bool source_finish(struct source *s, struct error *err)
{
    if (!finish_part(&s->part[PART_IMAGES], err) ||
        !finish_part(&s->part[PART_LABELS], err))
        return false;
    finish_sum(s);
    return true;
}

void source_close(struct source *s)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++) {
        struct source_part *part = &s->part[i];
        array_close(&part->stream); /* first: its thread feeds the digests */
        digest_release(&part->file_digest);
        digest_release(&part->payload_digest);
        free(part->path);
        part->path = NULL;
    }
    tree_close(&s->tree);
    tree_sum_release(&s->sum);
    free(s->raw);
    s->raw = NULL;
}

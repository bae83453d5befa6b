/* SPDX-License-Identifier: MIT */
/* Two array files in step. */
#include "dataset/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "dataset/rawfile.h"
#include "format/formats.h"
#include "format/npz.h"

/* Labels are read in pieces of this size; a row of them fits. */
enum { LABEL_BYTES = 4096 };

static bool part_exists(const char *path, struct error *err)
{
    if (file_is_regular(path))
        return true;
    if (file_exists(path)) /* opening a FIFO, for one, may wait for ever */
        return error_set(err, FAIL_DATA, "'%s' is not a regular file", path);
    return error_set(err, FAIL_SYSTEM, "'%s' " SOURCE_MISSING, path);
}

bool source_exists(const char *dir, const struct catalogue_split *split,
                   struct error *err)
{
    bool ok = true;

    for (int i = 0; ok && i < CATALOGUE_PARTS; i++) {
        char *path = path_join(dir, split->part[i].name, err);
        ok = path && part_exists(path, err);
        free(path);
    }
    return ok;
}

static bool peek_archive(struct reader *in, bool *archive, struct error *err)
{
    unsigned char head[8];
    ptrdiff_t n = reader_peek(in, head, sizeof head, err);

    *archive = n > 0 && content_recognise(head, (size_t)n) == CONTENT_ZIP;
    return n >= 0;
}

/* An archive is not read from its beginning to its end, so that it has to be
 * hashed by itself. */
static bool open_archived(struct source_part *part, struct error *err)
{
    bool hashed =
        !part->hashing ||
        (rawfile_hash_file(part->path, &part->facts, err) &&
         rawfile_hash_payload(part->path, UINT64_MAX, &part->facts, err));

    part->hashing = false;
    return hashed && array_open_unpacked(&part->stream,
                                         npz_reader_open(part->path, err), err);
}

/* Builds the chain file, hash, gunzip, hash, read-ahead, array. */
static bool open_part(struct source_part *part, const char *dir,
                      const struct catalogue_file *file,
                      const struct receipt *receipt, unsigned flags,
                      struct error *err)
{
    part->path = path_join(dir, file->name, err);
    if (!part->path || !part_exists(part->path, err))
        return false;
    bool known = receipt && receipt_find(receipt, part->path, &part->facts);
    part->hashing = (flags & SOURCE_HASH) && !known;

    struct reader *in = file_reader_open(part->path, err);
    bool archive = false;
    if (!in || !peek_archive(in, &archive, err) || archive) {
        reader_close(in);
        return archive && open_archived(part, err);
    }
    if (part->hashing) {
        if (!digest_init(&part->file_digest, DIGEST_SHA256, err) ||
            !digest_init(&part->payload_digest, DIGEST_SHA256, err)) {
            reader_close(in);
            return false;
        }
        in = digest_reader_open(in, &part->file_digest, err);
    }
    in = content_unpack(in, err);
    if (part->hashing)
        in = digest_reader_open(in, &part->payload_digest, err);
    if (flags & SOURCE_AHEAD)
        in = ahead_reader_open(in, err);
    return array_open_unpacked(&part->stream, in, err);
}

static bool looks_like_labels(const struct array_info *info)
{
    return info->ndims == 1;
}

static bool check_images(struct source *s, struct error *err)
{
    const char *path = s->part[PART_IMAGES].path;
    char shape[ARRAY_SHAPE_TEXT];
    uint64_t elements;

    array_shape_text(&s->images, shape);
    if (looks_like_labels(&s->images))
        return error_set(err, FAIL_DATA,
                         "'%s' holds labels (%s), not images; were images and "
                         "labels swapped?",
                         path, shape);
    if (s->images.dtype != DTYPE_U8)
        return error_set(err, FAIL_DATA,
                         "'%s' has pixels of type %s; u8 is needed", path,
                         dtype_name(s->images.dtype));
    if (!array_row_elements(&s->images, &elements) ||
        elements > SOURCE_IMAGE_MAX_BYTES)
        return error_set(err, FAIL_DATA,
                         "'%s' has images of %s; more than %d pixels each is "
                         "not supported",
                         path, shape, SOURCE_IMAGE_MAX_BYTES);
    s->image_bytes = (size_t)elements;
    return true;
}

static bool check_labels(struct source *s,
                         const struct catalogue_dataset *dataset,
                         struct error *err)
{
    const struct array_info *info = &s->part[PART_LABELS].stream.info;
    const char *path = s->part[PART_LABELS].path;
    char shape[ARRAY_SHAPE_TEXT];
    uint64_t columns;
    bool table = dataset->has_label_column && info->ndims == 2;

    array_shape_text(info, shape);
    if (!looks_like_labels(info) && !table)
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s of %s, not a list of labels; were "
                         "images and labels swapped?",
                         path, shape, dtype_name(info->dtype));
    if (dtype_is_float(info->dtype))
        return error_set(err, FAIL_DATA,
                         "'%s' has labels of type %s; whole numbers are needed",
                         path, dtype_name(info->dtype));
    if (!array_row_elements(info, &columns) ||
        columns > LABEL_BYTES / dtype_bytes(info->dtype) ||
        (table && dataset->label_column >= columns))
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s, where labels cannot be found", path,
                         shape);
    s->label_columns = (size_t)columns;
    s->label_column = table ? (size_t)dataset->label_column : 0;
    return true;
}

static bool check_rows(struct source *s, const struct catalogue_split *split,
                       struct error *err)
{
    uint64_t images = s->images.dim[0];
    uint64_t labels = s->part[PART_LABELS].stream.info.dim[0];

    if (images != labels)
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " images, but '%s' has %" PRIu64
                         " labels; they do not belong together",
                         s->part[PART_IMAGES].path, images,
                         s->part[PART_LABELS].path, labels);
    if (split->is_window &&
        (split->first_row > images || split->count > images - split->first_row))
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " rows, too few for the split "
                         "'%s'",
                         s->part[PART_IMAGES].path, images, split->name);
    s->count = split->is_window ? split->count : images;
    s->images.dim[0] = s->count;
    return true;
}

/* Reads elements to nowhere. */
static bool skip(struct array_stream *stream, uint64_t elements,
                 struct error *err)
{
    unsigned char nowhere[LABEL_BYTES];
    size_t room = sizeof nowhere / dtype_bytes(stream->info.dtype);

    while (elements > 0) {
        size_t part = elements < room ? (size_t)elements : room;
        if (array_read_native(stream, nowhere, part, err) < 0)
            return false;
        elements -= part;
    }
    return true;
}

static bool check_upright(struct source *s,
                          const struct catalogue_dataset *dataset,
                          unsigned flags, struct error *err)
{
    if (flags & SOURCE_AS_PUBLISHED)
        return true;
    s->transposed = dataset->transposed;
    s->label_base = (int64_t)dataset->label_base;
    if (s->transposed &&
        (s->images.ndims != 3 || s->images.dim[1] != s->images.dim[2]))
        return error_set(err, FAIL_DATA,
                         "'%s' has images that are not square; they cannot be "
                         "turned upright; use --as-published",
                         s->part[PART_IMAGES].path);
    return true;
}

bool source_open(struct source *s, const char *dir,
                 const struct catalogue_dataset *dataset,
                 const struct catalogue_split *split,
                 const struct receipt *receipt, unsigned flags,
                 struct error *err)
{
    struct source_part *images = &s->part[PART_IMAGES];
    struct source_part *labels = &s->part[PART_LABELS];

    /* Labels are small: a thread for them would only cost. */
    if (!open_part(images, dir, &split->part[PART_IMAGES], receipt, flags,
                   err) ||
        !open_part(labels, dir, &split->part[PART_LABELS], receipt,
                   flags & ~(unsigned)SOURCE_AHEAD, err))
        return false;
    s->images = images->stream.info;
    return check_images(s, err) && check_labels(s, dataset, err) &&
           check_rows(s, split, err) && check_upright(s, dataset, flags, err) &&
           skip(&images->stream, split->first_row * s->image_bytes, err) &&
           skip(&labels->stream, split->first_row * s->label_columns, err);
}

static bool read_labels(struct source *s, int64_t *labels, size_t count,
                        struct error *err)
{
    struct array_stream *stream = &s->part[PART_LABELS].stream;
    size_t bytes = dtype_bytes(stream->info.dtype);
    unsigned char raw[LABEL_BYTES];
    size_t room = sizeof raw / (s->label_columns * bytes);

    while (count > 0) {
        size_t rows = count < room ? count : room;
        if (array_read_native(stream, raw, rows * s->label_columns, err) < 0)
            return false;
        for (size_t i = 0; i < rows; i++)
            *labels++ =
                dtype_load_whole(
                    stream->info.dtype,
                    raw + (i * s->label_columns + s->label_column) * bytes) -
                s->label_base;
        count -= rows;
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

ptrdiff_t source_read(struct source *s, unsigned char *images, int64_t *labels,
                      size_t rows, struct error *err)
{
    uint64_t left = s->count - s->next_row;
    size_t n = left < rows ? (size_t)left : rows;

    if (array_read_native(&s->part[PART_IMAGES].stream, images,
                          n * s->image_bytes, err) < 0 ||
        !read_labels(s, labels, n, err))
        return -1;
    for (size_t i = 0; s->transposed && i < n; i++)
        transpose(images + i * s->image_bytes, (size_t)s->images.dim[1]);
    s->next_row += n;
    return (ptrdiff_t)n;
}

bool source_finish(struct source *s, struct error *err)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++) {
        struct source_part *part = &s->part[i];

        /* What a window leaves out has to be intact, too; and the end of an
         * empty array has to have been read. */
        if (!skip(&part->stream, part->stream.left, err) ||
            !reader_at_end(part->stream.in, err))
            return false;
        if (!part->hashing)
            continue;
        part->facts.bytes = part->file_digest.bytes;
        part->facts.payload_bytes = part->payload_digest.bytes;
        digest_finish(&part->file_digest, part->facts.sha256);
        digest_finish(&part->payload_digest, part->facts.payload_sha256);
        part->hashing = false;
    }
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
}

/* SPDX-License-Identifier: MIT */
/* Two array files in step. */
#include "dataset/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/text.h"
#include "format/formats.h"

static bool part_exists(const char *path, struct error *err)
{
    return file_exists(path) ||
           error_set(err, FAIL_SYSTEM, "'%s' " SOURCE_MISSING, path);
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

static bool check_labels(struct source *s, struct error *err)
{
    const char *path = s->part[PART_LABELS].path;
    char shape[ARRAY_SHAPE_TEXT];

    array_shape_text(&s->labels, shape);
    if (!looks_like_labels(&s->labels))
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s of %s, not a list of labels; were "
                         "images and labels swapped?",
                         path, shape, dtype_name(s->labels.dtype));
    if (s->labels.dtype == DTYPE_F16 || s->labels.dtype == DTYPE_F32 ||
        s->labels.dtype == DTYPE_F64)
        return error_set(err, FAIL_DATA,
                         "'%s' has labels of type %s; whole numbers are needed",
                         path, dtype_name(s->labels.dtype));
    return true;
}

bool source_open(struct source *s, const char *dir,
                 const struct catalogue_split *split,
                 const struct receipt *receipt, unsigned flags,
                 struct error *err)
{
    /* Labels are small: a thread for them would only cost. */
    if (!open_part(&s->part[PART_IMAGES], dir, &split->part[PART_IMAGES],
                   receipt, flags, err) ||
        !open_part(&s->part[PART_LABELS], dir, &split->part[PART_LABELS],
                   receipt, flags & ~(unsigned)SOURCE_AHEAD, err))
        return false;
    s->images = s->part[PART_IMAGES].stream.info;
    s->labels = s->part[PART_LABELS].stream.info;
    if (!check_images(s, err) || !check_labels(s, err))
        return false;
    if (s->images.dim[0] != s->labels.dim[0])
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " images, but '%s' has %" PRIu64
                         " labels; they do not belong together",
                         s->part[PART_IMAGES].path, s->images.dim[0],
                         s->part[PART_LABELS].path, s->labels.dim[0]);
    s->count = s->images.dim[0];
    return true;
}

/* Labels of any whole type as i64. Works from the end, in place: an element
 * is never larger than what it becomes. */
static void widen_labels(enum dtype from, int64_t *labels, size_t count)
{
    const unsigned char *raw = (const unsigned char *)labels;
    size_t bytes = dtype_bytes(from);

    if (from == DTYPE_I64)
        return; /* not through double, which has not all of them */
    for (size_t i = count; i-- > 0;)
        labels[i] = (int64_t)dtype_load(from, raw + i * bytes);
}

ptrdiff_t source_read(struct source *s, unsigned char *images, int64_t *labels,
                      size_t rows, struct error *err)
{
    uint64_t left = s->count - s->next_row;
    size_t n = left < rows ? (size_t)left : rows;
    unsigned char skipped[4096];

    if (array_read_native(&s->part[PART_IMAGES].stream, images,
                          n * s->image_bytes, err) < 0)
        return -1;
    if (labels) {
        if (array_read_native(&s->part[PART_LABELS].stream, labels, n, err) < 0)
            return -1;
        widen_labels(s->labels.dtype, labels, n);
    } else {
        size_t room = sizeof skipped / dtype_bytes(s->labels.dtype);
        for (size_t done = 0; done < n; done += room)
            if (array_read_native(&s->part[PART_LABELS].stream, skipped,
                                  n - done < room ? n - done : room, err) < 0)
                return -1;
    }
    s->next_row += n;
    return (ptrdiff_t)n;
}

bool source_finish(struct source *s, struct error *err)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++) {
        struct source_part *part = &s->part[i];

        if (!part->hashing)
            continue;
        /* Also the end of an empty array has to have been read. */
        if (!reader_at_end(part->stream.in, err))
            return false;
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

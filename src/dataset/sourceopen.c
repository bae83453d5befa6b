/* SPDX-License-Identifier: MIT */
/* Opening the files of a split, and all that can be wrong with them. */
#include "dataset/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/rawfile.h"
#include "format/csv.h"
#include "format/formats.h"
#include "format/npz.h"

static bool part_exists(const struct input_split *split, int part,
                        struct error *err)
{
    const char *path = split->path[part];

    if (!path || file_is_regular(path) ||
        (split->form == INPUT_TREE && file_exists(path)))
        return true;
    if (file_exists(path)) /* opening a FIFO, for one, may wait for ever */
        return error_set(err, FAIL_DATA, "'%s' is not a regular file", path);
    return error_set(err, FAIL_SYSTEM, "'%s' " SOURCE_MISSING, path);
}

bool source_exists(const struct input_split *split, struct error *err)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++)
        if (!part_exists(split, i, err))
            return false;
    return true;
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
static bool open_archived(struct source_part *part, struct reader *member,
                          struct error *err)
{
    struct raw_facts *facts = &part->facts;
    bool hashed = !part->hashing || rawfile_hash_file(part->path, facts, err);

    if (part->hashing) { /* it is its own payload */
        facts->payload_bytes = facts->bytes;
        memcpy(facts->payload_sha256, facts->sha256, sizeof facts->sha256);
    }
    part->hashing = false;
    part->archived = true;
    if (!hashed) {
        reader_close(member);
        return false;
    }
    return array_open_unpacked(&part->stream, member, err);
}

/* The chain file, hash, gunzip, hash, read-ahead; NULL with *err set. */
static struct reader *open_chain(struct source_part *part, struct reader *in,
                                 unsigned flags, struct error *err)
{
    if (part->hashing) {
        if (!digest_init(&part->file_digest, DIGEST_SHA256, err) ||
            !digest_init(&part->payload_digest, DIGEST_SHA256, err)) {
            reader_close(in);
            return NULL;
        }
        in = digest_reader_open(in, &part->file_digest, err);
    }
    in = content_unpack(in, err);
    if (part->hashing)
        in = digest_reader_open(in, &part->payload_digest, err);
    return flags & SOURCE_AHEAD ? ahead_reader_open(in, err) : in;
}

static bool note_path(struct source_part *part, const char *path,
                      const struct receipt *receipt, unsigned flags,
                      struct error *err)
{
    part->path = text_copy(path, err);
    if (!part->path)
        return false;
    bool known = receipt && receipt_find(receipt, part->path, &part->facts);
    part->hashing = (flags & SOURCE_HASH) && !known;
    return true;
}

static bool open_part(struct source_part *part, const char *path,
                      const struct receipt *receipt, unsigned flags,
                      struct error *err)
{
    struct reader *in = NULL;
    bool archive = false;

    if (!note_path(part, path, receipt, flags, err))
        return false;
    in = file_reader_open(part->path, err);
    if (!in || !peek_archive(in, &archive, err) || archive) {
        reader_close(in);
        return archive &&
               open_archived(part, npz_reader_open(part->path, err), err);
    }
    return array_open_unpacked(&part->stream, open_chain(part, in, flags, err),
                               err);
}

static bool open_table(struct source *s, const char *path, unsigned flags,
                       struct csv_header *header, struct error *err)
{
    struct source_part *part = &s->part[PART_IMAGES];

    s->table = true;
    if (!note_path(part, path, NULL, flags, err))
        return false;
    part->stream.in = open_chain(part, file_reader_open(path, err), 0, err);
    return part->stream.in && csv_open_table(&part->stream, header, err);
}

static bool open_tree(struct source *s, const char *path, unsigned flags,
                      struct error *err)
{
    struct tree_sum *sum = flags & SOURCE_HASH ? &s->sum : NULL;
    struct source_part *images = &s->part[PART_IMAGES];
    struct source_part *labels = &s->part[PART_LABELS];

    images->path = text_copy(path, err);
    labels->path = text_copy(path, err);
    if (!images->path || !labels->path ||
        !tree_open_summed(&s->tree, path, sum, err))
        return false;
    images->stream = s->tree.images;
    labels->stream = s->tree.labels;
    s->tree.images = s->tree.labels = (struct array_stream){ 0 };
    return true;
}

/* Labels stand in the same archive as their pictures, which has been hashed. */
static bool open_member(struct source *s, const struct input_split *split,
                        enum catalogue_part which,
                        const struct receipt *receipt, unsigned flags,
                        struct error *err)
{
    struct source_part *part = &s->part[which], *images = &s->part[PART_IMAGES];
    const char *path = split->path[which];

    if (!note_path(part, path, receipt, flags, err))
        return false;
    if (which != PART_IMAGES && images->path && images->facts.sha256[0] &&
        strcmp(path, images->path) == 0) {
        part->facts = images->facts;
        part->hashing = false;
    }
    return open_archived(part, npz_member_open(path, split->member[which], err),
                         err);
}

static bool open_arrays(struct source *s, const struct input_split *split,
                        const struct receipt *receipt, unsigned flags,
                        struct error *err)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++) {
        /* Labels are small: a thread for them would only cost. */
        unsigned of_part = i == PART_LABELS ? flags & ~(unsigned)SOURCE_AHEAD
                                            : flags;
        if (split->path[i] && split->form == INPUT_NPZ) {
            if (!open_member(s, split, (enum catalogue_part)i, receipt, flags,
                             err))
                return false;
        } else if (split->path[i] && !open_part(&s->part[i], split->path[i],
                                                receipt, of_part, err)) {
            return false;
        }
    }
    return true;
}

/* ---- pictures ---- */

static bool looks_like_labels(const struct array_info *info)
{
    return info->ndims == 1;
}

/* A channel axis of one grey channel says nothing. */
static void drop_channel(struct array_info *info)
{
    if (info->ndims == 4 && info->dim[3] == 1) {
        info->ndims = 3;
    } else if (info->ndims == 4 && info->dim[1] == 1) {
        info->ndims = 3;
        info->dim[1] = info->dim[2];
        info->dim[2] = info->dim[3];
    }
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
    if (s->images.dtype != DTYPE_U8 && !s->own)
        return error_set(err, FAIL_DATA,
                         "'%s' has pixels of type %s; u8 is needed", path,
                         dtype_name(s->images.dtype));
    s->images.dtype = DTYPE_U8;
    if (!array_row_elements(&s->images, &elements) ||
        elements > SOURCE_IMAGE_MAX_BYTES)
        return error_set(err, FAIL_DATA,
                         "'%s' has images of %s; more than %d pixels each is "
                         "not supported",
                         path, shape, SOURCE_IMAGE_MAX_BYTES);
    s->image_bytes = (size_t)elements;
    if (s->own)
        drop_channel(&s->images);
    return true;
}

static uint64_t square_side(uint64_t pixels)
{
    uint64_t side = 0;

    while ((side + 1) * (side + 1) <= pixels)
        side++;
    return side * side == pixels ? side : 0;
}

/* Rows of pixels become pictures of the shape that was asked for. */
static bool shape_rows(struct source *s, const struct source_table *table,
                       struct error *err)
{
    uint64_t pixels = s->image_bytes;
    uint64_t side = square_side(pixels);
    uint64_t height = table ? table->height : 0;
    uint64_t width = table ? table->width : 0;

    if (s->images.ndims != 2 || !s->own)
        return true;
    if (height == 0 && (!s->table || side == 0))
        return !s->table ||
               error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " pixels in a row, which are no "
                         "square; say the shape with --shape HxW, or where the "
                         "label stands with --label-column",
                         s->part[PART_IMAGES].path, pixels);
    if (height == 0)
        height = width = side;
    if (height > pixels || width > pixels || height * width != pixels)
        return error_set(err, FAIL_USAGE,
                         "--shape %" PRIu64 "x%" PRIu64 ": '%s' has %" PRIu64
                         " pixels in a row",
                         height, width, s->part[PART_IMAGES].path, pixels);
    s->images.ndims = 3;
    s->images.dim[1] = height;
    s->images.dim[2] = width;
    return true;
}

/* ---- labels ---- */

static bool check_label_type(const struct source *s, const char *path,
                             enum dtype type, struct error *err)
{
    if (s->own || !dtype_is_float(type))
        return true;
    return error_set(err, FAIL_DATA,
                     "'%s' has labels of type %s; whole numbers are needed",
                     path, dtype_name(type));
}

static bool check_labels(struct source *s,
                         const struct catalogue_dataset *dataset,
                         struct error *err)
{
    const struct array_info *info = &s->part[PART_LABELS].stream.info;
    const char *path = s->part[PART_LABELS].path;
    char shape[ARRAY_SHAPE_TEXT];
    uint64_t columns;
    bool table = dataset && dataset->has_label_column && info->ndims == 2;

    array_shape_text(info, shape);
    if (!looks_like_labels(info) && !table)
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s of %s, not a list of labels; were "
                         "images and labels swapped?",
                         path, shape, dtype_name(info->dtype));
    if (!check_label_type(s, path, info->dtype, err))
        return false;
    if (!array_row_elements(info, &columns) ||
        columns > SOURCE_LABEL_BYTES / dtype_bytes(info->dtype) ||
        (table && dataset->label_column >= columns))
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s, where labels cannot be found", path,
                         shape);
    s->label_columns = (size_t)columns;
    s->label_column = table ? (size_t)dataset->label_column : 0;
    return true;
}

/* Which column of a table is the label? The number of columns: none. */
static size_t find_label(const struct csv_header *header,
                         const struct source_table *table)
{
    size_t columns = header->columns;
    uint64_t pixels = table && table->height ? table->height * table->width : 0;

    switch (table ? table->label : INPUT_LABEL_AUTO) {
    case INPUT_LABEL_FIRST:
        return 0;
    case INPUT_LABEL_LAST:
        return columns - 1;
    case INPUT_LABEL_NONE:
        return columns;
    default:
        break;
    }
    if (header->present)
        return header->label_column;
    if (pixels > 0)
        return columns == pixels + 1 ? 0 : columns;
    return square_side(columns) == 0 && square_side(columns - 1) > 0 ? 0
                                                                     : columns;
}

static bool split_columns(struct source *s, const struct csv_header *header,
                          const struct source_table *table, struct error *err)
{
    size_t label = find_label(header, table);

    s->has_labels = label < header->columns;
    if (s->has_labels && header->columns < 2)
        return error_set(err, FAIL_DATA,
                         "'%s' has one column; labels and pixels are needed",
                         s->part[PART_IMAGES].path);
    s->label_columns = header->columns;
    s->label_column = label;
    s->images.dim[1] = header->columns - (s->has_labels ? 1 : 0);
    return true;
}

/* ---- both ---- */

static bool check_rows(struct source *s, const struct catalogue_split *split,
                       struct error *err)
{
    uint64_t images = s->images.dim[0];
    uint64_t labels = s->has_labels && !s->table
                          ? s->part[PART_LABELS].stream.info.dim[0]
                          : images;
    bool window = split && split->is_window;

    if (images != labels)
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " images, but '%s' has %" PRIu64
                         " labels; they do not belong together",
                         s->part[PART_IMAGES].path, images,
                         s->part[PART_LABELS].path, labels);
    if (window &&
        (split->first_row > images || split->count > images - split->first_row))
        return error_set(err, FAIL_DATA,
                         "'%s' has %" PRIu64 " rows, too few for the split "
                         "'%s'",
                         s->part[PART_IMAGES].path, images, split->name);
    s->count = window ? split->count : images;
    s->images.dim[0] = s->count;
    return true;
}

static bool check_upright(struct source *s,
                          const struct catalogue_dataset *dataset,
                          unsigned flags, struct error *err)
{
    if (!dataset || (flags & SOURCE_AS_PUBLISHED))
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

/* The first rows of published arrays belong to another split. */
static bool skip_to_window(struct source *s,
                           const struct catalogue_split *published,
                           struct error *err)
{
    uint64_t rows = published ? published->first_row : 0;

    return (s->labels_alone || array_skip(&s->part[PART_IMAGES].stream,
                                          rows * s->image_bytes, err)) &&
           array_skip(&s->part[PART_LABELS].stream, rows * s->label_columns,
                      err);
}

static bool open_files(struct source *s, const struct input_split *split,
                       const struct receipt *receipt, unsigned flags,
                       struct csv_header *header, struct error *err)
{
    switch (split->form) {
    case INPUT_TABLE:
        return open_table(s, split->path[PART_IMAGES], flags, header, err);
    case INPUT_TREE:
        s->has_labels = true;
        return open_tree(s, split->path[PART_IMAGES], flags, err);
    case INPUT_ARRAYS:
    case INPUT_NPZ:
        break;
    }
    s->has_labels = split->path[PART_LABELS] != NULL;
    return open_arrays(s, split, receipt, flags, err);
}

bool source_open(struct source *s, const struct input *input, size_t at,
                 const struct source_table *table,
                 const struct receipt *receipt, unsigned flags,
                 struct error *err)
{
    const struct input_split *split = &input->split[at];
    const struct catalogue_split *published = split->published;
    struct csv_header header = { 0 };

    s->own = published == NULL;
    if (!source_exists(split, err) ||
        !open_files(s, split, receipt, flags, &header, err))
        return false;
    s->images = s->part[PART_IMAGES].stream.info;
    if (s->table && !split_columns(s, &header, table, err))
        return false;
    if (!check_images(s, err) || !shape_rows(s, table, err) ||
        (s->has_labels && !s->table && !check_labels(s, input->dataset, err)) ||
        !check_rows(s, published, err) ||
        !check_upright(s, input->dataset, flags, err))
        return false;
    s->labels_alone = (flags & SOURCE_LABELS) && !s->table;
    s->any_label = flags & SOURCE_ANY_LABEL;
    return skip_to_window(s, published, err);
}

bool source_open_published(struct source *s, const char *dir,
                           const struct catalogue_dataset *dataset,
                           const struct catalogue_split *split,
                           const struct receipt *receipt, unsigned flags,
                           struct error *err)
{
    struct input one = { .dataset = dataset, .split_count = 1 };
    bool ok = true;

    one.split[0].published = split;
    for (int part = 0; ok && part < CATALOGUE_PARTS; part++) {
        one.split[0].path[part] = path_join(dir, split->part[part].name, err);
        ok = one.split[0].path[part] != NULL;
    }
    ok = ok && source_open(s, &one, 0, NULL, receipt, flags, err);
    input_release(&one);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* A header in JSON, then the tensors. */
#include "format/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "format/jsondoc.h"

enum {
    ARRAYS_WRITTEN = SET_ONEHOT + 1, /* rows and folds are no tensors */
    LENGTH_BYTES = 8,
    ALIGNMENT = 64, /* of the first tensor; readers want 8 */
};

/* In the order in which the reference writer puts tensors: the largest types
 * first, so that each tensor is aligned without any padding. */
static const struct {
    enum dtype type;
    const char *name;
} tensor_types[] = {
    { DTYPE_I64, "I64" }, { DTYPE_F64, "F64" }, { DTYPE_F32, "F32" },
    { DTYPE_U32, "U32" }, { DTYPE_I32, "I32" }, { DTYPE_BF16, "BF16" },
    { DTYPE_F16, "F16" }, { DTYPE_I16, "I16" }, { DTYPE_I8, "I8" },
    { DTYPE_U8, "U8" },
};

struct tensor {
    char *name;  /* owned */
    size_t type; /* position in tensor_types */
    size_t split;
    enum set_array kind;
    const struct array_info *info;
    uint64_t begin, end; /* counted from the first tensor */
    struct sink_cursor to;
};

struct tensors {
    struct tensor *tensor; /* owned: count, in the order of the file */
    size_t count;
};

static size_t find_type(enum dtype type)
{
    size_t i = 0;

    while (tensor_types[i].type != type) /* all of them are there */
        i++;
    return i;
}

static int compare_tensors(const void *a, const void *b)
{
    const struct tensor *left = a, *right = b;

    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* Names, types and places of all tensors. */
static bool lay_out(struct tensors *t, const struct sink_set *set,
                    struct error *err)
{
    uint64_t at = 0;

    for (size_t i = 0; i < set->split_count * ARRAYS_WRITTEN; i++) {
        const struct sink_split *split = &set->split[i / ARRAYS_WRITTEN];
        enum set_array kind = (enum set_array)(i % ARRAYS_WRITTEN);
        const struct array_info *info = &split->array[kind];

        if (info->ndims == 0)
            continue;
        struct tensor *new = &t->tensor[t->count];
        *new = (struct tensor){ .type = find_type(info->dtype),
                                .split = i / ARRAYS_WRITTEN,
                                .kind = kind,
                                .info = info };
        new->name =
            text_format(err, "%s.%s", split->name, set_array_name(kind));
        if (!new->name)
            return false;
        t->count++;
    }
    qsort(t->tensor, t->count, sizeof *t->tensor, compare_tensors);
    for (size_t i = 0; i < t->count; i++) {
        uint64_t bytes;

        t->tensor[i].begin = at;
        if (!array_bytes(t->tensor[i].info, &bytes) || !size_add(&at, bytes) ||
            at > INT64_MAX) /* no file is larger, nor a number of jsondoc */
            return error_set(err, FAIL_USAGE,
                             "the arrays are too large for --format "
                             "safetensors");
        t->tensor[i].end = at;
    }
    return true;
}

static void describe(struct json_t *doc, const struct tensor *t,
                     struct error *err)
{
    struct json_t *entry = jsondoc_object(err);
    struct json_t *shape = jsondoc_array(err);
    struct json_t *offsets = jsondoc_array(err);

    for (unsigned i = 0; i < t->info->ndims; i++)
        jsondoc_append_u64(shape, t->info->dim[i], err);
    jsondoc_append_u64(offsets, t->begin, err);
    jsondoc_append_u64(offsets, t->end, err);
    jsondoc_set_text(entry, "dtype", tensor_types[t->type].name, err);
    jsondoc_set(entry, "shape", shape, err);
    jsondoc_set(entry, "data_offsets", offsets, err);
    jsondoc_set(doc, t->name, entry, err);
}

/* The header, which may be followed by spaces; NULL with *err set. */
static char *make_header(const struct tensors *t, const char *dataset,
                         struct error *err)
{
    struct json_t *doc = jsondoc_object(err);
    struct json_t *metadata = jsondoc_object(err);

    jsondoc_set_text(metadata, "dataset", dataset, err);
    jsondoc_set(doc, "__metadata__", metadata, err);
    for (size_t i = 0; i < t->count; i++)
        describe(doc, &t->tensor[i], err);
    char *header = jsondoc_dump_line(doc, err);
    jsondoc_release(doc);
    return header;
}

/* Length, header, spaces; the cursor stands where the first tensor begins. */
static bool write_header(struct sink_cursor *to, const char *header,
                         struct error *err)
{
    unsigned char length[LENGTH_BYTES];
    char spaces[ALIGNMENT];
    size_t padding = -(LENGTH_BYTES + strlen(header)) % ALIGNMENT;
    uint64_t n = strlen(header) + padding;

    memset(spaces, ' ', sizeof spaces);
    store_le(length, n, LENGTH_BYTES);
    return writer_write(&to->base, length, sizeof length, err) &&
           writer_write(&to->base, header, strlen(header), err) &&
           writer_write(&to->base, spaces, padding, err);
}

static bool begin_file(struct sink *s, struct tensors *t, const char *header,
                       struct error *err)
{
    struct sink_file *file =
        sink_open_file(s, NULL, err, "%s.safetensors", s->set->dataset);
    struct sink_cursor to;

    if (!file)
        return false;
    sink_cursor_init(&to, s->files, file, 0);
    if (!write_header(&to, header, err))
        return false;
    for (size_t i = 0; i < t->count; i++)
        sink_cursor_init(&t->tensor[i].to, s->files, file,
                         to.at + t->tensor[i].begin);
    return true;
}

static bool safetensors_open(struct sink *s, struct error *err)
{
    struct tensors *t = s->state = calloc(1, sizeof *t);

    if (t)
        t->tensor =
            calloc(s->set->split_count * ARRAYS_WRITTEN, sizeof *t->tensor);
    if (!t || !t->tensor)
        return error_memory(err);
    char *header =
        lay_out(t, s->set, err) ? make_header(t, s->set->dataset, err) : NULL;
    bool ok = header && begin_file(s, t, header, err);
    free(header);
    return ok;
}

static bool safetensors_write(struct sink *s, const struct sink_block *b,
                              struct error *err)
{
    struct tensors *t = s->state;

    for (size_t i = 0; i < t->count; i++) {
        struct tensor *tensor = &t->tensor[i];

        if (tensor->split == b->split &&
            !sink_write_array(&tensor->to.base, b, tensor->kind, tensor->info,
                              true, err))
            return false;
    }
    return true;
}

static void safetensors_close(struct sink *s)
{
    struct tensors *t = s->state;

    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        free(t->tensor[i].name);
    free(t->tensor);
    free(t);
}

const struct sink_ops safetensors_sink = {
    .open = safetensors_open,
    .write = safetensors_write,
    .close = safetensors_close,
};

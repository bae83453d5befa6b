/* SPDX-License-Identifier: MIT */
/* Checks that hold for all sinks, the cursor, and elements in byte order. */
#include "format/sink.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/text.h"
#include "format/formats.h"

static const char *const array_names[SET_ARRAYS] = {
    [SET_IMAGES] = "images", [SET_LABELS] = "labels", [SET_ONEHOT] = "onehot",
    [SET_ROWS] = "rows",     [SET_FOLDS] = "folds",   [SET_COPIES] = "copies",
};

const char *set_array_name(enum set_array kind)
{
    return array_names[kind];
}

static bool cursor_write(struct writer *base, const void *from, size_t n,
                         struct error *err)
{
    struct sink_cursor *c = (struct sink_cursor *)base;

    if (!c->files->write_at(c->file, c->at, from, n, err))
        return false;
    c->at += n;
    return true;
}

static const struct writer_ops cursor_ops = { cursor_write };

void sink_cursor_init(struct sink_cursor *c, struct sink_files *files,
                      struct sink_file *file, uint64_t at)
{
    *c = (struct sink_cursor){ .base = { &cursor_ops, "output" },
                               .files = files,
                               .file = file,
                               .at = at };
}

bool sink_write_array(struct writer *to, const struct sink_block *b,
                      enum set_array kind, const struct array_info *info,
                      bool little, struct error *err)
{
    void *elements = b->elements[kind];
    bool swap = little != dtype_machine_is_little();
    uint64_t row_elements = 0;
    bool fits = array_row_elements(info, &row_elements);

    assert(fits && elements); /* they are in memory */
    (void)fits;
    size_t count = b->rows * (size_t)row_elements;
    if (swap)
        dtype_swap(info->dtype, elements, count);
    bool ok = writer_write(to, elements, count * dtype_bytes(info->dtype), err);
    if (swap)
        dtype_swap(info->dtype, elements, count);
    return ok;
}

static bool check_set(const struct format *format, const struct sink_set *set,
                      struct error *err)
{
    if (format->sink->levels && set->height == 0)
        return error_set(err, FAIL_USAGE,
                         "--format %s holds grey pictures, and the rows of %s "
                         "are none",
                         format->name, set->dataset);
    for (size_t i = 0; i < set->split_count && format->sink->needs_labels; i++)
        if (set->split[i].array[SET_LABELS].ndims == 0)
            return error_set(err, FAIL_USAGE,
                             "--format %s needs labels, and split '%s' of %s "
                             "has none",
                             format->name, set->split[i].name, set->dataset);
    return true;
}

struct sink_file *sink_open_file(const struct sink *s,
                                 const struct sink_note *note,
                                 struct error *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *name = text_vformat(err, fmt, args);
    va_end(args);
    struct sink_file *file = name ? s->files->open(s->files, name, note, err)
                                  : NULL;
    free(name);
    return file;
}

bool sink_open(struct sink *s, const struct format *format,
               const struct sink_set *set, struct sink_files *files,
               struct error *err)
{
    if (!check_set(format, set, err))
        return false;
    *s = (struct sink){ .format = format, .set = set, .files = files };
    return format->sink->open(s, err);
}

bool sink_write(struct sink *s, const struct sink_block *b, struct error *err)
{
    return b->rows == 0 || s->format->sink->write(s, b, err);
}

bool sink_finish(struct sink *s, struct error *err)
{
    const struct sink_ops *ops = s->format->sink;
    return !ops->finish || ops->finish(s, err);
}

void sink_close(struct sink *s)
{
    if (s->format && s->format->sink->close)
        s->format->sink->close(s);
    *s = (struct sink){ 0 };
}

/* SPDX-License-Identifier: MIT */
/* A header and the elements, for each array of each split. */
#include "format/arrayfiles.h"

#include <stdlib.h>

#include "format/formats.h"
#include "format/gzip.h"

/* The arrays that come first in enum set_array are the ones written here: rows
 * and folds are lists of numbers that stay so in every format. */
enum { ARRAYS_WRITTEN = SET_ONEHOT + 1 };

struct array_output {
    struct sink_cursor cursor;
    struct gzip_writer gzip;
    struct writer *to; /* one of the two above; NULL: not made */
};

/* Of split i, the array `kind`. */
static struct array_output *output_of(struct sink *s, size_t i,
                                      enum set_array kind)
{
    struct array_output *all = s->state;
    return &all[i * ARRAYS_WRITTEN + kind];
}

static struct sink_file *open_file(struct sink *s, const struct sink_note *note,
                                   struct error *err)
{
    const struct format *format = s->format;

    /* Elements that are packed have no place of their own. */
    return sink_open_file(s, format->gzip ? NULL : note, err, "%s-%s.%s",
                          s->set->split[note->split].name,
                          set_array_name(note->kind),
                          format_suffix(format, note->info.dtype));
}

/* The header is made first, so that an array it cannot describe leaves no file
 * behind. */
static bool open_output(struct sink *s, size_t split, enum set_array kind,
                        struct error *err)
{
    struct array_output *output = output_of(s, split, kind);
    struct sink_note note = { .split = split,
                              .kind = kind,
                              .info = s->set->split[split].array[kind],
                              .little = s->format->little };
    struct bytes_writer header;
    struct sink_file *file = NULL;
    bool ok = false;

    bytes_writer_init(&header);
    if (!s->format->write_header(&header.base, &note.info, err))
        goto done;
    note.offset = header.n;
    file = open_file(s, &note, err);
    if (!file)
        goto done;
    sink_cursor_init(&output->cursor, s->files, file, 0);
    output->to = &output->cursor.base;
    if (s->format->gzip) {
        if (!gzip_writer_open(&output->gzip, output->to, err))
            goto done;
        output->to = &output->gzip.base;
    }
    ok = writer_write(output->to, header.bytes, header.n, err);
done:
    bytes_writer_release(&header);
    return ok;
}

static bool arrayfiles_open(struct sink *s, struct error *err)
{
    const struct sink_set *set = s->set;

    s->state =
        calloc(set->split_count * ARRAYS_WRITTEN, sizeof(struct array_output));
    if (!s->state)
        return error_memory(err);
    for (size_t i = 0; i < set->split_count; i++)
        for (int kind = 0; kind < ARRAYS_WRITTEN; kind++)
            if (set->split[i].array[kind].ndims > 0 &&
                !open_output(s, i, (enum set_array)kind, err))
                return false;
    return true;
}

static bool arrayfiles_write(struct sink *s, const struct sink_block *b,
                             struct error *err)
{
    for (int i = 0; i < ARRAYS_WRITTEN; i++) {
        enum set_array kind = (enum set_array)i;
        struct array_output *output = output_of(s, b->split, kind);

        if (output->to &&
            !sink_write_array(output->to, b, kind,
                              &s->set->split[b->split].array[kind],
                              s->format->little, err))
            return false;
    }
    return true;
}

static bool arrayfiles_finish(struct sink *s, struct error *err)
{
    struct array_output *all = s->state;

    for (size_t i = 0; i < s->set->split_count * ARRAYS_WRITTEN; i++)
        if (all[i].gzip.stream && !gzip_writer_finish(&all[i].gzip, err))
            return false;
    return true;
}

static void arrayfiles_close(struct sink *s)
{
    struct array_output *all = s->state;

    for (size_t i = 0; all && i < s->set->split_count * ARRAYS_WRITTEN; i++)
        gzip_writer_release(&all[i].gzip);
    free(all);
}

const struct sink_ops arrayfiles_sink = {
    .apart = true,
    .open = arrayfiles_open,
    .write = arrayfiles_write,
    .finish = arrayfiles_finish,
    .close = arrayfiles_close,
};

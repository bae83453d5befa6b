/* SPDX-License-Identifier: MIT */
/* Writing grey levels as CSV: 256 texts, copied. */
#include "format/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/textfiles.h"

enum {
    LEVEL_BYTES = 4, /* "255," */
    LEVELS_AT_ONCE = TEXTFILES_ROOM / LEVEL_BYTES,
    LABEL_BYTES = 6, /* "65535," */
    NAME_BYTES = 26, /* "pixel", 20 digits, a comma */
};

struct csv_writer {
    struct textfiles files;
    struct {
        char text[LEVEL_BYTES];
        size_t n;
    } level[256];
};

static bool has_labels(const struct sink_set *set, size_t split)
{
    return set->split[split].array[SET_LABELS].ndims > 0;
}

/* "label,pixel0,pixel1,..." */
static bool write_names(struct textfiles *files, const struct sink_set *set,
                        size_t split, struct error *err)
{
    size_t pixels = set->height * set->width;
    char *to = textfiles_room(files, split, NAME_BYTES, err);

    if (!to)
        return false;
    if (has_labels(set, split))
        files->used += (size_t)(put_text(to, "label,") - to);
    for (size_t i = 0; i < pixels; i++) {
        to = textfiles_room(files, split, NAME_BYTES, err);
        if (!to)
            return false;
        char *end = put_digits(put_text(to, "pixel"), i);
        *end++ = i + 1 < pixels ? ',' : '\n';
        files->used += (size_t)(end - to);
    }
    return textfiles_flush(files, split, err);
}

static bool open_files(struct sink *s, const char *prefix, struct error *err)
{
    struct csv_writer *w = calloc(1, sizeof *w);

    s->state = w;
    if (!w)
        return error_memory(err);
    for (unsigned i = 0; i < 256; i++) {
        char *end = put_digits(w->level[i].text, i);
        *end++ = ',';
        w->level[i].n = (size_t)(end - w->level[i].text);
    }
    return textfiles_open(&w->files, s, prefix, ".csv", err);
}

static bool csv_sink_open(struct sink *s, struct error *err)
{
    bool ok = open_files(s, "", err);

    for (size_t i = 0; ok && i < s->set->split_count; i++)
        ok = write_names(&((struct csv_writer *)s->state)->files, s->set, i,
                         err);
    return ok;
}

static bool pjreddie_sink_open(struct sink *s, struct error *err)
{
    char *prefix = text_format(err, "%s_", s->set->dataset);
    bool ok = prefix && open_files(s, prefix, err);

    free(prefix);
    return ok;
}

/* Four bytes are copied whatever the length: that is one instruction. */
static char *put_levels(const struct csv_writer *w, char *to,
                        const unsigned char *level, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        memcpy(to, w->level[level[i]].text, LEVEL_BYTES);
        to += w->level[level[i]].n;
    }
    return to;
}

static bool write_row(struct csv_writer *w, size_t split, const uint16_t *label,
                      const unsigned char *level, size_t pixels,
                      struct error *err)
{
    struct textfiles *files = &w->files;
    char *to = textfiles_room(files, split, LABEL_BYTES, err);

    if (!to)
        return false;
    if (label) {
        char *end = put_digits(to, *label);
        *end++ = ',';
        files->used += (size_t)(end - to);
    }
    while (pixels > 0) {
        size_t n = pixels < LEVELS_AT_ONCE ? pixels : LEVELS_AT_ONCE;
        to = textfiles_room(files, split, n * LEVEL_BYTES, err);
        if (!to)
            return false;
        files->used += (size_t)(put_levels(w, to, level, n) - to);
        level += n;
        pixels -= n;
    }
    files->buffer[files->used - 1] = '\n'; /* the last comma */
    return true;
}

static bool csv_sink_write(struct sink *s, const struct sink_block *b,
                           struct error *err)
{
    struct csv_writer *w = s->state;
    size_t pixels = s->set->height * s->set->width;
    const uint16_t *label = has_labels(s->set, b->split) ? b->label : NULL;

    for (size_t i = 0; i < b->rows; i++)
        if (!write_row(w, b->split, label ? label + i : NULL,
                       b->levels + i * pixels, pixels, err))
            return false;
    return textfiles_flush(&w->files, b->split, err);
}

static void csv_sink_close(struct sink *s)
{
    struct csv_writer *w = s->state;

    if (w)
        textfiles_close(&w->files);
    free(w);
    s->state = NULL;
}

const struct sink_ops csv_sink = {
    .levels = true,
    .open = csv_sink_open,
    .write = csv_sink_write,
    .close = csv_sink_close,
};

const struct sink_ops pjreddie_sink = {
    .levels = true,
    .open = pjreddie_sink_open,
    .write = csv_sink_write,
    .close = csv_sink_close,
};

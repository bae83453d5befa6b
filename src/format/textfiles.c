/* SPDX-License-Identifier: MIT */
/* A cursor per split, and the buffer before them. */
#include "format/textfiles.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Few writes, and it stays in the L2 cache. */
enum { BUFFER_BYTES = 4 * TEXTFILES_ROOM };

static bool open_split(struct textfiles *t, const struct sink *s, size_t split,
                       const char *prefix, const char *suffix,
                       struct error *err)
{
    struct sink_file *file = sink_open_file(s, NULL, err, "%s%s%s", prefix,
                                            s->set->split[split].name, suffix);

    if (file)
        sink_cursor_init(&t->cursor[split], s->files, file, 0);
    return file != NULL;
}

bool textfiles_open(struct textfiles *t, const struct sink *s,
                    const char *prefix, const char *suffix, struct error *err)
{
    size_t splits = s->set->split_count;

    t->cursor = calloc(splits > 0 ? splits : 1, sizeof *t->cursor);
    t->buffer = malloc(BUFFER_BYTES);
    if (!t->cursor || !t->buffer)
        return error_memory(err);
    for (size_t i = 0; i < splits; i++)
        if (!open_split(t, s, i, prefix, suffix, err))
            return false;
    return true;
}

void textfiles_close(struct textfiles *t)
{
    free(t->cursor);
    free(t->buffer);
    *t = (struct textfiles){ 0 };
}

char *textfiles_room(struct textfiles *t, size_t split, size_t n,
                     struct error *err)
{
    assert(n <= TEXTFILES_ROOM);
    if (n > BUFFER_BYTES - t->used && !textfiles_flush(t, split, err))
        return NULL;
    return t->buffer + t->used;
}

bool textfiles_flush(struct textfiles *t, size_t split, struct error *err)
{
    size_t n = t->used;

    t->used = 0;
    return writer_write(&t->cursor[split].base, t->buffer, n, err);
}

char *put_digits(char *to, uint64_t value)
{
    char digits[20], *at = digits + sizeof digits;

    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    size_t n = (size_t)(digits + sizeof digits - at);
    memcpy(to, at, n);
    return to + n;
}

char *put_text(char *to, const char *text)
{
    while (*text != '\0')
        *to++ = *text++;
    return to;
}

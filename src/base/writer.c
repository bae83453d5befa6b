/* SPDX-License-Identifier: MIT */
/* Writers that leave no file: growing memory, and comparison. */
#include "base/writer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

/* On the stack of whoever compares. */
enum { COMPARE_BYTES = 32 * 1024 };

static bool bytes_write(struct writer *base, const void *from, size_t n,
                        struct error *err)
{
    struct bytes_writer *w = (struct bytes_writer *)base;

    if (n > w->room - w->n) {
        size_t room = w->room ? w->room : 256;
        while (room - w->n < n) {
            if (room > SIZE_MAX / 2)
                return error_memory(err);
            room *= 2;
        }
        unsigned char *larger = realloc(w->bytes, room);
        if (!larger)
            return error_memory(err);
        w->bytes = larger;
        w->room = room;
    }
    memcpy(w->bytes + w->n, from, n);
    w->n += n;
    return true;
}

static const struct writer_ops bytes_ops = { bytes_write };

void bytes_writer_init(struct bytes_writer *w)
{
    *w = (struct bytes_writer){ .base = { &bytes_ops, "memory" } };
}

void bytes_writer_release(struct bytes_writer *w)
{
    free(w->bytes);
    w->bytes = NULL;
    w->n = w->room = 0;
}

/* Names the first byte that differs. */
static bool tell_difference(const struct compare_writer *w,
                            const unsigned char *have, size_t got,
                            const unsigned char *want, struct error *err)
{
    size_t i = 0;

    while (i < got && have[i] == want[i])
        i++;
    return error_set(err, FAIL_DATA,
                     "'%s' is not what its recipe makes: %s byte %zu",
                     w->base.name, i == got ? "it ends at" : "see", w->at + i);
}

static bool compare_write(struct writer *base, const void *from, size_t n,
                          struct error *err)
{
    struct compare_writer *w = (struct compare_writer *)base;
    const unsigned char *want = from;
    unsigned char have[COMPARE_BYTES];

    while (n > 0) {
        size_t part = n < sizeof have ? n : sizeof have;
        ptrdiff_t got = reader_fill(w->with, have, part, err);
        if (got < 0)
            return false;
        if ((size_t)got < part || memcmp(have, want, part) != 0)
            return tell_difference(w, have, (size_t)got, want, err);
        w->at += part;
        want += part;
        n -= part;
    }
    return true;
}

static const struct writer_ops compare_ops = { compare_write };

bool compare_writer_open(struct compare_writer *w, const char *path,
                         struct error *err)
{
    struct reader *with = file_reader_open(path, err);

    if (!with)
        return false;
    *w = (struct compare_writer){ .base = { &compare_ops, with->name },
                                  .with = with };
    return true;
}

bool compare_writer_finish(struct compare_writer *w, struct error *err)
{
    unsigned char extra;
    ptrdiff_t got = reader_read(w->with, &extra, 1, err);

    if (got > 0)
        error_set(err, FAIL_DATA,
                  "'%s' is not what its recipe makes: it goes on at byte %zu",
                  w->base.name, w->at);
    return got == 0;
}

void compare_writer_release(struct compare_writer *w)
{
    reader_close(w->with);
    w->with = NULL;
}

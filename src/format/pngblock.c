/* SPDX-License-Identifier: MIT */
/* Each worker appends to memory of its own; places tell where. */
#include "format/pngblock.h"

#include <stdlib.h>

#include "base/thread.h"
#include "format/pngimage.h"

struct pngblock_place {
    unsigned worker;
    size_t at, n; /* in its memory, which moves as it grows */
};

bool pngblock_init(struct pngblock *p, unsigned workers, size_t rows,
                   struct error *err)
{
    if (workers > rows)
        workers = (unsigned)rows;
    *p = (struct pngblock){ .workers = workers };
    p->out = calloc(workers, sizeof *p->out);
    p->place = calloc(rows, sizeof *p->place);
    for (unsigned i = 0; p->out && i < workers; i++)
        bytes_writer_init(&p->out[i]);
    if (p->out && p->place)
        return true;
    pngblock_release(p);
    return error_memory(err);
}

void pngblock_release(struct pngblock *p)
{
    for (unsigned i = 0; p->out && i < p->workers; i++)
        bytes_writer_release(&p->out[i]);
    free(p->out);
    free(p->place);
    *p = (struct pngblock){ 0 };
}

struct encoding {
    struct pngblock *to;
    const unsigned char *levels;
    size_t width, height;
};

static bool encode_row(void *context, unsigned worker, size_t row,
                       struct error *err)
{
    const struct encoding *e = context;
    struct bytes_writer *out = &e->to->out[worker];
    size_t at = out->n;
    bool ok = pngimage_write(&out->base, e->levels + row * e->width * e->height,
                             e->width, e->height, err);

    e->to->place[row] = (struct pngblock_place){ worker, at, out->n - at };
    return ok;
}

bool pngblock_encode(struct pngblock *p, const unsigned char *levels,
                     size_t rows, size_t width, size_t height,
                     struct error *err)
{
    struct encoding e = { p, levels, width, height };

    for (unsigned i = 0; i < p->workers; i++)
        p->out[i].n = 0;
    return threads_run(p->workers, rows, encode_row, &e, err);
}

const unsigned char *pngblock_at(const struct pngblock *p, size_t row,
                                 size_t *n)
{
    const struct pngblock_place *place = &p->place[row];

    *n = place->n;
    return p->out[place->worker].bytes + place->at;
}

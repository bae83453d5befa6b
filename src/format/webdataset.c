/* SPDX-License-Identifier: MIT */
/* ustar headers and their bodies, by hand: every byte is known. */
#include "format/webdataset.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/pngblock.h"

enum {
    SHARD_ROWS = 100000,
    TAR_BLOCK = 512,
    TAR_RECORD = 20 * TAR_BLOCK, /* archives are padded to this */
};

/* Where the rows of one split go. Blocks of several splits may alternate, so
 * each has a place of its own. */
struct shards {
    struct sink_cursor *to; /* owned: one for each archive */
    uint64_t now;           /* the one that is being written */
};

struct webdataset {
    struct shards *split;    /* owned; as many as the set has */
    struct bytes_writer out; /* what a block of rows comes to */
};

/* ---- ustar ---- */

/* As POSIX lays it out; all numbers are octal digits and a zero. */
struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
    char type, link[100], magic[6], version[2], uname[32], gname[32];
    char devmajor[8], devminor[8], prefix[155], padding[12];
};
_Static_assert(sizeof(struct tar_header) == TAR_BLOCK, "no gaps");

/* name: less than 100 bytes; size: less than 8 GiB. */
static void fill_header(struct tar_header *h, const char *name, size_t size)
{
    unsigned sum = 0;
    char text[16];

    *h = (struct tar_header){ .mode = "0000444",
                              .uid = "0000000",
                              .gid = "0000000",
                              .mtime = "00000000000",
                              .checksum = "       ",
                              .type = '0',
                              .magic = "ustar",
                              .version = { '0', '0' },
                              .devmajor = "0000000",
                              .devminor = "0000000" };
    memcpy(h->name, name, strlen(name));
    snprintf(text, sizeof text, "%011zo", size);
    memcpy(h->size, text, sizeof h->size);
    /* The sum is taken over spaces where it will stand. */
    h->checksum[7] = ' ';
    for (size_t i = 0; i < sizeof *h; i++)
        sum += ((const unsigned char *)h)[i];
    snprintf(text, sizeof text, "%06o", sum);
    memcpy(h->checksum, text, 7);
}

/* Appends zeros up to a multiple of `unit`. */
static bool pad(struct bytes_writer *out, uint64_t bytes, size_t unit,
                struct error *err)
{
    static const unsigned char zeros[TAR_RECORD];

    return writer_write(&out->base, zeros,
                        (unit - (size_t)(bytes % unit)) % unit, err);
}

/* A member is its header, its bytes, and zeros to the next block. Leaves room
 * for the header, which needs the number of bytes; *at is where. */
static bool member_begin(struct bytes_writer *out, size_t *at,
                         struct error *err)
{
    static const unsigned char zeros[TAR_BLOCK];

    *at = out->n;
    return writer_write(&out->base, zeros, sizeof zeros, err);
}

static bool member_end(struct bytes_writer *out, size_t at, uint64_t row,
                       const char *field, struct error *err)
{
    struct tar_header header;
    char name[40];
    size_t bytes = out->n - at - TAR_BLOCK;

    snprintf(name, sizeof name, "%09" PRIu64 ".%s", row, field);
    fill_header(&header, name, bytes);
    memcpy(out->bytes + at, &header, sizeof header);
    return pad(out, bytes, TAR_BLOCK, err);
}

/* ---- shards ---- */

static bool shards_open(struct shards *s, const struct sink *sink,
                        const struct sink_split *split, struct error *err)
{
    uint64_t count = split->rows == 0 ? 1 : (split->rows - 1) / SHARD_ROWS + 1;

    s->to = calloc((size_t)count, sizeof *s->to);
    if (!s->to)
        return error_memory(err);
    for (uint64_t i = 0; i < count; i++) {
        struct sink_file *file = sink_open_file(
            sink, NULL, err, "%s-%06" PRIu64 ".tar", split->name, i);
        if (!file)
            return false;
        sink_cursor_init(&s->to[i], sink->files, file, 0);
    }
    return true;
}

static bool flush(struct webdataset *w, struct shards *s, struct error *err)
{
    bool ok = writer_write(&s->to[s->now].base, w->out.bytes, w->out.n, err);

    w->out.n = 0;
    return ok;
}

/* Writes what is left, two blocks of zeros, and more up to a whole record. */
static bool end_shard(struct webdataset *w, struct shards *s, struct error *err)
{
    static const unsigned char zeros[2 * TAR_BLOCK];

    return writer_write(&w->out.base, zeros, sizeof zeros, err) &&
           pad(&w->out, s->to[s->now].at + w->out.n, TAR_RECORD, err) &&
           flush(w, s, err);
}

/* ---- the sink ---- */

static bool webdataset_open(struct sink *s, struct error *err)
{
    struct webdataset *w = calloc(1, sizeof *w);

    if (!w)
        return error_memory(err);
    s->state = w;
    bytes_writer_init(&w->out);
    w->split = calloc(s->set->split_count + 1, sizeof *w->split);
    if (!w->split)
        return error_memory(err);
    for (size_t i = 0; i < s->set->split_count; i++)
        if (!shards_open(&w->split[i], s, &s->set->split[i], err))
            return false;
    return true;
}

/* Row i of the block. */
static bool write_sample(struct bytes_writer *out, const struct sink_block *b,
                         size_t i, struct error *err)
{
    uint64_t row = b->first + i;
    char digits[8];
    size_t at, n;
    const unsigned char *png = pngblock_at(b->png, i, &n);

    snprintf(digits, sizeof digits, "%u", (unsigned)b->label[i]);
    return member_begin(out, &at, err) &&
           writer_write(&out->base, digits, strlen(digits), err) &&
           member_end(out, at, row, "cls", err) &&
           member_begin(out, &at, err) &&
           writer_write(&out->base, png, n, err) &&
           member_end(out, at, row, "png", err);
}

static bool webdataset_write(struct sink *s, const struct sink_block *b,
                             struct error *err)
{
    struct webdataset *w = s->state;
    struct shards *shards = &w->split[b->split];

    for (size_t i = 0; i < b->rows; i++) {
        uint64_t shard = (b->first + i) / SHARD_ROWS;
        if (shard != shards->now) {
            if (!end_shard(w, shards, err))
                return false;
            shards->now = shard;
        }
        if (!write_sample(&w->out, b, i, err))
            return false;
    }
    return flush(w, shards, err);
}

static bool webdataset_finish(struct sink *s, struct error *err)
{
    struct webdataset *w = s->state;

    for (size_t i = 0; i < s->set->split_count; i++)
        if (!end_shard(w, &w->split[i], err))
            return false;
    return true;
}

static void webdataset_close(struct sink *s)
{
    struct webdataset *w = s->state;

    if (!w)
        return;
    for (size_t i = 0; w->split && i < s->set->split_count; i++)
        free(w->split[i].to);
    free(w->split);
    bytes_writer_release(&w->out);
    free(w);
}

const struct sink_ops webdataset_sink = { .levels = true,
                                          .png = true,
                                          .needs_labels = true,
                                          .open = webdataset_open,
                                          .write = webdataset_write,
                                          .finish = webdataset_finish,
                                          .close = webdataset_close };

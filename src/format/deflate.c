/* SPDX-License-Identifier: MIT */
/* The only file that includes zlib: deflate both ways, and its CRC-32. gzwrite
 * would write a file of its own, so members are packed here. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in points to what is only read */
#include <zlib.h>

#include "format/gzip.h"
#include "format/inflate.h"

enum {
    INPUT_BYTES = 64 * 1024,
    OUTPUT_BYTES = 64 * 1024,
    LEVEL = 6, /* zlib's own choice; said here, so that it stays */
    OS_UNKNOWN = 255,
};

struct gzip_stream {
    z_stream z;
    gz_header head; /* zlib reads it when the first bytes are written */
    size_t used;    /* of in */
    unsigned char in[INPUT_BYTES];
    unsigned char out[OUTPUT_BYTES];
};

/* ---- reading ---- */

static void *open_zlib(void)
{
    z_stream *z = calloc(1, sizeof *z);

    /* 15: the largest window; below 0: no header and no trailer. */
    if (z && inflateInit2(z, -15) != Z_OK) {
        free(z);
        z = NULL;
    }
    return z;
}

static enum inflate_result run_zlib(void *state, struct inflate_io *io)
{
    z_stream *z = state;
    uInt in = io->in_n < UINT32_MAX ? (uInt)io->in_n : UINT32_MAX;
    uInt out = io->out_n < UINT32_MAX ? (uInt)io->out_n : UINT32_MAX;

    z->next_in = io->in;
    z->avail_in = in;
    z->next_out = io->out;
    z->avail_out = out;
    int result = inflate(z, Z_NO_FLUSH);
    io->in += in - z->avail_in;
    io->in_n -= in - z->avail_in;
    io->out += out - z->avail_out;
    io->out_n -= out - z->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* it had neither input nor anything held back */
        return INFLATE_GOES_ON;
    case Z_STREAM_END:
        return INFLATE_ENDED;
    case Z_MEM_ERROR:
        return INFLATE_NO_MEMORY;
    default:
        return INFLATE_DAMAGED;
    }
}

static void restart_zlib(void *state)
{
    int result = inflateReset(state);

    assert(result == Z_OK); /* it fails for what is no stream */
    (void)result;
}

static void close_zlib(void *state)
{
    if (state)
        inflateEnd(state);
    free(state);
}

static uint32_t crc_zlib(uint32_t crc, const unsigned char *bytes, size_t n)
{
    /* Given no bytes, zlib would begin again. */
    return n == 0 ? crc : (uint32_t)crc32_z(crc, bytes, n);
}

const struct inflate_ops inflate_by_zlib = { open_zlib, run_zlib, restart_zlib,
                                             close_zlib, crc_zlib };

/* ---- writing ---- */

/* Packs all of s->in; with Z_FINISH, up to the end of the member. */
static bool deflate_input(struct gzip_writer *w, int flush, struct error *err)
{
    struct gzip_stream *s = w->stream;

    s->z.next_in = s->in;
    s->z.avail_in = (uInt)s->used;
    do {
        s->z.next_out = s->out;
        s->z.avail_out = sizeof s->out;
        int result = deflate(&s->z, flush);
        assert(result != Z_STREAM_ERROR);
        (void)result;
        if (!writer_write(w->to, s->out, sizeof s->out - s->z.avail_out, err))
            return false;
        /* Room is left over only when zlib has nothing more to write. */
    } while (s->z.avail_out == 0);
    assert(s->z.avail_in == 0); /* else the member was finished already */
    s->used = 0;
    return true;
}

/* zlib's output may depend on where its input is cut, so it is cut here, and
 * always at the same places. */
static bool gzip_write(struct writer *base, const void *from, size_t n,
                       struct error *err)
{
    struct gzip_writer *w = (struct gzip_writer *)base;
    struct gzip_stream *s = w->stream;
    const unsigned char *next = from;

    while (n > 0) {
        size_t room = sizeof s->in - s->used;
        size_t part = n < room ? n : room;

        memcpy(s->in + s->used, next, part);
        s->used += part;
        next += part;
        n -= part;
        if (s->used == sizeof s->in && !deflate_input(w, Z_NO_FLUSH, err))
            return false;
    }
    return true;
}

static const struct writer_ops gzip_writer_ops = { gzip_write };

bool gzip_writer_open(struct gzip_writer *w, struct writer *to,
                      struct error *err)
{
    struct gzip_stream *s = calloc(1, sizeof *s);

    if (!s)
        return error_memory(err);
    /* 15 + 16: as for reading; 8: zlib's own choice of memory. */
    if (deflateInit2(&s->z, LEVEL, Z_DEFLATED, 15 + 16, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(s);
        return error_memory(err);
    }
    /* No name and no time; zlib would name the system it was built on. */
    s->head.os = OS_UNKNOWN;
    deflateSetHeader(&s->z, &s->head);
    *w = (struct gzip_writer){ { &gzip_writer_ops, to->name }, to, s };
    return true;
}

bool gzip_writer_finish(struct gzip_writer *w, struct error *err)
{
    return deflate_input(w, Z_FINISH, err);
}

void gzip_writer_release(struct gzip_writer *w)
{
    struct gzip_stream *s = w->stream;

    if (s)
        deflateEnd(&s->z);
    free(s);
    w->stream = NULL;
}

const char *gzip_header_version(void)
{
    return ZLIB_VERSION;
}

const char *gzip_library_version(void)
{
    return zlibVersion();
}

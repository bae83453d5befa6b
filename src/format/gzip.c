/* SPDX-License-Identifier: MIT */
/* The only file that includes zlib. gzread would take a truncated file, a web
 * page or an empty file for a good one, so the stream is inflated here; gzwrite
 * would write a file of its own, so it is deflated here, too. */
#include "format/gzip.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in points to what is only read */
#include <zlib.h>

#include "base/interrupt.h"

enum {
    INPUT_BYTES = 64 * 1024,
    OUTPUT_BYTES = 64 * 1024,
    LEVEL = 6, /* zlib's own choice; said here, so that it stays */
    OS_UNKNOWN = 255,
    /* bgzip ends a file with one empty member; a long row of them is only made
     * to keep a reader busy. */
    EMPTY_MEMBERS_MAX = 64,
};

struct gzip_reader {
    struct reader base;
    struct reader *source;
    z_stream z;
    bool ended;             /* nothing but the end of the source was left */
    unsigned empty_members; /* in a row */
    unsigned char in[INPUT_BYTES];
};

struct gzip_stream {
    z_stream z;
    gz_header head; /* zlib reads it when the first bytes are written */
    size_t used;    /* of in */
    unsigned char in[INPUT_BYTES];
    unsigned char out[OUTPUT_BYTES];
};

bool gzip_matches(const unsigned char *head, size_t n)
{
    return n >= 2 && head[0] == 0x1F && head[1] == 0x8B;
}

/* ---- reading ---- */

/* Makes sure that there is input; 0 at the end of the source. */
static ptrdiff_t refill(struct gzip_reader *g, struct error *err)
{
    if (g->z.avail_in > 0)
        return (ptrdiff_t)g->z.avail_in;
    if (!interrupt_none(err))
        return -1;
    ptrdiff_t got = reader_read(g->source, g->in, sizeof g->in, err);
    if (got > 0) {
        g->z.next_in = g->in;
        g->z.avail_in = (uInt)got;
    }
    return got;
}

/* After a member: another one, zero padding up to the end, or the end. */
static bool next_member(struct gzip_reader *g, struct error *err)
{
    const char *name = g->base.name;
    bool padded = false;

    g->empty_members = g->z.total_out == 0 ? g->empty_members + 1 : 0;
    if (g->empty_members > EMPTY_MEMBERS_MAX)
        return error_set(err, FAIL_DATA,
                         "'%s' has more than %d empty gzip members in a row",
                         name, EMPTY_MEMBERS_MAX);
    for (;;) {
        ptrdiff_t got = refill(g, err);
        if (got < 0)
            return false;
        if (got == 0) {
            g->ended = true;
            return true;
        }
        if (*g->z.next_in != 0)
            break;
        padded = true;
        g->z.next_in++;
        g->z.avail_in--;
    }
    if (padded || *g->z.next_in != 0x1F)
        return error_set(err, FAIL_DATA,
                         "'%s' has trailing bytes that are not gzip; get the "
                         "file again",
                         name);
    if (inflateReset(&g->z) != Z_OK)
        return error_set(err, FAIL_SYSTEM, "zlib cannot start again");
    return true;
}

static ptrdiff_t gzip_read(struct reader *base, void *to, size_t n,
                           struct error *err)
{
    struct gzip_reader *g = (struct gzip_reader *)base;
    uInt want = n < UINT32_MAX ? (uInt)n : UINT32_MAX;

    g->z.next_out = to;
    g->z.avail_out = want;
    while (!g->ended && g->z.avail_out == want) {
        ptrdiff_t got = refill(g, err);
        if (got == 0)
            error_set(err, FAIL_DATA,
                      "'%s' is truncated: the gzip data ends early; get the "
                      "file again",
                      base->name);
        if (got <= 0)
            return -1;
        int result = inflate(&g->z, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) {
            error_memory(err);
            return -1;
        }
        if (result != Z_OK && result != Z_STREAM_END) {
            error_set(err, FAIL_DATA,
                      "'%s' is damaged: not valid gzip data (%s); get the "
                      "file again",
                      base->name, g->z.msg ? g->z.msg : "no details");
            return -1;
        }
        /* At a member's end zlib has compared CRC and length. */
        if (result == Z_STREAM_END && !next_member(g, err))
            return -1;
    }
    return (ptrdiff_t)(want - g->z.avail_out);
}

static void gzip_close(struct reader *base)
{
    struct gzip_reader *g = (struct gzip_reader *)base;

    inflateEnd(&g->z);
    reader_close(g->source);
    reader_release(base);
    free(g);
}

static const struct reader_ops gzip_ops = { gzip_read, gzip_close };

struct reader *gzip_reader_open(struct reader *source, struct error *err)
{
    struct gzip_reader *g = source ? calloc(1, sizeof *g) : NULL;

    if (!g || !reader_init(&g->base, &gzip_ops, source->name, err)) {
        free(g);
        reader_close(source);
        error_memory(err);
        return NULL;
    }
    g->source = source;
    /* 15: the largest window; 16: gzip and nothing else. */
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
        gzip_close(&g->base);
        error_memory(err);
        return NULL;
    }
    return &g->base;
}

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

uint32_t gzip_crc32(uint32_t crc, const void *bytes, size_t n)
{
    /* Given no bytes, zlib would begin again. */
    return n == 0 ? crc : (uint32_t)crc32_z(crc, bytes, n);
}

const char *gzip_header_version(void)
{
    return ZLIB_VERSION;
}

const char *gzip_library_version(void)
{
    return zlibVersion();
}

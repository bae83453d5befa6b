/* SPDX-License-Identifier: MIT */
/* The only file that includes zlib. gzread would take a truncated file, a web
 * page or an empty file for a good one, so the stream is inflated here. */
#include "format/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/interrupt.h"

enum {
    INPUT_BYTES = 64 * 1024,
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

bool gzip_matches(const unsigned char *head, size_t n)
{
    return n >= 2 && head[0] == 0x1F && head[1] == 0x8B;
}

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

const char *gzip_header_version(void)
{
    return ZLIB_VERSION;
}

const char *gzip_library_version(void)
{
    return zlibVersion();
}

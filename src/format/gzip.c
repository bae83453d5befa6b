/* SPDX-License-Identifier: MIT */
/* Members, their headers and trailers. gzread would take a truncated file, a
 * web page or an empty file for a good one, and libraries differ in what they
 * accept of a header: so that is read here, and only the deflated data by
 * them. */
#include "format/gzip.h"

#include <stdlib.h>

#include "base/interrupt.h"
#include "format/inflate.h"

enum {
    INPUT_BYTES = 64 * 1024,
    /* bgzip ends a file with one empty member; a long row of them is only made
     * to keep a reader busy. */
    EMPTY_MEMBERS_MAX = 64,
};

#if MNISTPREP_HAVE_ISAL
static const struct inflate_ops *const fastest = &inflate_by_isal;
#else
static const struct inflate_ops *const fastest = &inflate_by_zlib;
#endif

struct gzip_reader {
    struct reader base;
    struct reader *source;
    const struct inflate_ops *ops;
    void *state; /* of ops; owned */
    struct inflate_io io;
    enum { AT_HEADER, IN_DATA, AT_TRAILER, AT_END } at;
    /* Of the member so far. */
    uint32_t crc;
    uint64_t unpacked;
    unsigned empty_members; /* in a row */
    unsigned char in[INFLATE_PUT_BACK + INPUT_BYTES];
};

bool gzip_matches(const unsigned char *head, size_t n)
{
    return n >= 2 && head[0] == 0x1F && head[1] == 0x8B;
}

static bool damaged(const struct gzip_reader *g, const char *why,
                    struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' is damaged: not valid gzip data (%s); get the file "
                     "again",
                     g->base.name, why);
}

/* Makes sure that there is input; 0 at the end of the source. */
static ptrdiff_t refill(struct gzip_reader *g, struct error *err)
{
    if (g->io.in_n > 0)
        return (ptrdiff_t)g->io.in_n;
    if (!interrupt_none(err))
        return -1;
    ptrdiff_t got =
        reader_read(g->source, g->in + INFLATE_PUT_BACK, INPUT_BYTES, err);
    if (got > 0) {
        g->io.in = g->in + INFLATE_PUT_BACK;
        g->io.in_n = (size_t)got;
    }
    return got;
}

/* The same where the end would come too early. */
static bool need_input(struct gzip_reader *g, struct error *err)
{
    ptrdiff_t got = refill(g, err);

    if (got == 0)
        error_set(err, FAIL_DATA,
                  "'%s' is truncated: the gzip data ends early; get the file "
                  "again",
                  g->base.name);
    return got > 0;
}

/* The next n bytes (at most 8), the first being the lowest, of which g->crc
 * takes note. */
static bool take(struct gzip_reader *g, size_t n, uint64_t *to,
                 struct error *err)
{
    *to = 0;
    for (size_t i = 0; i < n; i++) {
        if (!need_input(g, err))
            return false;
        g->crc = gzip_crc32(g->crc, g->io.in, 1);
        *to |= (uint64_t)*g->io.in++ << 8 * i;
        g->io.in_n--;
    }
    return true;
}

static bool skip(struct gzip_reader *g, uint64_t n, struct error *err)
{
    uint64_t byte;

    while (n-- > 0)
        if (!take(g, 1, &byte, err))
            return false;
    return true;
}

static bool skip_text(struct gzip_reader *g, struct error *err)
{
    uint64_t byte;

    do {
        if (!take(g, 1, &byte, err))
            return false;
    } while (byte != 0);
    return true;
}

enum { FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };
enum { FLAGS_RESERVED = 0xE0 };

/* RFC 1952, section 2.3. What it tells, but for its own checksum, means
 * nothing here. */
static bool read_header(struct gzip_reader *g, struct error *err)
{
    uint64_t magic, method, flags, n, crc;

    g->crc = 0;
    if (!take(g, 2, &magic, err))
        return false;
    if (magic != 0x8B1F)
        return damaged(g, "no gzip header", err);
    if (!take(g, 1, &method, err))
        return false;
    if (method != 8)
        return damaged(g, "unknown compression method", err);
    if (!take(g, 1, &flags, err))
        return false;
    if (flags & FLAGS_RESERVED)
        return damaged(g, "unknown header flags", err);
    if (!skip(g, 6, err)) /* time, level, system */
        return false;
    if ((flags & FLAG_EXTRA) && !(take(g, 2, &n, err) && skip(g, n, err)))
        return false;
    if (((flags & FLAG_NAME) && !skip_text(g, err)) ||
        ((flags & FLAG_COMMENT) && !skip_text(g, err)))
        return false;
    uint32_t seen = g->crc;
    if ((flags & FLAG_CRC) && !take(g, 2, &crc, err))
        return false;
    if ((flags & FLAG_CRC) && crc != (seen & 0xFFFF))
        return damaged(g, "header checksum differs", err);
    g->crc = 0;
    g->unpacked = 0;
    g->at = IN_DATA;
    return true;
}

static bool check_trailer(struct gzip_reader *g, struct error *err)
{
    uint32_t crc = g->crc;
    uint64_t stated, length;

    if (!take(g, 4, &stated, err))
        return false;
    if (stated != crc)
        return damaged(g, "checksum differs", err);
    if (!take(g, 4, &length, err))
        return false;
    return length == (g->unpacked & UINT32_MAX) ||
           damaged(g, "length differs", err);
}

/* After a member: another one, zero padding up to the end, or the end. */
static bool next_member(struct gzip_reader *g, struct error *err)
{
    const char *name = g->base.name;
    bool padded = false;

    g->empty_members = g->unpacked == 0 ? g->empty_members + 1 : 0;
    if (g->empty_members > EMPTY_MEMBERS_MAX)
        return error_set(err, FAIL_DATA,
                         "'%s' has more than %d empty gzip members in a row",
                         name, EMPTY_MEMBERS_MAX);
    for (;;) {
        ptrdiff_t got = refill(g, err);
        if (got < 0)
            return false;
        if (got == 0) {
            g->at = AT_END;
            return true;
        }
        if (*g->io.in != 0)
            break;
        padded = true;
        g->io.in++;
        g->io.in_n--;
    }
    if (padded || *g->io.in != 0x1F)
        return error_set(err, FAIL_DATA,
                         "'%s' has trailing bytes that are not gzip; get the "
                         "file again",
                         name);
    g->ops->restart(g->state);
    g->at = AT_HEADER;
    return true;
}

/* Unpacks until there is something, or the data has ended. */
static bool unpack(struct gzip_reader *g, struct error *err)
{
    unsigned char *const from = g->io.out;
    enum inflate_result result;

    for (;;) {
        const size_t had = g->io.in_n;
        result = g->ops->run(g->state, &g->io);
        if (result != INFLATE_GOES_ON || g->io.out != from)
            break;
        if (had > 0 && g->io.in_n == had) /* it is stuck */
            return damaged(g, "invalid deflate data", err);
        if (!need_input(g, err))
            return false;
    }
    g->crc = g->ops->crc(g->crc, from, (size_t)(g->io.out - from));
    g->unpacked += (uint64_t)(g->io.out - from);
    if (result == INFLATE_ENDED)
        g->at = AT_TRAILER;
    if (result == INFLATE_NO_MEMORY)
        return error_memory(err);
    return result != INFLATE_DAMAGED || damaged(g, "invalid deflate data", err);
}

static ptrdiff_t gzip_read(struct reader *base, void *to, size_t n,
                           struct error *err)
{
    struct gzip_reader *g = (struct gzip_reader *)base;
    bool ok = true;

    g->io.out = to;
    g->io.out_n = n;
    while (ok && g->at != AT_END && g->io.out_n == n) {
        if (g->at == AT_HEADER)
            ok = read_header(g, err);
        else if (g->at == IN_DATA)
            ok = unpack(g, err);
        else
            ok = check_trailer(g, err) && next_member(g, err);
    }
    return ok ? (ptrdiff_t)(n - g->io.out_n) : -1;
}

static void gzip_close(struct reader *base)
{
    struct gzip_reader *g = (struct gzip_reader *)base;

    g->ops->close(g->state);
    reader_close(g->source);
    reader_free(base);
}

static const struct reader_ops gzip_ops = { gzip_read, gzip_close };

struct reader *gzip_reader_open_by(struct reader *source,
                                   const struct inflate_ops *ops,
                                   struct error *err)
{
    struct gzip_reader *g = reader_wrap(sizeof *g, &gzip_ops, source, err);

    if (!g)
        return NULL;
    g->source = source;
    g->ops = ops;
    g->state = ops->open();
    if (!g->state) {
        gzip_close(&g->base);
        error_memory(err);
        return NULL;
    }
    return &g->base;
}

struct reader *gzip_reader_open(struct reader *source, struct error *err)
{
    return gzip_reader_open_by(source, fastest, err);
}

uint32_t gzip_crc32(uint32_t crc, const void *bytes, size_t n)
{
    return fastest->crc(crc, bytes, n);
}

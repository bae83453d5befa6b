/* SPDX-License-Identifier: MIT */
/* The only file that includes liblzma, when there is one. */
#include "format/xz.h"

#include <string.h>

bool xz_matches(const unsigned char *head, size_t n)
{
    return n >= 6 && memcmp(head,
                            "\xFD"
                            "7zXZ",
                            6) == 0;
}

#if MNISTPREP_HAVE_LZMA

#include <inttypes.h>
#include <lzma.h>
#include <stdlib.h>

#include "base/interrupt.h"

enum {
    INPUT_BYTES = 64 * 1024,
    /* The dictionary of xz -9 has 64 MiB. One that is larger is named by a
     * custom setting, or made to exhaust the memory. */
    MEMORY_MIB = 96,
};

struct xz_reader {
    struct reader base;
    struct reader *source;
    lzma_stream z;
    size_t padding; /* zero bytes since the last stream */
    bool ended;     /* nothing but the end of the source was left */
    lzma_ret fault; /* stays: liblzma goes on after a warning */
    unsigned char in[INPUT_BYTES];
};

/* Also for the second stream and on: the memory is used again. */
static bool start_stream(struct xz_reader *x, struct error *err)
{
    x->padding = 0;
    return lzma_stream_decoder(&x->z, (uint64_t)MEMORY_MIB << 20,
                               LZMA_TELL_NO_CHECK |
                                   LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK ||
           error_memory(err);
}

/* Makes sure that there is input; 0 at the end of the source. */
static ptrdiff_t refill(struct xz_reader *x, struct error *err)
{
    if (x->z.avail_in > 0)
        return (ptrdiff_t)x->z.avail_in;
    ptrdiff_t got = reader_read(x->source, x->in, sizeof x->in, err);
    if (got > 0) {
        x->z.next_in = x->in;
        x->z.avail_in = (size_t)got;
    }
    return got;
}

/* After a stream: padding by fours, then another stream or the end. */
static bool next_stream(struct xz_reader *x, struct error *err)
{
    ptrdiff_t got;

    for (;;) {
        got = refill(x, err);
        if (got < 0 || !interrupt_none(err))
            return false;
        if (got == 0 || *x->z.next_in != 0)
            break;
        x->padding++;
        x->z.next_in++;
        x->z.avail_in--;
    }
    if (x->padding % 4 != 0 || (got > 0 && *x->z.next_in != 0xFD))
        return error_set(err, FAIL_DATA,
                         "'%s' has trailing bytes that are not xz; get the "
                         "file again",
                         x->base.name);
    x->ended = got == 0;
    return x->ended || start_stream(x, err);
}

/* Says what was wrong; returns -1. */
static ptrdiff_t fail(struct xz_reader *x, struct error *err)
{
    const char *name = x->base.name;

    switch (x->fault) {
    case LZMA_MEM_ERROR:
        error_memory(err);
        break;
    case LZMA_MEMLIMIT_ERROR:
        error_set(err, FAIL_DATA,
                  "'%s' takes %" PRIu64 " MiB of memory to unpack, and at most "
                  "%d are given to it; pack it again with xz -9 or less",
                  name, (lzma_memusage(&x->z) >> 20) + 1, MEMORY_MIB);
        break;
    case LZMA_NO_CHECK:
    case LZMA_UNSUPPORTED_CHECK:
        error_set(err, FAIL_DATA,
                  "'%s' has no checksum that can be compared; pack it again "
                  "with xz --check=crc64",
                  name);
        break;
    case LZMA_OPTIONS_ERROR:
        error_set(err, FAIL_DATA,
                  "'%s' is damaged, or packed in a way that liblzma %s does "
                  "not know",
                  name, lzma_version_string());
        break;
    default:
        error_set(err, FAIL_DATA,
                  "'%s' is damaged: not valid xz data; get the file again",
                  name);
    }
    return -1;
}

static ptrdiff_t xz_read(struct reader *base, void *to, size_t n,
                         struct error *err)
{
    struct xz_reader *x = (struct xz_reader *)base;

    if (x->fault != LZMA_OK)
        return fail(x, err);
    x->z.next_out = to;
    x->z.avail_out = n;
    while (!x->ended && x->z.avail_out == n) {
        ptrdiff_t got = refill(x, err);
        if (got == 0)
            error_set(err, FAIL_DATA,
                      "'%s' is truncated: the xz data ends early; get the "
                      "file again",
                      base->name);
        if (got <= 0 || !interrupt_none(err))
            return -1;
        lzma_ret result = lzma_code(&x->z, LZMA_RUN);
        if (result != LZMA_OK && result != LZMA_STREAM_END) {
            x->fault = result;
            return fail(x, err);
        }
        /* At a stream's end liblzma has compared its checksums and sizes. */
        if (result == LZMA_STREAM_END && !next_stream(x, err))
            return -1;
    }
    return (ptrdiff_t)(n - x->z.avail_out);
}

static void xz_close(struct reader *base)
{
    struct xz_reader *x = (struct xz_reader *)base;

    lzma_end(&x->z);
    reader_close(x->source);
    reader_free(base);
}

static const struct reader_ops xz_ops = { xz_read, xz_close };

struct reader *xz_reader_open(struct reader *source, struct error *err)
{
    struct xz_reader *x = reader_wrap(sizeof *x, &xz_ops, source, err);

    if (!x)
        return NULL;
    x->source = source;
    x->z = (lzma_stream)LZMA_STREAM_INIT;
    if (!start_stream(x, err)) {
        xz_close(&x->base);
        return NULL;
    }
    return &x->base;
}

const char *xz_header_version(void)
{
    return LZMA_VERSION_STRING;
}

const char *xz_library_version(void)
{
    return lzma_version_string();
}

#else

struct reader *xz_reader_open(struct reader *source, struct error *err)
{
    if (source)
        error_set(err, FAIL_USAGE,
                  "'%s' is xz, and this build cannot read xz (liblzma was "
                  "missing)",
                  source->name);
    reader_close(source);
    return NULL;
}

const char *xz_header_version(void)
{
    return NULL;
}

const char *xz_library_version(void)
{
    return NULL;
}

#endif

/* SPDX-License-Identifier: MIT */
/* What unpacks deflate (RFC 1951): one way of doing it for each library that
 * can. Header, CRC-32 and length of gzip are gzip.c's, so that every build has
 * the same opinion of them. */
#ifndef MP_FORMAT_INFLATE_H
#define MP_FORMAT_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum inflate_result {
    INFLATE_GOES_ON, /* give it input, or room */
    INFLATE_ENDED,   /* the input goes on behind the data */
    INFLATE_DAMAGED,
    INFLATE_NO_MEMORY,
};

/* Input that a library has read too far is put back in front of io->in, where
 * there is room for so much. */
enum { INFLATE_PUT_BACK = 8 };

/* Both buffers move on as they are used. */
struct inflate_io {
    unsigned char *in;
    size_t in_n;
    unsigned char *out;
    size_t out_n;
};

struct inflate_ops {
    /* NULL: no memory. */
    void *(*open)(void);
    /* Unpacks what fits. What it holds back comes out at the next call, which
     * may be without input. */
    enum inflate_result (*run)(void *state, struct inflate_io *io);
    /* After INFLATE_ENDED: other data follows. */
    void (*restart)(void *state);
    void (*close)(void *state); /* accepts NULL */
    /* The CRC-32 of gzip, going on from `crc`. */
    uint32_t (*crc)(uint32_t crc, const unsigned char *bytes, size_t n);
};

/* deflate.c */
extern const struct inflate_ops inflate_by_zlib;

#if MNISTPREP_HAVE_ISAL
/* isal.c */
extern const struct inflate_ops inflate_by_isal;
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* The only file that includes ISA-L, when there is one. */
#include "format/isal.h"

#include <stddef.h>

#if MNISTPREP_HAVE_ISAL

#include <isa-l.h>
#include <stdint.h>
#include <stdlib.h>

#include "format/inflate.h"

static void restart(void *state)
{
    struct inflate_state *s = state;

    isal_inflate_reset(s);
    s->crc_flag = ISAL_DEFLATE;
}

static void *open(void)
{
    struct inflate_state *s = malloc(sizeof *s);

    if (s) {
        isal_inflate_init(s);
        restart(s);
    }
    return s;
}

/* ISA-L's AVX code leaves the upper halves of the registers in use, and SSE
 * code that follows then waits for them: conversion ran 3 times slower. */
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx"))) static void clear_upper_halves(void)
{
    __builtin_ia32_vzeroupper();
}

static void after_avx(void)
{
    if (__builtin_cpu_supports("avx"))
        clear_upper_halves();
}
#else
static void after_avx(void)
{
}
#endif

/* It reads eight bytes at a time, also behind the last one that it needs. */
static void put_back(struct inflate_state *s, struct inflate_io *io)
{
    uint64_t bits = s->read_in >> s->read_in_length % 8;
    size_t n = (size_t)s->read_in_length / 8;

    io->in -= n;
    io->in_n += n;
    for (size_t i = 0; i < n; i++, bits >>= 8)
        io->in[i] = (unsigned char)bits;
}

static enum inflate_result run(void *state, struct inflate_io *io)
{
    struct inflate_state *s = state;
    uint32_t in = io->in_n < UINT32_MAX ? (uint32_t)io->in_n : UINT32_MAX;
    uint32_t out = io->out_n < UINT32_MAX ? (uint32_t)io->out_n : UINT32_MAX;

    s->next_in = io->in;
    s->avail_in = in;
    s->next_out = io->out;
    s->avail_out = out;
    int result = isal_inflate(s);
    after_avx();
    io->in += in - s->avail_in;
    io->in_n -= in - s->avail_in;
    io->out += out - s->avail_out;
    io->out_n -= out - s->avail_out;
    if (result < 0)
        return INFLATE_DAMAGED;
    if (s->block_state != ISAL_BLOCK_FINISH)
        return INFLATE_GOES_ON;
    put_back(s, io);
    return INFLATE_ENDED;
}

static uint32_t crc(uint32_t before, const unsigned char *bytes, size_t n)
{
    uint32_t sum = crc32_gzip_refl(before, bytes, n);
    after_avx();
    return sum;
}

const struct inflate_ops inflate_by_isal = { open, run, restart, free, crc };

#define TEXT_OF(x) #x
#define VERSION_TEXT(major, minor, patch) \
    TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *isal_library_version(void)
{
    return VERSION_TEXT(ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION,
                        ISAL_PATCH_VERSION);
}

#else

const char *isal_library_version(void)
{
    return NULL;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Size arithmetic that says when it does not fit, and byte order by hand. */
#ifndef MP_BASE_SIZES_H
#define MP_BASE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Multiplies or adds in place; false when the result does not fit, and then
 * *to is not to be used. */
static inline bool MUST_USE size_mul(uint64_t *to, uint64_t by)
{
    return !__builtin_mul_overflow(*to, by, to);
}

static inline bool MUST_USE size_add(uint64_t *to, uint64_t by)
{
    return !__builtin_add_overflow(*to, by, to);
}

static inline uint32_t load_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

static inline uint16_t load_le16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const unsigned char *p)
{
    return load_le16(p) | (uint32_t)load_le16(p + 2) << 16;
}

static inline uint64_t load_le64(const unsigned char *p)
{
    return load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

/* The lowest n bytes of v; n is at most 8. */
static inline void store_le(unsigned char *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)(v >> 8 * i);
}

static inline void store_be32(unsigned char *p, uint32_t v)
{
    p[0] = (unsigned char)(v >> 24);
    p[1] = (unsigned char)(v >> 16);
    p[2] = (unsigned char)(v >> 8);
    p[3] = (unsigned char)v;
}

#endif

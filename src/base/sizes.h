/* SPDX-License-Identifier: MIT */
/* Size arithmetic that says when it does not fit, and byte order by hand. */
#ifndef MP_BASE_SIZES_H
#define MP_BASE_SIZES_H

#include <stdbool.h>
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

static inline void store_le64(unsigned char *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
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

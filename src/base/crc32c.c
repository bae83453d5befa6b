/* SPDX-License-Identifier: MIT */
/* Eight bytes at a step, by tables or by the instruction of SSE 4.2. */
#include "base/crc32c.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <string.h>
#endif

enum { STEP = 8 };

/* A CRC is linear: what a byte does to it is the exclusive or of what the bits
 * of the byte do. So eight numbers, for the bits 7 to 0, make 256. */
#define BIT(b, i, does) ((((b) >> (i)) & 1) * (does))
#define BYTE(b, d7, d6, d5, d4, d3, d2, d1, d0)                      \
    (BIT(b, 7, d7) ^ BIT(b, 6, d6) ^ BIT(b, 5, d5) ^ BIT(b, 4, d4) ^ \
     BIT(b, 3, d3) ^ BIT(b, 2, d2) ^ BIT(b, 1, d1) ^ BIT(b, 0, d0))
#define BYTES_4(b, ...)                               \
    BYTE(b, __VA_ARGS__), BYTE((b) + 1, __VA_ARGS__), \
        BYTE((b) + 2, __VA_ARGS__), BYTE((b) + 3, __VA_ARGS__)
#define BYTES_16(b, ...)                                    \
    BYTES_4(b, __VA_ARGS__), BYTES_4((b) + 4, __VA_ARGS__), \
        BYTES_4((b) + 8, __VA_ARGS__), BYTES_4((b) + 12, __VA_ARGS__)
#define BYTES_64(b, ...)                                       \
    BYTES_16(b, __VA_ARGS__), BYTES_16((b) + 16, __VA_ARGS__), \
        BYTES_16((b) + 32, __VA_ARGS__), BYTES_16((b) + 48, __VA_ARGS__)
#define BYTES_256(...)                                               \
    {                                                                \
        BYTES_64(0u, __VA_ARGS__), BYTES_64(64u, __VA_ARGS__),       \
            BYTES_64(128u, __VA_ARGS__), BYTES_64(192u, __VA_ARGS__) \
    }

/* What a byte does that is followed by 0, 1, ... 7 more of the same step. The
 * numbers are the CRC register after 1, 2, ... 64 shifts of a single one,
 * where each shift is (c >> 1) ^ (c & 1 ? 0x82f63b78 : 0). */
static const uint32_t table[STEP][256] = {
    BYTES_256(0x82f63b78, 0x417b1dbc, 0x20bd8ede, 0x105ec76f, 0x8ad958cf,
              0xc79a971f, 0xe13b70f7, 0xf26b8303),
    BYTES_256(0xfbc3faf9, 0xff17c604, 0x7f8be302, 0x3fc5f181, 0x9d14c3b8,
              0x4e8a61dc, 0x274530ee, 0x13a29877),
    BYTES_256(0x8b277743, 0xc76580d9, 0xe144fb14, 0x70a27d8a, 0x38513ec5,
              0x9edea41a, 0x4f6f520d, 0xa541927e),
    BYTES_256(0x52a0c93f, 0xaba65fe7, 0xd725148b, 0xe964b13d, 0xf64463e6,
              0x7b2231f3, 0xbf672381, 0xdd45aab8),
    BYTES_256(0x6ea2d55c, 0x37516aae, 0x1ba8b557, 0x8f2261d3, 0xc5670b91,
              0xe045beb0, 0x7022df58, 0x38116fac),
    BYTES_256(0x1c08b7d6, 0x0e045beb, 0x85f4168d, 0xc00c303e, 0x6006181f,
              0xb2f53777, 0xdb8ca0c3, 0xef306b19),
    BYTES_256(0xf56e0ef4, 0x7ab7077a, 0x3d5b83bd, 0x9c5bfaa6, 0x4e2dfd53,
              0xa5e0c5d1, 0xd0065990, 0x68032cc8),
    BYTES_256(0x34019664, 0x1a00cb32, 0x0d006599, 0x847609b4, 0x423b04da,
              0x211d826d, 0x9278fa4e, 0x493c7d27),
};

uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    crc = ~crc;
    for (; n >= STEP; n -= STEP, p += STEP)
        crc = table[7][p[0] ^ (crc & 255)] ^ table[6][p[1] ^ (crc >> 8 & 255)] ^
              table[5][p[2] ^ (crc >> 16 & 255)] ^ table[4][p[3] ^ crc >> 24] ^
              table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    for (; n > 0; n--, p++)
        crc = crc >> 8 ^ table[0][*p ^ (crc & 255)];
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_instruction(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t wide = ~crc, word;

    for (; n >= STEP; n -= STEP, p += STEP) {
        memcpy(&word, p, STEP);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    for (; n > 0; n--, p++)
        crc = _mm_crc32_u8(crc, *p);
    return ~crc;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t n)
{
    return __builtin_cpu_supports("sse4.2")
               ? crc32c_by_instruction(crc, bytes, n)
               : crc32c_by_tables(crc, bytes, n);
}

#else

uint32_t crc32c(uint32_t crc, const void *bytes, size_t n)
{
    return crc32c_by_tables(crc, bytes, n);
}

#endif

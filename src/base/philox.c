/* SPDX-License-Identifier: MIT */
/* The ten rounds. */
#include "base/philox.h"

#include <string.h>

enum { PHILOX_ROUNDS = 10 };

/* Salmon et al., section 3.3: multipliers chosen by the authors for their
 * avalanche; the key grows by the golden ratio and by sqrt(3) - 1. */
static const uint64_t multiplier[2] = { 0xd2e7470ee14c6c93,
                                        0xca5a826395121157 };
static const uint64_t key_step[2] = { 0x9e3779b97f4a7c15, 0xbb67ae8584caa73b };

/* The upper half of the product of 128 bits. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;

    return (uint64_t)((wide)a * b >> 64);
}

void philox4x64(const uint64_t counter[4], const uint64_t key[2],
                uint64_t to[4])
{
    uint64_t x[4] = { counter[0], counter[1], counter[2], counter[3] };
    uint64_t k[2] = { key[0], key[1] };

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t next[4] = {
            multiply_high(multiplier[1], x[2]) ^ x[1] ^ k[0],
            multiplier[1] * x[2],
            multiply_high(multiplier[0], x[0]) ^ x[3] ^ k[1],
            multiplier[0] * x[0],
        };
        memcpy(x, next, sizeof x);
        k[0] += key_step[0];
        k[1] += key_step[1];
    }
    memcpy(to, x, sizeof x);
}

uint64_t philox_row(uint64_t seed, uint64_t purpose, uint64_t row)
{
    const uint64_t counter[4] = { row, 0, 0, 0 };
    const uint64_t key[2] = { seed, purpose };
    uint64_t words[4];

    philox4x64(counter, key, words);
    return words[0];
}

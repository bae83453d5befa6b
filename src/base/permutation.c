/* SPDX-License-Identifier: MIT */
/* The rounds, forwards and backwards, and the walk. */
#include "base/permutation.h"

#include <assert.h>

#include "base/philox.h"

enum { KEYS_PER_BLOCK = 4 };

void permutation_init(struct permutation *p, uint64_t n, uint64_t seed,
                      uint64_t purpose)
{
    const uint64_t key[2] = { seed, purpose };

    assert(n <= UINT64_C(1) << 62);
    *p = (struct permutation){ .n = n };
    while (UINT64_C(1) << (2 * p->half_bits) < n)
        p->half_bits++;
    for (uint64_t i = 0; i < PERMUTATION_ROUNDS / KEYS_PER_BLOCK; i++) {
        /* The 1 keeps the counter apart from those of philox_row. */
        const uint64_t counter[4] = { i, 1, 0, 0 };
        philox4x64(counter, key, p->key + KEYS_PER_BLOCK * i);
    }
}

/* The finaliser of splitmix64 (Stafford's mix 13): each bit of the value and
 * of the key reaches the lowest bits, which are the ones that are kept. */
static uint64_t mix(uint64_t value, uint64_t key)
{
    uint64_t x = value ^ key;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static uint64_t half_mask(const struct permutation *p)
{
    return (UINT64_C(1) << p->half_bits) - 1;
}

static uint64_t forwards(const struct permutation *p, uint64_t x)
{
    const uint64_t mask = half_mask(p);
    uint64_t left = x >> p->half_bits, right = x & mask;

    for (int round = 0; round < PERMUTATION_ROUNDS; round++) {
        uint64_t next = left ^ (mix(right, p->key[round]) & mask);
        left = right;
        right = next;
    }
    return left << p->half_bits | right;
}

static uint64_t backwards(const struct permutation *p, uint64_t x)
{
    const uint64_t mask = half_mask(p);
    uint64_t left = x >> p->half_bits, right = x & mask;

    for (int round = PERMUTATION_ROUNDS; round-- > 0;) {
        uint64_t before = right ^ (mix(left, p->key[round]) & mask);
        right = left;
        left = before;
    }
    return left << p->half_bits | right;
}

/* Both walk on through what lies outside until they are inside again. This
 * ends, as a cycle comes back to its start, which is inside; and no element
 * outside is passed by two walks, which bounds them all. */

uint64_t permutation_at(const struct permutation *p, uint64_t i)
{
    assert(i < p->n);
    do {
        i = forwards(p, i);
    } while (i >= p->n);
    return i;
}

uint64_t permutation_inverse(const struct permutation *p, uint64_t i)
{
    assert(i < p->n);
    do {
        i = backwards(p, i);
    } while (i >= p->n);
    return i;
}

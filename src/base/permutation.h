/* SPDX-License-Identifier: MIT */
/* A random order of 0..n-1 of which any element can be had without the others:
 * a keyed Feistel network of 12 rounds over the next power of four, with cycle
 * walking. Eight rounds look even from about a hundred elements on, twelve from
 * about 16; of fewer, some orders come a little more often than others. */
#ifndef MP_BASE_PERMUTATION_H
#define MP_BASE_PERMUTATION_H

#include <stdint.h>

enum { PERMUTATION_ROUNDS = 12 };

struct permutation {
    uint64_t n;
    unsigned half_bits;
    uint64_t key[PERMUTATION_ROUNDS]; /* from Philox, by seed and purpose */
};

/* n is at most 2^62. */
void permutation_init(struct permutation *p, uint64_t n, uint64_t seed,
                      uint64_t purpose);

/* Where i < n goes, and who comes to i. All n together pass the network less
 * than 4n times, as the domain is smaller than that; one alone may take
 * more. */
uint64_t permutation_at(const struct permutation *p, uint64_t i);
uint64_t permutation_inverse(const struct permutation *p, uint64_t i);

#endif

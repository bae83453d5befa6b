/* SPDX-License-Identifier: MIT */
/* Random numbers by counter: Philox4x64-10 (Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). A number depends on the seed, the
 * purpose and the counter alone, so that any can be had without the others;
 * numpy.random.Philox gives the same. */
#ifndef MP_BASE_PHILOX_H
#define MP_BASE_PHILOX_H

#include <stdint.h>

/* Four words for one counter, least significant word first. */
void philox4x64(const uint64_t counter[4], const uint64_t key[2],
                uint64_t to[4]);

/* The first word for counter (row, 0, 0, 0) and key (seed, purpose). numpy
 * adds one to its counter before the first block, so there rows 0..n-1 are
 *   Philox(key=seed + (purpose << 64),
 *          counter=2**256 - 1).random_raw(4 * n)[::4] */
uint64_t philox_row(uint64_t seed, uint64_t purpose, uint64_t row);

#endif

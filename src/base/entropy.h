/* SPDX-License-Identifier: MIT */
/* A number that nobody can foretell, for keys of hash tables. Nothing that is
 * written may depend on it. */
#ifndef MP_BASE_ENTROPY_H
#define MP_BASE_ENTROPY_H

#include <stdint.h>

uint64_t entropy_u64(void);

#endif

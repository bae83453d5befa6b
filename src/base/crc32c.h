/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli, RFC 3720 appendix B.4), which TFRecord guards its
 * records with. */
#ifndef MP_BASE_CRC32C_H
#define MP_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`, which is 0 at the beginning. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n);

/* The same by tables alone, on a processor that has an instruction for it,
 * too: for the tests. */
uint32_t crc32c_by_tables(uint32_t crc, const void *bytes, size_t n);

#endif

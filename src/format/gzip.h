/* SPDX-License-Identifier: MIT */
/* gzip (RFC 1952) as a reader: strict where gzread is not. */
#ifndef MP_FORMAT_GZIP_H
#define MP_FORMAT_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/reader.h"

bool gzip_matches(const unsigned char *head, size_t n); /* needs 2 bytes */

/* Inflates `source`, which it takes in every case; NULL passes through.
 * Several members are read as one stream, zero bytes after the last one are
 * accepted, any other trailing byte is FAIL_DATA, as is an early end. The end
 * is reported only after CRC-32 and length were compared. Memory does not
 * depend on the input. */
struct reader *MUST_USE gzip_reader_open(struct reader *source,
                                         struct error *err);

/* "1.2.13": as compiled, and as running. */
const char *gzip_header_version(void);
const char *gzip_library_version(void);

#endif

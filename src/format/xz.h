/* SPDX-License-Identifier: MIT */
/* xz as a reader, by liblzma, which a build may lack. */
#ifndef MP_FORMAT_XZ_H
#define MP_FORMAT_XZ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/reader.h"

bool xz_matches(const unsigned char *head, size_t n); /* needs 6 bytes */

/* Unpacks `source`, which it takes in every case; NULL passes through. Several
 * streams are read as one, with padding of zero bytes behind each; any other
 * trailing byte is FAIL_DATA, as is an early end. The end is reported only
 * after the checksums were compared; a stream without any is FAIL_DATA. Takes
 * at most 96 MiB, which is enough for all that xz -9 makes. FAIL_USAGE in a
 * build without liblzma. */
struct reader *MUST_USE xz_reader_open(struct reader *source,
                                       struct error *err);

/* "5.4.1": as compiled, and as running; NULL in a build without liblzma. */
const char *xz_header_version(void);
const char *xz_library_version(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Zip archives, also zip64: single members read as streams, by libzip, which a
 * build may lack. Names of members are data and never paths. */
#ifndef MP_FORMAT_ZIPFILE_H
#define MP_FORMAT_ZIPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/error.h"
#include "base/reader.h"

struct zipfile;

struct zipfile_member {
    const char *name; /* lives as long as the zipfile */
    uint64_t bytes, packed_bytes;
    uint32_t crc;
};

/* Reads the directory of `source`, and nothing else of it; takes `source` in
 * every case, and NULL passes through. A directory that is damaged, ambiguous,
 * or has more than 100,000 members is FAIL_DATA. FAIL_USAGE in a build without
 * libzip. One thread at a time uses a zipfile and its readers. */
struct zipfile *MUST_USE zipfile_open(struct blob *source, struct error *err);
void zipfile_close(struct zipfile *z); /* accepts NULL */

/* All that the directory lists: folders and the like, too. */
size_t zipfile_count(const struct zipfile *z);

/* False when there is no member i. */
bool zipfile_member_at(const struct zipfile *z, size_t i,
                       struct zipfile_member *to);

/* Finds the member of exactly this name. FAIL_DATA when it is missing, stands
 * there twice, is no plain file, is encrypted, or is packed otherwise than
 * stored or deflated. */
bool MUST_USE zipfile_find(const struct zipfile *z, const char *name,
                           struct zipfile_member *to, struct error *err);

/* Unpacks the member of exactly this name as a stream: at most the bytes that
 * the directory declares, and the end only after length and CRC-32 were
 * compared. Tells the source what to expect, then reads it in order. Several
 * readers may be open at once; they borrow z. */
struct reader *MUST_USE zipfile_reader_open(struct zipfile *z, const char *name,
                                            struct error *err);

/* "1.7.3": as compiled, and as running; NULL in a build without libzip. */
const char *zipfile_header_version(void);
const char *zipfile_library_version(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Zip archives (PKWARE's APPNOTE) of stored members whose sizes are known
 * beforehand, so that every place in the archive is, too: members can be
 * written in any order, and mapped into memory by whoever finds them. */
#ifndef MP_FORMAT_ZIPSTORED_H
#define MP_FORMAT_ZIPSTORED_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/writer.h"

/* A multiple of this is where each member's bytes begin. */
enum { ZIPSTORED_ALIGNMENT = 64 };

struct zipstored_member {
    const char *name;
    uint64_t bytes;
    uint32_t crc; /* needed when headers and directory are written */

    /* By zipstored_layout; the header ends where the bytes begin. */
    uint64_t header_at, bytes_at;
};

/* Lays out members in their order. *directory_at: where all of them end, which
 * is where the directory begins. FAIL_USAGE when they are more than a file can
 * hold. */
bool MUST_USE zipstored_layout(struct zipstored_member *members, size_t count,
                               uint64_t *directory_at, struct error *err);

/* Writes the bytes from m->header_at to m->bytes_at. */
bool MUST_USE zipstored_write_header(struct writer *to,
                                     const struct zipstored_member *m,
                                     struct error *err);

/* Writes the archive from directory_at to its end. The fields of zip64 are
 * there where, and only where, a number does not fit the older ones. */
bool MUST_USE zipstored_write_directory(struct writer *to,
                                        const struct zipstored_member *members,
                                        size_t count, uint64_t directory_at,
                                        struct error *err);

#endif

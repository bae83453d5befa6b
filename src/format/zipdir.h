/* SPDX-License-Identifier: MIT */
/* The directory of a zip archive (PKWARE's APPNOTE), checked before libzip sees
 * it: the part of zipfile that needs no library. */
#ifndef MP_FORMAT_ZIPDIR_H
#define MP_FORMAT_ZIPDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/error.h"

/* Bits of zipdir_entry.flags: the member is encrypted in some way. */
enum { ZIPDIR_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13 };

/* One member, as the directory describes it. */
struct zipdir_entry {
    const char *name;
    uint64_t bytes, packed_bytes, header_at;
    uint32_t crc, attributes;
    uint16_t name_bytes, flags, method;
};

/* Starts as { 0 }. */
struct zipdir {
    struct blob *source; /* borrowed */
    uint64_t directory_at;
    struct zipdir_entry *entries; /* owned */
    size_t count;
    char *names; /* owned: of the entries, one behind the other */

    /* What was read already and is not to be read again. */
    unsigned char *known; /* owned */
    uint64_t known_at;
    size_t known_bytes;
};

/* Finds and reads the directory; all from there to the archive's end stays
 * known until zipdir_forget. FAIL_DATA when it is damaged, ambiguous or too
 * large. Release it in any case. */
bool MUST_USE zipdir_load(struct zipdir *z, struct blob *source,
                          struct error *err);
void zipdir_forget(struct zipdir *z);
void zipdir_release(struct zipdir *z);

/* The member of exactly this name, if it is a plain file that can be read; NULL
 * with *err set. */
const struct zipdir_entry *zipdir_find(const struct zipdir *z, const char *name,
                                       struct error *err);

/* Reads the local header, which stays known, and compares it with the
 * directory; tells the source what will be read. `name` is for messages. */
bool MUST_USE zipdir_know_header(struct zipdir *z, const struct zipdir_entry *e,
                                 const char *name, struct error *err);

/* Sets FAIL_DATA: "... is a damaged zip archive: `how`". */
bool zipdir_damaged(const struct zipdir *z, const char *how, struct error *err);

#endif

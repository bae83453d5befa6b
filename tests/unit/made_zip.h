/* SPDX-License-Identifier: MIT */
/* Zip archives made by hand, so that every field can lie, a source that takes
 * notes of how they are read, and checks of what comes out. */
#ifndef MP_TESTS_UNIT_MADE_ZIP_H
#define MP_TESTS_UNIT_MADE_ZIP_H

#include "base/blob.h"
#include "helpers.h"

/* ---- a source that takes notes ---- */

struct noting_blob {
    struct blob base;
    const unsigned char *bytes;
    size_t fail_at;         /* reads of this byte fail, unless NEVER */
    unsigned char *touched; /* how often, for each byte; may be NULL */
    size_t reads, read_bytes;
    /* the last hint, and where the reads after it have come to */
    uint64_t hint_at, hint_end, next_at;
    unsigned hints;
    bool in_order;
};

/* Named "x.zip". *b outlives its closing, for the test to look at. */
struct blob *noting_open(struct noting_blob *b, const void *bytes, size_t n,
                         size_t fail_at);
void noting_close(struct blob *base);

/* Sources opened and not yet closed: 0 at the end of a test. */
unsigned noting_left_open(void);

/* ---- making ---- */

struct made_member {
    const char *name;
    size_t name_bytes; /* 0: up to the NUL */
    const void *bytes;
    size_t n;
    bool deflate, zip64, descriptor;
    uint16_t flags;
    uint32_t attributes;
    size_t gap; /* bytes that belong to nothing, behind it */
};

enum { MADE_MAX = 8 };

struct archive {
    unsigned char *bytes;
    size_t n, room;
    /* where the records are, for lies */
    size_t header[MADE_MAX], data[MADE_MAX], entry[MADE_MAX];
    size_t packed[MADE_MAX];
    size_t directory, end64, locator, end;
};

struct archive archive_make(const struct made_member *members, size_t count,
                            bool zip64, const char *comment);

extern const char archive_text[];
enum { ARCHIVE_TEXT_BYTES = 80 };

/* One of each kind, of that text or nothing; and an archive of them. */
enum { ARCHIVE_KINDS = 7 };
extern const struct made_member archive_kinds[ARCHIVE_KINDS];
struct archive archive_make_kinds(void);

/* The pieces of an archive, added at its end; i is the member's place in it.
 * The directory lies from a->directory to the end of what there is. */
void archive_put(struct archive *a, const void *bytes, size_t n);
void archive_put_member(struct archive *a, const struct made_member *m,
                        size_t i);
void archive_put_entry(struct archive *a, const struct made_member *m,
                       size_t i);
void archive_put_end(struct archive *a, size_t count, bool zip64,
                     const char *comment);

/* A number of so many bytes, the lowest first. */
void field_set(unsigned char *to, size_t width, uint64_t v);
uint64_t field_get(const unsigned char *from, size_t width);

/* ---- reading ---- */

/* All of one member; an error where there is one, also of opening. */
struct outcome archive_unpack(const void *bytes, size_t n, const char *name,
                              size_t part);

/* The member has exactly these bytes, however it is read. */
void archive_check_unpacks(const struct archive *a, const char *name,
                           const void *bytes, size_t n);

/* The member, or the archive as a whole, is damaged, with this in the error. */
void archive_check_refused(const struct archive *a, const char *name,
                           const char *part);
void archive_check_closed(const struct archive *a, const char *part);

#endif

/* SPDX-License-Identifier: MIT */
/* What the tests of gzip and of xz ask of a reader that unpacks: the same
 * bytes however it is read, one refusal however it comes, and a true end. */
#ifndef MP_TESTS_UNIT_UNPACKING_H
#define MP_TESTS_UNIT_UNPACKING_H

#include "helpers.h"

/* The reader under test; as gzip_reader_open(). */
typedef struct reader *open_unpacker(struct reader *source, struct error *err);

/* What the tests pack. */
extern const char sample_text[];
enum { SAMPLE_TEXT_BYTES = 43 };

/* Unpacks n bytes that come `step` at a time, reading `part` at a time. */
struct outcome unpack(open_unpacker *open, const void *packed, size_t n,
                      size_t step, size_t part);

/* Unpacks to exactly these bytes, however it is read. */
void unpacking_check(open_unpacker *open, const void *packed, size_t packed_n,
                     const void *bytes, size_t n);

/* Damaged data, with this in the error's text, however it is read. */
void unpacking_check_refused(open_unpacker *open, const void *packed, size_t n,
                             const char *part);

/* Unpacks to so many zeros, piece by piece. */
void unpacking_check_bomb(open_unpacker *open, const void *packed, size_t n,
                          size_t zeros);

/* The text, packed: peeked at, read, and then at its end for good. */
void unpacking_check_end(open_unpacker *open, const void *packed, size_t n);

/* Whatever byte the source fails at, its own error comes out. */
void unpacking_check_source_errors(open_unpacker *open, const void *packed,
                                   size_t n);

#endif

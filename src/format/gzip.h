/* SPDX-License-Identifier: MIT */
/* gzip (RFC 1952) as a reader, strict where gzread is not, and as a writer. */
#ifndef MP_FORMAT_GZIP_H
#define MP_FORMAT_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "base/writer.h"

bool gzip_matches(const unsigned char *head, size_t n); /* needs 2 bytes */

/* Inflates `source`, which it takes in every case; NULL passes through.
 * Several members are read as one stream, zero bytes after the last one are
 * accepted, any other trailing byte is FAIL_DATA, as is an early end. The end
 * is reported only after CRC-32 and length were compared. Memory does not
 * depend on the input. */
struct reader *MUST_USE gzip_reader_open(struct reader *source,
                                         struct error *err);

/* The same by one of the ways of inflate.h, which all give the same; the one
 * above takes the fastest that the build has. */
struct inflate_ops;
struct reader *MUST_USE gzip_reader_open_by(struct reader *source,
                                            const struct inflate_ops *ops,
                                            struct error *err);

/* Packs what is written to it as one member without name and time, so that the
 * same bytes give the same file with the same zlib. Starts as { 0 }, which
 * release accepts. */
struct gzip_writer {
    struct writer base;
    struct writer *to; /* borrowed */
    void *stream;      /* owned */
};
bool MUST_USE gzip_writer_open(struct gzip_writer *w, struct writer *to,
                               struct error *err);
bool MUST_USE gzip_writer_finish(struct gzip_writer *w, struct error *err);
void gzip_writer_release(struct gzip_writer *w);

/* The CRC-32 of gzip and zip; goes on from `crc`, which is 0 at first. */
uint32_t gzip_crc32(uint32_t crc, const void *bytes, size_t n);

/* "1.2.13": as compiled, and as running. */
const char *gzip_header_version(void);
const char *gzip_library_version(void);

#endif

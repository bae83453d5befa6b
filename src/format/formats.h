/* SPDX-License-Identifier: MIT */
/* The table of array formats: what can be read, what can be written. */
#ifndef MP_FORMAT_FORMATS_H
#define MP_FORMAT_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "format/array.h"
#include "format/content.h"
#include "format/sink.h"

struct format {
    const char *name;
    enum content content; /* how it is recognised; CONTENT_UNKNOWN: never */

    /* Reads the header from s->in and fills in the rest of *s; NULL when it
     * can only be written. */
    bool (*open)(struct array_stream *s, struct error *err);

    /* Writes all that comes before the elements of a single array; NULL when it
     * is not written so. */
    bool (*write_header)(struct writer *w, const struct array_info *info,
                         struct error *err);
    bool little; /* byte order of the elements that follow */

    /* The part of file names after the dot; NULL: the element type's name. */
    const char *suffix;

    bool gzip; /* header and elements are packed */

    /* Writes prepared sets; NULL when they are not written so. */
    const struct sink_ops *sink;
};

/* NULL-terminated by name; ends with a row whose name is NULL. */
extern const struct format formats[];

/* NULL when no writable format has this name; *err then lists those there
 * are. */
const struct format *format_find_writable(const char *name, struct error *err);

/* The same of formats that prepared sets are written in. */
const struct format *format_find_sink(const char *name, struct error *err);

/* The i-th name that the two find; NULL behind the last. */
const char *format_writable_name(size_t i);
const char *format_sink_name(size_t i);

/* "train-images.f32", "train-images.npy". */
const char *format_suffix(const struct format *f, enum dtype dtype);

/* Recognises `in` by content, unpacks gzip or xz, and reads the header. Takes
 * `in` in every case; NULL passes through. What it is instead is in the
 * message. */
bool MUST_USE array_open(struct array_stream *s, struct reader *in,
                         struct error *err);

/* The same for bytes that have been unpacked already: what is packed still is
 * an error here. */
bool MUST_USE array_open_unpacked(struct array_stream *s, struct reader *in,
                                  struct error *err);

/* Unpacks `in` when it is gzip or xz, else hands it back. Takes `in`. */
struct reader *MUST_USE content_unpack(struct reader *in, struct error *err);

#endif

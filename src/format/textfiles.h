/* SPDX-License-Identifier: MIT */
/* Text files of a set, one per split, written through one buffer: what the
 * sinks of CSV and LIBSVM share. */
#ifndef MP_FORMAT_TEXTFILES_H
#define MP_FORMAT_TEXTFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/sink.h"

/* The most that is asked for at once. */
enum { TEXTFILES_ROOM = 64 * 1024 };

/* Starts as { 0 }. */
struct textfiles {
    struct sink_cursor *cursor; /* owned, one per split */
    char *buffer;               /* owned; of the split that is being written */
    size_t used;
};

/* Opens <prefix><split><suffix> for each split of the set. */
bool MUST_USE textfiles_open(struct textfiles *t, const struct sink *s,
                             const char *prefix, const char *suffix,
                             struct error *err);
void textfiles_close(struct textfiles *t); /* accepts { 0 } */

/* Room for n characters of the split's file, at most TEXTFILES_ROOM, at
 * t->buffer + t->used; the caller fills it and moves t->used. */
char *MUST_USE textfiles_room(struct textfiles *t, size_t split, size_t n,
                              struct error *err);

/* Writes what is in the buffer: at the end of each block of rows, as the next
 * one may be another split's. */
bool MUST_USE textfiles_flush(struct textfiles *t, size_t split,
                              struct error *err);

/* At most 20 decimal digits, or the text, without a terminator; both return
 * where it ends. */
char *put_digits(char *to, uint64_t value);
char *put_text(char *to, const char *text);

#endif

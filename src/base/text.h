/* SPDX-License-Identifier: MIT */
/* Text that came from elsewhere, made safe to print; and text that grows. */
#ifndef MP_BASE_TEXT_H
#define MP_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Copies `from` to `to` (size bytes, always terminated). Control characters
 * (C0, DEL, C1), bytes that are not UTF-8 and bidirectional controls come out
 * as \xNN or \uNNNN; what does not fit is cut between characters. */
void text_mask(char *to, size_t size, const char *from);

/* malloc'd formatted text, NULL with *err set; the caller frees it. */
char *MUST_USE text_format(struct error *err, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
char *MUST_USE text_vformat(struct error *err, const char *fmt, va_list args)
    PRINTF_LIKE(2, 0);

/* malloc'd copy, NULL with *err set; the caller frees it. */
char *MUST_USE text_copy(const char *from, struct error *err);

/* Words of a comma-separated list: a longer one is cut, and then longer still
 * than the name of a folder can be, so that it is none. */
enum { TEXT_WORD_BYTES = 257 };

/* Takes the next word, which may be empty; false at the end of the list, which
 * then is NULL, and for a list that is. */
bool text_next_word(const char **list, char word[TEXT_WORD_BYTES]);

/* ---- characters ---- */

/* Of UTF-8. In text that is none, a byte outside ASCII takes the continuation
 * bytes behind it along, so that this, too, is counted to its end. */
size_t text_characters(const char *text);

/* The bytes of the first `characters` of them, or of all there are. */
size_t text_first_bytes(const char *text, size_t characters);

/* ---- paths ---- */

/* malloc'd "dir/name", NULL with *err set; the caller frees it. */
char *MUST_USE path_join(const char *dir, const char *name, struct error *err);

/* The part after the last slash. */
const char *path_base(const char *path);

bool text_ends_with(const char *text, const char *suffix);

#endif

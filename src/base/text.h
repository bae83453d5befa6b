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

/* malloc'd "dir/name", NULL with *err set; the caller frees it. */
char *MUST_USE path_join(const char *dir, const char *name, struct error *err);

/* The part after the last slash. */
const char *path_base(const char *path);

bool text_ends_with(const char *text, const char *suffix);

#endif

/* SPDX-License-Identifier: MIT */
/* Bytes as text of 64 characters, for data URIs and terminals (RFC 4648,
 * section 4: with padding, on one line). */
#ifndef MP_BASE_BASE64_H
#define MP_BASE_BASE64_H

#include <stddef.h>

/* Characters that n bytes become, without the end of the string. Pieces of a
 * multiple of three bytes can be written one after the other. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(n) characters and a '\0'; returns their number. */
size_t base64_text(char *to, const void *from, size_t n);

#endif

/* SPDX-License-Identifier: MIT */
/* Numbers from text, strictly: the whole text is the number, or it is none. */
#ifndef MP_BASE_NUMBER_H
#define MP_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Decimal digits only: no sign, no space, no suffix. *to is set on success. */
bool MUST_USE number_parse_u64(const char *text, uint64_t *to);

/* As above, of the first n characters. */
bool MUST_USE number_parse_u64_n(const char *text, size_t n, uint64_t *to);

/* A finite decimal number with a point, in every locale; no hex, no spaces. */
bool MUST_USE number_parse_double(const char *text, double *to);

/* As above, of the first n characters; 63 at most. */
bool MUST_USE number_parse_double_n(const char *text, size_t n, double *to);

#endif

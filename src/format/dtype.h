/* SPDX-License-Identifier: MIT */
/* The element types of arrays: their names, sizes, and exact conversions. */
#ifndef MP_FORMAT_DTYPE_H
#define MP_FORMAT_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtype {
    DTYPE_U8,
    DTYPE_I8,
    DTYPE_I16,
    DTYPE_I32,
    DTYPE_I64,
    DTYPE_F16,
    DTYPE_BF16,
    DTYPE_F32,
    DTYPE_F64,
    DTYPE_U32,
    DTYPE_COUNT
};

const char *dtype_name(enum dtype type); /* "u8", "f32", ... */
size_t dtype_bytes(enum dtype type);

/* False when no type has that name. */
bool dtype_parse(const char *name, enum dtype *to);

/* One element in the byte order of this machine. Every integer up to 2^53 and
 * every float comes out as it is. */
double dtype_load(enum dtype type, const void *from);

/* The same of a whole type, where a double would not have all of i64. */
int64_t dtype_load_whole(enum dtype type, const void *from);

bool dtype_is_float(enum dtype type);

/* Rounded once, to nearest even, from the double itself: not through float,
 * which would round f16 and bf16 twice. Integer types get the nearest integer;
 * the caller keeps the value in range. */
void dtype_store(enum dtype type, void *to, double value);

/* Reverses the bytes of each of `count` elements. */
void dtype_swap(enum dtype type, void *elements, size_t count);

bool dtype_machine_is_little(void);

#endif

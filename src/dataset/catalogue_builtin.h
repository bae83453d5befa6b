/* SPDX-License-Identifier: MIT */
/* data/catalogue.json as bytes; the .c file is made by cmake/embed.cmake. */
#ifndef MP_DATASET_CATALOGUE_BUILTIN_H
#define MP_DATASET_CATALOGUE_BUILTIN_H

#include <stddef.h>

extern const unsigned char catalogue_builtin[];
extern const size_t catalogue_builtin_bytes;

#endif

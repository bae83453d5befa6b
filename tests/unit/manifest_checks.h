/* SPDX-License-Identifier: MIT */
/* Two manifests are equal until something in one of them is not. */
#ifndef MP_TESTS_UNIT_MANIFEST_CHECKS_H
#define MP_TESTS_UNIT_MANIFEST_CHECKS_H

#include "dataset/manifest.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* a and b are equal, and a change of any of these texts or numbers of b's, one
 * after another, is seen from both sides. */
void manifest_check_texts(const struct manifest *a, const struct manifest *b,
                          char *const texts[], size_t n);
void manifest_check_numbers(const struct manifest *a, const struct manifest *b,
                            uint64_t *const numbers[], size_t n);

#endif

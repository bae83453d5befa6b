/* SPDX-License-Identifier: MIT */
/* What the fuzzers share. Each file fuzz_NAME.c is one program of libFuzzer:
 * it takes any bytes, must not crash, and keeps the promises it states. */
#ifndef MP_TESTS_FUZZ_H
#define MP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MUST(promise)                                                     \
    do {                                                                  \
        if (!(promise)) {                                                 \
            fprintf(stderr, "%s:%d: " #promise "\n", __FILE__, __LINE__); \
            abort();                                                      \
        }                                                                 \
    } while (0)

/* What failed has said so, and what did not has said nothing. */
static inline void must_tell(bool ok, const struct error *err)
{
    MUST(ok == (err->code == FAIL_NONE));
    MUST(ok || err->text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif

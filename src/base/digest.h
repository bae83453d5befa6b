/* SPDX-License-Identifier: MIT */
/* SHA-256, and the hashes that some files are pinned by for want of it: SHA-1
 * as git uses it, and MD5. By libcrypto. */
#ifndef MP_BASE_DIGEST_H
#define MP_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { DIGEST_TEXT = 65 }; /* 64 lower-case hex digits and the end */

enum digest_kind { DIGEST_SHA256, DIGEST_SHA1, DIGEST_MD5 };

struct digest {
    void *context;  /* NULL: not started */
    uint64_t bytes; /* added so far */
};

/* False when libcrypto refuses (memory, or a policy against the algorithm). */
bool MUST_USE digest_init(struct digest *d, enum digest_kind kind,
                          struct error *err);
void digest_add(struct digest *d, const void *bytes, size_t n);

/* Writes the digest in hex and releases d. */
void digest_finish(struct digest *d, char hex[DIGEST_TEXT]);

void digest_release(struct digest *d); /* accepts one that never started */

/* "OpenSSL 3.0.15 ..." as running. */
const char *digest_library_version(void);

#endif

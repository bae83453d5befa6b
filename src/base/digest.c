/* SPDX-License-Identifier: MIT */
/* The only file that includes libcrypto. */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

bool digest_init(struct digest *d, enum digest_kind kind, struct error *err)
{
    static const struct {
        const char *name;
        const EVP_MD *(*algorithm)(void);
    } kinds[] = {
        [DIGEST_SHA256] = { "SHA-256", EVP_sha256 },
        [DIGEST_SHA1] = { "SHA-1", EVP_sha1 },
        [DIGEST_MD5] = { "MD5", EVP_md5 },
    };
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context ||
        EVP_DigestInit_ex(context, kinds[kind].algorithm(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return error_set(err, FAIL_SYSTEM, "libcrypto cannot compute %s",
                         kinds[kind].name);
    }
    d->context = context;
    d->bytes = 0;
    return true;
}

void digest_add(struct digest *d, const void *bytes, size_t n)
{
    /* Once started it has no way to fail: the state is in memory. */
    (void)EVP_DigestUpdate(d->context, bytes, n);
    d->bytes += n;
}

void digest_finish(struct digest *d, char hex[DIGEST_TEXT])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    hex[0] = '\0';
    (void)EVP_DigestFinal_ex(d->context, raw, &n);
    for (unsigned i = 0; i < n && 2 * i + 2 < DIGEST_TEXT; i++)
        snprintf(hex + 2 * i, 3, "%02x", raw[i]);
    digest_release(d);
}

void digest_release(struct digest *d)
{
    EVP_MD_CTX_free(d->context);
    d->context = NULL;
}

const char *digest_library_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

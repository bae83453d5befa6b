/* SPDX-License-Identifier: MIT */
/* A remote file that can be read anywhere, by HTTP Range: a few large requests
 * instead of the whole file. */
#ifndef MP_NET_HTTPBLOB_H
#define MP_NET_HTTPBLOB_H

#include <stdint.h>

#include "base/blob.h"
#include "base/error.h"
#include "net/deadline.h"
#include "net/http.h"

struct httpblob_settings {
    struct http_settings http;
    unsigned retries; /* of a request that was cut or refused for the moment */
    struct deadline deadline; /* passed: FAIL_NETWORK */
    /* Both may be NULL. Bytes that have come so far: */
    void (*progress)(void *context, uint64_t received);
    /* A pause before the next try: */
    void (*waiting)(void *context, double seconds);
    void *context;
};

/* Asks for the end of the file, which tells its size. The settings are
 * borrowed. FAIL_NETWORK when it cannot be had in parts. A file that changes
 * while it is read is FAIL_NETWORK, too. */
struct blob *MUST_USE httpblob_open(const char *url,
                                    const struct httpblob_settings *settings,
                                    struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Requests for files by libcurl, several at once: https, or http to this
 * machine itself. Nothing is decoded on the way: the bytes are the file's. */
#ifndef MP_NET_HTTP_H
#define MP_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct http_settings {
    unsigned connect_timeout_s; /* until connected */
    unsigned stall_timeout_s;   /* below 100 bytes per second for so long */
    const char *cacert;         /* a file of certificates, or NULL */
    const char *capath;         /* a directory of them, or NULL */
    const char *user_agent;
};

enum http_outcome {
    HTTP_DONE,      /* all the bytes the server announced were handed over */
    HTTP_TRY_AGAIN, /* may be gone in a moment: timeout, 5xx, cut short */
    HTTP_RESTART,   /* the answer does not continue what is there already */
    HTTP_NEXT,      /* this mirror will not do: 403, 404, refused protocol */
    HTTP_FATAL,     /* no mirror would do: writing failed, interrupted */
};

enum { HTTP_VALIDATOR_MAX = 256, HTTP_RETRY_AFTER_MAX_S = 300 };

/* How a request ended. */
struct http_answer {
    enum http_outcome outcome;
    long status;            /* the HTTP status, 0 when there was none */
    unsigned retry_after_s; /* asked for by the server, 0: not */
    struct error why;       /* one sentence, unless HTTP_DONE */
};

/* One request. The callbacks and their context are the caller's. */
struct http_request {
    const char *url;
    uint64_t from;         /* begin at this byte of the file */
    uint64_t count;        /* so many bytes; 0: to the end */
    const char *validator; /* with from > 0: ETag or date that has to hold
                              still; NULL: bytes are wanted regardless */
    uint64_t max_bytes;    /* of body; more is refused */

    /* Once, before the first byte: the position it has in the file, which is
     * `from` or, when the server sends the whole file instead, 0; the size of
     * the whole file (0: unknown), and a strong validator ("" : none). */
    bool (*begin)(void *context, uint64_t at, uint64_t total,
                  const char *validator, struct error *err);
    bool (*write)(void *context, const void *bytes, size_t n,
                  struct error *err);
    void (*done)(void *context, const struct http_answer *answer);
    void *context;
};

struct http_pool;

/* The settings are borrowed. NULL with *err set. */
struct http_pool *MUST_USE http_pool_open(const struct http_settings *settings,
                                          struct error *err);
/* Aborts what is under way, without calling done. */
void http_pool_close(struct http_pool *pool); /* accepts NULL */

/* The request is copied, its url and validator too. */
bool MUST_USE http_pool_start(struct http_pool *pool,
                              const struct http_request *request,
                              struct error *err);

/* Lets requests go on for at most wait_ms; done is called from in here. False
 * when libcurl breaks down. */
bool MUST_USE http_pool_run(struct http_pool *pool, int wait_ms,
                            struct error *err);

const char *http_header_version(void);
/* "7.88.1 (OpenSSL/3.0.15)" */
void http_library_version(char *to, size_t size);

#endif

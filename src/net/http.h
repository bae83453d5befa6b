/* SPDX-License-Identifier: MIT */
/* One URL to one writer, by libcurl: https, or http to this machine itself. */
#ifndef MP_NET_HTTP_H
#define MP_NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/writer.h"

struct http_settings {
    unsigned connect_timeout_s; /* until connected */
    unsigned stall_timeout_s;   /* below 100 bytes per second for so long */
    const char *cacert;         /* a file of certificates, or NULL */
    const char *user_agent;
};

/* How the transfer goes on; total is 0 while it is not known. */
struct http_progress {
    void (*report)(void *context, uint64_t done, uint64_t total);
    void *context;
};

enum http_outcome {
    HTTP_DONE,      /* all the bytes the server announced were written */
    HTTP_TRY_AGAIN, /* may be gone in a moment: timeout, 5xx, cut short */
    HTTP_NEXT,      /* this mirror will not do: 403, 404, refused protocol */
    HTTP_FATAL,     /* no mirror would do: writing failed, interrupted */
};

struct http_result {
    enum http_outcome outcome;
    long status; /* the HTTP status, 0 when there was none */
};

/* Writes the body of a 200 answer, of at most max_bytes, to `to`. Anything
 * else is an outcome, with *why set to one sentence. Nothing is decoded on the
 * way: the bytes are those of the file. Redirects are followed up to 10 times,
 * never to a URL that could not have been given in the first place. */
struct http_result http_get(const char *url, struct writer *to,
                            uint64_t max_bytes,
                            const struct http_settings *settings,
                            const struct http_progress *progress,
                            struct error *why);

/* Once, before threads; false when libcurl cannot start. */
bool MUST_USE http_start(struct error *err);
void http_stop(void);

bool http_is_url(const char *text); /* begins with a scheme and "://" */

/* The path of a file: URL, malloc'd; NULL with *err set. */
char *MUST_USE http_file_path(const char *url, struct error *err);

/* The host of a URL, or the text itself; `size` bytes at most. */
void http_host(const char *url, char *to, unsigned long size);

const char *http_header_version(void);
/* "7.88.1 (OpenSSL/3.0.15)" */
void http_library_version(char *to, unsigned long size);

#endif

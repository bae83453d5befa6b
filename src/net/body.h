/* SPDX-License-Identifier: MIT */
/* The body of an answer on its way to whoever asked, watched over: the part of
 * http that needs no libcurl. */
#ifndef MP_NET_BODY_H
#define MP_NET_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/header.h"
#include "net/http.h"

/* Starts as { 0 } with the request; its texts are the owner's to keep. */
struct http_body {
    struct http_request request;
    struct response_headers headers; /* of the answer */
    uint64_t done;                   /* bytes handed over */
    bool begun;
    uint64_t begun_at; /* where the body stands in the file */
    double last_byte_s;
    struct http_answer refusal; /* why no more is read; HTTP_DONE: it is */
};

/* Compares what comes with what was asked for, and tells the request's begin.
 * `announced`: the body's length, 0 when it is not known. False with the
 * refusal set, as by the next one. */
bool http_body_begin(struct http_body *b, long status, uint64_t announced);

/* Hands over n bytes of a 200 or 206. */
bool http_body_take(struct http_body *b, long status, uint64_t announced,
                    const char *from, size_t n);

/* Has nothing come for so long, since the body began? Then that is refused. */
bool http_body_stalled(struct http_body *b, unsigned most_s);

#endif

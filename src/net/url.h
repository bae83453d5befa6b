/* SPDX-License-Identifier: MIT */
/* Questions about URLs, and which of them may be asked for at all. */
#ifndef MP_NET_URL_H
#define MP_NET_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum url_part { URL_SCHEME, URL_USER, URL_HOST, URL_PORT, URL_PATH };

/* One part, the path decoded; true when it is there and fits. By libcurl's own
 * parser, so that we judge what libcurl will do: it stands in http.c, which is
 * the file that includes libcurl. */
bool url_part(const char *url, enum url_part part, char *to, size_t size);

/* Begins with a scheme and "://". */
bool url_is_one(const char *text);

/* Begins with "file:". */
bool url_is_file(const char *text);

/* A mirror that is a directory on this machine, by path or file: URL. */
bool mirror_is_local(const char *mirror);

/* https, or http to a loopback address; and no user name in it. */
bool url_is_allowed(const char *url);

/* From https to anything less: what was safe so far is not to be left. */
bool url_is_downgrade(const char *from, const char *to);

/* The host of a URL with its port, without any user name; "" when there is
 * none. */
void url_host(const char *url, char *to, size_t size);

/* The path of a file: URL, malloc'd; NULL with *err set. */
char *MUST_USE url_file_path(const char *url, struct error *err);

/* The URL without user name and password, for messages and receipts; other
 * text as it is. */
void url_public(const char *url, char *to, size_t size);

#endif

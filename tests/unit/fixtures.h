/* SPDX-License-Identifier: MIT */
/* Input files for the tests of the floors above the formats, made by other
 * means than the code under test: IDX, gzip, JSON, and their hashes. */
#ifndef MP_TESTS_UNIT_FIXTURES_H
#define MP_TESTS_UNIT_FIXTURES_H

#include <stddef.h>
#include <stdint.h>

struct blob {
    unsigned char *bytes; /* owned */
    size_t n;
};
void blob_release(struct blob *b);
struct blob blob_copy(const void *bytes, size_t n);

/* "3,28,28" and the element type's number make the header; `elements` are
 * copied as they are: n bytes, whatever the header says. */
struct blob idx_make(unsigned char type, const char *shape,
                     const void *elements, size_t n);

/* One gzip member, by zlib. */
struct blob gzip_make(const void *bytes, size_t n, int level);

/* A file of these bytes, as they are or packed. */
void blob_put(const char *path, const struct blob *b);
void blob_put_gzip(const char *path, const struct blob *b);

/* JSON with ' in the place of ", which C makes hard to read; malloc'd. */
char *json_text(const char *quoted);
void json_put(const char *path, const char *quoted);

/* Of all bytes at once, in hex. */
void sha256_text(const void *bytes, size_t n, char hex[65]);
/* The name git gives to a file. */
void git_blob_text(const void *bytes, size_t n, char hex[41]);

/* A socket that listens on all addresses of this machine, on a free port. */
int port_listen(unsigned *port);

/* A port of this machine where nobody listens any more. */
unsigned port_closed(void);

/* No proxy of the environment gets between a test and this machine. */
void proxies_forget(void);

#endif

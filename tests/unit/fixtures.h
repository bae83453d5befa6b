/* SPDX-License-Identifier: MIT */
/* Input files for the tests of the floors above the formats, made by other
 * means than the code under test: IDX, gzip, JSON, and their hashes. */
#ifndef MP_TESTS_UNIT_FIXTURES_H
#define MP_TESTS_UNIT_FIXTURES_H

#include <stddef.h>
#include <stdint.h>

struct made {
    unsigned char *bytes; /* owned */
    size_t n;
};
void made_release(struct made *b);
struct made made_copy(const void *bytes, size_t n);

/* "3,28,28" and the element type's number make the header; `elements` are
 * copied as they are: n bytes, whatever the header says. */
struct made idx_make(unsigned char type, const char *shape,
                     const void *elements, size_t n);

/* One gzip member, by zlib. */
struct made gzip_make(const void *bytes, size_t n, int level);

/* A file of these bytes, as they are or packed. */
void made_put(const char *path, const struct made *b);
void made_put_gzip(const char *path, const struct made *b);

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

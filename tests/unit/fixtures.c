/* SPDX-License-Identifier: MIT */
/* Files and hashes for the tests, straight from zlib and libcrypto. */
#include "fixtures.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "helpers.h"

static struct made blob_of(size_t n)
{
    struct made b = { malloc(n + 1), n };

    if (!b.bytes)
        abort();
    return b;
}

void made_release(struct made *b)
{
    free(b->bytes);
    *b = (struct made){ 0 };
}

struct made made_copy(const void *bytes, size_t n)
{
    struct made b = blob_of(n);

    if (n > 0)
        memcpy(b.bytes, bytes, n);
    return b;
}

struct made idx_make(unsigned char type, const char *shape,
                     const void *elements, size_t n)
{
    unsigned char header[4 + 4 * 8] = { 0, 0, type, 0 };
    size_t used = 4;
    char *end;

    for (const char *at = shape; *at != '\0'; at = *end ? end + 1 : end) {
        unsigned long dim = strtoul(at, &end, 10);
        for (int shift = 24; shift >= 0; shift -= 8)
            header[used++] = (unsigned char)(dim >> shift);
        header[3]++;
    }
    struct made b = blob_of(used + n);
    memcpy(b.bytes, header, used);
    if (n > 0)
        memcpy(b.bytes + used, elements, n);
    return b;
}

struct made gzip_make(const void *bytes, size_t n, int level)
{
    struct made plain = made_copy(bytes, n), b = { 0 };
    z_stream z = { 0 };

    if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        abort();
    b = blob_of(deflateBound(&z, n) + 32);
    z.next_in = plain.bytes;
    z.avail_in = (uInt)n;
    z.next_out = b.bytes;
    z.avail_out = (uInt)b.n;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    b.n = z.total_out;
    deflateEnd(&z);
    made_release(&plain);
    return b;
}

void made_put(const char *path, const struct made *b)
{
    file_make(path, b->bytes, b->n);
}

void made_put_gzip(const char *path, const struct made *b)
{
    struct made packed = gzip_make(b->bytes, b->n, 6);

    made_put(path, &packed);
    made_release(&packed);
}

char *json_text(const char *quoted)
{
    struct made b = made_copy(quoted, strlen(quoted) + 1);

    for (size_t i = 0; i < b.n; i++)
        if (b.bytes[i] == '\'')
            b.bytes[i] = '"';
    return (char *)b.bytes;
}

void json_put(const char *path, const char *quoted)
{
    char *text = json_text(quoted);

    file_make(path, text, strlen(text));
    free(text);
}

static void hash(const EVP_MD *kind, const void *bytes, size_t n, char *hex)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (EVP_Digest(bytes, n, raw, &length, kind, NULL) != 1)
        abort();
    for (unsigned i = 0; i < length; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", raw[i]);
}

void sha256_text(const void *bytes, size_t n, char hex[65])
{
    hash(EVP_sha256(), bytes, n, hex);
}

void git_blob_text(const void *bytes, size_t n, char hex[41])
{
    struct made all = blob_of(n + 32);
    size_t used = (size_t)snprintf((char *)all.bytes, 32, "blob %zu", n) + 1;

    memcpy(all.bytes + used, bytes, n);
    hash(EVP_sha1(), all.bytes, used + n, hex);
    made_release(&all);
}

int port_listen(unsigned *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_ANY) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        fail_msg("%s", "there is no socket");
    *port = ntohs(at.sin_port);
    return fd;
}

unsigned port_closed(void)
{
    unsigned port;

    close(port_listen(&port));
    return port;
}

void proxies_forget(void)
{
    static const char *const names[] = { "http_proxy",  "https_proxy",
                                         "HTTPS_PROXY", "all_proxy",
                                         "ALL_PROXY",   "no_proxy" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

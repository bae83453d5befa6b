/* SPDX-License-Identifier: MIT */
/* Zip archives by hand, and the checks of what comes out of them. */
#include "made_zip.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

#include "base/sizes.h"
#include "format/zipfile.h"

/* ---- a source that takes notes ---- */

static unsigned open_blobs;

static bool noting_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                           struct error *err)
{
    struct noting_blob *b = (struct noting_blob *)base;

    if (n == 0 || at > base->bytes || n > base->bytes - at)
        abort(); /* the contract of blob_ops */
    b->reads++;
    b->read_bytes += n;
    if (b->fail_at >= at && b->fail_at - at < n)
        return error_set(err, FAIL_NETWORK, "%s", SOURCE_FAILURE);
    b->in_order = b->in_order && at == b->next_at && at + n <= b->hint_end;
    b->next_at = at + n;
    for (size_t i = 0; b->touched && i < n; i++)
        b->touched[at + i]++;
    memcpy(to, b->bytes + at, n);
    return true;
}

static void noting_expect(struct blob *base, uint64_t at, uint64_t n)
{
    struct noting_blob *b = (struct noting_blob *)base;

    b->hint_at = b->next_at = at;
    b->hint_end = at + n;
    b->hints++;
    b->in_order = true;
}

void noting_close(struct blob *base)
{
    blob_release(base);
    open_blobs--;
}

static const struct blob_ops noting_ops = { noting_read_at, noting_expect,
                                            noting_close };

struct blob *noting_open(struct noting_blob *b, const void *bytes, size_t n,
                         size_t fail_at)
{
    struct error err = { 0 };

    *b = (struct noting_blob){ .bytes = bytes, .fail_at = fail_at };
    if (!blob_init(&b->base, &noting_ops, "x.zip", n, &err))
        abort();
    open_blobs++;
    return &b->base;
}

unsigned noting_left_open(void)
{
    return open_blobs;
}

/* ---- making ---- */

void archive_put(struct archive *a, const void *bytes, size_t n)
{
    if (a->room - a->n < n) {
        a->room = 2 * a->room + n;
        a->bytes = realloc(a->bytes, a->room);
        if (!a->bytes)
            abort();
    }
    if (n > 0)
        memcpy(a->bytes + a->n, bytes, n);
    a->n += n;
}

void field_set(unsigned char *to, size_t width, uint64_t v)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (unsigned char)(v >> 8 * i);
}

uint64_t field_get(const unsigned char *from, size_t width)
{
    uint64_t v = 0;

    for (size_t i = width; i-- > 0;)
        v = v << 8 | from[i];
    return v;
}

static void put_number(struct archive *a, size_t width, uint64_t v)
{
    unsigned char bytes[8];

    field_set(bytes, width, v);
    archive_put(a, bytes, width);
}

static void put_packed(struct archive *a, const struct made_member *m)
{
    z_stream z = { .next_in = m->bytes, .avail_in = (uInt)m->n };

    if (!m->deflate) {
        archive_put(a, m->bytes, m->n);
        return;
    }
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.avail_out = (uInt)deflateBound(&z, (uLong)m->n);
    unsigned char *packed = malloc(z.avail_out);
    z.next_out = packed;
    if (!packed || deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    archive_put(a, packed, (size_t)z.total_out);
    deflateEnd(&z);
    free(packed);
}

/* What the local header and the entry have in common. */
static void put_common(struct archive *a, const struct made_member *m,
                       size_t packed, bool sizes, size_t extra)
{
    uint64_t narrow = UINT32_MAX;

    put_number(a, 2, m->zip64 ? 45 : 20);
    put_number(a, 2, m->flags | (m->descriptor ? 8 : 0));
    put_number(a, 2, m->deflate ? 8 : 0);
    put_number(a, 4, 0x21 << 16); /* 1 January 1980 */
    put_number(a, 4, sizes ? crc32(0, m->bytes, (uInt)m->n) : 0);
    put_number(a, 4, m->zip64 ? narrow : sizes ? packed : 0);
    put_number(a, 4, m->zip64 ? narrow : sizes ? m->n : 0);
    put_number(a, 2, m->name_bytes ? m->name_bytes : strlen(m->name));
    put_number(a, 2, extra);
}

static void put_name(struct archive *a, const struct made_member *m)
{
    archive_put(a, m->name, m->name_bytes ? m->name_bytes : strlen(m->name));
}

void archive_put_member(struct archive *a, const struct made_member *m,
                        size_t i)
{
    a->header[i] = a->n;
    put_number(a, 4, 0x04034B50);
    /* The sizes come first, and packing tells them. */
    struct archive data = { 0 };
    put_packed(&data, m);
    a->packed[i] = data.n;
    put_common(a, m, data.n, !m->descriptor, m->zip64 ? 20 + 9 : 0);
    put_name(a, m);
    if (m->zip64) {
        archive_put(a, "\x55\x54\5\0\1time", 9); /* another field first */
        put_number(a, 4, 1 | 16 << 16);
        put_number(a, 8, m->descriptor ? 0 : m->n);
        put_number(a, 8, m->descriptor ? 0 : data.n);
    }
    a->data[i] = a->n;
    archive_put(a, data.bytes, data.n);
    free(data.bytes);
    if (m->descriptor) {
        put_number(a, 4, 0x08074B50);
        put_number(a, 4, crc32(0, m->bytes, (uInt)m->n));
        put_number(a, m->zip64 ? 8 : 4, a->packed[i]);
        put_number(a, m->zip64 ? 8 : 4, m->n);
    }
    for (size_t k = 0; k < m->gap; k++)
        archive_put(a, "", 1);
}

void archive_put_entry(struct archive *a, const struct made_member *m, size_t i)
{
    a->entry[i] = a->n;
    put_number(a, 4, 0x02014B50);
    put_number(a, 2, 3 << 8 | 45); /* by Unix */
    put_common(a, m, a->packed[i], true, m->zip64 ? 28 : 0);
    put_number(a, 2, 0);
    put_number(a, 2, 0);
    put_number(a, 2, 0);
    put_number(a, 4, m->attributes);
    put_number(a, 4, m->zip64 ? UINT32_MAX : a->header[i]);
    put_name(a, m);
    if (m->zip64) {
        put_number(a, 4, 1 | 24 << 16);
        put_number(a, 8, m->n);
        put_number(a, 8, a->packed[i]);
        put_number(a, 8, a->header[i]);
    }
}

void archive_put_end(struct archive *a, size_t count, bool zip64,
                     const char *comment)
{
    size_t bytes = a->n - a->directory;

    if (zip64) {
        a->end64 = a->n;
        put_number(a, 4, 0x06064B50);
        put_number(a, 8, 44);
        put_number(a, 4, 45 | 45 << 16);
        put_number(a, 8, 0);
        put_number(a, 8, count);
        put_number(a, 8, count);
        put_number(a, 8, bytes);
        put_number(a, 8, a->directory);
        a->locator = a->n;
        put_number(a, 4, 0x07064B50);
        put_number(a, 4, 0);
        put_number(a, 8, a->end64);
        put_number(a, 4, 1);
    }
    a->end = a->n;
    put_number(a, 4, 0x06054B50);
    put_number(a, 4, 0);
    put_number(a, 2, zip64 ? UINT16_MAX : count);
    put_number(a, 2, zip64 ? UINT16_MAX : count);
    put_number(a, 4, zip64 ? UINT32_MAX : bytes);
    put_number(a, 4, zip64 ? UINT32_MAX : a->directory);
    put_number(a, 2, strlen(comment));
    archive_put(a, comment, strlen(comment));
}

struct archive archive_make(const struct made_member *members, size_t count,
                            bool zip64, const char *comment)
{
    struct archive a = { 0 };

    for (size_t i = 0; i < count; i++)
        archive_put_member(&a, &members[i], i);
    a.directory = a.n;
    for (size_t i = 0; i < count; i++)
        archive_put_entry(&a, &members[i], i);
    archive_put_end(&a, count, zip64, comment);
    return a;
}

const char archive_text[] = "the quick brown fox jumps over the lazy dog, and "
                            "the quick brown fox jumps again";
_Static_assert(sizeof archive_text == ARCHIVE_TEXT_BYTES + 1, "its length");

const struct made_member archive_kinds[] = {
    { .name = "stored", .bytes = archive_text, .n = ARCHIVE_TEXT_BYTES },
    { .name = "deflated",
      .bytes = archive_text,
      .n = ARCHIVE_TEXT_BYTES,
      .deflate = true },
    { .name = "empty", .bytes = "", .n = 0 },
    { .name = "follows",
      .bytes = archive_text,
      .n = ARCHIVE_TEXT_BYTES - 5,
      .deflate = true,
      .descriptor = true },
    { .name = "zip64",
      .bytes = archive_text,
      .n = ARCHIVE_TEXT_BYTES,
      .zip64 = true },
    { .name = "both",
      .bytes = archive_text,
      .n = 40,
      .zip64 = true,
      .descriptor = true },
    { .name = "nothing", .bytes = "", .n = 0, .deflate = true },
};
_Static_assert(COUNT_OF(archive_kinds) == ARCHIVE_KINDS, "their count");

struct archive archive_make_kinds(void)
{
    return archive_make(archive_kinds, ARCHIVE_KINDS, true, "a comment");
}

/* ---- reading ---- */

struct outcome archive_unpack(const void *bytes, size_t n, const char *name,
                              size_t part)
{
    struct outcome o = { 0 };
    struct noting_blob b;
    struct zipfile *z = zipfile_open(noting_open(&b, bytes, n, NEVER), &o.err);
    struct reader *r = z ? zipfile_reader_open(z, name, &o.err) : NULL;

    if (r)
        o = outcome_read(r, part);
    else if (o.err.code == FAIL_NONE)
        fail_msg("%s", "a failure without an error");
    zipfile_close(z);
    assert_int_equal(open_blobs, 0);
    return o;
}

void archive_check_unpacks(const struct archive *a, const char *name,
                           const void *bytes, size_t n)
{
    static const size_t parts[] = { 100000, 1, 65536, 13 };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct outcome o = archive_unpack(a->bytes, a->n, name, parts[i]);
        assert_no_error(o.err);
        assert_int_equal(o.n, n);
        if (n > 0)
            assert_memory_equal(o.bytes, bytes, n);
        outcome_release(&o);
    }
}

void archive_check_refused(const struct archive *a, const char *name,
                           const char *part)
{
    for (size_t step = 1; step <= 1000; step += 999) {
        struct outcome o = archive_unpack(a->bytes, a->n, name, step);
        assert_error(o.err, FAIL_DATA, part);
        assert_error(o.err, FAIL_DATA, "x.zip'");
        outcome_release(&o);
    }
}

void archive_check_closed(const struct archive *a, const char *part)
{
    struct error err = { 0 };
    struct noting_blob b;

    assert_null(zipfile_open(noting_open(&b, a->bytes, a->n, NEVER), &err));
    assert_error(err, FAIL_DATA, part);
    assert_error(err, FAIL_DATA, "'x.zip'");
    assert_int_equal(open_blobs, 0);
}

/* SPDX-License-Identifier: MIT */
/* Zip archives read strictly: damaged and hostile ones never give wrong bytes
 * and a clean end. Most archives are made here by hand, so that every field
 * can lie; without libzip, all of them are refused. */
#include "format/zipfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_null(void **state)
{
    (void)state;
    struct error err = { 0 };

    error_set(&err, FAIL_NETWORK, "the cause");
    assert_null(zipfile_open(NULL, &err));
    assert_error(err, FAIL_NETWORK, "the cause");
    zipfile_close(NULL);
}

#if MNISTPREP_HAVE_LIBZIP

#include <zip.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

/* ---- a source that takes notes ---- */

struct noting_blob {
    struct blob base;
    const unsigned char *bytes;
    size_t fail_at;         /* reads of this byte fail, unless NEVER */
    unsigned char *touched; /* how often, for each byte; may be NULL */
    size_t reads, read_bytes;
    /* the last hint, and where the reads after it have come to */
    uint64_t hint_at, hint_end, next_at;
    unsigned hints;
    bool in_order;
};

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

/* Stays for the test to look at. */
static void noting_close(struct blob *base)
{
    blob_release(base);
    open_blobs--;
}

static const struct blob_ops noting_ops = { noting_read_at, noting_expect,
                                            noting_close };

static struct blob *noting_open(struct noting_blob *b, const void *bytes,
                                size_t n, size_t fail_at)
{
    struct error err = { 0 };

    *b = (struct noting_blob){ .bytes = bytes, .fail_at = fail_at };
    if (!blob_init(&b->base, &noting_ops, "x.zip", n, &err))
        abort();
    open_blobs++;
    return &b->base;
}

/* ---- making ---- */

struct made_member {
    const char *name;
    size_t name_bytes; /* 0: up to the NUL */
    const void *bytes;
    size_t n;
    bool deflate, zip64, descriptor;
    uint16_t flags;
    uint32_t attributes;
    size_t gap; /* bytes that belong to nothing, behind it */
};

enum { MADE_MAX = 8 };

struct archive {
    unsigned char *bytes;
    size_t n, room;
    /* where the records are, for lies */
    size_t header[MADE_MAX], data[MADE_MAX], entry[MADE_MAX];
    size_t packed[MADE_MAX];
    size_t directory, end64, locator, end;
};

static void put(struct archive *a, const void *bytes, size_t n)
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

/* A number of so many bytes, the lowest first. */
static void set_number(unsigned char *to, size_t width, uint64_t v)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t get_number(const unsigned char *from, size_t width)
{
    uint64_t v = 0;

    for (size_t i = width; i-- > 0;)
        v = v << 8 | from[i];
    return v;
}

static void put_number(struct archive *a, size_t width, uint64_t v)
{
    unsigned char bytes[8];

    set_number(bytes, width, v);
    put(a, bytes, width);
}

static void put_packed(struct archive *a, const struct made_member *m)
{
    z_stream z = { .next_in = m->bytes, .avail_in = (uInt)m->n };

    if (!m->deflate) {
        put(a, m->bytes, m->n);
        return;
    }
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.avail_out = (uInt)deflateBound(&z, (uLong)m->n);
    unsigned char *packed = malloc(z.avail_out);
    z.next_out = packed;
    if (!packed || deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    put(a, packed, (size_t)z.total_out);
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
    put(a, m->name, m->name_bytes ? m->name_bytes : strlen(m->name));
}

static void put_member(struct archive *a, const struct made_member *m, size_t i)
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
        put(a, "\x55\x54\5\0\1time", 9); /* another field first */
        put_number(a, 4, 1 | 16 << 16);
        put_number(a, 8, m->descriptor ? 0 : m->n);
        put_number(a, 8, m->descriptor ? 0 : data.n);
    }
    a->data[i] = a->n;
    put(a, data.bytes, data.n);
    free(data.bytes);
    if (m->descriptor) {
        put_number(a, 4, 0x08074B50);
        put_number(a, 4, crc32(0, m->bytes, (uInt)m->n));
        put_number(a, m->zip64 ? 8 : 4, a->packed[i]);
        put_number(a, m->zip64 ? 8 : 4, m->n);
    }
    for (size_t k = 0; k < m->gap; k++)
        put(a, "", 1);
}

static void put_entry(struct archive *a, const struct made_member *m, size_t i)
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

/* The directory lies from a->directory to the end of what there is. */
static void put_end(struct archive *a, size_t count, bool zip64,
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
    put(a, comment, strlen(comment));
}

static struct archive make(const struct made_member *members, size_t count,
                           bool zip64, const char *comment)
{
    struct archive a = { 0 };

    for (size_t i = 0; i < count; i++)
        put_member(&a, &members[i], i);
    a.directory = a.n;
    for (size_t i = 0; i < count; i++)
        put_entry(&a, &members[i], i);
    put_end(&a, count, zip64, comment);
    return a;
}

static const char text[] = "the quick brown fox jumps over the lazy dog, and "
                           "the quick brown fox jumps again";
enum { TEXT_BYTES = sizeof text - 1 };

/* One of each kind. */
static const struct made_member kinds[] = {
    { .name = "stored", .bytes = text, .n = TEXT_BYTES },
    { .name = "deflated", .bytes = text, .n = TEXT_BYTES, .deflate = true },
    { .name = "empty", .bytes = "", .n = 0 },
    { .name = "follows",
      .bytes = text,
      .n = TEXT_BYTES - 5,
      .deflate = true,
      .descriptor = true },
    { .name = "zip64", .bytes = text, .n = TEXT_BYTES, .zip64 = true },
    { .name = "both",
      .bytes = text,
      .n = 40,
      .zip64 = true,
      .descriptor = true },
    { .name = "nothing", .bytes = "", .n = 0, .deflate = true },
};
enum { KINDS = COUNT_OF(kinds) };

static struct archive make_kinds(void)
{
    return make(kinds, KINDS, true, "a comment");
}

/* ---- reading ---- */

/* All of one member; an error where there is one, also of opening. */
static struct outcome unpack(const void *bytes, size_t n, const char *name,
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

static void check_unpacks(const struct archive *a, const char *name,
                          const void *bytes, size_t n)
{
    static const size_t parts[] = { 100000, 1, 65536, 13 };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct outcome o = unpack(a->bytes, a->n, name, parts[i]);
        assert_no_error(o.err);
        assert_int_equal(o.n, n);
        if (n > 0)
            assert_memory_equal(o.bytes, bytes, n);
        outcome_release(&o);
    }
}

static void check_refused(const struct archive *a, const char *name,
                          const char *part)
{
    for (size_t step = 1; step <= 1000; step += 999) {
        struct outcome o = unpack(a->bytes, a->n, name, step);
        assert_error(o.err, FAIL_DATA, part);
        assert_error(o.err, FAIL_DATA, "x.zip'");
        outcome_release(&o);
    }
}

/* Refused as a whole, whatever is looked for. */
static void check_closed(const struct archive *a, const char *part)
{
    struct error err = { 0 };
    struct noting_blob b;

    assert_null(zipfile_open(noting_open(&b, a->bytes, a->n, NEVER), &err));
    assert_error(err, FAIL_DATA, part);
    assert_error(err, FAIL_DATA, "'x.zip'");
    assert_int_equal(open_blobs, 0);
}

/* ---- good ---- */

static void test_kinds(void **state)
{
    (void)state;
    struct archive a = make_kinds();

    for (size_t i = 0; i < KINDS; i++)
        check_unpacks(&a, kinds[i].name, kinds[i].bytes, kinds[i].n);
    free(a.bytes);

    /* each alone, and without zip64 at the end */
    for (size_t i = 0; i < KINDS; i++) {
        a = make(&kinds[i], 1, false, "");
        check_unpacks(&a, kinds[i].name, kinds[i].bytes, kinds[i].n);
        free(a.bytes);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1,     8191,  8192,  8193,
                                    65535, 65536, 65537, 300000 };
    static unsigned char bytes[300000];

    fill_noise(bytes, sizeof bytes / 2, 5); /* the other half shrinks */
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const struct made_member m[] = {
            { .name = "a", .bytes = bytes, .n = sizes[i] },
            { .name = "b", .bytes = bytes, .n = sizes[i], .deflate = true },
        };
        struct archive a = make(m, 2, i % 2, "");
        check_unpacks(&a, "a", bytes, sizes[i]);
        check_unpacks(&a, "b", bytes, sizes[i]);
        free(a.bytes);
    }
}

static void test_listing(void **state)
{
    (void)state;
    struct archive a = make_kinds();
    struct error err = { 0 };
    struct noting_blob b;
    struct zipfile *z =
        zipfile_open(noting_open(&b, a.bytes, a.n, NEVER), &err);
    struct zipfile_member m, found;

    assert_no_error(err);
    assert_int_equal(zipfile_count(z), KINDS);
    for (size_t i = 0; i < KINDS; i++) {
        assert_true(zipfile_member_at(z, i, &m));
        assert_string_equal(m.name, kinds[i].name);
        assert_int_equal(m.bytes, kinds[i].n);
        assert_int_equal(m.packed_bytes, a.packed[i]);
        assert_int_equal(m.crc, crc32(0, kinds[i].bytes, (uInt)kinds[i].n));
        assert_true(zipfile_find(z, kinds[i].name, &found, &err));
        assert_ptr_equal(found.name, m.name);
        assert_int_equal(found.bytes, m.bytes);
        assert_int_equal(found.crc, m.crc);
    }
    assert_false(zipfile_member_at(z, KINDS, &m));
    assert_false(zipfile_member_at(z, SIZE_MAX, &m));
    zipfile_close(z);
    free(a.bytes);
}

static void test_file(void **state)
{
    (void)state;
    struct archive a = make_kinds();
    struct error err = { 0 };

    file_make("kinds.zip", a.bytes, a.n);
    struct zipfile *z = zipfile_open(file_blob_open("kinds.zip", &err), &err);
    struct outcome o =
        outcome_read(zipfile_reader_open(z, "deflated", &err), 10);
    assert_no_error(o.err);
    assert_int_equal(o.n, TEXT_BYTES);
    assert_memory_equal(o.bytes, text, TEXT_BYTES);
    assert_int_equal(entries_count("."), 1); /* nothing was written */
    outcome_release(&o);
    zipfile_close(z);
    assert_null(zipfile_open(file_blob_open("missing", &err), &err));
    assert_error(err, FAIL_SYSTEM, "cannot open 'missing'");
    free(a.bytes);
}

/* An archive as libzip itself writes it. */
static void test_made_by_libzip(void **state)
{
    (void)state;
    static unsigned char bytes[100000], made[300000];
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, NULL);
    struct zip *writer = zip_open_from_source(to, ZIP_TRUNCATE, NULL);
    struct archive a = { .bytes = made };

    assert_non_null(writer);
    zip_source_keep(to);
    fill_noise(bytes, sizeof bytes, 3);
    memset(bytes + 1000, 0, 50000);
    for (int i = 0; i < 3; i++) {
        char name[] = { (char)('a' + i), 0 };
        zip_int64_t at = zip_file_add(
            writer, name,
            zip_source_buffer(writer, bytes, sizeof bytes - (size_t)i, 0), 0);
        assert_int_equal(at, i);
        zip_set_file_compression(writer, (zip_uint64_t)at,
                                 i ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 9);
    }
    assert_true(zip_dir_add(writer, "folder", 0) >= 0);
    assert_int_equal(zip_close(writer), 0);
    assert_int_equal(zip_source_open(to), 0);
    a.n = (size_t)zip_source_read(to, made, sizeof made);
    assert_in_range(a.n, 100000, sizeof made - 1);
    zip_source_close(to);
    zip_source_free(to);

    check_unpacks(&a, "a", bytes, sizeof bytes);
    check_unpacks(&a, "b", bytes, sizeof bytes - 1);
    check_unpacks(&a, "c", bytes, sizeof bytes - 2);
    check_refused(&a, "folder/", "is a directory or a device");
}

/* A comment as long as it may be; and members of which there are none. */
static void test_comment(void **state)
{
    (void)state;
    static char comment[65536];

    memset(comment, 'c', 65535);
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct archive a = make(kinds, KINDS, zip64, comment);
        check_unpacks(&a, "deflated", text, TEXT_BYTES);
        free(a.bytes);
        a = make(NULL, 0, zip64, "");
        check_refused(&a, "deflated", "'deflated' is not in 'x.zip'");
        free(a.bytes);
    }
}

/* What packs a thousandfold is unpacked piece by piece. */
static void test_bomb(void **state)
{
    (void)state;
    enum { BYTES = 64 << 20 };
    unsigned char *zeros = calloc(1, BYTES), to[4096];
    const struct made_member m = {
        .name = "zeros", .bytes = zeros, .n = BYTES, .deflate = true
    };
    struct error err = { 0 };
    size_t sum = 0;
    ptrdiff_t got;

    assert_non_null(zeros);
    struct archive a = make(&m, 1, false, "");
    free(zeros);
    struct zipfile *z =
        zipfile_open(bytes_blob_open(a.bytes, a.n, "bomb", &err), &err);
    struct reader *r = zipfile_reader_open(z, "zeros", &err);
    assert_string_equal(r->name, "zeros in bomb");
    while ((got = reader_read(r, to, sizeof to, &err)) > 0)
        sum += (size_t)got;
    assert_int_equal(got, 0);
    assert_int_equal(sum, BYTES);
    reader_close(r);
    zipfile_close(z);
    free(a.bytes);
}

static void test_end_stays(void **state)
{
    (void)state;
    struct archive a = make_kinds();
    struct error err = { 0 };
    unsigned char to[TEXT_BYTES];
    struct zipfile *z =
        zipfile_open(bytes_blob_open(a.bytes, a.n, "x.zip", &err), &err);

    for (size_t i = 0; i < KINDS; i++) {
        struct reader *r = zipfile_reader_open(z, kinds[i].name, &err);
        assert_true(reader_exact(r, to, kinds[i].n, &err));
        for (int k = 0; k < 3; k++)
            assert_int_equal(reader_read(r, to, 1, &err), 0);
        assert_true(reader_at_end(r, &err));
        assert_no_error(err);
        reader_close(r);
    }
    zipfile_close(z);
    free(a.bytes);
}

/* Several readers take turns, also of one member. */
static void test_turns(void **state)
{
    (void)state;
    static unsigned char bytes[200000], got[3][200001];
    const struct made_member m[] = {
        { .name = "a", .bytes = bytes, .n = sizeof bytes },
        { .name = "b", .bytes = bytes, .n = sizeof bytes, .deflate = true },
    };
    size_t at[3] = { 0 };
    struct error err = { 0 };

    fill_noise(bytes, sizeof bytes, 9);
    struct archive a = make(m, 2, false, "");
    struct zipfile *z =
        zipfile_open(bytes_blob_open(a.bytes, a.n, "x.zip", &err), &err);
    struct reader *readers[] = { zipfile_reader_open(z, "a", &err),
                                 zipfile_reader_open(z, "b", &err),
                                 zipfile_reader_open(z, "b", &err) };
    assert_no_error(err);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < 3; i++) {
            ptrdiff_t n =
                reader_read(readers[i], got[i] + at[i], 1000 * (i + 1), &err);
            assert_true(n >= 0);
            at[i] += (size_t)n;
            more = more || n > 0;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(at[i], sizeof bytes);
        assert_memory_equal(got[i], bytes, sizeof bytes);
        reader_close(readers[i]);
    }
    assert_no_error(err);
    zipfile_close(z);
    free(a.bytes);
}

/* ---- what is read ---- */

/* One small member of a large archive: the last bytes of the archive, and
 * that member, each byte once, in order, and as announced. */
static void test_reads_little(void **state)
{
    (void)state;
    enum { LARGE = 10 << 20, TAIL = 20 + 22 + 65535 };
    unsigned char *large = malloc(LARGE);

    assert_non_null(large);
    fill_noise(large, LARGE, 8);
    for (size_t small = 0; small < 3; small++) {
        for (int kind = 0; kind < 8; kind++) {
            struct made_member m[3];
            for (size_t i = 0; i < 3; i++)
                m[i] = (struct made_member){
                    .name = i == small ? "small"
                            : i        ? "large"
                                       : "larger",
                    .bytes = large,
                    .n = i == small ? 100000 : LARGE - i,
                    .deflate = kind & 1 && i == small,
                    .zip64 = kind & 2,
                    .descriptor = kind & 4,
                };
            struct archive a = make(m, 3, kind & 2, "");
            struct noting_blob b;
            struct error err = { 0 };
            struct blob *source = noting_open(&b, a.bytes, a.n, NEVER);
            b.touched = calloc(1, a.n);
            assert_non_null(b.touched);

            struct zipfile *z = zipfile_open(source, &err);
            assert_no_error(err);
            assert_int_equal(b.hints, 0);
            assert_in_range(b.reads, 1, kind & 2 ? 2 : 1);
            assert_in_range(b.read_bytes, TAIL, TAIL + 56);
            memset(b.touched, 0, a.n);

            size_t from = a.header[small];
            size_t to = a.data[small] + a.packed[small];
            size_t next = small < 2 ? a.header[small + 1] : a.directory;
            struct outcome o =
                outcome_read(zipfile_reader_open(z, "small", &err), 5000);
            assert_no_error(o.err);
            assert_int_equal(o.n, 100000);
            assert_memory_equal(o.bytes, large, o.n);
            outcome_release(&o);
            assert_int_equal(b.hints, 1);
            assert_int_equal(b.hint_at, from);
            assert_int_equal(b.hint_end, next); /* and not beyond */
            assert_true(b.in_order);
            for (size_t i = 0; i < a.n; i++)
                if (b.touched[i] != (i >= from && i < to))
                    fail_msg("byte %zu was read %d times", i, b.touched[i]);
            zipfile_close(z);
            free(b.touched);
            free(a.bytes);
        }
    }
    free(large);
}

/* A directory that is longer than the last bytes read at first. */
static void test_long_directory(void **state)
{
    (void)state;
    static char names[5][60000];
    struct made_member m[5];

    for (size_t i = 0; i < 5; i++) {
        memset(names[i], 'a' + (int)i, sizeof names[i] - 1);
        m[i] = (struct made_member){
            .name = names[i], .bytes = text, .n = TEXT_BYTES, .deflate = i % 2
        };
    }
    struct archive a = make(m, 5, false, "");
    for (size_t i = 0; i < 5; i++) {
        struct outcome o = unpack(a.bytes, a.n, names[i], 100);
        assert_no_error(o.err);
        assert_int_equal(o.n, TEXT_BYTES);
        outcome_release(&o);
    }
    free(a.bytes);
}

/* A failing source is said to have failed, wherever it does. */
static void test_source_errors_pass(void **state)
{
    (void)state;
    struct archive a = make_kinds();

    for (size_t at = 0; at < a.n; at++) {
        for (size_t i = 0; i < KINDS; i++) {
            struct error err = { 0 };
            struct noting_blob b;
            size_t tail = a.n < 65577 ? 0 : a.n - 65577;
            struct zipfile *z =
                zipfile_open(noting_open(&b, a.bytes, a.n, at), &err);
            assert_true(!z || at < tail);
            if (!z)
                assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
            zipfile_close(z);
        }
    }

    /* the archive opens, and then a member's bytes fail */
    for (size_t i = 0; i < KINDS; i++) {
        size_t end = a.data[i] + a.packed[i];
        for (size_t at = a.header[i]; at < end; at++) {
            struct error err = { 0 };
            struct noting_blob b;
            struct zipfile *z =
                zipfile_open(noting_open(&b, a.bytes, a.n, NEVER), &err);
            b.fail_at = at;
            struct reader *r = zipfile_reader_open(z, kinds[i].name, &err);
            if (at < a.data[i])
                assert_null(r);
            if (r) {
                struct outcome o = outcome_read(r, 7);
                if (o.n > 0)
                    assert_memory_equal(o.bytes, kinds[i].bytes, o.n);
                err = o.err;
                /* the packed bytes of nothing are not read */
                if (o.err.code == FAIL_NONE)
                    assert_int_equal(kinds[i].n, 0);
                outcome_release(&o);
            }
            if (kinds[i].n > 0 || !r)
                assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
            zipfile_close(z);
        }
    }
    assert_int_equal(open_blobs, 0);
    free(a.bytes);
}

/* ---- names ---- */

/* They are found by their bytes and mean nothing. */
static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = { "../x",        "/etc/passwd",
                                         "a\\b",        "a/b/../../c",
                                         "a b\n\t",     "Gr\xC3\xBC",
                                         "\xFF\xFE\xFD" };
    static const char *const missing[] = { "x",   "etc/passwd", "a/b",
                                           "c",   "../X",       "../",
                                           "..",  "",           "b",
                                           "a b", "Gr\xFC",     "./../x" };
    struct made_member m[COUNT_OF(names)];

    for (size_t i = 0; i < COUNT_OF(names); i++)
        m[i] = (struct made_member){ .name = names[i],
                                     .bytes = text + i,
                                     .n = 10 };
    struct archive a = make(m, COUNT_OF(names), false, "");
    for (size_t i = 0; i < COUNT_OF(names); i++)
        check_unpacks(&a, names[i], text + i, 10);
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        check_refused(&a, missing[i], "is not in 'x.zip'");
    free(a.bytes);
}

static void test_twice(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a", .bytes = text, .n = 10 },
        { .name = "b", .bytes = text, .n = 11 },
        { .name = "a", .bytes = text, .n = 12 },
    };
    struct archive a = make(m, 3, false, "");

    check_refused(&a, "a", "'a' stands in 'x.zip' twice");
    check_unpacks(&a, "b", text, 11);
    free(a.bytes);
}

static void test_nul_in_name(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a\0b", .name_bytes = 3, .bytes = text, .n = 10 },
        { .name = "b", .bytes = text, .n = 11 },
    };
    struct archive a = make(m, 2, false, "");

    check_closed(&a, "it has a name with a NUL in it");
    free(a.bytes);
}

/* ---- what is no plain file ---- */

static void test_kinds_refused(void **state)
{
    (void)state;
    static const struct {
        struct made_member m;
        const char *part;
    } cases[] = {
        { { .name = "a", .attributes = 0120777u << 16 }, "is a symbolic link" },
        { { .name = "a", .attributes = 0040755u << 16 }, "is a directory or" },
        { { .name = "a", .attributes = 0010644u << 16 }, "or a device" },
        { { .name = "a", .attributes = 0020644u << 16 }, "or a device" },
        { { .name = "a", .attributes = 0x10 }, "is a directory or" },
        { { .name = "a/" }, "is a directory or" },
        { { .name = "a", .flags = 1 }, "is encrypted" },
        { { .name = "a", .flags = 0x41 }, "is encrypted" },
        { { .name = "a", .flags = 0x2000 }, "is encrypted" },
    };
    static const uint16_t methods[] = { 1, 6, 9, 12, 14, 93, 95, 98, 1000 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct made_member m = cases[i].m;
        m.bytes = text;
        m.n = TEXT_BYTES;
        struct archive a = make(&m, 1, false, "");
        check_refused(&a, m.name, cases[i].part);
        free(a.bytes);
    }
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct archive a = make(&kinds[1], 1, false, "");
        set_number(a.bytes + a.header[0] + 8, 2, methods[i]);
        set_number(a.bytes + a.entry[0] + 10, 2, methods[i]);
        check_refused(&a, "deflated", "by a method that cannot be read");
        free(a.bytes);
    }

    /* and what is one, though it says more of itself */
    static const uint32_t fine[] = { 0100644u << 16, 0644u << 16, 0x20, 0x01 };
    for (size_t i = 0; i < COUNT_OF(fine); i++) {
        struct made_member m = kinds[1];
        m.attributes = fine[i];
        m.flags = 1 << 1 | 1 << 11; /* packed well, UTF-8 */
        struct archive a = make(&m, 1, false, "");
        check_unpacks(&a, m.name, text, TEXT_BYTES);
        free(a.bytes);
    }
}

/* The local header alone says encrypted. */
static void test_encrypted_locally(void **state)
{
    (void)state;
    struct archive a = make(&kinds[1], 1, false, "");

    a.bytes[a.header[0] + 6] ^= 1;
    check_refused(&a, "deflated", "its header and the directory disagree");
    free(a.bytes);
}

/* ---- damaged ---- */

/* Cut anywhere: there is no directory at the end any more. */
static void test_truncated(void **state)
{
    (void)state;
    struct archive a = make_kinds();
    size_t n = a.n;

    for (a.n = 0; a.n < n; a.n++)
        check_closed(&a, "is no zip archive, or a truncated one");
    free(a.bytes);
}

/* Bytes before or behind an archive make it another file. */
static void test_shifted(void **state)
{
    (void)state;
    struct archive a = make_kinds(), shifted = { 0 };

    put(&a, "x", 1);
    check_closed(&a, "is no zip archive, or a truncated one");
    a.n--;
    put(&shifted, "x", 1);
    put(&shifted, a.bytes, a.n);
    check_closed(&shifted, "is a damaged zip archive");
    free(shifted.bytes);
    free(a.bytes);

    a = make(kinds, KINDS, false, "");
    shifted = (struct archive){ 0 };
    put(&shifted, "x", 1);
    put(&shifted, a.bytes, a.n);
    check_closed(&shifted, "its directory lies elsewhere");
    free(shifted.bytes);
    free(a.bytes);
}

static void test_not_zip(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "PK\5\6",
                                         "<!DOCTYPE html><html></html>",
                                         "PK\3\4 and twenty more bytes" };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct archive a = { 0 };
        put(&a, cases[i], strlen(cases[i]));
        check_closed(&a, "is no zip archive, or a truncated one");
        free(a.bytes);
    }
}

/* Reads every member of an archive that may be damaged: a clean end comes
 * only behind the right bytes. Returns how many ended so. */
static size_t read_all(const unsigned char *bytes, size_t n)
{
    struct error err = { 0 };
    struct zipfile *z =
        zipfile_open(bytes_blob_open(bytes, n, "x.zip", &err), &err);
    size_t good = 0;

    if (!z)
        assert_error(err, FAIL_DATA, "'x.zip'");
    for (size_t i = 0; z && i < KINDS; i++) {
        err = (struct error){ 0 };
        struct reader *r = zipfile_reader_open(z, kinds[i].name, &err);
        if (!r) {
            assert_error(err, FAIL_DATA, "x.zip'");
            continue;
        }
        struct outcome o = outcome_read(r, 50);
        if (o.err.code == FAIL_NONE) {
            assert_int_equal(o.n, kinds[i].n);
            if (o.n > 0)
                assert_memory_equal(o.bytes, kinds[i].bytes, o.n);
            good++;
        } else {
            assert_error(o.err, FAIL_DATA, "x.zip'");
        }
        outcome_release(&o);
    }
    zipfile_close(z);
    return good;
}

static void test_every_bit(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct archive a = make(kinds, KINDS, zip64, "");
        assert_int_equal(read_all(a.bytes, a.n), KINDS);
        for (size_t bit = 0; bit < 8 * a.n; bit++) {
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            read_all(a.bytes, a.n);
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        /* All bits of the data itself, of names, CRCs, and sizes count. */
        for (size_t i = 0; i < KINDS; i++) {
            for (size_t k = 0; k < 8; k++) {
                a.bytes[a.entry[i] + 16 + k] ^= 0x10;
                assert_in_range(read_all(a.bytes, a.n), 0, KINDS - 1);
                a.bytes[a.entry[i] + 16 + k] ^= 0x10;
            }
        }
        free(a.bytes);
    }
}

/* Each byte set to what is likely to hurt; and damage here and there. */
static void test_noise(void **state)
{
    (void)state;
    static const unsigned char values[] = { 0, 1, 0x7F, 0x80, 0xFF };
    struct archive a = make_kinds();
    unsigned char *bad = malloc(a.n);
    uint64_t noise = 99;

    assert_non_null(bad);
    for (size_t at = 0; at < a.n; at++) {
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            memcpy(bad, a.bytes, a.n);
            bad[at] = values[i];
            read_all(bad, a.n);
        }
        for (size_t width = 2; width <= 8 && at + width <= a.n; width *= 2) {
            memcpy(bad, a.bytes, a.n);
            memset(bad + at, 0xFF, width);
            read_all(bad, a.n);
        }
    }
    for (int i = 0; i < 20000; i++) {
        memcpy(bad, a.bytes, a.n);
        for (uint64_t k = 0; k <= noise_next(&noise) % 6; k++) {
            /* mostly where the records are */
            size_t from = noise_next(&noise) % 4 ? a.directory : 0;
            bad[from + noise_next(&noise) % (a.n - from)] =
                (unsigned char)noise_next(&noise);
        }
        read_all(bad, a.n);
    }
    free(bad);
    free(a.bytes);
}

/* ---- lies ---- */

enum { CRC, PACKED, SIZE }; /* three fields in a row, in both records */

/* Says so in both records, so that they agree. */
static void lie(struct archive *a, size_t i, size_t field, uint64_t value)
{
    set_number(a->bytes + a->header[i] + 14 + 4 * field, 4, value);
    set_number(a->bytes + a->entry[i] + 16 + 4 * field, 4, value);
}

static void test_crc_lie(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct archive a = make(&kinds[i], 1, false, "");
        lie(&a, 0, CRC, get_number(a.bytes + a.header[0] + 14, 4) ^ 1);
        struct outcome o = unpack(a.bytes, a.n, kinds[i].name, 30);
        assert_error(o.err, FAIL_DATA, "is damaged");
        assert_error(o.err, FAIL_DATA,
                     kinds[i].n ? "CRC error, says libzip" : "its sizes");
        assert_int_equal(o.n, kinds[i].n); /* all came, but no end */
        outcome_release(&o);
        free(a.bytes);
    }
}

static void test_size_lies(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "stored", .bytes = text, .n = TEXT_BYTES, .gap = 100 },
        { .name = "deflated",
          .bytes = text,
          .n = TEXT_BYTES,
          .deflate = true,
          .gap = 100 },
        { .name = "last", .bytes = text, .n = 5 },
    };
    struct archive a = make(m, 3, false, "");
    size_t packed = a.packed[1];

    for (size_t i = 0; i < 2; i++) {
        /* The declared size is the most that comes out. */
        static const size_t sizes[] = {
            0, 1, TEXT_BYTES - 1, TEXT_BYTES + 1, 1000, 0x7FFFFFFF
        };
        for (size_t k = 0; k < COUNT_OF(sizes); k++) {
            lie(&a, i, SIZE, sizes[k]);
            if (i == 0)
                lie(&a, i, PACKED, sizes[k] < 1000 ? sizes[k] : 101);
            struct outcome o = unpack(a.bytes, a.n, m[i].name, 1000);
            assert_error(o.err, FAIL_DATA, "is damaged");
            assert_true(o.n <= sizes[k]);
            if (i == 1)
                assert_error(o.err, FAIL_DATA,
                             sizes[k] < TEXT_BYTES ? "it goes on after the "
                                                   : "it ends before the ");
            outcome_release(&o);
        }
        lie(&a, i, SIZE, TEXT_BYTES);
        lie(&a, i, PACKED, i ? packed : TEXT_BYTES);
        check_unpacks(&a, m[i].name, text, TEXT_BYTES);
    }

    /* Too few packed bytes: they end in the midst. */
    for (size_t less = 1; less <= packed; less++) {
        lie(&a, 1, PACKED, packed - less);
        struct outcome o = unpack(a.bytes, a.n, "deflated", 1000);
        /* The last bits only say that no more follows: then it is whole. */
        if (o.err.code == FAIL_NONE)
            assert_true(less == 1 && o.n == TEXT_BYTES);
        else
            assert_error(o.err, FAIL_DATA, "is damaged");
        outcome_release(&o);
    }
    /* What is stored has one size. */
    lie(&a, 0, PACKED, TEXT_BYTES + 1);
    check_refused(&a, "stored", "its sizes do not fit each other");
    lie(&a, 0, PACKED, TEXT_BYTES - 1);
    check_refused(&a, "stored", "its sizes do not fit each other");
    free(a.bytes);
}

/* The end of deflated data within what should be more of it. */
static void test_failure_stays(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        uint64_t value;
    } lies[] = { { SIZE, 10 }, { SIZE, 1000 }, { CRC, 1 }, { PACKED, 20 } };

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct archive a = make(&kinds[1], 1, false, "");
        struct error err = { 0 };
        unsigned char to[100];
        ptrdiff_t got;
        lie(&a, 0, lies[i].field, lies[i].value);
        struct zipfile *z =
            zipfile_open(bytes_blob_open(a.bytes, a.n, "x.zip", &err), &err);
        struct reader *r = zipfile_reader_open(z, "deflated", &err);
        while ((got = reader_read(r, to, 7, &err)) > 0)
            ;
        for (int k = 0; k < 200; k++) {
            assert_int_equal(got, -1);
            assert_error(err, FAIL_DATA, "'deflated in x.zip' is damaged");
            err = (struct error){ 0 };
            got = reader_read(r, to, 7, &err);
        }
        reader_close(r);
        zipfile_close(z);
        free(a.bytes);
    }
}

/* Each field of the local header that the directory has, too. */
static void test_headers_disagree(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        const char *part;
    } cases[] = {
        { 0, "the directory points elsewhere" },
        { 3, "the directory points elsewhere" },
        { 8, "its header and the directory disagree" }, /* method */
        { 14, "its header and the directory disagree" },
        { 17, "its header and the directory disagree" }, /* CRC */
        { 18, "its header and the directory disagree" },
        { 21, "its header and the directory disagree" }, /* packed size */
        { 22, "its header and the directory disagree" },
        { 25, "its header and the directory disagree" }, /* size */
        { 26, "the directory points elsewhere" },        /* name's length */
        { 28, "it runs into what follows it" },          /* extra field's */
        { 30, "its header and the directory disagree" }, /* name */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct archive a = make(kinds, 3, false, "");
        a.bytes[a.header[1] + cases[i].at] ^= 1;
        check_refused(&a, "deflated", cases[i].part);
        check_unpacks(&a, "stored", text, TEXT_BYTES);
        free(a.bytes);
    }
    /* With sizes that follow, the header may know them or not; no third. */
    for (size_t field = CRC; field <= SIZE; field++) {
        struct archive a = make(&kinds[3], 1, false, "");
        unsigned char *to = a.bytes + a.header[0] + 14 + 4 * field;
        memcpy(to, a.bytes + a.entry[0] + 16 + 4 * field, 4);
        check_unpacks(&a, "follows", text, TEXT_BYTES - 5);
        *to ^= 0x40;
        check_refused(&a, "follows", "its header and the directory disagree");
        free(a.bytes);
    }
}

static void test_overlap(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a", .bytes = text, .n = TEXT_BYTES },
        { .name = "b", .bytes = text, .n = TEXT_BYTES },
        { .name = "c", .bytes = text, .n = TEXT_BYTES },
    };
    struct archive a = make(m, 3, false, "");

    /* b is a second name for a's bytes */
    set_number(a.bytes + a.entry[1] + 42, 4, a.header[0]);
    check_refused(&a, "a", "'a in x.zip' shares bytes with another member");
    check_refused(&a, "b", "'b in x.zip' shares bytes with another member");
    check_unpacks(&a, "c", text, TEXT_BYTES);
    set_number(a.bytes + a.entry[1] + 42, 4, a.header[1]);

    /* a contains b, b reaches into c by some bytes */
    lie(&a, 0, PACKED, a.header[2] - a.data[0]);
    lie(&a, 0, SIZE, a.header[2] - a.data[0]);
    check_refused(&a, "a", "it runs into what follows it");
    check_refused(&a, "b", "shares bytes with another member");
    check_unpacks(&a, "c", text, TEXT_BYTES);
    lie(&a, 0, PACKED, TEXT_BYTES);
    lie(&a, 0, SIZE, TEXT_BYTES);
    lie(&a, 1, PACKED, TEXT_BYTES + 1);
    lie(&a, 1, SIZE, TEXT_BYTES + 1);
    check_refused(&a, "b", "it runs into what follows it");
    check_unpacks(&a, "a", text, TEXT_BYTES);
    check_refused(&a, "c", "shares bytes with another member");
    lie(&a, 1, PACKED, TEXT_BYTES);
    lie(&a, 1, SIZE, TEXT_BYTES);

    /* c reaches into the directory; its header counts, too */
    lie(&a, 2, PACKED, TEXT_BYTES + 1);
    lie(&a, 2, SIZE, TEXT_BYTES + 1);
    check_closed(&a, "it has a member that lies outside");
    lie(&a, 2, PACKED, TEXT_BYTES);
    lie(&a, 2, SIZE, TEXT_BYTES);
    a.bytes[a.header[2] + 28] = 1;
    check_refused(&a, "c", "it runs into what follows it");
    free(a.bytes);
}

static void test_directory_lies(void **state)
{
    (void)state;
    static const struct {
        char record; /* of which the field is: Entry, End, 6 or Locator */
        size_t at, width;
        uint64_t value;
        const char *part;
    } cases[] = {
        { 'e', 10, 2, 6, "is one part of" }, /* another count here and in all */
        { 'e', 4, 2, 1, "is one part of" },  /* disks */
        { 'e', 12, 4, 0, "its directory lies elsewhere" },
        { 'e', 12, 4, 1, "its directory lies elsewhere" },
        { 'e', 12, 4, UINT32_MAX, "its directory lies elsewhere" },
        { 'e', 16, 4, 0, "its directory lies elsewhere" },
        { 'e', 16, 4, UINT32_MAX - 1, "its directory lies elsewhere" },
        { 'e', 20, 2, 1, "is no zip archive, or a truncated one" },
        { 'E', 0, 4, 0x02014B51, "its directory holds something else" },
        { 'E', 28, 2, UINT16_MAX, "its directory ends within an entry" },
        { 'E', 30, 2, UINT16_MAX, "its directory ends within an entry" },
        { 'E', 32, 2, UINT16_MAX, "its directory ends within an entry" },
        { 'E', 32, 2, 1, "its directory holds something else" },
        { 'E', 34, 2, 1, "is one part of" },
        { 'E', 42, 4, UINT32_MAX - 1, "it has a member that lies outside" },
        { 'E', 42, 4, UINT32_MAX, "its directory ends within an entry" },
        { 'E', 20, 4, UINT32_MAX - 1, "it has a member that lies outside" },
        { 'E', 20, 4, UINT32_MAX, "its directory ends within an entry" },
        { '6', 0, 4, 0, "its zip64 end record lies elsewhere" },
        { '6', 4, 8, 45, "its zip64 end record lies elsewhere" },
        { '6', 4, 8, UINT64_MAX, "its zip64 end record lies elsewhere" },
        { '6', 16, 4, 1, "is one part of" },
        { '6', 20, 4, 1, "is one part of" },
        { '6', 24, 8, 6, "is one part of" },
        { '6', 40, 8, UINT64_MAX, "its directory lies elsewhere" },
        { '6', 40, 8, 0, "its directory lies elsewhere" },
        { '6', 48, 8, UINT64_MAX, "its directory lies elsewhere" },
        { '6', 48, 8, 0, "its directory lies elsewhere" },
        { 'L', 4, 4, 1, "is one part of" },
        { 'L', 8, 8, 0, "its zip64 end record lies elsewhere" },
        { 'L', 8, 8, UINT64_MAX, "its zip64 end record lies elsewhere" },
        { 'L', 8, 8, INT64_MAX, "its zip64 end record lies elsewhere" },
        { 'L', 16, 4, 2, "is one part of" },
        /* then the numbers in the end record are meant, and too large */
        { 'L', 0, 4, 0, "its directory lies elsewhere" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char record = cases[i].record;
        struct archive a = make(kinds, 2, record == '6' || record == 'L', "");
        size_t at = record == 'e'   ? a.end
                    : record == 'E' ? a.entry[0]
                    : record == '6' ? a.end64
                                    : a.locator;
        set_number(a.bytes + at + cases[i].at, cases[i].width, cases[i].value);
        check_closed(&a, cases[i].part);
        free(a.bytes);
    }
}

/* Counts in the end record do not make libzip, or us, take memory. */
static void test_count_lies(void **state)
{
    (void)state;
    static const uint64_t counts[] = { 0,          1,         3,
                                       100000,     100001,    UINT32_MAX,
                                       1ull << 40, UINT64_MAX };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct archive a = make(kinds, 2, true, "");
        set_number(a.bytes + a.end64 + 24, 8, counts[i]);
        set_number(a.bytes + a.end64 + 32, 8, counts[i]);
        check_closed(&a, counts[i] <= 100000 ? "miscounts the members"
                                             : "has too large a directory");
        free(a.bytes);
        if (counts[i] >= UINT16_MAX)
            continue;
        a = make(kinds, 2, false, "");
        set_number(a.bytes + a.end + 8, 2, counts[i]);
        set_number(a.bytes + a.end + 10, 2, counts[i]);
        check_closed(&a, "miscounts the members");
        free(a.bytes);
    }
}

/* Zip64 numbers that are too large for anything, or of which some lack. */
static void test_zip64_lies(void **state)
{
    (void)state;
    static const uint64_t values[] = {
        UINT32_MAX, 1ull << 40,       INT64_MAX,
        1ull << 63, UINT64_MAX - 100, UINT64_MAX
    };

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        for (size_t field = 0; field < 3; field++) {
            struct archive a = make(&kinds[4], 1, true, "");
            size_t at = a.entry[0] + 46 + 5 + 4;
            assert_int_equal(get_number(a.bytes + at, 8), TEXT_BYTES);
            set_number(a.bytes + at + 8 * field, 8, values[i]);
            struct outcome o = unpack(a.bytes, a.n, "zip64", 100);
            assert_error(o.err, FAIL_DATA, "x.zip'");
            outcome_release(&o);
            free(a.bytes);
        }
    }
    for (size_t length = 0; length < 24; length++) {
        struct archive a = make(&kinds[4], 1, true, "");
        size_t at = a.entry[0] + 46 + 5;
        set_number(a.bytes + at + 2, 2, length);
        check_closed(&a, "its directory ends within an entry");
        free(a.bytes);
    }
    for (size_t id = 2; id < 4; id++) {
        struct archive a = make(&kinds[4], 1, true, "");
        set_number(a.bytes + a.entry[0] + 46 + 5, 2, id);
        check_closed(&a, "its directory ends within an entry");
        free(a.bytes);
    }
}

/* A second end record could show other members to other programs. */
static void test_two_ends(void **state)
{
    (void)state;
    struct archive a = make(kinds, 2, false, "");
    struct archive both = { 0 };

    /* a whole archive behind another one: the last counts, and it is off */
    put(&both, a.bytes, a.n);
    put(&both, a.bytes, a.n);
    check_closed(&both, "its directory lies elsewhere");
    free(both.bytes);

    /* an end record in the comment, which is that of a shorter file */
    both = (struct archive){ 0 };
    put(&both, a.bytes, a.n);
    put(&both, a.bytes + a.end, 22);
    set_number(both.bytes + a.end + 20, 2, 22);
    check_closed(&both, "its directory lies elsewhere");
    set_number(both.bytes + a.n + 20, 2, 1); /* so that it is none */
    check_closed(&both, "it has several end records");
    free(both.bytes);
    free(a.bytes);

    /* one in a name */
    struct made_member m = kinds[0];
    m.name = "PK\5\6";
    a = make(&m, 1, false, "");
    check_closed(&a, "it has several end records");
    free(a.bytes);

    /* in a member's data it is data, though libzip would look at it there */
    a = make(NULL, 0, false, "");
    m = (struct made_member){ .name = "zip", .bytes = a.bytes, .n = a.n };
    both = make(&m, 1, false, "");
    check_unpacks(&both, "zip", a.bytes, a.n);
    free(both.bytes);
    free(a.bytes);
}

/* ---- many members ---- */

static struct archive make_many(size_t count, bool zip64)
{
    struct archive a = { 0 };
    const struct made_member m = { .name = "1234567", .bytes = "", .n = 0 };
    char name[24];

    /* put_member wants places: all use that of number 0 in turn */
    for (size_t i = 0; i < count; i++) {
        put_member(&a, &m, 0);
        snprintf(name, sizeof name, "%07zu", i);
        memcpy(a.bytes + a.header[0] + 30, name, 7);
    }
    a.directory = a.n;
    for (size_t i = 0; i < count; i++) {
        a.header[0] = i * (30 + 7);
        put_entry(&a, &m, 0);
        snprintf(name, sizeof name, "%07zu", i);
        memcpy(a.bytes + a.entry[0] + 46, name, 7);
    }
    put_end(&a, zip64 ? count : count % 65536, zip64, "");
    return a;
}

static void test_many(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        bool zip64;
        const char *part; /* NULL: fine */
    } cases[] = {
        { 65535, false, NULL },
        { 65536, false, NULL }, /* some write them so */
        { 70000, false, NULL },
        { 100000, true, NULL },
        { 100001, true, "has too large a directory; at most 100000 members" },
        { 100001, false, "has more than 100000 members" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct archive a = make_many(cases[i].count, cases[i].zip64);
        if (cases[i].part) {
            check_closed(&a, cases[i].part);
        } else {
            char last[24];
            snprintf(last, sizeof last, "%07zu", cases[i].count - 1);
            struct outcome o = unpack(a.bytes, a.n, last, 10);
            assert_no_error(o.err);
            assert_int_equal(o.n, 0);
            outcome_release(&o);
        }
        free(a.bytes);
    }
}

/* A source that is said to be endless, with a directory to match. */
static bool endless_read_at(struct blob *base, uint64_t at, void *to, size_t n,
                            struct error *err)
{
    struct noting_blob *b = (struct noting_blob *)base;
    size_t have = 22 + 20 + 56;
    uint64_t from = base->bytes - have;

    (void)err;
    memset(to, 0, n);
    for (size_t i = 0; i < n; i++)
        if (at + i >= from)
            ((unsigned char *)to)[i] = b->bytes[at + i - from];
    return true;
}

static void test_endless(void **state)
{
    (void)state;
    static const struct blob_ops ops = { endless_read_at, NULL, noting_close };
    static const uint64_t sizes[] = { 1ull << 33, 1ull << 50, INT64_MAX,
                                      1ull << 63, UINT64_MAX };

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct archive a = { 0 };
        struct noting_blob b;
        struct error err = { 0 };
        uint64_t end64 = sizes[i] - 22 - 20 - 56;
        put_end(&a, 0, true, "");
        set_number(a.bytes + a.end64 + 24, 8, 99999);
        set_number(a.bytes + a.end64 + 32, 8, 99999);
        set_number(a.bytes + a.end64 + 40, 8, end64); /* from 0 on */
        set_number(a.bytes + a.locator + 8, 8, end64);
        struct blob *source = noting_open(&b, a.bytes, a.n, NEVER);
        source->ops = &ops;
        source->bytes = sizes[i];
        assert_null(zipfile_open(source, &err));
        assert_error(err, FAIL_DATA, "too large");

        /* a small directory at the far end is fine, as far as libzip counts */
        err = (struct error){ 0 };
        set_number(a.bytes + a.end64 + 24, 8, 0);
        set_number(a.bytes + a.end64 + 32, 8, 0);
        set_number(a.bytes + a.end64 + 40, 8, 0);
        set_number(a.bytes + a.end64 + 48, 8, end64);
        source = noting_open(&b, a.bytes, a.n, NEVER);
        source->ops = &ops;
        source->bytes = sizes[i];
        struct zipfile *z = zipfile_open(source, &err);
        assert_int_equal(z != NULL, sizes[i] <= INT64_MAX);
        if (!z)
            assert_error(err, FAIL_DATA, "'x.zip' is too large");
        zipfile_close(z);
        free(a.bytes);
    }
    assert_int_equal(open_blobs, 0);
}

static void test_versions(void **state)
{
    (void)state;
    assert_string_equal(zipfile_header_version(), LIBZIP_VERSION);
    assert_string_equal(zipfile_library_version(), zip_libzip_version());
}

#else

static void test_missing(void **state)
{
    (void)state;
    struct error err = { 0 };

    assert_null(zipfile_open(bytes_blob_open("PK", 2, "x.zip", &err), &err));
    assert_error(err, FAIL_USAGE,
                 "this build cannot read zip archives (libzip was missing)");
    assert_null(zipfile_header_version());
    assert_null(zipfile_library_version());
}

#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null),
#if MNISTPREP_HAVE_LIBZIP
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_listing),
        IN_TEMP_DIR(test_file),
        cmocka_unit_test(test_made_by_libzip),
        cmocka_unit_test(test_comment),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_end_stays),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_reads_little),
        cmocka_unit_test(test_long_directory),
        cmocka_unit_test(test_source_errors_pass),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_nul_in_name),
        cmocka_unit_test(test_kinds_refused),
        cmocka_unit_test(test_encrypted_locally),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_shifted),
        cmocka_unit_test(test_not_zip),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_crc_lie),
        cmocka_unit_test(test_size_lies),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_headers_disagree),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_directory_lies),
        cmocka_unit_test(test_count_lies),
        cmocka_unit_test(test_zip64_lies),
        cmocka_unit_test(test_two_ends),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_versions),
#else
        cmocka_unit_test(test_missing),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

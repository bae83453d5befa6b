/* SPDX-License-Identifier: MIT */
/* Zip archives: every kind of member, read where it lies and no further; names
 * and members that are refused. Without libzip, all archives are. */
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
#include <zlib.h>

#include "made_zip.h"

/* ---- good ---- */

static void test_kinds(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds();

    for (size_t i = 0; i < ARCHIVE_KINDS; i++)
        archive_check_unpacks(&a, archive_kinds[i].name, archive_kinds[i].bytes,
                              archive_kinds[i].n);
    free(a.bytes);

    /* each alone, and without zip64 at the end */
    for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
        a = archive_make(&archive_kinds[i], 1, false, "");
        archive_check_unpacks(&a, archive_kinds[i].name, archive_kinds[i].bytes,
                              archive_kinds[i].n);
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
        struct archive a = archive_make(m, 2, i % 2, "");
        archive_check_unpacks(&a, "a", bytes, sizes[i]);
        archive_check_unpacks(&a, "b", bytes, sizes[i]);
        free(a.bytes);
    }
}

static void test_listing(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds();
    struct error err = { 0 };
    struct noting_blob b;
    struct zipfile *z =
        zipfile_open(noting_open(&b, a.bytes, a.n, NEVER), &err);
    struct zipfile_member m, found;

    assert_no_error(err);
    assert_int_equal(zipfile_count(z), ARCHIVE_KINDS);
    for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
        assert_true(zipfile_member_at(z, i, &m));
        assert_string_equal(m.name, archive_kinds[i].name);
        assert_int_equal(m.bytes, archive_kinds[i].n);
        assert_int_equal(m.packed_bytes, a.packed[i]);
        assert_int_equal(
            m.crc, crc32(0, archive_kinds[i].bytes, (uInt)archive_kinds[i].n));
        assert_true(zipfile_find(z, archive_kinds[i].name, &found, &err));
        assert_ptr_equal(found.name, m.name);
        assert_int_equal(found.bytes, m.bytes);
        assert_int_equal(found.crc, m.crc);
    }
    assert_false(zipfile_member_at(z, ARCHIVE_KINDS, &m));
    assert_false(zipfile_member_at(z, SIZE_MAX, &m));
    zipfile_close(z);
    free(a.bytes);
}

static void test_file(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds();
    struct error err = { 0 };

    file_make("kinds.zip", a.bytes, a.n);
    struct zipfile *z = zipfile_open(file_blob_open("kinds.zip", &err), &err);
    struct outcome o =
        outcome_read(zipfile_reader_open(z, "deflated", &err), 10);
    assert_no_error(o.err);
    assert_int_equal(o.n, ARCHIVE_TEXT_BYTES);
    assert_memory_equal(o.bytes, archive_text, ARCHIVE_TEXT_BYTES);
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

    archive_check_unpacks(&a, "a", bytes, sizeof bytes);
    archive_check_unpacks(&a, "b", bytes, sizeof bytes - 1);
    archive_check_unpacks(&a, "c", bytes, sizeof bytes - 2);
    archive_check_refused(&a, "folder/", "is a directory or a device");
}

/* A comment as long as it may be; and members of which there are none. */
static void test_comment(void **state)
{
    (void)state;
    static char comment[65536];

    memset(comment, 'c', 65535);
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct archive a =
            archive_make(archive_kinds, ARCHIVE_KINDS, zip64, comment);
        archive_check_unpacks(&a, "deflated", archive_text, ARCHIVE_TEXT_BYTES);
        free(a.bytes);
        a = archive_make(NULL, 0, zip64, "");
        archive_check_refused(&a, "deflated", "'deflated' is not in 'x.zip'");
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
    struct archive a = archive_make(&m, 1, false, "");
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
    struct archive a = archive_make_kinds();
    struct error err = { 0 };
    unsigned char to[ARCHIVE_TEXT_BYTES];
    struct zipfile *z =
        zipfile_open(bytes_blob_open(a.bytes, a.n, "x.zip", &err), &err);

    for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
        struct reader *r = zipfile_reader_open(z, archive_kinds[i].name, &err);
        assert_true(reader_exact(r, to, archive_kinds[i].n, &err));
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
    struct archive a = archive_make(m, 2, false, "");
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
            struct archive a = archive_make(m, 3, kind & 2, "");
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
        m[i] = (struct made_member){ .name = names[i],
                                     .bytes = archive_text,
                                     .n = ARCHIVE_TEXT_BYTES,
                                     .deflate = i % 2 };
    }
    struct archive a = archive_make(m, 5, false, "");
    for (size_t i = 0; i < 5; i++) {
        struct outcome o = archive_unpack(a.bytes, a.n, names[i], 100);
        assert_no_error(o.err);
        assert_int_equal(o.n, ARCHIVE_TEXT_BYTES);
        outcome_release(&o);
    }
    free(a.bytes);
}

/* A failing source is said to have failed, wherever it does. */
static void test_source_errors_pass(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds();

    for (size_t at = 0; at < a.n; at++) {
        for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
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
    for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
        size_t end = a.data[i] + a.packed[i];
        for (size_t at = a.header[i]; at < end; at++) {
            struct error err = { 0 };
            struct noting_blob b;
            struct zipfile *z =
                zipfile_open(noting_open(&b, a.bytes, a.n, NEVER), &err);
            b.fail_at = at;
            struct reader *r =
                zipfile_reader_open(z, archive_kinds[i].name, &err);
            if (at < a.data[i])
                assert_null(r);
            if (r) {
                struct outcome o = outcome_read(r, 7);
                if (o.n > 0)
                    assert_memory_equal(o.bytes, archive_kinds[i].bytes, o.n);
                err = o.err;
                /* the packed bytes of nothing are not read */
                if (o.err.code == FAIL_NONE)
                    assert_int_equal(archive_kinds[i].n, 0);
                outcome_release(&o);
            }
            if (archive_kinds[i].n > 0 || !r)
                assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
            zipfile_close(z);
        }
    }
    assert_int_equal(noting_left_open(), 0);
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
                                     .bytes = archive_text + i,
                                     .n = 10 };
    struct archive a = archive_make(m, COUNT_OF(names), false, "");
    for (size_t i = 0; i < COUNT_OF(names); i++)
        archive_check_unpacks(&a, names[i], archive_text + i, 10);
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        archive_check_refused(&a, missing[i], "is not in 'x.zip'");
    free(a.bytes);
}

static void test_twice(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a", .bytes = archive_text, .n = 10 },
        { .name = "b", .bytes = archive_text, .n = 11 },
        { .name = "a", .bytes = archive_text, .n = 12 },
    };
    struct archive a = archive_make(m, 3, false, "");

    archive_check_refused(&a, "a", "'a' stands in 'x.zip' twice");
    archive_check_unpacks(&a, "b", archive_text, 11);
    free(a.bytes);
}

static void test_nul_in_name(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a\0b", .name_bytes = 3, .bytes = archive_text, .n = 10 },
        { .name = "b", .bytes = archive_text, .n = 11 },
    };
    struct archive a = archive_make(m, 2, false, "");

    archive_check_closed(&a, "it has a name with a NUL in it");
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
        m.bytes = archive_text;
        m.n = ARCHIVE_TEXT_BYTES;
        struct archive a = archive_make(&m, 1, false, "");
        archive_check_refused(&a, m.name, cases[i].part);
        free(a.bytes);
    }
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct archive a = archive_make(&archive_kinds[1], 1, false, "");
        field_set(a.bytes + a.header[0] + 8, 2, methods[i]);
        field_set(a.bytes + a.entry[0] + 10, 2, methods[i]);
        archive_check_refused(&a, "deflated",
                              "by a method that cannot be read");
        free(a.bytes);
    }

    /* and what is one, though it says more of itself */
    static const uint32_t fine[] = { 0100644u << 16, 0644u << 16, 0x20, 0x01 };
    for (size_t i = 0; i < COUNT_OF(fine); i++) {
        struct made_member m = archive_kinds[1];
        m.attributes = fine[i];
        m.flags = 1 << 1 | 1 << 11; /* packed well, UTF-8 */
        struct archive a = archive_make(&m, 1, false, "");
        archive_check_unpacks(&a, m.name, archive_text, ARCHIVE_TEXT_BYTES);
        free(a.bytes);
    }
}

/* The local header alone says encrypted. */
static void test_encrypted_locally(void **state)
{
    (void)state;
    struct archive a = archive_make(&archive_kinds[1], 1, false, "");

    a.bytes[a.header[0] + 6] ^= 1;
    archive_check_refused(&a, "deflated",
                          "its header and the directory disagree");
    free(a.bytes);
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
        cmocka_unit_test(test_versions),
#else
        cmocka_unit_test(test_missing),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

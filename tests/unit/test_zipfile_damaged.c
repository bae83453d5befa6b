/* SPDX-License-Identifier: MIT */
/* Damaged and hostile zip archives: never wrong bytes and a clean end. */
#include "format/zipfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "made_zip.h"

/* ---- damaged ---- */

/* Cut anywhere: there is no directory at the end any more. */
static void test_truncated(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds();
    size_t n = a.n;

    for (a.n = 0; a.n < n; a.n++)
        archive_check_closed(&a, "is no zip archive, or a truncated one");
    free(a.bytes);
}

/* Bytes before or behind an archive make it another file. */
static void test_shifted(void **state)
{
    (void)state;
    struct archive a = archive_make_kinds(), shifted = { 0 };

    archive_put(&a, "x", 1);
    archive_check_closed(&a, "is no zip archive, or a truncated one");
    a.n--;
    archive_put(&shifted, "x", 1);
    archive_put(&shifted, a.bytes, a.n);
    archive_check_closed(&shifted, "is a damaged zip archive");
    free(shifted.bytes);
    free(a.bytes);

    a = archive_make(archive_kinds, ARCHIVE_KINDS, false, "");
    shifted = (struct archive){ 0 };
    archive_put(&shifted, "x", 1);
    archive_put(&shifted, a.bytes, a.n);
    archive_check_closed(&shifted, "its directory lies elsewhere");
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
        archive_put(&a, cases[i], strlen(cases[i]));
        archive_check_closed(&a, "is no zip archive, or a truncated one");
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
    for (size_t i = 0; z && i < ARCHIVE_KINDS; i++) {
        err = (struct error){ 0 };
        struct reader *r = zipfile_reader_open(z, archive_kinds[i].name, &err);
        if (!r) {
            assert_error(err, FAIL_DATA, "x.zip'");
            continue;
        }
        struct outcome o = outcome_read(r, 50);
        if (o.err.code == FAIL_NONE) {
            assert_int_equal(o.n, archive_kinds[i].n);
            if (o.n > 0)
                assert_memory_equal(o.bytes, archive_kinds[i].bytes, o.n);
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
        struct archive a =
            archive_make(archive_kinds, ARCHIVE_KINDS, zip64, "");
        assert_int_equal(read_all(a.bytes, a.n), ARCHIVE_KINDS);
        for (size_t bit = 0; bit < 8 * a.n; bit++) {
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            read_all(a.bytes, a.n);
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        /* All bits of the data itself, of names, CRCs, and sizes count. */
        for (size_t i = 0; i < ARCHIVE_KINDS; i++) {
            for (size_t k = 0; k < 8; k++) {
                a.bytes[a.entry[i] + 16 + k] ^= 0x10;
                assert_in_range(read_all(a.bytes, a.n), 0, ARCHIVE_KINDS - 1);
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
    struct archive a = archive_make_kinds();
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
    field_set(a->bytes + a->header[i] + 14 + 4 * field, 4, value);
    field_set(a->bytes + a->entry[i] + 16 + 4 * field, 4, value);
}

static void test_crc_lie(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct archive a = archive_make(&archive_kinds[i], 1, false, "");
        lie(&a, 0, CRC, field_get(a.bytes + a.header[0] + 14, 4) ^ 1);
        struct outcome o =
            archive_unpack(a.bytes, a.n, archive_kinds[i].name, 30);
        assert_error(o.err, FAIL_DATA, "is damaged");
        assert_error(o.err, FAIL_DATA,
                     archive_kinds[i].n ? "CRC error, says libzip"
                                        : "its sizes");
        assert_int_equal(o.n, archive_kinds[i].n); /* all came, but no end */
        outcome_release(&o);
        free(a.bytes);
    }
}

static void test_size_lies(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "stored",
          .bytes = archive_text,
          .n = ARCHIVE_TEXT_BYTES,
          .gap = 100 },
        { .name = "deflated",
          .bytes = archive_text,
          .n = ARCHIVE_TEXT_BYTES,
          .deflate = true,
          .gap = 100 },
        { .name = "last", .bytes = archive_text, .n = 5 },
    };
    struct archive a = archive_make(m, 3, false, "");
    size_t packed = a.packed[1];

    for (size_t i = 0; i < 2; i++) {
        /* The declared size is the most that comes out. */
        static const size_t sizes[] = {
            0,    1,         ARCHIVE_TEXT_BYTES - 1, ARCHIVE_TEXT_BYTES + 1,
            1000, 0x7FFFFFFF
        };
        for (size_t k = 0; k < COUNT_OF(sizes); k++) {
            lie(&a, i, SIZE, sizes[k]);
            if (i == 0)
                lie(&a, i, PACKED, sizes[k] < 1000 ? sizes[k] : 101);
            struct outcome o = archive_unpack(a.bytes, a.n, m[i].name, 1000);
            assert_error(o.err, FAIL_DATA, "is damaged");
            assert_true(o.n <= sizes[k]);
            if (i == 1)
                assert_error(o.err, FAIL_DATA,
                             sizes[k] < ARCHIVE_TEXT_BYTES
                                 ? "it goes on after the "
                                 : "it ends before the ");
            outcome_release(&o);
        }
        lie(&a, i, SIZE, ARCHIVE_TEXT_BYTES);
        lie(&a, i, PACKED, i ? packed : ARCHIVE_TEXT_BYTES);
        archive_check_unpacks(&a, m[i].name, archive_text, ARCHIVE_TEXT_BYTES);
    }

    /* Too few packed bytes: they end in the midst. */
    for (size_t less = 1; less <= packed; less++) {
        lie(&a, 1, PACKED, packed - less);
        struct outcome o = archive_unpack(a.bytes, a.n, "deflated", 1000);
        /* The last bits only say that no more follows: then it is whole. */
        if (o.err.code == FAIL_NONE)
            assert_true(less == 1 && o.n == ARCHIVE_TEXT_BYTES);
        else
            assert_error(o.err, FAIL_DATA, "is damaged");
        outcome_release(&o);
    }
    /* What is stored has one size. */
    lie(&a, 0, PACKED, ARCHIVE_TEXT_BYTES + 1);
    archive_check_refused(&a, "stored", "its sizes do not fit each other");
    lie(&a, 0, PACKED, ARCHIVE_TEXT_BYTES - 1);
    archive_check_refused(&a, "stored", "its sizes do not fit each other");
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
        struct archive a = archive_make(&archive_kinds[1], 1, false, "");
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
        struct archive a = archive_make(archive_kinds, 3, false, "");
        a.bytes[a.header[1] + cases[i].at] ^= 1;
        archive_check_refused(&a, "deflated", cases[i].part);
        archive_check_unpacks(&a, "stored", archive_text, ARCHIVE_TEXT_BYTES);
        free(a.bytes);
    }
    /* With sizes that follow, the header may know them or not; no third. */
    for (size_t field = CRC; field <= SIZE; field++) {
        struct archive a = archive_make(&archive_kinds[3], 1, false, "");
        unsigned char *to = a.bytes + a.header[0] + 14 + 4 * field;
        memcpy(to, a.bytes + a.entry[0] + 16 + 4 * field, 4);
        archive_check_unpacks(&a, "follows", archive_text,
                              ARCHIVE_TEXT_BYTES - 5);
        *to ^= 0x40;
        archive_check_refused(&a, "follows",
                              "its header and the directory disagree");
        free(a.bytes);
    }
}

static void test_overlap(void **state)
{
    (void)state;
    const struct made_member m[] = {
        { .name = "a", .bytes = archive_text, .n = ARCHIVE_TEXT_BYTES },
        { .name = "b", .bytes = archive_text, .n = ARCHIVE_TEXT_BYTES },
        { .name = "c", .bytes = archive_text, .n = ARCHIVE_TEXT_BYTES },
    };
    struct archive a = archive_make(m, 3, false, "");

    /* b is a second name for a's bytes */
    field_set(a.bytes + a.entry[1] + 42, 4, a.header[0]);
    archive_check_refused(&a, "a",
                          "'a in x.zip' shares bytes with another member");
    archive_check_refused(&a, "b",
                          "'b in x.zip' shares bytes with another member");
    archive_check_unpacks(&a, "c", archive_text, ARCHIVE_TEXT_BYTES);
    field_set(a.bytes + a.entry[1] + 42, 4, a.header[1]);

    /* a contains b, b reaches into c by some bytes */
    lie(&a, 0, PACKED, a.header[2] - a.data[0]);
    lie(&a, 0, SIZE, a.header[2] - a.data[0]);
    archive_check_refused(&a, "a", "it runs into what follows it");
    archive_check_refused(&a, "b", "shares bytes with another member");
    archive_check_unpacks(&a, "c", archive_text, ARCHIVE_TEXT_BYTES);
    lie(&a, 0, PACKED, ARCHIVE_TEXT_BYTES);
    lie(&a, 0, SIZE, ARCHIVE_TEXT_BYTES);
    lie(&a, 1, PACKED, ARCHIVE_TEXT_BYTES + 1);
    lie(&a, 1, SIZE, ARCHIVE_TEXT_BYTES + 1);
    archive_check_refused(&a, "b", "it runs into what follows it");
    archive_check_unpacks(&a, "a", archive_text, ARCHIVE_TEXT_BYTES);
    archive_check_refused(&a, "c", "shares bytes with another member");
    lie(&a, 1, PACKED, ARCHIVE_TEXT_BYTES);
    lie(&a, 1, SIZE, ARCHIVE_TEXT_BYTES);

    /* c reaches into the directory; its header counts, too */
    lie(&a, 2, PACKED, ARCHIVE_TEXT_BYTES + 1);
    lie(&a, 2, SIZE, ARCHIVE_TEXT_BYTES + 1);
    archive_check_closed(&a, "it has a member that lies outside");
    lie(&a, 2, PACKED, ARCHIVE_TEXT_BYTES);
    lie(&a, 2, SIZE, ARCHIVE_TEXT_BYTES);
    a.bytes[a.header[2] + 28] = 1;
    archive_check_refused(&a, "c", "it runs into what follows it");
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
        struct archive a =
            archive_make(archive_kinds, 2, record == '6' || record == 'L', "");
        size_t at = record == 'e'   ? a.end
                    : record == 'E' ? a.entry[0]
                    : record == '6' ? a.end64
                                    : a.locator;
        field_set(a.bytes + at + cases[i].at, cases[i].width, cases[i].value);
        archive_check_closed(&a, cases[i].part);
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
        struct archive a = archive_make(archive_kinds, 2, true, "");
        field_set(a.bytes + a.end64 + 24, 8, counts[i]);
        field_set(a.bytes + a.end64 + 32, 8, counts[i]);
        archive_check_closed(&a, counts[i] <= 100000
                                     ? "miscounts the members"
                                     : "has too large a directory");
        free(a.bytes);
        if (counts[i] >= UINT16_MAX)
            continue;
        a = archive_make(archive_kinds, 2, false, "");
        field_set(a.bytes + a.end + 8, 2, counts[i]);
        field_set(a.bytes + a.end + 10, 2, counts[i]);
        archive_check_closed(&a, "miscounts the members");
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
            struct archive a = archive_make(&archive_kinds[4], 1, true, "");
            size_t at = a.entry[0] + 46 + 5 + 4;
            assert_int_equal(field_get(a.bytes + at, 8), ARCHIVE_TEXT_BYTES);
            field_set(a.bytes + at + 8 * field, 8, values[i]);
            struct outcome o = archive_unpack(a.bytes, a.n, "zip64", 100);
            assert_error(o.err, FAIL_DATA, "x.zip'");
            outcome_release(&o);
            free(a.bytes);
        }
    }
    for (size_t length = 0; length < 24; length++) {
        struct archive a = archive_make(&archive_kinds[4], 1, true, "");
        size_t at = a.entry[0] + 46 + 5;
        field_set(a.bytes + at + 2, 2, length);
        archive_check_closed(&a, "its directory ends within an entry");
        free(a.bytes);
    }
    for (size_t id = 2; id < 4; id++) {
        struct archive a = archive_make(&archive_kinds[4], 1, true, "");
        field_set(a.bytes + a.entry[0] + 46 + 5, 2, id);
        archive_check_closed(&a, "its directory ends within an entry");
        free(a.bytes);
    }
}

/* A second end record could show other members to other programs. */
static void test_two_ends(void **state)
{
    (void)state;
    struct archive a = archive_make(archive_kinds, 2, false, "");
    struct archive both = { 0 };

    /* a whole archive behind another one: the last counts, and it is off */
    archive_put(&both, a.bytes, a.n);
    archive_put(&both, a.bytes, a.n);
    archive_check_closed(&both, "its directory lies elsewhere");
    free(both.bytes);

    /* an end record in the comment, which is that of a shorter file */
    both = (struct archive){ 0 };
    archive_put(&both, a.bytes, a.n);
    archive_put(&both, a.bytes + a.end, 22);
    field_set(both.bytes + a.end + 20, 2, 22);
    archive_check_closed(&both, "its directory lies elsewhere");
    field_set(both.bytes + a.n + 20, 2, 1); /* so that it is none */
    archive_check_closed(&both, "it has several end records");
    free(both.bytes);
    free(a.bytes);

    /* one in a name */
    struct made_member m = archive_kinds[0];
    m.name = "PK\5\6";
    a = archive_make(&m, 1, false, "");
    archive_check_closed(&a, "it has several end records");
    free(a.bytes);

    /* in a member's data it is data, though libzip would look at it there */
    a = archive_make(NULL, 0, false, "");
    m = (struct made_member){ .name = "zip", .bytes = a.bytes, .n = a.n };
    both = archive_make(&m, 1, false, "");
    archive_check_unpacks(&both, "zip", a.bytes, a.n);
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
        archive_put_member(&a, &m, 0);
        snprintf(name, sizeof name, "%07zu", i);
        memcpy(a.bytes + a.header[0] + 30, name, 7);
    }
    a.directory = a.n;
    for (size_t i = 0; i < count; i++) {
        a.header[0] = i * (30 + 7);
        archive_put_entry(&a, &m, 0);
        snprintf(name, sizeof name, "%07zu", i);
        memcpy(a.bytes + a.entry[0] + 46, name, 7);
    }
    archive_put_end(&a, zip64 ? count : count % 65536, zip64, "");
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
            archive_check_closed(&a, cases[i].part);
        } else {
            char last[24];
            snprintf(last, sizeof last, "%07zu", cases[i].count - 1);
            struct outcome o = archive_unpack(a.bytes, a.n, last, 10);
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
        archive_put_end(&a, 0, true, "");
        field_set(a.bytes + a.end64 + 24, 8, 99999);
        field_set(a.bytes + a.end64 + 32, 8, 99999);
        field_set(a.bytes + a.end64 + 40, 8, end64); /* from 0 on */
        field_set(a.bytes + a.locator + 8, 8, end64);
        struct blob *source = noting_open(&b, a.bytes, a.n, NEVER);
        source->ops = &ops;
        source->bytes = sizes[i];
        assert_null(zipfile_open(source, &err));
        assert_error(err, FAIL_DATA, "too large");

        /* a small directory at the far end is fine, as far as libzip counts */
        err = (struct error){ 0 };
        field_set(a.bytes + a.end64 + 24, 8, 0);
        field_set(a.bytes + a.end64 + 32, 8, 0);
        field_set(a.bytes + a.end64 + 40, 8, 0);
        field_set(a.bytes + a.end64 + 48, 8, end64);
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
    assert_int_equal(noting_left_open(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

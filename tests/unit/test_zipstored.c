/* SPDX-License-Identifier: MIT */
/* Archives of stored members: every field as APPNOTE has it, and the fields of
 * zip64 exactly from the numbers on that need them; of huge members only what
 * lies around them is made. */
#include "format/zipstored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* Compares with bytes in hex, between which there may be spaces; "z12 " stands
 * for 12 zeros, and 'text' for itself. */
static void check_hex(const struct bytes_writer *have, const char *want)
{
    unsigned char bytes[1000];
    size_t n = 0;

    while (*want) {
        unsigned value;
        if (*want == ' ') {
            want++;
        } else if (*want == 'z') {
            for (size_t zeros = strtoul(want + 1, NULL, 10); zeros > 0; zeros--)
                bytes[n++] = 0;
            want = strchr(want, ' ');
            assert_non_null(want);
        } else if (*want == '\'') {
            for (want++; *want != '\''; want++)
                bytes[n++] = (unsigned char)*want;
            want++;
        } else {
            assert_int_equal(sscanf(want, "%2x", &value), 1);
            bytes[n++] = (unsigned char)value;
            want += 2;
        }
    }
    assert_int_equal(have->n, n);
    assert_memory_equal(have->bytes, bytes, n);
}

static void check_header(const struct zipstored_member *m, const char *want)
{
    struct error err = { 0 };
    struct bytes_writer to;

    bytes_writer_init(&to);
    assert_true(zipstored_write_header(&to.base, m, &err));
    assert_int_equal(to.n, m->bytes_at - m->header_at);
    check_hex(&to, want);
    bytes_writer_release(&to);
}

static void check_directory(const struct zipstored_member *m, size_t count,
                            uint64_t at, const char *want)
{
    struct error err = { 0 };
    struct bytes_writer to;

    bytes_writer_init(&to);
    assert_true(zipstored_write_directory(&to.base, m, count, at, &err));
    check_hex(&to, want);
    bytes_writer_release(&to);
}

static uint64_t lay_out(struct zipstored_member *m, size_t count)
{
    struct error err = { 0 };
    uint64_t at = 1;

    assert_true(zipstored_layout(m, count, &at, &err));
    assert_no_error(err);
    return at;
}

/* ---- small ---- */

static void test_small(void **state)
{
    (void)state;
    struct zipstored_member m[] = {
        { .name = "x_train.npy", .bytes = 100, .crc = 0x12345678 },
        { .name = "y.npy", .bytes = 0, .crc = 0xFFFFFFFF },
    };
    uint64_t at = lay_out(m, 2);

    assert_int_equal(m[0].header_at, 0);
    assert_int_equal(m[0].bytes_at, 64);
    assert_int_equal(m[1].header_at, 164);
    assert_int_equal(m[1].bytes_at, 256);
    assert_int_equal(at, 256);
    check_header(&m[0], "504B0304 1400 0000 0000 0000 2100 78563412 "
                        "64000000 64000000 0B00 1700 'x_train.npy' "
                        "35D9 1300 4000 z17 ");
    check_header(&m[1], "504B0304 1400 0000 0000 0000 2100 FFFFFFFF "
                        "00000000 00000000 0500 3900 'y.npy' "
                        "35D9 3500 4000 z51 ");
    check_directory(m, 2, at,
                    "504B0102 1403 1400 0000 0000 0000 2100 78563412 "
                    "64000000 64000000 0B00 0000 0000 0000 0000 0000A481 "
                    "00000000 'x_train.npy' "
                    "504B0102 1403 1400 0000 0000 0000 2100 FFFFFFFF "
                    "00000000 00000000 0500 0000 0000 0000 0000 0000A481 "
                    "A4000000 'y.npy' "
                    "504B0506 0000 0000 0200 0200 6C000000 00010000 0000");
}

static void test_empty(void **state)
{
    (void)state;
    assert_int_equal(lay_out(NULL, 0), 0);
    check_directory(NULL, 0, 0,
                    "504B0506 0000 0000 0000 0000 00000000 00000000 0000");
}

/* Names of all lengths, and bytes of all lengths before a member. */
static void test_alignment(void **state)
{
    (void)state;
    char name[200];

    for (size_t n = 1; n < 150; n++) {
        struct zipstored_member m[] = { { .name = "a", .bytes = n },
                                        { .name = name, .bytes = 1 } };
        memset(name, 'n', n);
        name[n] = '\0';
        uint64_t at = lay_out(m, 2);
        assert_int_equal(m[1].header_at, 64 + n);
        assert_int_equal(m[1].bytes_at % 64, 0);
        uint64_t extra = m[1].bytes_at - m[1].header_at - 30 - n;
        assert_in_range(extra, 6, 69);
        assert_int_equal(at, m[1].bytes_at + 1);
    }
    /* 30 + 28 + 6 is 64 */
    struct zipstored_member m = { .name = "this has twenty-eight chars." };
    assert_int_equal(strlen(m.name), 28);
    lay_out(&m, 1);
    assert_int_equal(m.bytes_at, 64);
    check_header(&m, "504B0304 1400 0000 0000 0000 2100 00000000 "
                     "00000000 00000000 1C00 0600 "
                     "'this has twenty-eight chars.' 35D9 0200 4000");
}

/* Bit 11, in both places. */
static void test_utf8_name(void **state)
{
    (void)state;
    struct zipstored_member m = { .name = "\xC3\xA9", .bytes = 1 };
    uint64_t at = lay_out(&m, 1);

    check_header(&m, "504B0304 1400 0008 0000 0000 2100 00000000 "
                     "01000000 01000000 0200 2000 C3A9 35D9 1C00 4000 z26 ");
    check_directory(&m, 1, at,
                    "504B0102 1403 1400 0008 0000 0000 2100 00000000 "
                    "01000000 01000000 0200 0000 0000 0000 0000 0000A481 "
                    "00000000 C3A9 "
                    "504B0506 0000 0000 0100 0100 30000000 41000000 0000");
}

/* ---- large ---- */

/* One byte less than zip64, and the directory lies beyond. */
static void test_below_zip64(void **state)
{
    (void)state;
    struct zipstored_member m = { .name = "a", .bytes = 0xFFFFFFFE, .crc = 1 };
    uint64_t at = lay_out(&m, 1);

    assert_int_equal(at, 0x10000003E);
    check_header(&m, "504B0304 1400 0000 0000 0000 2100 01000000 "
                     "FEFFFFFF FEFFFFFF 0100 2100 'a' 35D9 1D00 4000 z27 ");
    check_directory(&m, 1, at,
                    "504B0102 1403 1400 0000 0000 0000 2100 01000000 "
                    "FEFFFFFF FEFFFFFF 0100 0000 0000 0000 0000 0000A481 "
                    "00000000 'a' "
                    "504B0606 2C000000 00000000 2D03 2D00 00000000 00000000 "
                    "01000000 00000000 01000000 00000000 "
                    "2F000000 00000000 3E000000 01000000 "
                    "504B0607 00000000 6D000000 01000000 01000000 "
                    "504B0506 0000 0000 0100 0100 2F000000 FFFFFFFF 0000");
}

static void test_zip64(void **state)
{
    (void)state;
    struct zipstored_member m[] = {
        { .name = "a", .bytes = 0xFFFFFFFF, .crc = 1 },
        { .name = "b", .bytes = 0x123456789AB, .crc = 2 },
        { .name = "c", .bytes = 3, .crc = 3 },
    };
    uint64_t at = lay_out(m, 3);

    assert_int_equal(m[0].bytes_at, 64); /* 30 + 1 + 20 + 6 */
    assert_int_equal(m[1].header_at, 0x10000003F);
    assert_int_equal(m[1].bytes_at, 0x100000080);
    assert_int_equal(m[2].header_at, 0x12445678A2B);
    assert_int_equal(m[2].bytes_at, 0x12445678A80);
    assert_int_equal(at, 0x12445678A83);
    check_header(&m[0], "504B0304 2D00 0000 0000 0000 2100 01000000 "
                        "FFFFFFFF FFFFFFFF 0100 2100 'a' "
                        "0100 1000 FFFFFFFF 00000000 FFFFFFFF 00000000 "
                        "35D9 0900 4000 z7 ");
    check_header(&m[1], "504B0304 2D00 0000 0000 0000 2100 02000000 "
                        "FFFFFFFF FFFFFFFF 0100 2200 'b' "
                        "0100 1000 AB896745 23010000 AB896745 23010000 "
                        "35D9 0A00 4000 z8 ");
    check_header(&m[2], "504B0304 1400 0000 0000 0000 2100 03000000 "
                        "03000000 03000000 0100 3600 'c' 35D9 3200 4000 z48 ");
    check_directory(m, 3, at,
                    "504B0102 2D03 2D00 0000 0000 0000 2100 01000000 "
                    "FFFFFFFF FFFFFFFF 0100 1400 0000 0000 0000 0000A481 "
                    "00000000 'a' "
                    "0100 1000 FFFFFFFF 00000000 FFFFFFFF 00000000 "
                    "504B0102 2D03 2D00 0000 0000 0000 2100 02000000 "
                    "FFFFFFFF FFFFFFFF 0100 1C00 0000 0000 0000 0000A481 "
                    "FFFFFFFF 'b' "
                    "0100 1800 AB896745 23010000 AB896745 23010000 "
                    "3F000000 01000000 "
                    "504B0102 2D03 2D00 0000 0000 0000 2100 03000000 "
                    "03000000 03000000 0100 0C00 0000 0000 0000 0000A481 "
                    "FFFFFFFF 'c' "
                    "0100 0800 2B8A6745 24010000 "
                    "504B0606 2C000000 00000000 2D03 2D00 00000000 00000000 "
                    "03000000 00000000 03000000 00000000 "
                    "C9000000 00000000 838A6745 24010000 "
                    "504B0607 00000000 4C8B6745 24010000 01000000 "
                    "504B0506 0000 0000 0300 0300 C9000000 FFFFFFFF 0000");
}

/* The end of an archive of very many members, which are all empty. */
static void check_end(size_t count, const char *want)
{
    struct zipstored_member *m = calloc(count, sizeof *m);
    struct error err = { 0 };
    struct bytes_writer to;

    assert_non_null(m);
    for (size_t i = 0; i < count; i++)
        m[i].name = "n";
    uint64_t at = lay_out(m, count);
    assert_int_equal(at, 64 * count);
    bytes_writer_init(&to);
    assert_true(zipstored_write_directory(&to.base, m, count, at, &err));
    free(m);
    assert_true(to.n > 47 * count);
    to.n -= 47 * count;
    memmove(to.bytes, to.bytes + 47 * count, to.n);
    check_hex(&to, want);
    bytes_writer_release(&to);
}

static void test_many(void **state)
{
    (void)state;
    check_end(65534, "504B0506 0000 0000 FEFF FEFF A2FF2E00 80FF3F00 0000");
    check_end(65535, "504B0606 2C000000 00000000 2D03 2D00 00000000 00000000 "
                     "FFFF0000 00000000 FFFF0000 00000000 "
                     "D1FF2E00 00000000 C0FF3F00 00000000 "
                     "504B0607 00000000 91FF6E00 00000000 01000000 "
                     "504B0506 0000 0000 FFFF FFFF D1FF2E00 C0FF3F00 0000");
}

/* ---- too large, and full ---- */

static void test_too_large(void **state)
{
    (void)state;
    struct zipstored_member fits = { .name = "a", .bytes = INT64_MAX - 64 };
    struct zipstored_member over = { .name = "a", .bytes = INT64_MAX - 63 };
    struct zipstored_member sum[] = { { .name = "a", .bytes = UINT64_MAX - 90 },
                                      { .name = "b", .bytes = 1 } };
    struct zipstored_member wide = { .name = "a", .bytes = UINT64_MAX };
    struct zipstored_member *bad[] = { &over, sum, &wide };
    uint64_t at;

    assert_int_equal(lay_out(&fits, 1), INT64_MAX);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct error err = { 0 };
        assert_false(zipstored_layout(bad[i], i == 1 ? 2 : 1, &at, &err));
        assert_error(err, FAIL_USAGE, "too large for a zip archive");
    }
}

static void test_long_name(void **state)
{
    (void)state;
    static char name[65536];
    struct zipstored_member m = { .name = name };
    struct error err = { 0 };
    uint64_t at;

    memset(name, 'n', 65535);
    assert_false(zipstored_layout(&m, 1, &at, &err));
    assert_error(err, FAIL_USAGE, "too large for a zip archive");
    name[65534] = '\0';
    lay_out(&m, 1);
}

static void test_full(void **state)
{
    (void)state;
    struct zipstored_member m[] = { { .name = "a", .bytes = 0xFFFFFFFF },
                                    { .name = "b", .bytes = 1 } };
    uint64_t at = lay_out(m, 2);
    size_t directory = 2 * 47 + 20 + 12 + 56 + 20 + 22;
    struct full_writer full;

    for (size_t left = 0; left <= directory; left++) {
        struct error err = { 0 };
        full_writer_init(&full, left);
        assert_int_equal(zipstored_write_directory(&full.base, m, 2, at, &err),
                         left == directory);
        if (left < directory)
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    }
    for (size_t left = 0; left <= 64; left++) {
        struct error err = { 0 };
        full_writer_init(&full, left);
        assert_int_equal(zipstored_write_header(&full.base, &m[0], &err),
                         left == 64);
        if (left < 64)
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),       cmocka_unit_test(test_empty),
        cmocka_unit_test(test_alignment),   cmocka_unit_test(test_utf8_name),
        cmocka_unit_test(test_below_zip64), cmocka_unit_test(test_zip64),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_long_name),   cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* gzip read strictly: every member, every check, and never a file that only
 * looks whole. The compressed bytes are made here, by zlib. */
#include "format/gzip.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

#include "base/sizes.h"
#include "format/inflate.h"
#include "helpers.h"
#include "unpacking.h"

/* Every test runs with each library that the build has. */
static const struct inflate_ops *inflate_by;

static struct reader *open_gzip(struct reader *source, struct error *err)
{
    return gzip_reader_open_by(source, inflate_by, err);
}

/* ---- making ---- */

/* Deflates n bytes into one member at `to`; returns its length. */
static size_t member(unsigned char *to, size_t room, const void *bytes,
                     size_t n, int level, gz_header *head)
{
    z_stream z = { 0 };

    z.next_in = bytes;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)room;
    if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
            Z_OK ||
        (head && deflateSetHeader(&z, head) != Z_OK) ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    size_t made = (size_t)z.total_out;
    deflateEnd(&z);
    return made;
}

/* One member of the text; returns its length. */
static size_t text_member(unsigned char *to)
{
    return member(to, 200, sample_text, SAMPLE_TEXT_BYTES, 9, NULL);
}

static void check_unpacks(const void *packed, size_t packed_n,
                          const void *bytes, size_t n)
{
    unpacking_check(open_gzip, packed, packed_n, bytes, n);
}

static void check_refused(const void *packed, size_t n, const char *part)
{
    unpacking_check_refused(open_gzip, packed, n, part);
}

/* ---- good ---- */

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 100, 65535, 65536, 65537, 300000 };
    static unsigned char bytes[300000], packed[310000];

    for (int kind = 0; kind < 2; kind++) {
        if (kind == 0)
            fill_noise(bytes, sizeof bytes, 11); /* grows a little */
        else
            memset(bytes, 0, sizeof bytes); /* shrinks a thousandfold */
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            size_t n = member(packed, sizeof packed, bytes, sizes[i],
                              i % 2 ? 9 : 0, NULL);
            check_unpacks(packed, n, bytes, sizes[i]);
        }
    }
}

static void test_members(void **state)
{
    (void)state;
    unsigned char packed[2000];
    char bytes[300];
    size_t n = 0;

    for (size_t i = 0; i < 5; i++) {
        n += text_member(packed + n);
        memcpy(bytes + i * SAMPLE_TEXT_BYTES, sample_text, SAMPLE_TEXT_BYTES);
        check_unpacks(packed, n, bytes, (i + 1) * SAMPLE_TEXT_BYTES);
    }
    /* an empty one at the beginning, between, and at the end, as of bgzip */
    n = member(packed, 100, "", 0, 6, NULL);
    check_unpacks(packed, n, "", 0);
    n += text_member(packed + n);
    n += member(packed + n, 100, "", 0, 6, NULL);
    n += text_member(packed + n);
    n += member(packed + n, 100, "", 0, 6, NULL);
    check_unpacks(packed, n, bytes, 2 * SAMPLE_TEXT_BYTES);
}

static void test_zero_padding(void **state)
{
    (void)state;
    static unsigned char packed[100000];
    size_t n = text_member(packed);

    check_unpacks(packed, n + 1, sample_text, SAMPLE_TEXT_BYTES);
    check_unpacks(packed, n + 512, sample_text, SAMPLE_TEXT_BYTES);
    check_unpacks(packed, sizeof packed, sample_text, SAMPLE_TEXT_BYTES);
}

/* All that a header may hold: extra field, name, comment, and its checksum. */
static void test_headers(void **state)
{
    (void)state;
    unsigned char extra[] = "extra", name[] = "train-images.idx3-ubyte";
    unsigned char comment[] = "a comment";

    for (int with = 0; with < 32; with++) {
        gz_header head = { .time = 1, .os = 3 };
        unsigned char packed[300];
        head.extra = with & 1 ? extra : Z_NULL;
        head.extra_len = with & 1 ? 5 : 0;
        head.name = with & 2 ? name : Z_NULL;
        head.comment = with & 4 ? comment : Z_NULL;
        head.hcrc = with & 8;
        head.text = with & 16;
        size_t n = member(packed, sizeof packed, sample_text, SAMPLE_TEXT_BYTES,
                          9, &head);
        assert_int_equal((packed[3] & 2) != 0, (with & 8) != 0);
        check_unpacks(packed, n, sample_text, SAMPLE_TEXT_BYTES);
    }
}

/* What packs a thousandfold is unpacked piece by piece. */
static void test_bomb(void **state)
{
    (void)state;
    enum { BYTES = 64 << 20 };
    unsigned char *zeros = calloc(1, BYTES);
    static unsigned char packed[100000];

    assert_non_null(zeros);
    size_t n = member(packed, sizeof packed, zeros, BYTES, 9, NULL);
    free(zeros);
    unpacking_check_bomb(open_gzip, packed, n, BYTES);
}

static void test_matches(void **state)
{
    (void)state;
    static const unsigned char head[] = { 0x1F, 0x8B, 8, 0x1F, 0x8C };

    assert_true(gzip_matches(head, 3));
    assert_true(gzip_matches(head, 2));
    assert_false(gzip_matches(head, 1));
    assert_false(gzip_matches(head, 0));
    assert_false(gzip_matches(head + 1, 2));
    assert_false(gzip_matches(head + 3, 2));
}

/* ---- damaged ---- */

#define TRUNCATED "is truncated: the gzip data ends early"
#define NOT_VALID "is damaged: not valid gzip data"
#define TRAILING "has trailing bytes that are not gzip"

/* Cut after every byte of two members: only the end of one is an end. */
static void test_truncated(void **state)
{
    (void)state;
    gz_header head = { .hcrc = 1, .name = (Bytef *)(char[]){ "name" } };
    unsigned char packed[400];
    size_t first =
        member(packed, 200, sample_text, SAMPLE_TEXT_BYTES, 9, &head);
    size_t n = first + text_member(packed + first);

    for (size_t cut = 0; cut < n; cut++)
        if (cut != first)
            check_refused(packed, cut, TRUNCATED);
    check_unpacks(packed, first, sample_text, SAMPLE_TEXT_BYTES);
}

/* The whole payload comes out before the trailer: even so, no end. */
static void test_missing_trailer(void **state)
{
    (void)state;
    unsigned char packed[200];
    size_t n = text_member(packed);

    for (size_t missing = 1; missing <= 8; missing++) {
        struct outcome o =
            unpack(open_gzip, packed, n - missing, 1000, SAMPLE_TEXT_BYTES);
        assert_int_equal(o.n, SAMPLE_TEXT_BYTES);
        assert_error(o.err, FAIL_DATA, TRUNCATED);
        outcome_release(&o);
    }
}

static void test_every_bit(void **state)
{
    (void)state;
    gz_header head = { .hcrc = 0, .os = 3 };
    unsigned char packed[300];
    unsigned accepted = 0;

    for (int level = 0; level <= 9; level += 9) {
        size_t n =
            member(packed, 200, sample_text, SAMPLE_TEXT_BYTES, level, &head);
        n += member(packed + n, 50, "ab", 2, level, NULL);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
            struct outcome o = unpack(open_gzip, packed, n, 1000, 1000);
            packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (o.err.code == FAIL_NONE) {
                /* time, flags for the level, system: they mean nothing */
                assert_int_equal(o.n, SAMPLE_TEXT_BYTES + 2);
                assert_memory_equal(o.bytes, sample_text, SAMPLE_TEXT_BYTES);
                assert_memory_equal(o.bytes + SAMPLE_TEXT_BYTES, "ab", 2);
                accepted++;
            } else {
                assert_error(o.err, FAIL_DATA, "'source'");
            }
            outcome_release(&o);
        }
    }
    /* In each of the four members: 6 bytes and FTEXT in the header, and up to
     * 7 bits that fill a byte of the deflated data. */
    assert_in_range(accepted, 4 * 49, 4 * (49 + 7));
}

static void test_wrong_fields(void **state)
{
    (void)state;
    static const struct {
        ptrdiff_t at; /* below 0: from the end */
        unsigned char bits;
        const char *part;
    } cases[] = {
        { 0, 0x01, NOT_VALID },  { 1, 0x01, NOT_VALID },
        { 2, 0x01, NOT_VALID }, /* a method that is not deflate */
        { 3, 0x20, NOT_VALID },  { 3, 0x40, NOT_VALID },
        { 3, 0x80, NOT_VALID },                           /* reserved flags */
        { -8, 0x01, NOT_VALID }, { -5, 0x80, NOT_VALID }, /* CRC-32 */
        { -4, 0x01, NOT_VALID }, { -1, 0x80, NOT_VALID }, /* length */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char packed[400];
        size_t first = text_member(packed);
        size_t n = first + text_member(packed + first);
        ptrdiff_t at = cases[i].at;
        size_t in_first = (size_t)(at < 0 ? (ptrdiff_t)first + at : at);
        packed[in_first] ^= cases[i].bits;
        check_refused(packed, n, cases[i].part);
        check_refused(packed, first, cases[i].part);
        packed[in_first] ^= cases[i].bits;
        if (at == 0)
            continue; /* then it is no member: see test_trailing */
        packed[at < 0 ? n - (size_t)-at : first + (size_t)at] ^= cases[i].bits;
        check_refused(packed, n, cases[i].part);
    }
}

static void test_header_checksum(void **state)
{
    (void)state;
    gz_header head = { .hcrc = 1, .name = (Bytef *)(char[]){ "name" } };
    unsigned char packed[200];
    size_t n =
        member(packed, sizeof packed, sample_text, SAMPLE_TEXT_BYTES, 9, &head);

    packed[10] ^= 0x01; /* in the name, which is covered by nothing else */
    check_refused(packed, n, NOT_VALID);
}

static void test_trailing(void **state)
{
    (void)state;
    static const struct bytes_refused cases[] = {
        { "x", 1, TRAILING },
        { "<html>", 6, TRAILING },
        { "\x8B", 1, TRAILING },
        { "\0x", 2, TRAILING },
        { "\0\0\0\x1F\x8B\x08", 6, TRAILING }, /* no member behind padding */
        { "\x1F", 1, TRUNCATED },
        { "\x1F\x8B\x08", 3, TRUNCATED },
        { "\x1Fx", 2, NOT_VALID },
        { "\x1F\x8Bxy", 4, NOT_VALID },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char packed[200];
        size_t n = text_member(packed);
        memcpy(packed + n, cases[i].bytes, cases[i].n);
        check_refused(packed, n + cases[i].n, cases[i].part);
    }
}

/* What gzread would pass through as it is. */
static void test_not_gzip(void **state)
{
    (void)state;
    check_refused("", 0, TRUNCATED);
    check_refused("<!DOCTYPE html><html>", 21, NOT_VALID);
    check_refused("\0\0\x08\x01\0\0\0\0", 8, NOT_VALID);
    check_refused("\x78\x9C\x03\0\0\0\0\1", 8, NOT_VALID); /* zlib's own */
}

static void test_empty_members(void **state)
{
    (void)state;
    static unsigned char packed[3000];
    unsigned char empty[50];
    size_t one = member(empty, sizeof empty, "", 0, 9, NULL);
    size_t n = 0;

    for (int i = 0; i < 64; i++, n += one)
        memcpy(packed + n, empty, one);
    check_unpacks(packed, n, "", 0);
    memcpy(packed + n, empty, one);
    check_refused(packed, n + one, "more than 64 empty gzip members in a row");

    /* a full one between begins a new row */
    n -= 32 * one;
    n += text_member(packed + n);
    for (int i = 0; i < 64; i++, n += one)
        memcpy(packed + n, empty, one);
    check_unpacks(packed, n, sample_text, SAMPLE_TEXT_BYTES);
}

static void test_errors_pass(void **state)
{
    (void)state;
    unsigned char packed[600] = { 0 };
    size_t n = text_member(packed);
    n += text_member(packed + n) + 100; /* and padding */

    unpacking_check_source_errors(open_gzip, packed, n);

    struct error err = { 0 };
    error_set(&err, FAIL_USAGE, "the cause");
    assert_null(open_gzip(NULL, &err));
    assert_error(err, FAIL_USAGE, "the cause");
    assert_int_equal(sources_left_open(), 0);
}

static void test_end_stays(void **state)
{
    (void)state;
    unsigned char packed[200];

    unpacking_check_end(open_gzip, packed, text_member(packed));
}

static void test_versions(void **state)
{
    (void)state;
    assert_string_equal(gzip_header_version(), ZLIB_VERSION);
    assert_string_equal(gzip_library_version(), zlibVersion());
}

#if MNISTPREP_HAVE_ISAL
static struct outcome unpack_by(const struct inflate_ops *ops,
                                const unsigned char *bytes, size_t n)
{
    struct error err = { 0 };

    return outcome_read(
        gzip_reader_open_by(memory_source_open(bytes, n, 50, NEVER), ops, &err),
        100000);
}

/* What deflate is given: noise, runs, few letters. */
static void fill_kind(unsigned char *to, size_t n, unsigned kind, uint64_t seed)
{
    fill_noise(to, n, seed);
    for (size_t i = 0; kind > 0 && i < n; i++)
        to[i] = kind == 1 && to[i] % 4 > 0 ? 0 : (unsigned char)(to[i] % 5);
}

/* Members with a few bits wrong: one library may find it in the deflated data
 * and the other by the checksum, but both do, or unpack the same bytes. */
static void test_same_verdict(void **state)
{
    (void)state;
    static unsigned char bytes[2000], packed[4000];
    uint64_t noise = 8;
    unsigned bad = 0;

    for (unsigned i = 0; i < 6000; i++) {
        size_t n = (size_t)(1 + noise_next(&noise) % sizeof bytes);
        fill_kind(bytes, n, i % 3, noise);
        size_t packed_n = member(packed, sizeof packed, bytes, n,
                                 (int)(noise_next(&noise) % 10), NULL);
        for (uint64_t k = noise_next(&noise) % 3; k > 0; k--) {
            /* Mostly in the first bytes, where the codes are described. */
            size_t bit =
                (size_t)(noise_next(&noise) %
                         (8 * (i % 2 || packed_n < 80 ? packed_n : 80)));
            packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        struct outcome a = unpack_by(&inflate_by_zlib, packed, packed_n);
        struct outcome b = unpack_by(&inflate_by_isal, packed, packed_n);
        assert_int_equal(a.err.code, b.err.code);
        if (a.err.code == FAIL_NONE) {
            assert_int_equal(a.n, b.n);
            assert_memory_equal(a.bytes, b.bytes, a.n);
        }
        bad += a.err.code != FAIL_NONE;
        outcome_release(&a);
        outcome_release(&b);
    }
    assert_in_range(bad, 2000, 5000); /* else the test would test nothing */
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_zero_padding),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_missing_trailer),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_wrong_fields),
        cmocka_unit_test(test_header_checksum),
        cmocka_unit_test(test_trailing),
        cmocka_unit_test(test_not_gzip),
        cmocka_unit_test(test_empty_members),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_end_stays),
        cmocka_unit_test(test_versions),
    };
    inflate_by = &inflate_by_zlib;
    int failed = cmocka_run_group_tests_name("zlib", tests, NULL, NULL);
#if MNISTPREP_HAVE_ISAL
    inflate_by = &inflate_by_isal;
    failed += cmocka_run_group_tests_name("isal", tests, NULL, NULL);
    static const struct CMUnitTest comparing[] = {
        cmocka_unit_test(test_same_verdict),
    };
    failed += cmocka_run_group_tests_name("both", comparing, NULL, NULL);
#endif
    return failed;
}

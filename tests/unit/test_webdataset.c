/* SPDX-License-Identifier: MIT */
/* WebDataset archives, taken apart by hand: every field of every header, every
 * byte of padding, and the shards. */
#include "format/webdataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/formats.h"
#include "made_set.h"

enum { HEIGHT = 5, WIDTH = 4, PIXELS = HEIGHT * WIDTH };
enum { BLOCK = 512, RECORD = 10240 };

static void make_set(struct made_set *m)
{
    made_set_init(m, "mnist", HEIGHT, WIDTH, 120);
    made_set_add(m, "train", 11);
    made_set_array(m, SET_LABELS, DTYPE_U8);
    made_set_add(m, "test", 3);
    made_set_array(m, SET_LABELS, DTYPE_U8);
}

/* ---- reading tar ---- */

static void check_zeros(const unsigned char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at[i] != 0)
            fail_msg("byte %zu of the padding is %02x", i, at[i]);
}

/* A field of text: the text, and zeros to its end. */
static void check_field(const unsigned char *header, size_t at, size_t n,
                        const char *text)
{
    assert_true(strlen(text) <= n);
    assert_memory_equal(header + at, text, strlen(text));
    check_zeros(header + at + strlen(text), n - strlen(text));
}

/* The sum of the header's bytes, with spaces for the sum itself. */
static unsigned long sum_header(const unsigned char *header)
{
    unsigned long sum = 8 * 32;

    for (size_t i = 0; i < BLOCK; i++)
        if (i < 148 || i >= 156)
            sum += header[i];
    return sum;
}

/* Returns the size of the member. */
static size_t check_header(const unsigned char *header, const char *name)
{
    char sum[9], size[13];

    memcpy(sum, header + 148, 8);
    memcpy(size, header + 124, 12);
    sum[8] = size[12] = '\0';
    check_field(header, 0, 100, name);
    check_field(header, 100, 8, "0000444");
    check_field(header, 108, 8, "0000000");
    check_field(header, 116, 8, "0000000");
    assert_int_equal(strspn(size, "01234567"), 11);
    assert_int_equal(header[135], 0);
    check_field(header, 136, 12, "00000000000");
    assert_int_equal(strspn(sum, "01234567"), 6);
    assert_int_equal(header[154], 0);
    assert_int_equal(header[155], ' ');
    assert_int_equal(strtoul(sum, NULL, 8), sum_header(header));
    check_field(header, 156, 1, "0");
    check_field(header, 157, 100, "");
    check_field(header, 257, 6, "ustar");
    check_field(header, 263, 2, "00");
    check_field(header, 265, 64, ""); /* user and group */
    check_field(header, 329, 8, "0000000");
    check_field(header, 337, 8, "0000000");
    check_field(header, 345, 167, "");
    return strtoul(size, NULL, 8);
}

/* Goes over a member; returns its bytes. */
static const unsigned char *next_member(const struct memory_file *f, size_t *at,
                                        const char *name, size_t *n)
{
    assert_true(*at + BLOCK <= f->n);
    const unsigned char *header = f->bytes + *at, *body = header + BLOCK;
    *n = check_header(header, name);
    size_t padded = (*n + BLOCK - 1) / BLOCK * BLOCK;
    assert_true(*at + BLOCK + padded <= f->n);
    check_zeros(body + *n, padded - *n);
    *at += BLOCK + padded;
    return body;
}

static void check_sample(const struct memory_file *f, size_t *at, size_t row,
                         uint16_t label, const unsigned char *levels)
{
    char name[40], digits[8];
    unsigned char got[PIXELS];
    struct error err = { 0 };
    struct array_stream s = { 0 };
    size_t n;

    snprintf(name, sizeof name, "0000000%02zu.cls", row);
    const unsigned char *body = next_member(f, at, name, &n);
    snprintf(digits, sizeof digits, "%d", label);
    assert_int_equal(n, strlen(digits));
    assert_memory_equal(body, digits, n);

    snprintf(name, sizeof name, "0000000%02zu.png", row);
    body = next_member(f, at, name, &n);
    assert_true(array_open(&s, memory_source_open(body, n, 1000, NEVER), &err));
    assert_int_equal(s.info.dim[1], HEIGHT);
    assert_int_equal(s.info.dim[2], WIDTH);
    assert_int_equal(array_read_native(&s, got, PIXELS, &err), PIXELS);
    assert_memory_equal(got, levels, PIXELS);
    array_close(&s);
}

/* Two blocks of zeros, and no more than a record needs. */
static void check_end(const struct memory_file *f, size_t at)
{
    assert_int_equal(f->n % RECORD, 0);
    assert_in_range(f->n - at, 2 * BLOCK, 2 * BLOCK + RECORD - 1);
    check_zeros(f->bytes + at, f->n - at);
}

/* ---- tests ---- */

static void test_archives(void **state)
{
    (void)state;
    struct memory_files files;
    struct made_set m;

    make_set(&m);
    memory_files_init(&files);
    made_set_write_well(&m, "webdataset", &files, 4);
    assert_int_equal(files.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct memory_file *f = &files.file[i];
        size_t at = 0;
        assert_string_equal(f->name,
                            i == 0 ? "train-000000.tar" : "test-000000.tar");
        assert_false(f->has_note);
        for (size_t row = 0; row < m.split[i].rows; row++)
            check_sample(f, &at, row, m.rows[i].label[row],
                         m.rows[i].levels + row * PIXELS);
        check_end(f, at);
    }
    memory_files_release(&files);
    made_set_release(&m);
}

/* Five samples and the end fill a record, or not: each number of rows. */
static void test_padding(void **state)
{
    (void)state;
    for (size_t rows = 0; rows <= 12; rows++) {
        struct memory_files files;
        struct made_set m;

        made_set_init(&m, "mnist", HEIGHT, WIDTH, 10);
        made_set_add(&m, "val", rows);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        memory_files_init(&files);
        made_set_write_well(&m, "webdataset", &files, 4);
        assert_int_equal(files.count, 1);
        assert_string_equal(files.file[0].name, "val-000000.tar");
        check_end(&files.file[0], rows * 4 * BLOCK);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* A record with room for one block of zeros only is followed by another. */
static void test_two_blocks(void **state)
{
    (void)state;
    bool almost_full = false;

    for (size_t height = 70; height < 90; height++) {
        struct memory_files files;
        struct made_set m;
        size_t at = 0, n;

        made_set_init(&m, "own", height, 100, 10);
        made_set_add(&m, "a", 1);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        memory_files_init(&files);
        made_set_write_well(&m, "webdataset", &files, 1);
        next_member(&files.file[0], &at, "000000000.cls", &n);
        next_member(&files.file[0], &at, "000000000.png", &n);
        check_end(&files.file[0], at);
        almost_full = almost_full || at == RECORD - BLOCK;
        memory_files_release(&files);
        made_set_release(&m);
    }
    assert_true(almost_full);
}

static void test_stable(void **state)
{
    (void)state;
    struct made_set m;

    make_set(&m);
    made_set_check_stable(&m, "webdataset");
    made_set_check_failures(&m, "webdataset");
    made_set_release(&m);
}

static void test_refused(void **state)
{
    (void)state;
    made_set_check_refusals("webdataset");
}

/* ---- shards ---- */

enum { SHARD_ROWS = 100000, MOST_FILES = 4 };

/* Files of 200 MB, of which is kept what tells one from another. They are
 * written from the front. */
struct long_file {
    char name[40];
    uint64_t bytes;
    char first[16], last[16]; /* name fields of the headers of *.cls */
};

struct long_files {
    struct sink_files base;
    struct long_file file[MOST_FILES];
    size_t count;
};

static struct sink_file *long_open(struct sink_files *files, const char *name,
                                   const struct sink_note *note,
                                   struct error *err)
{
    struct long_files *l = (struct long_files *)files;

    (void)err;
    assert_null(note);
    assert_true(l->count < MOST_FILES);
    struct long_file *f = &l->file[l->count++];
    snprintf(f->name, sizeof f->name, "%s", name);
    return (struct sink_file *)f;
}

static bool long_write_at(struct sink_file *file, uint64_t at,
                          const void *bytes, size_t n, struct error *err)
{
    struct long_file *f = (struct long_file *)file;

    (void)err;
    assert_int_equal(at, f->bytes);
    assert_int_equal(n % BLOCK, 0);
    for (size_t i = 0; i < n; i += BLOCK) {
        const char *header = (const char *)bytes + i;
        if (memcmp(header + 257, "ustar", 6) != 0 ||
            memcmp(header + 9, ".cls", 5) != 0)
            continue;
        memcpy(f->last, header, 14);
        if (f->first[0] == '\0')
            memcpy(f->first, header, 14);
    }
    f->bytes += n;
    return true;
}

static uint64_t archive_bytes(uint64_t rows)
{
    return (rows * 4 * BLOCK + 2 * BLOCK + RECORD - 1) / RECORD * RECORD;
}

/* A split of one whole shard and one of a row more, taking turns, in blocks
 * that lie across the boundary. */
static void test_shards(void **state)
{
    (void)state;
    enum { PART = 997 };
    static const uint64_t rows[] = { SHARD_ROWS, SHARD_ROWS + 1 };
    static unsigned char levels[PART];
    static uint16_t labels[PART];
    struct long_files files = { .base = { long_open, long_write_at, NULL,
                                          NULL } };
    struct sink_split splits[2] = { { .name = "a" }, { .name = "b" } };
    const struct sink_set set = { .dataset = "own",
                                  .class_count = 10,
                                  .height = 1,
                                  .width = 1,
                                  .split = splits,
                                  .split_count = 2 };
    struct error err = { 0 };
    struct sink s = { 0 };

    for (size_t i = 0; i < 2; i++) {
        splits[i].rows = rows[i];
        splits[i].array[SET_LABELS] =
            (struct array_info){ DTYPE_U8, 1, { rows[i] } };
    }
    assert_true(sink_open(&s, format_find_sink("webdataset", &err), &set,
                          &files.base, &err));
    assert_int_equal(files.count, 3); /* all names are known at once */
    for (uint64_t first = 0; first <= SHARD_ROWS; first += PART) {
        for (size_t i = 0; i < 2; i++) {
            uint64_t left = first < rows[i] ? rows[i] - first : 0;
            const struct sink_block b = {
                .split = i,
                .first = first,
                .rows = left < PART ? (size_t)left : PART,
                .levels = levels,
                .label = labels,
            };
            assert_true(made_sink_write(&s, &b, &err));
        }
    }
    assert_true(sink_finish(&s, &err));
    sink_close(&s);

    static const struct {
        const char *name, *first, *last;
        uint64_t rows;
    } want[] = {
        { "a-000000.tar", "000000000.cls", "000099999.cls", SHARD_ROWS },
        { "b-000000.tar", "000000000.cls", "000099999.cls", SHARD_ROWS },
        { "b-000001.tar", "000100000.cls", "000100000.cls", 1 },
    };
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(files.file[i].name, want[i].name);
        assert_string_equal(files.file[i].first, want[i].first);
        assert_string_equal(files.file[i].last, want[i].last);
        assert_int_equal(files.file[i].bytes, archive_bytes(want[i].rows));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archives),   cmocka_unit_test(test_padding),
        cmocka_unit_test(test_two_blocks), cmocka_unit_test(test_stable),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

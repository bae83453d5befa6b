/* SPDX-License-Identifier: MIT */
/* Prepared sets as CSV: every byte, against text written by hand and by
 * printf, and read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/csv.h"
#include "format/formats.h"
#include "memory_files.h"

/* A sink over these splits of pictures that opens its files; fails the test if
 * it cannot. */
static void open_sink(struct sink *s, const char *format,
                      const struct sink_set *set, struct memory_files *files)
{
    struct error err = { 0 };

    assert_true(
        sink_open(s, format_find_sink(format, &err), set, &files->base, &err));
    assert_no_error(err);
}

static void write_rows(struct sink *s, size_t split, uint64_t first,
                       size_t rows, const unsigned char *levels,
                       const uint16_t *label)
{
    struct sink_block b = { .split = split,
                            .first = first,
                            .rows = rows,
                            .levels = levels,
                            .label = label };
    struct error err = { 0 };

    assert_true(sink_write(s, &b, &err));
    assert_no_error(err);
}

static void finish_sink(struct sink *s, struct memory_files *files)
{
    struct error err = { 0 };

    assert_true(sink_finish(s, &err));
    assert_no_error(err);
    sink_close(s);
    memory_files_check(files);
    for (size_t i = 0; i < files->count; i++)
        assert_false(files->file[i].has_note);
}

#define WITH_LABELS .array[SET_LABELS] = { DTYPE_U8, 1, { 1 } }

/* ---- by hand ---- */

static const struct sink_split hand_splits[] = {
    { .name = "train", .rows = 3, WITH_LABELS },
    { .name = "test", .rows = 2 },
    { .name = "val", .rows = 0, WITH_LABELS },
};
static const struct sink_set hand_set = { .dataset = "mine",
                                          .height = 2,
                                          .width = 3,
                                          .split = hand_splits,
                                          .split_count = 3 };
static const unsigned char hand_train[] = { 0, 1, 9, 10, 99, 100, 5,   0,  255,
                                            0, 0, 0, 7,  77, 177, 200, 20, 2 };
static const unsigned char hand_test[] = { 0,   0,   0,   0,   0,   0,
                                           255, 255, 255, 255, 255, 255 };
static const uint16_t hand_label[] = { 5, 10, 65535 };

#define TRAIN_LINES       \
    "5,0,1,9,10,99,100\n" \
    "10,5,0,255,0,0,0\n"  \
    "65535,7,77,177,200,20,2\n"
#define TEST_LINES  \
    "0,0,0,0,0,0\n" \
    "255,255,255,255,255,255\n"
#define NAMES "pixel0,pixel1,pixel2,pixel3,pixel4,pixel5\n"

static const struct {
    const char *format, *name, *text;
} by_hand[] = {
    { "csv", "train.csv", "label," NAMES TRAIN_LINES },
    { "csv", "test.csv", NAMES TEST_LINES },
    { "csv", "val.csv", "label," NAMES },
    { "pjreddie", "mine_train.csv", TRAIN_LINES },
    { "pjreddie", "mine_test.csv", TEST_LINES },
    { "pjreddie", "mine_val.csv", "" },
};

/* Blocks of two splits take turns. */
static void write_hand_set(struct sink *s)
{
    write_rows(s, 0, 0, 2, hand_train, hand_label);
    write_rows(s, 1, 0, 1, hand_test, NULL);
    write_rows(s, 0, 2, 1, hand_train + 12, hand_label + 2);
    write_rows(s, 1, 1, 1, hand_test + 6, NULL);
}

static void test_by_hand(void **state)
{
    (void)state;
    static const char *const names[] = { "csv", "pjreddie" };

    for (size_t f = 0; f < COUNT_OF(names); f++) {
        struct memory_files files;
        struct sink s = { 0 };
        memory_files_init(&files);
        open_sink(&s, names[f], &hand_set, &files);
        assert_int_equal(files.count, 3);
        write_hand_set(&s);
        finish_sink(&s, &files);
        assert_int_equal(files.count, 3);
        for (size_t i = 0; i < COUNT_OF(by_hand); i++)
            if (strcmp(by_hand[i].format, names[f]) == 0)
                memory_files_check_bytes(&files, by_hand[i].name,
                                         by_hand[i].text,
                                         strlen(by_hand[i].text));
        memory_files_release(&files);
    }
}

/* ---- large pictures ---- */

enum { SIDE = 300, PIXELS = SIDE * SIDE, ROWS = 3 };

/* A row is longer than the sink's buffer. */
static const struct sink_split large_split = { .name = "train",
                                               .rows = ROWS,
                                               WITH_LABELS };
static const struct sink_set large_set = { .dataset = "x",
                                           .height = SIDE,
                                           .width = SIDE,
                                           .split = &large_split,
                                           .split_count = 1 };

static size_t print_large(char *to, const unsigned char *levels,
                          const uint16_t *label)
{
    size_t n = (size_t)sprintf(to, "label");

    for (size_t i = 0; i < PIXELS; i++)
        n += (size_t)sprintf(to + n, ",pixel%zu", i);
    for (size_t r = 0; r < ROWS; r++) {
        n += (size_t)sprintf(to + n, "\n%u", label[r]);
        for (size_t i = 0; i < PIXELS; i++)
            n += (size_t)sprintf(to + n, ",%u", levels[r * PIXELS + i]);
    }
    return n + (size_t)sprintf(to + n, "\n");
}

static void test_large(void **state)
{
    (void)state;
    static const uint16_t label[ROWS] = { 0, 254, 9 };
    unsigned char *levels = malloc(ROWS * PIXELS);
    char *want = malloc(PIXELS * (12 + 4 * ROWS) + 100);
    struct memory_files files;
    struct sink s = { 0 };

    assert_true(levels && want);
    fill_noise(levels, ROWS * PIXELS, 1);
    for (size_t i = 0; i < 256; i++) /* each level, whatever the noise */
        levels[i] = (unsigned char)i;
    memory_files_init(&files);
    open_sink(&s, "csv", &large_set, &files);
    write_rows(&s, 0, 0, 2, levels, label);
    write_rows(&s, 0, 2, 1, levels + 2 * PIXELS, label + 2);
    finish_sink(&s, &files);
    memory_files_check_bytes(&files, "train.csv", want,
                             print_large(want, levels, label));
    memory_files_release(&files);
    free(want);
    free(levels);
}

/* ---- read again ---- */

static void test_read_again(void **state)
{
    (void)state;
    struct sink_split split = { .name = "train", .rows = 500, WITH_LABELS };
    struct sink_set set = { .dataset = "x",
                            .height = 28,
                            .width = 28,
                            .split = &split,
                            .split_count = 1 };
    enum { COUNT = 500, AREA = 28 * 28 };
    static const char *const names[] = { "csv", "pjreddie" };
    unsigned char *levels = malloc(COUNT * AREA);
    unsigned char row[AREA + 1];
    uint16_t label[COUNT];

    assert_non_null(levels);
    fill_noise(levels, COUNT * AREA, 2);
    for (size_t i = 0; i < COUNT; i++)
        label[i] = (uint16_t)(i % 256);
    for (size_t f = 0; f < COUNT_OF(names); f++) {
        struct memory_files files;
        struct sink sink = { 0 };
        struct csv_header header;
        struct error err = { 0 };
        memory_files_init(&files);
        open_sink(&sink, names[f], &set, &files);
        for (size_t i = 0; i < COUNT; i += 100)
            write_rows(&sink, 0, i, 100, levels + i * AREA, label + i);
        finish_sink(&sink, &files);

        struct array_stream s = { .in = memory_source_open(files.file[0].bytes,
                                                           files.file[0].n,
                                                           NEVER, NEVER) };
        assert_true(csv_open_table(&s, &header, &err));
        assert_int_equal(header.present, f == 0);
        assert_int_equal(header.label_column, f == 0 ? 0 : AREA + 1);
        assert_int_equal(s.info.dim[0], COUNT);
        assert_int_equal(s.info.dim[1], AREA + 1);
        for (size_t i = 0; i < COUNT; i++) {
            assert_int_equal(array_read(&s, row, AREA + 1, true, &err),
                             AREA + 1);
            assert_int_equal(row[0], label[i]);
            assert_memory_equal(row + 1, levels + i * AREA, AREA);
        }
        assert_no_error(err);
        array_close(&s);
        memory_files_release(&files);
    }
    free(levels);
}

/* ---- failures ---- */

/* The whole of it, when nothing fails; false with *err set. */
static bool run(const char *format, struct memory_files *files,
                struct error *err)
{
    struct sink s = { 0 };
    struct sink_block train = { .rows = 3,
                                .levels = hand_train,
                                .label = hand_label };
    struct sink_block test = { .split = 1, .rows = 2, .levels = hand_test };
    bool ok = sink_open(&s, format_find_sink(format, err), &hand_set,
                        &files->base, err) &&
              sink_write(&s, &train, err) && sink_write(&s, &test, err) &&
              sink_finish(&s, err);

    sink_close(&s);
    return ok;
}

/* The n-th write fails, and the n-th file cannot be opened, for each n. */
static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        size_t writes;
    } cases[] = { { "csv", 5 }, { "pjreddie", 2 } };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t n = 0; n <= cases[i].writes + 3; n++) {
            struct memory_files files;
            struct error err = { 0 };
            bool opens = n > cases[i].writes;
            memory_files_init(&files);
            if (opens)
                files.fail_opens_after = n - cases[i].writes - 1;
            else
                files.fail_after = n;
            if (run(cases[i].format, &files, &err))
                assert_int_equal(n, cases[i].writes);
            else
                assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
            memory_files_release(&files);
        }
    }
}

static size_t writes_until_failure;

/* One write fails, and those after it do not. */
static bool fail_once(struct sink_file *file, uint64_t at, const void *bytes,
                      size_t n, struct error *err)
{
    (void)file;
    (void)at;
    (void)bytes;
    (void)n;
    return writes_until_failure-- != 0 ||
           error_set(err, FAIL_SYSTEM, "%s", SINK_FAILURE);
}

/* Wherever in a line the buffer is full: that error is not passed over. */
static void test_failure_within(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    static const struct sink_split split = { .name = "train",
                                             .rows = COUNT,
                                             WITH_LABELS };
    static const size_t sides[] = { 1, 2, 3, 5, 6 };
    unsigned char *levels = malloc(COUNT * 36);
    uint16_t *label = malloc(COUNT * sizeof *label);

    assert_true(levels && label);
    memset(levels, 200, COUNT * 36);
    for (size_t i = 0; i < COUNT; i++)
        label[i] = 10;
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        struct sink_set set = { .dataset = "x",
                                .height = sides[i],
                                .width = sides[i],
                                .split = &split,
                                .split_count = 1 };
        struct sink_block b = { .rows = COUNT,
                                .levels = levels,
                                .label = label };
        struct memory_files files;
        struct sink s = { 0 };
        struct error err = { 0 };
        memory_files_init(&files);
        open_sink(&s, "pjreddie", &set, &files);
        files.base.write_at = fail_once;
        writes_until_failure = 1;
        assert_false(sink_write(&s, &b, &err));
        assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        sink_close(&s);
        memory_files_release(&files);
    }
    free(label);
    free(levels);
}

static void test_not_pictures(void **state)
{
    (void)state;
    static const char *const names[] = { "csv", "pjreddie" };
    struct sink_set set = hand_set;
    struct memory_files files;

    set.height = set.width = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct sink s = { 0 };
        struct error err = { 0 };
        memory_files_init(&files);
        assert_false(sink_open(&s, format_find_sink(names[i], &err), &set,
                               &files.base, &err));
        assert_error(err, FAIL_USAGE, "holds grey pictures");
        assert_int_equal(files.count, 0);
        sink_close(&s);
        memory_files_release(&files);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_read_again),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_failure_within),
        cmocka_unit_test(test_not_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

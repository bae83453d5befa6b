/* SPDX-License-Identifier: MIT */
/* LIBSVM's text: every byte against text written by hand, each value against
 * strtod and printf. The short forms of floats are those of numpy 1.24. */
#include "format/libsvm.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/formats.h"
#include "memory_files.h"

/* One split of `rows` rows of `row` elements each. */
struct one {
    struct sink_split split;
    struct sink_set set;
    struct memory_files files;
};

static void one_init(struct one *o, enum dtype type, size_t rows, size_t row)
{
    *o = (struct one){
        .split = { .name = "train",
                   .rows = rows,
                   .array = { [SET_IMAGES] = { type, 2, { rows, row } },
                              [SET_LABELS] = { DTYPE_U8, 1, { rows } } } },
        .set = { .dataset = "x", .split_count = 1 },
    };
    o->set.split = &o->split;
    memory_files_init(&o->files);
}

/* Writes all rows in one block; the text, terminated, to be freed. */
static char *one_write(struct one *o, void *elements, const uint16_t *label)
{
    struct sink_block b = { .rows = (size_t)o->split.rows,
                            .label = label,
                            .elements = { [SET_IMAGES] = elements } };
    struct error err = { 0 };
    struct sink s = { 0 };

    assert_true(sink_open(&s, format_find_sink("libsvm", &err), &o->set,
                          &o->files.base, &err));
    assert_true(sink_write(&s, &b, &err));
    assert_true(sink_finish(&s, &err));
    assert_no_error(err);
    sink_close(&s);
    memory_files_check(&o->files);
    const struct memory_file *f = memory_files_find(&o->files, "train.libsvm");
    assert_non_null(f);
    assert_false(f->has_note);
    char *text = malloc(f->n + 1);
    assert_non_null(text);
    memcpy(text, f->bytes, f->n);
    text[f->n] = '\0';
    memory_files_release(&o->files);
    return text;
}

static void check_text(enum dtype type, size_t rows, size_t row, void *elements,
                       const uint16_t *label, const char *want)
{
    struct one o;

    one_init(&o, type, rows, row);
    char *text = one_write(&o, elements, label);
    assert_string_equal(text, want);
    free(text);
}

/* ---- by hand ---- */

static void test_by_hand(void **state)
{
    (void)state;
    static const uint16_t label[] = { 5, 65535, 0 };
    unsigned char u8[] = { 0, 255, 0, 1, 0, 0, 0, 0, 10, 0, 0, 7 };
    float f32[] = { 0, 1, -0.0f, 0.1f, 0, 0, 0, 0, -0.5f, 0, 0, 250 };
    int64_t i64[] = { INT64_MIN, INT64_MAX, 0, -1 };
    int16_t i16[] = { -32768, 32767, 0, 1 };
    uint32_t u32[] = { 0, 4294967295u, 1, 0 };

    check_text(DTYPE_U8, 3, 4, u8, label, "5 2:255 4:1\n65535\n0 1:10 4:7\n");
    check_text(DTYPE_F32, 3, 4, f32, label,
               "5 2:1 4:0.1\n65535\n0 1:-0.5 4:250\n");
    check_text(DTYPE_I64, 1, 4, i64, label,
               "5 1:-9223372036854775808 2:9223372036854775807 4:-1\n");
    check_text(DTYPE_I16, 1, 4, i16, label, "5 1:-32768 2:32767 4:1\n");
    check_text(DTYPE_U32, 1, 4, u32, label, "5 2:4294967295 3:1\n");
}

/* Two splits take turns, each in its own file. */
static void test_splits(void **state)
{
    (void)state;
    static const struct sink_split splits[] = {
        { .name = "train",
          .rows = 2,
          .array = { { DTYPE_U8, 2, { 2, 2 } }, { DTYPE_U8, 1, { 2 } } } },
        { .name = "val",
          .rows = 2,
          .array = { { DTYPE_U8, 2, { 2, 2 } }, { DTYPE_U8, 1, { 2 } } } },
        { .name = "test",
          .array = { { DTYPE_U8, 2, { 0, 2 } }, { DTYPE_U8, 1, { 0 } } } },
    };
    static const struct sink_set set = { .dataset = "x",
                                         .split = splits,
                                         .split_count = 3 };
    static unsigned char rows[4][2] = {
        { 1, 2 }, { 0, 3 }, { 4, 0 }, { 5, 6 }
    };
    static const uint16_t label[4] = { 1, 2, 3, 4 };
    struct memory_files files;
    struct error err = { 0 };
    struct sink s = { 0 };

    memory_files_init(&files);
    assert_true(sink_open(&s, format_find_sink("libsvm", &err), &set,
                          &files.base, &err));
    assert_int_equal(files.count, 3);
    for (size_t i = 0; i < 4; i++) {
        struct sink_block b = { .split = i % 2,
                                .first = i / 2,
                                .rows = 1,
                                .label = &label[i],
                                .elements = { rows[i] } };
        assert_true(sink_write(&s, &b, &err));
    }
    assert_true(sink_finish(&s, &err));
    sink_close(&s);
    memory_files_check(&files);
    memory_files_check_bytes(&files, "train.libsvm", "1 1:1 2:2\n3 1:4\n", 16);
    memory_files_check_bytes(&files, "val.libsvm", "2 2:3\n4 1:5 2:6\n", 16);
    memory_files_check_bytes(&files, "test.libsvm", "", 0);
    memory_files_release(&files);
}

/* ---- values ---- */

static const struct {
    enum dtype type;
    uint64_t bits;
    const char *text;
} values[] = {
    { DTYPE_F32, 998277249, "0.003921569" }, /* 1/255 */
    { DTYPE_F32, 1006665857, "0.007843138" },
    { DTYPE_F32, 1065287423, "0.99607843" },
    { DTYPE_F32, 3201905265, "-0.42421296" },
    { DTYPE_F32, 925353388, "1e-5" },
    { DTYPE_F32, 956396123, "0.00012345" },
    { DTYPE_F32, 1266679808, "16777216" },
    { DTYPE_F32, 1510874058, "10000000000000000" },
    { DTYPE_F32, 1538368188, "1e17" },
    { DTYPE_F32, 1541098918, "1.2345679e17" },
    { DTYPE_F32, 2139095039, "3.4028235e38" },
    { DTYPE_F32, 1, "1e-45" },
    { DTYPE_F32, 8388608, "1.1754944e-38" },
    { DTYPE_F32, 696254464, "5.684342e-14" }, /* 2^-44 */
    { DTYPE_F32, 0x7F800000, "inf" },
    { DTYPE_F32, 0xFF800000, "-inf" },
    { DTYPE_F32, 0x7FC00000, "nan" },
    { DTYPE_F16, 0x2E66, "0.1" },
    { DTYPE_F16, 0x7BFF, "65500" },
    { DTYPE_F16, 0x1C04, "0.00392" },
    { DTYPE_F16, 1, "6e-8" },
    { DTYPE_F16, 0x3555, "0.3333" },
    { DTYPE_F16, 0x6800, "2048" },
    { DTYPE_BF16, 0x3F80, "1" },
    { DTYPE_BF16, 0xBEAB, "-0.334" },
    { DTYPE_F64, 0x3FB999999999999A, "0.1" },
    { DTYPE_F64, 0x3FD5555555555555, "0.3333333333333333" },
    { DTYPE_F64, 0x3F70101010101010, "0.00392156862745098" },
    { DTYPE_F64, 0x7FEFFFFFFFFFFFFF, "1.7976931348623157e308" },
    { DTYPE_F64, 0x4480F0CF064DD592, "1e22" },
};

/* The bits as an element of that type. */
static void store_bits(void *to, enum dtype type, uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    uint16_t half = (uint16_t)bits;

    if (dtype_bytes(type) == 8)
        memcpy(to, &bits, 8);
    else if (dtype_bytes(type) == 4)
        memcpy(to, &word, 4);
    else
        memcpy(to, &half, 2);
}

static void test_values(void **state)
{
    (void)state;
    static const uint16_t label = 3;

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char want[64];
        unsigned char element[16];
        size_t bytes = dtype_bytes(values[i].type);
        store_bits(element, values[i].type, values[i].bits);
        store_bits(element + bytes, values[i].type, values[i].bits);
        snprintf(want, sizeof want, "3 1:%s 2:%s\n", values[i].text,
                 values[i].text);
        check_text(values[i].type, 1, 2, element, &label, want);
    }
}

/* Significant digits of a number. */
static int digits_of(const char *text, size_t n)
{
    int digits = 0, zeros = 0;

    for (size_t i = 0; i < n && text[i] != 'e'; i++) {
        if (text[i] == '0')
            zeros += digits > 0;
        else if (text[i] >= '1' && text[i] <= '9')
            digits += zeros + 1, zeros = 0;
    }
    return digits;
}

/* The fewest digits that strtof or strtod turn back into the value. */
static int fewest_digits(enum dtype type, const void *element)
{
    char text[64];
    double value = dtype_load(type, element);

    for (int digits = 1;; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        float single = strtof(text, NULL);
        double twice = strtod(text, NULL);
        if (memcmp(type == DTYPE_F32 ? (void *)&single : (void *)&twice,
                   element, dtype_bytes(type)) == 0)
            return digits;
    }
}

/* Each value comes back bit by bit, in its place, and by the fewest digits. */
static void check_noise(enum dtype type, uint64_t seed)
{
    enum { ROWS = 10, ROW = 3000 };
    static const uint16_t label[ROWS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    size_t bytes = dtype_bytes(type);
    unsigned char *elements = calloc(ROWS * ROW, bytes);
    struct one o;
    size_t found = 0;

    assert_non_null(elements);
    for (size_t i = 0; i < (size_t)ROWS * ROW; i++) {
        uint64_t bits = noise_next(&seed);
        store_bits(elements + i * bytes, type, bits >> (64 - 8 * bytes));
        double value = dtype_load(type, elements + i * bytes);
        if (!isfinite(value) || bits % 5 == 0 ||
            (type == DTYPE_F64 && !isnormal(value)))
            store_bits(elements + i * bytes, type, 0);
    }
    one_init(&o, type, ROWS, ROW);
    char *text = one_write(&o, elements, label), *at = text;
    for (size_t r = 0; r < ROWS; r++) {
        assert_int_equal(strtoul(at, &at, 10), r);
        while (*at == ' ') {
            unsigned long index = strtoul(at + 1, &at, 10);
            char *value = at + 1, *end;
            assert_int_equal(*at, ':');
            assert_in_range(index, 1, ROW);
            unsigned char *element = elements + (r * ROW + index - 1) * bytes;
            float single = strtof(value, &end);
            double twice = strtod(value, &at);
            assert_ptr_equal(at, end);
            assert_memory_equal(type == DTYPE_F32 ? (void *)&single
                                                  : (void *)&twice,
                                element, bytes);
            assert_int_equal(digits_of(value, (size_t)(at - value)),
                             fewest_digits(type, element));
            memset(element, 0, bytes);
            found++;
        }
        assert_int_equal(*at++, '\n');
    }
    assert_int_equal(*at, '\0');
    assert_true(found > ROWS * ROW / 2);
    for (size_t i = 0; i < ROWS * ROW * bytes; i++) /* none was left out */
        assert_int_equal(elements[i], 0);
    free(text);
    free(elements);
}

static void test_noise(void **state)
{
    (void)state;
    check_noise(DTYPE_F32, 11);
    check_noise(DTYPE_F32, 12);
    check_noise(DTYPE_F64, 13);
}

/* All values of the small floats. */
static void test_small_floats(void **state)
{
    (void)state;
    static const enum dtype types[] = { DTYPE_F16, DTYPE_BF16 };
    static uint16_t elements[65536];
    static const uint16_t label = 1;

    for (size_t t = 0; t < COUNT_OF(types); t++) {
        struct one o;
        size_t found = 0;
        for (size_t i = 0; i < 65536; i++)
            elements[i] = (uint16_t)i;
        one_init(&o, types[t], 1, 65536);
        char *text = one_write(&o, elements, &label), *at = text + 1;
        while (*at == ' ') {
            unsigned long index = strtoul(at + 1, &at, 10);
            uint16_t again;
            dtype_store(types[t], &again, strtod(at + 1, &at));
            if (!isnan(dtype_load(types[t], &again)))
                assert_int_equal(again, index - 1);
            found++;
        }
        assert_string_equal(at, "\n");
        assert_int_equal(found, 65534); /* both zeros are left out */
        free(text);
    }
}

/* ---- failures ---- */

static void test_failures(void **state)
{
    (void)state;
    enum { ROWS = 3, ROW = 20000 }; /* more than the buffer holds */
    static const uint16_t label[ROWS] = { 1, 2, 3 };
    unsigned char *elements = malloc(ROWS * ROW);
    bool done = false;

    assert_non_null(elements);
    memset(elements, 200, ROWS * ROW);
    for (size_t n = 0; !done; n++) {
        struct one o;
        struct sink s = { 0 };
        struct error err = { 0 };
        struct sink_block b = { .rows = ROWS,
                                .label = label,
                                .elements = { elements } };
        one_init(&o, DTYPE_U8, ROWS, ROW);
        o.files.fail_after = n;
        assert_true(sink_open(&s, format_find_sink("libsvm", &err), &o.set,
                              &o.files.base, &err));
        done = sink_write(&s, &b, &err) && sink_finish(&s, &err);
        if (done)
            assert_true(n >= 2);
        else
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        sink_close(&s);
        memory_files_release(&o.files);
    }
    free(elements);
}

static void test_refused(void **state)
{
    (void)state;
    struct one o;
    struct sink s = { 0 };
    struct error err = { 0 };
    const struct format *f = format_find_sink("libsvm", &err);

    one_init(&o, DTYPE_U8, 1, 1);
    o.files.fail_opens_after = 0;
    assert_false(sink_open(&s, f, &o.set, &o.files.base, &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    sink_close(&s);

    err = (struct error){ 0 };
    o.split.array[SET_LABELS].ndims = 0;
    assert_false(sink_open(&s, f, &o.set, &o.files.base, &err));
    assert_error(err, FAIL_USAGE, "libsvm needs labels, and split 'train'");
    sink_close(&s);
    memory_files_release(&o.files);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),      cmocka_unit_test(test_splits),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_noise),
        cmocka_unit_test(test_small_floats), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

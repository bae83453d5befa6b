/* SPDX-License-Identifier: MIT */
/* safetensors, by hand: the header as the reference writer (tensor.rs of
 * huggingface/safetensors) would make it, and the tensors behind it. */
#include "format/safetensors.h"

#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "made_set.h"

/* Length, text and spaces up to a multiple of 64. */
static void expect_header(struct bytes_writer *to, const char *text)
{
    struct error err = { 0 };
    size_t n = 64;
    unsigned char length[8] = { 0 };

    while (n < 8 + strlen(text))
        n += 64;
    length[0] = (unsigned char)((n - 8) % 256);
    length[1] = (unsigned char)((n - 8) / 256);
    assert_true(writer_write(&to->base, length, 8, &err));
    assert_true(writer_write(&to->base, text, strlen(text), &err));
    for (size_t i = 8 + strlen(text); i < n; i++)
        assert_true(writer_write(&to->base, " ", 1, &err));
}

static void check_file(struct made_set *m, const struct bytes_writer *want)
{
    struct memory_files files;

    memory_files_init(&files);
    made_set_write_well(m, "safetensors", &files, 2);
    assert_int_equal(files.count, 1);
    assert_false(files.file[0].has_note);
    memory_files_check_bytes(&files, "mine.safetensors", want->bytes, want->n);
    memory_files_release(&files);
}

/* The largest types first, then by name: not in the order of the splits. */
static void make_set(struct made_set *m)
{
    made_set_init(m, "mine", 2, 3, 5);
    made_set_add(m, "train", 3);
    made_set_array(m, SET_IMAGES, DTYPE_U8);
    made_set_array(m, SET_LABELS, DTYPE_I64);
    made_set_array(m, SET_ONEHOT, DTYPE_F32);
    made_set_array(m, SET_ROWS, DTYPE_U32); /* never written */
    made_set_array(m, SET_FOLDS, DTYPE_U8);
    made_set_add(m, "test", 2);
    made_set_array(m, SET_IMAGES, DTYPE_U8);
    made_set_array(m, SET_LABELS, DTYPE_I64);
    made_set_add(m, "none", 0);
    made_set_array(m, SET_LABELS, DTYPE_I64);
}

static void test_bytes(void **state)
{
    (void)state;
    struct bytes_writer want;
    struct made_set m;

    make_set(&m);
    bytes_writer_init(&want);
    expect_header(&want, "{\"__metadata__\":{\"dataset\":\"mine\"},"
                         "\"none.labels\":{\"dtype\":\"I64\",\"shape\":[0],"
                         "\"data_offsets\":[0,0]},"
                         "\"test.labels\":{\"dtype\":\"I64\",\"shape\":[2],"
                         "\"data_offsets\":[0,16]},"
                         "\"train.labels\":{\"dtype\":\"I64\",\"shape\":[3],"
                         "\"data_offsets\":[16,40]},"
                         "\"train.onehot\":{\"dtype\":\"F32\",\"shape\":[3,5],"
                         "\"data_offsets\":[40,100]},"
                         "\"test.images\":{\"dtype\":\"U8\",\"shape\":[2,2,3],"
                         "\"data_offsets\":[100,112]},"
                         "\"train.images\":{\"dtype\":\"U8\",\"shape\":[3,2,3],"
                         "\"data_offsets\":[112,130]}}");
    assert_int_equal(want.n % 64, 0);
    made_set_expect(&m, 1, SET_LABELS, true, &want);
    made_set_expect(&m, 0, SET_LABELS, true, &want);
    made_set_expect(&m, 0, SET_ONEHOT, true, &want);
    made_set_expect(&m, 1, SET_IMAGES, true, &want);
    made_set_expect(&m, 0, SET_IMAGES, true, &want);
    check_file(&m, &want);
    made_set_check_stable(&m, "safetensors");
    made_set_check_failures(&m, "safetensors");
    bytes_writer_release(&want);
    made_set_release(&m);
}

/* Names, and the order: each type before `u8` labels or behind `i64` ones. */
static void test_types(void **state)
{
    (void)state;
    static const struct {
        enum dtype type;
        const char *name;
        unsigned bytes;
    } types[] = {
        { DTYPE_F64, "F64", 8 },   { DTYPE_F32, "F32", 4 },
        { DTYPE_U32, "U32", 4 },   { DTYPE_I32, "I32", 4 },
        { DTYPE_BF16, "BF16", 2 }, { DTYPE_F16, "F16", 2 },
        { DTYPE_I16, "I16", 2 },   { DTYPE_I8, "I8", 1 },
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        unsigned images = 2 * 6 * types[i].bytes;
        struct bytes_writer want;
        struct made_set m;
        char text[600];

        made_set_init(&m, "mine", 2, 3, 5);
        made_set_add(&m, "a", 2);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        made_set_add(&m, "b", 2);
        made_set_array(&m, SET_IMAGES, types[i].type);
        made_set_add(&m, "c", 2);
        made_set_array(&m, SET_LABELS, DTYPE_I64);
        snprintf(text, sizeof text,
                 "{\"__metadata__\":{\"dataset\":\"mine\"},"
                 "\"c.labels\":{\"dtype\":\"I64\",\"shape\":[2],"
                 "\"data_offsets\":[0,16]},"
                 "\"b.images\":{\"dtype\":\"%s\",\"shape\":[2,2,3],"
                 "\"data_offsets\":[16,%u]},"
                 "\"a.labels\":{\"dtype\":\"U8\",\"shape\":[2],"
                 "\"data_offsets\":[%u,%u]}}",
                 types[i].name, 16 + images, 16 + images, 18 + images);
        bytes_writer_init(&want);
        expect_header(&want, text);
        made_set_expect(&m, 2, SET_LABELS, true, &want);
        made_set_expect(&m, 1, SET_IMAGES, true, &want);
        made_set_expect(&m, 0, SET_LABELS, true, &want);
        check_file(&m, &want);
        bytes_writer_release(&want);
        made_set_release(&m);
    }
}

/* Each two neighbours in the order of the reference's enum Dtype. */
static void test_order(void **state)
{
    (void)state;
    static const enum dtype order[] = { DTYPE_I64, DTYPE_F64, DTYPE_F32,
                                        DTYPE_U32, DTYPE_I32, DTYPE_BF16,
                                        DTYPE_F16, DTYPE_I16, DTYPE_I8,
                                        DTYPE_U8 };

    for (size_t i = 0; i + 1 < COUNT_OF(order); i++) {
        struct memory_files files;
        struct made_set m;

        made_set_init(&m, "mine", 1, 1, 2);
        made_set_add(&m, "a", 1);
        made_set_array(&m, SET_LABELS, order[i + 1]);
        made_set_add(&m, "b", 1);
        made_set_array(&m, SET_LABELS, order[i]);
        memory_files_init(&files);
        made_set_write_well(&m, "safetensors", &files, 2);
        char text[300] = "";
        memcpy(text, files.file[0].bytes + 8, 128);
        assert_non_null(strstr(text, "\"a.labels\""));
        assert_true(strstr(text, "\"b.labels\"") <
                    strstr(text, "\"a.labels\""));
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* Headers of all lengths: none has its own row of spaces too many. */
static void test_padding(void **state)
{
    (void)state;
    char name[100];

    for (size_t n = 1; n < 70; n++) {
        struct bytes_writer want;
        struct made_set m;
        char text[300];

        memset(name, 'n', n);
        name[n] = '\0';
        made_set_init(&m, "mine", 1, 1, 2);
        made_set_add(&m, name, 1);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        snprintf(text, sizeof text,
                 "{\"__metadata__\":{\"dataset\":\"mine\"},"
                 "\"%s.labels\":{\"dtype\":\"U8\",\"shape\":[1],"
                 "\"data_offsets\":[0,1]}}",
                 name);
        bytes_writer_init(&want);
        expect_header(&want, text);
        made_set_expect(&m, 0, SET_LABELS, true, &want);
        check_file(&m, &want);
        bytes_writer_release(&want);
        made_set_release(&m);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    static const uint64_t rows[] = { UINT64_MAX, INT64_MAX / 6 + 1 };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error err = { 0 };
        struct memory_files files;
        struct made_set m;

        make_set(&m);
        m.split[0].array[SET_IMAGES].dim[0] = rows[i];
        memory_files_init(&files);
        assert_false(made_set_write(&m, "safetensors", &files, 2, &err));
        assert_error(err, FAIL_USAGE, "too large for --format safetensors");
        assert_int_equal(files.count, 0);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),     cmocka_unit_test(test_types),
        cmocka_unit_test(test_order),     cmocka_unit_test(test_padding),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

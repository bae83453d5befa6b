/* SPDX-License-Identifier: MIT */
/* The public reader: a prepared directory, as its users see it. */
#include "mnistprep.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/dtype.h"
#include "helpers.h"

/* ---- a set ---- */

static const float pixels[3 * 2 * 4] = {
    0,    0.5F,  1,    -1,   0.25F, 0.75F, 0.125F, 3,    4,     5,     6, 7,
    -0.5, 1e-9F, 1e9F, 0.1F, 0.2F,  0.3F,  0.4F,   0.5F, 0.875, 1e-3F, 8, 9,
};
static const unsigned char labels[3] = { 2, 0, 1 };
static const float onehot[3 * 3] = { 0, 0, 1, 1, 0, 0, 0, 1, 0 };
static const int64_t wide_labels[2] = { 1, INT64_C(1) << 40 };

#define ARRAY(file, dtype, shape, order, offset, bytes)     \
    "{'file':'" file "','dtype':'" dtype "','shape':" shape \
    ",'byte_order':'" order "','offset':" #offset ",'bytes':" #bytes "}"
#define MANIFEST(splits)                                                    \
    "{'schema':'mnistprep.dataset/1','dataset':'tiny','recipe':{},"         \
    "'classes':['zero','one','T-shirt/top'],'sources':[],'splits':{" splits \
    "}}"
#define TRAIN(images) "'train':{'count':3,'images':" images "}"
#define PIXELS ARRAY("i.f32", "f32", "[3,2,4]", "native", 0, 96)

/* Writes the manifest; "native" and "foreign" become byte orders. */
static void put_manifest(const char *quoted)
{
    bool little = dtype_machine_is_little();
    char *text = json_text(quoted);
    char *out = calloc(1, strlen(text) + 1);
    size_t n = 0;

    assert_non_null(out);
    for (const char *at = text; *at;) {
        bool native = strncmp(at, "native", 6) == 0;
        if (native || strncmp(at, "foreign", 7) == 0) {
            n += (size_t)sprintf(out + n, "%s",
                                 native == little ? "little" : "big");
            at += native ? 6 : 7;
        } else {
            out[n++] = *at++;
        }
    }
    file_make("dataset.json", out, n);
    free(out);
    free(text);
}

#define WHOLE_TRAIN                                           \
    "'train':{'count':3,'images':" PIXELS ",'labels':" ARRAY( \
        "l.u8", "u8", "[3]", "foreign", 0,                    \
        3) ",'onehot':" ARRAY("o.f32", "f32", "[3,3]", "native", 0, 36) "}"
#define ODD                                                                 \
    "'odd':{'count':2,'labels':" ARRAY("l.npy", "i64", "[2]", "native", 64, \
                                       80) "}"
#define NONE                                                            \
    "'none':{'count':0,'images':" ARRAY(                                \
        "empty.f16", "f16", "[0,28,28]", "native", 0,                   \
        0) ",'labels':" ARRAY("header.f16", "f16", "[0]", "native", 64, \
                              64) "}"

static void put_set(void)
{
    file_make("i.f32", pixels, sizeof pixels);
    file_make("l.u8", labels, sizeof labels);
    file_make("o.f32", onehot, sizeof onehot);
    char packed[64 + sizeof wide_labels] = "a header of 64 bytes";
    memcpy(packed + 64, wide_labels, sizeof wide_labels);
    file_make("l.npy", packed, sizeof packed);
    file_make("empty.f16", "", 0);
    file_make("header.f16", packed, 64);
    put_manifest(MANIFEST(WHOLE_TRAIN "," ODD "," NONE));
}

static struct mnistprep_dataset *open_set(void)
{
    char why[256] = "no reason";
    struct mnistprep_dataset *d = mnistprep_open(".", why, sizeof why);

    if (!d)
        fail_msg("%s", why);
    return d;
}

/* ---- what it hands out ---- */

static void test_words(void **state)
{
    (void)state;
    put_set();
    struct mnistprep_dataset *d = open_set();

    assert_string_equal(mnistprep_name(d), "tiny");
    assert_int_equal(mnistprep_class_count(d), 3);
    assert_string_equal(mnistprep_class_name(d, 0), "zero");
    assert_string_equal(mnistprep_class_name(d, 2), "T-shirt/top");
    assert_null(mnistprep_class_name(d, 3));
    assert_null(mnistprep_class_name(d, SIZE_MAX));
    assert_int_equal(mnistprep_split_count(d), 3);
    assert_string_equal(mnistprep_split_at(d, 0)->name, "train");
    assert_string_equal(mnistprep_split_at(d, 2)->name, "none");
    assert_null(mnistprep_split_at(d, 3));
    assert_null(mnistprep_split_at(d, SIZE_MAX));
    assert_ptr_equal(mnistprep_find_split(d, "odd"), mnistprep_split_at(d, 1));
    assert_null(mnistprep_find_split(d, "Train"));
    assert_null(mnistprep_find_split(d, ""));
    mnistprep_close(d);
}

static void test_arrays(void **state)
{
    (void)state;
    put_set();
    struct mnistprep_dataset *d = open_set();
    const struct mnistprep_split *train = mnistprep_find_split(d, "train");

    assert_int_equal(train->count, 3);
    assert_int_equal(train->images.dtype, MNISTPREP_F32);
    assert_int_equal(train->images.ndims, 3);
    assert_int_equal(train->images.shape[0], 3);
    assert_int_equal(train->images.shape[1], 2);
    assert_int_equal(train->images.shape[2], 4);
    assert_int_equal(train->images.bytes, sizeof pixels);
    assert_memory_equal(train->images.data, pixels, sizeof pixels);
    assert_int_equal(train->labels.dtype, MNISTPREP_U8);
    assert_int_equal(train->labels.ndims, 1);
    assert_int_equal(train->labels.bytes, 3);
    assert_memory_equal(train->labels.data, labels, sizeof labels);
    assert_int_equal(train->onehot.ndims, 2);
    assert_int_equal(train->onehot.shape[1], 3);
    assert_memory_equal(train->onehot.data, onehot, sizeof onehot);

    /* behind a header; and the arrays that were not made */
    const struct mnistprep_split *odd = mnistprep_find_split(d, "odd");
    assert_int_equal(odd->count, 2);
    assert_int_equal(odd->labels.dtype, MNISTPREP_I64);
    assert_int_equal(odd->labels.bytes, sizeof wide_labels);
    assert_memory_equal(odd->labels.data, wide_labels, sizeof wide_labels);
    assert_null(odd->images.data);
    assert_null(odd->onehot.data);
    assert_int_equal(odd->onehot.ndims, 0);
    assert_int_equal(odd->onehot.bytes, 0);

    /* no rows: nothing to point to, with a header or without */
    const struct mnistprep_split *none = mnistprep_find_split(d, "none");
    assert_int_equal(none->count, 0);
    assert_null(none->images.data);
    assert_int_equal(none->images.ndims, 3);
    assert_int_equal(none->images.shape[2], 28);
    assert_null(none->labels.data);
    assert_int_equal(none->labels.bytes, 0);

    /* what is mapped stays, whatever becomes of the names */
    unlink("i.f32");
    file_make("l.u8.new", "\7\7\7", 3);
    assert_int_equal(rename("l.u8.new", "l.u8"), 0);
    assert_memory_equal(train->images.data, pixels, sizeof pixels);
    assert_memory_equal(train->labels.data, labels, sizeof labels);
    mnistprep_close(d);
}

static void test_dtypes(void **state)
{
    (void)state;
    static const struct {
        enum mnistprep_dtype dtype;
        size_t bytes;
        const char *name;
    } cases[] = {
        { MNISTPREP_U8, 1, "u8" },     { MNISTPREP_I8, 1, "i8" },
        { MNISTPREP_I16, 2, "i16" },   { MNISTPREP_I32, 4, "i32" },
        { MNISTPREP_I64, 8, "i64" },   { MNISTPREP_F16, 2, "f16" },
        { MNISTPREP_BF16, 2, "bf16" }, { MNISTPREP_F32, 4, "f32" },
        { MNISTPREP_F64, 8, "f64" },
    };

    file_make("a", "12345678", 8);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'schema':'mnistprep.dataset/1','dataset':'t','recipe':{},"
                 "'classes':[],'sources':[],'splits':{'s':{'count':%zu,"
                 "'images':{'file':'a','dtype':'%s','shape':[%zu],"
                 "'byte_order':'native','offset':0,'bytes':8}}}}",
                 8 / cases[i].bytes, cases[i].name, 8 / cases[i].bytes);
        put_manifest(text);
        struct mnistprep_dataset *d = open_set();
        const struct mnistprep_split *s = mnistprep_split_at(d, 0);
        assert_int_equal(s->images.dtype, cases[i].dtype);
        assert_int_equal(mnistprep_dtype_bytes(s->images.dtype),
                         cases[i].bytes);
        assert_int_equal(s->images.shape[0] * cases[i].bytes, 8);
        mnistprep_close(d);
    }
}

/* Many at once, each with its own memory; and no file stays open. */
static void test_resources(void **state)
{
    (void)state;
    struct mnistprep_dataset *d[20];

    put_set();
    int before = open("/dev/null", O_RDONLY);
    close(before);
    for (size_t i = 0; i < COUNT_OF(d); i++)
        d[i] = open_set();
    int after = open("/dev/null", O_RDONLY);
    close(after);
    assert_int_equal(before, after);
    for (size_t i = 0; i < COUNT_OF(d); i += 2)
        mnistprep_close(d[i]);
    for (size_t i = 1; i < COUNT_OF(d); i += 2) {
        assert_memory_equal(mnistprep_split_at(d[i], 0)->images.data, pixels,
                            sizeof pixels);
        mnistprep_close(d[i]);
    }
    mnistprep_close(NULL);
}

/* ---- refused ---- */

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *manifest, *part;
    } cases[] = {
        { "", "'./dataset.json' is not valid JSON" },
        { "{'schema':'mnistprep.catalogue/1'}", "its schema is not" },
        { "{'schema':'mnistprep.dataset/1'}", "is missing" },
        { MANIFEST(TRAIN("7")), "'./dataset.json': \"file\" is missing" },
        { MANIFEST(TRAIN(ARRAY("../i", "f32", "[3,2,4]", "native", 0, 96))),
          "the entry of '../i' makes no sense" },
        { MANIFEST(TRAIN(ARRAY("gone", "f32", "[3,2,4]", "native", 0, 96))),
          "cannot open './gone'" },
        { MANIFEST(TRAIN(ARRAY("i.f32", "f32", "[3,2,5]", "native", 0, 120))),
          "'./i.f32' has another size than its dataset.json says; run" },
        { MANIFEST(TRAIN(ARRAY("i.f32", "f32", "[3,2,3]", "native", 0, 72))),
          "'./i.f32' has another size" },
        { MANIFEST(TRAIN(ARRAY("empty.f16", "f32", "[3]", "native", 0, 12))),
          "'./empty.f16' has another size" },
        { MANIFEST(TRAIN(ARRAY("d", "u8", "[3]", "native", 0, 3))),
          "'./d' is no regular file" },
        { MANIFEST(TRAIN(ARRAY("fifo", "u8", "[3]", "native", 0, 3))),
          "'./fifo' is no regular file" },
        { MANIFEST(TRAIN(ARRAY("i.f32", "f32", "[3,2,4]", "foreign", 0, 96))),
          "'./i.f32' has the byte order of another kind of machine" },
        { MANIFEST(TRAIN(ARRAY("odd", "f32", "[3]", "native", 1, 13))),
          "'./odd' has elements that do not begin at a multiple of" },
        { MANIFEST(TRAIN(PIXELS) ",'test':{'count':1,'labels':" ARRAY(
              "gone", "u8", "[1]", "native", 0, 1) "}"),
          "'./gone'" }, /* after one that could be opened */
    };

    put_set();
    file_make("odd", "0123456789abc", 13);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    (void)alarm(10); /* who waits for the other end is killed */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char why[512] = "";
        int before = open("/dev/null", O_RDONLY);
        close(before);
        put_manifest(cases[i].manifest);
        if (mnistprep_open(".", why, sizeof why))
            fail_msg("row %zu was taken", i);
        if (!strstr(why, cases[i].part) || strchr(why, '\n'))
            fail_msg("row %zu: %s", i, why);
        int after = open("/dev/null", O_RDONLY);
        close(after);
        assert_int_equal(before, after);
    }
    (void)alarm(0);
}

static void test_not_a_dataset(void **state)
{
    (void)state;
    char why[256] = "";

    assert_null(mnistprep_open("nowhere", why, sizeof why));
    assert_non_null(strstr(why, "'nowhere/dataset.json'"));
    assert_null(mnistprep_open(".", why, sizeof why));
    assert_non_null(strstr(why, "'./dataset.json'"));
    assert_int_equal(mkfifo("dataset.json", 0666), 0);
    (void)alarm(10);
    assert_null(mnistprep_open(".", why, sizeof why));
    (void)alarm(0);
    assert_non_null(strstr(why, "'./dataset.json' is no regular file"));
    file_make("f", "", 0);
    assert_null(mnistprep_open("f", why, sizeof why));
    assert_non_null(strstr(why, "'f/dataset.json'"));
    assert_null(mnistprep_open("", why, sizeof why));
}

/* Who prints the reason prints what the manifest says: to no terminal's harm,
 * and cut between characters. */
static void test_foreign_text(void **state)
{
    (void)state;
    char why[512] = "", cut[64];

    put_manifest(MANIFEST(TRAIN(ARRAY("g\\u001b[2J\\u0007\xC3\xA9", "f32",
                                      "[3,2,4]", "native", 0, 96))));
    assert_null(mnistprep_open(".", why, sizeof why));
    assert_non_null(strstr(why, "'./g\\x1b[2J\\x07\xC3\xA9'"));
    assert_null(strpbrk(why, "\x1b\x07"));
    assert_null(mnistprep_open("\xC3\xA9\xC3\xA9", why, sizeof why));
    const char *at = strstr(why, "'\xC3\xA9");
    assert_non_null(at);
    size_t before = (size_t)(at - why) + 1;
    assert_null(mnistprep_open("\xC3\xA9\xC3\xA9", cut, before + 2));
    assert_int_equal(strlen(cut), before); /* not half of the letter */
}

/* The reason is for those who want it, as much of it as they have room for. */
static void test_room_for_why(void **state)
{
    (void)state;
    char whole[256] = "", cut[32];

    assert_null(mnistprep_open("nowhere", NULL, 0));
    assert_null(mnistprep_open("nowhere", NULL, 100));
    assert_null(mnistprep_open("nowhere", whole, sizeof whole));
    for (size_t size = 0; size < 20; size++) {
        memset(cut, '#', sizeof cut);
        assert_null(mnistprep_open("nowhere", cut, size));
        assert_int_equal(cut[size], '#');
        if (size > 0) {
            assert_int_equal(strlen(cut), size - 1);
            assert_memory_equal(cut, whole, size - 1);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_words),        IN_TEMP_DIR(test_arrays),
        IN_TEMP_DIR(test_dtypes),       IN_TEMP_DIR(test_resources),
        IN_TEMP_DIR(test_refused),      IN_TEMP_DIR(test_not_a_dataset),
        IN_TEMP_DIR(test_foreign_text), IN_TEMP_DIR(test_room_for_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

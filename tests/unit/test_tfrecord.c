/* SPDX-License-Identifier: MIT */
/* TFRecord files, taken apart by a reader of protocol buffers and by a checksum
 * of one bit at a time; and the metadata of TensorFlow Datasets. */
#include "format/tfrecord.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/formats.h"
#include "format/jsondoc.h"
#include "format/tfexample.h"
#include "made_set.h"

enum { HEIGHT = 5, WIDTH = 4, PIXELS = HEIGHT * WIDTH };

/* ---- reading records ---- */

struct span {
    const unsigned char *at;
    size_t n;
};

static uint64_t load_little(const unsigned char *p, size_t n)
{
    uint64_t value = 0;

    while (n-- > 0)
        value = value << 8 | p[n];
    return value;
}

/* Castagnoli's polynomial, reflected; then masked as TFRecord does. */
static uint32_t slow_checksum(const unsigned char *p, size_t n)
{
    uint32_t crc = 0xFFFFFFFF;

    for (size_t i = 0; i < 8 * n; i++) {
        uint32_t bit = (crc ^ (uint32_t)p[i / 8] >> i % 8) & 1;
        crc = crc >> 1 ^ (bit ? 0x82F63B78 : 0);
    }
    crc = ~crc;
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

static unsigned char take_byte(struct span *s)
{
    assert_true(s->n > 0);
    s->n--;
    return *s->at++;
}

static uint64_t take_varint(struct span *s)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte = take_byte(s);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            assert_true(byte != 0 || shift == 0); /* none is longer than it */
            return value;                         /* has to be */
        }
    }
    fail_msg("%s", "a number without an end");
    return 0;
}

static struct span take(struct span *s, size_t n)
{
    struct span taken = { s->at, n };

    assert_true(n <= s->n);
    s->at += n;
    s->n -= n;
    return taken;
}

/* The field of this number, which is bytes, and is next. */
static struct span take_field(struct span *s, unsigned number)
{
    assert_int_equal(take_varint(s), number << 3 | 2);
    return take(s, (size_t)take_varint(s));
}

/* The one field that a message has. */
static struct span only_field(struct span s, unsigned number)
{
    struct span field = take_field(&s, number);

    assert_int_equal(s.n, 0);
    return field;
}

/* An entry of the map: its key, and the value in a list of this kind. */
static struct span take_feature(struct span *features, const char *key,
                                unsigned kind)
{
    struct span entry = take_field(features, 1);
    struct span name = take_field(&entry, 1);
    struct span feature = take_field(&entry, 2);

    assert_int_equal(name.n, strlen(key));
    assert_memory_equal(name.at, key, name.n);
    assert_int_equal(entry.n, 0);
    return only_field(only_field(feature, kind), 1);
}

static struct span take_record(struct span *s, struct span *image,
                               uint64_t *label)
{
    struct span head = take(s, 12);
    struct span example = take(s, (size_t)load_little(head.at, 8));
    struct span tail = take(s, 4);

    assert_int_equal(load_little(head.at + 8, 4), slow_checksum(head.at, 8));
    assert_int_equal(load_little(tail.at, 4),
                     slow_checksum(example.at, example.n));
    struct span features = only_field(example, 1);
    *image = take_feature(&features, "image", 1);
    struct span digits = take_feature(&features, "label", 3);
    *label = take_varint(&digits);
    assert_int_equal(digits.n, 0);
    assert_int_equal(features.n, 0);
    return example;
}

/* ---- records ---- */

/* What `protoc --encode` makes of it, between a length and checksums that were
 * worked out apart. */
static void test_known_record(void **state)
{
    (void)state;
    static const unsigned char want[] = {
        0x23, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xb0, 0x9f, 0x77,
        0x43, 0x0a, 0x21, 0x0a, 0x0f, 0x0a, 0x05, 0x69, 0x6d, 0x61, 0x67,
        0x65, 0x12, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x01, 0x02, 0x0a, 0x0e,
        0x0a, 0x05, 0x6c, 0x61, 0x62, 0x65, 0x6c, 0x12, 0x05, 0x1a, 0x03,
        0x0a, 0x01, 0x07, 0x35, 0xc1, 0x18, 0xa4
    };
    struct error err = { 0 };
    struct bytes_writer w;
    size_t n = 0;

    bytes_writer_init(&w);
    for (size_t i = 0; i < 3; i++) { /* behind what is there already */
        assert_true(tfexample_append(&w, "\1\2", 2, 7, &n, &err));
        assert_int_equal(n, 35);
        assert_int_equal(w.n, (i + 1) * sizeof want);
        assert_memory_equal(w.bytes + i * sizeof want, want, sizeof want);
    }
    bytes_writer_release(&w);
}

/* Lengths and labels around each number of bytes that they can take. */
static void test_lengths(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0,   1,     95,    96,    97,     98,
                                      99,  100,   110,   127,   128,    129,
                                      250, 16250, 16383, 16384, 2097152 };
    static const uint64_t labels[] = { 0,     1,     127,   128,
                                       16383, 16384, 65535, UINT64_MAX };
    static unsigned char bytes[2097152];

    fill_noise(bytes, sizeof bytes, 1);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        for (size_t k = 0; k < COUNT_OF(labels); k++) {
            if (lengths[i] > 20000 && k > 0)
                break; /* the slow checksum is slow */
            struct error err = { 0 };
            struct bytes_writer w;
            struct span image;
            uint64_t label;
            size_t n;

            bytes_writer_init(&w);
            assert_true(
                tfexample_append(&w, bytes, lengths[i], labels[k], &n, &err));
            struct span all = { w.bytes, w.n };
            assert_int_equal(take_record(&all, &image, &label).n, n);
            assert_int_equal(all.n, 0);
            assert_int_equal(label, labels[k]);
            assert_int_equal(image.n, lengths[i]);
            assert_memory_equal(image.at, bytes, image.n);
            bytes_writer_release(&w);
        }
    }
}

/* ---- the sink ---- */

static void make_set(struct made_set *m, const char *dataset)
{
    made_set_init(m, dataset, HEIGHT, WIDTH, 200);
    m->base.class_count = 200;
    made_set_add(m, "train", 11);
    made_set_array(m, SET_LABELS, DTYPE_U8);
    made_set_add(m, "my-val", 0);
    made_set_array(m, SET_LABELS, DTYPE_U8);
    made_set_add(m, "test", 3);
    made_set_array(m, SET_LABELS, DTYPE_U8);
}

static const struct memory_file *find(const struct memory_files *files,
                                      const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "tfrecord/fashion_mnist/1.0.0/%s", name);
    const struct memory_file *f = memory_files_find(files, path);
    if (!f)
        fail_msg("there is no file '%s'", path);
    assert_false(f->has_note);
    return f;
}

static void check_picture(struct span png, const unsigned char *levels)
{
    struct error err = { 0 };
    struct array_stream s = { 0 };
    unsigned char got[PIXELS];

    assert_true(
        array_open(&s, memory_source_open(png.at, png.n, 1000, NEVER), &err));
    assert_int_equal(s.info.dim[1], HEIGHT);
    assert_int_equal(s.info.dim[2], WIDTH);
    assert_int_equal(array_read_native(&s, got, PIXELS, &err), PIXELS);
    assert_memory_equal(got, levels, PIXELS);
    array_close(&s);
}

/* Returns the bytes of all Examples. */
static size_t check_shard(const struct memory_file *f, const struct made_set *m,
                          size_t split)
{
    struct span all = { f->bytes, f->n };
    size_t example_bytes = 0;

    for (size_t row = 0; row < m->split[split].rows; row++) {
        struct span image;
        uint64_t label;
        example_bytes += take_record(&all, &image, &label).n;
        assert_int_equal(label, m->rows[split].label[row]);
        check_picture(image, m->rows[split].levels + row * PIXELS);
    }
    assert_int_equal(all.n, 0);
    return example_bytes;
}

/* The file is this JSON (with ' for "), in this order of keys. */
static void check_json(const struct memory_file *f, const char *quoted)
{
    struct error err = { 0 };
    char *want = json_text(quoted);
    struct json_t *doc =
        jsondoc_parse((const char *)f->bytes, f->n, f->name, &err);
    char *line = jsondoc_dump_line(doc, &err);

    assert_no_error(err);
    assert_string_equal(line, want);
    assert_int_equal(f->bytes[f->n - 1], '\n');
    jsondoc_release(doc);
    free(line);
    free(want);
}

static void test_directory(void **state)
{
    (void)state;
    struct memory_files files;
    struct made_set m;
    char info[1000];

    make_set(&m, "fashion-mnist");
    memory_files_init(&files);
    made_set_write_well(&m, "tfrecord", &files, 4);
    assert_int_equal(files.count, 6);
    size_t train = check_shard(
        find(&files, "fashion_mnist-train.tfrecord-00000-of-00001"), &m, 0);
    check_shard(find(&files, "fashion_mnist-my-val.tfrecord-00000-of-00001"),
                &m, 1);
    size_t test = check_shard(
        find(&files, "fashion_mnist-test.tfrecord-00000-of-00001"), &m, 2);
    check_json(
        find(&files, "features.json"),
        "{'featuresDict':{'features':{"
        "'image':{'image':{'dtype':'uint8','encodingFormat':'png',"
        "'shape':{'dimensions':['5','4','1']}},'pythonClassName':"
        "'tensorflow_datasets.core.features.image_feature.Image'},"
        "'label':{'classLabel':{'numClasses':'200'},'pythonClassName':"
        "'tensorflow_datasets.core.features.class_label_feature.ClassLabel'}}},"
        "'pythonClassName':"
        "'tensorflow_datasets.core.features.features_dict.FeaturesDict'}");
#define SPLIT(name, bytes, rows)                                          \
    "{'filepathTemplate':'{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}'" \
    ",'name':'" name "','numBytes':'" bytes "','shardLengths':['" rows "']}"
    snprintf(info, sizeof info,
             "{'fileFormat':'tfrecord','name':'fashion_mnist','splits':[" SPLIT(
                 "train", "%zu",
                 "11") "," SPLIT("my-val", "0",
                                 "0") "," SPLIT("test", "%zu",
                                                "3") "],"
                                                     "'supervisedKeys':{'tuple'"
                                                     ":{'items':[{'featureKey':"
                                                     "'image'},"
                                                     "{'featureKey':'label'}]}}"
                                                     ",'version':'1.0.0'}",
             train, test);
    check_json(find(&files, "dataset_info.json"), info);
    memory_files_release(&files);
    made_set_release(&m);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *dataset, *name;
    } cases[] = { { "mnist", "mnist" },
                  { "emnist-by-class", "emnist_by_class" },
                  { "My Digits.2", "my_digits_2" },
                  { "2024-digits", "data_2024_digits" },
                  { "-x", "data__x" },
                  { "k\xc3\xa4se/../b", "k__se____b" } };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct memory_files files;
        struct made_set m;
        char path[200], part[200];

        make_set(&m, cases[i].dataset);
        memory_files_init(&files);
        made_set_write_well(&m, "tfrecord", &files, 4);
        snprintf(path, sizeof path, "tfrecord/%s/1.0.0/dataset_info.json",
                 cases[i].name);
        const struct memory_file *f = memory_files_find(&files, path);
        assert_non_null(f);
        char *text = calloc(1, f->n + 1);
        assert_non_null(text);
        memcpy(text, f->bytes, f->n);
        snprintf(part, sizeof part, "\"name\": \"%s\"", cases[i].name);
        assert_non_null(strstr(text, part));
        free(text);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* One a line, whatever is in a name. */
static void test_classes(void **state)
{
    (void)state;
    static const char want[] = "T-shirt/top\na\\x0ab\nK\xc3\xa4se\n\\xff\n";
    struct memory_files files;
    struct made_set m;

    made_set_init(&m, "fashion-mnist", HEIGHT, WIDTH, 4);
    m.classes[0] = "T-shirt/top";
    m.classes[1] = "a\nb";
    m.classes[2] = "K\xc3\xa4se";
    m.classes[3] = "\xff";
    made_set_add(&m, "train", 2);
    made_set_array(&m, SET_LABELS, DTYPE_U8);
    memory_files_init(&files);
    made_set_write_well(&m, "tfrecord", &files, 1);
    memory_files_check_bytes(&files,
                             "tfrecord/fashion_mnist/1.0.0/label.labels.txt",
                             want, sizeof want - 1);
    memory_files_release(&files);
    made_set_release(&m);
}

static void test_stable(void **state)
{
    (void)state;
    struct made_set m;

    make_set(&m, "mnist");
    m.base.class_count = 3; /* each is a write that can fail */
    made_set_check_stable(&m, "tfrecord");
    made_set_check_failures(&m, "tfrecord");
    made_set_release(&m);
}

static void test_refused(void **state)
{
    (void)state;
    made_set_check_refusals("tfrecord");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_record), cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_directory),    cmocka_unit_test(test_names),
        cmocka_unit_test(test_classes),      cmocka_unit_test(test_stable),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

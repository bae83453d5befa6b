/* SPDX-License-Identifier: MIT */
/* dataset.json: what is written comes back; what is damaged is refused. */
#include "dataset/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "manifest_checks.h"

/* ---- round trip ---- */

static char *copy(const char *text)
{
    struct made b = made_copy(text, strlen(text) + 1);
    return (char *)b.bytes;
}

/* An array of one row per sample; `row` elements each. */
static struct manifest_array array(const char *file, enum dtype dtype,
                                   uint64_t rows, uint64_t height,
                                   uint64_t width, uint64_t offset, bool little)
{
    struct manifest_array a = { .file = copy(file),
                                .info = { dtype, 1, { rows } },
                                .little = little,
                                .offset = offset };
    uint64_t elements = rows;

    if (height > 0)
        a.info.dim[a.info.ndims++] = height;
    if (width > 0)
        a.info.dim[a.info.ndims++] = width;
    for (unsigned i = 1; i < a.info.ndims; i++)
        elements *= a.info.dim[i];
    a.bytes = offset + elements * dtype_bytes(dtype);
    return a;
}

static struct manifest make(void)
{
    struct manifest m = { .dataset = copy("tiny"),
                          .class_count = 3,
                          .source_count = 1,
                          .split_count = 2 };
    struct error err = { 0 };

    m.classes = calloc(3, sizeof *m.classes);
    m.source = calloc(1, sizeof *m.source);
    m.split = calloc(2, sizeof *m.split);
    m.classes[0] = copy("T-shirt/top");
    m.classes[1] = copy("\xE3\x81\x8A \"o\"");
    m.classes[2] = copy("");
    m.source[0] = (struct manifest_source){
        copy("train"), copy("images"), copy("i.gz"), { 77, HEX64, 88, HEX64 }
    };
    m.recipe = jsondoc_object(&err);
    jsondoc_set_text(m.recipe, "scale", "unit", &err);
    m.split[0] = (struct manifest_split){
        .name = copy("train"),
        .count = 5,
        .array = { array("train-images.f32", DTYPE_F32, 5, 28, 28, 0, true),
                   array("train-labels.u8", DTYPE_U8, 5, 0, 0, 0, true),
                   array("train-onehot.f32", DTYPE_F32, 5, 3, 0, 0, true) },
        .more = calloc(2, sizeof *m.split[0].more),
        .more_count = 2,
    };
    m.split[0].more[0] = array("x.npy", DTYPE_F32, 5, 28, 28, 128, true);
    m.split[0].more[1] = array("x.idx", DTYPE_F32, 5, 28, 28, 16, false);
    m.split[1] = (struct manifest_split){
        .name = copy("test"),
        .count = 0,
        .array = { array("test-images.bf16", DTYPE_BF16, 0, 28, 28, 0, true),
                   array("test-labels.i64", DTYPE_I64, 0, 0, 0, 0, true) },
    };
    assert_no_error(err);
    return m;
}

static void check_array(const struct manifest_array *a,
                        const struct manifest_array *b)
{
    if (!a->file || !b->file) {
        assert_ptr_equal(a->file, b->file);
        return;
    }
    assert_string_equal(a->file, b->file);
    assert_int_equal(a->info.dtype, b->info.dtype);
    assert_int_equal(a->info.ndims, b->info.ndims);
    assert_memory_equal(a->info.dim, b->info.dim, sizeof a->info.dim);
    assert_true(a->little == b->little && a->offset == b->offset &&
                a->bytes == b->bytes);
}

static void check_same(const struct manifest *a, const struct manifest *b)
{
    assert_string_equal(a->dataset, b->dataset);
    assert_int_equal(a->class_count, b->class_count);
    for (size_t i = 0; i < a->class_count; i++)
        assert_string_equal(a->classes[i], b->classes[i]);
    assert_true(jsondoc_equal(a->recipe, b->recipe));
    assert_int_equal(a->source_count, b->source_count);
    for (size_t i = 0; i < a->source_count; i++) {
        assert_string_equal(a->source[i].split, b->source[i].split);
        assert_string_equal(a->source[i].part, b->source[i].part);
        assert_string_equal(a->source[i].file, b->source[i].file);
        const struct raw_facts *f = &a->source[i].facts,
                               *g = &b->source[i].facts;
        assert_int_equal(f->bytes, g->bytes);
        assert_int_equal(f->payload_bytes, g->payload_bytes);
        assert_string_equal(f->sha256, g->sha256);
        assert_string_equal(f->payload_sha256, g->payload_sha256);
    }
    assert_int_equal(a->split_count, b->split_count);
    for (size_t i = 0; i < a->split_count; i++) {
        const struct manifest_split *s = &a->split[i], *t = &b->split[i];
        assert_string_equal(s->name, t->name);
        assert_int_equal(s->count, t->count);
        for (int kind = 0; kind < SET_ARRAYS; kind++)
            check_array(&s->array[kind], &t->array[kind]);
        assert_int_equal(s->more_count, t->more_count);
        for (size_t j = 0; j < s->more_count; j++)
            check_array(&s->more[j], &t->more[j]);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct manifest m = make(), back = { 0 };
    struct error err = { 0 };

    struct outfile staged = { 0 };
    assert_int_equal(mkdir("d", 0777), 0);
    file_make("d/dataset.json", "an old one", 10);
    assert_true(manifest_stage(&m, "d", "mnistprep 1.2.3", 0, &staged, &err));
    assert_int_equal(entries_count("d"), 2); /* the old one stands still */
    assert_true(outfile_commit(&staged, &err));
    assert_int_equal(entries_count("d"), 1);
    assert_true(manifest_read(&back, "d", &err));
    assert_no_error(err);
    check_same(&m, &back);

    struct json_t *doc = jsondoc_read("d/dataset.json", &err);
    assert_string_equal(jsondoc_find_text(doc, "schema"),
                        "mnistprep.dataset/1");
    assert_string_equal(jsondoc_find_text(doc, "tool"), "mnistprep 1.2.3");
    struct json_t *images = jsondoc_find(
        jsondoc_find(jsondoc_find(doc, "splits"), "train"), "images");
    assert_string_equal(jsondoc_find_text(images, "byte_order"), "little");
    assert_int_equal(jsondoc_count(jsondoc_find(images, "shape")), 3);
    jsondoc_release(doc);
    manifest_release(&back);
    manifest_release(&back);
    manifest_release(&m);
}

static void test_equal(void **state)
{
    (void)state;
    struct manifest a = make(), b = make();
    char *const texts[] = {
        b.dataset,        b.classes[0],
        b.source[0].file, b.source[0].facts.payload_sha256,
        b.split[1].name,  b.split[0].array[SET_LABELS].file
    };
    uint64_t *const numbers[] = { &b.source[0].facts.bytes, &b.split[1].count,
                                  &b.split[0].array[0].info.dim[2],
                                  &b.split[0].more[1].offset };

    manifest_check_texts(&a, &b, texts, COUNT_OF(texts));
    manifest_check_numbers(&a, &b, numbers, COUNT_OF(numbers));
    manifest_release(&a);
    manifest_release(&b);
}

static void test_cannot_write(void **state)
{
    (void)state;
    struct manifest m = make();
    struct error err = { 0 };

    struct outfile staged = { 0 };
    assert_false(manifest_stage(&m, "nowhere", "tool", 0, &staged, &err));
    outfile_abandon(&staged);
    assert_error(err, FAIL_SYSTEM, "nowhere/dataset.json");
    manifest_release(&m);
}

/* ---- damaged ---- */

/* A whole document: the parts that a row replaces are given as text. */
#define ARRAY(file, dtype, shape, order, offset, bytes)                        \
    "{'file':" file ",'dtype':" dtype ",'shape':" shape ",'byte_order':" order \
    ",'offset':" offset ",'bytes':" bytes "}"
#define LABELS ARRAY("'l.u8'", "'u8'", "[5]", "'little'", "0", "5")
#define SOURCE(more) "{'split':'train','part':'images','file':'i.gz'" more "}"
#define FACTS ",'bytes':7,'sha256':'" HEX64 "','payload_sha256':'" HEX64 "'"
#define DOCUMENT(classes, sources, splits)                          \
    "{'schema':'mnistprep.dataset/1','dataset':'tiny','recipe':{}," \
    "'classes':" classes ",'sources':" sources ",'splits':" splits "}"
#define SPLITS(splits) DOCUMENT("['a','b']", "[]", splits)
#define TRAIN(arrays) SPLITS("{'train':{'count':5," arrays "}}")
#define ENTRY(file, dtype, shape, order, offset, bytes) \
    TRAIN("'labels':" ARRAY(file, dtype, shape, order, offset, bytes))

static bool read_text(struct manifest *m, const char *text, struct error *err)
{
    json_put("dataset.json", text);
    *m = (struct manifest){ 0 };
    return manifest_read(m, ".", err);
}

static void test_taken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        DOCUMENT("['a']", "[" SOURCE(FACTS) "]", "{}"),
        DOCUMENT("[]", "[" SOURCE(FACTS ",'payload_bytes':9,'new':1") "]",
                 "{}"),
        TRAIN("'labels':" LABELS ",'also':[" LABELS "],'new':1"),
        ENTRY("'..l'", "'u8'", "[5]", "'big'", "0", "5"),
        ENTRY("'d/l'", "'u8'", "[5]", "'little'", "0", "5"),
        ENTRY("'d/.e/..l'", "'u8'", "[5]", "'little'", "0", "5"),
        ENTRY("'l'", "'f64'", "[5,2]", "'little'", "16", "96"),
        ENTRY("'l'", "'u8'", "[5,1,1,1,1,1,1,1]", "'little'", "0", "5"),
        SPLITS("{'train':{'count':0,'images':" ARRAY(
            "'i'", "'u8'", "[0,28,28]", "'little'", "0", "0") "}}"),
        SPLITS("{'a':{'count':9223372036854775807},'b':{'count':0}}"),
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct manifest m;
        struct error err = { 0 };
        if (!read_text(&m, texts[i], &err))
            fail_msg("row %zu: %s", i, err.text);
        manifest_release(&m);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char sense[] = "makes no sense";
    static const char lists[] = "\"classes\", \"recipe\", \"sources\" or";
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "is not valid JSON" },
        { "{'schema':", "is not valid JSON" },
        { "[]", "its schema is not mnistprep.dataset/1" },
        { "{}", "its schema is not" },
        { "{'schema':'mnistprep.dataset/2'}", "its schema is not" },
        { "{'schema':'mnistprep.catalogue/1','datasets':[]}", "its schema is" },
        { "{'schema':'mnistprep.dataset/1'}", lists },
        { "{'schema':'mnistprep.dataset/1','dataset':'tiny','classes':[],"
          "'sources':[],'splits':{}}",
          lists },
        { "{'schema':'mnistprep.dataset/1','dataset':'tiny','recipe':{},"
          "'sources':[],'splits':{}}",
          lists },
        { "{'schema':'mnistprep.dataset/1','dataset':'tiny','recipe':{},"
          "'classes':[],'splits':{}}",
          lists },
        { "{'schema':'mnistprep.dataset/1','dataset':'tiny','recipe':{},"
          "'classes':[],'sources':[]}",
          lists },
        { "{'schema':'mnistprep.dataset/1','recipe':{},'classes':[],"
          "'sources':[],'splits':{}}",
          "\"dataset\" is missing" },
        { DOCUMENT("{'a':'b'}", "[]", "{}"), lists },
        { DOCUMENT("'a'", "[]", "{}"), lists },
        { DOCUMENT("[7]", "[]", "{}"), "a class has no name" },
        { DOCUMENT("['a',null]", "[]", "{}"), "a class has no name" },
        { DOCUMENT("[]", "{'a':{}}", "{}"), lists },
        { DOCUMENT("[]", "[7]", "{}"), "\"split\" is missing" },
        { DOCUMENT("[]", "[{'split':'train'}]", "{}"), "\"part\" is missing" },
        { DOCUMENT("[]", "[{'split':'s','part':'p'}]", "{}"),
          "\"file\" is missing" },
        { DOCUMENT("[]", "[" SOURCE("") "]", "{}"), "source 'i.gz' makes no" },
        { DOCUMENT("[]", "[" SOURCE(",'bytes':7,'sha256':'x'") "]", "{}"),
          "source 'i.gz' makes no sense" },
        { DOCUMENT("[]",
                   "[" SOURCE(",'bytes':-7,'sha256':'" HEX64
                              "','payload_sha256':''") "]",
                   "{}"),
          "source 'i.gz' makes no sense" },
        { DOCUMENT("[]",
                   "[" SOURCE(",'bytes':7,'sha256':'" HEX64 "0',"
                              "'payload_sha256':''") "]",
                   "{}"),
          "source 'i.gz' makes no sense" },
        { SPLITS("[]"), lists },
        { SPLITS("[{'count':5}]"), lists },
        { SPLITS("{'train':7}"), "split 'train' makes no sense" },
        { SPLITS("{'train':{}}"), "split 'train' makes no sense" },
        { SPLITS("{'train':{'count':-1}}"), "split 'train' makes no sense" },
        { SPLITS("{'train':{'count':'5'}}"), "split 'train' makes no sense" },
        { SPLITS("{'train':{'count':18446744073709551615}}"),
          "not valid JSON" },
        { SPLITS("{'train':{'count':1},'train':{'count':2}}"), "duplicate" },
        { SPLITS("{'train':{'count':4,'labels':" LABELS "}}"),
          "'l.u8' and the count of 'train' disagree" },
        { SPLITS("{'train':{'count':6,'onehot':" LABELS "}}"), "disagree" },
        /* arrays */
        { TRAIN("'labels':7"), "\"file\" is missing" },
        { TRAIN("'labels':null"), "\"file\" is missing" },
        { TRAIN("'labels':{}"), "\"file\" is missing" },
        { TRAIN("'also':[7]"), "\"file\" is missing" },
        { TRAIN("'also':{'a':7}"), "\"file\" is missing" },
        { TRAIN("'labels':{'file':'l'}"), "the entry of 'l' makes no sense" },
        { ENTRY("7", "'u8'", "[5]", "'little'", "0", "5"), "\"file\" is" },
        { ENTRY("''", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'.'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'..'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'/etc/passwd'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'../l'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'d/../l'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'d/..'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'d/./l'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'d//l'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'./l'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'l/'", "'u8'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u9'", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "8", "[5]", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "5", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "[]", "'little'", "0", "1"), sense },
        { ENTRY("'l'", "'u8'", "{'a':5}", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "['5']", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "[5,-1]", "'little'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "[5,0]", "'little'", "0", "0"), sense },
        { ENTRY("'l'", "'u8'", "[5,1,1,1,1,1,1,1,1]", "'little'", "0", "5"),
          sense },
        { ENTRY("'l'", "'u8'", "[5]", "'middle'", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "1", "0", "5"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "'0'", "5"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "-1", "4"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "0", "-5"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "0", "4"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "0", "6"), sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "1", "5"), sense },
        { ENTRY("'l'", "'f32'", "[5]", "'little'", "0", "5"), sense },
        /* products that only fit when they wrap */
        { ENTRY("'l'", "'u8'", "[5,4611686018427387904,4]", "'little'", "0",
                "0"),
          sense },
        { ENTRY("'l'", "'f64'", "[5,2305843009213693952]", "'little'", "0",
                "0"),
          sense },
        { ENTRY("'l'", "'u8'", "[5]", "'little'", "9223372036854775807", "4"),
          sense },
        { ENTRY("'l'", "'u8'", "[9223372036854775807,2]", "'little'", "2", "0"),
          sense },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct manifest m;
        struct error err = { 0 };
        if (read_text(&m, cases[i].text, &err))
            fail_msg("row %zu was taken", i);
        if (!strstr(err.text, cases[i].part))
            print_error("row %zu\n", i);
        assert_error(err, FAIL_DATA, cases[i].part);
        assert_error(err, FAIL_DATA, "'./dataset.json'");
        manifest_release(&m);
    }
}

/* Lists that only a damaged or hostile file has. */
static void test_long_lists(void **state)
{
    (void)state;
    static const struct {
        const char *before, *each, *after;
        unsigned count;
        bool taken;
    } cases[] = {
        { "{'classes':[", "'a'", "],'sources':[],'splits':{}", 65536, true },
        { "{'classes':[", "'a'", "],'sources':[],'splits':{}", 65537, false },
        { "{'classes':[],'sources':[", SOURCE(FACTS), "],'splits':{}", 4096,
          true },
        { "{'classes':[],'sources':[", SOURCE(FACTS), "],'splits':{}", 4097,
          false },
        { "{'classes':[],'sources':[],'splits':{'train':{'count':5,'also':[",
          LABELS, "]}}", 4097, false },
    };
    static char text[2 << 20];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct manifest m;
        struct error err = { 0 };
        size_t n = (size_t)snprintf(text, sizeof text, "%s", cases[i].before);
        for (unsigned j = 0; j < cases[i].count; j++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                                  j ? "," : "", cases[i].each);
        assert_true(n + 200 < sizeof text);
        snprintf(text + n, sizeof text - n,
                 "%s,'schema':'mnistprep.dataset/1','dataset':'t','recipe':{}}",
                 cases[i].after);
        if (read_text(&m, text, &err) != cases[i].taken)
            fail_msg("row %zu: %s", i, err.text);
        assert_int_equal(err.code, cases[i].taken ? FAIL_NONE : FAIL_DATA);
        manifest_release(&m);
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct manifest m = { 0 };
    struct error err = { 0 };

    assert_false(manifest_read(&m, ".", &err));
    assert_error(err, FAIL_SYSTEM, "'./dataset.json'");
    manifest_release(&m);
}

/* ---- files ---- */

static bool count_file(void *context, const struct manifest_file *f)
{
    assert_non_null(f->file);
    assert_null(f->format); /* these are all arrays */
    assert_false(f->is_folder);
    return --*(int *)context > 0;
}

static void test_each_file(void **state)
{
    (void)state;
    struct manifest m = make();
    int left = 100;

    assert_true(manifest_each_file(&m, count_file, &left));
    assert_int_equal(100 - left, 7);
    left = 4;
    assert_false(manifest_each_file(&m, count_file, &left));
    assert_int_equal(left, 0);
    manifest_release(&m);
}

static void test_files_fit(void **state)
{
    (void)state;
    static const struct {
        const char *file, *part;
        size_t bytes; /* NEVER: the file is gone */
    } cases[] = {
        { "train-labels.u8", "'./train-labels.u8' has 4 bytes instead of 5",
          4 },
        { "train-labels.u8", "has 6 bytes instead of 5", 6 },
        { "train-labels.u8", "'./train-labels.u8' is missing", NEVER },
        { "x.idx", "'./x.idx' has 0 bytes instead of 15696", 0 },
        { "test-images.bf16", "'./test-images.bf16' is missing", NEVER },
    };
    static char zeros[20000];
    struct manifest m = make();

    for (size_t i = 0; i <= COUNT_OF(cases); i++) {
        struct error err = { 0 };
        for (size_t s = 0; s < m.split_count; s++) {
            for (int kind = 0; kind < SET_ARRAYS; kind++)
                if (m.split[s].array[kind].file)
                    file_make(m.split[s].array[kind].file, zeros,
                              m.split[s].array[kind].bytes);
            for (size_t j = 0; j < m.split[s].more_count; j++)
                file_make(m.split[s].more[j].file, zeros,
                          m.split[s].more[j].bytes);
        }
        if (i == COUNT_OF(cases)) {
            assert_true(manifest_files_fit(&m, ".", &err));
            assert_no_error(err);
            break;
        }
        unlink(cases[i].file);
        if (cases[i].bytes != NEVER)
            file_make(cases[i].file, zeros, cases[i].bytes);
        assert_false(manifest_files_fit(&m, ".", &err));
        assert_error(err, FAIL_DATA, cases[i].part);
    }
    manifest_release(&m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_round_trip), IN_TEMP_DIR(test_cannot_write),
        cmocka_unit_test(test_equal), IN_TEMP_DIR(test_taken),
        IN_TEMP_DIR(test_refused),    IN_TEMP_DIR(test_long_lists),
        IN_TEMP_DIR(test_missing),    cmocka_unit_test(test_each_file),
        IN_TEMP_DIR(test_files_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

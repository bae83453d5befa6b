/* SPDX-License-Identifier: MIT */
/* Recipes: from options, into the manifest, and back out of it. */
#include "pipeline/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "made_recipe.h"

/* ---- lists ---- */

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *names[3];
        const char *part; /* of the error */
    } cases[] = {
        { "bin", { "bin" }, NULL },
        { "npy,bin", { "npy", "bin" }, NULL },
        { "idx,bin,npy", { "idx", "bin", "npy" }, NULL },
        { "", { NULL }, "unknown format ''; there are bin, npy, idx, idx.gz" },
        { ",", { NULL }, "unknown format ''" },
        { "bin,", { NULL }, "unknown format ''" },
        { ",bin", { NULL }, "unknown format ''" },
        { "bin,,npy", { NULL }, "unknown format ''" },
        { "bin, npy", { NULL }, "unknown format ' npy'" },
        { "BIN", { NULL }, "unknown format 'BIN'" },
        { "png,csv", { "png", "csv" }, NULL },
        { "idx.gz,idx", { "idx.gz", "idx" }, NULL },
        { "npz,safetensors,libsvm", { "npz", "safetensors", "libsvm" }, NULL },
        { "pjreddie,torchvision", { "pjreddie", "torchvision" }, NULL },
        { "tfrecord,webdataset", { "tfrecord", "webdataset" }, NULL },
        { "csv,tfrecord,csv", { NULL }, "format 'csv' is listed twice" },
        { "csv.gz", { NULL }, "unknown format 'csv.gz'" },
        { "gz", { NULL }, "unknown format 'gz'" },
        { "bin,npy,bin", { NULL }, "format 'bin' is listed twice" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct recipe r = { .format_count = 3 };
        struct error err = { 0 };
        size_t n = 0;

        while (n < 3 && cases[i].names[n])
            n++;
        if (recipe_parse_formats(&r, cases[i].list, &err) !=
            (cases[i].part == NULL))
            fail_msg("\"%s\": %s", cases[i].list, err.text);
        if (cases[i].part) {
            assert_error(err, FAIL_USAGE, cases[i].part);
            continue;
        }
        assert_int_equal(r.format_count, n);
        for (size_t f = 0; f < n; f++)
            assert_string_equal(r.format[f]->name, cases[i].names[f]);
    }
}

static void test_splits(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool split[3];
        const char *part;
    } cases[] = {
        { NULL, { true, true, true }, NULL },
        { "train", { true, false, false }, NULL },
        { "dig,train", { true, false, true }, NULL },
        { "test,test", { 0 }, "split 'test' is listed twice" },
        { "", { 0 }, "'tiny' has no split ''; its first one is 'train'" },
        { "val", { 0 }, "'tiny' has no split 'val'" },
        { "train,", { 0 }, "'tiny' has no split ''" },
        { "train,tes", { 0 }, "'tiny' has no split 'tes'" },
        { "Train", { 0 }, "'tiny' has no split 'Train'" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct recipe r = { .split = { true, false, true } };
        struct error err = { 0 };

        if (recipe_parse_splits(&r, &made_input, cases[i].list, &err) !=
            (cases[i].part == NULL))
            fail_msg("\"%s\": %s", cases[i].list, err.text);
        if (cases[i].part)
            assert_error(err, FAIL_USAGE, cases[i].part);
        else
            assert_memory_equal(r.split, cases[i].split, sizeof cases[i].split);
    }
}

static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        size_t n;
        uint16_t labels[3];
        const char *part; /* of the error */
    } cases[] = {
        { "3,0", 2, { 3, 0 }, NULL },
        { "Coat,Bag", 2, { 1, 0 }, NULL },
        { "Shoe,1", 2, { 3, 1 }, NULL },
        { "7", 1, { 2 }, NULL }, /* a name before a number */
        { "65535", 1, { 65535 }, NULL },
        { "65536", 0, { 0 }, "no class '65536'" },
        { "", 0, { 0 }, "no class ''" },
        { "1,", 0, { 0 }, "no class ''" },
        { "-1", 0, { 0 }, "no class '-1'" },
        { "bag", 0, { 0 }, "no class 'bag'" },
        { "1,1", 0, { 0 }, "label 1 is listed twice" },
        { "Coat,1", 0, { 0 }, "label 1 is listed twice" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct recipe r = { 0 };
        struct error err = { 0 };
        if (recipe_parse_classes(&r, &made_input, cases[i].list, &err) !=
            (cases[i].part == NULL))
            fail_msg("\"%s\": %s", cases[i].list, err.text);
        if (cases[i].part) {
            assert_error(err, FAIL_USAGE, cases[i].part);
            continue;
        }
        assert_int_equal(r.class_count, cases[i].n);
        assert_memory_equal(r.class_list, cases[i].labels,
                            cases[i].n * sizeof *r.class_list);
    }
}

/* A word longer than any name is none. */
static void test_long_word(void **state)
{
    (void)state;
    char list[1000];
    struct recipe r = { 0 };
    struct error err = { 0 };

    memset(list, 'b', sizeof list);
    list[sizeof list - 1] = '\0';
    assert_false(recipe_parse_formats(&r, list, &err));
    assert_error(err, FAIL_USAGE, "unknown format");
    memcpy(list, "train,", 6);
    err = (struct error){ 0 };
    assert_false(recipe_parse_splits(&r, &made_input, list, &err));
    assert_error(err, FAIL_USAGE, "has no split");
}

/* ---- the manifest's words ---- */

static struct recipe make(const char *names, const char *splits)
{
    struct recipe r = { .dtype = DTYPE_F32, .onehot = true };
    struct error err = { 0 };

    assert_true(recipe_parse_formats(&r, names, &err));
    assert_true(recipe_parse_splits(&r, &made_input, splits, &err));
    return r;
}

static void test_there_and_back(void **state)
{
    (void)state;
    static const struct scale scales[] = {
        { SCALE_UNIT, 0, 0, NULL },
        { SCALE_SIGNED, 0, 0, NULL },
        { SCALE_NONE, 0, 0, NULL },
        { SCALE_CUSTOM, 0.1307, 0.3081, NULL },
        { SCALE_CUSTOM, -1.0 / 3, 1e-300, NULL },
        { SCALE_STANDARD, 0.13066047627384, 0.30810780385646, NULL },
    };
    static const enum dtype types[] = { DTYPE_F16, DTYPE_BF16, DTYPE_F32,
                                        DTYPE_F64, DTYPE_U8 };
    static const enum dtype label_types[] = { DTYPE_U8, DTYPE_I32, DTYPE_I64 };

    for (size_t i = 0; i < COUNT_OF(scales) * COUNT_OF(types); i++) {
        struct recipe r =
            make(i % 2 ? "npy,bin" : "idx", i % 3 ? NULL : "test");
        struct recipe back = { 0 };
        struct error err = { 0 };

        r.scale = scales[i % COUNT_OF(scales)];
        r.dtype = (int)types[i / COUNT_OF(scales)];
        struct normalize possible;
        struct error refused = { 0 };
        if (!normalize_init(&possible, &r.scale, (enum dtype)r.dtype, &refused))
            continue;
        r.label_dtype = (int)label_types[i % COUNT_OF(label_types)];
        r.onehot = i % 4 < 2;
        r.smoothing = i % 5 ? 0.1 : 0;
        struct json_t *doc = recipe_to_json(&r, &made_input, &err);
        char *text = jsondoc_dump(doc, &err);
        assert_non_null(text);
        struct json_t *read = jsondoc_parse(text, strlen(text), "doc", &err);
        assert_true(recipe_from_json(&back, read, &made_input, &err));
        assert_no_error(err);
        assert_true(recipe_equal(&r, &back));
        assert_true(recipe_equal(&back, &r));
        assert_true(back.scale.mean == r.scale.mean);
        assert_true(back.scale.std == r.scale.std);
        jsondoc_release(read);
        jsondoc_release(doc);
        free(text);
    }
}

/* The keys that design.md promises. */
static void test_words(void **state)
{
    (void)state;
    struct recipe r = make("bin,npy", "train,dig");
    struct error err = { 0 };
    struct json_t *doc = recipe_to_json(&r, &made_input, &err);
    char *text = jsondoc_dump(doc, &err);
    char *want =
        json_text("{\n  'scale': 'unit',\n  'mean': null,\n"
                  "  'std': null,\n  'seed': null,\n  'dtype': 'f32',\n"
                  "  'label_dtype': 'u8',\n  'onehot': true,\n"
                  "  'smoothing': 0.0,\n"
                  "  'as_published': false,\n"
                  "  'shuffle': false,\n"
                  "  'val': 0.0,\n  'stratify': false,\n"
                  "  'group': 'none',\n  'folds': 0,\n"
                  "  'relabel': false,\n  'limit': 0,\n"
                  "  'per_class': 0,\n"
                  "  'drop_duplicates': false,\n"
                  "  'transpose': false,\n  'invert': false,\n"
                  "  'height': 0,\n  'width': 0,\n"
                  "  'resample': 'bilinear',\n  'pad': 0,\n"
                  "  'augment': 0,\n  'rotate': 0.0,\n  'shift': 0.0,\n"
                  "  'stretch': 0.0,\n  'shear': 0.0,\n"
                  "  'elastic': 0.0,\n  'elastic_sigma': 0.0,\n"
                  "  'layout': 'hw',\n"
                  "  'label_column': 'auto',\n"
                  "  'table_height': 0,\n  'table_width': 0,\n"
                  "  'checksums': false,\n"
                  "  'classes': [],\n"
                  "  'formats': [\n    'bin',\n    'npy'\n  ],\n"
                  "  'splits': [\n    'train',\n    'dig'\n  ]\n}\n");

    assert_no_error(err);
    assert_string_equal(text, want);
    free(want);
    free(text);
    jsondoc_release(doc);
}

#define RECIPE(scale, dtype, label, onehot, smoothing, shuffle, more)        \
    "{'scale':" scale ",'dtype':" dtype ",'label_dtype':" label              \
    ",'onehot':" onehot ",'smoothing':" smoothing ",'shuffle':" shuffle more \
    "}"
#define LISTS ",'formats':['bin'],'splits':['train']"
#define UNIT(more) RECIPE("'unit'", "'f32'", "'u8'", "true", "0", "false", more)

static struct json_t *parse(const char *quoted)
{
    struct error err = { 0 };
    char *text = json_text(quoted);
    struct json_t *doc = jsondoc_parse(text, strlen(text), "doc", &err);

    free(text);
    assert_no_error(err);
    return doc;
}

static void test_from_json(void **state)
{
    (void)state;
    static const char none[] =
        "the recipe is none of this version of mnistprep";
    static const char formats_text[] = "the recipe's formats are unknown";
    static const char splits_text[] = "the recipe's splits are unknown";
    static const char nothing[] = "the recipe makes no formats, or no splits";
    static const struct {
        const char *text, *part; /* NULL: it is one */
    } cases[] = {
        { UNIT(LISTS), NULL },
        { UNIT(LISTS ",'seed':7"), NULL },
        { UNIT(LISTS ",'seed':7,'new':[]"), none }, /* it may mean anything */
        { RECIPE("'custom'", "'f16'", "'i64'", "false", "0.5", "false",
                 LISTS ",'mean':0,'std':1"),
          NULL },
        { "{}", none },
        { "[]", none },
        { "{'scale':'unit'}", none },
        { RECIPE("'UNIT'", "'f32'", "'u8'", "true", "0", "false", LISTS),
          none },
        { RECIPE("7", "'f32'", "'u8'", "true", "0", "false", LISTS), none },
        { RECIPE("'pixel-standard'", "'f32'", "'u8'", "true", "0", "false",
                 LISTS),
          NULL }, /* its numbers are read apart from it */
        { RECIPE("'pixel'", "'f32'", "'u8'", "true", "0", "false", LISTS),
          none },
        { RECIPE("'custom'", "'f32'", "'u8'", "true", "0", "false", LISTS),
          none }, /* without its numbers */
        { RECIPE("'standard'", "'f32'", "'u8'", "true", "0", "false",
                 LISTS ",'mean':0.1"),
          none },
        { RECIPE("'standard'", "'f32'", "'u8'", "true", "0", "false",
                 LISTS ",'mean':null,'std':null"),
          none },
        { RECIPE("'custom'", "'f32'", "'u8'", "true", "0", "false",
                 LISTS ",'mean':0,'std':0"),
          none },
        { RECIPE("'unit'", "'f33'", "'u8'", "true", "0", "false", LISTS),
          none },
        { RECIPE("'unit'", "'i8'", "'u8'", "true", "0", "false", LISTS), none },
        { RECIPE("'unit'", "'u8'", "'u8'", "true", "0", "false", LISTS), none },
        { RECIPE("'unit'", "'f32'", "'f32'", "true", "0", "false", LISTS),
          none },
        { RECIPE("'unit'", "'f32'", "'i8'", "true", "0", "false", LISTS),
          none },
        { RECIPE("'unit'", "'f32'", "'u8'", "1", "0", "false", LISTS), none },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "'0'", "false", LISTS),
          none },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "1", "false", LISTS),
          none },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "-0.5", "false", LISTS),
          none },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "0", "true", LISTS), NULL },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "0", "1", LISTS), none },
        { RECIPE("'unit'", "'f32'", "'u8'", "true", "0", "null", LISTS), none },
        { UNIT(",'formats':['bin']"), nothing },
        { UNIT(",'splits':['train']"), nothing },
        { UNIT(",'formats':[],'splits':['train']"), nothing },
        { UNIT(",'formats':['bin'],'splits':[]"), nothing },
        { UNIT(",'formats':'bin','splits':['train']"), nothing },
        { UNIT(",'formats':{'bin':1},'splits':['train']"), formats_text },
        { UNIT(",'formats':[7],'splits':['train']"), formats_text },
        { UNIT(",'formats':['parquet'],'splits':['train']"), formats_text },
        { UNIT(",'formats':['bin','bin'],'splits':['train']"), formats_text },
        { UNIT(",'formats':['bin'],'splits':['val']"), splits_text },
        { UNIT(",'formats':['bin'],'splits':[null]"), splits_text },
        { UNIT(",'formats':['bin'],'splits':{'train':1}"), splits_text },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_t *doc = parse(cases[i].text);
        struct recipe r = { .format_count = 4711 };
        struct error err = { 0 };

        if (recipe_from_json(&r, doc, &made_input, &err) !=
            (cases[i].part == NULL))
            fail_msg("row %zu: %s", i, err.text);
        if (cases[i].part) {
            assert_error(err, FAIL_DATA, cases[i].part);
            assert_int_equal(r.format_count, 4711);
        }
        jsondoc_release(doc);
    }
    struct recipe r;
    struct error err = { 0 };
    assert_false(recipe_from_json(&r, NULL, &made_input, &err));
    assert_error(err, FAIL_DATA, none);
}

/* ---- the same? ---- */

static void test_equal(void **state)
{
    (void)state;
    const struct recipe plain = make("bin,npy", "train,test");
    struct recipe other[10];

    for (size_t i = 0; i < COUNT_OF(other); i++)
        other[i] = plain;
    other[1].scale.mode = SCALE_SIGNED;
    other[2].dtype = DTYPE_F64;
    other[3].label_dtype = DTYPE_I64;
    other[4].onehot = false;
    other[5].smoothing = 0.1;
    other[6].format_count = 1;
    other[7] = make("npy,bin", "train,test");
    other[8].split[2] = true;
    other[9].split[0] = false;
    for (size_t i = 0; i < COUNT_OF(other); i++)
        if (recipe_equal(&plain, &other[i]) != (i == 0) ||
            recipe_equal(&other[i], &plain) != (i == 0))
            fail_msg("recipe %zu", i);

    /* numbers count where they were given, not where they were fitted */
    struct recipe a = plain, b = plain;
    a.scale = (struct scale){ SCALE_STANDARD, 0.1, 0.3, NULL };
    b.scale = (struct scale){ SCALE_STANDARD, 0, 0, NULL };
    assert_true(recipe_equal(&a, &b));
    a.scale = (struct scale){ SCALE_CUSTOM, 0.1, 0.3, NULL };
    b.scale = a.scale;
    assert_true(recipe_equal(&a, &b));
    b.scale.mean = 0.10000000000000002;
    assert_false(recipe_equal(&a, &b));
    b.scale = (struct scale){ SCALE_CUSTOM, 0.1, 0.30000000000000004, NULL };
    assert_false(recipe_equal(&a, &b));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_long_word),      cmocka_unit_test(test_classes),
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_words),
        cmocka_unit_test(test_from_json),      cmocka_unit_test(test_equal),
    };
    return cmocka_run_group_tests(tests, made_input_init, made_input_release);
}

/* SPDX-License-Identifier: MIT */
/* Every field of a recipe: into JSON under its own key, back out of it, and
 * seen when recipes are compared; and what does not go together. */
#include "pipeline/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "made_recipe.h"

/* One where every field that can be changed alone has an effect. */
static struct recipe base(void)
{
    struct recipe r = { .dtype = DTYPE_F32,
                        .val = 0.25,
                        .seed = 7,
                        .class_list = { 3, 5 },
                        .class_count = 2,
                        .geometry = { .height = 20, .width = 20 },
                        .augment = { .copies = 1,
                                     .rotate = 5,
                                     .elastic = 8,
                                     .elastic_sigma = 4 },
                        .table = { .height = 6, .width = 6 } };
    struct error err = { 0 };

    assert_true(recipe_parse_formats(&r, "bin", &err));
    assert_true(recipe_parse_splits(&r, &made_input, "train", &err));
    return r;
}

/* The base as JSON, without the member of that key ("": whole). */
static struct json_t *base_json(const char *but, const char *key,
                                const char *value)
{
    static const char *const members[][2] = {
        { "scale", "'unit'" },     { "dtype", "'f32'" },
        { "label_dtype", "'u8'" }, { "onehot", "false" },
        { "smoothing", "0" },      { "shuffle", "false" },
        { "val", "0.25" },         { "seed", "7" },
        { "classes", "[3,5]" },    { "height", "20" },
        { "width", "20" },         { "formats", "['bin']" },
        { "splits", "['train']" }, { "table_height", "6" },
        { "table_width", "6" },    { "augment", "1" },
        { "rotate", "5" },         { "elastic", "8" },
        { "elastic_sigma", "4" },
    };
    char text[1000] = "{";
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (strcmp(members[i][0], but) == 0)
            continue;
        snprintf(text + strlen(text), sizeof text - strlen(text), "'%s':%s,",
                 members[i][0], members[i][1]);
    }
    if (key)
        snprintf(text + strlen(text), sizeof text - strlen(text), "'%s':%s,",
                 key, value);
    text[strlen(text) - 1] = '}';
    char *json = json_text(text);
    struct json_t *doc = jsondoc_parse(json, strlen(json), "doc", &err);
    assert_no_error(err);
    free(json);
    return doc;
}

/* ---- field by field ---- */

enum {
    DTYPE,
    LABEL_DTYPE,
    ONEHOT,
    SMOOTHING,
    AS_PUBLISHED,
    SHUFFLE,
    VAL,
    STRATIFY,
    GROUP,
    FOLDS,
    RELABEL,
    LIMIT,
    PER_CLASS,
    DROP_DUPLICATES,
    TRANSPOSE,
    INVERT,
    HEIGHT,
    WIDTH,
    RESAMPLE,
    PAD,
    AUGMENT,
    ROTATE,
    SHIFT,
    STRETCH,
    SHEAR,
    ELASTIC,
    ELASTIC_SIGMA,
    LAYOUT_HWC_,
    LAYOUT_CHW_,
    LABEL_FIRST,
    LABEL_LAST,
    LABEL_NONE,
    TABLE_HEIGHT,
    TABLE_WIDTH,
    CHECKSUMS,
    SEED,
    CLASSES,
    FORMATS,
    SPLITS,
    SCALE,
    FITTED_ON,
    FIELDS
};

static const struct {
    const char *key, *value;
} written[FIELDS] = {
    [DTYPE] = { "dtype", "'bf16'" },
    [LABEL_DTYPE] = { "label_dtype", "'i64'" },
    [ONEHOT] = { "onehot", "true" },
    [SMOOTHING] = { "smoothing", "0.1" },
    [AS_PUBLISHED] = { "as_published", "true" },
    [SHUFFLE] = { "shuffle", "true" },
    [VAL] = { "val", "5000.0" },
    [STRATIFY] = { "stratify", "true" },
    [GROUP] = { "group", "'writer'" },
    [FOLDS] = { "folds", "256" },
    [RELABEL] = { "relabel", "true" },
    [LIMIT] = { "limit", "9007199254740993" },
    [PER_CLASS] = { "per_class", "12" },
    [DROP_DUPLICATES] = { "drop_duplicates", "true" },
    [TRANSPOSE] = { "transpose", "true" },
    [INVERT] = { "invert", "true" },
    [HEIGHT] = { "height", "32" },
    [WIDTH] = { "width", "16" },
    [RESAMPLE] = { "resample", "'nearest'" },
    [PAD] = { "pad", "2" },
    [AUGMENT] = { "augment", "255" },
    [ROTATE] = { "rotate", "0.5" },
    [SHIFT] = { "shift", "2.0" },
    [STRETCH] = { "stretch", "0.1" },
    [SHEAR] = { "shear", "60.0" },
    [ELASTIC] = { "elastic", "34.0" },
    [ELASTIC_SIGMA] = { "elastic_sigma", "0.5" },
    [LAYOUT_HWC_] = { "layout", "'hwc'" },
    [LAYOUT_CHW_] = { "layout", "'chw'" },
    [LABEL_FIRST] = { "label_column", "'first'" },
    [LABEL_LAST] = { "label_column", "'last'" },
    [LABEL_NONE] = { "label_column", "'none'" },
    [TABLE_HEIGHT] = { "table_height", "8" },
    [TABLE_WIDTH] = { "table_width", "9" },
    [CHECKSUMS] = { "checksums", "true" },
    [SEED] = { "seed", "9223372036854775807" },
    [CLASSES] = { "classes", "[5,3]" },
    [FORMATS] = { "formats", "['bin','png']" },
    [SPLITS] = { "splits", "['train','test','dig']" },
    [SCALE] = { "scale", "'pixel-standard'" },
    [FITTED_ON] = { "fitted_on", "'fashion-mnist'" },
};

static struct recipe changed(int field)
{
    struct recipe r = base();
    struct error err = { 0 };

    switch (field) {
    case DTYPE:
        r.dtype = DTYPE_BF16;
        break;
    case LABEL_DTYPE:
        r.label_dtype = DTYPE_I64;
        break;
    case ONEHOT:
        r.onehot = true;
        break;
    case SMOOTHING:
        r.smoothing = 0.1;
        break;
    case AS_PUBLISHED:
        r.as_published = true;
        break;
    case SHUFFLE:
        r.shuffle = true;
        break;
    case VAL:
        r.val = 5000;
        break;
    case STRATIFY:
        r.stratify = true;
        break;
    case GROUP:
        r.group = BY_WRITER;
        break;
    case FOLDS:
        r.folds = 256;
        break;
    case RELABEL:
        r.relabel = true;
        break;
    case LIMIT:
        r.limit = (UINT64_C(1) << 53) + 1;
        break;
    case PER_CLASS:
        r.per_class = 12;
        break;
    case DROP_DUPLICATES:
        r.drop_duplicates = true;
        break;
    case TRANSPOSE:
        r.geometry.transpose = true;
        break;
    case INVERT:
        r.geometry.invert = true;
        break;
    case HEIGHT:
        r.geometry.height = 32;
        break;
    case WIDTH:
        r.geometry.width = 16;
        break;
    case RESAMPLE:
        r.geometry.resample = RESAMPLE_NEAREST;
        break;
    case PAD:
        r.geometry.pad = 2;
        break;
    case AUGMENT:
        r.augment.copies = 255;
        break;
    case ROTATE:
        r.augment.rotate = 0.5;
        break;
    case SHIFT:
        r.augment.shift = 2;
        break;
    case STRETCH:
        r.augment.stretch = 0.1;
        break;
    case SHEAR:
        r.augment.shear = 60;
        break;
    case ELASTIC:
        r.augment.elastic = 34;
        break;
    case ELASTIC_SIGMA:
        r.augment.elastic_sigma = 0.5;
        break;
    case LAYOUT_HWC_:
        r.layout = LAYOUT_HWC;
        break;
    case LAYOUT_CHW_:
        r.layout = LAYOUT_CHW;
        break;
    case LABEL_FIRST:
        r.table.label = INPUT_LABEL_FIRST;
        break;
    case LABEL_LAST:
        r.table.label = INPUT_LABEL_LAST;
        break;
    case LABEL_NONE:
        r.table.label = INPUT_LABEL_NONE;
        break;
    case TABLE_HEIGHT:
        r.table.height = 8;
        break;
    case TABLE_WIDTH:
        r.table.width = 9;
        break;
    case CHECKSUMS:
        r.checksums = true;
        break;
    case SEED:
        r.seed = INT64_MAX;
        break;
    case CLASSES:
        r.class_list[0] = 5;
        r.class_list[1] = 3;
        break;
    case FORMATS:
        assert_true(recipe_parse_formats(&r, "bin,png", &err));
        break;
    case SPLITS:
        assert_true(recipe_parse_splits(&r, &made_input, NULL, &err));
        break;
    case SCALE:
        r.scale.mode = SCALE_PIXEL_STANDARD;
        break;
    case FITTED_ON:
        strcpy(r.fitted_on, "fashion-mnist");
        break;
    default:
        fail_msg("field %d", field);
    }
    return r;
}

static void test_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < FIELDS; i++) {
        struct recipe r = changed(i), back = { 0 }, read = { 0 };
        struct error err = { 0 };
        struct json_t *doc = recipe_to_json(&r, &made_input, &err);
        struct json_t *want =
            base_json(written[i].key, written[i].key, written[i].value);

        assert_no_error(err);
        if (!jsondoc_equal(jsondoc_find(doc, written[i].key),
                           jsondoc_find(want, written[i].key)))
            fail_msg("\"%s\" is written otherwise", written[i].key);
        if (!recipe_from_json(&back, doc, &made_input, &err) ||
            !recipe_from_json(&read, want, &made_input, &err))
            fail_msg("%s %s: %s", written[i].key, written[i].value, err.text);
        if (!recipe_equal(&r, &back) || !recipe_equal(&r, &read))
            fail_msg("%s did not come back", written[i].key);
        assert_string_equal(back.fitted_on, r.fitted_on);
        jsondoc_release(want);
        jsondoc_release(doc);
    }
}

static void test_equal_sees_all(void **state)
{
    (void)state;
    for (int i = 0; i < FIELDS; i++) {
        for (int j = 0; j <= FIELDS; j++) {
            struct recipe a = changed(i);
            struct recipe b = j == FIELDS ? base() : changed(j);
            if (recipe_equal(&a, &b) != (i == j))
                fail_msg("%s and %d", written[i].key, j);
        }
    }
}

/* Seeds are of 64 bits, and JSON of fewer. */
static void test_largest_seed(void **state)
{
    (void)state;
    struct recipe r = base(), back = { 0 };
    struct error err = { 0 };

    r.seed = UINT64_MAX;
    struct json_t *doc = recipe_to_json(&r, &made_input, &err);
    char *text = jsondoc_dump(doc, &err);
    assert_no_error(err);
    struct json_t *read = jsondoc_parse(text, strlen(text), "doc", &err);
    assert_no_error(err);
    assert_true(recipe_from_json(&back, read, &made_input, &err));
    assert_true(back.seed == UINT64_MAX);
    jsondoc_release(read);
    jsondoc_release(doc);
    free(text);
}

/* ---- refused ---- */

static void test_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "vall", "1" },
        { "SEED", "1" },
        { "", "1" },
        { "val", "'0.25'" },
        { "val", "-1" },
        { "val", "null" },
        { "stratify", "1" },
        { "group", "'class'" },
        { "group", "1" },
        { "folds", "-1" },
        { "folds", "2.5" },
        { "limit", "-1" },
        { "per_class", "'1'" },
        { "transpose", "'true'" },
        { "height", "-20" },
        { "height", "0" },
        { "width", "0" },
        { "resample", "'cubic'" },
        { "pad", "-1" },
        { "augment", "256" },
        { "augment", "-1" },
        { "rotate", "'5'" },
        { "rotate", "181" },
        { "shift", "-1" },
        { "stretch", "1" },
        { "elastic", "1e300" },
        { "elastic_sigma", "0" },
        { "layout", "'nhwc'" },
        { "layout", "'HW'" },
        { "checksums", "0" },
        { "label_column", "'second'" },
        { "table_height", "0" },
        { "seed", "'7'" },
        { "seed", "-7" },
        { "seed", "7.5" },
        { "classes", "'3,5'" },
        { "classes", "3" },
        { "classes", "{}" },
        { "classes", "[3,3]" },
        { "classes", "['3']" },
        { "classes", "[65536]" },
        { "classes", "[-1]" },
        { "fitted_on", "7" },
        { "dtype", "'u32'" },
        { "label_dtype", "'u32'" },
    };
    bool failed = false;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_t *doc = base_json(cases[i][0], cases[i][0], cases[i][1]);
        struct recipe r = { .format_count = 4711 };
        struct error err = { 0 };
        if (recipe_from_json(&r, doc, &made_input, &err)) {
            print_error("taken: \"%s\": %s\n", cases[i][0], cases[i][1]);
            failed = true;
        } else {
            assert_int_equal(err.code, FAIL_DATA);
            assert_int_equal(r.format_count, 4711);
        }
        jsondoc_release(doc);
    }
    assert_false(failed);
}

/* ---- together ---- */

static void test_check(void **state)
{
    (void)state;
    struct recipe r = base();
    struct error err = { 0 };

    assert_true(recipe_check(&r, &err));
    assert_int_equal(r.seed, 7);
    r.val = 0;
    assert_true(recipe_check(&r, &err));
    assert_int_equal(r.seed, 7); /* for copies */
    r.augment = (struct augment_rules){ .elastic_sigma = 4 };
    r.geometry = (struct geometry_rules){ .resample = RESAMPLE_NEAREST };
    assert_true(recipe_check(&r, &err));
    assert_int_equal(r.seed, 0); /* nothing is drawn */
    assert_int_equal(r.geometry.resample, RESAMPLE_BILINEAR);
    assert_true(r.augment.elastic_sigma == 0);
    assert_no_error(err);

    r.stratify = true;
    assert_false(recipe_check(&r, &err));
    assert_error(err, FAIL_USAGE, "--stratify");
    err = (struct error){ 0 };
    r.folds = 5;
    assert_true(recipe_check(&r, &err));
    r.group = BY_WRITER;
    assert_false(recipe_check(&r, &err));
    assert_error(err, FAIL_USAGE, "--group and --stratify");
    err = (struct error){ 0 };
    r.stratify = false;
    assert_true(recipe_check(&r, &err));
    r.folds = 0;
    assert_false(recipe_check(&r, &err));
    assert_error(err, FAIL_USAGE, "--group");
    r = base();
    r.relabel = true;
    r.class_count = 0;
    err = (struct error){ 0 };
    assert_false(recipe_check(&r, &err));
    assert_error(err, FAIL_USAGE, "--relabel");
}

static void test_chooses_rows(void **state)
{
    (void)state;
    static const int all[] = { SHUFFLE, LIMIT, PER_CLASS, DROP_DUPLICATES,
                               FOLDS };
    struct recipe r = base();

    assert_true(recipe_chooses_rows(&r));
    r.val = 0;
    assert_true(recipe_chooses_rows(&r)); /* classes */
    r.class_count = 0;
    assert_true(recipe_chooses_rows(&r)); /* copies */
    r.augment = (struct augment_rules){ 0 };
    assert_false(recipe_chooses_rows(&r));
    r.val = 1;
    assert_true(recipe_chooses_rows(&r));
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        r = changed(all[i]);
        r.val = 0;
        r.class_count = 0;
        r.augment = (struct augment_rules){ 0 };
        assert_true(recipe_chooses_rows(&r));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_equal_sees_all),
        cmocka_unit_test(test_largest_seed),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_chooses_rows),
    };
    return cmocka_run_group_tests(tests, made_input_init, made_input_release);
}

/* SPDX-License-Identifier: MIT */
/* Prepared sets as they may lie on a disk: every type, layout, byte order and
 * place comes out as the levels it was made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"
#include "made_prepared.h"
#include "pipeline/view.h"

/* All pictures and labels of the only split, which are those of the formulas
 * above. */
static void check_rows(const struct view *v, bool has_labels)
{
    struct view_rows r = { 0 };
    unsigned char *images = malloc((size_t)ROWS * PIXELS);
    int64_t labels[ROWS];
    struct error err = { 0 };
    size_t row = 0;
    ptrdiff_t n;

    assert_true(view_rows_open(&r, v, 0, &err));
    assert_int_equal(r.count, ROWS);
    assert_int_equal(r.height, HEIGHT);
    assert_int_equal(r.width, WIDTH);
    assert_int_equal(r.image_bytes, PIXELS);
    assert_int_equal(r.has_labels, has_labels);
    while ((n = view_rows_read(&r, images + row * PIXELS, labels + row, 299,
                               &err)) > 0)
        row += (size_t)n;
    assert_no_error(err);
    assert_int_equal(n, 0);
    assert_int_equal(row, ROWS);
    for (size_t i = 0; i < (size_t)ROWS * PIXELS; i++)
        if (images[i] != level_at(i / PIXELS, i % PIXELS))
            fail_msg("row %zu, pixel %zu: %d", i / PIXELS, i % PIXELS,
                     images[i]);
    for (size_t i = 0; has_labels && i < ROWS; i++)
        assert_int_equal(labels[i], label_at(i));
    view_rows_close(&r);
    free(images);
}

static void expect_set(const struct wish *w)
{
    struct view v = { 0 };
    struct error err = { 0 };

    put_set(w);
    if (!view_of_prepared(&v, ".", NULL, 0, &err))
        fail_msg("%s", err.text);
    check_rows(&v, !w->no_labels);
    view_release(&v);
}

static void test_what_is_known(void **state)
{
    (void)state;
    struct catalogue *known = calloc(1, sizeof *known);
    struct view v = { 0 };
    struct error err = { 0 };

    known->count = 1;
    known->dataset[0].name = "tiny";
    put_set(&(struct wish){ .dtype = DTYPE_F32 });
    assert_true(view_of_prepared(&v, ".", known, 0, &err));
    assert_no_error(err);
    assert_true(v.prepared);
    assert_string_equal(v.name, "tiny");
    assert_ptr_equal(v.dataset, &known->dataset[0]);
    assert_int_equal(v.class_count, 3);
    assert_string_equal(v.class_name[2], "two");
    assert_int_equal(v.split_count, 1);
    assert_string_equal(v.split_name[0], "train");
    assert_true(v.only[0]);
    assert_int_equal(v.flags, 0);
    assert_false(view_choose(&v, "test", &err));
    assert_error(err, FAIL_USAGE, "tiny has no split 'test'");
    view_release(&v);
    /* Another catalogue does not know it. */
    err = (struct error){ 0 };
    known->dataset[0].name = "big";
    assert_true(view_of_prepared(&v, ".", known, 0, &err));
    assert_null(v.dataset);
    view_release(&v);
    free(known);
}

/* Which rows a split was taken from, unless the pictures were others. */
static void test_published(void **state)
{
    (void)state;
    static const struct catalogue_dataset known = {
        .name = "tiny",
        .split = { { .name = "train",
                     .part[PART_IMAGES].payload_sha256 = "aa",
                     .part[PART_LABELS].payload_sha256 = "bb" },
                   { .name = "test" } },
        .split_count = 2,
    };
    static char train[] = "train", test[] = "test", more[] = "more";
    static char val[] = "val", gone[] = "gone";
    static char images[] = "images", labels[] = "labels";
    struct manifest_split splits[] = {
        { .name = train },
        { .name = test },
        { .name = more },
        { .name = val, .from = train },
        { .name = train, .from = gone },
    };
    const struct catalogue_split *const first = &known.split[0];
    const struct catalogue_split *const want[] = { first, &known.split[1], NULL,
                                                   first, NULL };
    struct manifest_source sources[] = {
        { .split = test, .part = images, .facts.payload_sha256 = "cc" },
        { .split = train, .part = labels, .facts.payload_sha256 = "cc" },
        { .split = train, .part = images, .facts.payload_sha256 = "aa" },
    };
    struct view v = { .prepared = true,
                      .dataset = &known,
                      .manifest = { .split = splits,
                                    .split_count = COUNT_OF(splits),
                                    .source = sources,
                                    .source_count = COUNT_OF(sources) } };

    for (size_t i = 0; i < COUNT_OF(splits); i++)
        assert_ptr_equal(view_published(&v, i), want[i]);
    sources[2].facts.payload_sha256[0] = '\0'; /* not noted */
    assert_ptr_equal(view_published(&v, 0), first);
    sources[2].facts.payload_sha256[0] = 'x';
    assert_null(view_published(&v, 0));
    assert_null(view_published(&v, 3));
    assert_ptr_equal(view_published(&v, 1), &known.split[1]);
    v.dataset = NULL;
    assert_null(view_published(&v, 1));
    v = (struct view){ .dataset = &known };
    v.input.split[1].published = first;
    assert_null(view_published(&v, 0));
    assert_ptr_equal(view_published(&v, 1), first);
}

static void test_types(void **state)
{
    (void)state;
    static const enum dtype floats[] = { DTYPE_F16, DTYPE_BF16, DTYPE_F32,
                                         DTYPE_F64 };
    static const enum dtype labels[] = { DTYPE_U8, DTYPE_I32, DTYPE_I64,
                                         DTYPE_I16 };

    for (size_t i = 0; i < COUNT_OF(floats); i++)
        for (int big = 0; big < 2; big++)
            expect_set(&(struct wish){ .dtype = floats[i],
                                       .label_dtype = labels[i],
                                       .big = big,
                                       .header = i * 40 });
    expect_set(&(struct wish){ .no_labels = true });
    expect_set(&(struct wish){ .header = 100000 });
}

static void test_scales(void **state)
{
    (void)state;

    expect_set(
        &(struct wish){ .scale = "'scale':'signed','mean':null,'std':null",
                        .factor = 2,
                        .offset = -1,
                        .dtype = DTYPE_F64 });
    expect_set(&(struct wish){ .scale = "'scale':'none','mean':null,"
                                        "'std':null",
                               .factor = 255,
                               .dtype = DTYPE_F16 });
    expect_set(&(struct wish){ .scale = "'scale':'standard','mean':0.25,"
                                        "'std':0.5",
                               .factor = 2,
                               .offset = -0.5,
                               .dtype = DTYPE_F64 });
    expect_set(&(struct wish){ .scale = "'scale':'custom','mean':0.25,"
                                        "'std':0.5",
                               .factor = 2,
                               .offset = -0.5,
                               .dtype = DTYPE_F32 });
}

static void test_scale_by_pixel(void **state)
{
    (void)state;

    expect_set(&(struct wish){
        .scale = "'scale':'pixel-standard',"
                 "'mean':[0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,"
                 "0.5,0.5],'std':[0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,0.25,"
                 "0.25,0.25,0.25,0.25,0.25,0.25]",
        .factor = 4,
        .offset = -2,
        .dtype = DTYPE_F64 });
    expect_refusal(&(struct wish){ .scale =
                                       "'scale':'pixel-standard','mean':[0.5],"
                                       "'std':[0.25]",
                                   .dtype = DTYPE_F64 },
                   FAIL_DATA, "those of 1 pixels, but its pictures have 15");
    expect_refusal(&(struct wish){ .scale = "'scale':'pixel-standard',"
                                            "'mean':[0.5],'std':[]" },
                   FAIL_DATA,
                   "'./dataset.json': the recipe has no mean and deviation");
}

static void test_layouts(void **state)
{
    (void)state;

    expect_set(&(struct wish){ .layout = "hwc", .shape = "3,5,1" });
    expect_set(&(struct wish){ .layout = "chw", .shape = "1,3,5" });
    expect_refusal(&(struct wish){ .layout = "chw", .shape = "3,5,1" },
                   FAIL_DATA,
                   "'./i' has 700x3x5x1 numbers; pictures of one "
                   "grey channel are needed, in the layout chw");
    expect_refusal(&(struct wish){ .layout = "hwc", .shape = "3,5" }, FAIL_DATA,
                   "in the layout hwc");
    expect_refusal(&(struct wish){ .shape = "15" }, FAIL_DATA,
                   "'./i' has 700x15 numbers");
}

/* Rows that were chosen say where they come from, and a split may come from
 * one of another name. */
static void test_rows_of_the_source(void **state)
{
    (void)state;
    double rows[ROWS];
    struct view v = { 0 };
    struct view_rows r = { 0 };
    struct error err = { 0 };

    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (double)(60000 - i * 3);
    put_numbers("r", DTYPE_U32, 0, true, rows, ROWS);
    put_set(&(struct wish){
        .more = ",'from':'train','rows':{'file':'r','dtype':'u32','shape':["
                "700],'byte_order':'big','offset':0,'bytes':2800}" });
    assert_true(view_of_prepared(&v, ".", NULL, 0, &err));
    check_rows(&v, true);
    assert_true(view_rows_open(&r, &v, 0, &err));
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(r.source_row[i], 60000 - i * 3);
    view_rows_close(&r);
    view_release(&v);
    assert_no_error(err);
}

/* A packed array is no array to the manifest, but a file. */
static void test_packed_idx(void **state)
{
    (void)state;
    unsigned char levels[12] = { 0, 9, 8, 7, 255, 6, 5, 4, 3, 2, 1, 200 };
    struct made images = idx_make(8, "2,2,3", levels, 12);
    struct made labels = idx_make(8, "2", "\2\1", 2);
    unsigned char got[12] = { 0 };
    int64_t label[2] = { 0 };
    struct view v = { 0 };
    struct view_rows r = { 0 };
    struct error err = { 0 };
    unsigned long long image_bytes, label_bytes;
    char text[2000];

    made_put_gzip("train-images.idx.gz", &images);
    made_put_gzip("train-labels.idx.gz", &labels);
    FILE *f = fopen("train-images.idx.gz", "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    image_bytes = (unsigned long long)ftell(f);
    fclose(f);
    f = fopen("train-labels.idx.gz", "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    label_bytes = (unsigned long long)ftell(f);
    fclose(f);
    snprintf(text, sizeof text,
             "{'schema':'mnistprep.dataset/1','tool':'test','dataset':'tiny',"
             "'classes':['a','b','c'],'recipe':{'scale':'none','dtype':'u8',"
             "'label_dtype':'u8','onehot':false,'smoothing':0,'shuffle':false,"
             "'as_published':true,'formats':['idx.gz'],'splits':['train']},"
             "'sources':[],'splits':{'train':{'count':2}},'files':["
             "{'file':'train-images.idx.gz','format':'idx.gz','bytes':%llu},"
             "{'file':'train-labels.idx.gz','format':'idx.gz','bytes':%llu}]}",
             image_bytes, label_bytes);
    json_put("dataset.json", text);
    assert_true(view_of_prepared(&v, ".", NULL, 0, &err));
    assert_int_equal(v.flags, SOURCE_AS_PUBLISHED);
    assert_int_equal(v.class_count, 3);
    assert_true(view_rows_open(&r, &v, 0, &err));
    assert_int_equal(r.height, 2);
    assert_int_equal(r.width, 3);
    assert_int_equal(view_rows_read(&r, got, label, 2, &err), 2);
    assert_int_equal(view_rows_read(&r, got, label, 2, &err), 0);
    assert_no_error(err);
    assert_memory_equal(got, levels, sizeof levels);
    assert_int_equal(label[0], 2);
    assert_int_equal(label[1], 1);
    view_rows_close(&r);
    view_release(&v);
    made_release(&images);
    made_release(&labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        IN_TEMP_DIR(test_what_is_known),
        IN_TEMP_DIR(test_types),
        IN_TEMP_DIR(test_scales),
        IN_TEMP_DIR(test_scale_by_pixel),
        IN_TEMP_DIR(test_layouts),
        IN_TEMP_DIR(test_rows_of_the_source),
        IN_TEMP_DIR(test_packed_idx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

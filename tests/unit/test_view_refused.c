/* SPDX-License-Identifier: MIT */
/* Prepared sets that cannot be looked at: what is said of them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"
#include "made_prepared.h"
#include "pipeline/view.h"

static void damage(const char *path, long at, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void test_a_number_of_no_level(void **state)
{
    (void)state;
    static const float half = 0.5F;
    unsigned char bytes[4];

    put_arrays(&(struct wish){ 0 });
    memcpy(bytes, &half, sizeof bytes);
    if (!dtype_machine_is_little())
        dtype_swap(DTYPE_F32, bytes, 1);
    damage("i", (611L * PIXELS + 4) * 4, bytes, sizeof bytes);
    expect_refusal(&(struct wish){ 0 }, FAIL_DATA,
                   "'./i', row 611, pixel 4: its recipe makes 0.5 of no grey "
                   "level; make the set again with 'mnistprep prep --force'");
}

/* Rows before it come out, however many are asked for at once. */
static void test_rows_before_that(void **state)
{
    (void)state;
    static const float half = 0.5F;
    unsigned char bytes[4], images[50 * PIXELS];
    int64_t labels[50];
    struct view v = { 0 };
    struct view_rows r = { 0 };
    struct error err = { 0 };

    put_set(&(struct wish){ 0 });
    memcpy(bytes, &half, sizeof bytes);
    if (!dtype_machine_is_little())
        dtype_swap(DTYPE_F32, bytes, 1);
    damage("i", 30L * PIXELS * 4, bytes, sizeof bytes);
    assert_true(view_of_prepared(&v, ".", NULL, 0, &err));
    assert_true(view_rows_open(&r, &v, 0, &err));
    assert_int_equal(view_rows_read(&r, images, labels, 50, &err), 30);
    assert_no_error(err);
    assert_int_equal(images[29 * PIXELS + 14], level_at(29, 14));
    assert_int_equal(labels[29], label_at(29));
    for (int again = 0; again < 2; again++) {
        err = (struct error){ 0 };
        assert_int_equal(view_rows_read(&r, images, labels, 50, &err), -1);
        assert_error(err, FAIL_DATA, "'./i', row 30, pixel 0");
    }
    view_rows_close(&r);
    view_release(&v);
}

/* Zeros of a pixel that never changed tell nothing of rows that the scale was
 * not fitted on. */
static void test_levels_that_are_lost(void **state)
{
    (void)state;
    static const char scale[] =
        "'scale':'pixel-standard','mean':[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
        "'std':[1,1,1,1,0,1,1,1,1,1,1,1,0,1,1]";
    static const char borrowed[] =
        "'fitted_on':'other','scale':'pixel-standard','mean':[0,0,0,0,0,0,0,0,"
        "0,0,0,0,0,0,0],'std':[1,1,1,1,0,1,1,1,1,1,1,1,0,1,1]";

    put_arrays(&(struct wish){ .dtype = DTYPE_F64 });
    /* Of train itself they are known; they are no zeros here. */
    expect_refusal(&(struct wish){ .scale = scale, .dtype = DTYPE_F64 },
                   FAIL_DATA, "'./i', row 0, pixel 4: its recipe makes");
    expect_refusal(&(struct wish){ .scale = borrowed, .dtype = DTYPE_F64 },
                   FAIL_DATA,
                   "'./i': the levels of 2 pixels are lost, which never change "
                   "in the rows that pixel-standard was fitted on; look at the "
                   "raw files, or prepare another scale");
    expect_refusal(&(struct wish){ .scale = scale,
                                   .dtype = DTYPE_F64,
                                   .split = "val",
                                   .more = ",'from':'train'" },
                   FAIL_DATA,
                   "look at the raw files, or at --split train, or prepare");
}

static void test_levels_that_merge(void **state)
{
    (void)state;

    expect_refusal(
        &(struct wish){ .scale =
                            "'scale':'standard','mean':0.1307,'std':0.3081",
                        .dtype = DTYPE_BF16 },
        FAIL_DATA,
        "'./dataset.json': grey levels 196 and 197 have become the same number "
        "of bf16; look at what it was made from, or prepare it with --dtype "
        "f32");
}

static void test_files_that_do_not_fit(void **state)
{
    (void)state;
    const struct wish plain = { 0 };

    put_arrays(&plain);
    assert_int_equal(truncate("i", 41999), 0);
    expect_refusal(&plain, FAIL_DATA,
                   "'./i' has 41999 bytes instead of 42000; "
                   "make the set again");
    put_arrays(&plain);
    assert_int_equal(truncate("l", 701), 0);
    expect_refusal(&plain, FAIL_DATA, "'./l' has 701 bytes instead of 700");
    assert_int_equal(unlink("l"), 0);
    expect_refusal(&plain, FAIL_DATA, "'./l' is missing; make the set again");
    put_arrays(&plain);
    assert_int_equal(unlink("i"), 0);
    expect_refusal(&plain, FAIL_DATA, "'./i' is missing; make the set again");
    expect_refusal(
        &(struct wish){ .more = ",'rows':{'file':'r','dtype':'u32','shape':["
                                "700],'byte_order':'big','offset':0,"
                                "'bytes':2800}" },
        FAIL_DATA, "'./i' is missing");
}

static void test_entries_that_do_not_fit(void **state)
{
    (void)state;

    put_arrays(&(struct wish){ .label_dtype = DTYPE_F32 });
    expect_refusal(&(struct wish){ .label_dtype = DTYPE_F32 }, FAIL_DATA,
                   "'./l' holds 700 of f32, not a list of labels");
    put_arrays(&(struct wish){ 0 });
    expect_refusal(
        &(struct wish){ .more = ",'rows':{'file':'l','dtype':'u8','shape':["
                                "700],'byte_order':'big','offset':0,"
                                "'bytes':700}" },
        FAIL_DATA, "'./l' is no list of rows");
    expect_refusal(&(struct wish){ .scale = "'scale':'unit','new':1" },
                   FAIL_DATA, "the recipe is none of this version");
    expect_refusal(&(struct wish){ .more = ",'from':'test'" }, FAIL_DATA,
                   "the recipe's splits are unknown");
    expect_refusal(&(struct wish){ .end = ",'schema':'x'" }, FAIL_DATA,
                   "'./dataset.json'");
}

/* A recipe of f32, but an array of f64. */
static void test_types_that_disagree(void **state)
{
    (void)state;
    struct made text = { 0 };
    char other[3000];

    put_set(&(struct wish){ .dtype = DTYPE_F64 });
    FILE *f = fopen("dataset.json", "rb");
    assert_non_null(f);
    size_t n = fread(other, 1, sizeof other - 1, f);
    fclose(f);
    other[n] = '\0';
    char *at = strstr(other, "\"f64\"");
    assert_non_null(at);
    at[2] = '3';
    at[3] = '2';
    text = made_copy(other, n);
    made_put("dataset.json", &text);
    made_release(&text);

    struct view v = { 0 };
    struct view_rows r = { 0 };
    struct error err = { 0 };
    assert_true(view_of_prepared(&v, ".", NULL, 0, &err));
    assert_false(view_rows_open(&r, &v, 0, &err));
    assert_error(err, FAIL_DATA, "'./i' holds f64, but its recipe makes f32");
    view_rows_close(&r);
    view_release(&v);
}

/* Names of splits and datasets become parts of paths. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *dataset, *split, *part;
    } cases[] = {
        { "../tiny", "train", "'../tiny' is no name for a dataset" },
        { "tiny", "../../etc", "'../../etc' is no name for a split" },
        { "tiny", "", "'' is no name for a split" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct view v = { 0 };
        struct error err = { 0 };
        char text[1000];
        snprintf(text, sizeof text,
                 "{'schema':'mnistprep.dataset/1','dataset':'%s','classes':[],"
                 "'recipe':{},'sources':[],'splits':{'%s':{'count':0}}}",
                 cases[i].dataset, cases[i].split);
        json_put("dataset.json", text);
        assert_false(view_of_prepared(&v, ".", NULL, 0, &err));
        assert_error(err, FAIL_DATA, cases[i].part);
        view_release(&v);
    }
}

static void test_no_images(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct error err = { 0 };

    json_put("dataset.json",
             "{'schema':'mnistprep.dataset/1','dataset':'tiny','classes':[],"
             "'recipe':{'scale':'unit','dtype':'f32','label_dtype':'u8',"
             "'onehot':false,'smoothing':0,'shuffle':false,'formats':['csv'],"
             "'splits':['train']},'sources':[],'splits':{'train':{'count':0}},"
             "'files':[{'file':'train.csv','format':'csv','bytes':0}]}");
    assert_false(view_of_prepared(&v, ".", NULL, 0, &err));
    assert_error(err, FAIL_DATA,
                 "'.' has the images of 'train' in no format that can be "
                 "looked at as a prepared set; look at them with --from "
                 "'./train.csv', or prepare it with --format bin, npy, idx or "
                 "idx.gz");
    view_release(&v);
    err = (struct error){ 0 };
    json_put("dataset.json",
             "{'schema':'mnistprep.dataset/1','dataset':'tiny','classes':[],"
             "'recipe':{'scale':'unit','dtype':'f32','label_dtype':'u8',"
             "'onehot':false,'smoothing':0,'shuffle':false,'formats':['npz'],"
             "'splits':['train']},'sources':[],'splits':{'train':{'count':0}},"
             "'files':[{'file':'tiny.npz','format':'npz','bytes':0}]}");
    assert_false(view_of_prepared(&v, ".", NULL, 0, &err));
    assert_error(err, FAIL_DATA,
                 "; look at what it was made from, or prepare it with --format "
                 "bin, npy, idx or idx.gz");
    view_release(&v);
    err = (struct error){ 0 };
    assert_false(view_of_prepared(&v, "nowhere", NULL, 0, &err));
    assert_error(err, FAIL_SYSTEM, "nowhere/dataset.json");
    view_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_a_number_of_no_level),
        IN_TEMP_DIR(test_rows_before_that),
        IN_TEMP_DIR(test_levels_that_are_lost),
        IN_TEMP_DIR(test_levels_that_merge),
        IN_TEMP_DIR(test_files_that_do_not_fit),
        IN_TEMP_DIR(test_entries_that_do_not_fit),
        IN_TEMP_DIR(test_types_that_disagree),
        IN_TEMP_DIR(test_names),
        IN_TEMP_DIR(test_no_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

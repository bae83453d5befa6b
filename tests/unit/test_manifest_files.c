/* SPDX-License-Identifier: MIT */
/* What dataset.json says of files that are no plain array, of folders, of
 * hashes, and of rows that were chosen. */
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

static const char document[] =
    "{'schema':'mnistprep.dataset/1','tool':'t','dataset':'tiny',"
    "'classes':['a','b'],'recipe':{},'sources':[],"
    "'splits':{'val':{'count':5,'from':'train',"
    "'images':{'file':'val-images.u8','dtype':'u8','shape':[5,2,2],"
    "'byte_order':'little','offset':0,'bytes':20,'sha256':'" HEX64 "'},"
    "'rows':{'file':'val-rows.u32','dtype':'u32','shape':[5],"
    "'byte_order':'little','offset':0,'bytes':20},"
    "'folds':{'file':'val-folds.u8','dtype':'u8','shape':[5],"
    "'byte_order':'little','offset':0,'bytes':5}}},"
    "'files':[{'file':'train.csv','format':'csv','bytes':7,"
    "'sha256':'" HEX64 "'},"
    "{'file':'MNIST/raw/x-ubyte','format':'torchvision','bytes':8},"
    "{'file':'SHA256SUMS','bytes':9},"
    "{'file':'png','format':'png','files':3,'bytes':6}]}";

static struct manifest read_document(void)
{
    struct manifest m = { 0 };
    struct error err = { 0 };

    json_put("dataset.json", document);
    if (!manifest_read(&m, ".", &err))
        fail_msg("%s", err.text);
    return m;
}

static void check_file(const struct manifest_file *f, const char *file,
                       const char *format, uint64_t bytes, const char *sha256)
{
    assert_string_equal(f->file, file);
    if (format)
        assert_string_equal(f->format, format);
    else
        assert_null(f->format);
    assert_int_equal(f->bytes, bytes);
    assert_string_equal(f->sha256, sha256);
}

static void test_read(void **state)
{
    (void)state;
    struct manifest m = read_document();
    const struct manifest_split *s = &m.split[0];

    assert_int_equal(m.split_count, 1);
    assert_string_equal(s->name, "val");
    assert_string_equal(s->from, "train");
    assert_string_equal(s->array[SET_IMAGES].sha256, HEX64);
    assert_string_equal(s->array[SET_ROWS].file, "val-rows.u32");
    assert_int_equal(s->array[SET_ROWS].info.dtype, DTYPE_U32);
    assert_string_equal(s->array[SET_ROWS].sha256, "");
    assert_string_equal(s->array[SET_FOLDS].file, "val-folds.u8");
    assert_int_equal(s->array[SET_FOLDS].bytes, 5);
    assert_null(s->array[SET_LABELS].file);
    assert_int_equal(m.file_count, 4);
    check_file(&m.file[0], "train.csv", "csv", 7, HEX64);
    check_file(&m.file[1], "MNIST/raw/x-ubyte", "torchvision", 8, "");
    check_file(&m.file[2], "SHA256SUMS", NULL, 9, "");
    check_file(&m.file[3], "png", "png", 6, "");
    for (size_t i = 0; i < m.file_count; i++)
        assert_int_equal(m.file[i].is_folder, i == 3);
    assert_int_equal(m.file[3].files, 3);
    manifest_release(&m);
}

/* The same document comes out again, key by key. */
static void test_written(void **state)
{
    (void)state;
    struct manifest m = read_document();
    struct outfile to = { 0 };
    struct error err = { 0 };
    struct json_t *before = jsondoc_read("dataset.json", &err);

    assert_true(manifest_stage(&m, ".", "t", 0, &to, &err));
    assert_true(outfile_commit(&to, &err));
    struct json_t *after = jsondoc_read("dataset.json", &err);
    assert_no_error(err);
    assert_true(jsondoc_equal(before, after));
    jsondoc_release(before);
    jsondoc_release(after);
    manifest_release(&m);
}

static void test_equal(void **state)
{
    (void)state;
    struct manifest a = read_document(), b = read_document();
    char *const texts[] = { b.split[0].from,
                            b.split[0].array[SET_IMAGES].sha256,
                            b.split[0].array[SET_ROWS].file,
                            b.split[0].array[SET_FOLDS].file,
                            b.file[0].file,
                            b.file[0].format,
                            b.file[0].sha256,
                            b.file[3].file };
    uint64_t *const numbers[] = { &b.file[0].bytes, &b.file[3].files,
                                  &b.file[3].bytes,
                                  &b.split[0].array[SET_ROWS].bytes };

    manifest_check_texts(&a, &b, texts, COUNT_OF(texts));
    manifest_check_numbers(&a, &b, numbers, COUNT_OF(numbers));
    b.file_count = 3;
    assert_false(manifest_equal(&a, &b));
    b.file_count = 4;
    b.file[3].is_folder = false;
    assert_false(manifest_equal(&a, &b));
    assert_true(manifest_equal(&a, &a));
    manifest_release(&a);
    manifest_release(&b);
}

#define FILES(files)                                                        \
    "{'schema':'mnistprep.dataset/1','dataset':'t','classes':[],"           \
    "'recipe':{},'sources':[],'splits':{'val':{'count':5}},'files':[" files \
    "]}"

static void test_refused(void **state)
{
    (void)state;
    static const char *const files[] = {
        FILES("7"),
        FILES("null"),
        FILES("{}"),
        FILES("{'bytes':7}"),
        FILES("{'file':7,'bytes':7}"),
        FILES("{'file':'x'}"),
        FILES("{'file':'x','bytes':-1}"),
        FILES("{'file':'x','bytes':'7'}"),
        FILES("{'file':'','bytes':7}"),
        FILES("{'file':'.','bytes':7}"),
        FILES("{'file':'..','bytes':7}"),
        FILES("{'file':'/x','bytes':7}"),
        FILES("{'file':'../x','bytes':7}"),
        FILES("{'file':'a/../x','bytes':7}"),
        FILES("{'file':'a/..','bytes':7}"),
        FILES("{'file':'a//x','bytes':7}"),
        FILES("{'file':'a/','bytes':7,'files':1}"),
        FILES("{'file':'x','bytes':7},{'file':'../y','bytes':7}"),
        FILES("{'file':'x','bytes':7,'files':-1}"),
        FILES("{'file':'x','bytes':7,'sha256':7}"),
        ("{'schema':'mnistprep.dataset/1','dataset':'t','classes':[],"
         "'recipe':{},'sources':[],'splits':{},'files':7}"),
    };

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct manifest m = { 0 };
        struct error err = { 0 };
        json_put("dataset.json", files[i]);
        if (manifest_read(&m, ".", &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_DATA, "'./dataset.json'");
        manifest_release(&m);
    }
}

/* ---- on disk ---- */

struct seen {
    char text[400];
    size_t left; /* until it stops */
};

static bool see(void *context, const struct manifest_file *f)
{
    struct seen *seen = context;
    size_t n = strlen(seen->text);

    snprintf(seen->text + n, sizeof seen->text - n, "%s(%s,%d) ", f->file,
             f->format ? f->format : "", (int)f->bytes);
    return --seen->left > 0;
}

static void test_each_file(void **state)
{
    (void)state;
    struct manifest m = read_document();
    struct seen all = { .left = 100 }, some = { .left = 4 };

    assert_true(manifest_each_file(&m, see, &all));
    assert_string_equal(all.text,
                        "val-images.u8(,20) val-rows.u32(,20) "
                        "val-folds.u8(,5) train.csv(csv,7) "
                        "MNIST/raw/x-ubyte(torchvision,8) SHA256SUMS(,9) "
                        "png(png,6) ");
    assert_false(manifest_each_file(&m, see, &some));
    assert_string_equal(some.text, "val-images.u8(,20) val-rows.u32(,20) "
                                   "val-folds.u8(,5) train.csv(csv,7) ");
    manifest_release(&m);
}

static void put_all(void)
{
    static const struct {
        const char *file;
        size_t n;
    } all[] = {
        { "val-images.u8", 20 },    { "val-rows.u32", 20 },
        { "val-folds.u8", 5 },      { "train.csv", 7 },
        { "MNIST/raw/x-ubyte", 8 }, { "SHA256SUMS", 9 },
        { "png/train/a/0.png", 1 }, { "png/train/a/1.png", 2 },
        { "png/train/b/0.png", 3 },
    };
    static const char *const folders[] = { "MNIST",       "MNIST/raw",
                                           "png",         "png/train",
                                           "png/train/a", "png/train/b" };

    for (size_t i = 0; i < COUNT_OF(folders); i++)
        (void)mkdir(folders[i], 0777);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        file_make(all[i].file, "012345678901234567890", all[i].n);
}

static void test_files_fit(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t bytes; /* NEVER: the file is gone */
        const char *part;
    } cases[] = {
        { "val-rows.u32", NEVER, "'./val-rows.u32' is missing" },
        { "val-folds.u8", 4, "'./val-folds.u8' has 4 bytes instead of 5" },
        { "train.csv", NEVER, "'./train.csv' is missing" },
        { "train.csv", 8, "'./train.csv' has 8 bytes instead of 7" },
        { "MNIST/raw/x-ubyte", 0, "has 0 bytes instead of 8" },
        { "SHA256SUMS", NEVER, "'./SHA256SUMS' is missing" },
        { "png/train/a/1.png", NEVER, "'./png' has 2 files instead of 3" },
        { "png/train/a/1.png", 3, "'./png' has 7 bytes instead of 6" },
    };
    struct manifest m = read_document();
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put_all();
        err = (struct error){ 0 };
        assert_true(manifest_files_fit(&m, ".", &err));
        assert_no_error(err);
        unlink(cases[i].file);
        if (cases[i].bytes != NEVER)
            file_make(cases[i].file, "0123456789", cases[i].bytes);
        assert_false(manifest_files_fit(&m, ".", &err));
        assert_error(err, FAIL_DATA, cases[i].part);
    }
    put_all();
    file_make("png/train/b/more.png", "", 0);
    err = (struct error){ 0 };
    assert_false(manifest_files_fit(&m, ".", &err));
    assert_error(err, FAIL_DATA, "'./png' has 4 files instead of 3");
    assert_int_equal(rename("png", "other"), 0);
    err = (struct error){ 0 };
    assert_false(manifest_files_fit(&m, ".", &err));
    assert_error(err, FAIL_DATA, "'./png' is missing");
    manifest_release(&m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_read),      IN_TEMP_DIR(test_written),
        IN_TEMP_DIR(test_equal),     IN_TEMP_DIR(test_refused),
        IN_TEMP_DIR(test_each_file), IN_TEMP_DIR(test_files_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

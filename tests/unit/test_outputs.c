/* SPDX-License-Identifier: MIT */
/* The files of a set: nothing appears before commit, what is there is compared
 * byte by byte, and what is the same may stay. */
#include "pipeline/outputs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* Two files, one of them in folders, and a tree of two. */
static bool fill(struct outputs *o, const char *first, struct error *err)
{
    struct sink_files *files = &o->files;
    struct sink_file *a = files->open(files, "a.csv", NULL, err);
    struct sink_file *b = a ? files->open(files, "x/y/b.tar", NULL, err) : NULL;

    return b && files->folder(files, "png", err) &&
           files->write_at(a, 1, "bc", 2, err) &&
           files->write_at(a, 0, first, 1, err) &&
           files->write_at(b, 0, "B", 1, err) &&
           files->put(files, "png", "train/1/0.png", "one", 3, err) &&
           files->put(files, "png", "train/2/1.png", "two!", 4, err) &&
           outputs_finish(o, err);
}

static void make(const char *first, bool if_changed)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    assert_true(fill(&o, first, &err));
    assert_true(!if_changed || outputs_drop_unchanged(&o, &err));
    assert_true(outputs_commit(&o, &err));
    outputs_release(&o);
    assert_no_error(err);
}

static void test_write(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    (void)state;
    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    assert_true(fill(&o, "a", &err));
    assert_false(path_is_taken("a.csv"));
    assert_false(path_is_taken("x"));
    assert_false(path_is_taken("png"));
    assert_true(outputs_commit(&o, &err));
    assert_int_equal(o.tree[0].files, 2);
    assert_int_equal(o.tree[0].bytes, 7);
    outputs_release(&o);
    assert_true(file_holds("a.csv", "abc", 3));
    assert_true(file_holds("x/y/b.tar", "B", 1));
    assert_true(file_holds("png/train/2/1.png", "two!", 4));
    assert_int_equal(entries_count("."), 3);
}

static void test_abandon(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    (void)state;
    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    assert_true(fill(&o, "a", &err));
    outputs_release(&o);
    assert_int_equal(entries_count("."), 0);
}

/* The old tree goes as a whole: nothing of it is left in the new one. */
static void test_replace(void **state)
{
    (void)state;
    make("a", false);
    file_make("png/stray.png", "s", 1);
    make("A", false);
    assert_true(file_holds("a.csv", "Abc", 3));
    assert_false(path_is_taken("png/stray.png"));
    assert_int_equal(entries_count("png/train"), 2);
}

static void test_if_changed(void **state)
{
    struct stat before, after;

    (void)state;
    make("a", false);
    assert_int_equal(stat("a.csv", &before), 0);
    make("a", true);
    assert_int_equal(stat("a.csv", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    make("A", true);
    assert_true(file_holds("a.csv", "Abc", 3));
}

static void compare(struct outputs *o, const char *first)
{
    struct error err = { 0 };

    outputs_init(o, ".", OUTPUTS_COMPARE, 0);
    assert_true(fill(o, first, &err));
    assert_no_error(err);
}

static void test_compare(void **state)
{
    struct outputs o = { 0 };

    (void)state;
    make("a", false);
    compare(&o, "a");
    for (size_t i = 0; i < o.count; i++)
        assert_no_error(o.file[i]->difference);
    assert_no_error(o.tree[0].difference);
    outputs_release(&o);

    compare(&o, "A");
    assert_error(o.file[0]->difference, FAIL_DATA,
                 "it differs, first at byte 0");
    assert_no_error(o.file[1]->difference);
    outputs_release(&o);
}

/* Each kind of damage is found in its file, and in no other. */
static void test_damage(void **state)
{
    struct outputs o = { 0 };

    (void)state;
    make("a", false);
    file_make("a.csv", "abcd", 4);
    compare(&o, "a");
    assert_error(o.file[0]->difference, FAIL_DATA, "4 bytes, not 3");
    outputs_release(&o);
    assert_int_equal(truncate("a.csv", 2), 0);
    assert_int_equal(unlink("x/y/b.tar"), 0);
    compare(&o, "a");
    assert_error(o.file[0]->difference, FAIL_DATA, "ends early");
    assert_error(o.file[1]->difference, FAIL_DATA, "missing");
    assert_no_error(o.tree[0].difference);
    outputs_release(&o);
    file_make("png/train/3.png", "x", 1);
    compare(&o, "a");
    assert_error(o.tree[0].difference, FAIL_DATA, "3 files, not 2");
    outputs_release(&o);
    file_make("png/train/2/1.png", "two?", 4);
    compare(&o, "a");
    assert_error(o.tree[0].difference, FAIL_DATA, "1.png' differs");
    outputs_release(&o);
    assert_int_equal(unlink("png/train/1/0.png"), 0);
    compare(&o, "a");
    assert_error(o.tree[0].difference, FAIL_DATA, "0.png' is missing");
    outputs_release(&o);
}

/* A difference anywhere is told by its place, whatever the pieces. */
static void test_places(void **state)
{
    enum { BYTES = 200000 };
    static const size_t places[] = { 0, 1, 65535, 65536, 65537, BYTES - 1 };
    static const size_t parts[] = { 1000, 65536, BYTES };
    static unsigned char bytes[BYTES];

    (void)state;
    fill_noise(bytes, BYTES, 9);
    for (size_t i = 0; i < COUNT_OF(places) * COUNT_OF(parts); i++) {
        size_t place = places[i / COUNT_OF(parts)];
        size_t part = parts[i % COUNT_OF(parts)];
        struct outputs o = { 0 };
        struct error err = { 0 };
        char part_text[64];

        file_make("f", bytes, BYTES);
        bytes[place] ^= 1;
        outputs_init(&o, ".", OUTPUTS_COMPARE, 0);
        struct sink_file *f = o.files.open(&o.files, "f", NULL, &err);
        for (size_t at = 0; at < BYTES; at += part)
            assert_true(o.files.write_at(f, at, bytes + at,
                                         part < BYTES - at ? part : BYTES - at,
                                         &err));
        assert_true(outputs_finish(&o, &err));
        snprintf(part_text, sizeof part_text, "it differs, first at byte %zu",
                 place);
        assert_error(f->difference, FAIL_DATA, part_text);
        outputs_release(&o);
        bytes[place] ^= 1;
    }
}

/* What cannot be read is no difference, but an error; a directory is
 * neither. */
static void test_unreadable(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_int_equal(mkdir("f", 0777), 0);
    outputs_init(&o, ".", OUTPUTS_COMPARE, 0);
    struct sink_file *f = o.files.open(&o.files, "f", NULL, &err);
    assert_non_null(f);
    assert_error(f->difference, FAIL_DATA, "it is missing");
    outputs_release(&o);
    if (access("/proc/self/mem", R_OK) != 0)
        return; /* not Linux; there, nothing is mapped at 0, hence EIO */
    outputs_init(&o, "/proc/self", OUTPUTS_COMPARE, 0);
    f = o.files.open(&o.files, "mem", NULL, &err);
    assert_non_null(f);
    assert_false(o.files.write_at(f, 0, "x", 1, &err));
    assert_error(err, FAIL_SYSTEM, "cannot read '/proc/self/mem'");
    outputs_release(&o);
}

/* The sums, by libcrypto at once, of all files but their own. */
static void test_checksums(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };
    char a[65], b[65], one[65], two[65], want[512];

    (void)state;
    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    assert_true(outputs_add_checksums(&o, &err));
    assert_true(fill(&o, "a", &err));
    assert_string_equal(o.file[0]->name, OUTPUTS_SUMS);
    assert_true(outputs_commit(&o, &err));
    sha256_text("abc", 3, a);
    sha256_text("B", 1, b);
    sha256_text("one", 3, one);
    sha256_text("two!", 4, two);
    assert_string_equal(o.file[1]->sha256, a);
    outputs_release(&o);
    int n = snprintf(want, sizeof want,
                     "%s  a.csv\n%s  x/y/b.tar\n%s  png/train/1/0.png\n"
                     "%s  png/train/2/1.png\n",
                     a, b, one, two);
    assert_true(file_holds(OUTPUTS_SUMS, want, (size_t)n));
}

/* ---- signals ---- */

/* Too much to be read before a test is out of patience; no disk needed. */
#define ENDLESS ((uint64_t)1 << 38)

/* In a child, which must not use cmocka's assertions. */
static bool begin_endless(struct outputs *o, bool checksums, struct error *err)
{
    outputs_init(o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    if (checksums && !outputs_add_checksums(o, err))
        return false;
    struct sink_file *f = o->files.open(&o->files, "a.bin", NULL, err);
    return f && o->files.write_at(f, ENDLESS, "x", 1, err);
}

static int hash_endless(void *argument)
{
    struct outputs o = { 0 };
    struct error err = { 0 };
    bool ok = begin_endless(&o, true, &err) && outputs_finish(&o, &err);

    (void)argument;
    outputs_release(&o);
    return !ok && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static int compare_endless(void *argument)
{
    struct outputs o = { 0 };
    struct error err = { 0 };
    bool ok = begin_endless(&o, false, &err) && outputs_finish(&o, &err) &&
              outputs_drop_unchanged(&o, &err);

    (void)argument;
    outputs_release(&o);
    return !ok && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static void make_endless(const char *path)
{
    file_make(path, "", 0);
    if (truncate(path, (off_t)(ENDLESS + 1)) != 0)
        skip(); /* the file system has no room for holes */
}

static void test_signals(void **state)
{
    (void)state;
    make_endless("a.bin");
    assert_int_equal(child_interrupt(hash_endless, NULL, false), 0);
    assert_int_equal(child_interrupt(compare_endless, NULL, false), 0);
    assert_int_equal(entries_count("."), 1);
}

static bool allow_none(void *context, const char *name, const char *path,
                       struct error *err)
{
    (void)context;
    (void)path;
    return strcmp(name, "png") != 0 ||
           error_set(err, FAIL_USAGE, "'%s' is not ours", name);
}

static void test_refusals(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    (void)state;
    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    o.allow = allow_none;
    assert_false(fill(&o, "a", &err));
    assert_error(err, FAIL_USAGE, "'png' is not ours");
    outputs_release(&o);
    assert_int_equal(entries_count("."), 0);

    err = (struct error){ 0 };
    assert_int_equal(mkdir("a.csv", 0777), 0);
    outputs_init(&o, ".", OUTPUTS_WRITE, OUTFILE_REPLACE);
    assert_false(fill(&o, "a", &err));
    assert_error(err, FAIL_USAGE, "is a directory");
    outputs_release(&o);
}

static void test_names(void **state)
{
    struct outputs o = { 0 };
    struct error err = { 0 };

    (void)state;
    outputs_init(&o, ".", OUTPUTS_NAMES, 0);
    assert_true(fill(&o, "a", &err));
    assert_string_equal(o.file[1]->name, "x/y/b.tar");
    outputs_release(&o);
    assert_int_equal(entries_count("."), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_write),      IN_TEMP_DIR(test_abandon),
        IN_TEMP_DIR(test_replace),    IN_TEMP_DIR(test_if_changed),
        IN_TEMP_DIR(test_compare),    IN_TEMP_DIR(test_damage),
        IN_TEMP_DIR(test_checksums),  IN_TEMP_DIR(test_refusals),
        IN_TEMP_DIR(test_names),      IN_TEMP_DIR(test_places),
        IN_TEMP_DIR(test_unreadable), IN_TEMP_DIR(test_signals),
    };

    return cmocka_run_group_tests_name("outputs", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Files, folders, links and what is not there, asked about by all names. */
#include "base/path.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "helpers.h"

static void make_things(void)
{
    assert_int_equal(mkdir("top", 0777), 0);
    assert_int_equal(mkdir("top/folder", 0777), 0);
    file_make("top/b", "1", 1);
    file_make("top/B", "1", 1);
    file_make("top/.hidden", "1", 1);
    assert_int_equal(symlink("folder", "top/link"), 0);
    assert_int_equal(symlink("nowhere", "top/dangling"), 0);
}

static void test_questions(void **state)
{
    (void)state;
    unsigned long long bytes = 7;
    struct error err = { 0 };

    assert_false(file_exists("f"));
    assert_false(file_size("f", &bytes));
    file_make("f", "abcde", 5);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("f", "link"), 0);
    assert_int_equal(symlink("missing", "dangling"), 0);
    assert_true(file_exists("f"));
    assert_true(file_exists("d"));
    assert_true(file_exists("link"));
    assert_false(file_exists("dangling"));
    assert_true(file_is_regular("f"));
    assert_true(file_is_regular("link"));
    assert_false(file_is_regular("d"));
    assert_false(file_is_regular("dangling"));
    assert_false(file_is_regular("missing"));
    assert_false(file_size("d", &bytes));
    assert_false(file_size("dangling", &bytes));
    assert_int_equal(bytes, 7);
    assert_true(file_size("f", &bytes));
    assert_int_equal(bytes, 5);

    assert_true(file_remove("link", &err)); /* the link, not the file */
    assert_true(file_exists("f"));
    assert_true(file_remove("dangling", &err));
    assert_true(file_remove("f", &err));
    assert_true(file_remove("f", &err));
    assert_no_error(err);
    assert_false(file_remove("d", &err));
    assert_error(err, FAIL_SYSTEM, "cannot remove 'd'");
    assert_int_equal(entries_count("."), 1);
}

static void test_folder(void **state)
{
    (void)state;
    make_things();
    assert_true(path_is_folder("top"));
    assert_true(path_is_folder("top/link"));
    assert_false(path_is_folder("top/b"));
    assert_false(path_is_folder("top/dangling"));
    assert_false(path_is_folder("nowhere"));
}

static void test_has(void **state)
{
    (void)state;
    make_things();
    assert_true(folder_has("top", "b"));
    assert_true(folder_has("top/", "b"));
    assert_true(folder_has("top", ".hidden"));
    assert_true(folder_has("top/link", ".."));
    assert_false(folder_has("top", "dangling"));
    assert_false(folder_has("top", "c"));
    assert_false(folder_has("top/b", "b"));
    assert_false(folder_has("nowhere", "b"));
}

/* By links, by "..", by a slash too many, and of what is to come. */
static void test_within(void **state)
{
    (void)state;
    static const struct {
        const char *path, *top;
        bool is, will_be;
    } cases[] = {
        { "top/b", "top/b", true, true },
        { "top/b", "top", true, true },
        { "top/b", "top/", true, true },
        { "top/b", "/", true, true },
        { "top/b", "top/B", false, false },
        { "top", "top/b", false, false },
        { "top/folder", "top/link", true, true },
        { "top/folder/../b", "top", true, true },
        { "top/../top", "top/folder", false, false },
        { "topper", "top", false, false },
        { "top/new", "top", false, true },
        { "top/new", "top/new", false, true },
        { "top/link/new/newer", "top/folder", false, true },
        { "top/link/new/newer", "top/folder/new", false, true },
        { "new", ".", false, true },
        { "new", "top", false, false },
        { "top/news", "top/new", false, false },
    };

    make_things();
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (path_is_within(cases[i].path, cases[i].top) != cases[i].is ||
            path_will_be_within(cases[i].path, cases[i].top) !=
                cases[i].will_be)
            fail_msg("%s in %s", cases[i].path, cases[i].top);
}

static void test_same(void **state)
{
    (void)state;
    make_things();
    assert_int_equal(link("top/b", "hard"), 0);
    assert_true(file_is_same("top/b", "hard"));
    assert_true(file_is_same("top/folder", "top/link"));
    assert_false(file_is_same("top/b", "top/B"));
    assert_false(file_is_same("top/dangling", "top/dangling"));
    assert_true(path_is_taken("top/dangling"));
    assert_false(path_is_taken("top/nothing"));
}

static void test_cut(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "a/b/", "a" }, { "a//b", "a" }, { "/a", "/" },    { "/", "/" },
        { "a", "" },     { "", "" },      { "../a", ".." },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[16];
        strcpy(path, cases[i][0]);
        path_cut_name(path);
        assert_string_equal(path, cases[i][1]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_questions), IN_TEMP_DIR(test_folder),
        IN_TEMP_DIR(test_has),       IN_TEMP_DIR(test_within),
        IN_TEMP_DIR(test_same),      cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Rows by number, from an option and from the lines of a file. */
#include "pipeline/rowlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- an option's text ---- */

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        uint64_t row[6];
    } cases[] = {
        { "0", 1, { 0 } },
        { "007", 1, { 7 } },
        { "5,0,5", 3, { 5, 0, 5 } },
        { "0,5,10-13", 6, { 0, 5, 10, 11, 12, 13 } },
        { "10-12,1", 4, { 10, 11, 12, 1 } },
        { "3-3", 1, { 3 } },
        { "1-2,2-3", 4, { 1, 2, 2, 3 } },
        { "18446744073709551615", 1, { UINT64_MAX } },
        { "18446744073709551614-18446744073709551615",
          2,
          { UINT64_MAX - 1, UINT64_MAX } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct row_list list = { 0 };
        struct error err = { 0 };

        assert_true(row_list_parse(&list, cases[i].text, i, &err));
        assert_no_error(err);
        if (list.count != cases[i].count)
            fail_msg("%s: %zu rows", cases[i].text, list.count);
        for (size_t j = 0; j < list.count; j++) {
            assert_int_equal(list.place[j].row, cases[i].row[j]);
            assert_int_equal(list.place[j].split, i);
            assert_int_equal(list.place[j].line, 0);
        }
        row_list_release(&list);
        assert_null(list.place);
        row_list_release(&list);
    }
}

static void test_lists_refused(void **state)
{
    (void)state;
    static const char no_list[] = "is no list of rows, as in 0,5,10-20";
    static const char impossible[] = "are not possible; at most 1000000 rows";
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", no_list },
        { ",", no_list },
        { "-", no_list },
        { "1,", no_list },
        { ",1", no_list },
        { "1,,2", no_list },
        { "1, 2", no_list },
        { " 1", no_list },
        { "1-", no_list },
        { "-1", no_list },
        { "1-2-3", no_list },
        { "1--2", no_list },
        { "+1", no_list },
        { "1.5", no_list },
        { "0x10", no_list },
        { "a", no_list },
        { "1;2", no_list },
        { "18446744073709551616", no_list },
        { "0-18446744073709551616", no_list },
        { "5-3", "rows 5-3 end before they begin" },
        { "1,5-4", "rows 5-4 end before they begin" },
        { "0-1000000", impossible },
        { "0-999999,5", impossible },
        { "5,0-999999", impossible },
        { "0-18446744073709551615", impossible },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct row_list list = { 0 };
        struct error err = { 0 };
        if (row_list_parse(&list, cases[i].text, 0, &err))
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_error(err, FAIL_USAGE, cases[i].part);
        row_list_release(&list);
    }
}

/* As many as there may be, and no more. */
static void test_many(void **state)
{
    (void)state;
    struct row_list list = { 0 };
    struct error err = { 0 };

    assert_true(row_list_parse(&list, "7-1000006", 0, &err));
    assert_int_equal(list.count, 1000000);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.place[i].row, i + 7);
    assert_false(row_list_add(&list, (struct row_place){ 0 }, &err));
    assert_error(err, FAIL_USAGE, "at most 1000000 rows can be picked");
    assert_int_equal(list.count, 1000000);
    row_list_release(&list);
}

/* ---- the lines of a file ---- */

/* What a file says, as "SPLIT:ROW@LINE ...". */
static void expect_lines(const struct view *v, const char *text,
                         const char *want)
{
    struct row_list list = { 0 };
    struct error err = { 0 };
    struct reader *file =
        bytes_reader_open(text, strlen(text), "rows.tsv", &err);
    char got[256] = "";

    assert_non_null(file);
    if (!row_list_read(&list, file, v, 1, &err))
        fail_msg("%s: %s", text, err.text);
    for (size_t i = 0; i < list.count; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s%zu:%zu@%zu", i ? " " : "",
                 list.place[i].split, (size_t)list.place[i].row,
                 list.place[i].line);
    }
    if (strcmp(got, want) != 0)
        fail_msg("%s: %s, not %s", text, got, want);
    assert_string_equal(list.file, "rows.tsv");
    row_list_release(&list);
    assert_null(list.file);
    reader_close(file);
}

static const struct view three_splits = {
    .name = "some",
    .split_name = { "train", "test", "split2" },
    .split_count = 3,
    .only = { true, true, true },
};

static void test_lines(void **state)
{
    (void)state;
    static const char audit[] = "split\trow\tlabel\tfinding\tgroup\tmeasure\n"
                                "train\t17\t4\tduplicate\t1\t\n"
                                "test\t230\t9\tduplicate\t1\t\n"
                                "train\t\t3\tempty-class\t2\t\n"
                                "\t\t\timbalance\t3\t2.5\n";
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "\n\n\n", "" },
        { "5", "1:5@1" },
        { "5\n", "1:5@1" },
        { "5\n007\n5\n", "1:5@1 1:7@2 1:5@3" },
        { "train\t3\n9\ntest\t4", "0:3@1 1:9@2 1:4@3" },
        { "train\t3\tanything, \"at\tall\n", "0:3@1" },
        { "train\t3\t\n", "0:3@1" },
        { "# a comment\n\n#\n5\n", "1:5@4" },
        { "#5\n", "" },
        { "split\trow\n3\n", "1:3@2" },
        { "split\n3\n", "1:3@2" },
        /* Named like the header, but not quite. */
        { "split2\t8\n", "2:8@1" },
        /* Two results, one behind the other. */
        { "split\trow\n3\nsplit\trow\n4", "1:3@2 1:4@4" },
        { "train\t\n", "" },
        { "nosuch\t\tempty-class\n\t\n", "" },
        { "test\t18446744073709551615\n", "1:18446744073709551615@1" },
        { audit, "0:17@2 1:230@3" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_lines(&three_splits, cases[i].text, cases[i].want);
}

/* Rows of other splits are passed over, but not those of none. */
static void test_chosen_split(void **state)
{
    (void)state;
    struct view v = three_splits;

    v.only[0] = v.only[2] = false;
    expect_lines(&v, "train\t1\n2\ntest\t3\nsplit2\t4\n", "1:2@2 1:3@3");
    v.only[1] = false;
    expect_lines(&v, "train\t1\n2\ntest\t3\n", "");
}

static void test_lines_refused(void **state)
{
    (void)state;
#define NO_ROW "' is no row; lines are SPLIT<TAB>ROW, or ROW"
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "x\n", "'rows.tsv', line 1: 'x" NO_ROW },
        { "1\n\n-2", "'rows.tsv', line 3: '-2" NO_ROW },
        { "1\n 2\n", "'rows.tsv', line 2: ' 2" NO_ROW },
        { "1,2", "'1,2" NO_ROW },
        { "1.0", "'1.0" NO_ROW },
        { "18446744073709551616", "'18446744073709551616" NO_ROW },
        { "train 5\n", "line 1: 'train 5" NO_ROW },
        { "train\tx\n", "line 1: 'x" NO_ROW },
        { "train\t5 \n", "line 1: '5 " NO_ROW },
        { "5\r\n", "line 1: '5\r" NO_ROW },
        { "train\t\x1b[31m\n", "line 1: '\x1b[31m" NO_ROW },
        { "a\nb", "line 1: 'a" NO_ROW },
        { "val\t5\n", "'rows.tsv', line 1: some has no split 'val'" },
        { "1\n\t5\n", "'rows.tsv', line 2: some has no split ''" },
        { "Train\t5\n", "some has no split 'Train'" },
        { "trainx\t5\n", "some has no split 'trainx'" },
        { "0123456789012345678901234567890123456789x\t5\n",
          "no split '0123456789012345678901234567890123456789'" },
    };
#undef NO_ROW

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct row_list list = { 0 };
        struct error err = { 0 };
        struct reader *file = bytes_reader_open(
            cases[i].text, strlen(cases[i].text), "rows.tsv", &err);
        assert_non_null(file);
        if (row_list_read(&list, file, &three_splits, 1, &err))
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_error(err, FAIL_USAGE, cases[i].part);
        row_list_release(&list);
        reader_close(file);
    }
}

/* Bytes that are no text, a file that breaks off, and one that is too long. */
static void test_files_refused(void **state)
{
    (void)state;
    struct row_list list = { 0 };
    struct error err = { 0 };
    struct reader *file = bytes_reader_open("1\0002\n", 4, "binary", &err);

    assert_false(row_list_read(&list, file, &three_splits, 0, &err));
    assert_error(err, FAIL_USAGE, "'binary', line 1: '1' is no row");
    reader_close(file);
    row_list_release(&list);

    err = (struct error){ 0 };
    file = memory_source_open("1\n2\n", 4, 1, 3);
    assert_false(row_list_read(&list, file, &three_splits, 0, &err));
    assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
    reader_close(file);
    row_list_release(&list);
    assert_int_equal(sources_left_open(), 0);

    size_t n = (128u << 20) + 1;
    char *newlines = malloc(n);
    assert_non_null(newlines);
    memset(newlines, '\n', n);
    err = (struct error){ 0 };
    file = bytes_reader_open(newlines, n, "long", &err);
    assert_false(row_list_read(&list, file, &three_splits, 0, &err));
    assert_error(err, FAIL_DATA, "'long' is longer than");
    reader_close(file);
    free(newlines);
    row_list_release(&list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_refused),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_chosen_split),
        cmocka_unit_test(test_lines_refused),
        cmocka_unit_test(test_files_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

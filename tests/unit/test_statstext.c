/* SPDX-License-Identifier: MIT */
/* The words, letter by letter; and that no name breaks their columns. */
#include "show/statstext.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"
#include "made_survey.h"

static char *text_of(const struct made_survey *m, bool blocks)
{
    const struct text_style style = { .blocks = blocks };
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(stats_write_text(&m->survey, &style, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    assert_no_error(err);
    return (char *)w.bytes;
}

static void check_text(const struct made_survey *m, bool blocks,
                       const char *want)
{
    char *text = text_of(m, blocks);

    if (strcmp(text, want) != 0)
        fail_msg("got:\n%s\nexpected:\n%s", text, want);
    free(text);
}

/* Lines of at most 80 characters that a terminal shows; *lines their number. */
static void check_lines(const char *text, size_t *lines)
{
    size_t columns = 0;

    *lines = 0;
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n') {
            if (columns > 80)
                fail_msg("a line of %zu columns in:\n%s", columns, text);
            columns = 0;
            ++*lines;
        } else if (c < 0x20 || c == 0x7F) {
            fail_msg("a control character %02x in:\n%s", c, text);
        } else if ((c & 0xC0) != 0x80) {
            columns++;
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    static const char *const names[] = { "cat", "dog", "whale" };
    struct made_survey m;

    made_survey_init(&m, "pets", names, 3);
    made_survey_split(&m, "train", (const uint64_t[]){ 6, 2, 0 }, 0);
    check_text(
        &m, false,
        "pets, train: 8 images of 2x2\n"
        "  pixels  min 0, max 103, sum 1636, zeros 8 (25.0%)\n"
        "          mean 0.200490196078, deviation 0.141773485748 (of x/255)\n"
        "          2 of 4 constant, 1 always 0\n"
        "\n"
        "   levels  count   share\n"
        "        0      8   25.0%\n"
        "    1- 15      0    0.0%\n"
        "   16- 31      0    0.0%\n"
        "   32- 47      0    0.0%\n"
        "   48- 63     16   50.0%  "
        "####################################################\n"
        "   64- 79      0    0.0%\n"
        "   80- 95      0    0.0%\n"
        "   96-111      8   25.0%  ##########################\n"
        "  112-127      0    0.0%\n"
        "  128-143      0    0.0%\n"
        "  144-159      0    0.0%\n"
        "  160-175      0    0.0%\n"
        "  176-191      0    0.0%\n"
        "  192-207      0    0.0%\n"
        "  208-223      0    0.0%\n"
        "  224-239      0    0.0%\n"
        "  240-255      0    0.0%\n"
        "\n"
        "  label  count   share    mean  deviation  name\n"
        "      0      6   75.0%  0.2000     0.1414  cat    "
        "############################\n"
        "      1      2   25.0%  0.2020     0.1428  dog    #########\n"
        "      2      0    0.0%       -          -  whale\n");
}

/* Bars in eighths; two splits; one without labels. */
static void test_blocks(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b" };
    struct made_survey m;

    made_survey_init(&m, "d", names, 2);
    made_survey_split(&m, "train", (const uint64_t[]){ 16, 1 }, 0);
    made_survey_split(&m, "test", NULL, 1);
    char *text = text_of(&m, true);
    assert_non_null(strstr(text, "      1      1    5.9%  0.2020     0.1428  "
                                 "b     \xE2\x96\x88\xE2\x96\x89\n"));
    assert_non_null(strstr(text, "\n\nd, test: 1 image of 2x2\n"));
    assert_string_equal(strstr(text, "\n  no labels"), "\n  no labels\n");
    assert_null(strchr(text, '#'));
    free(text);
    text = text_of(&m, false);
    for (const char *p = text; *p; p++)
        assert_true((unsigned char)*p < 0x80);
    free(text);
}

static void test_no_rows(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b" };
    struct made_survey m;

    made_survey_init(&m, "d", names, 2);
    made_survey_split(&m, "train", (const uint64_t[]){ 0, 0 }, 0);
    check_text(&m, true,
               "d, train: 0 images of 2x2\n"
               "  pixels  min 0, max 0, sum 0, zeros 0\n"
               "\n"
               "  label  count   share    mean  deviation  name\n"
               "      0      0    0.0%       -          -  a\n"
               "      1      0    0.0%       -          -  b\n");
}

/* Nothing is constant: the line says so. */
static void test_all_vary(void **state)
{
    (void)state;
    struct made_survey m;

    made_survey_init(&m, "d", NULL, 0);
    made_survey_split(&m, "train", NULL, 3);
    m.survey.split[0].constant = m.survey.split[0].blank = 0;
    char *text = text_of(&m, false);
    assert_non_null(strstr(text, "\n          none of 4 constant\n"));
    free(text);
}

static void test_names_of_all_kinds(void **state)
{
    (void)state;
    static char thousand[1001];
    static const char *const names[] = {
        thousand,
        "",
        "\x1B[31mred\x1B[0m",
        "line\nbreak\ttab",
        "\xE3\x81\x82\xE3\x81\x84\xE3\x81\x86",
        "\xFF\xFE not UTF-8",
        "\xE2\x80\xAEright to left",
        "%s%n%d",
        "exactly twenty chars",
        "now twenty-one chars.",
    };
    static const uint64_t counts[COUNT_OF(names)] = { 12345678, 1, 0, 5,
                                                      UINT32_MAX };
    struct made_survey m;
    size_t lines[2];

    memset(thousand, 'x', 1000);
    made_survey_init(&m, thousand, names, COUNT_OF(names));
    made_survey_split(&m, thousand, counts, 0);
    made_survey_split(&m, "\x07", counts, 0);
    for (int blocks = 0; blocks < 2; blocks++) {
        char *text = text_of(&m, blocks);
        check_lines(text, &lines[blocks]);
        assert_non_null(strstr(text, "  xxxxxxxxxxxxxxxxxx..  "));
        assert_non_null(strstr(text, "\\x1b[31mred\\x1b[0m"));
        assert_non_null(strstr(text, "  line\\x0abreak\\x09tab  "));
        assert_non_null(strstr(text, "  exactly twenty chars"));
        assert_non_null(strstr(text, "  now twenty-one cha.."));
        assert_non_null(strstr(text, "  %s%n%d"));
        assert_non_null(strstr(text, ".., xxxxxxxxxxxxxxxxxx..: 4307312979"));
        assert_non_null(strstr(text, ".., \\x07: 4307312979"));
        free(text);
    }
    assert_int_equal(lines[0], lines[1]);
}

/* Each write may be the one for which there is no room. */
static void test_no_room(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b" };
    const struct text_style style = { 0 };
    struct made_survey m;

    made_survey_init(&m, "d", names, 2);
    made_survey_split(&m, "train", (const uint64_t[]){ 1, 2 }, 0);
    made_survey_split(&m, "test", NULL, 3);
    char *text = text_of(&m, false);
    for (size_t room = 0; room < strlen(text); room += 13) {
        struct full_writer w;
        struct error err = { 0 };
        full_writer_init(&w, room);
        assert_false(stats_write_text(&m.survey, &style, &w.base, &err));
        assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    }
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_all_vary),
        cmocka_unit_test(test_names_of_all_kinds),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

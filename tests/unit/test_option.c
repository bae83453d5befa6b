/* SPDX-License-Identifier: MIT */
/* Command lines: every kind of option in every spelling, and what is refused. A
 * line is one text here, its words separated by spaces; '' is an empty one. */
#include "cli/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sizes.h"
#include "cli/command.h"
#include "helpers.h"

struct settings {
    struct common common;
    const char *text, *name;
    size_t count, many;
    int choice;
    bool flag, other_flag;
    struct text_list list;
};

static const char *const choices[] = { "one", "two", "three", NULL };

static const struct option_row rows[] = {
    { "text", 't', TEXT(struct settings, text), .arg = "T" },
    { "name", 0, TEXT(struct settings, name), .arg = "T" },
    { "count", 'c', COUNT(struct settings, count), .arg = "N" },
    { "many", 0, COUNT(struct settings, many), .least = 3, .arg = "N" },
    { "choice", 0, CHOICE(struct settings, choice, choices), .arg = "C" },
    { "flag", 'x', FLAG(struct settings, flag) },
    { "flag-of-another-kind", 0, FLAG(struct settings, other_flag) },
    { "list", 'l', LIST(struct settings, list), .arg = "L" },
    { .name = NULL },
};

static const struct command command = {
    .name = "test",
    .options = rows,
    .uses = USE_JSON | USE_JOBS,
    .settings_size = sizeof(struct settings),
};

/* ---- lines and what became of them ---- */

enum { WORDS_MAX = 16 };

struct line {
    char text[256];
    char *word[WORDS_MAX + 1];
    int count;
};

static void split(struct line *l, const char *text)
{
    *l = (struct line){ .count = 0 };
    snprintf(l->text, sizeof l->text, "test %s", text);
    for (char *at = strtok(l->text, " "); at; at = strtok(NULL, " ")) {
        assert_true(l->count < WORDS_MAX);
        l->word[l->count++] = strcmp(at, "''") == 0 ? at + 2 : at;
    }
}

static void add(char *to, size_t size, const char *name, const char *value)
{
    size_t n = strlen(to);
    snprintf(to + n, size - n, "%s%s%s", n ? " " : "", name, value);
}

static void add_number(char *to, size_t size, const char *name, size_t value)
{
    char digits[24];

    if (value == 0)
        return;
    snprintf(digits, sizeof digits, "%zu", value);
    add(to, size, name, digits);
}

/* All that is not as it began, and the operands. */
static void describe(const struct settings *s, const struct line *l, int at,
                     char *to, size_t size)
{
    const struct common *c = &s->common;

    to[0] = '\0';
    if (s->text)
        add(to, size, "text=", s->text);
    if (s->name)
        add(to, size, "name=", s->name);
    add_number(to, size, "count=", s->count);
    add_number(to, size, "many=", s->many);
    if (s->choice)
        add(to, size, "choice=", choices[s->choice]);
    if (s->flag)
        add(to, size, "flag", "");
    if (s->other_flag)
        add(to, size, "other", "");
    for (size_t i = 0; i < s->list.count; i++)
        add(to, size, "list=", s->list.text[i]);
    if (c->data_dir)
        add(to, size, "dir=", c->data_dir);
    if (c->catalogue)
        add(to, size, "catalogue=", c->catalogue);
    add_number(to, size, "jobs=", c->jobs);
    add_number(to, size, "progress=", (size_t)c->progress);
    add_number(to, size, "color=", (size_t)c->color);
    add(to, size, c->json ? "json" : "", "");
    add(to, size, c->quiet ? "quiet" : "", "");
    add(to, size, c->verbose ? "verbose" : "", "");
    add(to, size, c->help ? "help" : "", "");
    for (; at < l->count; at++)
        add(to, size, "|", l->word[at]);
    /* one space, however many are empty */
    char *out = to;
    for (const char *in = to; *in; in++)
        if (*in != ' ' || (out > to && out[-1] != ' '))
            *out++ = *in;
    while (out > to && out[-1] == ' ')
        out--;
    *out = '\0';
}

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        const char *line, *result;
    } cases[] = {
        { "", "" },
        /* text */
        { "--text a", "text=a" },
        { "--text=a", "text=a" },
        { "-t a", "text=a" },
        { "-ta", "text=a" },
        { "-t=a", "text==a" }, /* as everywhere */
        { "--text=a=b", "text=a=b" },
        { "--text a --text b", "text=b" },
        { "--text -x", "text=-x" },
        { "--text=-x", "text=-x" },
        { "--text --flag", "text=--flag" },
        { "-t --", "text=--" },
        { "--text -", "text=-" },
        { "--text --text", "text=--text" },
        { "--name=a --text=b", "text=b name=a" },
        /* counts */
        { "--count 7", "count=7" },
        { "--count=007", "count=7" },
        { "-c7", "count=7" },
        { "--count 0", "" },
        { "--count 2147483647", "count=2147483647" },
        { "--many 3", "many=3" },
        /* choices */
        { "--choice one", "" },
        { "--choice two", "choice=two" },
        { "--choice=three", "choice=three" },
        { "--choice two --choice one", "" },
        /* flags, and several in one word */
        { "--flag", "flag" },
        { "-x", "flag" },
        { "-x --flag -x", "flag" },
        { "--flag-of-another-kind", "other" },
        { "-xq", "flag quiet" },
        { "-qvx", "flag quiet verbose" },
        { "-xta", "text=a flag" },
        { "-xt a", "text=a flag" },
        { "-tx", "text=x" },
        { "-xC d", "flag dir=d" },
        /* lists */
        { "--list a", "list=a" },
        { "--list a -lb --list=c -l d", "list=a list=b list=c list=d" },
        { "--list a,b --list a,b", "list=a,b list=a,b" },
        /* what all commands have, and what this one uses */
        { "--data-dir d", "dir=d" },
        { "-C d", "dir=d" },
        { "-Cd --data-dir=e", "dir=e" },
        { "--catalogue c.json", "catalogue=c.json" },
        { "-q", "quiet" },
        { "--quiet --verbose", "quiet verbose" },
        { "--progress bar", "progress=1" },
        { "--progress none", "progress=4" },
        { "--color=never", "color=2" },
        { "--json", "json" },
        { "-j4", "jobs=4" },
        { "--jobs 1", "jobs=1" },
        { "-h", "help" },
        /* operands */
        { "a", "|a" },
        { "a b", "|a |b" },
        { "-", "|-" },
        { "''", "|" },
        { "a --flag b", "flag |a |b" },
        { "a b -x c -t d e", "text=d flag |a |b |c |e" },
        { "--", "" },
        { "-- --flag", "|--flag" },
        { "--flag -- --text", "flag |--text" },
        { "a -- -x b", "|a |-x |b" },
        { "-- --", "|--" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings s = { .count = 0 };
        struct line l;
        struct error err = { 0 };
        char result[512];
        int at = -1;

        split(&l, cases[i].line);
        if (!options_parse(&command, &s, l.count, l.word, &at, &err))
            fail_msg("%s: %s", cases[i].line, err.text);
        describe(&s, &l, at, result, sizeof result);
        if (strcmp(result, cases[i].result) != 0)
            fail_msg("%s: %s", cases[i].line, result);
        options_release(&command, &s);
        assert_null(s.list.text);
        assert_int_equal(s.list.count, 0);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } cases[] = {
        /* without its argument */
        { "--text", "--text needs an argument" },
        { "a --text", "--text needs an argument" },
        { "-t", "-t needs an argument" },
        { "-xt", "-t needs an argument" },
        { "--list", "--list needs an argument" },
        { "-l", "-l needs an argument" },
        { "--data-dir", "--data-dir needs an argument" },
        { "--text ''", "--text: the argument is empty" },
        { "--text=", "--text: the argument is empty" },
        { "--list=", "--list: the argument is empty" },
        { "-C ''", "--data-dir: the argument is empty" },
        /* with one that a flag does not take */
        { "--flag=1", "--flag takes no argument" },
        { "--flag=", "--flag takes no argument" },
        { "--flag=flag", "--flag takes no argument" },
        { "--flag-of-another-kind=1", "--flag-of-another-kind takes no" },
        { "--json=true", "--json takes no argument" },
        { "-x=1", "unknown option '-='" },
        /* no abbreviations, of which the shortest would be taken some day */
        { "--tex a", "unknown option '--tex'; did you mean '--text'?" },
        { "--tex=a", "unknown option '--tex'; did you mean '--text'?" },
        { "--tex", "unknown option '--tex'; did you mean '--text'?" },
        { "--t a", "unknown option '--t'" },
        { "--fla", "unknown option '--fla'; did you mean '--flag' or" },
        { "--flag-of",
          "unknown option '--flag-of'; did you mean '--flag-of-a" },
        { "--flag-of=1", "unknown option '--flag-of'" },
        { "--data-di x", "unknown option '--data-di'; did you mean '--data-d" },
        { "--c 1", "unknown option '--c'" },
        { "--jso", "unknown option '--jso'; did you mean '--json'?" },
        { "a --tex b", "unknown option '--tex'" },
        { "--text a --tex b", "unknown option '--tex'" },
        /* unknown */
        { "--flog", "unknown option '--flog'; did you mean '--flag'?" },
        { "--txet a", "unknown option '--txet'; did you mean '--text'?" },
        { "--dta-dir=x", "unknown option '--dta-dir'; did you mean '--data-d" },
        { "--zzzzzz", "unknown option '--zzzzzz'" },
        { "--Text a", "unknown option '--Text'; did you mean '--text'?" },
        { "-z", "unknown option '-z'" },
        { "-xz", "unknown option '-z'" },
        { "-X", "unknown option '-X'" },
        { "-?", "unknown option '-?'" },
        { "--=a", "unknown option '--'" },
        { "---flag", "unknown option '---flag'; did you mean '--flag'" },
        /* of commands that write, which this is not */
        { "--force", "unknown option '--force'" },
        { "-n", "unknown option '-n'" },
        /* numbers */
        { "--count x", "--count: 'x' is no whole number from 0 to 2147483647" },
        { "--count -5",
          "--count: '-5' is no whole number from 0 to 2147483647" },
        { "--count=", "--count: '' is no whole number" },
        { "--count 5x", "'5x' is no whole number" },
        { "--count 1.5", "'1.5' is no whole number" },
        { "--count 18446744073709551616", "is no whole number" },
        { "--many 2", "--many: '2' is no whole number from 3 to 2147483647" },
        { "-j0", "--jobs: '0' is no whole number from 1 to 1024" },
        { "-j1025", "--jobs: '1025' is no whole number from 1 to 1024" },
        /* choices */
        { "--choice tow",
          "--choice: 'tow' is not possible; did you mean 'two'?" },
        { "--choice x",
          "--choice: 'x' is not possible; there are one, two and" },
        { "--choice Two", "'Two' is not possible; did you mean 'two'?" },
        { "--choice=", "--choice: '' is not possible; there are one, two" },
        { "--progress loud",
          "'loud' is not possible; there are auto, bar, pl" },
        { "--color red", "--color: 'red' is not possible" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings s = { .count = 0 };
        struct line l;
        struct error err = { 0 };
        int at = -1;

        split(&l, cases[i].line);
        if (options_parse(&command, &s, l.count, l.word, &at, &err))
            fail_msg("%s: taken", cases[i].line);
        if (!strstr(err.text, cases[i].part))
            print_error("%s\n", cases[i].line);
        assert_error(err, FAIL_USAGE, cases[i].part);
        assert_int_equal(at, -1);
        options_release(&command, &s);
    }
}

/* What is unknown gets no suggestion when nothing is near. */
static void test_no_suggestion(void **state)
{
    (void)state;
    struct settings s = { .count = 0 };
    struct line l;
    struct error err = { 0 };
    int at;

    split(&l, "--zzzzzz");
    assert_false(options_parse(&command, &s, l.count, l.word, &at, &err));
    assert_string_equal(err.text, "unknown option '--zzzzzz'");
}

/* ---- before the command's name ---- */

static void test_before_the_command(void **state)
{
    (void)state;
    static const struct {
        const char *line, *result; /* with the command and what follows */
        const char *part;
    } cases[] = {
        { "", "", NULL },
        { "prep", "|prep", NULL },
        { "-q prep -v", "quiet |prep |-v", NULL },
        { "-C d prep --flag", "dir=d |prep |--flag", NULL },
        { "--data-dir=d --color never prep", "dir=d color=2 |prep", NULL },
        { "-qvh", "quiet verbose help", NULL },
        { "-- prep", "|prep", NULL },
        { "prep -- -q", "|prep |-- |-q", NULL },
        { "--json prep", NULL, "unknown option '--json'" },
        { "-n prep", NULL, "unknown option '-n'" },
        { "--text a", NULL, "unknown option '--text'" },
        { "--verbos prep", NULL, "unknown option '--verbos'; did you mean" },
        { "-C", NULL, "-C needs an argument" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings s = { .count = 0 };
        struct line l;
        struct error err = { 0 };
        char result[512] = "";
        int at = -1;

        split(&l, cases[i].line);
        bool ok = options_parse_common(&s.common, l.count, l.word, &at, &err);
        if (ok != (cases[i].part == NULL))
            fail_msg("%s: %s", cases[i].line, err.text);
        if (!ok) {
            assert_error(err, FAIL_USAGE, cases[i].part);
            continue;
        }
        describe(&s, &l, at, result, sizeof result);
        if (strcmp(result, cases[i].result) != 0)
            fail_msg("%s: %s", cases[i].line, result);
    }
}

static void test_applies(void **state)
{
    (void)state;

    for (const struct option_row *row = common_options; row->name; row++) {
        assert_int_equal(option_applies(row, NULL), row->use == 0);
        assert_int_equal(option_applies(row, &command),
                         row->use != USE_DRY_RUN && row->use != USE_FORCE &&
                             row->use != USE_CHECK && row->use != USE_LOCK);
        assert_non_null(row->help);
        assert_int_equal(row->arg == NULL, row->kind == OPTION_FLAG);
    }
}

/* ---- environment ---- */

static void test_complete(void **state)
{
    (void)state;
    static const struct {
        const char *data_dir, *progress; /* in the environment */
        struct common given;
        const char *result_dir;
        int result_progress;
        const char *part;
    } cases[] = {
        { NULL, NULL, { .jobs = 2 }, "data", PROGRESS_AUTO, NULL },
        { "", "", { .jobs = 2 }, "data", PROGRESS_AUTO, NULL },
        { "/srv", NULL, { .jobs = 2 }, "/srv", PROGRESS_AUTO, NULL },
        { "/srv", NULL, { .data_dir = "d" }, "d", PROGRESS_AUTO, NULL },
        { NULL, "none", { .jobs = 2 }, "data", PROGRESS_NONE, NULL },
        { NULL, "auto", { .jobs = 2 }, "data", PROGRESS_AUTO, NULL },
        { NULL,
          "none",
          { .progress = PROGRESS_BAR },
          "data",
          PROGRESS_BAR,
          NULL },
        { NULL,
          "loud",
          { .progress = PROGRESS_BAR },
          "data",
          PROGRESS_BAR,
          NULL }, /* not asked */
        { NULL,
          "loud",
          { .jobs = 2 },
          NULL,
          0,
          "the environment variable MNISTPREP_PROGRESS: 'loud' is not" },
        { NULL, "non", { .jobs = 2 }, NULL, 0, "did you mean 'none'?" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct common c = cases[i].given;
        struct error err = { 0 };
        size_t jobs = c.jobs;

        unsetenv("MNISTPREP_DATA_DIR");
        unsetenv("MNISTPREP_PROGRESS");
        if (cases[i].data_dir)
            setenv("MNISTPREP_DATA_DIR", cases[i].data_dir, 1);
        if (cases[i].progress)
            setenv("MNISTPREP_PROGRESS", cases[i].progress, 1);
        assert_int_equal(options_complete(&c, &err), cases[i].part == NULL);
        if (cases[i].part) {
            assert_error(err, FAIL_USAGE, cases[i].part);
            continue;
        }
        assert_string_equal(c.data_dir, cases[i].result_dir);
        assert_int_equal(c.progress, cases[i].result_progress);
        if (jobs)
            assert_int_equal(c.jobs, jobs);
        else
            assert_int_equal(c.jobs, sysconf(_SC_NPROCESSORS_ONLN));
    }
}

static void test_environment(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool before, after, ok;
    } cases[] = {
        { NULL, false, false, true },   { NULL, true, true, true },
        { "", false, false, true },     { "1", false, true, true },
        { "0", false, false, true },    { "0", true, true, true },
        { "1", true, true, true },      { "2", false, false, false },
        { "yes", false, false, false }, { "true", true, true, false },
        { " 1", false, false, false },  { "01", false, false, false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool flag = cases[i].before;
        struct error err = { 0 };

        unsetenv("MNISTPREP_TEST_FLAG");
        if (cases[i].value)
            setenv("MNISTPREP_TEST_FLAG", cases[i].value, 1);
        const char *value = option_environment("MNISTPREP_TEST_FLAG");
        assert_int_equal(value != NULL, cases[i].value && cases[i].value[0]);
        if (option_environment_flag("MNISTPREP_TEST_FLAG", &flag, &err) !=
                cases[i].ok ||
            flag != cases[i].after)
            fail_msg("row %zu", i);
        if (!cases[i].ok)
            assert_error(err, FAIL_USAGE, "variable MNISTPREP_TEST_FLAG is '");
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_suggestion),
        cmocka_unit_test(test_before_the_command),
        cmocka_unit_test(test_applies),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_environment),
    };
    unsetenv("POSIXLY_CORRECT");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

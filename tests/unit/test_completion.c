/* SPDX-License-Identifier: MIT */
/* The scripts for shells, from tables that no command has yet. What the shells
 * make of them is in tests/cli/completion.bats. */
#include "cli/completion.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "cli/command.h"
#include "helpers.h"

struct settings {
    struct common common;
    const char *name;
};

/* The script as text, to be freed. */
static char *script(enum completion_shell shell, const struct command *command)
{
    const struct command *const commands[] = { command, NULL };
    struct bytes_writer out;
    struct error err = { 0 };

    bytes_writer_init(&out);
    assert_true(completion_write(&out.base, shell, commands, &err));
    assert_no_error(err);
    assert_true(writer_write(&out.base, "", 1, &err));
    return (char *)out.bytes;
}

static const enum completion_shell with_help[] = { COMPLETION_ZSH,
                                                   COMPLETION_FISH };

/* However long it is, it comes whole, and in one line. */
static void test_long_help(void **state)
{
    char help[2001];
    const struct option_row rows[] = {
        { "name", 'x', TEXT(struct settings, name), .arg = "N", .help = help },
        { .name = NULL },
    };
    const struct command command = { .name = "do",
                                     .summary = "summary",
                                     .options = rows };

    (void)state;
    memset(help, 'h', sizeof help - 1);
    help[sizeof help - 1] = '\0';
    memcpy(help + 700, "\n'", 2);
    for (size_t i = 0; i < COUNT_OF(with_help); i++) {
        char *text = script(with_help[i], &command);
        const char *begin = strstr(text, "hhhhh");
        size_t before = 0, behind = 0;

        assert_non_null(begin);
        before = strspn(begin, "h");
        assert_int_equal(before, 700);
        assert_int_equal(begin[before], ' ');
        behind = strspn(strchr(begin + before + 2, 'h'), "h");
        assert_int_equal(behind, strlen(help) - 702);
        free(text);
    }
}

/* Kinds of arguments that have words, where the row has none. */
static void test_no_words(void **state)
{
    static const enum argument kinds[] = { ARG_TEXT, ARG_WORDS };

    (void)state;
    for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
        const struct option_row rows[] = {
            { "name", 'x', TEXT(struct settings, name), .arg = "N",
              .takes = kinds[kind], .help = "help" },
            { .name = NULL },
        };
        const struct command command = { .name = "do",
                                         .summary = "summary",
                                         .options = rows };

        for (size_t i = 0; i < COUNT_OF(with_help); i++) {
            char *text = script(with_help[i], &command);

            assert_non_null(strstr(text, "help"));
            assert_null(strstr(text, "(null)"));
            free(text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_help),
        cmocka_unit_test(test_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

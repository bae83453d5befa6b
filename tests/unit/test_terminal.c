/* SPDX-License-Identifier: MIT */
/* What the environment says of a terminal, and what a terminal says itself.
 * What takes a real terminal is in tests/cli/preview.bats. */
#include "helpers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/sizes.h"
#include "cli/probe.h"
#include "cli/terminal.h"

static void set(const char *name, const char *value)
{
    if (value)
        assert_int_equal(setenv(name, value, 1), 0);
    else
        assert_int_equal(unsetenv(name), 0);
}

static void test_blocks(void **state)
{
    static const struct {
        const char *all, *ctype, *lang, *term;
        bool blocks;
    } cases[] = {
        { NULL, NULL, NULL, "xterm", false },
        { NULL, NULL, "en_US.UTF-8", "xterm", true },
        { NULL, NULL, "C.utf8", "xterm", true },
        { NULL, NULL, "de_DE.UTF-8@euro", NULL, true },
        { NULL, "UTF-8", "C", "xterm", true },
        { NULL, NULL, "de_DE.ISO-8859-1", "xterm", false },
        { NULL, NULL, "C", "xterm", false },
        { NULL, NULL, "8", "xterm", false },
        /* The first that is not empty decides. */
        { "C", "C.UTF-8", "C.UTF-8", "xterm", false },
        { "C.UTF-8", "C", "C", "xterm", true },
        { "", "C", "C.UTF-8", "xterm", false },
        { "", "", "C.UTF-8", "xterm", true },
        { "C.UTF-8", NULL, NULL, "dumb", false },
        { "C.UTF-8", NULL, NULL, "linux", false },
        { "C.UTF-8", NULL, NULL, "", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        set("LC_ALL", cases[i].all);
        set("LC_CTYPE", cases[i].ctype);
        set("LANG", cases[i].lang);
        set("TERM", cases[i].term);
        if (terminal_has_blocks() != cases[i].blocks)
            fail_msg("case %zu", i);
    }
}

/* With stdout in a file, as a terminal's width would count. */
static size_t columns_with(const char *value)
{
    int out = dup(STDOUT_FILENO), file = open("out", O_WRONLY | O_CREAT, 0600);

    assert_true(out >= 0 && file >= 0);
    set("COLUMNS", value);
    assert_true(dup2(file, STDOUT_FILENO) >= 0);
    size_t columns = terminal_columns(STDOUT_FILENO);
    assert_true(dup2(out, STDOUT_FILENO) >= 0);
    close(out);
    close(file);
    return columns;
}

static void test_columns(void **state)
{
    static const struct {
        const char *value;
        size_t columns;
    } cases[] = {
        { NULL, 80 },
        { "", 80 },
        { "1", 1 },
        { "132", 132 },
        { "9999", 9999 },
        { "0", 80 },
        { "10000", 80 },
        { "80x", 80 },
        { "-5", 80 },
        { " 60", 80 },
        { "99999999999999999999", 80 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (columns_with(cases[i].value) != cases[i].columns)
            fail_msg("COLUMNS='%s'", cases[i].value);
}

/* The user's word counts before what the terminal says, on stdout as on
 * stderr; without it, the terminal that is meant is asked. */
static void test_columns_of_terminal(void **state)
{
    const struct winsize size = { .ws_row = 24, .ws_col = 123 };
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_true(terminal >= 0 && ioctl(terminal, TIOCSWINSZ, &size) == 0);
    set("COLUMNS", NULL);
    assert_int_equal(terminal_columns(terminal), 123);
    set("COLUMNS", "60");
    assert_int_equal(terminal_columns(terminal), 60);
    set("COLUMNS", "0");
    assert_int_equal(terminal_columns(terminal), 123);
    close(terminal);
}

/* Chosen protocols hold whatever the environment is against. */
static void test_chosen(void **state)
{
    static const struct {
        enum terminal_protocol chosen;
        const char *colorterm;
        enum termpicture_protocol protocol;
    } cases[] = {
        { TERMINAL_ASCII, "truecolor", TERMPICTURE_ASCII },
        { TERMINAL_KITTY, NULL, TERMPICTURE_KITTY },
        { TERMINAL_SIXEL, NULL, TERMPICTURE_SIXEL },
        { TERMINAL_HALF, NULL, TERMPICTURE_HALF_256 },
        { TERMINAL_HALF, "yes", TERMPICTURE_HALF_256 },
        { TERMINAL_HALF, "truecolor", TERMPICTURE_HALF_RGB },
        { TERMINAL_HALF, "24bit", TERMPICTURE_HALF_RGB },
    };

    (void)state;
    set("TERM", "dumb");
    set("LC_ALL", "C");
    set("NO_COLOR", "1");
    set("COLUMNS", "77");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct common common = { .color = COLOR_NEVER };
        struct terminal t;
        struct error err = { 0 };
        set("COLORTERM", cases[i].colorterm);
        assert_true(terminal_ask(&t, &common, (int)cases[i].chosen, &err));
        assert_int_equal(t.sheet.protocol, cases[i].protocol);
        assert_int_equal(t.sheet.columns, 77);
        assert_false(t.owes_answer);
        terminal_settle(&t);
    }
}

/* The names are those of the enum, as a CHOICE row needs them. */
static void test_names(void **state)
{
    (void)state;
    assert_string_equal(terminal_protocols[TERMINAL_AUTO], "auto");
    assert_string_equal(terminal_protocols[TERMINAL_HALF], "half");
    assert_string_equal(terminal_protocols[TERMINAL_ASCII], "ascii");
    assert_string_equal(terminal_protocols[TERMINAL_KITTY], "kitty");
    assert_string_equal(terminal_protocols[TERMINAL_SIXEL], "sixel");
    assert_null(terminal_protocols[TERMINAL_SIXEL + 1]);
}

static void test_answers(void **state)
{
    static const struct {
        const char *bytes;
        enum probe_result result;
    } cases[] = {
        { "\033[?62;4;6c", PROBE_SIXEL },
        { "\033[?63;1;2;4c", PROBE_SIXEL },
        { "\033[?65;1;9;4;22c", PROBE_SIXEL },
        { "\033[?62;22;52c", PROBE_PLAIN },
        { "\033[?1;2c", PROBE_PLAIN },
        { "\033[?6c", PROBE_PLAIN },
        { "\033[?c", PROBE_PLAIN },
        /* 4 as the class is a VT132; 14, 40 and 44 are no 4. */
        { "\033[?4;6c", PROBE_PLAIN },
        { "\033[?64;14;40;44c", PROBE_PLAIN },
        { "\033[?62;4294967300c", PROBE_NO_ANSWER },
        /* Among keys, other answers and rubbish. */
        { "ls -l\033[?62;4c", PROBE_SIXEL },
        { "\033[?62;4c\n", PROBE_SIXEL },
        { "\033[?1;2;\033[?62;4c", PROBE_SIXEL },
        { "\033[?\033[?62c", PROBE_PLAIN },
        { "\033[>0;276;0c\033[?64;4c", PROBE_SIXEL },
        { "\033[>4;4;4c", PROBE_NO_ANSWER },
        { "\033[0;4c", PROBE_NO_ANSWER },
        { "?62;4c", PROBE_NO_ANSWER },
        { "\033[?62;4n", PROBE_NO_ANSWER },
        { "\033[?62:4c", PROBE_NO_ANSWER },
        /* Not all there. */
        { "", PROBE_NO_ANSWER },
        { "\033", PROBE_NO_ANSWER },
        { "\033[?", PROBE_NO_ANSWER },
        { "\033[?62;4;6", PROBE_NO_ANSWER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        /* In memory of that size, where the sanitizers see its ends. */
        size_t n = strlen(cases[i].bytes);
        char *bytes = malloc(n + 1);
        assert_non_null(bytes);
        memcpy(bytes, cases[i].bytes, n);
        char *exact = realloc(bytes, n > 0 ? n : 1);
        assert_non_null(exact);
        if (probe_parse(exact, n) != cases[i].result)
            fail_msg("case %zu: %s", i, cases[i].bytes + (n > 0));
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        IN_TEMP_DIR(test_columns),
        cmocka_unit_test(test_columns_of_terminal),
        cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

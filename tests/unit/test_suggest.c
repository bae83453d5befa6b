/* SPDX-License-Identifier: MIT */
/* Distances between words, and which names are worth a suggestion. */
#include "cli/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        { "", "", 0 },
        { "", "abc", 3 },
        { "fetch", "fetch", 0 },
        { "fetch", "fetchh", 1 }, /* one more */
        { "fetch", "ftch", 1 },   /* one less */
        { "fetch", "fitch", 1 },  /* another */
        { "fetch", "ftech", 1 },  /* two swapped */
        { "fetch", "Fetch", 1 },
        { "ab", "ba", 1 },
        { "abc", "cab", 2 },
        { "ca", "abc", 3 }, /* a swapped pair is not split again */
        { "kitten", "sitting", 3 },
        { "stats", "list", 4 },
        { "prep", "dump", 3 },
        { "mnist", "fashion-mnist", 8 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (suggest_distance(cases[i].a, cases[i].b) != cases[i].distance ||
            suggest_distance(cases[i].b, cases[i].a) != cases[i].distance)
            fail_msg("%s, %s: %zu and %zu", cases[i].a, cases[i].b,
                     suggest_distance(cases[i].a, cases[i].b),
                     suggest_distance(cases[i].b, cases[i].a));
}

/* Words longer than any name are far from all, and harm nothing. */
static void test_long_words(void **state)
{
    (void)state;
    static const char *const names[] = { "fetch", "prep" };
    char word[4096], to[64];

    for (size_t n = 40; n < sizeof word; n = n < 60 ? n + 1 : 2 * n) {
        memset(word, 'f', n);
        word[n] = '\0';
        assert_int_equal(suggest_distance(word, "fetch"), n - 1 + (n > 48));
        assert_int_equal(suggest_distance(word, word), n > 48 ? n : 0);
        suggest_nearest(to, sizeof to, word, "", names, 2);
        assert_string_equal(to, "");
    }
}

static const char *const commands[] = { "list",   "fetch",     "verify",
                                        "decode", "normalize", "onehot",
                                        "prep",   "stats",     "dump",
                                        "help",   "version" };

static void test_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *word, *prefix, *hint;
    } cases[] = {
        { "ftech", "", "; did you mean 'fetch'?" },
        { "fetc", "--", "; did you mean '--fetch'?" },
        { "norm", "", "; did you mean 'normalize'?" },
        { "normalise", "", "; did you mean 'normalize'?" },
        { "ver", "", "; did you mean 'verify' or 'version'?" },
        { "versoin", "", "; did you mean 'version'?" },
        { "lsit", "", "; did you mean 'list'?" },
        { "prepp", "", "; did you mean 'prep'?" },
        { "Prep", "", "; did you mean 'prep'?" },
        { "PREP", "", "; did you mean 'prep'?" },
        { "NORM", "--", "; did you mean '--normalize'?" },
        { "Verfiy", "", "; did you mean 'verify'?" },
        { "hump", "", "; did you mean 'dump'?" },
        { "helm", "", "; did you mean 'help'?" },
        { "de", "", "" }, /* two letters begin too much */
        { "prepare", "", "" },
        { "xyz", "", "" },
        { "download", "", "" },
        { "", "", "" },
        { "-", "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[128] = "before";
        suggest_nearest(to, sizeof to, cases[i].word, cases[i].prefix, commands,
                        COUNT_OF(commands));
        if (strcmp(to, cases[i].hint) != 0)
            fail_msg("%s: \"%s\"", cases[i].word, to);
    }
    char to[16] = "before";
    suggest_nearest(to, sizeof to, "fetch", "", commands, 0);
    assert_string_equal(to, "");
}

static void test_all(void **state)
{
    (void)state;
    static const char *const names[] = { "auto", "always", "never", "evers" };
    static const struct {
        const char *word;
        size_t count;
        const char *hint;
    } cases[] = {
        { "alway", 3, "; did you mean 'always'?" },
        { "Evers", 4, "; did you mean 'evers'?" },
        { "NEVER", 3, "; did you mean 'never'?" },
        { "red", 3, "; there are auto, always and never" },
        { "red", 2, "; there are auto and always" },
        { "red", 0, "" },
        { "", 3, "; there are auto, always and never" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[128] = "before";
        suggest_all(to, sizeof to, cases[i].word, names, cases[i].count);
        if (strcmp(to, cases[i].hint) != 0)
            fail_msg("%s: \"%s\"", cases[i].word, to);
    }
}

/* What does not fit is cut, and nothing is written behind the end. */
static void test_small_room(void **state)
{
    (void)state;
    static const char *const names[] = { "version", "verify", "verse" };
    static const char whole[] =
        "; did you mean '--version' or '--verify' or '--verse'?";

    for (size_t size = 1; size <= sizeof whole + 1; size++) {
        char to[80];
        memset(to, '#', sizeof to);
        suggest_nearest(to, size, "ver", "--", names, 3);
        assert_true(strlen(to) < size);
        assert_int_equal(strncmp(to, whole, strlen(to)), 0);
        for (size_t i = size; i < sizeof to; i++)
            assert_int_equal(to[i], '#');
        if (size >= sizeof whole)
            assert_string_equal(to, whole);
        suggest_all(to, size, "qqqq", names, 3);
        assert_true(strlen(to) < size);
        assert_int_equal(to[size], '#');
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),   cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_nearest),    cmocka_unit_test(test_all),
        cmocka_unit_test(test_small_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

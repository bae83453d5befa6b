/* SPDX-License-Identifier: MIT */
/* Numbers: what is not wholly a number is none. */
#include "base/number.h"

#include <errno.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_u64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } cases[] = {
        { "0", 0 },
        { "7", 7 },
        { "007", 7 },
        { "60000", 60000 },
        { "4294967296", UINT64_C(4294967296) },
        { "18446744073709551615", UINT64_MAX },
        { "00000000000000000000000018446744073709551615", UINT64_MAX },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 12345;
        if (!number_parse_u64(cases[i].text, &value) || value != cases[i].value)
            fail_msg("\"%s\" came out as %llu", cases[i].text,
                     (unsigned long long)value);
    }
}

/* The texts that no number parser here may take. */
static const char *const rubbish[] = {
    "",
    " ",
    " 1",
    "1 ",
    "\t1",
    "1\n",
    "-",
    "+",
    "1,5",
    "1 000",
    "1_000",
    "1'000",
    "0x10",
    "0x1p3",
    "0b1",
    "1e",
    "e3",
    "nan",
    "NaN",
    "-nan",
    "inf",
    "-inf",
    "infinity",
    "1.2.3",
    "--1",
    "+-1",
    "1-",
    "1f",
    "1u",
    "ten",
    "1%",
    "\xD9\xA1" /* Arabic-Indic one */,
    "\xEF\xBC\x91" /* full width */,
    "1e+",
    ".",
    "-.",
    "1e3.5",
    "1 e3",
};

static void test_u64_refused(void **state)
{
    (void)state;
    static const char *const also[] = {
        "-1",
        "+1",
        "-0",
        "1e3",
        "1.0",
        "18446744073709551616" /* 2^64 */,
        "18446744073709551620",
        "18446744073709551700",
        "28446744073709551615",
        "99999999999999999999",
        "340282366920938463463374607431768211456" /* 2^128 */,
    };

    for (size_t i = 0; i < COUNT_OF(rubbish) + COUNT_OF(also); i++) {
        const char *text = i < COUNT_OF(rubbish) ? rubbish[i]
                                                 : also[i - COUNT_OF(rubbish)];
        uint64_t value = 12345;
        if (number_parse_u64(text, &value))
            fail_msg("\"%s\" was taken for %llu", text,
                     (unsigned long long)value);
        assert_int_equal(value, 12345);
    }
}

static void test_u64_of_a_part(void **state)
{
    (void)state;
    uint64_t value = 0;

    assert_true(number_parse_u64_n("123x", 3, &value));
    assert_int_equal(value, 123);
    assert_true(number_parse_u64_n("129", 2, &value));
    assert_int_equal(value, 12);
    assert_false(number_parse_u64_n("123x", 4, &value));
    assert_false(number_parse_u64_n("1\0", 2, &value));
    assert_false(number_parse_u64_n("1", 0, &value));
    assert_int_equal(value, 12);
}

static void test_double(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        { "0", 0.0 },
        { "-0", -0.0 },
        { "1", 1.0 },
        { "+1", 1.0 },
        { "-1.5", -1.5 },
        { ".5", 0.5 },
        { "5.", 5.0 },
        { "1e3", 1000.0 },
        { "1E-3", 0.001 },
        { "1e+3", 1000.0 },
        { "0.1307", 0.1307 },
        { "0.3081", 0.3081 },
        { "0.1", 0.1 },
        { "010", 10.0 },
        { "1.7976931348623157e308", 1.7976931348623157e308 },
        { "123456789012345678901234567890", 123456789012345678901234567890.0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double value = 12345;
        errno = ERANGE; /* left behind by someone else */
        bool taken = number_parse_double(cases[i].text, &value);
        if (!taken || memcmp(&value, &cases[i].value, sizeof value) != 0)
            fail_msg("\"%s\" came out as %.17g", cases[i].text, value);
    }
}

static void test_double_refused(void **state)
{
    (void)state;
    static const char *const also[] = {
        "1e309",    "-1e309", "1e99999", "2e308",
        "1e-99999", "0x",     "1.5abc",  "1..5",
    };

    for (size_t i = 0; i < COUNT_OF(rubbish) + COUNT_OF(also); i++) {
        const char *text = i < COUNT_OF(rubbish) ? rubbish[i]
                                                 : also[i - COUNT_OF(rubbish)];
        double value = 12345;
        if (number_parse_double(text, &value))
            fail_msg("\"%s\" was taken for %.17g", text, value);
        assert_true(value == 12345);
    }
}

static void test_double_of_a_part(void **state)
{
    (void)state;
    static const char text[] = "0.25,4";
    char digits[65];
    double value = 12345;

    assert_true(number_parse_double_n(text, 4, &value) && value == 0.25);
    assert_true(number_parse_double_n(text, 3, &value) && value == 0.2);
    assert_false(number_parse_double_n(text, 0, &value));
    assert_false(number_parse_double_n(text, 5, &value));
    memset(digits, '1', sizeof digits - 1);
    digits[64] = '\0';
    assert_true(number_parse_double_n(digits, 63, &value) && value > 1e62);
    assert_false(number_parse_double_n(digits, 64, &value));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_u64),
        cmocka_unit_test(test_u64_refused),
        cmocka_unit_test(test_u64_of_a_part),
        cmocka_unit_test(test_double),
        cmocka_unit_test(test_double_refused),
        cmocka_unit_test(test_double_of_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

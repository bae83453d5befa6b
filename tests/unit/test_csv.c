/* SPDX-License-Identifier: MIT */
/* Reading CSV: what is accepted, each mistake with its place, and that it does
 * not matter where blocks end. */
#include "format/csv.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "format/formats.h"
#include "helpers.h"

/* More than is peeked at: what follows comes as the source gives it, byte by
 * byte, and numbers are nowhere whole within a block. */
enum { PAD_BYTES = 600 };

/* What becomes of a table; values is NULL when it is refused. */
struct result {
    unsigned char *values; /* owned */
    size_t n;
    uint64_t rows, columns;
    struct csv_header header;
    struct error err;
};

static void result_release(struct result *r)
{
    free(r->values);
    *r = (struct result){ 0 };
}

static struct result read_bytes(const void *bytes, size_t n, size_t step)
{
    struct array_stream s = { .in = memory_source_open(bytes, n, step, NEVER) };
    struct result r = { 0 };

    if (csv_open_table(&s, &r.header, &r.err)) {
        assert_int_equal(sources_left_open(), 0); /* it has been read */
        assert_string_equal(s.in->name, "source");
        assert_int_equal(s.info.dtype, DTYPE_U8);
        assert_int_equal(s.info.ndims, 2);
        r.rows = s.info.dim[0];
        r.columns = s.info.dim[1];
        r.n = (size_t)(r.rows * r.columns);
        assert_int_equal(s.left, r.n);
        r.values = malloc(r.n + 1);
        assert_non_null(r.values);
        assert_int_equal(array_read(&s, r.values, r.n + 1, true, &r.err), r.n);
    } else {
        assert_int_not_equal(r.err.code, FAIL_NONE);
    }
    array_close(&s);
    assert_int_equal(sources_left_open(), 0);
    return r;
}

/* The same with spaces before the first line, byte by byte. */
static struct result read_slowly(const void *bytes, size_t n)
{
    char *padded = malloc(PAD_BYTES + n);

    assert_non_null(padded);
    memset(padded, ' ', PAD_BYTES);
    memcpy(padded + PAD_BYTES, bytes, n);
    struct result r = read_bytes(padded, PAD_BYTES + n, 1);
    free(padded);
    return r;
}

/* ---- accepted ---- */

static const struct {
    const char *text;
    size_t n;
    size_t rows, columns;
    const char *values;
    bool header;
    size_t label_column;
} accepted[] = {
    { BYTES("5,0,255\n1,20,3\n"), 2, 3, "\5\0\xFF\1\x14\3", false, 3 },
    { BYTES("5"), 1, 1, "\5", false, 1 },
    { BYTES("5\n0\n4\n"), 3, 1, "\5\0\4", false, 1 },
    /* headers */
    { BYTES("label,pixel0\n5,0\n"), 1, 2, "\5\0", true, 0 },
    { BYTES("p0,p1,LABEL\n1,2,3\n"), 1, 3, "\1\2\3", true, 2 },
    { BYTES("\"1x1\",\"class\"\n1,2\n"), 1, 2, "\1\2", true, 1 },
    { BYTES("x,\"target\",label\n1,2,3\n"), 1, 3, "\1\2\3", true, 1 },
    { BYTES("labels,x\n1,2\n"), 1, 2, "\1\2", true, 2 },
    { BYTES("0,1,2,label\n9,8,7,6\n"), 1, 4, "\x9\x8\7\6", true, 3 },
    { BYTES(",label\n0,6\n"), 1, 2, "\0\6", true, 1 },
    { BYTES("a b, \"c, d\"\n1,2\n"), 1, 2, "\1\2", true, 2 },
    /* a number of any kind is no name, but one name is enough */
    { BYTES("256,1.5,,x\n1,2,3,4\n"), 1, 4, "\1\2\3\4", true, 4 },
    /* line ends */
    { BYTES("5,0\r\n1,2\r\n"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("5,0\n1,200"), 2, 2, "\5\0\1\xC8", false, 2 },
    { BYTES("5,0\r\n1,2\r"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("5,0\n1,2\n\n"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("5,0\n1,2\n\r\n \t\n\n"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("5,0\n1,2\n  "), 2, 2, "\5\0\1\2", false, 2 },
    /* around numbers */
    { BYTES(" 5 ,\t0\n1 , 2 \r\n"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("\"5\",\"0\"\n\"1\",\"255\"\r\n"), 2, 2, "\5\0\1\xFF", false, 2 },
    { BYTES(" \"5\" ,0\n1,\" 2 \"\n"), 2, 2, "\5\0\1\2", false, 2 },
    { BYTES("5,0\n1,2                                             \n"), 2, 2,
      "\5\0\1\2", false, 2 },
    { BYTES("005,0000\n1,0000000255\n"), 2, 2, "\5\0\1\xFF", false, 2 },
};

static void check_accepted(size_t i, const struct result *r)
{
    if (!r->values)
        fail_msg("row %zu: %s", i, r->err.text);
    assert_int_equal(r->rows, accepted[i].rows);
    assert_int_equal(r->columns, accepted[i].columns);
    assert_memory_equal(r->values, accepted[i].values, r->n);
    assert_int_equal(r->header.present, accepted[i].header);
    assert_int_equal(r->header.columns, accepted[i].columns);
    assert_int_equal(r->header.label_column, accepted[i].label_column);
}

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        char marked[100] = "\xEF\xBB\xBF";
        struct result whole =
            read_bytes(accepted[i].text, accepted[i].n, NEVER);
        struct result slow = read_slowly(accepted[i].text, accepted[i].n);
        memcpy(marked + 3, accepted[i].text, accepted[i].n);
        struct result with_bom = read_bytes(marked, 3 + accepted[i].n, 2);

        check_accepted(i, &whole);
        check_accepted(i, &slow);
        check_accepted(i, &with_bom);
        result_release(&whole);
        result_release(&slow);
        result_release(&with_bom);
    }
}

static void test_header_alone(void **state)
{
    (void)state;
    static const char *const headers[] = { "label,pixel0,pixel1",
                                           "label,pixel0,pixel1\n",
                                           "label,pixel0,pixel1\r\n\r\n" };

    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct result r = read_bytes(headers[i], strlen(headers[i]), 5);
        assert_no_error(r.err);
        assert_non_null(r.values);
        assert_int_equal(r.rows, 0);
        assert_int_equal(r.columns, 3);
        assert_true(r.header.present);
        result_release(&r);
    }
}

/* ---- refused ---- */

#define NEEDED "a whole number from 0 to 255 is needed, "
#define POINT "a whole number from 0 to 255, without a point, is needed, "

static const struct {
    const char *text;
    size_t n;
    const char *message; /* after "'source', line " */
} refused[] = {
    /* values */
    { BYTES("1,2\n3,256\n"), "2, column 2: " NEEDED "not '256'" },
    { BYTES("1,2\n3,4000000000000000000000\n"),
      "2, column 2: " NEEDED "not '4000000000000000000000'" },
    { BYTES("1,2\n3,+4\n"), "2, column 2: " NEEDED "not '+4'" },
    { BYTES("1,2\n3,12.0\n"), "2, column 2: " POINT "not '12.0'" },
    { BYTES("1,2\n.5,12\n"), "2, column 1: " POINT "not '.5'" },
    { BYTES("1,2\n1e1,1\n"), "2, column 1: " NEEDED "not '1e1'" },
    { BYTES("1,2\n3,0x1\n"), "2, column 2: " NEEDED "not '0x1'" },
    { BYTES("1,2\n3,4 5\n"), "2, column 2: " NEEDED "not '4 5'" },
    { BYTES("1,2\n3,4/\n"), "2, column 2: " NEEDED "not '4/'" },
    { BYTES("1,2\n3,\x1B[31m\n"), "2, column 2: " NEEDED "not '\\x1b[31m'" },
    { BYTES("1,2\n3,0123456789012345678901234567890123456789,7\n"),
      "2, column 2: " NEEDED "not '01234567890123456789012345678901...'" },
    /* in the first line, when nothing in it is a name */
    { BYTES("256,2\n3,4\n"), "1, column 1: " NEEDED "not '256'" },
    { BYTES("1,2,-3,400\n"), "1, column 3: " NEEDED "not '-3'" },
    { BYTES("0,0.1,0.2\n"), "1, column 2: " POINT "not '0.1'" },
    { BYTES("1,,3\n"), "1, column 2: " NEEDED "and the field is empty" },
    /* a header further down */
    { BYTES("label,x\n5,6\nlabel,x\n"), "3, column 1: " NEEDED "not 'label'" },
    /* fields */
    { BYTES("1,2\n,4\n"), "2, column 1: " NEEDED "and the field is empty" },
    { BYTES("1,2\n3,\n"), "2, column 2: " NEEDED "and the field is empty" },
    { BYTES("1,2\n3,\"\"\n"), "2, column 2: " NEEDED "and the field is empty" },
    { BYTES("1\n\"\"\n"), "2, column 1: " NEEDED "and the field is empty" },
    { BYTES("1,2\n3,4,5\n"),
      "2, column 3: the line goes on, and the first one ends here" },
    { BYTES("1,2\n3,4,"),
      "2, column 3: the line goes on, and the first one ends here" },
    { BYTES("1,2,3\n4,5\n"),
      "2, column 3: the line ends, and the first one goes on" },
    { BYTES("1,2,3\n4,5,6\n7"),
      "3, column 2: the line ends, and the first one goes on" },
    /* lines */
    { BYTES("1,2\n\n3,4\n"), "2: the line is empty, and others follow" },
    { BYTES("1,2\n3,4\r\n \t\r\n\r\n5,6\n"),
      "3: the line is empty, and others follow" },
    { BYTES("1\n\n,\n"), "2: the line is empty, and others follow" },
    { BYTES("\n1,2\n"), "1, column 1: " NEEDED "and the field is empty" },
    { BYTES("\n"), "1, column 1: " NEEDED "and the field is empty" },
    { BYTES("1,2\r3,4\r"),
      "1, column 2: a carriage return alone ends no line" },
    { BYTES("1,2\n3\r,4\r5,6"),
      "2, column 2: a carriage return alone ends no line" },
    /* quotes */
    { BYTES("1,2\n3,\"4\n"), "2, column 2: a quote is opened and not closed" },
    { BYTES("1,2\n\"3,4\n5,6\n"),
      "2, column 1: a quote is opened and not closed" },
    { BYTES("1,2\n\"3\"4,4\n"), "2, column 1: " NEEDED "not '3\"4'" },
    { BYTES("1,2\n\"3\"\"4\",4\n"), "2, column 1: " NEEDED "not '3\"4'" },
    { BYTES("1,2\n3\",4\n"), "2, column 1: " NEEDED "not '3\"'" },
    { BYTES("1,2\n\"3,4\",4\n"), "2, column 1: " NEEDED "not '3,4'" },
    /* zeros */
    { BYTES("1,2\n3,4\0\n"), "2, column 2: there is a byte of value 0" },
    { BYTES("1,\0,2\n"), "1, column 2: there is a byte of value 0" },
    { BYTES("label,\0\n1,2\n"), "1, column 2: there is a byte of value 0" },
    { BYTES("\xFF\xFE"
            "1\0,\0"
            "2\0\n\0"),
      "1, column 1: there is a byte of value 0; is this UTF-16?" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        char want[300];
        struct result whole = read_bytes(refused[i].text, refused[i].n, NEVER);
        struct result slow = read_slowly(refused[i].text, refused[i].n);

        snprintf(want, sizeof want, "'source', line %s", refused[i].message);
        if (whole.values || slow.values)
            fail_msg("row %zu is accepted", i);
        assert_error(whole.err, FAIL_DATA, want);
        assert_string_equal(whole.err.text, slow.err.text);
    }
}

static void test_other_content(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "empty" },
        { "<html>", "a web page" },
        { "{\"a\": 1}\n", "JSON" },
        { "\x1F\x8B\x08", "gzip" },
        /* what would do as a header, if there were numbers */
        { "Sorry, try again\n", "text" },
        { "nothing", "text" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct result r = read_bytes(cases[i][0], strlen(cases[i][0]), 3);
        assert_error(r.err, FAIL_DATA, "'source' is no CSV table: it is ");
        assert_error(r.err, FAIL_DATA, cases[i][1]);
    }
}

/* ---- size ---- */

/* "0,0,...,0\n"; returns its length. */
static size_t wide_line(char *to, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        memcpy(to + 2 * i, "0,", 2);
    to[2 * columns - 1] = '\n';
    return 2 * columns;
}

static void test_wide(void **state)
{
    (void)state;
    size_t most = CSV_MAX_COLUMNS, million = 1000000;
    char *text = malloc(2 * million);

    assert_non_null(text);
    size_t n = wide_line(text, most);
    n += wide_line(text + n, most);
    struct result r = read_bytes(text, n, NEVER);
    assert_no_error(r.err);
    assert_int_equal(r.rows, 2);
    assert_int_equal(r.columns, 65537);
    result_release(&r);

    n = wide_line(text, most + 1);
    r = read_bytes(text, n, NEVER);
    assert_error(r.err, FAIL_DATA, "'source', line 1 has more than 65537 col");

    /* and the rest of such a line is not waited for */
    n = wide_line(text, million);
    struct error err = { 0 };
    struct array_stream s = { .in = memory_source_open(text, n, 4096, 300000) };
    assert_false(csv_open(&s, &err));
    assert_error(err, FAIL_DATA, "'source', line 1 has more than 65537 col");
    array_close(&s);
    free(text);
}

enum { BLOCKS_ROWS = 4000, BLOCKS_COLUMNS = 37 };

/* More than a block of values, as plain as can be or in all notations. */
static size_t print_table(char *to, const unsigned char *values, bool plain)
{
    static const char *const before[] = { "", "", "", " ", "\"", "0" };
    static const char *const after[] = { "", "", " ", "", "\"", "" };
    uint64_t noise = 7;
    size_t n = 0;

    for (size_t i = 0; i < BLOCKS_ROWS * BLOCKS_COLUMNS; i++) {
        uint64_t dice = noise_next(&noise) >> 16;
        size_t how = plain ? 0 : dice % COUNT_OF(before);
        bool last = i % BLOCKS_COLUMNS == BLOCKS_COLUMNS - 1;
        n += (size_t)sprintf(to + n, "%s%u%s%s", before[how], values[i],
                             after[how],
                             !last            ? ","
                             : dice >> 30 & 1 ? "\n"
                                              : "\r\n");
    }
    return n;
}

/* Numbers stand across the ends of blocks. */
static void test_blocks(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 2, 3, 4093, 128 * 1024, NEVER };
    enum { COUNT = BLOCKS_ROWS * BLOCKS_COLUMNS };
    unsigned char *want = malloc(COUNT);
    char *text = malloc(COUNT * 8);

    assert_true(want && text);
    fill_noise(want, COUNT, 5);
    for (size_t i = 0; i < COUNT; i += 3)
        want[i] = 0;
    for (size_t i = 0; i < 2 * COUNT_OF(steps); i++) {
        size_t n = print_table(text, want, i % 2), step = steps[i / 2];
        assert_true(n > 3 * 128 * 1024);
        struct result r = read_bytes(text, n, step);
        assert_no_error(r.err);
        assert_int_equal(r.rows, BLOCKS_ROWS);
        assert_int_equal(r.columns, BLOCKS_COLUMNS);
        assert_memory_equal(r.values, want, COUNT);
        result_release(&r);

        /* The lines are counted whichever way they are read. */
        text[n - 2] = 'x';
        r = read_bytes(text, n, step);
        assert_error(r.err, FAIL_DATA, "'source', line 4000, column 37: a who");
    }
    free(text);
    free(want);
}

/* ---- damage ---- */

/* For each length, from 0 on: the rows that are read, or E. */
static const struct {
    const char *text, *rows;
} cuts[] = {
    { "1,20\n3,4\n", "E1E111EE22" },
    { "1,20\r\n3,4\r\n", "E1E1111EE222" },
    { "\"1\",2\n\"3\",4\n", "EEE1E11EEEE22" },
    /* cut before the first comma, a header is prose */
    { "a,b\n5,6\n\n", "EEE00EE111" },
};

static void test_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        size_t whole = strlen(cuts[i].text);
        assert_int_equal(strlen(cuts[i].rows), whole + 1);
        for (size_t n = 0; n <= whole; n++) {
            struct result r = read_bytes(cuts[i].text, n, NEVER);
            char found = r.values ? (char)('0' + r.rows) : 'E';
            if (found != cuts[i].rows[n])
                fail_msg("row %zu, %zu bytes: %c %s", i, n, found, r.err.text);
            if (!r.values)
                assert_error(r.err, FAIL_DATA, "'source'");
            result_release(&r);
        }
    }
}

/* Whatever stands there, both ways of reading say the same. */
static void test_noise(void **state)
{
    (void)state;
    static const char alphabet[] = "00001122559,,,,,\n\n\n\r\" .-x\0";
    uint64_t noise = 3;
    size_t accepted_count = 0;

    for (size_t round = 0; round < 30000; round++) {
        char text[64];
        size_t n = 4 + noise_next(&noise) % (sizeof text - 4);
        for (size_t i = 0; i < n; i++) /* whole lines, and then noise */
            text[i] = i < 4 || i < n / 2 ? "1,2\n"[i % 4]
                                         : alphabet[(noise_next(&noise) >> 20) %
                                                    (sizeof alphabet - 1)];
        struct result whole = read_bytes(text, n, NEVER);
        struct result slow = read_slowly(text, n);
        assert_string_equal(whole.err.text, slow.err.text);
        assert_int_equal(whole.values == NULL, slow.values == NULL);
        assert_int_equal(whole.rows, slow.rows);
        if (whole.values)
            assert_memory_equal(whole.values, slow.values, whole.n);
        accepted_count += whole.values != NULL;
        result_release(&whole);
        result_release(&slow);
    }
    assert_in_range(accepted_count, 300, 29000);
}

static void test_errors_pass(void **state)
{
    (void)state;
    char text[2000];
    size_t n = 0;

    while (n + 8 < sizeof text)
        n += (size_t)sprintf(text + n, "%zu,0\r\n", n % 256);
    for (size_t at = 0; at <= n; at++) {
        struct error err = { 0 };
        struct array_stream s = { .in = memory_source_open(text, n, 7, at) };
        assert_false(csv_open(&s, &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        array_close(&s);
    }
    assert_int_equal(sources_left_open(), 0);
}

/* Exit status 0: a signal that came before ends it. */
static int read_interrupted(void *unused)
{
    struct error err = { 0 };
    struct array_stream s = { .in = memory_source_open("1\n", 2, 1, NEVER) };

    (void)unused;
    interrupt_install();
    raise(SIGTERM);
    bool ok = csv_open(&s, &err);
    array_close(&s);
    return !ok && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(child_run(read_interrupted, NULL), 0);
}

static void test_array_open(void **state)
{
    (void)state;
    static const char text[] = "label,a\r\n7,0\r\n2,255\r\n";
    struct array_stream s;
    struct error err = { 0 };
    unsigned char values[5];

    assert_true(array_open(
        &s, memory_source_open(text, sizeof text - 1, 3, NEVER), &err));
    assert_int_equal(array_read_native(&s, values, 5, &err), 4);
    assert_memory_equal(values, "\7\0\2\xFF", 4);
    assert_true(s.labelled);
    array_close(&s);
}

static void test_labelled(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool labelled;
    } cases[] = {
        { "pixel0,pixel1\n7,0\n", false }, { "7,0\n1,2\n", false },
        { "label,pixel0\n7,0\n", true },   { "a,Class\n7,0\n", true },
        { "\"target\",a\n7,0\n", true },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text = cases[i].text;
        struct array_stream s = { 0 };
        struct error err = { 0 };
        assert_true(array_open(
            &s, memory_source_open(text, strlen(text), 3, NEVER), &err));
        assert_int_equal(s.labelled, cases[i].labelled);
        array_close(&s);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_header_alone),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_other_content),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_array_open),
        cmocka_unit_test(test_labelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

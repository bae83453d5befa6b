/* SPDX-License-Identifier: MIT */
/* Foreign text in markup, data in attributes, and errors that stay. */
#include "show/markup.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"
#include "well_formed.h"

/* What has been written. */
struct page {
    struct bytes_writer bytes;
    struct error err;
    struct pen pen;
};

static struct pen *page_open(struct page *p)
{
    *p = (struct page){ .err = { .code = FAIL_NONE } };
    bytes_writer_init(&p->bytes);
    p->pen = (struct pen){ &p->bytes.base, &p->err };
    return &p->pen;
}

static const char *page_text(struct page *p)
{
    struct error err = { 0 };

    assert_no_error(p->err);
    assert_true(pen_ok(&p->pen));
    assert_true(writer_write(&p->bytes.base, "", 1, &err));
    return (const char *)p->bytes.bytes;
}

static void page_close(struct page *p)
{
    bytes_writer_release(&p->bytes);
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "", "" },
        { "Ankle boot", "Ankle boot" },
        { "<script>alert(\"1\")</script>",
          "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" },
        { "it's", "it&#39;s" },
        { "a&b &amp; &#39;", "a&amp;b &amp;amp; &amp;#39;" },
        { "--> ]]> <!--", "--&gt; ]]&gt; &lt;!--" },
        { "&", "&amp;" },
        { "x<", "x&lt;" },
        { "\xE6\x95\xB0", "\xE6\x95\xB0" },
        /* masked, as everywhere */
        { "a\tb\nc", "a\\x09b\\x0ac" },
        { "\x1B[31m<b>", "\\x1b[31m&lt;b&gt;" },
        { "\xFF<\x80", "\\xff&lt;\\x80" },
        { "\xE2\x80\xAE", "\\u202e" },
        { "\xC2\x9B", "\\u009b" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct page p;
        markup_text(page_open(&p), cases[i].from);
        assert_string_equal(page_text(&p), cases[i].to);
        assert_well_formed(page_text(&p));
        page_close(&p);
    }
}

/* Whatever bytes come: what leaves is harmless in an attribute, too. */
static void test_text_of_noise(void **state)
{
    (void)state;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        char noise[64];
        struct page p;
        fill_noise(noise, sizeof noise, seed);
        noise[sizeof noise - 1] = '\0';
        pen_put(page_open(&p), "<i title=\"");
        markup_text(&p.pen, noise);
        pen_put(&p.pen, "\">");
        markup_text(&p.pen, noise);
        pen_put(&p.pen, "</i>");
        assert_well_formed(page_text(&p));
        page_close(&p);
    }
}

/* It is cut by what is shown, not by the references that stand for it. */
static void test_text_fit(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        size_t columns;
        const char *to;
    } cases[] = {
        { "abcdef", 6, "abcdef" },
        { "abcdefg", 6, "abcd.." },
        { "<<<<<<", 6, "&lt;&lt;&lt;&lt;&lt;&lt;" },
        { "<<<<<<<", 6, "&lt;&lt;&lt;&lt;.." },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct page p;
        markup_text_fit(page_open(&p), cases[i].from, cases[i].columns);
        assert_string_equal(page_text(&p), cases[i].to);
        page_close(&p);
    }
}

static void test_format(void **state)
{
    (void)state;
    struct page p;

    pen_format(page_open(&p), "<b>%d</b>%s", 7, "&amp;");
    pen_put(&p.pen, "<br/>");
    pen_bytes(&p.pen, "xyz", 2);
    assert_string_equal(page_text(&p), "<b>7</b>&amp;<br/>xy");
    page_close(&p);
}

static int value_of(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    return (int)(strchr(digits, digit) - digits);
}

/* Decoded again, bit by bit, in lengths around that of a piece. */
static void test_data(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 2, 3, 766, 767, 768, 769, 2000 };
    unsigned char bytes[2000];

    fill_noise(bytes, sizeof bytes, 5);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        static const char head[] = "data:image/png;base64,";
        struct page p;
        markup_data(page_open(&p), "image/png", bytes, lengths[i]);
        const char *text = page_text(&p);
        assert_memory_equal(text, head, strlen(head));
        text += strlen(head);
        assert_int_equal(strlen(text), (lengths[i] + 2) / 3 * 4);
        for (size_t b = 0; b < 8 * lengths[i]; b++) {
            int bit = value_of(text[b / 6]) >> (5 - b % 6) & 1;
            assert_int_equal(bit, bytes[b / 8] >> (7 - b % 8) & 1);
        }
        page_close(&p);
    }
}

/* The first failure is kept, and nothing is written after it. */
static void test_full(void **state)
{
    (void)state;
    struct full_writer full;
    struct error err = { 0 };
    struct pen pen = { &full.base, &err };

    full_writer_init(&full, 4);
    pen_put(&pen, "1234");
    assert_true(pen_ok(&pen));
    markup_text(&pen, "<");
    assert_false(pen_ok(&pen));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    full.left = 100;
    pen_put(&pen, "more");
    pen_format(&pen, "%d", 1);
    markup_text(&pen, "more");
    markup_data(&pen, "image/png", "more", 4);
    assert_int_equal(full.left, 100);
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),     cmocka_unit_test(test_text_of_noise),
        cmocka_unit_test(test_text_fit), cmocka_unit_test(test_format),
        cmocka_unit_test(test_data),     cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

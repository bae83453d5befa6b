/* SPDX-License-Identifier: MIT */
/* What a file is, from its first bytes. */
#include "format/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/sizes.h"
#include "helpers.h"

static const struct {
    enum content content;
    const char *head;
    size_t n;
} cases[] = {
    { CONTENT_EMPTY, BYTES("") },
    /* what can be read */
    { CONTENT_IDX, BYTES("\0\0\x08\x03\0\0\xEA\x60\0\0\0\x1C\0\0\0\x1C") },
    { CONTENT_IDX, BYTES("\0\0\x08\x01\0\0\xEA\x60") },
    { CONTENT_IDX, BYTES("\0\0\x0C\x02") },
    { CONTENT_IDX, BYTES("\0\0\x0E\x09") }, /* refused later, with a reason */
    { CONTENT_NPY, BYTES("\x93NUMPY\1\0v\0{'descr'") },
    { CONTENT_PNG, BYTES("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR") },
    { CONTENT_GZIP, BYTES("\x1F\x8B\x08\x08") },
    { CONTENT_GZIP, BYTES("\x1F\x8B") },
    /* what is packed otherwise */
    { CONTENT_ZIP, BYTES("PK\x03\x04\x14\0") },
    { CONTENT_ZIP, BYTES("PK\x05\x06\0\0") }, /* an empty one */
    { CONTENT_ZIP, BYTES("PK\x05\x06") },
    { CONTENT_XZ, BYTES("\xFD"
                        "7zXZ\0\0\4") },
    { CONTENT_XZ, BYTES("\xFD"
                        "7zXZ\0") },
    { CONTENT_BZIP2, BYTES("BZh91AY&SY") },
    { CONTENT_ZSTD, BYTES("\x28\xB5\x2F\xFD\4") },
    { CONTENT_HDF5, BYTES("\x89HDF\r\n\x1A\n\0") },
    { CONTENT_HDF5, BYTES("\x89HDF\r\n\x1A\n") },
    { CONTENT_PICKLE, BYTES("\x80\x04\x95\x1A") },
    { CONTENT_PICKLE, BYTES("\x80\x03]q\0") },
    { CONTENT_PICKLE, BYTES("\x80\x02}q") },
    { CONTENT_PICKLE, BYTES("\x80\x05") },
    /* what servers send instead */
    { CONTENT_WEB_PAGE, BYTES("<!DOCTYPE html>\n<html>") },
    { CONTENT_WEB_PAGE, BYTES("<!doctype HTML>") },
    { CONTENT_WEB_PAGE, BYTES("<HTML><HEAD>") },
    { CONTENT_WEB_PAGE, BYTES("<html") },
    { CONTENT_WEB_PAGE, BYTES("<html lang=\"en\">") },
    { CONTENT_WEB_PAGE, BYTES("\r\n\t  \n<Html>") },
    { CONTENT_WEB_PAGE, BYTES("\xEF\xBB\xBF<!DOCTYPE html>") },
    { CONTENT_WEB_PAGE, BYTES("\xEF\xBB\xBF \r\n<html>") },
    { CONTENT_WEB_PAGE, BYTES("<head><title>404") },
    { CONTENT_WEB_PAGE, BYTES("<title>404 Not Found</title>") },
    { CONTENT_WEB_PAGE, BYTES("<body>") },
    { CONTENT_WEB_PAGE, BYTES("<script>") },
    { CONTENT_WEB_PAGE, BYTES("<!-- saved from -->") },
    { CONTENT_XML, BYTES("<?xml version=\"1.0\"?><Error>") },
    { CONTENT_XML, BYTES("\xEF\xBB\xBF<?XML version=\"1.0\"?>") },
    { CONTENT_JSON, BYTES("{\"error\": \"gone\"}") },
    { CONTENT_JSON, BYTES("\n {\"message\":\"Not Found\"}") },
    /* tables, with a line of names or without, and with mistakes */
    { CONTENT_CSV, BYTES("5,0,0,0,255\r\n") },
    { CONTENT_CSV, BYTES("5") },
    { CONTENT_CSV, BYTES("5\n0\n4\n") },
    { CONTENT_CSV, BYTES("\xEF\xBB\xBF\"5\", 0\n") },
    { CONTENT_CSV, BYTES("label,pixel0,pixel1") },
    { CONTENT_CSV, BYTES("\"label\",\"1x1\",\"1x2\"\r\n\"7\",") },
    { CONTENT_CSV, BYTES("pixel0, pixel1\n0, 0\n") },
    { CONTENT_CSV, BYTES(",label\n0,5\n") },
    { CONTENT_CSV, BYTES("label\n5\n") },
    { CONTENT_CSV, BYTES("k,Gr\xC3\xBC\xC3\x9F"
                         "e\n") },
    { CONTENT_CSV, BYTES("5,12.0,-1e3\n") },
    { CONTENT_CSV, BYTES("5,,256\nx") },
    { CONTENT_CSV, BYTES("label,a\n5,x\n") },
    { CONTENT_CSV, BYTES("1,2\n\n3,\0\n") },
    /* headers in the wrong order */
    { CONTENT_LITTLE_IDX, BYTES("\x03\x08\0\0\x60\xEA\0\0") },
    { CONTENT_LITTLE_IDX, BYTES("\x01\x08\0\0\x60\xEA\0\0") },
    /* the rest */
    { CONTENT_TEXT, BYTES("Sorry, try again\n") },
    { CONTENT_TEXT, BYTES("Hello, world") },
    { CONTENT_TEXT, BYTES("In 1998, LeCun\n") },
    { CONTENT_TEXT, BYTES("Hello,\nworld\n") },
    { CONTENT_TEXT, BYTES("title\n5 apples, 6 pears\n") },
    { CONTENT_TEXT, BYTES("yes,no\nperhaps,never\n") },
    { CONTENT_TEXT, BYTES("5\napples\n") },
    { CONTENT_TEXT, BYTES("[1,2,3]\n") },
    { CONTENT_TEXT, BYTES("0 0 0 5\n0 0 0 6\n") },
    { CONTENT_TEXT, BYTES("label;pixel0\n5;0\n") },
    { CONTENT_TEXT, BYTES("---\na: 1\n") },
    { CONTENT_TEXT, BYTES("d41d8cd98f00b204e9800998ecf8427e  x.gz\n") },
    { CONTENT_TEXT, BYTES(",\n") },
    { CONTENT_TEXT, BYTES("\n5,0\n") },
    { CONTENT_TEXT, BYTES("version https://git-lfs.github.com/spec/v1\n") },
    { CONTENT_TEXT, BYTES("Gr\xC3\xBC\xC3\x9F"
                          "e\n") },
    { CONTENT_TEXT, BYTES("\xEF\xBB\xBF") },
    { CONTENT_TEXT, BYTES("   ") },
    { CONTENT_TEXT, BYTES("<") },
    { CONTENT_TEXT, BYTES("see <html>") },
    { CONTENT_TEXT, BYTES("PK") },
    { CONTENT_TEXT, BYTES("{ }") },
    { CONTENT_UNKNOWN, BYTES("\0") },
    { CONTENT_UNKNOWN, BYTES("\0\0\0\0\0\0\0\0") },
    { CONTENT_UNKNOWN, BYTES("\x1F") },
    { CONTENT_UNKNOWN, BYTES("\0\0\x08") },
    { CONTENT_UNKNOWN, BYTES("\x93NUMP\1") },
    { CONTENT_UNKNOWN, BYTES("\x89PNG\r\n\x1A") },
    { CONTENT_UNKNOWN, BYTES("\xFF\xFE<\0h\0t\0m\0l\0") },
    { CONTENT_UNKNOWN, BYTES("\x7F"
                             "ELF\2\1\1\0") },
    { CONTENT_UNKNOWN, BYTES("text\x1B[31m") },
};

static void test_recognise(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum content found =
            content_recognise((const unsigned char *)cases[i].head, cases[i].n);
        if (found != cases[i].content)
            fail_msg("row %zu, \"%s\", is %s", i, cases[i].head,
                     content_phrase(found));
    }
}

/* Not a byte beyond the n that there are: the address sanitizer watches. */
static void test_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t n = 0; n <= cases[i].n; n++) {
            unsigned char *head = malloc(n + (n == 0));
            assert_non_null(head);
            memcpy(head, cases[i].head, n);
            enum content found = content_recognise(head, n);
            free(head);
            assert_int_equal(found == CONTENT_EMPTY, n == 0);
            if (n == cases[i].n)
                assert_int_equal(found, cases[i].content);
        }
    }
}

/* A long head is recognised by its beginning. */
static void test_long_head(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char head[READER_PEEK_MAX];
        if (cases[i].content == CONTENT_UNKNOWN ||
            cases[i].content == CONTENT_TEXT ||
            cases[i].content == CONTENT_CSV || cases[i].n == 0)
            continue;
        fill_noise(head, sizeof head, i);
        memcpy(head, cases[i].head, cases[i].n);
        assert_int_equal(content_recognise(head, sizeof head),
                         cases[i].content);
    }
}

/* Lines that go on behind the head, and numbers that do. */
static void test_long_lines(void **state)
{
    (void)state;
    static const char *const parts[] = { "0,", "255,", "pixel12," };
    char head[READER_PEEK_MAX + 8];

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t n = strlen(parts[i]);
        for (size_t at = 0; at < READER_PEEK_MAX; at += n)
            memcpy(head + at, parts[i], n);
        for (size_t cut = READER_PEEK_MAX - 8; cut <= READER_PEEK_MAX; cut++)
            assert_int_equal(
                content_recognise((const unsigned char *)head, cut),
                CONTENT_CSV);
    }
}

static void test_phrases(void **state)
{
    (void)state;
    assert_string_equal(content_phrase(CONTENT_WEB_PAGE), "a web page");
    assert_non_null(strstr(content_phrase(CONTENT_ZIP), "zip archive"));
    for (enum content c = CONTENT_UNKNOWN; c <= CONTENT_TEXT; c++) {
        assert_non_null(content_phrase(c));
        for (enum content other = CONTENT_UNKNOWN; other < c; other++)
            assert_string_not_equal(content_phrase(c), content_phrase(other));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognise), cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_long_head), cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Escapes, and lines of the source that mandoc(1) does not complain about. */
#include "cli/mdoc.h"

#include <stdbool.h>
#include <string.h>

/* A page is read, but also copied from: a hyphen has to stay one. */
static const char special[] = "\\-'`^~\"";
static const char *const escapes[] = { "\\e",   "\\-",   "\\(aq", "\\(ga",
                                       "\\(ha", "\\(ti", "\\(dq" };

enum { SOURCE_COLUMNS = 70 }; /* short of 80, as escapes take some */

void mdoc_escape(struct pen *p, const char *text)
{
    pen_escaped(p, text, special, escapes);
}

/* Sentences end where lines do, so that formatters see that they do. */
static bool ends_sentence(const char *word, size_t n)
{
    return n > 1 && word[n - 1] == '.' && word[n - 2] != '.';
}

static void put_word(struct pen *p, const char *word, size_t n, bool first)
{
    char copy[128];

    if (first && (*word == '.' || *word == '\''))
        pen_put(p, "\\&");
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < sizeof copy ? n - done : sizeof copy - 1;
        memcpy(copy, word + done, part);
        copy[part] = '\0';
        mdoc_escape(p, copy);
    }
}

void mdoc_text(struct pen *p, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t blanks = strspn(text, " \n"), n = strcspn(text + blanks, " \n");
        bool paragraph = blanks > 1 && text[0] == '\n' && text[1] == '\n';
        const char *word = text + blanks;

        text = word + n;
        if (n == 0)
            break;
        if (column > 0 && (paragraph || column + 1 + n > SOURCE_COLUMNS)) {
            pen_put(p, "\n");
            column = 0;
        }
        if (paragraph)
            pen_put(p, ".Pp\n");
        pen_put(p, column > 0 ? " " : "");
        put_word(p, word, n, column == 0);
        column += n + 1;
        if (ends_sentence(word, n) && *text) {
            pen_put(p, "\n");
            column = 0;
        }
    }
    pen_put(p, column > 0 ? "\n" : "");
}

void mdoc_literal(struct pen *p, const char *lines, size_t indent)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        size_t blanks = strspn(lines, " ");
        size_t from = blanks < indent ? blanks : indent;

        put_word(p, lines + from, n - from, true);
        pen_put(p, "\n");
        lines += n + (lines[n] == '\n');
    }
}

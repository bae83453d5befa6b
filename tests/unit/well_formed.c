/* SPDX-License-Identifier: MIT */
/* A strict reader of a small part of XML. */
#include "well_formed.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

enum { DEEPEST = 32, LONGEST_NAME = 32, MOST_ATTRIBUTES = 16 };

struct reading {
    const char *start, *at;
    char open[DEEPEST][LONGEST_NAME];
    size_t depth;
};

static void wrong(const struct reading *r, const char *what)
{
    fail_msg("%s at byte %zu: %.60s", what, (size_t)(r->at - r->start), r->at);
}

static bool accept_text(struct reading *r, const char *text)
{
    size_t n = strlen(text);

    if (strncmp(r->at, text, n) != 0)
        return false;
    r->at += n;
    return true;
}

static void need(struct reading *r, const char *text)
{
    if (!accept_text(r, text))
        wrong(r, text);
}

static void read_name(struct reading *r, char to[LONGEST_NAME])
{
    size_t n = 0;

    while (isalnum((unsigned char)*r->at) || *r->at == '-') {
        if (n + 1 == LONGEST_NAME)
            wrong(r, "a long name");
        to[n++] = *r->at++;
    }
    if (n == 0)
        wrong(r, "no name");
    to[n] = '\0';
}

static void read_reference(struct reading *r)
{
    static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;",
                                         "&#39;" };

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (accept_text(r, known[i]))
            return;
    wrong(r, "a bare &");
}

/* Text up to one of these characters. */
static void read_text(struct reading *r, const char *ends)
{
    while (*r->at != '\0' && !strchr(ends, *r->at))
        if (*r->at == '&')
            read_reference(r);
        else if (strchr("<>\x7f", *r->at) ||
                 (iscntrl((unsigned char)*r->at) && *r->at != '\n'))
            wrong(r, "a character that must not stand here");
        else
            r->at++;
}

static void read_attributes(struct reading *r)
{
    char seen[MOST_ATTRIBUTES][LONGEST_NAME];
    size_t n = 0;

    while (accept_text(r, " ")) {
        if (n == MOST_ATTRIBUTES)
            wrong(r, "many attributes");
        read_name(r, seen[n]);
        for (size_t i = 0; i < n; i++)
            if (strcmp(seen[i], seen[n]) == 0)
                wrong(r, "an attribute that was there before");
        n++;
        need(r, "=\"");
        read_text(r, "\"");
        need(r, "\"");
    }
}

static void read_element(struct reading *r)
{
    char name[LONGEST_NAME];

    if (accept_text(r, "/")) {
        read_name(r, name);
        need(r, ">");
        if (r->depth == 0 || strcmp(r->open[--r->depth], name) != 0)
            wrong(r, "an end without its beginning before this");
        return;
    }
    if (r->depth == DEEPEST)
        wrong(r, "deep elements");
    read_name(r, r->open[r->depth]);
    read_attributes(r);
    if (accept_text(r, "/>"))
        return;
    need(r, ">");
    r->depth++;
}

void assert_well_formed(const char *text)
{
    struct reading r = { .start = text, .at = text };

    accept_text(&r, "<!DOCTYPE html>");
    while (*r.at != '\0')
        if (accept_text(&r, "<"))
            read_element(&r);
        else
            read_text(&r, "<");
    if (r.depth > 0)
        fail_msg("<%s> is not closed", r.open[r.depth - 1]);
}

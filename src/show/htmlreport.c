/* SPDX-License-Identifier: MIT */
/* The page around the sections. It is well-formed XML, too, so that a test can
 * read it strictly. */
#include "show/htmlreport.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/sizes.h"
#include "show/htmlparts.h"
#include "show/report_css.h"

static const struct section {
    const char *id, *title;
    bool (*has)(const struct page *p); /* NULL: always */
    void (*show)(struct page *p);
} sections[] = {
    { "about", "About", NULL, html_about },
    { "sources", "Sources", html_has_sources, html_sources },
    { "recipe", "Recipe", html_has_recipe, html_recipe },
    { "figures", "Figures", NULL, html_figures },
    { "labels", "Labels", html_has_labels, html_labels },
    { "levels", "Grey levels", html_has_pictures, html_levels },
    { "means", "Means", html_has_pictures, html_means },
    { "samples", "Samples", html_has_samples, html_samples },
    { "audit", "Audit", html_has_audit, html_audit },
};

static bool has(const struct page *p, const struct section *s)
{
    return !s->has || s->has(p);
}

static void put_head(struct page *p)
{
    struct pen *pen = &p->pen;

    /* The policy forbids the page all that it does not need, so that a mistake
     * in escaping would still be harmless. */
    pen_put(pen, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\"/>\n"
                 "<meta http-equiv=\"Content-Security-Policy\" "
                 "content=\"default-src 'none'; img-src data:; "
                 "style-src 'unsafe-inline'\"/>\n"
                 "<meta name=\"viewport\" "
                 "content=\"width=device-width, initial-scale=1\"/>\n"
                 "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                 "<meta name=\"generator\" content=\"");
    markup_text(pen, p->facts->tool);
    pen_put(pen, "\"/>\n<title>");
    markup_text(pen, p->survey->view->name);
    pen_put(pen, " - dataset report</title>\n<style>\n");
    pen_bytes(pen, report_css, report_css_bytes);
    pen_put(pen, "</style>\n</head>\n<body>\n");
}

static void put_tile(struct pen *pen, const char *number, const char *word)
{
    pen_format(pen, "<div><dt>%s</dt><dd>%s</dd></div>\n", word, number);
}

static uint64_t rows_of(const struct survey *s)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < s->split_count; i++)
        rows += s->split[i].all.count;
    return rows;
}

/* The numbers that everybody asks for first. */
static void put_tiles(struct page *p)
{
    const struct survey *s = p->survey;
    struct pen *pen = &p->pen;
    char text[64];

    pen_put(pen, "<dl class=\"tiles\">\n");
    snprintf(text, sizeof text, "%" PRIu64, rows_of(s));
    put_tile(pen, text, "pictures");
    if (s->split_count > 0) {
        snprintf(text, sizeof text, "%zux%zu", s->split[0].height,
                 s->split[0].width);
        put_tile(pen, text, "pixels each");
    }
    snprintf(text, sizeof text, "%zu", s->split_count);
    put_tile(pen, text, s->split_count == 1 ? "split" : "splits");
    snprintf(text, sizeof text, "%zu", s->class_count);
    put_tile(pen, text, s->class_count == 1 ? "class" : "classes");
    if (s->audited) {
        snprintf(text, sizeof text, "%zu", s->audit.count);
        put_tile(pen, text, s->audit.count == 1 ? "finding" : "findings");
    }
    pen_put(pen, "</dl>\n");
}

static void put_header(struct page *p)
{
    const struct view *view = p->survey->view;
    struct pen *pen = &p->pen;

    pen_put(pen, "<header>\n<p class=\"kind\">Dataset report</p>\n<h1>");
    markup_text(pen, view->name);
    pen_put(pen, "</h1>\n");
    if (view->dataset && view->dataset->title) {
        pen_put(pen, "<p class=\"lead\">");
        markup_text(pen, view->dataset->title);
        pen_put(pen, "</p>\n");
    }
    put_tiles(p);
    pen_put(pen, "</header>\n<nav aria-label=\"Sections\">\n");
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        if (has(p, &sections[i]))
            pen_format(pen, "<a href=\"#%s\">%s</a>\n", sections[i].id,
                       sections[i].title);
    pen_put(pen, "</nav>\n");
}

static void put_footer(struct page *p)
{
    pen_put(&p->pen, "<footer><p>Made by ");
    markup_text(&p->pen, p->facts->tool);
    pen_put(&p->pen, ". This page has no scripts and loads nothing.</p>"
                     "</footer>\n</body>\n</html>\n");
}

bool htmlreport_write(const struct survey *s,
                      const struct htmlreport_facts *facts, struct writer *w,
                      struct error *err)
{
    struct page page = { .pen = { w, err }, .survey = s, .facts = facts };
    struct pen *pen = &page.pen;

    put_head(&page);
    put_header(&page);
    pen_put(pen, "<main>\n");
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        if (!has(&page, &sections[i]))
            continue;
        pen_format(pen, "<section id=\"%s\">\n<h2>%s</h2>\n", sections[i].id,
                   sections[i].title);
        sections[i].show(&page);
        pen_put(pen, "</section>\n");
    }
    pen_put(pen, "</main>\n");
    put_footer(&page);
    return pen_ok(pen);
}

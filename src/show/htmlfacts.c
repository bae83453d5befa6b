/* SPDX-License-Identifier: MIT */
/* The report's sections in words: what it is, where from, how it was made. */
#include <inttypes.h>
#include <string.h>

#include "base/sizes.h"
#include "dataset/source.h"
#include "format/jsondoc.h"
#include "show/htmlparts.h"

/* ---- about ---- */

static void put_term(struct pen *pen, const char *term)
{
    pen_format(pen, "<dt>%s</dt><dd>", term);
}

static void put_fact(struct pen *pen, const char *term, const char *text)
{
    if (!text)
        return;
    put_term(pen, term);
    markup_text(pen, text);
    pen_put(pen, "</dd>\n");
}

/* A catalogue of one's own could name "javascript:..". */
static bool is_web_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 ||
           strncmp(text, "http://", 7) == 0;
}

static void put_homepage(struct pen *pen, const char *url)
{
    if (!url || !is_web_address(url)) {
        put_fact(pen, "Homepage", url);
        return;
    }
    put_term(pen, "Homepage");
    pen_put(pen, "<a rel=\"noopener noreferrer\" href=\"");
    markup_text(pen, url);
    pen_put(pen, "\">");
    markup_text(pen, url);
    pen_put(pen, "</a></dd>\n");
}

static const char *what_was_read(const struct view *v)
{
    if (v->prepared)
        return "a prepared set: its numbers, as the grey levels that they "
               "were made from";
    if (!v->dataset)
        return "files of one's own";
    return v->flags & SOURCE_AS_PUBLISHED
               ? "the raw files, as published: pictures are not turned, labels "
                 "not shifted"
               : "the raw files";
}

static void put_splits(struct page *p)
{
    const struct survey *s = p->survey;

    put_term(&p->pen, s->split_count == 1 ? "Split" : "Splits");
    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        pen_put(&p->pen, i > 0 ? ", " : "");
        markup_text(&p->pen, split->name);
        pen_format(&p->pen, " (%" PRIu64 ")", split->all.count);
    }
    if (s->split_count < s->view->split_count)
        pen_format(&p->pen, ", of %zu that there are", s->view->split_count);
    pen_put(&p->pen, "</dd>\n");
}

static void put_classes(struct page *p)
{
    const struct view *v = p->survey->view;
    size_t shown = v->class_count < 64 ? v->class_count : 64;

    put_term(&p->pen, "Classes");
    if (shown == 0)
        pen_put(&p->pen, "none: there are no labels");
    for (size_t c = 0; c < shown; c++) {
        pen_put(&p->pen, c > 0 ? ", " : "");
        markup_text(&p->pen, v->class_name[c]);
    }
    if (shown < v->class_count)
        pen_format(&p->pen, " and %zu more", v->class_count - shown);
    pen_put(&p->pen, "</dd>\n");
}

void html_about(struct page *p)
{
    const struct view *v = p->survey->view;
    struct pen *pen = &p->pen;

    pen_put(pen, "<dl class=\"facts\">\n");
    put_fact(pen, "Dataset", v->name);
    if (v->dataset) {
        put_fact(pen, "Title", v->dataset->title);
        put_fact(pen, "Licence", v->dataset->licence);
        put_homepage(pen, v->dataset->homepage);
    }
    put_fact(pen, "Looked at", what_was_read(v));
    put_splits(p);
    put_classes(p);
    pen_put(pen, "</dl>\n");
}

/* ---- sources ---- */

bool html_has_sources(const struct page *p)
{
    return p->facts->source_count > 0;
}

/* The headings stand above their columns, or, where there is no room for
 * columns, before each cell. */
static const char *const headings[] = { "Split", "Part",    "File",
                                        "Bytes", "SHA-256", "Unpacked" };

static void open_cell(struct pen *pen, size_t column, const char *class)
{
    pen_format(pen, "<td class=\"%s\" data-head=\"%s\">", class,
               headings[column]);
}

static void put_cell(struct pen *pen, size_t column, const char *text)
{
    open_cell(pen, column, "");
    markup_text(pen, text);
    pen_put(pen, "</td>");
}

static void put_hash(struct pen *pen, size_t column, const char *hash)
{
    if (hash[0] == '\0') {
        open_cell(pen, column, "none");
        pen_put(pen, "not noted</td>");
        return;
    }
    open_cell(pen, column, "");
    pen_put(pen, "<code class=\"hash\">");
    markup_text(pen, hash);
    pen_put(pen, "</code></td>");
}

static void put_file(struct pen *pen, const struct htmlreport_source *s)
{
    open_cell(pen, 2, "");
    pen_put(pen, "<div>");
    markup_text(pen, s->file);
    if (s->verdict) {
        pen_put(pen, "<br/><span class=\"none\">");
        markup_text(pen, s->verdict);
        pen_put(pen, "</span>");
    }
    pen_put(pen, "</div></td>");
}

static void put_source(struct pen *pen, const struct htmlreport_source *s)
{
    pen_put(pen, "<tr>");
    put_cell(pen, 0, s->split);
    put_cell(pen, 1, s->part);
    put_file(pen, s);
    open_cell(pen, 3, "n");
    if (s->facts.bytes > 0)
        pen_format(pen, "%" PRIu64, s->facts.bytes);
    else
        pen_put(pen, "-");
    pen_put(pen, "</td>");
    put_hash(pen, 4, s->facts.sha256);
    put_hash(pen, 5, s->facts.payload_sha256);
    pen_put(pen, "</tr>\n");
}

void html_sources(struct page *p)
{
    struct pen *pen = &p->pen;

    pen_put(pen, "<div class=\"scroll\"><table class=\"stack\">\n"
                 "<thead><tr>");
    for (size_t i = 0; i < COUNT_OF(headings); i++)
        pen_format(pen, "<th%s scope=\"col\">%s</th>",
                   i == 3 ? " class=\"n\"" : "", headings[i]);
    pen_put(pen, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->facts->source_count; i++)
        put_source(pen, &p->facts->source[i]);
    pen_put(pen, "</tbody></table></div>\n"
                 "<p class=\"note\">Bytes and SHA-256 are those of the file "
                 "as it lies on disk; the last SHA-256 is that of what it "
                 "holds once it is unpacked.</p>\n");
}

/* ---- recipe ---- */

/* Longer lists are a constant for each pixel, which nobody reads. */
enum { LIST_MAX = 64 };

bool html_has_recipe(const struct page *p)
{
    return jsondoc_count(p->facts->recipe) > 0;
}

static void put_scalar(struct pen *pen, struct json_t *value)
{
    uint64_t whole;
    double real;

    if (jsondoc_text(value))
        markup_text(pen, jsondoc_text(value));
    else if (jsondoc_u64(value, &whole))
        pen_format(pen, "%" PRIu64, whole);
    else if (jsondoc_real(value, &real))
        pen_format(pen, "%.17g", real);
    else
        pen_put(pen, "-");
}

static void put_value(struct pen *pen, struct json_t *value)
{
    size_t n = jsondoc_count(value);

    if (!jsondoc_is_array(value)) {
        put_scalar(pen, value);
        return;
    }
    if (n > LIST_MAX) {
        pen_format(pen, "%zu numbers, in dataset.json", n);
        return;
    }
    pen_put(pen, n == 0 ? "-" : "");
    for (size_t i = 0; i < n; i++) {
        pen_put(pen, i > 0 ? ", " : "");
        put_scalar(pen, jsondoc_at(value, i));
    }
}

void html_recipe(struct page *p)
{
    struct json_t *recipe = p->facts->recipe;
    struct pen *pen = &p->pen;

    pen_put(pen, "<dl class=\"recipe\">\n");
    for (size_t i = 0; i < jsondoc_count(recipe); i++) {
        const char *key = NULL;
        bool yes;
        struct json_t *value = jsondoc_member_at(recipe, i, &key);

        pen_put(pen, "<div><dt><code>");
        markup_text(pen, key);
        pen_put(pen, "</code></dt><dd>");
        if (jsondoc_find_bool(recipe, key, &yes))
            pen_put(pen, yes ? "yes" : "no");
        else
            put_value(pen, value);
        pen_put(pen, "</dd></div>\n");
    }
    pen_put(pen, "</dl>\n");
}

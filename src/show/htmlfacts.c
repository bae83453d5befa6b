/* SPDX-License-Identifier: MIT */
/* The report's sections in words: what it is, where from, how it was made. */
#include <inttypes.h>
#include <string.h>

#include "base/sizes.h"
#include "dataset/source.h"
#include "format/jsondoc.h"
#include "show/htmlparts.h"

/* ---- about ---- */

static void put_term(struct markup *m, const char *term)
{
    markup_format(m, "<dt>%s</dt><dd>", term);
}

static void put_fact(struct markup *m, const char *term, const char *text)
{
    if (!text)
        return;
    put_term(m, term);
    markup_text(m, text);
    markup_put(m, "</dd>\n");
}

/* A catalogue of one's own could name "javascript:..". */
static bool is_web_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 ||
           strncmp(text, "http://", 7) == 0;
}

static void put_homepage(struct markup *m, const char *url)
{
    if (!url || !is_web_address(url)) {
        put_fact(m, "Homepage", url);
        return;
    }
    put_term(m, "Homepage");
    markup_put(m, "<a rel=\"noopener noreferrer\" href=\"");
    markup_text(m, url);
    markup_put(m, "\">");
    markup_text(m, url);
    markup_put(m, "</a></dd>\n");
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

    put_term(&p->m, s->split_count == 1 ? "Split" : "Splits");
    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        markup_put(&p->m, i > 0 ? ", " : "");
        markup_text(&p->m, split->name);
        markup_format(&p->m, " (%" PRIu64 ")", split->all.count);
    }
    if (s->split_count < s->view->split_count)
        markup_format(&p->m, ", of %zu that there are", s->view->split_count);
    markup_put(&p->m, "</dd>\n");
}

static void put_classes(struct page *p)
{
    const struct view *v = p->survey->view;
    size_t shown = v->class_count < 64 ? v->class_count : 64;

    put_term(&p->m, "Classes");
    if (shown == 0)
        markup_put(&p->m, "none: there are no labels");
    for (size_t c = 0; c < shown; c++) {
        markup_put(&p->m, c > 0 ? ", " : "");
        markup_text(&p->m, v->class_name[c]);
    }
    if (shown < v->class_count)
        markup_format(&p->m, " and %zu more", v->class_count - shown);
    markup_put(&p->m, "</dd>\n");
}

void html_about(struct page *p)
{
    const struct view *v = p->survey->view;
    struct markup *m = &p->m;

    markup_put(m, "<dl class=\"facts\">\n");
    put_fact(m, "Dataset", v->name);
    if (v->dataset) {
        put_fact(m, "Title", v->dataset->title);
        put_fact(m, "Licence", v->dataset->licence);
        put_homepage(m, v->dataset->homepage);
    }
    put_fact(m, "Looked at", what_was_read(v));
    put_splits(p);
    put_classes(p);
    markup_put(m, "</dl>\n");
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

static void open_cell(struct markup *m, size_t column, const char *class)
{
    markup_format(m, "<td class=\"%s\" data-head=\"%s\">", class,
                  headings[column]);
}

static void put_cell(struct markup *m, size_t column, const char *text)
{
    open_cell(m, column, "");
    markup_text(m, text);
    markup_put(m, "</td>");
}

static void put_hash(struct markup *m, size_t column, const char *hash)
{
    if (hash[0] == '\0') {
        open_cell(m, column, "none");
        markup_put(m, "not noted</td>");
        return;
    }
    open_cell(m, column, "");
    markup_put(m, "<code class=\"hash\">");
    markup_text(m, hash);
    markup_put(m, "</code></td>");
}

static void put_file(struct markup *m, const struct htmlreport_source *s)
{
    open_cell(m, 2, "");
    markup_put(m, "<div>");
    markup_text(m, s->file);
    if (s->verdict) {
        markup_put(m, "<br/><span class=\"none\">");
        markup_text(m, s->verdict);
        markup_put(m, "</span>");
    }
    markup_put(m, "</div></td>");
}

static void put_source(struct markup *m, const struct htmlreport_source *s)
{
    markup_put(m, "<tr>");
    put_cell(m, 0, s->split);
    put_cell(m, 1, s->part);
    put_file(m, s);
    open_cell(m, 3, "n");
    if (s->facts.bytes > 0)
        markup_format(m, "%" PRIu64, s->facts.bytes);
    else
        markup_put(m, "-");
    markup_put(m, "</td>");
    put_hash(m, 4, s->facts.sha256);
    put_hash(m, 5, s->facts.payload_sha256);
    markup_put(m, "</tr>\n");
}

void html_sources(struct page *p)
{
    struct markup *m = &p->m;

    markup_put(m, "<div class=\"scroll\"><table class=\"stack\">\n"
                  "<thead><tr>");
    for (size_t i = 0; i < COUNT_OF(headings); i++)
        markup_format(m, "<th%s scope=\"col\">%s</th>",
                      i == 3 ? " class=\"n\"" : "", headings[i]);
    markup_put(m, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->facts->source_count; i++)
        put_source(m, &p->facts->source[i]);
    markup_put(m, "</tbody></table></div>\n"
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

static void put_scalar(struct markup *m, struct json_t *value)
{
    uint64_t whole;
    double real;

    if (jsondoc_text(value))
        markup_text(m, jsondoc_text(value));
    else if (jsondoc_u64(value, &whole))
        markup_format(m, "%" PRIu64, whole);
    else if (jsondoc_real(value, &real))
        markup_format(m, "%.17g", real);
    else
        markup_put(m, "-");
}

static void put_value(struct markup *m, struct json_t *value)
{
    size_t n = jsondoc_count(value);

    if (!jsondoc_is_array(value)) {
        put_scalar(m, value);
        return;
    }
    if (n > LIST_MAX) {
        markup_format(m, "%zu numbers, in dataset.json", n);
        return;
    }
    markup_put(m, n == 0 ? "-" : "");
    for (size_t i = 0; i < n; i++) {
        markup_put(m, i > 0 ? ", " : "");
        put_scalar(m, jsondoc_at(value, i));
    }
}

void html_recipe(struct page *p)
{
    struct json_t *recipe = p->facts->recipe;
    struct markup *m = &p->m;

    markup_put(m, "<dl class=\"recipe\">\n");
    for (size_t i = 0; i < jsondoc_count(recipe); i++) {
        const char *key = NULL;
        bool yes;
        struct json_t *value = jsondoc_member_at(recipe, i, &key);

        markup_put(m, "<div><dt><code>");
        markup_text(m, key);
        markup_put(m, "</code></dt><dd>");
        if (jsondoc_find_bool(recipe, key, &yes))
            markup_put(m, yes ? "yes" : "no");
        else
            put_value(m, value);
        markup_put(m, "</dd></div>\n");
    }
    markup_put(m, "</dl>\n");
}

/* SPDX-License-Identifier: MIT */
/* The report's section on what an audit found. */
#include <inttypes.h>
#include <string.h>

#include "show/htmlparts.h"

enum { FINDING_ACROSS = 84 };

/* What a kind of finding means, for people who have not read the manual. */
static const char *const meaning[FINDING_KINDS] = {
    [FINDING_DUPLICATE] = "Pictures that are equal, pixel for pixel, within "
                          "one split and under one label.",
    [FINDING_DUPLICATE_ACROSS] =
        "Equal pictures in more than one split: what is tested was trained on.",
    [FINDING_LABEL_CONFLICT] = "At most one of the labels is right.",
    [FINDING_NEAR_DUPLICATE] = "Pairs of pictures that hardly differ:",
    [FINDING_BLANK] = "Pictures in which every pixel is 0.",
    [FINDING_CONSTANT] =
        "Pictures in which every pixel has the same level, which is not 0.",
    [FINDING_LABEL_RANGE] = "Rows whose label is no class.",
    [FINDING_NO_LABELS] = "Splits that have no labels.",
    [FINDING_EMPTY_CLASS] = "Classes that have no rows in a split.",
    [FINDING_IMBALANCE] = "Splits whose largest class is much larger than "
                          "their smallest.",
    [FINDING_TRANSPOSED] =
        "Pictures that look like their class when rows and columns are "
        "exchanged, and not as they stand.",
    [FINDING_LABEL_ERROR] =
        "Rows whose label is known to be wrong, or doubtful.",
};

bool html_has_audit(const struct page *p)
{
    return p->survey->audited;
}

/* Who says so, of label errors: each once. */
static void put_sources(struct page *p)
{
    const struct audit *a = &p->survey->audit;
    const char *last = NULL;

    for (size_t i = 0; i < a->count; i++) {
        const char *source = a->finding[i].source;
        if (!source || (last && strcmp(source, last) == 0))
            continue;
        last = source;
        pen_put(&p->pen, "<p class=\"note\">According to ");
        markup_text(&p->pen, source);
        pen_put(&p->pen, "</p>\n");
    }
    if (a->unlike_listed > 0)
        pen_format(&p->pen,
                   "<p class=\"note\">Rows that are listed but have "
                   "another label here, and are left out: %" PRIu64 "</p>\n",
                   a->unlike_listed);
}

static void put_meaning(struct page *p, enum finding_kind kind)
{
    pen_format(&p->pen, "<p>%s", meaning[kind]);
    if (kind == FINDING_NEAR_DUPLICATE)
        pen_format(&p->pen,
                   " by at most %g grey levels, root mean square over the "
                   "pixels.",
                   p->survey->audit.rules.near);
    pen_put(&p->pen, "</p>\n");
    if (kind == FINDING_LABEL_ERROR)
        put_sources(p);
}

static void put_summary(struct page *p)
{
    const struct audit *a = &p->survey->audit;
    struct pen *pen = &p->pen;

    pen_put(pen, "<div class=\"scroll\"><table>\n<thead><tr>"
                 "<th scope=\"col\">Looked for</th>"
                 "<th class=\"n\" scope=\"col\">Findings</th>"
                 "<th class=\"n\" scope=\"col\">Rows</th></tr></thead>\n"
                 "<tbody>\n");
    for (unsigned k = 0; k < FINDING_KINDS; k++) {
        const char *title = finding_title((enum finding_kind)k);
        if (!a->searched[k]) {
            pen_format(pen,
                       "<tr class=\"none\"><th scope=\"row\">%s</th>"
                       "<td class=\"n\" colspan=\"2\">not looked for"
                       "</td></tr>\n",
                       title);
            continue;
        }
        pen_format(pen, "<tr%s><th scope=\"row\">",
                   a->of_kind[k] > 0 ? "" : " class=\"none\"");
        if (a->of_kind[k] > 0)
            pen_format(pen, "<a href=\"#audit-%s\">%s</a>",
                       finding_name((enum finding_kind)k), title);
        else
            pen_put(pen, title);
        pen_format(pen,
                   "</th><td class=\"n\">%zu</td><td class=\"n\">%" PRIu64
                   "</td></tr>\n",
                   a->of_kind[k], a->rows_of_kind[k]);
    }
    pen_put(pen, "</tbody></table></div>\n");
}

/* What is known of a finding beside its rows; nothing for most. */
static void put_remark(struct page *p, const struct finding *f)
{
    struct pen *pen = &p->pen;

    switch (f->kind) {
    case FINDING_NEAR_DUPLICATE:
        pen_format(pen, "%.2f levels apart", f->measure);
        break;
    case FINDING_IMBALANCE:
        markup_text(pen, p->survey->view->split_name[f->split]);
        pen_format(pen,
                   ": the largest class has %.2f times the rows of the "
                   "smallest",
                   f->measure);
        break;
    case FINDING_EMPTY_CLASS:
        markup_text(pen, p->survey->view->split_name[f->split]);
        pen_put(pen, ": no rows of class ");
        html_class(p, f->label);
        break;
    case FINDING_NO_LABELS:
        markup_text(pen, p->survey->view->split_name[f->split]);
        break;
    case FINDING_LABEL_ERROR:
        if (f->guess >= 0) {
            pen_put(pen, "looks like ");
            html_class(p, f->guess);
        } else {
            pen_put(pen, "there is no agreement on what it is");
        }
        break;
    default:
        break;
    }
}

static bool has_remark(const struct finding *f)
{
    return f->kind == FINDING_NEAR_DUPLICATE || f->kind == FINDING_LABEL_ERROR;
}

static void put_row_name(struct page *p, const struct exhibit *e)
{
    markup_text(&p->pen, p->survey->view->split_name[e->split]);
    pen_format(&p->pen, " %" PRIu64, e->row);
}

static void put_details(struct page *p, const struct exhibit *e)
{
    if (e->source_row >= 0)
        pen_format(&p->pen, "<br/>source row %" PRId64, e->source_row);
    if (e->label < 0)
        return;
    pen_put(&p->pen, "<br/>label ");
    if ((uint64_t)e->label < p->survey->class_count)
        html_class(p, e->label);
    else
        pen_format(&p->pen, "%" PRId64, e->label);
}

static void put_picture(struct page *p, const struct exhibit *e)
{
    struct pen *pen = &p->pen;

    if (!e->pixels)
        return;
    pen_put(pen, "<figure class=\"picture\">");
    html_image_open(p);
    put_row_name(p, e);
    html_image_close(p, e->pixels, e->width, e->height,
                     html_shown(e->width, e->height, FINDING_ACROSS));
    pen_put(pen, "<figcaption>");
    put_row_name(p, e);
    put_details(p, e);
    pen_put(pen, "</figcaption></figure>\n");
}

/* Pictures of one finding stay together in a frame. */
static void put_finding(struct page *p, const struct finding *f,
                        const struct exhibit *e, size_t count)
{
    struct pen *pen = &p->pen;

    pen_put(pen, "<div class=\"finding\">\n<div class=\"pictures\">\n");
    for (size_t i = 0; i < count; i++)
        put_picture(p, &e[i]);
    pen_put(pen, "</div>\n");
    if (has_remark(f)) {
        pen_put(pen, "<p>");
        put_remark(p, f);
        pen_put(pen, "</p>\n");
    }
    pen_put(pen, "</div>\n");
}

/* The findings of a kind whose rows are on show. */
static void put_pictures(struct page *p, enum finding_kind kind)
{
    const struct audit *a = &p->survey->audit;
    const struct exhibits *e = p->facts->exhibits;
    size_t shown = 0;

    pen_put(&p->pen, "<div class=\"findings\">\n");
    for (size_t i = 0; i < a->count && shown < e->found_count[kind]; i++) {
        const struct finding *f = &a->finding[i];
        size_t left = e->found_count[kind] - shown;
        size_t some = f->row_count < left ? f->row_count : left;
        if (f->kind != kind)
            continue;
        put_finding(p, f, &e->found[kind][shown], some);
        shown += some;
    }
    pen_put(&p->pen, "</div>\n");
    if (shown < a->rows_of_kind[kind])
        pen_format(&p->pen,
                   "<p class=\"note\">The first %zu of %" PRIu64
                   " rows are shown; stats --audit --json lists "
                   "them all.</p>\n",
                   shown, a->rows_of_kind[kind]);
}

/* Findings that are about no rows. */
static void put_sentences(struct page *p, enum finding_kind kind)
{
    const struct audit *a = &p->survey->audit;
    size_t shown = 0;

    pen_put(&p->pen, "<ul>\n");
    for (size_t i = 0; i < a->count && shown < EXHIBITS_PER_KIND; i++) {
        if (a->finding[i].kind != kind)
            continue;
        pen_put(&p->pen, "<li>");
        put_remark(p, &a->finding[i]);
        pen_put(&p->pen, "</li>\n");
        shown++;
    }
    pen_put(&p->pen, "</ul>\n");
    if (shown < a->of_kind[kind])
        pen_format(&p->pen,
                   "<p class=\"note\">and %zu more; stats --audit "
                   "--json lists them all.</p>\n",
                   a->of_kind[kind] - shown);
}

void html_audit(struct page *p)
{
    const struct audit *a = &p->survey->audit;
    struct pen *pen = &p->pen;

    if (a->count == 0)
        pen_put(pen, "<p>Nothing was found.</p>\n");
    put_summary(p);
    for (unsigned k = 0; k < FINDING_KINDS; k++) {
        enum finding_kind kind = (enum finding_kind)k;
        if (a->of_kind[k] == 0)
            continue;
        pen_format(pen, "<h3 id=\"audit-%s\">%s</h3>\n", finding_name(kind),
                   finding_title(kind));
        put_meaning(p, kind);
        if (a->rows_of_kind[k] > 0)
            put_pictures(p, kind);
        else
            put_sentences(p, kind);
    }
}

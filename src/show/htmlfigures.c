/* SPDX-License-Identifier: MIT */
/* The report's numbers: tables, and charts of labels and grey levels. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/sizes.h"
#include "show/htmlparts.h"
#include "show/svgchart.h"

/* ---- figures ---- */

static void put_count(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64, s->all.count);
}

static void put_size(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%zux%zu", s->height, s->width);
}

static void put_least(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%u", s->all.pixels.min);
}

static void put_most(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%u", s->all.pixels.max);
}

static void put_sum(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64, s->all.pixels.sum);
}

static void put_squares(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64, s->all.pixels.sum_squares);
}

static void put_zeros(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64 " (%.1f%%)", s->all.pixels.zeros,
               100.0 * (double)s->all.pixels.zeros /
                   (double)s->all.pixels.count);
}

static void put_mean(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%.12f", s->all.pixels.mean);
}

static void put_deviation(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%.12f", s->all.pixels.std);
}

static void put_constant(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64, s->constant);
}

static void put_blank(struct pen *pen, const struct survey_split *s)
{
    pen_format(pen, "%" PRIu64, s->blank);
}

static const struct figure {
    const char *name;
    void (*put)(struct pen *pen, const struct survey_split *s);
    bool of_pixels; /* there is none without rows */
} figures[] = {
    { "pictures", put_count, false },
    { "size", put_size, false },
    { "mean of x/255", put_mean, true },
    { "deviation of x/255", put_deviation, true },
    { "smallest level", put_least, true },
    { "largest level", put_most, true },
    { "sum of levels", put_sum, true },
    { "sum of squares", put_squares, true },
    { "pixels that are 0", put_zeros, true },
    { "places that never change", put_constant, true },
    { "places that are always 0", put_blank, true },
};

void html_figures(struct page *p)
{
    const struct survey *s = p->survey;
    struct pen *pen = &p->pen;

    pen_put(pen, "<div class=\"scroll\"><table>\n<thead><tr><td></td>");
    for (size_t i = 0; i < s->split_count; i++) {
        pen_put(pen, "<th class=\"n\" scope=\"col\">");
        markup_text(pen, s->split[i].name);
        pen_put(pen, "</th>");
    }
    pen_put(pen, "</tr></thead>\n<tbody>\n");
    for (size_t f = 0; f < COUNT_OF(figures); f++) {
        pen_format(pen, "<tr><th scope=\"row\">%s</th>", figures[f].name);
        for (size_t i = 0; i < s->split_count; i++) {
            pen_put(pen, "<td class=\"n\">");
            if (figures[f].of_pixels && s->split[i].all.pixels.count == 0)
                pen_put(pen, "-");
            else
                figures[f].put(pen, &s->split[i]);
            pen_put(pen, "</td>");
        }
        pen_put(pen, "</tr>\n");
    }
    pen_put(pen, "</tbody></table></div>\n"
                 "<p class=\"note\">The deviation is the population's. A "
                 "place is a pixel's row and column in the picture.</p>\n");
}

/* ---- labels ---- */

enum { CHART_CLASSES_MAX = 256 };

bool html_has_labels(const struct page *p)
{
    for (size_t i = 0; i < p->survey->split_count; i++)
        if (p->survey->split[i].classes)
            return true;
    return false;
}

/* Which colour is whose. */
static void put_legend(struct pen *pen, const struct svgchart_series *series,
                       size_t count)
{
    pen_put(pen, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < count; i++) {
        pen_format(pen, "<li><span class=\"swatch s%zu\"></span>", i);
        markup_text(pen, series[i].name);
        pen_put(pen, "</li>\n");
    }
    pen_put(pen, "</ul>\n");
}

/* Takes the series and counts as they lie: one row of classes per split. */
static void put_label_chart(struct page *p, uint64_t *counts)
{
    const struct survey *s = p->survey;
    struct svgchart_series series[SVGCHART_SERIES_MAX];
    struct svgchart chart = {
        .title = "Share of each class in each split",
        .scale = SVGCHART_SHARE,
        .series = series,
        .groups = s->class_count,
        .group_name = s->view->class_name,
    };

    for (size_t i = 0; i < s->split_count; i++) {
        uint64_t *row = counts + chart.series_count * s->class_count;
        if (!s->split[i].classes || chart.series_count == SVGCHART_SERIES_MAX)
            continue;
        for (size_t c = 0; c < s->class_count; c++)
            row[c] = s->split[i].classes[c].count;
        series[chart.series_count++] = (struct svgchart_series){
            .name = s->split[i].name,
            .count = row,
            .whole = s->split[i].all.count,
        };
    }
    pen_put(&p->pen, "<figure>\n<figcaption>Share of each class in the "
                     "pictures of its split</figcaption>\n");
    put_legend(&p->pen, series, chart.series_count);
    svgchart_write(&p->pen, &chart);
    pen_put(&p->pen, "</figure>\n");
}

static bool any_named(const struct view *v)
{
    for (size_t c = 0; c < v->class_count; c++)
        if (html_is_named(v, c))
            return true;
    return false;
}

static void put_class_row(struct page *p, const struct survey_split *split,
                          size_t c, bool names)
{
    const struct survey_figures *f = &split->classes[c];
    struct pen *pen = &p->pen;

    pen_format(pen, "<tr><th class=\"n\" scope=\"row\">%zu</th>", c);
    if (names) {
        pen_put(pen, "<td class=\"name\">");
        markup_text(pen, p->survey->view->class_name[c]);
        pen_put(pen, "</td>");
    }
    pen_format(pen,
               "<td class=\"n\">%" PRIu64 "</td><td class=\"n\">%.2f%%</td>",
               f->count, 100 * f->share);
    if (f->count > 0)
        pen_format(pen,
                   "<td class=\"n\">%.4f</td><td class=\"n\">%.4f</td>"
                   "</tr>\n",
                   f->pixels.mean, f->pixels.std);
    else
        pen_put(pen, "<td class=\"n none\">-</td><td class=\"n none\">-</td>"
                     "</tr>\n");
}

static void put_class_table(struct page *p, const struct survey_split *split)
{
    bool names = any_named(p->survey->view);
    struct pen *pen = &p->pen;

    pen_put(pen, "<div class=\"scroll\"><table>\n<caption>");
    markup_text(pen, split->name);
    pen_format(pen,
               "</caption>\n<thead><tr><th class=\"n\" scope=\"col\">Label"
               "</th>%s<th class=\"n\" scope=\"col\">Count</th>"
               "<th class=\"n\" scope=\"col\">Share</th>"
               "<th class=\"n\" scope=\"col\">Mean</th>"
               "<th class=\"n\" scope=\"col\">Deviation</th>"
               "</tr></thead>\n<tbody>\n",
               names ? "<th scope=\"col\">Name</th>" : "");
    for (size_t c = 0; c < p->survey->class_count; c++)
        put_class_row(p, split, c, names);
    pen_put(pen, "</tbody></table></div>\n");
}

void html_labels(struct page *p)
{
    const struct survey *s = p->survey;
    struct pen *pen = &p->pen;

    if (s->class_count <= CHART_CLASSES_MAX) {
        uint64_t *counts =
            calloc(s->split_count * s->class_count, sizeof *counts);
        if (!counts) {
            error_memory(pen->err);
            return;
        }
        put_label_chart(p, counts);
        free(counts);
    } else {
        pen_put(pen, "<p class=\"note\">There are too many classes for a "
                     "chart.</p>\n");
    }
    pen_put(pen, "<div class=\"beside\">\n");
    for (size_t i = 0; i < s->split_count; i++)
        if (s->split[i].classes)
            put_class_table(p, &s->split[i]);
    pen_put(pen, "</div>\n");
}

/* ---- grey levels ---- */

bool html_has_pictures(const struct page *p)
{
    for (size_t i = 0; i < p->survey->split_count; i++)
        if (p->survey->split[i].all.pixels.count > 0)
            return true;
    return false;
}

static void put_level_chart(struct page *p, const struct survey_split *split)
{
    struct svgchart_series series = { .name = split->name,
                                      .count = split->all.histogram,
                                      .whole = split->all.pixels.count };
    struct svgchart chart = {
        .title = "How many pixels have each grey level, logarithmic",
        .scale = SVGCHART_LOG,
        .series = &series,
        .series_count = 1,
        .groups = 256,
    };

    pen_put(&p->pen, "<figure>\n<figcaption>");
    markup_text(&p->pen, split->name);
    pen_put(&p->pen, ": pixels of each level, on a logarithmic scale"
                     "</figcaption>\n");
    svgchart_write(&p->pen, &chart);
    pen_put(&p->pen, "</figure>\n");
}

void html_levels(struct page *p)
{
    pen_put(&p->pen, "<div class=\"beside\">\n");
    for (size_t i = 0; i < p->survey->split_count; i++)
        if (p->survey->split[i].all.pixels.count > 0)
            put_level_chart(p, &p->survey->split[i]);
    pen_put(&p->pen, "</div>\n");
}

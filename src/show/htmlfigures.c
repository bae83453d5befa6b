/* SPDX-License-Identifier: MIT */
/* The report's numbers: tables, and charts of labels and grey levels. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/sizes.h"
#include "show/htmlparts.h"
#include "show/svgchart.h"

/* ---- figures ---- */

static void put_count(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64, s->all.count);
}

static void put_size(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%zux%zu", s->height, s->width);
}

static void put_least(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%u", s->all.pixels.min);
}

static void put_most(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%u", s->all.pixels.max);
}

static void put_sum(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64, s->all.pixels.sum);
}

static void put_squares(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64, s->all.pixels.sum_squares);
}

static void put_zeros(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64 " (%.1f%%)", s->all.pixels.zeros,
                  100.0 * (double)s->all.pixels.zeros /
                      (double)s->all.pixels.count);
}

static void put_mean(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%.12f", s->all.pixels.mean);
}

static void put_deviation(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%.12f", s->all.pixels.std);
}

static void put_constant(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64, s->constant);
}

static void put_blank(struct markup *m, const struct survey_split *s)
{
    markup_format(m, "%" PRIu64, s->blank);
}

static const struct figure {
    const char *name;
    void (*put)(struct markup *m, const struct survey_split *s);
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
    struct markup *m = &p->m;

    markup_put(m, "<div class=\"scroll\"><table>\n<thead><tr><td></td>");
    for (size_t i = 0; i < s->split_count; i++) {
        markup_put(m, "<th class=\"n\" scope=\"col\">");
        markup_text(m, s->split[i].name);
        markup_put(m, "</th>");
    }
    markup_put(m, "</tr></thead>\n<tbody>\n");
    for (size_t f = 0; f < COUNT_OF(figures); f++) {
        markup_format(m, "<tr><th scope=\"row\">%s</th>", figures[f].name);
        for (size_t i = 0; i < s->split_count; i++) {
            markup_put(m, "<td class=\"n\">");
            if (figures[f].of_pixels && s->split[i].all.pixels.count == 0)
                markup_put(m, "-");
            else
                figures[f].put(m, &s->split[i]);
            markup_put(m, "</td>");
        }
        markup_put(m, "</tr>\n");
    }
    markup_put(m, "</tbody></table></div>\n"
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
static void put_legend(struct markup *m, const struct svgchart_series *series,
                       size_t count)
{
    markup_put(m, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < count; i++) {
        markup_format(m, "<li><span class=\"swatch s%zu\"></span>", i);
        markup_text(m, series[i].name);
        markup_put(m, "</li>\n");
    }
    markup_put(m, "</ul>\n");
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
    markup_put(&p->m, "<figure>\n<figcaption>Share of each class in the "
                      "pictures of its split</figcaption>\n");
    put_legend(&p->m, series, chart.series_count);
    svgchart_write(&p->m, &chart);
    markup_put(&p->m, "</figure>\n");
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
    struct markup *m = &p->m;

    markup_format(m, "<tr><th class=\"n\" scope=\"row\">%zu</th>", c);
    if (names) {
        markup_put(m, "<td class=\"name\">");
        markup_text(m, p->survey->view->class_name[c]);
        markup_put(m, "</td>");
    }
    markup_format(m,
                  "<td class=\"n\">%" PRIu64 "</td><td class=\"n\">%.2f%%</td>",
                  f->count, 100 * f->share);
    if (f->count > 0)
        markup_format(m,
                      "<td class=\"n\">%.4f</td><td class=\"n\">%.4f</td>"
                      "</tr>\n",
                      f->pixels.mean, f->pixels.std);
    else
        markup_put(m, "<td class=\"n none\">-</td><td class=\"n none\">-</td>"
                      "</tr>\n");
}

static void put_class_table(struct page *p, const struct survey_split *split)
{
    bool names = any_named(p->survey->view);
    struct markup *m = &p->m;

    markup_put(m, "<div class=\"scroll\"><table>\n<caption>");
    markup_text(m, split->name);
    markup_format(m,
                  "</caption>\n<thead><tr><th class=\"n\" scope=\"col\">Label"
                  "</th>%s<th class=\"n\" scope=\"col\">Count</th>"
                  "<th class=\"n\" scope=\"col\">Share</th>"
                  "<th class=\"n\" scope=\"col\">Mean</th>"
                  "<th class=\"n\" scope=\"col\">Deviation</th>"
                  "</tr></thead>\n<tbody>\n",
                  names ? "<th scope=\"col\">Name</th>" : "");
    for (size_t c = 0; c < p->survey->class_count; c++)
        put_class_row(p, split, c, names);
    markup_put(m, "</tbody></table></div>\n");
}

void html_labels(struct page *p)
{
    const struct survey *s = p->survey;
    struct markup *m = &p->m;

    if (s->class_count <= CHART_CLASSES_MAX) {
        uint64_t *counts =
            calloc(s->split_count * s->class_count, sizeof *counts);
        if (!counts) {
            error_memory(m->err);
            return;
        }
        put_label_chart(p, counts);
        free(counts);
    } else {
        markup_put(m, "<p class=\"note\">There are too many classes for a "
                      "chart.</p>\n");
    }
    markup_put(m, "<div class=\"beside\">\n");
    for (size_t i = 0; i < s->split_count; i++)
        if (s->split[i].classes)
            put_class_table(p, &s->split[i]);
    markup_put(m, "</div>\n");
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

    markup_put(&p->m, "<figure>\n<figcaption>");
    markup_text(&p->m, split->name);
    markup_put(&p->m, ": pixels of each level, on a logarithmic scale"
                      "</figcaption>\n");
    svgchart_write(&p->m, &chart);
    markup_put(&p->m, "</figure>\n");
}

void html_levels(struct page *p)
{
    markup_put(&p->m, "<div class=\"beside\">\n");
    for (size_t i = 0; i < p->survey->split_count; i++)
        if (p->survey->split[i].all.pixels.count > 0)
            put_level_chart(p, &p->survey->split[i]);
    markup_put(&p->m, "</div>\n");
}

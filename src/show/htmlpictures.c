/* SPDX-License-Identifier: MIT */
/* The report's pictures: PNG within the page. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/sheet.h"
#include "format/pngimage.h"
#include "show/htmlparts.h"

enum {
    MEAN_ACROSS = 84, /* at most so many pixels of the page: 3 for one of 28 */
    MAP_ACROSS = 140,
    SHEET_ACROSS = 364, /* six of 28 at twice their size, on a telephone */
    SHEET_COLUMNS = 6,
    SHEET_GAP = 2,
    SHEET_GROUND = 128, /* neither that of the digits nor the page's, be it
                           light or dark */
    MEAN_CLASSES_MAX = 256,
};

/* ---- what the sections share ---- */

size_t html_shown(size_t width, size_t height, size_t most)
{
    size_t longer = width > height ? width : height;

    if (longer <= most)
        return most / longer * width;
    size_t smaller = width * most / longer;
    return smaller > 0 ? smaller : 1;
}

void html_image_open(struct page *p)
{
    pen_put(&p->pen, "<img alt=\"");
}

void html_image_close(struct page *p, const unsigned char *pixels, size_t width,
                      size_t height, size_t shown)
{
    struct pen *pen = &p->pen;
    struct bytes_writer png;

    pen_format(pen, "\" width=\"%zu\" height=\"%zu\" src=\"", shown,
               (height * shown + width / 2) / width);
    bytes_writer_init(&png);
    if (pen_ok(pen) &&
        pngimage_write(&png.base, pixels, width, height, pen->err))
        markup_data(pen, "image/png", png.bytes, png.n);
    bytes_writer_release(&png);
    pen_put(pen, "\"/>");
}

bool html_is_named(const struct view *v, size_t class)
{
    char number[24];

    snprintf(number, sizeof number, "%zu", class);
    return strcmp(number, v->class_name[class]) != 0;
}

void html_class(struct page *p, int64_t label)
{
    const struct view *v = p->survey->view;

    if (label < 0 || (uint64_t)label >= v->class_count) {
        pen_put(&p->pen, "no class");
        return;
    }
    pen_format(&p->pen, "%" PRId64, label);
    if (!html_is_named(v, (size_t)label))
        return;
    pen_put(&p->pen, " ");
    markup_text(&p->pen, v->class_name[label]);
}

/* ---- means and deviations ---- */

/* Reals as grey levels, `white` being 255; malloc'd, NULL with the page's
 * error set. */
static unsigned char *levels_of(struct page *p, const double *x, size_t n,
                                double white)
{
    unsigned char *to = malloc(n);

    if (!to) {
        error_memory(p->pen.err);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)lround(255 * x[i] / white);
    return to;
}

static void close_map(struct page *p, const double *x,
                      const struct survey_split *split, double white,
                      size_t across)
{
    unsigned char *levels =
        levels_of(p, x, split->height * split->width, white);

    if (levels)
        html_image_close(p, levels, split->width, split->height,
                         html_shown(split->width, split->height, across));
    free(levels);
}

static void put_mean(struct page *p, const struct survey_split *split)
{
    pen_put(&p->pen, "<figure class=\"picture\">");
    html_image_open(p);
    pen_put(&p->pen, "Mean of all pictures of ");
    markup_text(&p->pen, split->name);
    close_map(p, split->all.mean, split, 1, MAP_ACROSS);
    pen_put(&p->pen, "<figcaption>mean of all<br/>white: 255</figcaption>"
                     "</figure>\n");
}

static void put_deviation(struct page *p, const struct survey_split *split)
{
    double most = 0;

    for (size_t i = 0; i < split->height * split->width; i++)
        most = fmax(most, split->all.std[i]);
    pen_put(&p->pen, "<figure class=\"picture\">");
    html_image_open(p);
    pen_put(&p->pen, "Deviation of each pixel of ");
    markup_text(&p->pen, split->name);
    close_map(p, split->all.std, split, most > 0 ? most : 1, MAP_ACROSS);
    pen_format(&p->pen,
               "<figcaption>deviation<br/>white: %.1f levels</figcaption>"
               "</figure>\n",
               255 * most);
}

static void put_class_mean(struct page *p, const struct survey_split *split,
                           size_t c)
{
    pen_put(&p->pen, "<figure class=\"picture\">");
    html_image_open(p);
    pen_put(&p->pen, "Mean of class ");
    html_class(p, (int64_t)c);
    close_map(p, split->classes[c].mean, split, 1, MEAN_ACROSS);
    pen_put(&p->pen, "<figcaption>");
    html_class(p, (int64_t)c);
    pen_put(&p->pen, "</figcaption></figure>\n");
}

void html_means(struct page *p)
{
    const struct survey *s = p->survey;
    size_t shown = s->class_count < MEAN_CLASSES_MAX ? s->class_count
                                                     : MEAN_CLASSES_MAX;

    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        if (!split->all.mean)
            continue;
        pen_put(&p->pen, "<h3>");
        markup_text(&p->pen, split->name);
        pen_put(&p->pen, "</h3>\n<div class=\"pictures\">\n");
        put_mean(p, split);
        put_deviation(p, split);
        pen_put(&p->pen, "</div>\n<div class=\"pictures\">\n");
        for (size_t c = 0; split->classes && c < shown; c++)
            if (split->classes[c].mean)
                put_class_mean(p, split, c);
        pen_put(&p->pen, "</div>\n");
    }
    if (shown < s->class_count)
        pen_format(&p->pen,
                   "<p class=\"note\">The first %zu of %zu classes "
                   "are shown.</p>\n",
                   shown, s->class_count);
}

/* ---- samples ---- */

bool html_has_samples(const struct page *p)
{
    return p->facts->exhibits->sample_count > 0;
}

/* All samples of one class in one picture. */
static void put_sheet(struct page *p, const struct exhibit *e, size_t count)
{
    struct sheet_layout layout = {
        .columns = count < SHEET_COLUMNS ? count : SHEET_COLUMNS,
        .rows = (count + SHEET_COLUMNS - 1) / SHEET_COLUMNS,
        .tile_width = e->width,
        .tile_height = e->height,
        .zoom = 1,
        .padding = SHEET_GAP,
    };
    struct sheet sheet = { 0 };

    if (!pen_ok(&p->pen) || !sheet_init(&sheet, &layout, p->pen.err))
        return;
    struct canvas *c = &sheet.canvas;
    canvas_fill(c, 0, 0, c->width, c->height, SHEET_GROUND);
    for (size_t i = 0; i < count; i++)
        sheet_place(&sheet, i, e[i].pixels, NULL);
    /* As large as in a sheet that is full, so that all have the same scale. */
    size_t rows = (EXHIBITS_PER_CLASS + SHEET_COLUMNS - 1) / SHEET_COLUMNS;
    size_t width = SHEET_COLUMNS * (e->width + SHEET_GAP) + SHEET_GAP;
    size_t height = rows * (e->height + SHEET_GAP) + SHEET_GAP;
    size_t shown = c->width * html_shown(width, height, SHEET_ACROSS) / width;
    html_image_close(p, c->pixels, c->width, c->height, shown > 0 ? shown : 1);
    sheet_release(&sheet);
}

static void put_class_samples(struct page *p, const struct exhibit *e,
                              size_t count)
{
    struct pen *pen = &p->pen;

    pen_put(pen, "<figure class=\"picture\">");
    if (e->label >= 0) {
        pen_put(pen, "<figcaption>");
        html_class(p, e->label);
        pen_put(pen, "</figcaption>");
    }
    html_image_open(p);
    pen_format(pen, "%zu samples", count);
    if (e->label >= 0) {
        pen_put(pen, " of class ");
        html_class(p, e->label);
    }
    put_sheet(p, e, count);
    pen_put(pen, "</figure>\n");
}

void html_samples(struct page *p)
{
    const struct exhibits *e = p->facts->exhibits;
    struct pen *pen = &p->pen;

    pen_put(pen, "<p>The first pictures of ");
    markup_text(pen, p->survey->view->split_name[e->split]);
    if (e->sample[0].label >= 0)
        pen_format(pen, ", at most %zu of each class", e->per_class);
    pen_put(pen, ", in the order of their rows.");
    if (e->sample[0].label >= 0 && e->classes_shown < p->survey->class_count)
        pen_format(pen, " The first %zu of %zu classes are shown.",
                   e->classes_shown, p->survey->class_count);
    pen_put(pen, "</p>\n<div class=\"pictures sheets\">\n");
    for (size_t i = 0, n; i < e->sample_count; i += n) {
        for (n = 1; i + n < e->sample_count &&
                    e->sample[i + n].label == e->sample[i].label;)
            n++;
        put_class_samples(p, &e->sample[i], n);
    }
    pen_put(pen, "</div>\n");
}

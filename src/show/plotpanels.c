/* SPDX-License-Identifier: MIT */
/* From a survey's figures to charts and maps. */
#include "show/plotpanels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/chart.h"
#include "draw/font.h"
#include "draw/map.h"
#include "show/names.h"

enum {
    LINE = FONT_HEIGHT + 5,
    LINE_TEXT = NAME_BYTES + 128,
    LEVELS = 256,
    TILE = 84, /* as large are small pictures made in about */
    TILE_GAP = 8,
    MAP = 224,
    MAP_GAP = 24,
    CHART_GAP = 14,
    TILES_MOST = 40, /* of all splits; more show one split alone */
};

/* ---- what the panels share ---- */

static void draw_line(struct plot_page *p, const char *text)
{
    font_draw_cut(p->c, PLOT_MARGIN, p->y, 1, text, p->width / FONT_ADVANCE,
                  CANVAS_BLACK);
    p->y += LINE;
}

/* "train: no labels" */
static void draw_remark(struct plot_page *p, const struct survey_split *split,
                        const char *remark)
{
    char name[NAME_BYTES], text[2 * LINE_TEXT];

    name_fit(name, split->name, PLOT_NAME);
    snprintf(text, sizeof text, "%s: %s", name, remark);
    draw_line(p, text);
}

static bool has_classes(const struct survey *s,
                        const struct survey_split *split)
{
    return split->has_labels && split->classes && s->class_count > 0;
}

/* So that the larger side is about `size`, and nothing is made smaller. */
static unsigned zoom_to(size_t width, size_t height, size_t size)
{
    size_t most = width > height ? width : height;

    return most > 0 && most < size ? (unsigned)(size / most) : 1;
}

/* ---- labels ---- */

/* One series per split that has labels. */
struct label_bars {
    struct chart_series series[VIEW_SPLITS_MAX];
    char name[VIEW_SPLITS_MAX][LINE_TEXT];
    size_t count;
    double *value;    /* owned: series x classes */
    uint64_t *number; /* owned: the same */
};

static void fill_bars(struct label_bars *b, const struct survey *s,
                      const struct survey_split *split, bool shares)
{
    size_t at = b->count * s->class_count;
    char name[NAME_BYTES];

    name_fit(name, split->name, PLOT_NAME);
    snprintf(b->name[b->count], sizeof b->name[0], "%s: %" PRIu64 " images",
             name, split->all.count);
    b->series[b->count] = (struct chart_series){ b->name[b->count],
                                                 b->value + at,
                                                 b->number + at };
    for (size_t i = 0; i < s->class_count; i++) {
        const struct survey_figures *f = &split->classes[i];
        b->number[at + i] = f->count;
        b->value[at + i] = shares ? 100 * f->share : (double)f->count;
    }
    b->count++;
}

static void draw_label_bars(struct plot_page *p, const struct label_bars *b)
{
    const struct survey *s = p->survey;
    bool shares = b->count > 1;
    struct chart chart = {
        .axis = shares ? "share of the split's images; "
                         "the numbers at the bars are counts"
                       : "images",
        .unit = shares ? "%" : "",
        .whole = !shares,
        .groups = s->class_count,
        .label = s->view->class_name,
        .series = b->series,
        .series_count = b->count,
    };

    p->y += chart_draw(p->c, PLOT_MARGIN, p->y, PLOT_WIDTH, &chart);
}

bool plot_labels(struct plot_page *p, struct error *err)
{
    const struct survey *s = p->survey;
    struct label_bars b = { 0 };
    size_t labelled = 0;

    for (size_t i = 0; i < s->split_count; i++)
        if (has_classes(s, &s->split[i]))
            labelled++;
        else
            draw_remark(p, &s->split[i], "no labels");
    if (labelled == 0)
        return true;
    b.value = calloc(labelled * s->class_count, sizeof *b.value);
    b.number = calloc(labelled * s->class_count, sizeof *b.number);
    bool ok = b.value && b.number;
    for (size_t i = 0; ok && i < s->split_count; i++)
        if (has_classes(s, &s->split[i]))
            fill_bars(&b, s, &s->split[i], labelled > 1);
    if (ok)
        draw_label_bars(p, &b);
    free(b.value);
    free(b.number);
    return ok || error_memory(err);
}

/* ---- levels ---- */

static void draw_histogram(struct plot_page *p, const uint64_t *histogram)
{
    static const struct {
        size_t level;
        const char *text;
    } marks[] = { { 0, "0" },     { 32, "32" },   { 64, "64" },
                  { 96, "96" },   { 128, "128" }, { 160, "160" },
                  { 192, "192" }, { 224, "224" }, { 255, "255" } };
    const char *label[LEVELS] = { NULL };
    double value[LEVELS];
    struct chart_series series = { .name = "", .value = value };
    struct chart chart = {
        .axis = "pixels of each grey level (log scale)",
        .unit = "",
        .log_axis = true,
        .histogram = true,
        .groups = LEVELS,
        .label = label,
        .series = &series,
        .series_count = 1,
    };

    for (size_t i = 0; i < COUNT_OF(marks); i++)
        label[marks[i].level] = marks[i].text;
    for (size_t i = 0; i < LEVELS; i++)
        value[i] = (double)histogram[i];
    p->y += chart_draw(p->c, PLOT_MARGIN, p->y, PLOT_WIDTH, &chart);
}

bool plot_levels(struct plot_page *p, struct error *err)
{
    const struct survey *s = p->survey;

    (void)err;
    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        const struct pixel_stats *all = &split->all.pixels;
        char text[LINE_TEXT];

        if (i > 0)
            p->y += CHART_GAP;
        if (split->all.count == 0) {
            draw_remark(p, split, "no images");
            continue;
        }
        snprintf(text, sizeof text,
                 "min %u, max %u, mean %.4f and deviation %.4f of x/255, "
                 "%.1f%% zeros",
                 all->min, all->max, all->mean, all->std,
                 100 * (double)all->zeros / (double)all->count);
        draw_remark(p, split, text);
        draw_histogram(p, split->all.histogram);
    }
    return true;
}

/* ---- means ---- */

struct tiles {
    size_t width, height; /* of a picture */
    unsigned zoom;
    size_t cell_width, cell_height, columns;
};

static struct tiles tiles_of(const struct plot_page *p,
                             const struct survey_split *split)
{
    struct tiles t = { .zoom = zoom_to(split->width, split->height, TILE) };

    t.width = split->width * t.zoom;
    t.height = split->height * t.zoom;
    t.cell_width = (t.width > TILE ? t.width : TILE) + TILE_GAP;
    t.cell_height = t.height + 2 * LINE + TILE_GAP;
    t.columns = (p->width + TILE_GAP) / t.cell_width;
    return t;
}

static void draw_caption(struct plot_page *p, size_t x, size_t y, size_t width,
                         const char *text)
{
    size_t length = text_characters(text), most = width / FONT_ADVANCE;
    size_t shown = (length < most ? length : most) * FONT_ADVANCE - 1;

    if (length > 0)
        font_draw_cut(p->c, x + (width - shown) / 2, y, 1, text, most,
                      CANVAS_BLACK);
}

/* A class without rows is an empty frame. */
static void draw_tile(struct plot_page *p, const struct tiles *t,
                      const struct survey_split *split, size_t at,
                      const struct survey_figures *f, const char *name)
{
    enum { GREY_FRAME = 160 };
    size_t left = PLOT_MARGIN + at % t->columns * t->cell_width;
    size_t y = p->y + at / t->columns * t->cell_height;
    size_t width = t->cell_width - TILE_GAP;
    size_t x = left + (width - t->width) / 2;
    char count[32];

    if (f->mean) {
        struct map m = { f->mean, split->width, split->height, t->zoom, 1 };
        map_draw_picture(p->c, x, y, &m);
    } else {
        canvas_fill(p->c, x - 1, y - 1, t->width + 2, t->height + 2,
                    GREY_FRAME);
        canvas_fill(p->c, x, y, t->width, t->height, CANVAS_WHITE);
    }
    draw_caption(p, left, y + t->height + 5, width, name);
    snprintf(count, sizeof count, "%" PRIu64, f->count);
    draw_caption(p, left, y + t->height + 5 + FONT_HEIGHT + 2, width, count);
}

static void draw_class_means(struct plot_page *p,
                             const struct survey_split *split, bool alone)
{
    const struct survey *s = p->survey;
    struct tiles t = tiles_of(p, split);
    size_t count = s->class_count;

    if (split->all.count == 0) {
        draw_remark(p, split, "no images");
        return;
    }
    if (has_classes(s, split)) {
        draw_remark(p, split,
                    alone ? "each class with its count (one split is shown: "
                            "there are many classes)"
                          : "each class with its count");
        for (size_t i = 0; i < count; i++)
            draw_tile(p, &t, split, i, &split->classes[i],
                      s->view->class_name[i]);
    } else {
        draw_remark(p, split, "no labels; the mean of all images");
        draw_tile(p, &t, split, 0, &split->all, "all");
        count = 1;
    }
    p->y += (count + t.columns - 1) / t.columns * t.cell_height;
}

/* The split that stands for all when there are too many classes: train, or
 * the first that has some. */
static size_t main_split(const struct survey *s)
{
    size_t first = 0;

    for (size_t i = s->split_count; i-- > 0;) {
        if (!has_classes(s, &s->split[i]) || s->split[i].all.count == 0)
            continue;
        if (strcmp(s->split[i].name, "train") == 0)
            return i;
        first = i;
    }
    return first;
}

bool plot_means(struct plot_page *p, struct error *err)
{
    const struct survey *s = p->survey;
    bool all = s->split_count * s->class_count <= TILES_MOST;
    size_t one = main_split(s);

    (void)err;
    for (size_t i = 0; i < s->split_count; i++)
        if (all || i == one)
            draw_class_means(p, &s->split[i], !all && s->split_count > 1);
    return true;
}

/* ---- deviation ---- */

static struct map map_of(const struct survey_split *split, double most)
{
    return (struct map){ split->all.std, split->width, split->height,
                         zoom_to(split->width, split->height, MAP), most };
}

static size_t largest_at(const struct survey_split *split)
{
    const double *std = split->all.std;
    size_t at = 0;

    for (size_t i = 1; i < split->height * split->width; i++)
        if (std[i] > std[at])
            at = i;
    return at;
}

/* Above the map: the split, and its largest deviation. */
static void draw_map(struct plot_page *p, size_t x, size_t y, size_t width,
                     const struct survey_split *split, const struct map *m)
{
    size_t at = largest_at(split), most = width / FONT_ADVANCE;
    char name[NAME_BYTES], text[LINE_TEXT];

    name_fit(name, split->name, PLOT_NAME);
    font_draw_cut(p->c, x, y, 1, name, most, CANVAS_BLACK);
    snprintf(text, sizeof text, "at most %.4f, at y %zu, x %zu",
             split->all.std[at], at / split->width, at % split->width);
    font_draw_cut(p->c, x, y + FONT_HEIGHT + 2, 1, text, most, CANVAS_BLACK);
    map_draw(p->c, x, y + FONT_HEIGHT + 2 + LINE, m);
}

bool plot_deviation(struct plot_page *p, struct error *err)
{
    const struct survey *s = p->survey;
    size_t x = PLOT_MARGIN, row = 0;
    double most = 0;

    (void)err;
    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        if (split->all.count == 0)
            draw_remark(p, split, "no images");
        else if (split->all.std[largest_at(split)] > most)
            most = split->all.std[largest_at(split)];
    }
    draw_line(p, s->split_count > 1
                     ? "of x/255; one scale for all, from 0 to the largest"
                     : "of x/255, from 0 to the largest");
    p->y += 4;
    for (size_t i = 0; i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        if (split->all.count == 0)
            continue;
        struct map m = map_of(split, most);
        size_t width = map_width(&m) > MAP ? map_width(&m) : MAP;
        size_t height = map_height(&m) + FONT_HEIGHT + 2 + LINE;
        if (x > PLOT_MARGIN && x + width > PLOT_MARGIN + p->width) {
            x = PLOT_MARGIN;
            p->y += row + CHART_GAP;
            row = 0;
        }
        draw_map(p, x, p->y, width, split, &m);
        x += width + MAP_GAP;
        row = height > row ? height : row;
    }
    p->y += row;
    return true;
}

size_t plot_page_width(const struct survey *s)
{
    size_t most = PLOT_WIDTH;

    for (size_t i = 0; i < s->split_count; i++) {
        struct map m = map_of(&s->split[i], 0);
        size_t width = map_width(&m);
        most = width > most ? width : most;
    }
    return most;
}

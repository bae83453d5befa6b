/* SPDX-License-Identifier: MIT */
/* Where bars, numbers and labels stand, and drawing them. */
#include "draw/chart.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/axis.h"
#include "draw/font.h"

enum {
    LINE = FONT_HEIGHT + 3,
    AXIS_BELOW = 3, /* its name is above it */
    GREY_GRID = 220,
    GREY_AXIS = 96,
    GREY_OUTLINE = 64,
    BOX = 9, /* of the legend */
    LEGEND_GAP = 18,
    LEGEND_BELOW = 4,

    UP_LENGTH = 160, /* of the longest bars that run up */
    UP_GUTTER = 56,  /* left of them; the axis' numbers may need more */
    UP_STEPS = 6,
    BAR_LEAST = 3,  /* wide */
    BAR_MOST = 64,  /* but room for the numbers */
    LOG_FIRST = 12, /* from 0 to the first power on a log axis */

    SIDE_BAR = 9, /* thick, and so high are the texts beside it */
    SIDE_GAP = 6, /* between groups */
    SIDE_LENGTH_LEAST = 150,
    SIDE_STEPS = 5,
    SIDE_LABEL_MOST = 24, /* characters */
    COLUMN_GAP = 24,
    COLUMN_GROUPS_LEAST = 8, /* fewer are no column of their own */
};

unsigned char chart_shade(size_t series, size_t count)
{
    enum { DARK = 80, LIGHT = 215, MIDDLE = 128 };

    if (count < 2)
        return MIDDLE;
    return (unsigned char)(DARK + (LIGHT - DARK) * series / (count - 1));
}

/* ---- values ---- */

/* What lengths mean. */
struct measure {
    bool log;
    struct axis axis;
    size_t lowest, decades; /* from 10^lowest on */
    const char *unit;
};

static double largest_value(const struct chart *chart)
{
    double most = 0;

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t g = 0; g < chart->groups; g++)
            most = fmax(most, chart->series[s].value[g]);
    return most;
}

/* But for those that are 0; INFINITY when all are. */
static double least_value(const struct chart *chart)
{
    double least = INFINITY;

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t g = 0; g < chart->groups; g++)
            if (chart->series[s].value[g] > 0)
                least = fmin(least, chart->series[s].value[g]);
    return least;
}

static struct measure measure_of(const struct chart *chart, size_t steps)
{
    double most = largest_value(chart);
    struct measure m = { .log = chart->log_axis,
                         .axis = axis_of(most, steps, chart->whole),
                         .decades = 1,
                         .unit = chart->unit };

    if (chart->log_axis && most > 0) {
        m.lowest = (size_t)log10(least_value(chart));
        double above = ceil(log10(most)) - (double)m.lowest;
        m.decades = above > 1 ? (size_t)above : 1;
    }
    return m;
}

static size_t mark_count(const struct measure *m)
{
    return m->log ? m->decades + 2 : m->axis.steps + 1;
}

/* How far mark i is from the beginning, of `length` in all. */
static size_t mark_at(const struct measure *m, size_t i, size_t length)
{
    if (!m->log)
        return i * length / m->axis.steps;
    return i == 0 ? 0 : LOG_FIRST + (i - 1) * (length - LOG_FIRST) / m->decades;
}

static void mark_text(char to[AXIS_TEXT], const struct measure *m, size_t i)
{
    if (!m->log)
        axis_text(to, &m->axis, i, m->unit);
    else if (i == 0)
        snprintf(to, AXIS_TEXT, "0");
    else
        axis_power_text(to, m->lowest + i - 1);
}

/* In pixels; what is not 0 shows. */
static size_t bar_length(const struct measure *m, double value, size_t length)
{
    double all = (double)length, pixels;

    if (!(value > 0))
        return 0;
    if (m->log)
        pixels = LOG_FIRST + (log10(value) - (double)m->lowest) /
                                 (double)m->decades * (all - LOG_FIRST);
    else
        pixels = value / (m->axis.step * (double)m->axis.steps) * all;
    return pixels < 1 ? 1 : (size_t)(pixels + 0.5);
}

/* ---- texts ---- */

enum { NUMBER_TEXT = 24 };

static void number_text(char to[NUMBER_TEXT], const struct chart_series *s,
                        size_t group)
{
    snprintf(to, NUMBER_TEXT, "%" PRIu64, s->number[group]);
}

/* The width of the widest number at a bar; 0 when there are none. */
static size_t numbers_width(const struct chart *chart)
{
    size_t most = 0;
    char text[NUMBER_TEXT];

    for (size_t s = 0; s < chart->series_count; s++)
        for (size_t g = 0; chart->series[s].number && g < chart->groups; g++) {
            number_text(text, &chart->series[s], g);
            size_t width = font_text_width(text, 1);
            most = width > most ? width : most;
        }
    return most;
}

static size_t labels_width(const struct chart *chart)
{
    size_t most = 0;

    for (size_t g = 0; g < chart->groups; g++) {
        size_t width = chart->label[g] ? font_text_width(chart->label[g], 1)
                                       : 0;
        most = width > most ? width : most;
    }
    return most;
}

static size_t marks_width(const struct measure *m)
{
    size_t most = 0;
    char text[AXIS_TEXT];

    for (size_t i = 0; i < mark_count(m); i++) {
        mark_text(text, m, i);
        size_t width = font_text_width(text, 1);
        most = width > most ? width : most;
    }
    return most;
}

static void draw_middle(struct canvas *c, size_t middle, size_t y,
                        const char *text)
{
    size_t half = font_text_width(text, 1) / 2;

    font_draw(c, middle > half ? middle - half : 0, y, 1, text, CANVAS_BLACK);
}

/* ---- parts of both kinds ---- */

static void draw_bar(struct canvas *c, size_t x, size_t y, size_t w, size_t h,
                     unsigned char shade)
{
    if (w == 0 || h == 0)
        return;
    bool outline = w > 2 && h > 2;
    canvas_fill(c, x, y, w, h, outline ? GREY_OUTLINE : shade);
    if (outline)
        canvas_fill(c, x + 1, y + 1, w - 2, h - 2, shade);
}

/* On white, so that no line of the grid goes through it. */
static void draw_number(struct canvas *c, size_t x, size_t y, const char *text)
{
    canvas_fill(c, x - 1, y - 1, font_text_width(text, 1) + 2, FONT_ASCENT + 2,
                CANVAS_WHITE);
    font_draw(c, x, y, 1, text, CANVAS_BLACK);
}

/* Returns its height. */
static size_t draw_legend(struct canvas *c, size_t x, size_t y, size_t width,
                          const struct chart *chart)
{
    size_t at = 0, top = y + 1, most = (width - BOX) / FONT_ADVANCE - 1;

    if (chart->series_count < 2)
        return 0;
    for (size_t s = 0; s < chart->series_count; s++) {
        const char *name = chart->series[s].name;
        size_t length = text_characters(name);
        size_t item =
            BOX + FONT_ADVANCE * (1 + (length < most ? length : most));
        if (at > 0 && at + item > width) {
            at = 0;
            top += LINE;
        }
        draw_bar(c, x + at, top - 1, BOX, BOX,
                 chart_shade(s, chart->series_count));
        font_draw_cut(c, x + at + BOX + FONT_ADVANCE, top, 1, name, most,
                      CANVAS_BLACK);
        at += item + LEGEND_GAP;
    }
    return top + LINE + LEGEND_BELOW - y;
}

/* ---- bars that run up ---- */

struct upright {
    size_t gutter, slot, bar, gap; /* a slot is a group and a gap */
};

static struct upright upright_of(size_t width, const struct chart *chart,
                                 const struct measure *m)
{
    struct upright u = { .gutter = marks_width(m) + 8 };
    size_t numbers = numbers_width(chart);

    if (u.gutter < UP_GUTTER)
        u.gutter = UP_GUTTER;
    u.slot = (width - u.gutter) / (chart->groups > 0 ? chart->groups : 1);
    u.gap = chart->histogram ? 0 : u.slot / 8 + 2;
    u.bar = u.slot > u.gap ? (u.slot - u.gap) / chart->series_count : 0;
    if (u.bar > BAR_MOST && u.bar > 2 * numbers)
        u.bar = 2 * numbers > BAR_MOST ? 2 * numbers : BAR_MOST;
    return u;
}

static bool is_upright(size_t width, const struct chart *chart)
{
    struct measure m = measure_of(chart, UP_STEPS);
    struct upright u = upright_of(width, chart, &m);

    return chart->histogram ||
           (u.bar >= BAR_LEAST && u.bar > numbers_width(chart) + 1 &&
            u.slot > labels_width(chart) + FONT_ADVANCE);
}

static void draw_up_grid(struct canvas *c, size_t x, size_t base, size_t width,
                         const struct measure *m)
{
    size_t free_from = 0; /* above the number before */
    char text[AXIS_TEXT];

    for (size_t i = 0; i < mark_count(m); i++) {
        size_t at = mark_at(m, i, UP_LENGTH);
        canvas_fill(c, x, base - at, width, 1, i == 0 ? GREY_AXIS : GREY_GRID);
        if (i > 0 && at < free_from)
            continue;
        free_from = at + FONT_ASCENT + 3;
        mark_text(text, m, i);
        font_draw(c, x - 6 - font_text_width(text, 1),
                  base - at - FONT_ASCENT / 2, 1, text, CANVAS_BLACK);
    }
}

static void draw_up_group(struct canvas *c, size_t x, size_t base,
                          const struct upright *u, const struct chart *chart,
                          const struct measure *m, size_t group)
{
    size_t count = chart->series_count;
    size_t left = x + (u->slot - u->bar * count) / 2;

    for (size_t s = 0; s < count; s++, left += u->bar) {
        const struct chart_series *series = &chart->series[s];
        size_t length = bar_length(m, series->value[group], UP_LENGTH);
        if (chart->histogram)
            canvas_fill(c, left, base - length, u->bar, length, GREY_OUTLINE);
        else
            draw_bar(c, left, base - length, u->bar, length,
                     chart_shade(s, count));
        if (series->number) {
            char text[NUMBER_TEXT];
            number_text(text, series, group);
            draw_number(c, left + (u->bar - font_text_width(text, 1)) / 2,
                        base - length - FONT_ASCENT - 2, text);
        }
    }
    if (chart->label[group]) {
        size_t middle = x + u->slot / 2;
        if (chart->histogram)
            canvas_fill(c, middle, base + 1, 1, 3, GREY_AXIS);
        draw_middle(c, middle, base + 6, chart->label[group]);
    }
}

static size_t draw_upright(struct canvas *c, size_t x, size_t y, size_t width,
                           const struct chart *chart)
{
    struct measure m = measure_of(chart, UP_STEPS);
    struct upright u = upright_of(width, chart, &m);
    size_t top = y + draw_legend(c, x, y, width, chart);

    font_draw(c, x, top, 1, chart->axis, CANVAS_BLACK);
    /* A bar to the top has its number above it. */
    top += LINE + AXIS_BELOW + FONT_HEIGHT;
    size_t base = top + UP_LENGTH;
    draw_up_grid(c, x + u.gutter, base, u.slot * chart->groups, &m);
    for (size_t g = 0; g < chart->groups; g++)
        draw_up_group(c, x + u.gutter + g * u.slot, base, &u, chart, &m, g);
    return base + 6 + FONT_HEIGHT - y;
}

/* ---- bars that run to the right ---- */

struct sideways {
    size_t labels, numbers;      /* wide, with the gaps beside the bars */
    size_t columns, rows, width; /* of one column */
    size_t length;               /* of the longest bars */
    size_t group;                /* from one to the next */
};

static struct sideways sideways_of(size_t width, const struct chart *chart)
{
    struct sideways s = { 0 };
    size_t most = SIDE_LABEL_MOST * FONT_ADVANCE;
    size_t useful =
        (chart->groups + COLUMN_GROUPS_LEAST - 1) / COLUMN_GROUPS_LEAST;

    s.labels = labels_width(chart);
    s.labels = (s.labels < most ? s.labels : most) + FONT_ADVANCE + 1;
    s.numbers = numbers_width(chart) + FONT_ADVANCE;
    s.columns = (width + COLUMN_GAP) /
                (s.labels + SIDE_LENGTH_LEAST + s.numbers + COLUMN_GAP);
    s.columns = s.columns < useful ? s.columns : useful;
    s.columns = s.columns > 0 ? s.columns : 1;
    s.rows = (chart->groups + s.columns - 1) / s.columns;
    s.width = (width + COLUMN_GAP) / s.columns - COLUMN_GAP;
    s.length = s.width - s.labels - s.numbers;
    s.group = chart->series_count * (SIDE_BAR + 1) + SIDE_GAP;
    return s;
}

/* Marks, numbers above them, and lines down over `height`. */
static void draw_side_grid(struct canvas *c, size_t x, size_t y, size_t length,
                           size_t height, const struct measure *m)
{
    size_t free_from = 0; /* right of the number before */
    char text[AXIS_TEXT];

    for (size_t i = 0; i < mark_count(m); i++) {
        size_t at = x + mark_at(m, i, length);
        mark_text(text, m, i);
        size_t half = font_text_width(text, 1) / 2;
        canvas_fill(c, at, y + LINE, 1, height, i == 0 ? GREY_AXIS : GREY_GRID);
        if (at < free_from + half)
            continue;
        free_from = at + half + FONT_ADVANCE;
        draw_middle(c, at, y, text);
    }
}

static void draw_side_group(struct canvas *c, size_t x, size_t y,
                            const struct sideways *side,
                            const struct chart *chart, const struct measure *m,
                            size_t group)
{
    size_t count = chart->series_count;
    size_t middle = y + (count * (SIDE_BAR + 1) - 1 - FONT_ASCENT) / 2;

    if (chart->label[group]) {
        size_t length = text_characters(chart->label[group]);
        size_t shown = length < SIDE_LABEL_MOST ? length : SIDE_LABEL_MOST;
        font_draw_cut(c, x + side->labels - (shown + 1) * FONT_ADVANCE, middle,
                      1, chart->label[group], SIDE_LABEL_MOST, CANVAS_BLACK);
    }
    for (size_t s = 0; s < count; s++, y += SIDE_BAR + 1) {
        const struct chart_series *series = &chart->series[s];
        size_t length = bar_length(m, series->value[group], side->length);
        draw_bar(c, x + side->labels, y, length, SIDE_BAR,
                 chart_shade(s, count));
        if (series->number) {
            char text[NUMBER_TEXT];
            number_text(text, series, group);
            draw_number(c, x + side->labels + length + 4, y + 1, text);
        }
    }
}

static size_t draw_sideways(struct canvas *c, size_t x, size_t y, size_t width,
                            const struct chart *chart)
{
    struct measure m = measure_of(chart, SIDE_STEPS);
    struct sideways side = sideways_of(width, chart);
    size_t top = y + draw_legend(c, x, y, width, chart);

    font_draw(c, x, top, 1, chart->axis, CANVAS_BLACK);
    top += LINE + AXIS_BELOW;
    for (size_t g = 0; g < chart->groups; g++) {
        size_t row = g % side.rows;
        size_t left = x + g / side.rows * (side.width + COLUMN_GAP);
        size_t rest = chart->groups - g;
        if (row == 0)
            draw_side_grid(c, left + side.labels, top, side.length,
                           (rest < side.rows ? rest : side.rows) * side.group,
                           &m);
        draw_side_group(c, left, top + LINE + SIDE_GAP / 2 + row * side.group,
                        &side, chart, &m, g);
    }
    return top + LINE + side.rows * side.group - y;
}

size_t chart_draw(struct canvas *c, size_t x, size_t y, size_t width,
                  const struct chart *chart)
{
    assert(chart->series_count > 0);
    return is_upright(width, chart) ? draw_upright(c, x, y, width, chart)
                                    : draw_sideways(c, x, y, width, chart);
}

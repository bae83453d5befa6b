/* SPDX-License-Identifier: MIT */
/* The page: its title, and the panels that were asked for. Everything is drawn
 * twice: on an empty canvas, which takes no paint, to learn how high the page
 * is, and then in earnest. */
#include "show/plot.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/font.h"
#include "show/names.h"
#include "show/plotpanels.h"

enum {
    TITLE_SCALE = 2,
    TITLE_CHARACTERS = (PLOT_WIDTH / FONT_ADVANCE) / TITLE_SCALE,
    HEADING_SCALE = 2,
    HEADING_ABOVE = 28,
    HEADING_BELOW = 10,
    GREY_RULE = 160,
};

static const struct panel {
    const char *name, *heading;
    bool (*draw)(struct plot_page *p, struct error *err);
} all_panels[] = {
    { "labels", "Images per class", plot_labels },
    { "levels", "Pixels per grey level", plot_levels },
    { "means", "Mean image of each class", plot_means },
    { "deviation", "Deviation of each pixel", plot_deviation },
};
enum { PANELS = COUNT_OF(all_panels) };

struct panel_list {
    const struct panel *panel[PANELS];
    size_t count;
};

/* ---- which panels ---- */

static const struct panel *find_panel(const char *name, size_t n)
{
    for (size_t i = 0; i < PANELS; i++)
        if (strlen(all_panels[i].name) == n &&
            memcmp(all_panels[i].name, name, n) == 0)
            return &all_panels[i];
    return NULL;
}

static bool add_panel(struct panel_list *list, const char *name, size_t n,
                      struct error *err)
{
    const struct panel *panel = find_panel(name, n);

    if (!panel)
        return error_set(err, FAIL_USAGE,
                         "'%.*s' is no panel of a plot; there are labels, "
                         "levels, means and deviation",
                         (int)(n < 64 ? n : 64), name);
    for (size_t i = 0; i < list->count; i++)
        if (list->panel[i] == panel)
            return error_set(err, FAIL_USAGE,
                             "the panel '%s' is asked for twice; "
                             "name each once",
                             panel->name);
    list->panel[list->count++] = panel;
    return true;
}

static bool parse_panels(struct panel_list *list, const char *panels,
                         struct error *err)
{
    if (!panels) {
        for (size_t i = 0; i < PANELS; i++)
            list->panel[list->count++] = &all_panels[i];
        return true;
    }
    for (;;) {
        size_t n = strcspn(panels, ",");
        if (!add_panel(list, panels, n, err))
            return false;
        if (panels[n] == '\0')
            return true;
        panels += n + 1;
    }
}

const char *plot_panel_name(size_t i)
{
    return i < PANELS ? all_panels[i].name : NULL;
}

bool plot_check_panels(const char *panels, struct error *err)
{
    struct panel_list list = { 0 };

    return parse_panels(&list, panels, err);
}

/* ---- the page ---- */

/* One piece of the title, behind the others or on the next line. */
static void draw_piece(struct plot_page *p, size_t *x, const char *piece)
{
    size_t length = text_characters(piece);
    size_t advance = (size_t)FONT_ADVANCE * TITLE_SCALE;

    if (*x > PLOT_MARGIN &&
        *x + length * advance > PLOT_MARGIN + (size_t)PLOT_WIDTH) {
        *x = PLOT_MARGIN;
        p->y += (size_t)(FONT_HEIGHT + 3) * TITLE_SCALE;
    }
    font_draw_cut(p->c, *x, p->y, TITLE_SCALE, piece, TITLE_CHARACTERS,
                  CANVAS_BLACK);
    *x += (length + 1) * advance;
}

/* "mnist: train 60000, test 10000" */
static void draw_title(struct plot_page *p)
{
    const struct survey *s = p->survey;
    size_t x = PLOT_MARGIN;
    char name[NAME_BYTES], piece[NAME_BYTES + 32];

    name_fit(name, s->view->name, PLOT_NAME);
    snprintf(piece, sizeof piece, "%s:", name);
    draw_piece(p, &x, piece);
    for (size_t i = 0; i < s->split_count; i++) {
        name_fit(name, s->split[i].name, PLOT_NAME);
        snprintf(piece, sizeof piece, "%s %" PRIu64 "%s", name,
                 s->split[i].all.count, i + 1 < s->split_count ? "," : "");
        draw_piece(p, &x, piece);
    }
    p->y += (size_t)(FONT_HEIGHT + 3) * TITLE_SCALE;
    canvas_fill(p->c, PLOT_MARGIN, p->y, p->width, 1, GREY_RULE);
}

static bool draw_page(struct plot_page *p, const struct panel_list *list,
                      struct error *err)
{
    p->y = PLOT_MARGIN;
    draw_title(p);
    for (size_t i = 0; i < list->count; i++) {
        p->y += HEADING_ABOVE;
        font_draw(p->c, PLOT_MARGIN, p->y, HEADING_SCALE,
                  list->panel[i]->heading, CANVAS_BLACK);
        p->y += FONT_HEIGHT * HEADING_SCALE + HEADING_BELOW;
        if (!list->panel[i]->draw(p, err))
            return false;
    }
    p->y += PLOT_MARGIN;
    return true;
}

/* Makes each pixel zoom x zoom. */
static bool enlarge(struct canvas *c, unsigned zoom, struct error *err)
{
    struct canvas large;

    if (zoom == 1)
        return true;
    if (!canvas_init(&large, c->width * zoom, c->height * zoom, CANVAS_WHITE,
                     err))
        return false;
    canvas_blit(&large, 0, 0, zoom, c->pixels, c->width, c->height);
    canvas_release(c);
    *c = large;
    return true;
}

bool plot_draw(struct canvas *c, const struct survey *s, const char *panels,
               unsigned zoom, struct error *err)
{
    struct panel_list list = { 0 };
    struct canvas nothing = { 0 }, drawn;
    struct plot_page page = { .survey = s,
                              .c = &nothing,
                              .width = plot_page_width(s) };

    assert(zoom > 0);
    if (!parse_panels(&list, panels, err) || !draw_page(&page, &list, err))
        return false;
    uint64_t width = page.width + 2 * PLOT_MARGIN, height = page.y;
    if (!size_mul(&width, zoom) || !size_mul(&height, zoom) ||
        !canvas_fits(width, height))
        return error_set(err, FAIL_USAGE,
                         "the plot would be %zu x %zu pixels at zoom 1 and "
                         "here have more than %d million; ask for a smaller "
                         "zoom, or for fewer panels or splits",
                         page.width + 2 * PLOT_MARGIN, page.y,
                         CANVAS_MAX_PIXELS / 1000000);
    if (!canvas_init(&drawn, page.width + 2 * PLOT_MARGIN, page.y, CANVAS_WHITE,
                     err))
        return false;
    page.c = &drawn;
    if (!draw_page(&page, &list, err) || !enlarge(&drawn, zoom, err)) {
        canvas_release(&drawn);
        return false;
    }
    *c = drawn;
    return true;
}

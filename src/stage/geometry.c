/* SPDX-License-Identifier: MIT */
/* One picture at a time, step by step. */
#include "stage/geometry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

enum { PICTURE_MAX_BYTES = 1 << 20 };

static const char *const resample_names[] = {
    [RESAMPLE_BILINEAR] = "bilinear",
    [RESAMPLE_NEAREST] = "nearest",
};

const char *resample_name(enum resample r)
{
    return resample_names[r];
}

bool geometry_is_none(const struct geometry_rules *rules)
{
    return !rules->transpose && !rules->invert && rules->height == 0 &&
           rules->width == 0 && rules->pad == 0;
}

/* Where a row or a column of the resized picture comes from: two neighbours,
 * and the share of the second one in 2 * length; that of the first is the
 * rest. */
struct place {
    size_t near, far;
    uint32_t share;
};

struct geometry_work {
    /* After the turn, and after resizing. */
    size_t from_height, from_width, height, width;
    struct place *row, *column; /* owned: height, width */
    unsigned char *turned;      /* owned: the picture before it is resized */
    uint32_t *line[2];          /* owned: width; source rows, resized across */
    size_t line_row[2];         /* which ones: one even, one odd */
};

/* ---- places ---- */

/* The centre of pixel i of `length` lies at (i + 1/2) * from / length - 1/2
 * in pixels of the source, which is position / (2 * length). */
static void place_bilinear(struct place *p, size_t i, size_t length,
                           size_t from)
{
    int64_t whole = 2 * (int64_t)length;
    int64_t position = (2 * (int64_t)i + 1) * (int64_t)from - (int64_t)length;

    /* Left of the first centre there is nothing but the first pixel; right of
     * the last one, the last. */
    if (position < 0)
        position = 0;
    p->near = (size_t)(position / whole);
    p->share = (uint32_t)(position % whole);
    p->far = p->near + 1 < from ? p->near + 1 : p->near;
}

static void place_nearest(struct place *p, size_t i, size_t length, size_t from)
{
    p->near = (size_t)((2 * (uint64_t)i + 1) * from / (2 * (uint64_t)length));
}

static struct place *make_places(enum resample resample, size_t length,
                                 size_t from, struct error *err)
{
    struct place *places = calloc(length, sizeof *places);

    if (!places)
        error_memory(err);
    for (size_t i = 0; places && i < length; i++) {
        if (resample == RESAMPLE_NEAREST)
            place_nearest(&places[i], i, length, from);
        else
            place_bilinear(&places[i], i, length, from);
    }
    return places;
}

/* ---- beginning and end ---- */

static void work_free(struct geometry_work *w)
{
    if (!w)
        return;
    free(w->row);
    free(w->column);
    free(w->turned);
    free(w->line[0]);
    free(w->line[1]);
    free(w);
}

void geometry_release(struct geometry *g)
{
    work_free(g->work);
    *g = (struct geometry){ 0 };
}

static struct geometry_work *make_work(const struct geometry *g,
                                       struct error *err)
{
    const struct geometry_rules *rules = &g->rules;
    struct geometry_work *w = calloc(1, sizeof *w);

    if (!w) {
        error_memory(err);
        return NULL;
    }
    w->from_height = rules->transpose ? g->in_width : g->in_height;
    w->from_width = rules->transpose ? g->in_height : g->in_width;
    w->height = g->out_height - 2 * (size_t)rules->pad;
    w->width = g->out_width - 2 * (size_t)rules->pad;
    enum resample resample = (enum resample)rules->resample;
    w->row = make_places(resample, w->height, w->from_height, err);
    w->column = make_places(resample, w->width, w->from_width, err);
    w->turned = malloc(g->in_height * g->in_width);
    for (int i = 0; i < 2; i++)
        w->line[i] = malloc(w->width * sizeof *w->line[i]);
    if (w->row && w->column && w->turned && w->line[0] && w->line[1])
        return w;
    error_memory(err);
    work_free(w);
    return NULL;
}

/* One side of the picture that comes out; false when it is far too large. */
static bool side(uint64_t wanted, size_t from, uint64_t pad, uint64_t *to)
{
    *to = wanted > 0 ? wanted : from;
    return pad <= PICTURE_MAX_BYTES && size_add(to, 2 * pad);
}

bool geometry_init(struct geometry *g, const struct geometry_rules *rules,
                   size_t height, size_t width, struct error *err)
{
    struct geometry new = { .rules = *rules,
                            .in_height = height,
                            .in_width = width };
    size_t turned_height = rules->transpose ? width : height;
    size_t turned_width = rules->transpose ? height : width;
    uint64_t out_height, out_width, bytes;

    if (height == 0 || width == 0)
        return error_set(err, FAIL_USAGE,
                         "the rows are no pictures, which could be turned, "
                         "inverted, resized or padded");
    bool fits = side(rules->height, turned_height, rules->pad, &out_height) &&
                side(rules->width, turned_width, rules->pad, &out_width);
    if (fits)
        bytes = out_height;
    if (!fits || !size_mul(&bytes, out_width) || bytes > PICTURE_MAX_BYTES)
        return error_set(err, FAIL_USAGE,
                         "pictures would come out larger than 1 MB each; a "
                         "smaller --size or --pad is needed");
    new.out_height = (size_t)out_height;
    new.out_width = (size_t)out_width;
    new.work = make_work(&new, err);
    if (!new.work)
        return false;
    *g = new;
    return true;
}

/* ---- pictures ---- */

static void transpose(const struct geometry_work *w, const unsigned char *from,
                      unsigned char *to)
{
    const size_t height = w->from_height, width = w->from_width;

    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            to[y * width + x] = from[x * height + y];
}

/* The transposed and inverted picture, as the rules have it. */
static const unsigned char *turn(const struct geometry *g,
                                 const struct geometry_work *w,
                                 const unsigned char *from)
{
    const size_t bytes = w->from_height * w->from_width;
    unsigned char *to = w->turned;

    if (g->rules.transpose) {
        transpose(w, from, to);
        from = to;
    }
    if (g->rules.invert) {
        for (size_t i = 0; i < bytes; i++)
            to[i] = (unsigned char)(255 - from[i]);
        from = to;
    }
    return from;
}

static void nearest_row(const struct geometry_work *w,
                        const unsigned char *from, size_t y, unsigned char *to)
{
    const unsigned char *row = from + w->row[y].near * w->from_width;
    const struct place *column = w->column;
    const size_t width = w->width;

    for (size_t x = 0; x < width; x++)
        to[x] = row[column[x].near];
}

/* Row y of the source, resized across, in units of 1 / (2 * width). A row is
 * needed by all rows of the result about it: the last two are kept. */
static const uint32_t *resized_line(struct geometry_work *w,
                                    const unsigned char *from, size_t y)
{
    const unsigned char *row = from + y * w->from_width;
    const uint32_t whole = 2 * (uint32_t)w->width;
    uint32_t *line = w->line[y % 2];

    if (w->line_row[y % 2] == y)
        return line;
    for (size_t x = 0; x < w->width; x++) {
        const struct place *p = &w->column[x];
        line[x] = (whole - p->share) * row[p->near] + p->share * row[p->far];
    }
    w->line_row[y % 2] = y;
    return line;
}

/* The sum of the four pixels, in units of 1 / `whole`, is rounded half up:
 * floor of (2 * sum + whole) / (2 * whole). With height * width <= 2^20 the
 * dividend is below 2^31 and the divisor d at most 2^23, so that it can be a
 * product with 2^54 / d, rounded up, which is three times as fast: the quotient
 * gets too large by less than 2^31 / 2^54, which is not above 1 / d. */
static void bilinear_row(struct geometry_work *w, const unsigned char *from,
                         size_t y, unsigned char *to)
{
    const struct place *p = &w->row[y];
    const uint32_t *near = resized_line(w, from, p->near);
    const uint32_t *far = resized_line(w, from, p->far);
    const uint32_t far_share = p->share;
    const uint32_t near_share = 2 * (uint32_t)w->height - far_share;
    const uint32_t whole = 4 * (uint32_t)(w->height * w->width);
    assert(whole > 0);
    const uint64_t inverse = (UINT64_C(1) << 54) / (2 * whole) + 1;
    const size_t width = w->width;

    for (size_t x = 0; x < width; x++) {
        uint64_t sum = near_share * near[x] + far_share * far[x];
        to[x] = (unsigned char)((2 * sum + whole) * inverse >> 54);
    }
}

/* The picture without its border; its rows lie `stride` apart. */
static void resize(const struct geometry *g, struct geometry_work *w,
                   const unsigned char *from, unsigned char *to, size_t stride)
{
    bool same = w->height == w->from_height && w->width == w->from_width;

    w->line_row[0] = w->line_row[1] = SIZE_MAX; /* of another picture */
    for (size_t y = 0; y < w->height; y++, to += stride) {
        if (same)
            memcpy(to, from + y * w->width, w->width);
        else if (g->rules.resample == RESAMPLE_NEAREST)
            nearest_row(w, from, y, to);
        else
            bilinear_row(w, from, y, to);
    }
}

void geometry_apply(struct geometry *g, const unsigned char *from, size_t rows,
                    unsigned char *to)
{
    size_t in_bytes = g->in_height * g->in_width;
    size_t out_bytes = g->out_height * g->out_width;
    size_t pad = (size_t)g->rules.pad;

    if (pad > 0)
        memset(to, 0, rows * out_bytes);
    for (size_t i = 0; i < rows; i++) {
        const unsigned char *picture = turn(g, g->work, from + i * in_bytes);
        resize(g, g->work, picture,
               to + i * out_bytes + pad * g->out_width + pad, g->out_width);
    }
}

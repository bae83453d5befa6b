/* SPDX-License-Identifier: MIT */
/* A Gaussian across, then down. */
#include "stage/elastic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOISE_MAX = 255,
    RADIUS_MAX = 96, /* 3 * ELASTIC_SIGMA_MAX */
};

/* exp(-x) by its series, whose steps IEEE 754 rounds alike everywhere, as
 * nobody promises of the library's. 0 <= x < 10.125, which a sigma just above
 * 2/3 comes near; what is left out is less than 1e-11 of it. */
static double exp_minus(double x)
{
    double term = 1, sum = 1;

    for (int n = 1; n < 40; n++) {
        term *= x / n;
        sum += term;
    }
    return 1 / sum;
}

static void make_weights(struct elastic *e, double sigma)
{
    double gauss[RADIUS_MAX + 1], total = 1; /* the middle is exp(0) */

    for (size_t i = 0; i <= e->radius; i++) {
        double away = (double)(e->radius - i) / sigma;
        gauss[i] = exp_minus(away * away / 2);
        total += i < e->radius ? 2 * gauss[i] : 0;
    }
    for (size_t i = 0; i <= e->radius; i++)
        e->weight[i] = (float)(gauss[i] / total);
}

bool elastic_init(struct elastic *e, double alpha, double sigma, size_t height,
                  size_t width, struct error *err)
{
    *e = (struct elastic){ .height = height,
                           .width = width,
                           .radius = (size_t)ceil(3 * sigma),
                           .strength = (float)(alpha * WARP_ONE / NOISE_MAX) };
    size_t border = 2 * e->radius;

    e->weight = calloc(e->radius + 1, sizeof *e->weight);
    e->line = calloc(e->width + border, sizeof *e->line);
    e->across = calloc((height + border) * e->width, sizeof *e->across);
    e->down = calloc(e->width, sizeof *e->down);
    if (!e->weight || !e->line || !e->across || !e->down) {
        elastic_release(e);
        return error_memory(err);
    }
    make_weights(e, sigma);
    return true;
}

void elastic_release(struct elastic *e)
{
    free(e->weight);
    free(e->line);
    free(e->across);
    free(e->down);
    *e = (struct elastic){ 0 };
}

size_t elastic_noise_bytes(const struct elastic *e)
{
    return 2 * e->height * e->width;
}

/* A row of sums: to[x] of from[x], from[x + step], from[x + 2 step]..., where
 * two that are as far from the middle are added first. The order is the same
 * for every x, so that compilers may take several at once, and do. */
static void smooth(const struct elastic *e, const float *restrict from,
                   size_t step, float *restrict to)
{
    const float *other = from + 2 * e->radius * step;
    const size_t width = e->width;

    memset(to, 0, width * sizeof *to);
    for (size_t i = 0; i < e->radius; i++, from += step, other -= step) {
        float weight = e->weight[i];
        for (size_t x = 0; x < width; x++)
            to[x] += weight * (from[x] + other[x]);
    }
    float weight = e->weight[e->radius];
    for (size_t x = 0; x < width; x++)
        to[x] += weight * from[x];
}

/* Borders of `radius` zeros stand around the line, above and below the rows. */
static void smooth_noise(struct elastic *e, const unsigned char *noise,
                         int32_t *to)
{
    float *line = e->line + e->radius;
    float *rows = e->across + e->radius * e->width;

    for (size_t y = 0; y < e->height; y++, noise += e->width) {
        for (size_t x = 0; x < e->width; x++)
            line[x] = (float)(2 * noise[x] - NOISE_MAX);
        smooth(e, e->line, 1, rows + y * e->width);
    }
    for (size_t y = 0; y < e->height; y++, to += e->width) {
        smooth(e, e->across + y * e->width, e->width, e->down);
        for (size_t x = 0; x < e->width; x++)
            to[x] = (int32_t)(e->strength * e->down[x]);
    }
}

void elastic_field(struct elastic *e, const unsigned char *noise, int32_t *u,
                   int32_t *v)
{
    smooth_noise(e, noise, u);
    smooth_noise(e, noise + e->height * e->width, v);
}

/* SPDX-License-Identifier: MIT */
/* Random numbers, and the map that they make. */
#include "stage/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "base/sizes.h"
#include "stage/plan.h"

enum {
    ROTATE_MAX = 180,
    SHEAR_MAX = 60,
    SHIFT_MAX = 1000,
    NOISE_BLOCK = 32, /* bytes that are drawn at once */
};

static const double pi = 3.14159265358979323846;

/* ---- what cannot be ---- */

static bool in_range(const char *option, double value, double most,
                     struct error *err)
{
    return (value >= 0 && value <= most) ||
           error_set(err, FAIL_USAGE, "%s %.15g is not possible; 0 to %.15g is",
                     option, value, most);
}

bool augment_check(const struct augment_rules *r, struct error *err)
{
    bool deforms = r->rotate != 0 || r->shift != 0 || r->stretch != 0 ||
                   r->shear != 0 || r->elastic != 0;

    if (r->copies == 0)
        return !deforms ||
               error_set(err, FAIL_USAGE,
                         "--rotate, --shift, --stretch, --shear and --elastic "
                         "go with --augment, which says how many copies");
    if (!in_range("--augment", (double)r->copies, AUGMENT_COPIES_MAX, err) ||
        !in_range("--rotate", r->rotate, ROTATE_MAX, err) ||
        !in_range("--shift", r->shift, SHIFT_MAX, err) ||
        !in_range("--stretch", r->stretch, 0.9, err) ||
        !in_range("--shear", r->shear, SHEAR_MAX, err) ||
        !in_range("--elastic", r->elastic, ELASTIC_ALPHA_MAX, err))
        return false;
    if (!deforms)
        return error_set(err, FAIL_USAGE,
                         "--augment would copy pictures as they are; one of "
                         "--rotate, --shift, --stretch, --shear and --elastic "
                         "has to be above 0");
    if (r->elastic > 0 && !(r->elastic_sigma >= ELASTIC_SIGMA_MIN &&
                            r->elastic_sigma <= ELASTIC_SIGMA_MAX))
        return error_set(err, FAIL_USAGE,
                         "--elastic ALPHA,%.15g: its deviation is %g to %g "
                         "pixels",
                         r->elastic_sigma, ELASTIC_SIGMA_MIN,
                         ELASTIC_SIGMA_MAX);
    return true;
}

/* ---- beginning and end ---- */

static bool bend_init(struct augment_bend *b, const struct augment_rules *rules,
                      size_t height, size_t width, struct error *err)
{
    size_t pixels = height * width;

    if (!elastic_init(&b->elastic, rules->elastic, rules->elastic_sigma, height,
                      width, err))
        return false;
    b->noise = malloc(elastic_noise_bytes(&b->elastic) + NOISE_BLOCK);
    b->u = malloc(pixels * sizeof *b->u);
    b->v = malloc(pixels * sizeof *b->v);
    return (b->noise && b->u && b->v) || error_memory(err);
}

bool augment_init(struct augment *a, const struct augment_rules *rules,
                  uint64_t seed, size_t height, size_t width, unsigned workers,
                  struct error *err)
{
    *a = (struct augment){ .rules = *rules,
                           .seed = seed,
                           .height = height,
                           .width = width,
                           .workers = workers };
    if (rules->elastic <= 0)
        return true;
    a->bend = calloc(workers, sizeof *a->bend);
    if (!a->bend)
        return error_memory(err);
    for (unsigned i = 0; i < workers; i++)
        if (!bend_init(&a->bend[i], rules, height, width, err))
            return false;
    return true;
}

void augment_release(struct augment *a)
{
    for (unsigned i = 0; a->bend && i < a->workers; i++) {
        elastic_release(&a->bend[i].elastic);
        free(a->bend[i].noise);
        free(a->bend[i].u);
        free(a->bend[i].v);
    }
    free(a->bend);
    *a = (struct augment){ 0 };
}

/* ---- random numbers ---- */

/* The copy of a row that numbers are drawn for. */
struct drawing {
    uint64_t key[2], row, copy;
};

static void draw(const struct drawing *d, uint64_t block, uint64_t words[4])
{
    const uint64_t counter[4] = { d->row, d->copy, block, 0 };
    philox4x64(counter, d->key, words);
}

/* Of [-most, most). */
static double share(uint64_t word, double most)
{
    return ((double)(word >> 11) / (double)(UINT64_C(1) << 52) - 1) * most;
}

static void draw_noise(const struct drawing *d, unsigned char *to, size_t n)
{
    uint64_t words[4];

    for (size_t at = 0; at < n; at += NOISE_BLOCK) {
        draw(d, 2 + at / NOISE_BLOCK, words);
        for (size_t i = 0; i < 4; i++)
            store_le(to + at + 8 * i, words[i], 8);
    }
}

/* ---- the map ---- */

/* By their series, for the reason in elastic.c. -pi <= x <= pi. */
static void sine_cosine(double x, double *sine, double *cosine)
{
    double term = 1, sums[2] = { 1, 0 };

    for (int n = 1; n < 36; n++) {
        term *= x / n;
        sums[n % 2] += n % 4 < 2 ? term : -term;
    }
    *cosine = sums[0];
    *sine = sums[1];
}

static int64_t coordinate(double pixels)
{
    return (int64_t)floor(pixels * WARP_ONE + 0.5);
}

/* One line of the inverse: source = middle + x_share * (x - to_x) + ... */
static void put_line(int64_t line[3], double middle, double x_share,
                     double y_share, double to_x, double to_y)
{
    line[0] = coordinate(middle - x_share * to_x - y_share * to_y);
    line[1] = coordinate(x_share);
    line[2] = coordinate(y_share);
}

/* A point p about the middle goes to R K S p + shift, with
 *   R = (cos -sin)  K = (1 tan)  S = (sx 0)
 *       (sin  cos)      (0   1)      (0 sy)
 * What is needed is where a point comes from: S^-1 K^-1 R^-1 (p - shift). */
static void draw_map(const struct augment *a, const struct drawing *d,
                     struct warp_map *map)
{
    const struct augment_rules *r = &a->rules;
    double sine, cosine, shear_sine, shear_cosine;
    uint64_t first[4], second[4];

    draw(d, 0, first);
    draw(d, 1, second);
    sine_cosine(share(first[0], r->rotate) * pi / 180, &sine, &cosine);
    sine_cosine(share(first[1], r->shear) * pi / 180, &shear_sine,
                &shear_cosine);
    double tangent = shear_sine / shear_cosine;
    double wide = 1 + share(second[0], r->stretch);
    double high = 1 + share(second[1], r->stretch);
    double middle_x = (double)(a->width - 1) / 2;
    double middle_y = (double)(a->height - 1) / 2;
    double to_x = middle_x + share(first[2], r->shift);
    double to_y = middle_y + share(first[3], r->shift);

    put_line(map->u, middle_x, (cosine + tangent * sine) / wide,
             (sine - tangent * cosine) / wide, to_x, to_y);
    put_line(map->v, middle_y, -sine / high, cosine / high, to_x, to_y);
}

void augment_picture(const struct augment *a, unsigned worker, uint64_t row,
                     unsigned copy, const unsigned char *from,
                     unsigned char *to)
{
    const struct drawing d = { { a->seed, PLAN_DEFORM }, row, copy };
    struct warp_map map;

    if (copy == 0) {
        memcpy(to, from, a->height * a->width);
        return;
    }
    draw_map(a, &d, &map);
    if (!a->bend) {
        warp_picture(from, a->height, a->width, &map, NULL, to);
        return;
    }
    struct augment_bend *b = &a->bend[worker];
    const struct warp_field field = { b->u, b->v };
    draw_noise(&d, b->noise, elastic_noise_bytes(&b->elastic));
    elastic_field(&b->elastic, b->noise, b->u, b->v);
    warp_picture(from, a->height, a->width, &map, &field, to);
}

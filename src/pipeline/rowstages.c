/* SPDX-License-Identifier: MIT */
/* Geometry, deformed copies, numbers, labels, one-hot rows, in this order. */
#include "pipeline/rowstages.h"

#include <stdlib.h>

#include "base/thread.h"

/* Pictures that a thread deforms before it asks for more: some 40
 * microseconds. */
enum { DEFORM_ROWS = 16 };

bool row_shape_of(struct row_shape *shape, const struct recipe *recipe,
                  const struct array_info *images, struct error *err)
{
    bool wants_pictures = !geometry_is_none(&recipe->geometry) ||
                          recipe->augment.copies > 0 ||
                          recipe->layout != LAYOUT_HW;
    struct geometry g = { 0 };
    uint64_t pixels;

    *shape = (struct row_shape){ 0 };
    if (!array_row_elements(images, &pixels))
        return error_memory(err);
    shape->image_bytes = shape->out_bytes = (size_t)pixels;
    if (images->ndims != 3)
        return !wants_pictures ||
               error_set(err, FAIL_USAGE,
                         "--size, --pad, --invert, --transpose, --layout and "
                         "--augment need grey pictures of height and width; "
                         "the rows here have %u dimensions",
                         images->ndims - 1);
    shape->height = (size_t)images->dim[1];
    shape->width = (size_t)images->dim[2];
    if (!geometry_init(&g, &recipe->geometry, shape->height, shape->width, err))
        return false;
    shape->out_height = g.out_height;
    shape->out_width = g.out_width;
    shape->out_bytes = g.out_height * g.out_width;
    geometry_release(&g);
    return true;
}

/* Formats that keep grey levels have no use for the numbers of pixels. */
static bool wants_numbers(const struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->format_count; i++)
        if (!recipe->format[i]->sink->levels)
            return true;
    return false;
}

static bool allocate(struct rowstages *s, size_t rows, bool copies,
                     struct error *err)
{
    size_t image =
        s->shape.out_bytes * dtype_bytes((enum dtype)s->recipe->dtype);
    size_t label = dtype_bytes((enum dtype)s->recipe->label_dtype);
    bool onehot = s->recipe->onehot && s->has_labels;
    bool geometry = !geometry_is_none(&s->recipe->geometry);
    bool numbers = wants_numbers(s->recipe);

    if (numbers)
        s->elements[SET_IMAGES] = malloc(rows * image);
    if (geometry)
        s->levels = malloc(rows * s->shape.out_bytes);
    if (copies)
        s->deformed = malloc(rows * s->shape.out_bytes);
    if (s->has_labels) {
        s->label = malloc(rows * sizeof *s->label);
        s->elements[SET_LABELS] = malloc(rows * label);
    }
    if (onehot)
        s->elements[SET_ONEHOT] = malloc(rows * s->classes * sizeof(float));
    return ((!numbers || s->elements[SET_IMAGES]) && (!geometry || s->levels) &&
            (!copies || s->deformed) &&
            (!s->has_labels || (s->label && s->elements[SET_LABELS])) &&
            (!onehot || s->elements[SET_ONEHOT])) ||
           error_memory(err);
}

bool rowstages_init(struct rowstages *s, const struct recipe *recipe,
                    const struct row_shape *shape, size_t classes,
                    const uint16_t *relabel, bool has_labels, size_t rows,
                    unsigned jobs, struct error *err)
{
    *s = (struct rowstages){ .recipe = recipe,
                             .shape = *shape,
                             .classes = classes,
                             .relabel = relabel,
                             .has_labels = has_labels };
    return allocate(s, rows, jobs > 0, err) &&
           (!s->levels || geometry_init(&s->geometry, &recipe->geometry,
                                        shape->height, shape->width, err)) &&
           (!s->deformed ||
            augment_init(&s->augment, &recipe->augment, recipe->seed,
                         shape->out_height, shape->out_width, jobs, err)) &&
           normalize_init(&s->normalize, &recipe->scale,
                          (enum dtype)recipe->dtype, err) &&
           onehot_init(&s->onehot, classes, recipe->smoothing, err);
}

void rowstages_release(struct rowstages *s)
{
    geometry_release(&s->geometry);
    augment_release(&s->augment);
    normalize_release(&s->normalize);
    free(s->levels);
    free(s->deformed);
    free(s->label);
    for (int kind = 0; kind < SET_ARRAYS; kind++)
        free(s->elements[kind]);
    *s = (struct rowstages){ 0 };
}

struct deforming {
    const struct rowstages *s;
    const struct block *rows;
    const unsigned char *levels;
};

static bool deform_some(void *context, unsigned worker, size_t task,
                        struct error *err)
{
    const struct deforming *d = context;
    const struct block *rows = d->rows;
    size_t bytes = d->s->shape.out_bytes, first = task * DEFORM_ROWS;

    (void)err;
    for (size_t i = first; i < rows->rows && i < first + DEFORM_ROWS; i++)
        augment_picture(&d->s->augment, worker, rows->source_row[i],
                        rows->copy[i], d->levels + i * bytes,
                        d->s->deformed + i * bytes);
    return true;
}

const unsigned char *rowstages_levels(struct rowstages *s,
                                      const struct block *rows,
                                      struct error *err)
{
    const unsigned char *levels = rows->images;

    if (s->levels) {
        geometry_apply(&s->geometry, levels, rows->rows, s->levels);
        levels = s->levels;
    }
    if (!rows->copy)
        return levels;
    struct deforming d = { s, rows, levels };
    size_t tasks = (rows->rows + DEFORM_ROWS - 1) / DEFORM_ROWS;
    return threads_run(s->augment.workers, tasks, deform_some, &d, err)
               ? s->deformed
               : NULL;
}

static void run_labels(struct rowstages *s, struct block *rows)
{
    enum dtype type = (enum dtype)s->recipe->label_dtype;
    size_t bytes = dtype_bytes(type);
    unsigned char *to = s->elements[SET_LABELS];

    for (size_t i = 0; i < rows->rows; i++) {
        if (s->relabel)
            rows->labels[i] = s->relabel[rows->labels[i]];
        s->label[i] = (uint16_t)rows->labels[i];
        dtype_store(type, to + i * bytes, (double)rows->labels[i]);
    }
    if (s->elements[SET_ONEHOT])
        onehot_rows(&s->onehot, rows->labels, rows->rows,
                    s->elements[SET_ONEHOT]);
}

bool rowstages_run(struct rowstages *s, struct block *rows,
                   struct sink_block *to, struct error *err)
{
    *to = (struct sink_block){ .rows = rows->rows };
    to->levels = rowstages_levels(s, rows, err);
    if (!to->levels)
        return false;
    if (s->elements[SET_IMAGES])
        normalize_u8(&s->normalize, to->levels, rows->rows * s->shape.out_bytes,
                     s->elements[SET_IMAGES]);
    if (s->has_labels) {
        run_labels(s, rows);
        to->label = s->label;
    }
    for (int kind = 0; kind < SET_ARRAYS; kind++)
        to->elements[kind] = s->elements[kind];
    return true;
}

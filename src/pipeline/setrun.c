/* SPDX-License-Identifier: MIT */
/* Sources in, sinks out, for all splits of a recipe. */
#include "pipeline/setrun.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/thread.h"
#include "dataset/rawfile.h"
#include "format/pngblock.h"
#include "pipeline/setplan.h"

bool setrun_init(struct setrun *set, const struct input *input,
                 const char *raw_dir, const char *data_dir,
                 const char *output_dir, const struct recipe *recipe,
                 unsigned jobs, struct error *err)
{
    *set = (struct setrun){ .input = input,
                            .data_dir = data_dir,
                            .output_dir = output_dir,
                            .jobs = jobs,
                            .recipe = *recipe };
    return !input->dataset || receipt_open(&set->receipt, raw_dir, err);
}

void setrun_release(struct setrun *set)
{
    for (size_t i = 0; i < RECIPE_FORMATS_MAX; i++)
        sink_close(&set->sink[i]);
    outputs_release(&set->outputs);
    for (size_t i = 0; i < set->split_count; i++) {
        plan_release(&set->split[i].plan);
        rowstages_release(&set->split[i].stages);
    }
    for (size_t i = 0; i < CATALOGUE_SPLITS_MAX; i++)
        supply_release(&set->supply[i]);
    pixel_moments_release(&set->moments);
    setplan_release(set);
    receipt_release(&set->receipt);
    *set = (struct setrun){ 0 };
}

bool setrun_has_sources(const struct setrun *set, struct error *err)
{
    for (size_t i = 0; i < set->input->split_count; i++)
        if (set->recipe.split[i] && !source_exists(&set->input->split[i], err))
            return false;
    return true;
}

/* What was read has to be what the catalogue says was published. */
static bool check_published(const struct setrun *set, size_t split,
                            struct error *err)
{
    const struct catalogue_split *published =
        set->input->split[split].published;

    for (int part = 0; published && part < CATALOGUE_PARTS; part++) {
        const struct source_part *read = &set->supply[split].source.part[part];
        if (rawfile_judge_file(read->path, &published->part[part],
                               &read->facts) == RAWFILE_OTHER)
            return error_set(err, FAIL_DATA,
                             "'%s' is not the published file of %s; get it "
                             "again with 'mnistprep fetch --force %s'",
                             read->path, set->input->name, set->input->name);
    }
    return true;
}

/* ---- constants ---- */

/* Sums over the grey levels of rows. */
struct fitting {
    struct rowstages stages;
    struct stats stats; /* all in one class */
    struct pixel_sums sums;
};

static bool fit_rows(void *context, struct block *rows, struct error *err)
{
    struct fitting *f = context;
    const unsigned char *levels = rowstages_levels(&f->stages, rows, err);

    if (!levels)
        return false;
    if (f->sums.pixels > 0)
        pixel_sums_add(&f->sums, levels, rows->rows);
    else
        stats_add_levels(&f->stats, levels, rows->rows);
    return true;
}

/* Copies take so long that threads share a block: a larger one, since all wait
 * for the last of them at its end. */
enum { BLOCKS_SHARED = 8 };

static size_t block_capacity(const struct setrun *set)
{
    size_t image =
        set->shape.out_bytes * dtype_bytes((enum dtype)set->recipe.dtype);
    size_t onehot = set->class_count * sizeof(float);

    size_t rows =
        block_rows(set->shape.image_bytes, image > onehot ? image : onehot);

    return set->recipe.augment.copies > 0 ? BLOCKS_SHARED * rows : rows;
}

/* Of train alone, if at all: the others need no room for them. */
static unsigned copy_jobs(const struct setrun *set,
                          const struct setrun_split *split)
{
    return split->plan.copy ? set->jobs : 0;
}

static bool feed(struct setrun *set, size_t source, struct supply_taker *takers,
                 size_t count, struct error *err)
{
    struct supply *s = &set->supply[source];
    return supply_feed(s, block_capacity(set), set->classes, takers, count,
                       err) &&
           check_published(set, source, err);
}

static bool fit_by(struct setrun *set, struct setrun_split *train,
                   struct fitting *f, struct error *err)
{
    struct scale *scale = &set->recipe.scale;
    struct recipe unscaled = set->recipe;
    struct supply_taker taker = { .plan = &train->plan,
                                  .take = fit_rows,
                                  .context = f };
    uint64_t histogram[256];
    bool by_pixel = scale->mode == SCALE_PIXEL_STANDARD;

    unscaled.scale = (struct scale){ .mode = SCALE_UNIT };
    unscaled.dtype = DTYPE_F32;
    bool ok = rowstages_init(&f->stages, &unscaled, &set->shape, 1, NULL, false,
                             block_capacity(set), copy_jobs(set, train), err) &&
              (by_pixel
                   ? pixel_sums_init(&f->sums, set->shape.out_bytes, err)
                   : stats_init(&f->stats, 1, set->shape.out_bytes, err)) &&
              supply_rewind(&set->supply[train->source], err) &&
              feed(set, train->source, &taker, 1, err);
    if (ok && by_pixel) {
        ok = scale_fit_pixels(scale, &f->sums, &set->moments, err);
    } else if (ok) {
        stats_total(&f->stats, histogram);
        ok = scale_fit(scale, histogram, err);
    }
    rowstages_release(&f->stages);
    return ok;
}

bool setrun_fit_scale(struct setrun *set, struct error *err)
{
    struct setrun_split *train = setplan_find_train(set);
    struct fitting fitting = { 0 };

    if (!scale_is_fitted(&set->recipe.scale) || set->recipe.fitted_on[0])
        return true;
    if (!train)
        return error_set(err, FAIL_USAGE,
                         "'%s' has no split 'train' to fit --scale %s on",
                         set->input->name, scale_name(set->recipe.scale.mode));
    bool ok = fit_by(set, train, &fitting, err);
    stats_release(&fitting.stats);
    pixel_sums_release(&fitting.sums);
    return ok;
}

/* ---- files ---- */

static bool put_column(struct setrun *set, const struct setrun_split *split,
                       enum set_array kind, const void *column,
                       struct error *err)
{
    const struct array_info *info = &set->set_split[split->at].array[kind];
    struct sink_note note = {
        .split = split->at, .kind = kind, .info = *info, .little = true
    };
    size_t bytes = dtype_bytes(info->dtype) * (size_t)split->plan.rows;
    char *name = text_format(err, "%s-%s.%s", split->name, set_array_name(kind),
                             dtype_name(info->dtype));
    bool ok = name &&
              outputs_put(&set->outputs, name, &note, column, bytes, err);

    free(name);
    return ok;
}

/* Rows, folds and copies stand in files of their own, whatever the formats. */
static bool put_columns(struct setrun *set, const struct setrun_split *split,
                        struct error *err)
{
    const struct array_info *array = set->set_split[split->at].array;
    const struct plan_split *plan = &split->plan;
    bool ok = true;

    if (array[SET_ROWS].ndims > 0) {
        uint32_t *rows = setplan_rows(plan, err);
        ok = rows && put_column(set, split, SET_ROWS, rows, err);
        free(rows);
    }
    return ok &&
           (!plan->fold ||
            put_column(set, split, SET_FOLDS, plan->fold, err)) &&
           (!plan->copy || put_column(set, split, SET_COPIES, plan->copy, err));
}

bool setrun_open_outputs(struct setrun *set, struct error *err)
{
    for (size_t i = 0; i < set->recipe.format_count; i++) {
        set->outputs.format = set->recipe.format[i];
        if (!sink_open(&set->sink[i], set->recipe.format[i], &set->set,
                       &set->outputs.files, err))
            return false;
    }
    for (size_t i = 0; i < set->split_count; i++)
        if (set->split[i].written && !put_columns(set, &set->split[i], err))
            return false;
    return !set->recipe.checksums || outputs_add_checksums(&set->outputs, err);
}

/* ---- rows ---- */

struct writing {
    struct setrun *set;
    struct setrun_split *split;
    struct pngblock png; /* { 0 }: no format wants it */
};

static bool wants_png(const struct setrun *set)
{
    for (size_t i = 0; i < set->recipe.format_count; i++)
        if (set->recipe.format[i]->sink->png)
            return true;
    return false;
}

static bool encode(struct writing *w, struct sink_block *block,
                   struct error *err)
{
    const struct row_shape *shape = &w->set->shape;

    block->png = w->png.place ? &w->png : NULL;
    return !block->png ||
           pngblock_encode(&w->png, block->levels, block->rows,
                           shape->out_width, shape->out_height, err);
}

static bool write_rows(void *context, struct block *rows, struct error *err)
{
    struct writing *w = context;
    struct sink_block block;

    if (!rowstages_run(&w->split->stages, rows, &block, err))
        return false;
    block.split = w->split->at;
    block.first = w->split->done;
    w->split->done += rows->rows;
    if (!encode(w, &block, err))
        return false;
    for (size_t i = 0; i < w->set->recipe.format_count; i++)
        if (!sink_write(&w->set->sink[i], &block, err))
            return false;
    return true;
}

static bool write_source(struct setrun *set, size_t source, struct error *err)
{
    struct supply_taker takers[2] = { { 0 } };
    struct writing writing[2];
    size_t count = 0;
    bool ok = supply_rewind(&set->supply[source], err);

    for (size_t i = 0; ok && i < set->split_count; i++) {
        struct setrun_split *split = &set->split[i];
        if (split->source != source || !split->written)
            continue;
        writing[count] = (struct writing){ .set = set, .split = split };
        takers[count] = (struct supply_taker){ .plan = &split->plan,
                                               .take = write_rows,
                                               .context = &writing[count] };
        ok = !wants_png(set) || pngblock_init(&writing[count].png, set->jobs,
                                              block_capacity(set), err);
        count++;
        ok = ok &&
             rowstages_init(&split->stages, &set->recipe, &set->shape,
                            set->class_count, set->relabel,
                            set->supply[source].has_labels, block_capacity(set),
                            copy_jobs(set, split), err);
    }
    ok = ok && feed(set, source, takers, count, err);
    for (size_t i = 0; i < count; i++) {
        pngblock_release(&writing[i].png);
        rowstages_release(&writing[i].split->stages);
    }
    return ok;
}

/* ---- all sources ---- */

static bool all_apart(const struct setrun *set)
{
    for (size_t i = 0; i < set->recipe.format_count; i++)
        if (!set->recipe.format[i]->sink->apart)
            return false;
    return true;
}

struct order {
    struct setrun *set;
    size_t source[CATALOGUE_SPLITS_MAX], count;
};

static bool write_next(void *context, unsigned worker, size_t task,
                       struct error *err)
{
    const struct order *o = context;

    (void)worker;
    return write_source(o->set, o->source[task], err);
}

static void insert_by_size(struct order *o, size_t source)
{
    const struct supply *supply = o->set->supply;
    size_t at = o->count++;

    for (; at > 0 && supply[o->source[at - 1]].rows < supply[source].rows; at--)
        o->source[at] = o->source[at - 1];
    o->source[at] = source;
}

/* The largest source takes as long as all others together, or longer: it is
 * begun first, and they are written beside it. */
static bool write_all(struct setrun *set, struct error *err)
{
    struct order order = { .set = set };
    bool apart = all_apart(set);

    for (size_t i = 0; i < set->input->split_count; i++) {
        if (set->recipe.split[i] && apart)
            insert_by_size(&order, i);
        else if (set->recipe.split[i])
            order.source[order.count++] = i;
    }
    return threads_run(apart ? set->jobs : 1, order.count, write_next, &order,
                       err);
}

bool setrun_write(struct setrun *set, struct error *err)
{
    if (!write_all(set, err))
        return false;
    for (size_t i = 0; i < set->recipe.format_count; i++)
        if (!sink_finish(&set->sink[i], err))
            return false;
    return outputs_finish(&set->outputs, err);
}

/* SPDX-License-Identifier: MIT */
/* Sources in, array files out, for all splits of a recipe. */
#include "pipeline/setrun.h"

#include <stdlib.h>

#include "base/text.h"
#include "dataset/rawfile.h"

bool setrun_init(struct setrun *set, const struct catalogue_dataset *dataset,
                 const char *raw_dir, const char *output_dir,
                 const struct recipe *recipe, unsigned jobs, struct error *err)
{
    *set = (struct setrun){ .dataset = dataset,
                            .raw_dir = raw_dir,
                            .output_dir = output_dir,
                            .jobs = jobs,
                            .recipe = *recipe };
    set->label_base = recipe->as_published ? dataset->label_base : 0;
    set->classes = dataset->class_count + (size_t)set->label_base;
    for (size_t i = 0; i < dataset->split_count; i++) {
        set->run[i].name = dataset->split[i].name;
        set->run[i].classes = set->classes;
        set->run[i].recipe = &set->recipe;
    }
    return receipt_open(&set->receipt, raw_dir, err);
}

void setrun_release(struct setrun *set)
{
    for (size_t i = 0; i < CATALOGUE_SPLITS_MAX; i++)
        splitrun_release(&set->run[i]);
    receipt_release(&set->receipt);
}

typedef bool file_visitor(void *context, const struct setrun_file *f,
                          struct error *err);

static bool visit_file(struct setrun *set, struct setrun_file f,
                       file_visitor *visit, void *context, struct error *err)
{
    struct splitrun *run = &set->run[f.split];
    char *name = splitrun_file_name(run, f.kind, f.format, err);
    char *path = name ? path_join(set->output_dir, name, err) : NULL;

    f.path = path;
    f.file = &run->file[f.kind][f.format];
    bool ok = path && visit(context, &f, err);
    free(path);
    free(name);
    return ok;
}

bool setrun_each_file(struct setrun *set, file_visitor *visit, void *context,
                      struct error *err)
{
    struct setrun_file f = { 0 };

    for (f.split = 0; f.split < set->dataset->split_count; f.split++) {
        for (int kind = 0; kind < MANIFEST_ARRAYS; kind++) {
            if (!set->recipe.split[f.split] ||
                (kind == MANIFEST_ONEHOT && !set->recipe.onehot))
                continue;
            f.kind = (enum manifest_kind)kind;
            for (f.format = 0; f.format < set->recipe.format_count; f.format++)
                if (!visit_file(set, f, visit, context, err))
                    return false;
        }
    }
    return true;
}

static unsigned source_flags(const struct setrun *set)
{
    return (set->jobs > 1 ? SOURCE_AHEAD : 0u) |
           (set->recipe.as_published ? SOURCE_AS_PUBLISHED : 0u);
}

/* What was read has to be what the catalogue says was published. */
static bool check_published(const struct setrun *set,
                            const struct source *source,
                            const struct catalogue_split *split,
                            struct error *err)
{
    for (int part = 0; part < CATALOGUE_PARTS; part++) {
        const struct source_part *read = &source->part[part];
        if (rawfile_judge_file(read->path, &split->part[part], &read->facts) ==
            RAWFILE_OTHER)
            return error_set(err, FAIL_DATA,
                             "'%s' is not the published file of %s; get it "
                             "again with 'mnistprep fetch --force %s'",
                             read->path, set->dataset->name,
                             set->dataset->name);
    }
    return true;
}

bool setrun_fit_scale(struct setrun *set, struct error *err)
{
    const struct catalogue_split *train =
        catalogue_find_split(set->dataset, "train");
    struct source source = { 0 };
    struct stats stats = { 0 };
    uint64_t histogram[256];

    if (set->recipe.scale.mode != SCALE_STANDARD)
        return true;
    if (!train)
        return error_set(err, FAIL_USAGE,
                         "'%s' has no split 'train' to fit --scale standard on",
                         set->dataset->name);
    bool ok = source_open(&source, set->raw_dir, set->dataset, train,
                          &set->receipt, SOURCE_HASH | source_flags(set),
                          err) &&
              stats_init(&stats, set->classes, source.image_bytes, err) &&
              splitrun_count(&source, set->classes, &stats, err) &&
              source_finish(&source, err) &&
              check_published(set, &source, train, err);
    if (ok) {
        stats_total(&stats, histogram);
        ok = scale_fit(&set->recipe.scale, histogram, err);
    }
    stats_release(&stats);
    source_close(&source);
    return ok;
}

bool setrun_has_sources(const struct setrun *set, struct error *err)
{
    for (size_t i = 0; i < set->dataset->split_count; i++)
        if (set->recipe.split[i] &&
            !source_exists(set->raw_dir, &set->dataset->split[i], err))
            return false;
    return true;
}

bool setrun_open_sources(struct setrun *set, struct error *err)
{
    unsigned flags = SOURCE_HASH | source_flags(set);

    for (size_t i = 0; i < set->dataset->split_count; i++) {
        if (!set->recipe.split[i])
            continue;
        if (!source_open(&set->run[i].source, set->raw_dir, set->dataset,
                         &set->dataset->split[i], &set->receipt, flags, err))
            return false;
    }
    return true;
}

bool setrun_write(struct setrun *set, struct error *err)
{
    for (size_t i = 0; i < set->dataset->split_count; i++)
        if (set->recipe.split[i] &&
            (!splitrun_write(&set->run[i], err) ||
             !check_published(set, &set->run[i].source, &set->dataset->split[i],
                              err)))
            return false;
    return true;
}

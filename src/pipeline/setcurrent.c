/* SPDX-License-Identifier: MIT */
/* Dataset.json against the recipe, the files and the sources of now. */
#include "pipeline/setcurrent.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
#include "format/treesum.h"
#include "pipeline/groups.h"

static const struct manifest_source *
find_source(const struct manifest *m, const char *split, const char *part)
{
    for (size_t i = 0; i < m->source_count; i++)
        if (strcmp(m->source[i].split, split) == 0 &&
            strcmp(m->source[i].part, part) == 0)
            return &m->source[i];
    return NULL;
}

/* The facts of a file as it is now. */
static bool look_at(const struct setrun *set, size_t split, const char *path,
                    struct raw_facts *facts)
{
    struct error ignored = { 0 };

    if (set->input->split[split].form == INPUT_TREE)
        return tree_sum_of(path, facts->sha256, &facts->bytes, &ignored);
    return (set->input->dataset && receipt_find(&set->receipt, path, facts)) ||
           rawfile_hash_file(path, facts, &ignored);
}

static bool groups_unchanged(const struct setrun *set,
                             const struct manifest_source *noted)
{
    struct error ignored = { 0 };
    struct raw_facts facts = { 0 };
    char *path = groups_path(set, &ignored);
    bool same = path && rawfile_hash_file(path, &facts, &ignored) &&
                strcmp(facts.sha256, noted->facts.sha256) == 0;

    free(path);
    return same;
}

/* The file that a noted source would be read from now; NULL: none. */
static const char *find_path(const struct input *in, size_t split,
                             const char *part)
{
    const char *path = NULL;

    for (int i = 0; split < in->split_count && i < CATALOGUE_PARTS; i++)
        if (strcmp(part, catalogue_part_name((enum catalogue_part)i)) == 0)
            path = in->split[split].path[i];
    return path;
}

static bool source_unchanged(const struct setrun *set,
                             const struct manifest_source *noted)
{
    struct raw_facts facts = { 0 };

    if (strcmp(noted->part, "groups") == 0)
        return groups_unchanged(set, noted);
    size_t split = input_find_split(set->input, noted->split);
    const char *path = find_path(set->input, split, noted->part);
    return path && strcmp(path_base(path), noted->file) == 0 &&
           look_at(set, split, path, &facts) &&
           strcmp(facts.sha256, noted->facts.sha256) == 0;
}

/* Are the raw files those the old set was made of? */
static bool sources_unchanged(const struct manifest *m,
                              const struct setrun *set, struct error *why)
{
    for (size_t i = 0; i < m->source_count; i++)
        if (!source_unchanged(set, &m->source[i]))
            return error_set(
                why, FAIL_STALE, "its source '%s' (%s, %s) is another now",
                m->source[i].file, m->source[i].split, m->source[i].part);
    return true;
}

/* Does the old set have a source for each file that would be read? */
static bool sources_complete(const struct manifest *m, const struct setrun *set,
                             struct error *why)
{
    const struct input *in = set->input;

    for (size_t i = 0; i < in->split_count; i++)
        for (int part = 0; set->recipe.split[i] && part < CATALOGUE_PARTS;
             part++)
            if (in->split[i].path[part] &&
                !find_source(m, in->split[i].name,
                             catalogue_part_name((enum catalogue_part)part)))
                return error_set(why, FAIL_STALE, "it was made without '%s'",
                                 in->split[i].path[part]);
    return true;
}

/* The names that the catalogue has now. Those of one's own data come from the
 * data itself. */
static bool same_classes(const struct manifest *m, const struct setrun *set)
{
    const struct catalogue_dataset *d = set->input->dataset;
    const struct recipe *r = &set->recipe;
    uint64_t base = d && r->as_published ? d->label_base : 0;
    size_t count = !d           ? m->class_count
                   : r->relabel ? r->class_count
                                : d->class_count + (size_t)base;
    bool same = m->class_count == count;

    for (size_t i = 0; d && same && i < count; i++)
        same = strcmp(m->classes[i],
                      catalogue_class_name(
                          d, base, r->relabel ? r->class_list[i] : i)) == 0;
    return same;
}

/* Constants of each pixel that were given, not fitted. */
static bool same_moments(const struct manifest *m, const struct setrun *set)
{
    const struct pixel_moments *new = set->recipe.scale.pixel;
    struct pixel_moments old = { 0 };
    struct error ignored = { 0 };

    if (!set->recipe.fitted_on[0] || !new)
        return true;
    size_t bytes = new->pixels * sizeof(double);
    bool same = recipe_moments_from_json(&old, m->recipe, &ignored) &&
                old.pixels ==
                    new->pixels &&memcmp(old.mean, new->mean, bytes) == 0 &&
                memcmp(old.std, new->std, bytes) == 0;
    pixel_moments_release(&old);
    return same;
}

static bool same_recipe(const struct manifest *m, const struct setrun *set,
                        struct error *why)
{
    struct error ignored = { 0 };
    struct recipe old;

    if (!recipe_from_json(&old, m->recipe, set->input, &ignored))
        return error_set(why, FAIL_STALE, "its recipe is of another kind");
    const char *key = recipe_difference(&old, &set->recipe);
    if (!key && !same_moments(m, set))
        key = "mean";
    return !key ||
           error_set(why, FAIL_STALE, "its recipe has another \"%s\"", key);
}

static bool place_is_whole(const struct setplace *place, struct error *why)
{
    if (place->incomplete)
        return error_set(why, FAIL_STALE,
                         "a run was killed while it put a set in place");
    return place->has_manifest ||
           error_set(why, FAIL_STALE, "there is no " STORE_MANIFEST);
}

static bool same_dataset(const struct manifest *m, const struct setrun *set,
                         struct error *why)
{
    return strcmp(m->dataset, set->input->name) == 0 ||
           error_set(why, FAIL_STALE, "it is of %s", m->dataset);
}

bool set_is_current(const struct setrun *set, const struct setplace *place,
                    const char *dir, struct error *why)
{
    const struct manifest *m = &place->manifest;

    return place_is_whole(place, why) && same_dataset(m, set, why) &&
           same_recipe(m, set, why) &&
           (same_classes(m, set) ||
            error_set(why, FAIL_STALE, "its classes have other names")) &&
           manifest_files_fit(m, dir, why) && sources_complete(m, set, why) &&
           sources_unchanged(m, set, why);
}

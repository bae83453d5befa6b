/* SPDX-License-Identifier: MIT */
/* Labels, groups and duplicates first; then the plan; then its shape. */
#include "pipeline/setplan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "pipeline/groups.h"
#include "pipeline/ownclasses.h"

/* ---- sources ---- */

static bool is_fitted(const struct setrun *set)
{
    return scale_is_fitted(&set->recipe.scale) && !set->recipe.fitted_on[0];
}

static size_t train_source(const struct setrun *set)
{
    return input_find_split(set->input, "train");
}

/* Those that are written, and the one that constants are fitted on. */
static bool is_read(const struct setrun *set, size_t source)
{
    return set->recipe.split[source] ||
           (is_fitted(set) && source == train_source(set));
}

/* Does the order or the choice of rows need more than a stream? (A plan takes
 * memory for each row: they have to be seen first, not only announced. Where
 * there are labels, these are.) */
static bool needs_spool(const struct setrun *set, size_t source)
{
    return set->recipe.shuffle || set->recipe.drop_duplicates ||
           set->recipe.augment.copies > 0 ||
           set->input->split[source].form == INPUT_TABLE ||
           set->input->split[source].form == INPUT_TREE ||
           (recipe_chooses_rows(&set->recipe) &&
            !set->supply[source].has_labels);
}

static bool needs_labels(const struct setrun *set)
{
    const struct recipe *r = &set->recipe;

    return !set->input->dataset || recipe_chooses_rows(r);
}

static bool read_source(struct setrun *set, size_t i, struct duplicates *equal,
                        struct error *err)
{
    struct supply *s = &set->supply[i];
    struct supply_from from = {
        .input = set->input,
        .split = i,
        .table = &set->recipe.table,
        .receipt = set->input->dataset ? &set->receipt : NULL,
        .flags = SOURCE_HASH | (set->jobs > 1 ? SOURCE_AHEAD : 0u) |
                 (set->recipe.as_published ? SOURCE_AS_PUBLISHED : 0u),
    };

    if (!supply_open(s, &from, err))
        return false;
    if (needs_spool(set, i))
        return supply_spool(s, set->output_dir, equal, err);
    return !needs_labels(set) || !s->has_labels ||
           supply_collect_labels(s, err);
}

/* ---- classes ---- */

static bool name_own_classes(struct setrun *set, struct error *err)
{
    struct own_classes own = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < set->input->split_count; i++) {
        const struct supply *s = &set->supply[i];
        for (uint64_t row = 0; s->label && row < s->rows; row++)
            own_classes_add(&own, s->label[row]);
        ok = own_classes_add_tree(&own, &s->source.tree, err);
    }
    ok = ok && own_classes_finish(&own, err);
    set->classes = own.count;
    set->own_name = own.name;
    own.name = NULL;
    own_classes_release(&own);
    return ok;
}

static const char *class_of(const struct setrun *set, size_t label)
{
    const struct catalogue_dataset *d = set->input->dataset;
    uint64_t base = d && set->recipe.as_published ? d->label_base : 0;

    return d ? catalogue_class_name(d, base, label) : set->own_name[label];
}

static bool check_kept(const struct setrun *set, struct error *err)
{
    bool labels = false;

    for (size_t i = 0; i < set->input->split_count; i++)
        labels = labels || set->supply[i].has_labels;
    if (set->recipe.class_count > 0 && !labels)
        return error_set(err, FAIL_USAGE,
                         "--classes needs labels, and there are none");
    for (size_t i = 0; i < set->recipe.class_count; i++)
        if (set->recipe.class_list[i] >= set->classes)
            return error_set(err, FAIL_USAGE,
                             "--classes: %s has no label %u; its labels are 0 "
                             "to %zu",
                             set->input->name, set->recipe.class_list[i],
                             set->classes - 1);
    return true;
}

static bool make_classes(struct setrun *set, struct error *err)
{
    const struct catalogue_dataset *d = set->input->dataset;
    const struct recipe *r = &set->recipe;

    if (d)
        set->classes =
            d->class_count + (r->as_published ? (size_t)d->label_base : 0);
    else if (!name_own_classes(set, err))
        return false;
    if (!check_kept(set, err))
        return false;
    set->class_count = r->relabel ? r->class_count : set->classes;
    set->class_name = calloc(set->class_count + 1, sizeof *set->class_name);
    set->relabel = r->relabel ? calloc(set->classes, sizeof *set->relabel)
                              : NULL;
    if (!set->class_name || (r->relabel && !set->relabel))
        return error_memory(err);
    for (size_t i = 0; i < set->class_count; i++) {
        size_t label = r->relabel ? r->class_list[i] : i;
        set->class_name[i] = class_of(set, label);
        if (r->relabel)
            set->relabel[label] = (uint16_t)i;
    }
    if (r->label_dtype == DTYPE_U8 && set->class_count > 256)
        return error_set(err, FAIL_USAGE,
                         "--label-dtype u8 cannot hold %zu classes; use i32",
                         set->class_count);
    return true;
}

/* ---- duplicates ---- */

/* Rows of all spools, numbered on. */
struct all_rows {
    const struct setrun *set;
    unsigned char *one, *other;
};

static bool read_row(const struct all_rows *a, uint64_t row, unsigned char *to,
                     struct error *err)
{
    for (size_t i = 0; i < a->set->input->split_count; i++) {
        const struct supply *s = &a->set->supply[i];
        if (!s->spooled)
            continue;
        if (row < s->rows)
            return spool_read(&s->spool, row * s->image_bytes, to,
                              s->image_bytes, err);
        row -= s->rows;
    }
    return false;
}

static int same_rows(void *context, uint64_t a, uint64_t b, struct error *err)
{
    const struct all_rows *all = context;
    size_t bytes = all->set->shape.image_bytes;

    if (!read_row(all, a, all->one, err) || !read_row(all, b, all->other, err))
        return -1;
    return memcmp(all->one, all->other, bytes) == 0;
}

/* Rows of train that are left out: those equal to an earlier one of train that
 * is kept, or to any of another split. */
static bool mark_dropped(const struct setrun *set, const bool *keep_class,
                         struct duplicates *equal, bool *dropped,
                         struct error *err)
{
    size_t bytes = set->shape.image_bytes, train = train_source(set);
    struct all_rows all = { set, malloc(bytes), malloc(bytes) };
    bool *elsewhere = calloc((size_t)equal->rows + 1, sizeof *elsewhere);
    bool *seen = calloc((size_t)equal->rows + 1, sizeof *seen);
    uint64_t row = 0;
    bool ok = all.one && all.other && elsewhere && seen;

    if (!ok)
        error_memory(err);
    ok = ok && duplicates_find(equal, same_rows, &all, err);
    for (size_t i = 0; ok && i < set->input->split_count; i++) {
        const struct supply *s = &set->supply[i];
        for (uint64_t n = 0; s->spooled && n < s->rows; n++, row++)
            if (i != train)
                elsewhere[equal->first[row]] = true;
    }
    row = 0;
    for (size_t i = 0; ok && i < train; i++)
        row += set->supply[i].spooled ? set->supply[i].rows : 0;
    const struct supply *s = &set->supply[train];
    for (uint64_t n = 0; ok && n < s->rows; n++, row++) {
        uint32_t first = equal->first[row];
        if (keep_class && !(s->label && s->label[n] < set->classes &&
                            keep_class[s->label[n]]))
            continue;
        dropped[n] = elsewhere[first] || seen[first];
        seen[first] = true;
    }
    free(all.one);
    free(all.other);
    free(elsewhere);
    free(seen);
    return ok;
}

/* ---- the plan ---- */

static struct setrun_split *add_split(struct setrun *set, const char *name,
                                      size_t source)
{
    struct setrun_split *split = &set->split[set->split_count++];

    *split = (struct setrun_split){ .name = name,
                                    .source = source,
                                    .written = set->recipe.split[source] };
    return split;
}

/* A set without a row to learn from is a mistake. */
static bool leaves_rows(const struct plan_split *rest,
                        const struct plan_split *val, double wanted,
                        struct error *err)
{
    if (rest->rows > 0 || val->rows == 0)
        return true;
    return error_set(err, FAIL_USAGE,
                     "--val %.15g takes all rows of train, and none is left to "
                     "train on; a smaller --val is needed",
                     wanted);
}

static bool plan_source(struct setrun *set, size_t source,
                        const struct plan_rules *rules, const bool *dropped,
                        struct error *err)
{
    const struct supply *s = &set->supply[source];
    bool train = source == train_source(set);
    struct plan_rules own = *rules;
    struct plan_source rows = { .rows = s->rows,
                                .label = s->label,
                                .group = train ? set->groups.writer : NULL,
                                .dropped = train ? dropped : NULL };
    uint64_t stream = 2 * (uint64_t)source;
    struct setrun_split *rest =
        add_split(set, set->input->split[source].name, source);

    if (!train) {
        own.folds = 0;
        own.copies = 0;
        own.val = 0;
    }
    if (own.val > 0) {
        struct setrun_split *val = add_split(set, "val", source);
        return plan_make(&own, &rows, stream, &rest->plan, &val->plan, err) &&
               leaves_rows(&rest->plan, &val->plan, own.val, err);
    }
    return plan_make(&own, &rows, stream, &rest->plan, NULL, err);
}

static bool check_splits(const struct setrun *set, struct error *err)
{
    const struct recipe *r = &set->recipe;
    size_t train = train_source(set);
    bool needs_train = r->val > 0 || r->folds > 0 || r->drop_duplicates ||
                       r->augment.copies > 0;

    if (needs_train && (train == set->input->split_count || !r->split[train]))
        return error_set(err, FAIL_USAGE,
                         "--val, --folds, --drop-duplicates and --augment are "
                         "about rows of the split 'train', which %s",
                         train == set->input->split_count
                             ? "this dataset does not have"
                             : "--splits leaves out");
    if (r->val > 0 &&
        input_find_split(set->input, "val") < set->input->split_count)
        return error_set(err, FAIL_USAGE,
                         "%s has a split 'val' already; --val would make "
                         "another",
                         set->input->name);
    return true;
}

static bool make_plans(struct setrun *set, struct duplicates *equal,
                       struct error *err)
{
    const struct recipe *r = &set->recipe;
    struct plan_rules rules = {
        .class_count = set->classes,
        .val = r->val,
        .stratify = r->stratify,
        .shuffle = r->shuffle,
        .per_class = r->per_class,
        .limit = r->limit,
        .folds = r->folds,
        .copies = r->augment.copies,
        .seed = r->seed,
    };
    size_t train = train_source(set);
    bool ok = true;
    bool *dropped = NULL;

    if (r->class_count > 0)
        rules.keep_class = calloc(set->classes, sizeof *rules.keep_class);
    if (r->drop_duplicates)
        dropped = calloc((size_t)set->supply[train].rows + 1, sizeof *dropped);
    if ((r->class_count > 0 && !rules.keep_class) ||
        (r->drop_duplicates && !dropped))
        ok = error_memory(err);
    for (size_t i = 0; ok && i < r->class_count; i++)
        rules.keep_class[r->class_list[i]] = true;
    if (ok && dropped)
        ok = mark_dropped(set, rules.keep_class, equal, dropped, err);
    for (size_t i = 0; ok && i < set->input->split_count; i++)
        if (is_read(set, i))
            ok = plan_source(set, i, &rules, dropped, err);
    free(dropped);
    free(rules.keep_class);
    return ok;
}

/* ---- what sinks are told ---- */

static struct array_info image_info(const struct setrun *set, uint64_t rows,
                                    size_t source)
{
    struct array_info info = set->supply[source].images;

    info.dtype = (enum dtype)set->recipe.dtype;
    info.dim[0] = rows;
    if (set->shape.out_height == 0)
        return info;
    bool channel = set->recipe.layout != LAYOUT_HW;
    unsigned first = set->recipe.layout == LAYOUT_CHW ? 2 : 1;
    info.ndims = channel ? 4 : 3;
    info.dim[1] = info.dim[3] = 1; /* the channel's place, if any */
    info.dim[first] = set->shape.out_height;
    info.dim[first + 1] = set->shape.out_width;
    return info;
}

static struct array_info column_info(enum dtype dtype, uint64_t rows)
{
    return (struct array_info){ .dtype = dtype, .ndims = 1, .dim = { rows } };
}

static void describe_split(struct setrun *set, struct setrun_split *split)
{
    const struct recipe *r = &set->recipe;
    uint64_t rows = split->plan.rows;

    split->at = set->set.split_count++;
    struct sink_split *to = &set->set_split[split->at];
    *to = (struct sink_split){ .name = split->name, .rows = rows };
    to->array[SET_IMAGES] = image_info(set, rows, split->source);
    if (set->supply[split->source].has_labels) {
        to->array[SET_LABELS] = column_info((enum dtype)r->label_dtype, rows);
        if (r->onehot)
            to->array[SET_ONEHOT] =
                (struct array_info){ .dtype = DTYPE_F32,
                                     .ndims = 2,
                                     .dim = { rows, set->class_count } };
    }
    if (recipe_chooses_rows(r))
        to->array[SET_ROWS] = column_info(DTYPE_U32, rows);
    if (split->plan.fold)
        to->array[SET_FOLDS] = column_info(DTYPE_U8, rows);
    if (split->plan.copy)
        to->array[SET_COPIES] = column_info(DTYPE_U8, rows);
}

static bool describe_set(struct setrun *set, struct error *err)
{
    set->set = (struct sink_set){ .dataset = set->input->name,
                                  .classes = set->class_name,
                                  .class_count = set->class_count,
                                  .height = set->shape.out_height,
                                  .width = set->shape.out_width,
                                  .as_published = set->recipe.as_published,
                                  .split = set->set_split };
    for (size_t i = 0; i < set->split_count; i++)
        if (set->split[i].written)
            describe_split(set, &set->split[i]);
    return set->set.split_count > 0 ||
           error_set(err, FAIL_USAGE, "there are no splits to prepare");
}

/* All splits of a set have pictures of one size. */
static bool make_shape(struct setrun *set, struct error *err)
{
    const struct supply *first = NULL;

    for (size_t i = 0; i < set->input->split_count; i++) {
        const struct supply *s = &set->supply[i];
        if (!s->open)
            continue;
        if (!first) {
            first = s;
            if (!row_shape_of(&set->shape, &set->recipe, &s->images, err))
                return false;
        }
        if (!array_same_rows(&s->images, &first->images))
            return error_set(err, FAIL_DATA,
                             "'%s' has pictures of another size than '%s'",
                             s->source.part[PART_IMAGES].path,
                             first->source.part[PART_IMAGES].path);
    }
    return true;
}

bool setrun_plan(struct setrun *set, struct error *err)
{
    struct duplicates equal = { 0 };
    bool ok = check_splits(set, err);

    for (size_t i = 0; ok && i < set->input->split_count; i++)
        if (is_read(set, i))
            ok = read_source(set, i,
                             set->recipe.drop_duplicates ? &equal : NULL, err);
    ok = ok && make_shape(set, err) && make_classes(set, err) &&
         (set->recipe.group == BY_NOTHING || groups_read(set, err)) &&
         make_plans(set, &equal, err) && describe_set(set, err);
    duplicates_release(&equal);
    return ok;
}

struct setrun_split *setplan_find_train(struct setrun *set)
{
    for (size_t i = 0; i < set->split_count; i++)
        if (strcmp(set->split[i].name, "train") == 0)
            return &set->split[i];
    return NULL;
}

uint32_t *setplan_rows(const struct plan_split *plan, struct error *err)
{
    uint32_t *rows = malloc(((size_t)plan->rows + 1) * sizeof *rows);

    if (!rows) {
        error_memory(err);
        return NULL;
    }
    for (uint64_t i = 0; i < plan->rows; i++) {
        uint32_t row = plan->row ? plan->row[i] : (uint32_t)i;
        rows[i] = row;
    }
    if (!dtype_machine_is_little())
        dtype_swap(DTYPE_U32, rows, (size_t)plan->rows);
    return rows;
}

void setplan_release(struct setrun *set)
{
    own_classes_free(set->own_name, set->classes);
    free(set->class_name);
    free(set->relabel);
    groups_release(&set->groups);
}

/* SPDX-License-Identifier: MIT */
/* The table of prep's options, and what they add up to. */
#include "cmd/prep_options.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cmd/datasets.h"
#include "cmd/prep_names.h"
#include "format/formats.h"
#include "format/jsondoc.h"

/* The first is the default. */
static const char *const label_dtype_names[] = { "u8", "i32", "i64", NULL };

/* Simard et al. (stage/elastic.h) found 4 best for pictures of 29 x 29. */
#define ELASTIC_SIGMA 4

#define S struct prep_settings
#define W NOTED(S, words.any)

const struct option_row prep_options[] = {
    SCALE_ROWS(S, words.scale, "train", W),
    { "label-dtype", 0, CHOICE(S, words.label_dtype, label_dtype_names), W,
      .arg = "TYPE", .help = "u8 (default), i32 or i64" },
    { "no-onehot", 0, FLAG(S, words.no_onehot), W,
      .help = "leave out the one-hot rows" },
    { "smoothing", 0, TEXT(S, words.smoothing), W, .arg = "E",
      .help = "one-hot rows of 1 - E + E/C and E/C (default: 0)" },
    { "format", 0, TEXT(S, words.formats), W, .arg = "LIST", .takes = ARG_WORDS,
      .word = format_sink_name,
      .help = "one or several, as in bin,npy (default: bin).\n"
              "Numbers of the recipe: bin, npy, idx, idx.gz,\n"
              "npz, safetensors, libsvm. Grey levels 0..255 and\n"
              "plain labels, whatever --scale, --dtype, --layout,\n"
              "--label-dtype and --smoothing: csv (Kaggle),\n"
              "pjreddie, png, torchvision, tfrecord, webdataset" },
    { "layout", 0, CHOICE(S, words.layout, recipe_layouts), W, .arg = "AXES",
      .help = "hw (default), hwc or chw: a channel axis of one" },
    { "transpose", 0, FLAG(S, words.transpose), W,
      .help = "rows of pictures become columns" },
    { "invert", 0, FLAG(S, words.invert), W, .help = "255 - x" },
    { "size", 0, TEXT(S, words.size), W, .arg = "HxW",
      .help = "resize pictures, as in 32x32" },
    { "resample", 0, CHOICE(S, words.resample, recipe_resamples), W,
      .arg = "HOW", .help = "bilinear (default) or nearest" },
    { "pad", 0, COUNT(S, words.pad), W, .arg = "N",
      .help = "N black pixels on each side, after all else" },
    { "splits", 0, TEXT(S, words.splits), W, .arg = "LIST", .takes = ARG_SPLITS,
      .help = "these only, as in train,test (default: all)" },
    { "val", 0, TEXT(S, words.val), W, .arg = "N",
      .help = "rows of train, or a fraction below 1, by seed,\n"
              "become the split val" },
    { "stratify", 0, FLAG(S, words.stratify), W,
      .help = "val and folds take each class by its share" },
    { "group", 0, CHOICE(S, words.group, recipe_groups), W, .arg = "WHAT",
      .help = "writer: none in both train and val, nor in two\n"
              "folds (qmnist; mnist, once qmnist is fetched)" },
    { "folds", 0, COUNT(S, words.folds), W, .least = 1, .arg = "K",
      .help = "train-folds.u8: the fold, 0..K-1, of each row" },
    { "shuffle", 0, FLAG(S, words.shuffle), W,
      .help = "each split in a random order, by seed" },
    { "seed", 0, TEXT(S, words.seed), W, .arg = "N",
      .help = "for --val, --folds, --shuffle and --augment\n"
              "(default: 0)" },
    { "classes", 0, TEXT(S, words.classes), W, .arg = "LIST",
      .help = "labels or names of classes, as in 3,5,8: other\n"
              "rows are left out" },
    { "relabel", 0, FLAG(S, words.relabel), W,
      .help = "labels become places in that list" },
    { "limit", 0, COUNT(S, words.limit), W, .least = 1, .arg = "N",
      .help = "at most N rows of each split: the first that\n"
              "come out" },
    { "per-class", 0, COUNT(S, words.per_class), W, .least = 1, .arg = "N",
      .help = "at most N rows of each class of each split" },
    { "drop-duplicates", 0, FLAG(S, words.drop_duplicates), W,
      .help = "leave out rows of train that are equal to an\n"
              "earlier one, or to one of another split" },
    { "augment", 0, COUNT(S, words.augment), W, .least = 1, .arg = "N",
      .help = "N deformed copies of each row of train, by seed,\n"
              "after the rows themselves; how, say the next\n"
              "five (default: --rotate 10 --shift 2\n"
              "--stretch 0.1), each the most that is drawn" },
    { "rotate", 0, TEXT(S, words.rotate), W, .arg = "DEG",
      .help = "turn, in degrees" },
    { "shift", 0, TEXT(S, words.shift), W, .arg = "PIXELS",
      .help = "move, across and down" },
    { "stretch", 0, TEXT(S, words.stretch), W, .arg = "S",
      .help = "sides 1 - S to 1 + S as long, each by itself" },
    { "shear", 0, TEXT(S, words.shear), W, .arg = "DEG",
      .help = "slant, in degrees" },
    { "elastic", 0, TEXT(S, words.elastic), W, .arg = "A[,SIGMA]",
      .help = "bend: A times noise that a Gaussian of SIGMA\n"
              "pixels (default: 4) made smooth, as in 34,4" },
    AS_PUBLISHED_ROW(S, words.as_published, W),
    { "checksums", 0, FLAG(S, words.checksums), W,
      .help = "SHA-256 of each file in dataset.json, and a file\n"
              "SHA256SUMS" },
    { "recipe", 0, TEXT(S, recipe), .arg = "FILE", .takes = ARG_FILE,
      .help = "all of the above as in this dataset.json" },
    { "fitted-on", 0, TEXT(S, fitted_on), .arg = "NAME", .takes = ARG_DATASET,
      .help = "with --recipe: take its constants as they are,\n"
              "though they were fitted on the dataset NAME" },
    { "from", 0, TEXT(S, own.from), .arg = "PATH", .takes = ARG_FILE,
      .help = "data of one's own: a CSV table, an NPZ, or a folder\n"
              "of IDX or NPY pairs, tables, or PNGs by class" },
    { "images", 0, LIST(S, own.images), .arg = "FILE", .takes = ARG_FILE,
      .help = "or two files, IDX or NPY; may be repeated" },
    { "labels", 0, LIST(S, own.labels), .arg = "FILE", .takes = ARG_FILE,
      .help = "for each --images" },
    { "split", 0, LIST(S, own.split), .arg = "NAME", .takes = ARG_SPLIT,
      .help = "for each --images, and for --from of one split\n"
              "(default: train)" },
    { "label-column", 0, CHOICE(S, words.label_column, recipe_labels), W,
      .arg = "WHERE",
      .help = "of tables: first, last, none, or auto (default):\n"
              "the one that a header calls label; without a\n"
              "header the first, if all others make a square" },
    { "shape", 0, TEXT(S, words.shape), W, .arg = "HxW",
      .help = "of pictures in tables that are not square" },
    { "output", 'o', TEXT(S, output), .arg = "DIR", .takes = ARG_DIR,
      .help = "where to (default: DATA/<dataset>/prepared)" },
    { "sync", 0, FLAG(S, sync), .help = "wait until the files are on disk" },
    { "if-changed", 0, FLAG(S, if_changed),
      .help = "files that would be the same keep their time" },
    { "stamp", 0, TEXT(S, stamp), .arg = "FILE", .takes = ARG_FILE,
      .help = "a copy of dataset.json, written last, always anew" },
    { "depfile", 0, TEXT(S, depfile), .arg = "FILE", .takes = ARG_FILE,
      .help = "the sources as a rule for make" },
    { .name = NULL },
};

#undef S
#undef W

/* ---- the recipe ---- */

static bool parse_real(const char *option, const char *text, double *to,
                       struct error *err)
{
    return !text || number_parse_double(text, to) ||
           error_set(err, FAIL_USAGE, "%s: '%s' is no number", option, text);
}

/* Words that would have no effect are a mistake about another word. */
static bool check_pairs(const struct recipe_words *w, struct error *err)
{
    if (w->resample != RESAMPLE_BILINEAR && !w->size)
        return error_set(err, FAIL_USAGE, "--resample goes with --size");
    if (w->smoothing && w->no_onehot)
        return error_set(err, FAIL_USAGE,
                         "--smoothing goes with one-hot rows, which "
                         "--no-onehot leaves out");
    if (w->seed && !w->val && !w->folds && !w->shuffle && !w->augment)
        return error_set(err, FAIL_USAGE,
                         "--seed goes with --val, --folds, --shuffle or "
                         "--augment");
    return true;
}

/* "34" or "34,4" */
static bool parse_elastic(const char *text, struct augment_rules *to,
                          struct error *err)
{
    const char *comma = text ? strchr(text, ',') : NULL;

    if (!text)
        return true;
    to->elastic_sigma = ELASTIC_SIGMA;
    size_t first = comma ? (size_t)(comma - text) : strlen(text);
    if (number_parse_double_n(text, first, &to->elastic) &&
        (!comma || number_parse_double(comma + 1, &to->elastic_sigma)))
        return true;
    return error_set(err, FAIL_USAGE,
                     "--elastic: '%s' is neither a number nor two, as in 34,4",
                     text);
}

static bool parse_augment(const struct recipe_words *w,
                          struct augment_rules *to, struct error *err)
{
    bool says_how = w->rotate || w->shift || w->stretch || w->shear ||
                    w->elastic;

    *to = (struct augment_rules){ .copies = w->augment };
    if (w->augment > 0 && !says_how) {
        to->rotate = 10;
        to->shift = 2;
        to->stretch = 0.1;
    }
    return parse_real("--rotate", w->rotate, &to->rotate, err) &&
           parse_real("--shift", w->shift, &to->shift, err) &&
           parse_real("--stretch", w->stretch, &to->stretch, err) &&
           parse_real("--shear", w->shear, &to->shear, err) &&
           parse_elastic(w->elastic, to, err);
}

bool prep_recipe(const struct prep_settings *s, const struct input *in,
                 struct recipe *r, struct error *err)
{
    const struct recipe_words *w = &s->words;
    enum dtype dtype, label_dtype;

    *r = (struct recipe){ .onehot = !w->no_onehot,
                          .as_published = w->as_published,
                          .geometry = { .transpose = w->transpose,
                                        .invert = w->invert,
                                        .resample = w->resample,
                                        .pad = w->pad },
                          .layout = w->layout,
                          .stratify = w->stratify,
                          .shuffle = w->shuffle,
                          .relabel = w->relabel,
                          .drop_duplicates = w->drop_duplicates,
                          .group = w->group,
                          .folds = w->folds,
                          .per_class = w->per_class,
                          .limit = w->limit,
                          .table = { .label = w->label_column },
                          .checksums = w->checksums };
    if (w->seed && !number_parse_u64(w->seed, &r->seed))
        return error_set(err, FAIL_USAGE,
                         "--seed: '%s' is no whole number below 2^64", w->seed);
    if (!check_pairs(w, err) ||
        !own_tables_check(w->label_column, w->shape, in, err))
        return false;
    if (!dtype_parse(label_dtype_names[w->label_dtype], &label_dtype) ||
        !scale_options_resolve(&w->scale, &r->scale, &dtype, err))
        return false;
    r->dtype = (int)dtype;
    r->label_dtype = (int)label_dtype;
    return parse_real("--smoothing", w->smoothing, &r->smoothing, err) &&
           parse_real("--val", w->val, &r->val, err) &&
           parse_augment(w, &r->augment, err) &&
           own_size_parse("--size", w->size, &r->geometry.height,
                          &r->geometry.width, err) &&
           own_size_parse("--shape", w->shape, &r->table.height,
                          &r->table.width, err) &&
           prep_names_check_classes(in, w->classes, err) &&
           prep_names_check_splits(in, w->splits, err) &&
           recipe_parse_classes(r, in, w->classes, err) &&
           recipe_parse_formats(r, w->formats ? w->formats : "bin", err) &&
           recipe_parse_splits(r, in, w->splits, err) && recipe_check(r, err);
}

/* ---- a recipe once more ---- */

bool prep_recipe_open(struct prep_recipe_file *f, const char *path,
                      struct error *err)
{
    f->document = jsondoc_read(path, err);
    if (!f->document)
        return false;
    struct json_t *inside = jsondoc_find(f->document, "recipe");
    f->recipe = inside ? inside : f->document;
    f->dataset = jsondoc_find_text(f->document, "dataset");
    if (jsondoc_find_text(f->recipe, "scale"))
        return true;
    return error_set(err, FAIL_DATA,
                     "'%s' is no recipe: neither a dataset.json nor the "
                     "\"recipe\" of one",
                     path);
}

void prep_recipe_close(struct prep_recipe_file *f)
{
    jsondoc_release(f->document);
    pixel_moments_release(&f->moments);
    *f = (struct prep_recipe_file){ 0 };
}

/* Constants of another dataset are taken only by one who names it. */
static bool take_constants(const struct prep_settings *s, const char *origin,
                           const char *name, struct recipe *r,
                           struct error *err)
{
    if (!origin)
        return error_set(err, FAIL_USAGE,
                         "the recipe does not say which dataset its constants "
                         "were fitted on; use the whole dataset.json");
    if (!s->fitted_on && !r->fitted_on[0])
        return error_set(err, FAIL_USAGE,
                         "the recipe's constants were fitted on %s, not on %s; "
                         "to take them as they are, say --fitted-on %s",
                         origin, name, origin);
    if (s->fitted_on && strcmp(s->fitted_on, origin) != 0)
        return error_set(err, FAIL_USAGE,
                         "--fitted-on %s: the recipe's constants were fitted "
                         "on %s",
                         s->fitted_on, origin);
    if (strlen(origin) >= sizeof r->fitted_on)
        return error_set(err, FAIL_DATA,
                         "the recipe's dataset has a name that "
                         "is too long");
    memcpy(r->fitted_on, origin, strlen(origin) + 1);
    return true;
}

bool prep_recipe_again(const struct prep_settings *s,
                       struct prep_recipe_file *f, const struct input *in,
                       struct recipe *r, struct scale *expected,
                       struct error *err)
{
    *expected = (struct scale){ .mode = SCALE_NONE };
    if (s->words.any)
        return error_set(err, FAIL_USAGE,
                         "--recipe says all of it: no option beside it can "
                         "change the recipe");
    if (!recipe_from_json(r, f->recipe, in, err))
        return false;
    if (!scale_is_fitted(&r->scale))
        return true;
    if (r->scale.mode == SCALE_PIXEL_STANDARD) {
        if (!recipe_moments_from_json(&f->moments, f->recipe, err))
            return false;
        r->scale.pixel = &f->moments;
    }
    bool same = f->dataset && strcmp(f->dataset, in->name) == 0;
    if (r->fitted_on[0] || !same)
        return take_constants(s, r->fitted_on[0] ? r->fitted_on : f->dataset,
                              in->name, r, err);
    *expected = r->scale;
    return true;
}

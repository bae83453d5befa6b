/* SPDX-License-Identifier: MIT */
/* IDX files under the names that torchvision knows. */
#include "format/torchvision.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/idx.h"

/* What a class of torchvision expects in its folder. */
struct class_files {
    const char *name;     /* of the class and of the folder */
    const char *test;     /* what files of the split test are called */
    bool prefixed;        /* files are called after the dataset first */
    bool both;            /* train is not opened without test, nor test alone */
    bool transposed;      /* pictures */
    size_t label_columns; /* of i32; 0: labels are u8 */
};

static const struct class_files mnist = { "MNIST", "t10k", .both = true };
static const struct class_files fashion = { "FashionMNIST", "t10k",
                                            .both = true };
static const struct class_files kmnist = { "KMNIST", "t10k", .both = true };
static const struct class_files emnist = { "EMNIST", "test", .prefixed = true,
                                           .transposed = true };
static const struct class_files qmnist = { "QMNIST", "test", .prefixed = true,
                                           .label_columns = 8 };

static const struct known_dataset {
    const char *name;
    const struct class_files *files;
    unsigned label_base; /* of files for this many classes */
    size_t classes;
} known_datasets[] = {
    { "fashion-mnist", &fashion, 0, 0 },  { "kmnist", &kmnist, 0, 0 },
    { "qmnist", &qmnist, 0, 0 },          { "emnist-byclass", &emnist, 0, 0 },
    { "emnist-bymerge", &emnist, 0, 0 },  { "emnist-balanced", &emnist, 0, 0 },
    { "emnist-letters", &emnist, 1, 26 }, { "emnist-digits", &emnist, 0, 0 },
    { "emnist-mnist", &emnist, 0, 0 },
};

struct split_output {
    struct sink_cursor images, labels;
};

struct torchvision {
    const struct class_files *files;
    bool turn; /* pictures */
    unsigned label_base;
    struct split_output *output; /* owned: one per split */
    unsigned char *turned;       /* owned: pictures of a block */
    size_t turned_rows;
};

/* ---- names ---- */

static void know_dataset(struct torchvision *t, const struct sink_set *set)
{
    t->files = &mnist;
    for (size_t i = 0; i < COUNT_OF(known_datasets); i++) {
        const struct known_dataset *known = &known_datasets[i];

        if (strcmp(known->name, set->dataset) != 0)
            continue;
        t->files = known->files;
        if (!set->as_published && set->class_count == known->classes)
            t->label_base = known->label_base;
    }
    t->turn = t->files->transposed && !set->as_published;
}

static bool has_split(const struct sink_set *set, const char *name)
{
    for (size_t i = 0; i < set->split_count; i++)
        if (strcmp(set->split[i].name, name) == 0)
            return true;
    return false;
}

/* Where files stand, and what they are called there. */
struct place {
    const char *folder; /* of the split; "": the set's own */
    const char *part;   /* "train", "t10k" */
    uint64_t rows;
};

/* Opens a file and writes its header; the cursor stands behind it. */
static bool open_file(struct sink *s, const struct place *place,
                      const char *rest, const struct array_info *info,
                      struct sink_cursor *cursor, struct error *err)
{
    const struct torchvision *t = s->state;
    const char *prefix = t->files->prefixed ? s->set->dataset : "";
    struct sink_file *file =
        sink_open_file(s, NULL, err, "%s%s%s/raw/%s%s%s-%s", place->folder,
                       place->folder[0] ? "/" : "", t->files->name, prefix,
                       prefix[0] ? "-" : "", place->part, rest);

    if (!file)
        return false;
    sink_cursor_init(cursor, s->files, file, 0);
    return idx_write_header(&cursor->base, info, err);
}

static bool open_pair(struct sink *s, const struct place *place,
                      struct split_output *output, struct error *err)
{
    const struct torchvision *t = s->state;
    size_t height = t->turn ? s->set->width : s->set->height;
    size_t width = t->turn ? s->set->height : s->set->width;
    size_t columns = t->files->label_columns;
    struct array_info images = { DTYPE_U8, 3, { place->rows, height, width } };
    struct array_info labels = { DTYPE_U8, 1, { place->rows } };

    if (columns > 0)
        labels = (struct array_info){ DTYPE_I32, 2, { place->rows, columns } };
    return open_file(s, place, "images-idx3-ubyte", &images, &output->images,
                     err) &&
           open_file(s, place,
                     columns ? "labels-idx2-int" : "labels-idx1-ubyte", &labels,
                     &output->labels, err);
}

static bool open_split(struct sink *s, size_t i, struct error *err)
{
    struct torchvision *t = s->state;
    const struct sink_split *split = &s->set->split[i];
    bool train = strcmp(split->name, "train") == 0;
    bool test = strcmp(split->name, "test") == 0;
    struct place place = { train || test ? "" : split->name,
                           test ? t->files->test : "train", split->rows };
    struct place other = { place.folder, test ? "train" : t->files->test, 0 };
    bool other_comes = (train && has_split(s->set, "test")) ||
                       (test && has_split(s->set, "train"));
    struct split_output empty;

    return open_pair(s, &place, &t->output[i], err) &&
           (!t->files->both || other_comes ||
            open_pair(s, &other, &empty, err));
}

/* ---- the sink ---- */

static bool torchvision_open(struct sink *s, struct error *err)
{
    const struct sink_set *set = s->set;
    struct torchvision *t = s->state = calloc(1, sizeof *t);

    if (!t)
        return error_memory(err);
    know_dataset(t, set);
    if (t->files->label_columns == 0 && set->class_count > UINT8_MAX + 1)
        return error_set(err, FAIL_USAGE,
                         "torchvision's files hold at most 256 classes, and %s "
                         "has %zu; use --format npy",
                         set->dataset, set->class_count);
    t->output = calloc(set->split_count, sizeof *t->output);
    if (!t->output)
        return error_memory(err);
    for (size_t i = 0; i < set->split_count; i++)
        if (!open_split(s, i, err))
            return false;
    return true;
}

/* The pictures of b, rows for columns; NULL with *err set. They are the
 * sink's. */
static const unsigned char *turn(struct sink *s, const struct sink_block *b,
                                 struct error *err)
{
    struct torchvision *t = s->state;
    size_t height = s->set->height, width = s->set->width;
    const unsigned char *from = b->levels;

    if (b->rows > t->turned_rows) {
        free(t->turned);
        t->turned_rows = b->rows;
        t->turned = malloc(b->rows * height * width);
    }
    if (!t->turned) {
        error_memory(err);
        return NULL;
    }
    unsigned char *to = t->turned;
    for (size_t i = 0; i < b->rows; i++, from += height * width)
        for (size_t x = 0; x < width; x++)
            for (size_t y = 0; y < height; y++)
                *to++ = from[y * width + x];
    return t->turned;
}

static bool write_labels(const struct torchvision *t, struct sink_cursor *to,
                         const struct sink_block *b, struct error *err)
{
    size_t label_bytes = t->files->label_columns ? 4 * t->files->label_columns
                                                 : 1;
    unsigned char raw[4096];
    size_t n;

    for (size_t done = 0; done < b->rows; done += n) {
        n = sizeof raw / label_bytes;
        n = n < b->rows - done ? n : b->rows - done;
        memset(raw, 0, n * label_bytes);
        for (size_t i = 0; i < n; i++) {
            uint32_t label = b->label[done + i] + t->label_base;

            if (label_bytes == 1)
                raw[i] = (unsigned char)label;
            else
                store_be32(raw + i * label_bytes, label);
        }
        if (!writer_write(&to->base, raw, n * label_bytes, err))
            return false;
    }
    return true;
}

static bool torchvision_write(struct sink *s, const struct sink_block *b,
                              struct error *err)
{
    struct torchvision *t = s->state;
    struct split_output *output = &t->output[b->split];
    const unsigned char *pictures = t->turn ? turn(s, b, err) : b->levels;

    return pictures &&
           writer_write(&output->images.base, pictures,
                        b->rows * s->set->height * s->set->width, err) &&
           write_labels(t, &output->labels, b, err);
}

static void torchvision_close(struct sink *s)
{
    struct torchvision *t = s->state;

    if (!t)
        return;
    free(t->output);
    free(t->turned);
    free(t);
}

const struct sink_ops torchvision_sink = {
    .levels = true,
    .needs_labels = true,
    .open = torchvision_open,
    .write = torchvision_write,
    .close = torchvision_close,
};

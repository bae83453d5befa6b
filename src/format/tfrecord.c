/* SPDX-License-Identifier: MIT */
/* Shards of records, and the metadata beside them. */
#include "format/tfrecord.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/jsondoc.h"
#include "format/pngblock.h"
#include "format/tfexample.h"

/* TFDS wants one; what we write is a dataset's first. */
#define TFDS_VERSION "1.0.0"
#define TFDS_FOLDER "tfrecord/%s/" TFDS_VERSION "/" /* of the name it takes */
#define TFDS_FEATURES "tensorflow_datasets.core.features."

struct shard {
    struct sink_cursor cursor;
    uint64_t example_bytes; /* of all rows so far */
};

struct tfrecord {
    char *name;             /* owned: the dataset's, as TFDS takes it */
    struct shard *shard;    /* owned; one for each split */
    struct sink_file *info; /* written when all lengths are known */
    struct bytes_writer out;
};

/* ---- metadata ---- */

/* int64 is text in the JSON of protocol buffers. */
static const char *int64_text(uint64_t value, char text[24])
{
    snprintf(text, 24, "%" PRIu64, value);
    return text;
}

static struct json_t *describe_image(const struct sink_set *set,
                                     struct error *err)
{
    struct json_t *feature = jsondoc_object(err), *image = jsondoc_object(err);
    struct json_t *shape = jsondoc_object(err), *dims = jsondoc_array(err);
    char text[24];

    jsondoc_append_text(dims, int64_text(set->height, text), err);
    jsondoc_append_text(dims, int64_text(set->width, text), err);
    jsondoc_append_text(dims, "1", err);
    jsondoc_set(shape, "dimensions", dims, err);
    jsondoc_set_text(image, "dtype", "uint8", err);
    jsondoc_set_text(image, "encodingFormat", "png", err);
    jsondoc_set(image, "shape", shape, err);
    jsondoc_set(feature, "image", image, err);
    jsondoc_set_text(feature, "pythonClassName",
                     TFDS_FEATURES "image_feature.Image", err);
    return feature;
}

static struct json_t *describe_label(const struct sink_set *set,
                                     struct error *err)
{
    struct json_t *feature = jsondoc_object(err), *label = jsondoc_object(err);
    char text[24];

    jsondoc_set_text(label, "numClasses", int64_text(set->class_count, text),
                     err);
    jsondoc_set(feature, "classLabel", label, err);
    jsondoc_set_text(feature, "pythonClassName",
                     TFDS_FEATURES "class_label_feature.ClassLabel", err);
    return feature;
}

static struct json_t *describe_features(const struct sink_set *set,
                                        struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *dict = jsondoc_object(err);
    struct json_t *features = jsondoc_object(err);

    jsondoc_set(features, "image", describe_image(set, err), err);
    jsondoc_set(features, "label", describe_label(set, err), err);
    jsondoc_set(dict, "features", features, err);
    jsondoc_set(doc, "featuresDict", dict, err);
    jsondoc_set_text(doc, "pythonClassName",
                     TFDS_FEATURES "features_dict.FeaturesDict", err);
    return doc;
}

static struct json_t *describe_split(const struct sink_split *split,
                                     const struct shard *shard,
                                     struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *lengths = jsondoc_array(err);
    char text[24];

    jsondoc_append_text(lengths, int64_text(split->rows, text), err);
    jsondoc_set_text(doc, "filepathTemplate",
                     "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", err);
    jsondoc_set_text(doc, "name", split->name, err);
    jsondoc_set_text(doc, "numBytes", int64_text(shard->example_bytes, text),
                     err);
    jsondoc_set(doc, "shardLengths", lengths, err);
    return doc;
}

/* What as_supervised=True gives: (image, label). */
static struct json_t *describe_supervised(struct error *err)
{
    static const char *const keys[] = { "image", "label" };
    struct json_t *doc = jsondoc_object(err), *tuple = jsondoc_object(err);
    struct json_t *items = jsondoc_array(err);

    for (size_t i = 0; i < 2; i++) {
        struct json_t *item = jsondoc_object(err);
        jsondoc_set_text(item, "featureKey", keys[i], err);
        jsondoc_append(items, item, err);
    }
    jsondoc_set(tuple, "items", items, err);
    jsondoc_set(doc, "tuple", tuple, err);
    return doc;
}

static struct json_t *describe_dataset(const struct sink *s, struct error *err)
{
    const struct tfrecord *t = s->state;
    struct json_t *doc = jsondoc_object(err), *splits = jsondoc_array(err);

    for (size_t i = 0; i < s->set->split_count; i++)
        jsondoc_append(
            splits, describe_split(&s->set->split[i], &t->shard[i], err), err);
    jsondoc_set_text(doc, "fileFormat", "tfrecord", err);
    jsondoc_set_text(doc, "name", t->name, err);
    jsondoc_set(doc, "splits", splits, err);
    jsondoc_set(doc, "supervisedKeys", describe_supervised(err), err);
    jsondoc_set_text(doc, "version", TFDS_VERSION, err);
    return doc;
}

/* Releases the document. */
static bool write_json(struct sink *s, struct sink_file *file,
                       struct json_t *doc, struct error *err)
{
    char *text = jsondoc_dump(doc, err);
    bool ok = text && s->files->write_at(file, 0, text, strlen(text), err);

    free(text);
    jsondoc_release(doc);
    return ok;
}

/* One name a line. A folder may have a line break in its name. */
static bool write_classes(struct sink *s, struct sink_file *file,
                          struct error *err)
{
    struct sink_cursor cursor;
    bool ok = true;

    sink_cursor_init(&cursor, s->files, file, 0);
    for (size_t i = 0; ok && i < s->set->class_count; i++) {
        size_t room = 4 * strlen(s->set->classes[i]) + 2;
        char *line = malloc(room);
        if (!line)
            return error_memory(err);
        text_mask(line, room - 1, s->set->classes[i]);
        size_t n = strlen(line);
        line[n++] = '\n';
        ok = writer_write(&cursor.base, line, n, err);
        free(line);
    }
    return ok;
}

/* ---- files ---- */

/* naming.py of TFDS: a name is [a-zA-Z][\w]*, and in file names its capitals
 * become small. malloc'd. */
static char *dataset_name(const char *name, struct error *err)
{
    bool letter = (*name >= 'a' && *name <= 'z') ||
                  (*name >= 'A' && *name <= 'Z');
    char *made = text_format(err, "%s%s", letter ? "" : "data_", name);

    for (char *c = made; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        else if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
            *c = '_';
    }
    return made;
}

static bool open_shards(struct sink *s, struct error *err)
{
    struct tfrecord *t = s->state;

    for (size_t i = 0; i < s->set->split_count; i++) {
        struct sink_file *file = sink_open_file(
            s, NULL, err, TFDS_FOLDER "%s-%s.tfrecord-00000-of-00001", t->name,
            t->name, s->set->split[i].name);
        if (!file)
            return false;
        sink_cursor_init(&t->shard[i].cursor, s->files, file, 0);
    }
    return true;
}

static bool open_metadata(struct sink *s, struct error *err)
{
    struct tfrecord *t = s->state;
    struct sink_file *features =
        sink_open_file(s, NULL, err, TFDS_FOLDER "features.json", t->name);
    if (!features ||
        !write_json(s, features, describe_features(s->set, err), err))
        return false;
    struct sink_file *classes =
        sink_open_file(s, NULL, err, TFDS_FOLDER "label.labels.txt", t->name);
    if (!classes || !write_classes(s, classes, err))
        return false;
    t->info =
        sink_open_file(s, NULL, err, TFDS_FOLDER "dataset_info.json", t->name);
    return t->info != NULL;
}

/* ---- the sink ---- */

static bool tfrecord_open(struct sink *s, struct error *err)
{
    struct tfrecord *t = calloc(1, sizeof *t);

    if (!t)
        return error_memory(err);
    s->state = t;
    bytes_writer_init(&t->out);
    t->shard = calloc(s->set->split_count + 1, sizeof *t->shard);
    if (!t->shard)
        return error_memory(err);
    t->name = dataset_name(s->set->dataset, err);
    return t->name && open_shards(s, err) && open_metadata(s, err);
}

static bool tfrecord_write(struct sink *s, const struct sink_block *b,
                           struct error *err)
{
    struct tfrecord *t = s->state;
    struct shard *shard = &t->shard[b->split];

    t->out.n = 0;
    for (size_t i = 0; i < b->rows; i++) {
        size_t n, bytes;
        const unsigned char *png = pngblock_at(b->png, i, &n);
        if (!tfexample_append(&t->out, png, n, b->label[i], &bytes, err))
            return false;
        shard->example_bytes += bytes;
    }
    return writer_write(&shard->cursor.base, t->out.bytes, t->out.n, err);
}

static bool tfrecord_finish(struct sink *s, struct error *err)
{
    const struct tfrecord *t = s->state;

    return write_json(s, t->info, describe_dataset(s, err), err);
}

static void tfrecord_close(struct sink *s)
{
    struct tfrecord *t = s->state;

    if (!t)
        return;
    free(t->name);
    free(t->shard);
    bytes_writer_release(&t->out);
    free(t);
}

const struct sink_ops tfrecord_sink = { .levels = true,
                                        .png = true,
                                        .needs_labels = true,
                                        .open = tfrecord_open,
                                        .write = tfrecord_write,
                                        .finish = tfrecord_finish,
                                        .close = tfrecord_close };

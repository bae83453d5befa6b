/* SPDX-License-Identifier: MIT */
/* Two columns of one table. */
#include "pipeline/groups.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/rawfile.h"
#include "format/formats.h"

/* github.com/facebookresearch/qmnist: class, series, writer, five more. */
enum { COLUMNS = 8, CLASS_COLUMN = 0, WRITER_COLUMN = 2 };

#define TABLE "qmnist-train-labels-idx2-int.gz"

char *groups_path(const struct setrun *set, struct error *err)
{
    const struct input *in = set->input;
    size_t train = input_find_split(in, "train");

    if (train < in->split_count && in->dataset && in->dataset->has_label_column)
        return text_copy(in->split[train].path[PART_LABELS], err);
    if (in->dataset && strcmp(in->name, "mnist") == 0)
        return text_format(err, "%s/qmnist/raw/" TABLE, set->data_dir);
    error_set(
        err, FAIL_USAGE,
        "--group writer: nobody published the writers of %s; it goes with "
        "qmnist and mnist",
        in->name);
    return NULL;
}

static bool check_table(const struct array_stream *table, uint64_t rows,
                        struct error *err)
{
    const struct array_info *info = &table->info;

    if (info->ndims == 2 && info->dim[0] == rows && info->dim[1] == COLUMNS &&
        info->dtype == DTYPE_I32)
        return true;
    char shape[ARRAY_SHAPE_TEXT];
    array_shape_text(info, shape);
    return error_set(err, FAIL_DATA,
                     "'%s' holds %s of %s, not QMNIST's labels of %" PRIu64
                     " rows",
                     table->in->name, shape, dtype_name(info->dtype), rows);
}

static bool read_rows(struct array_stream *table, const struct supply *train,
                      uint32_t *writer, struct error *err)
{
    int32_t row[COLUMNS];

    for (uint64_t i = 0; i < train->rows; i++) {
        if (array_read_native(table, row, COLUMNS, err) < 0)
            return false;
        if (row[CLASS_COLUMN] != train->label[i])
            return error_set(err, FAIL_DATA,
                             "'%s', row %" PRIu64 ": label %d, where the "
                             "dataset has %d; they do not belong together",
                             table->in->name, i, row[CLASS_COLUMN],
                             train->label[i]);
        if (row[WRITER_COLUMN] < 0)
            return error_set(err, FAIL_DATA, "'%s', row %" PRIu64 ": no writer",
                             table->in->name, i);
        writer[i] = (uint32_t)row[WRITER_COLUMN];
    }
    return true;
}

bool groups_read(struct setrun *set, struct error *err)
{
    struct setrun_groups *g = &set->groups;
    struct array_stream table = { 0 };
    size_t at = input_find_split(set->input, "train");
    const struct supply *train = &set->supply[at];

    g->path = groups_path(set, err);
    if (!g->path)
        return false;
    if (!file_is_regular(g->path))
        return error_set(err, FAIL_SYSTEM,
                         "'%s' is missing; run 'mnistprep fetch qmnist' first",
                         g->path);
    g->writer = calloc((size_t)train->rows + 1, sizeof *g->writer);
    bool ok = (g->writer || error_memory(err)) &&
              rawfile_hash_file(g->path, &g->facts, err) &&
              rawfile_hash_payload(g->path, UINT64_MAX, &g->facts, err) &&
              array_open(&table, file_reader_open(g->path, err), err) &&
              check_table(&table, train->rows, err) &&
              read_rows(&table, train, g->writer, err);
    array_close(&table);
    return ok;
}

void groups_release(struct setrun_groups *g)
{
    free(g->path);
    free(g->writer);
    *g = (struct setrun_groups){ 0 };
}

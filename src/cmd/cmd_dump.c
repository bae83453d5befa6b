/* SPDX-License-Identifier: MIT */
/* dump: pictures of samples, one by one or on a contact sheet. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/directory.h"
#include "base/number.h"
#include "base/outfile.h"
#include "base/text.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "draw/sheet.h"
#include "format/pngimage.h"
#include "pipeline/samples.h"
#include "stage/onehot.h"

struct dump_settings {
    struct common common;
    const char *split, *index, *class_name, *grid, *output;
    size_t count; /* 0: not given */
    size_t zoom;
    bool captions, as_published;
};

static const struct dump_settings dump_defaults = { .split = "train",
                                                    .zoom = 4 };

static const struct option_row dump_options[] = {
    { "split", 0, TEXT(struct dump_settings, split), .arg = "NAME",
      .help = "the split (default: train)" },
    { "index", 0, TEXT(struct dump_settings, index), .arg = "LIST",
      .help = "these rows, as in 0,5,10-20 (default: the first)" },
    { "class", 0, TEXT(struct dump_settings, class_name), .arg = "C",
      .help = "the first rows of this class, by label or name" },
    { "count", 0, COUNT(struct dump_settings, count), .least = 1, .arg = "N",
      .help = "how many (default: what the grid holds, else 1)" },
    { "grid", 0, TEXT(struct dump_settings, grid), .arg = "COLSxROWS",
      .help = "one sheet, as in 3x3, instead of single pictures" },
    { "captions", 0, FLAG(struct dump_settings, captions),
      .help = "write the class under each picture of a sheet" },
    { "zoom", 0, COUNT(struct dump_settings, zoom), .least = 1, .arg = "N",
      .help = "draw each pixel N x N (default: 4)" },
    AS_PUBLISHED_ROW(struct dump_settings, as_published, .noted = 0),
    { "output", 'o', TEXT(struct dump_settings, output), .arg = "PATH",
      .help = "FILE.png, a directory, or - for standard output\n"
              "(default: DATA/<dataset>/samples)" },
    { .name = NULL },
};

enum { SHEET_PADDING = 4, ZOOM_MAX = 1000 };

/* A dump under way. */
struct dump {
    const struct dump_settings *settings;
    const struct catalogue_dataset *dataset;
    uint64_t label_base; /* of the labels as they are read */
    struct store store;
    size_t columns, rows; /* of the grid; 0: single pictures */
    struct samples samples;
};

/* ---- what to draw ---- */

static bool parse_grid(struct dump *d, struct error *err)
{
    const char *grid = d->settings->grid, *x = grid ? strchr(grid, 'x') : NULL;
    uint64_t columns, rows;

    if (!grid)
        return true;
    if (!x || !number_parse_u64_n(grid, (size_t)(x - grid), &columns) ||
        !number_parse_u64(x + 1, &rows) || columns < 1 || rows < 1 ||
        columns > 10000 || rows > 10000)
        return error_set(err, FAIL_USAGE,
                         "--grid: '%s' is no grid; it is COLSxROWS, as in 3x3",
                         grid);
    d->columns = (size_t)columns;
    d->rows = (size_t)rows;
    return true;
}

static bool find_class(const struct catalogue_dataset *d, const char *text,
                       int64_t *label, struct error *err)
{
    uint64_t number;

    for (size_t c = 0; c < d->class_count; c++) {
        if (strcmp(d->classes[c], text) == 0) {
            *label = (int64_t)c;
            return true;
        }
    }
    if (!number_parse_u64(text, &number) || number >= d->class_count)
        return error_set(err, FAIL_USAGE,
                         "--class: %s has no class '%s'; its labels are 0 to "
                         "%zu",
                         d->name, text, d->class_count - 1);
    *label = (int64_t)number;
    return true;
}

static bool read_samples(struct dump *d, const struct catalogue_split *split,
                         struct error *err)
{
    const struct dump_settings *s = d->settings;
    size_t count = s->count         ? s->count
                   : d->columns > 0 ? d->columns * d->rows
                                    : 1;
    struct source source = { 0 };
    struct row_list rows = { 0 };
    int64_t label = 0;

    if (s->index && (s->count || s->class_name))
        return error_set(err, FAIL_USAGE,
                         "--index goes with neither --count nor --class");
    bool ok =
        source_open_published(&source, d->store.raw, d->dataset, split, NULL,
                              s->as_published ? SOURCE_AS_PUBLISHED : 0, err);
    if (ok && s->class_name) {
        ok = find_class(d->dataset, s->class_name, &label, err) &&
             samples_read_class(&d->samples, &source, label, count, err);
    } else if (ok) {
        if (!s->index && count > source.count)
            count = (size_t)source.count;
        ok = (s->index ? row_list_parse(&rows, s->index, err)
                       : row_list_first(&rows, count, err)) &&
             samples_read(&d->samples, &source, &rows, err);
    }
    if (ok && d->samples.count == 0)
        ok = error_set(err, FAIL_DATA, "there is no such sample in '%s'",
                       split->name);
    row_list_release(&rows);
    source_close(&source);
    return ok;
}

/* A picture under a wrong name would be worse than none. */
static bool check_labels(const struct dump *d,
                         const struct catalogue_split *split, struct error *err)
{
    for (size_t i = 0; i < d->samples.count; i++) {
        const struct sample *s = &d->samples.sample[i];
        if (!onehot_check_labels(&s->label, 1, s->row,
                                 d->dataset->class_count +
                                     (size_t)d->label_base,
                                 split->part[PART_LABELS].name, err))
            return false;
    }
    return true;
}

static const char *caption_of(const struct dump *d, const struct sample *s)
{
    return catalogue_class_name(d->dataset, d->label_base, (uint64_t)s->label);
}

/* ---- where to ---- */

static bool write_picture(const struct dump *d, const char *path,
                          const struct canvas *canvas, struct error *err)
{
    bool replace = d->settings->common.force || !d->settings->output;
    struct outfile out = { 0 };
    bool ok = report_no_terminal(path, err) &&
              outfile_open(&out, path,
                           OUTFILE_DEVICE | (replace ? OUTFILE_REPLACE : 0u),
                           err) &&
              pngimage_write(&out.base, canvas->pixels, canvas->width,
                             canvas->height, err) &&
              outfile_commit(&out, err);

    outfile_abandon(&out);
    if (ok && strcmp(path, "-") != 0)
        report_path(path);
    return ok;
}

/* malloc'd: the file itself when --output names one, else `name` in the output
 * directory, which is made. NULL with *err set. */
static char *picture_path(const struct dump *d, const char *name, bool single,
                          struct error *err)
{
    const char *output = d->settings->output;
    const char *dir = output ? output : d->store.samples;
    struct stat st;

    if (output && strcmp(output, "-") == 0) {
        if (single)
            return text_copy(output, err);
        error_set(err, FAIL_USAGE,
                  "standard output takes one picture only; choose one sample, "
                  "or use --grid");
        return NULL;
    }
    if (output && text_ends_with(output, ".png") &&
        !(stat(output, &st) == 0 && S_ISDIR(st.st_mode))) {
        if (single)
            return text_copy(output, err);
        error_set(err, FAIL_USAGE,
                  "'%s' is one file, but several pictures are asked for; name "
                  "a directory",
                  output);
        return NULL;
    }
    return directory_make(dir, err) ? path_join(dir, name, err) : NULL;
}

static bool dump_single(const struct dump *d, const struct sample *s,
                        struct error *err)
{
    unsigned zoom = (unsigned)d->settings->zoom;
    struct canvas canvas = { 0 };
    char name[160];
    char *path = NULL;

    snprintf(name, sizeof name, "%s-%05" PRIu64 "-%" PRId64 ".png",
             d->settings->split, s->row, s->label);
    bool ok = canvas_init(&canvas, d->samples.width * zoom,
                          d->samples.height * zoom, 0, err);
    if (ok) {
        canvas_blit(&canvas, 0, 0, zoom, s->image, d->samples.width,
                    d->samples.height);
        path = picture_path(d, name, d->samples.count == 1, err);
    }
    ok = ok && path && write_picture(d, path, &canvas, err);
    free(path);
    canvas_release(&canvas);
    return ok;
}

static bool dump_sheet(const struct dump *d, struct error *err)
{
    struct sheet_layout layout = {
        .columns = d->columns,
        .rows = d->rows,
        .tile_width = d->samples.width,
        .tile_height = d->samples.height,
        .zoom = (unsigned)d->settings->zoom,
        .padding = SHEET_PADDING,
        .captions = d->settings->captions,
    };
    struct sheet sheet = { 0 };
    char name[160];
    char *path = NULL;

    if (d->samples.count > d->columns * d->rows)
        return error_set(err, FAIL_USAGE,
                         "%zu samples do not fit a grid of %zux%zu",
                         d->samples.count, d->columns, d->rows);
    snprintf(name, sizeof name, "%s-%zux%zu.png", d->settings->split,
             d->columns, d->rows);
    bool ok = sheet_init(&sheet, &layout, err);
    for (size_t i = 0; ok && i < d->samples.count; i++) {
        const struct sample *s = &d->samples.sample[i];
        sheet_place(&sheet, i, s->image,
                    d->settings->captions ? caption_of(d, s) : NULL);
    }
    if (ok)
        path = picture_path(d, name, true, err);
    ok = ok && path && write_picture(d, path, &sheet.canvas, err);
    free(path);
    sheet_release(&sheet);
    return ok;
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct dump_settings *s = settings;
    struct datasets datasets = { 0 };
    struct dump d = { .settings = s };
    const struct catalogue_split *split = NULL;
    bool ok = datasets_one(&datasets, &d.store, &s->common, argc, argv, err) &&
              parse_grid(&d, err);

    if (ok && s->captions && d.columns == 0)
        ok = error_set(err, FAIL_USAGE, "--captions goes with --grid");
    if (ok && s->zoom > ZOOM_MAX)
        ok = error_set(err, FAIL_USAGE, "--zoom: at most %d is possible",
                       ZOOM_MAX);
    if (ok) {
        d.dataset = datasets.chosen[0];
        d.label_base = s->as_published ? d.dataset->label_base : 0;
        split = datasets_split(d.dataset, s->split, err);
        ok = split && read_samples(&d, split, err) &&
             check_labels(&d, split, err);
        if (split && !ok)
            datasets_hint_fetch(d.dataset, err);
    }
    if (ok && d.columns > 0)
        ok = dump_sheet(&d, err);
    else
        for (size_t i = 0; ok && i < d.samples.count; i++)
            ok = dump_single(&d, &d.samples.sample[i], err);
    samples_release(&d.samples);
    store_release(&d.store);
    datasets_release(&datasets);
    return ok;
}

const struct command command_dump = {
    .name = "dump",
    .operands = "[DATASET]",
    .most = 1,
    .group = GROUP_LOOK,
    .summary = "pictures of samples as PNG: single, or a contact sheet",
    .description =
        "Draws samples of a dataset (default: mnist) from its raw files. The\n"
        "paths of the pictures are printed on standard output. Single\n"
        "pictures are named by split, row and label: train-00000-5.png.",
    .examples = "  mnistprep dump --grid 3x3 --captions\n"
                "  mnistprep dump --index 0 --zoom 1 -o one.png\n"
                "  mnistprep dump fashion-mnist --class Bag --grid 8x4 -o "
                "bags.png\n",
    .options = dump_options,
    .uses = USE_FORCE,
    .settings_size = sizeof(struct dump_settings),
    .defaults = &dump_defaults,
    .run = run,
};

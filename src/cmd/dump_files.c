/* SPDX-License-Identifier: MIT */
/* dump's files: pictures one by one, or a contact sheet. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/text.h"
#include "base/thread.h"
#include "cli/report.h"
#include "cmd/dump.h"
#include "cmd/output_name.h"
#include "draw/sheet.h"
#include "format/pngimage.h"

/* ---- where to ---- */

/* The file or the directory that the pictures go to. */
struct destination {
    const char *file; /* NULL: files in `dir` */
    const char *dir;
    bool is_new; /* of a dry run: `dir` would be made, and nothing is in it */
};

/* Of a dry run: what would be written. */
struct tally {
    uint64_t pictures, bytes;
};

static bool find_destination(const struct dump *d, struct destination *to,
                             struct error *err)
{
    const char *output = d->settings->output;
    bool to_stdout = output && outfile_is_stdout(output);
    bool single = d->request.form == DUMP_SHEET || d->list.count == 1;

    to->dir = output ? output : d->opened.store.samples;
    if (!output || (!to_stdout && path_is_folder(output)))
        return true;
    if (!to_stdout && !output_name_is_png(output))
        return output_name_check("--output", output, OUTPUT_PNG, err);
    to->file = output;
    if (!single && to_stdout)
        return error_set(err, FAIL_USAGE,
                         "standard output takes one picture only; choose one "
                         "sample, or use --grid");
    if (!single)
        return error_set(err, FAIL_USAGE,
                         "'%s' is one file, but several pictures are asked "
                         "for; name a directory",
                         output);
    return report_no_terminal(output, err);
}

/* A dry run only asks whether it could be made. */
static bool make_directory(const struct dump *d, struct destination *to,
                           struct error *err)
{
    if (to->file)
        return true;
    if (!d->settings->common.dry_run)
        return directory_make(to->dir, err);
    to->is_new = !file_exists(to->dir);
    return directory_can_make(to->dir, err);
}

/* malloc'd. */
static char *picture_path(const struct destination *to, const char *name,
                          struct error *err)
{
    return to->file ? text_copy(to->file, err) : path_join(to->dir, name, err);
}

/* libpng comes with crumbs: they are gathered in `png`, and written at once.
 * What is there already, from a run that was interrupted, is not in the way. */
static bool write_picture(const struct dump *d, const struct destination *to,
                          const char *path, const struct canvas *canvas,
                          struct bytes_writer *png, struct tally *tally,
                          struct error *err)
{
    bool replace = d->settings->common.force || !d->settings->output;
    unsigned flags = report_outfile_flags(&d->settings->common) |
                     (replace ? OUTFILE_REPLACE : OUTFILE_SAME);

    png->n = 0;
    if (!pngimage_write(&png->base, canvas->pixels, canvas->width,
                        canvas->height, err) ||
        (!to->is_new && !outfile_put(path, png->bytes, png->n, flags, err)))
        return false;
    if (replace || !file_is_regular(path)) { /* else it is the same */
        tally->pictures++;
        tally->bytes += png->n;
    }
    return true;
}

static void tell_tally(const struct dump *d, const struct destination *to,
                       const struct tally *tally)
{
    const struct common *common = &d->settings->common;

    if (!common->dry_run)
        return;
    if (to->file)
        report_would_write(common, to->file, tally->bytes);
    else
        report_note(common,
                    "would write %" PRIu64 " picture%s (%" PRIu64
                    " bytes) to '%s'",
                    tally->pictures, tally->pictures == 1 ? "" : "s",
                    tally->bytes, to->dir);
}

static void tell_path(const char *path)
{
    if (!outfile_is_stdout(path))
        report_path(path);
}

/* ---- single pictures ---- */

/* Such that names sort as rows do. */
static int row_digits(uint64_t rows)
{
    int digits = 5;

    for (uint64_t limit = 100000; limit < rows && digits < 19; limit *= 10)
        digits++;
    return digits;
}

static void picture_name(const struct dump *d, const struct sample *s,
                         char name[160])
{
    const char *split = d->view->split_name[s->split];
    int digits = row_digits(d->samples.split_rows[s->split]);
    int used = snprintf(name, 160, "%.100s-%0*" PRIu64, split, digits, s->row);
    char *end = name + used;

    if (s->has_label)
        snprintf(end, 160 - (size_t)used, "-%" PRId64 ".png", s->label);
    else
        snprintf(end, 160 - (size_t)used, ".png");
}

/* What a thread works with; each picture is drawn over the last one. */
struct pencil {
    struct canvas canvas;
    struct bytes_writer png;
    struct tally tally;
};

/* So many pictures are on their way at once: then their paths are told, in
 * order. */
enum { BATCH = 256 };

struct batch {
    const struct dump *d;
    const struct destination *to;
    struct pencil *pencil; /* by worker */
    size_t first;          /* sample */
    char *path[BATCH];     /* owned; NULL: not written */
};

static bool draw_sample(void *context, unsigned worker, size_t task,
                        struct error *err)
{
    struct batch *b = context;
    const struct samples *all = &b->d->samples;
    const struct sample *s = &all->sample[b->first + task];
    struct pencil *pencil = &b->pencil[worker];
    char name[160];

    if (!interrupt_none(err))
        return false;
    if (s->again)
        return true; /* it would get the same name */
    picture_name(b->d, s, name);
    char *path = picture_path(b->to, name, err);
    if (!path)
        return false;
    canvas_blit(&pencil->canvas, 0, 0, (unsigned)b->d->settings->zoom, s->image,
                all->width, all->height);
    if (write_picture(b->d, b->to, path, &pencil->canvas, &pencil->png,
                      &pencil->tally, err))
        b->path[task] = path;
    else
        free(path);
    return b->path[task] != NULL;
}

static bool draw_batches(struct batch *b, unsigned workers, struct error *err)
{
    size_t count = b->d->samples.count, n;
    bool ok = true;

    for (; ok && b->first < count; b->first += n) {
        n = count - b->first < BATCH ? count - b->first : BATCH;
        ok = threads_run(workers, n, draw_sample, b, err);
        for (size_t i = 0; i < n; i++) {
            if (b->path[i])
                tell_path(b->path[i]);
            free(b->path[i]);
            b->path[i] = NULL;
        }
    }
    return ok;
}

static bool write_pictures(const struct dump *d, const struct destination *to,
                           struct tally *tally, struct error *err)
{
    const struct samples *all = &d->samples;
    size_t zoom = d->settings->zoom, workers = d->settings->common.jobs;

    if (workers > all->count)
        workers = all->count;
    if (workers > BATCH)
        workers = BATCH;
    struct batch batch = { .d = d,
                           .to = to,
                           .pencil = calloc(workers, sizeof *batch.pencil) };
    bool ok = batch.pencil || error_memory(err);
    for (size_t i = 0; ok && i < workers; i++) {
        bytes_writer_init(&batch.pencil[i].png);
        ok = canvas_init(&batch.pencil[i].canvas, all->width * zoom,
                         all->height * zoom, 0, err);
    }
    ok = ok && draw_batches(&batch, (unsigned)workers, err);
    for (size_t i = 0; batch.pencil && i < workers; i++) {
        tally->pictures += batch.pencil[i].tally.pictures;
        tally->bytes += batch.pencil[i].tally.bytes;
        canvas_release(&batch.pencil[i].canvas);
        bytes_writer_release(&batch.pencil[i].png);
    }
    free(batch.pencil);
    return ok;
}

/* ---- a sheet ---- */

static void fit_classes(const struct dump *d, struct sheet_layout *layout)
{
    size_t run = 0;

    layout->columns = layout->rows = 1;
    for (size_t i = 0; i < d->samples.count; i++) {
        bool begins = dump_begins_row(d, i);
        run = begins ? 1 : run + 1;
        layout->rows += begins;
        if (run > layout->columns)
            layout->columns = run;
    }
}

static void fit_square(const struct dump *d, struct sheet_layout *layout)
{
    size_t count = d->samples.count;

    layout->columns = 1;
    while (layout->columns * layout->columns < count)
        layout->columns++;
    layout->rows = (count + layout->columns - 1) / layout->columns;
}

static void fit_captions(const struct dump *d, struct sheet_layout *layout)
{
    for (size_t i = 0; i < d->samples.count; i++) {
        struct dump_caption c;
        dump_caption_init(&c, d, i);
        const char *lines[] = { c.class_name, c.row };
        for (unsigned line = 0; line < 2; line++) {
            size_t length = lines[line] ? text_characters(lines[line]) : 0;
            if (length > 0 && line >= layout->captions)
                layout->captions = line + 1;
            if (length > layout->caption_length)
                layout->caption_length = length;
        }
    }
}

static void fill_sheet(const struct dump *d, struct sheet *sheet, bool by_class)
{
    size_t columns = sheet->layout.columns, position = 0;

    for (size_t i = 0; i < d->samples.count; i++, position++) {
        struct dump_caption c;
        dump_caption_init(&c, d, i);
        if (by_class && dump_begins_row(d, i) && position % columns > 0)
            position += columns - position % columns;
        sheet_place(sheet, position, d->samples.sample[i].image, c.class_name);
        if (c.row)
            sheet_caption(sheet, position, 1, c.row);
    }
}

static bool write_sheet(const struct dump *d, const struct destination *to,
                        struct tally *tally, struct error *err)
{
    const struct dump_settings *s = d->settings;
    struct bytes_writer png;
    char *path = NULL;
    bool fits = d->request.columns == 0, by_class = fits && s->per_class > 0;
    struct sheet_layout layout = { .columns = d->request.columns,
                                   .rows = d->request.rows,
                                   .tile_width = d->samples.width,
                                   .tile_height = d->samples.height,
                                   .zoom = (unsigned)s->zoom,
                                   .padding = (unsigned)s->padding };
    struct sheet sheet = { 0 };
    char name[160];

    if (by_class)
        fit_classes(d, &layout);
    else if (fits)
        fit_square(d, &layout);
    if (s->captions)
        fit_captions(d, &layout);
    snprintf(name, sizeof name, "%.100s-%zux%zu.png",
             d->several ? "rows"
                        : d->view->split_name[d->samples.sample[0].split],
             layout.columns, layout.rows);
    bytes_writer_init(&png);
    bool ok = sheet_init(&sheet, &layout, err);
    if (ok) {
        fill_sheet(d, &sheet, by_class);
        path = picture_path(to, name, err);
    }
    ok = path && write_picture(d, to, path, &sheet.canvas, &png, tally, err);
    if (ok)
        tell_path(path);
    free(path);
    bytes_writer_release(&png);
    sheet_release(&sheet);
    return ok;
}

static bool check_fit(const struct dump *d, struct error *err)
{
    const struct dump_request *r = &d->request;

    if (r->columns == 0 || d->list.count <= r->columns * r->rows)
        return true;
    return error_set(err, FAIL_USAGE,
                     "%zu samples do not fit a grid of %zux%zu; choose fewer, "
                     "or use --grid auto",
                     d->list.count, r->columns, r->rows);
}

bool dump_files(struct dump *d, struct error *err)
{
    struct destination to = { 0 };
    struct tally tally = { 0 };
    bool ok = dump_choose(d, err) && check_fit(d, err) &&
              find_destination(d, &to, err) &&
              opened_view_spares(&d->opened, to.file ? to.file : to.dir, err) &&
              dump_read(d, err) && make_directory(d, &to, err) &&
              (d->request.form == DUMP_SHEET
                   ? write_sheet(d, &to, &tally, err)
                   : write_pictures(d, &to, &tally, err));

    if (ok)
        tell_tally(d, &to, &tally);
    return ok;
}

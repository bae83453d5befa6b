/* SPDX-License-Identifier: MIT */
/* dump's pictures in the terminal. */
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/outfile.h"
#include "cli/terminal.h"
#include "cmd/dump.h"

/* The size of the pictures, before any is read. */
static bool find_size(const struct dump *d, struct termsheet *sheet,
                      struct error *err)
{
    struct view_rows rows = { 0 };
    bool ok = view_rows_open(&rows, d->view, d->split, err);

    sheet->width = rows.width;
    sheet->height = rows.height;
    view_rows_close(&rows);
    return ok;
}

/* Samples that come to stand side by side, with room for their captions. */
struct strip {
    struct termsheet_picture *picture; /* owned; d->across */
    struct strip_caption {
        struct dump_caption parts;
        char text[256];
    } * caption; /* owned, as many */
};

static void fill_strip(const struct strip *strip, const struct dump *d,
                       size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct strip_caption *c = &strip->caption[i];
        struct dump_caption *parts = &c->parts;
        dump_caption_init(parts, d, first + i);
        const char *name = parts->class_name ? parts->class_name : "";
        snprintf(c->text, sizeof c->text, "%s%s%s",
                 parts->row ? parts->row : "", parts->row && *name ? " " : "",
                 name);
        strip->picture[i] = (struct termsheet_picture){
            .image = d->samples.sample[first + i].image, .caption = c->text
        };
    }
}

static bool show(const struct dump *d, const struct termsheet *sheet,
                 const struct strip *strip, struct writer *to,
                 struct error *err)
{
    const struct samples *all = &d->samples;

    for (size_t first = 0, n; first < all->count; first += n) {
        n = 1;
        while (n < d->across && first + n < all->count &&
               !dump_begins_row(d, first + n))
            n++;
        fill_strip(strip, d, first, n);
        if (!interrupt_none(err) ||
            !termsheet_write(sheet, strip->picture, n, to, err))
            return false;
    }
    return true;
}

/* By one write: half an escape sequence would spoil the terminal. */
static bool print(const struct dump *d, const struct termsheet *sheet,
                  struct error *err)
{
    struct strip strip = {
        .picture = calloc(d->across, sizeof *strip.picture),
        .caption = calloc(d->across, sizeof *strip.caption),
    };
    struct bytes_writer shown;
    struct outfile out = { 0 };

    bytes_writer_init(&shown);
    if (!strip.picture || !strip.caption)
        error_memory(err);
    bool ok = strip.picture && strip.caption &&
              show(d, sheet, &strip, &shown.base, err) &&
              outfile_open(&out, "-", 0, err) &&
              writer_write(&out.base, shown.bytes, shown.n, err) &&
              outfile_commit(&out, err);
    outfile_abandon(&out);
    bytes_writer_release(&shown);
    free(strip.picture);
    free(strip.caption);
    return ok;
}

bool dump_preview(struct dump *d, struct error *err)
{
    const struct dump_settings *s = d->settings;
    struct terminal terminal = { 0 };
    struct termsheet *sheet = &terminal.sheet;
    bool ok = terminal_ask(&terminal, &s->common, s->protocol, err) &&
              find_size(d, sheet, err);

    sheet->zoom = (unsigned)s->zoom;
    sheet->captions = true;
    if (ok) {
        d->across = termsheet_across(sheet);
        ok = dump_choose(d, err) && dump_read(d, err);
    }
    if (ok) {
        /* Rows may be of another split than the one that was measured. */
        sheet->width = d->samples.width;
        sheet->height = d->samples.height;
        d->across = termsheet_across(sheet);
        ok = print(d, sheet, err);
    }
    terminal_settle(&terminal);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* A dump under way: what was chosen, and the ways to show it. */
#ifndef MP_CMD_DUMP_H
#define MP_CMD_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/dump_options.h"
#include "cmd/view_options.h"
#include "pipeline/samples.h"

/* Starts as { 0 }. */
struct dump {
    const struct dump_settings *settings;
    struct dump_request request;
    struct opened_view opened;
    const struct view *view; /* &opened.view */
    size_t split; /* the one that rows are of when nothing says more */
    struct row_list list;
    struct samples samples;
    bool several;  /* rows are of several splits */
    size_t across; /* pictures side by side in the terminal; 0: no terminal */
};

/* train, or the first split that was chosen. */
size_t dump_default_split(const struct view *v);

/* Makes the list, then reads what it names. */
bool MUST_USE dump_choose(struct dump *d, struct error *err);
bool MUST_USE dump_read(struct dump *d, struct error *err);

/* Does a sample begin a new row of pictures? With --per-class each class does,
 * as samples come class by class. */
bool dump_begins_row(const struct dump *d, size_t i);

/* The class, and the row when somebody had listed it. Points into itself. */
struct dump_caption {
    const char *class_name; /* NULL: there are no labels */
    const char *row;        /* NULL: nobody asked */
    char label[32], place[64];
};
void dump_caption_init(struct dump_caption *c, const struct dump *d, size_t i);

/* Chooses and reads, then leaves pictures or a sheet and prints their paths, or
 * shows them. */
bool MUST_USE dump_files(struct dump *d, struct error *err);
bool MUST_USE dump_preview(struct dump *d, struct error *err);

#endif

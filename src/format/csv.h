/* SPDX-License-Identifier: MIT */
/* CSV tables of grey levels: Kaggle's ("label,pixel0,...", also without the
 * label), pjreddie's (no header, label first), and their like. */
#ifndef MP_FORMAT_CSV_H
#define MP_FORMAT_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "format/array.h"
#include "format/sink.h"

/* A picture of 256 x 256 and its label; a line of more is not waited for. */
enum { CSV_MAX_COLUMNS = 256 * 256 + 1 };

/* Do these first bytes look like a table of numbers, with or without a line of
 * names? Tables with mistakes do, too, so that reading them can say where. */
bool csv_matches(const unsigned char *head, size_t n);

struct csv_header {
    bool present;
    size_t columns;
    size_t label_column; /* named "label" (or "class", "target"); columns when
                            there is none */
};

/* Reads the whole table from s->in, which it replaces, and fills in the rest of
 * *s: u8, rows x columns; there may be no rows below a header. A first line in
 * which something stands that is no number of any kind is the header. Whole
 * numbers from 0 to 255 only; CRLF, a BOM, spaces and quotes around fields,
 * empty lines at the end and a missing last newline are accepted. Anything else
 * is FAIL_DATA naming line and column, what was expected and what stands there.
 * h may be NULL. */
bool MUST_USE csv_open_table(struct array_stream *s, struct csv_header *h,
                             struct error *err);

/* The same, and notes in *s whether there is a label column. */
bool MUST_USE csv_open(struct array_stream *s, struct error *err);

/* <split>.csv: "label,pixel0,pixel1,..." and lines to it; a split without
 * labels has no such column. */
extern const struct sink_ops csv_sink;

/* <dataset>_<split>.csv: the same without the first line. */
extern const struct sink_ops pjreddie_sink;

#endif

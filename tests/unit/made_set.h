/* SPDX-License-Identifier: MIT */
/* A small set of made-up splits for the tests of sinks: it is handed to a sink
 * as the pipeline does, and says itself which bytes are to come out. */
#ifndef MP_TESTS_UNIT_MADE_SET_H
#define MP_TESTS_UNIT_MADE_SET_H

#include "base/writer.h"
#include "format/sink.h"
#include "memory_files.h"

enum { MADE_SPLITS = 4, MADE_CLASSES = 300 };

struct made_rows {
    unsigned char *levels;
    uint16_t *label;
    unsigned char *elements[SET_ARRAYS];
};

struct made_set {
    struct sink_set base;
    struct sink_split split[MADE_SPLITS];
    struct made_rows rows[MADE_SPLITS];
    const char *classes[MADE_CLASSES];
};

void made_set_init(struct made_set *m, const char *dataset, size_t height,
                   size_t width, size_t classes);
void made_set_release(struct made_set *m);

/* One more split, of noisy levels and labels. */
void made_set_add(struct made_set *m, const char *name, size_t rows);

/* One more array of the last split: elements of any bits, so that a sink which
 * takes them for numbers is found out. */
void made_set_array(struct made_set *m, enum set_array kind, enum dtype type);

/* As sink_write, with the pictures encoded for a sink that wants them. */
bool made_sink_write(struct sink *s, const struct sink_block *b,
                     struct error *err);

/* Hands all rows to a sink, splits taking turns, block_rows at a time; fails
 * the test when the sink leaves elements changed. */
bool made_set_write(struct made_set *m, const char *format,
                    struct memory_files *files, size_t block_rows,
                    struct error *err);

/* The same, and nothing may go wrong. */
void made_set_write_well(struct made_set *m, const char *format,
                         struct memory_files *files, size_t block_rows);

/* Appends an array's elements in the byte order asked for, by shifts. */
void made_set_expect(const struct made_set *m, size_t split,
                     enum set_array kind, bool little, struct bytes_writer *to);

/* Whatever the size of blocks, the same files come out; and whichever call
 * fails, its error does. */
void made_set_check_stable(struct made_set *m, const char *format);
void made_set_check_failures(struct made_set *m, const char *format);

/* A format of pictures and labels says so when a set lacks one of them, and
 * opens no file. */
void made_set_check_refusals(const char *format);

#endif

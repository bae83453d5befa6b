/* SPDX-License-Identifier: MIT */
/* The options of dump, and which go together. */
#ifndef MP_CMD_DUMP_OPTIONS_H
#define MP_CMD_DUMP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/option.h"
#include "cmd/view_options.h"

struct dump_settings {
    struct common common;
    struct view_options view;
    const char *split, *index, *class_name, *rows, *seed, *grid, *output;
    size_t per_class, count; /* 0: not given */
    size_t zoom, padding;
    int protocol; /* enum terminal_protocol */
    bool random, captions, preview;
    bool has_padding, has_protocol;
};

extern const struct option_row dump_options[];
extern const struct dump_settings dump_defaults;

enum dump_form { DUMP_PICTURES, DUMP_SHEET, DUMP_PREVIEW };

/* What they add up to. */
struct dump_request {
    enum dump_form form;
    size_t columns, rows; /* of a sheet; 0: whatever fits */
    bool random;
    uint64_t seed;
};

/* FAIL_USAGE for options that do not go together, or that say nothing. */
bool MUST_USE dump_options_check(const struct dump_settings *s,
                                 struct dump_request *to, struct error *err);

#endif

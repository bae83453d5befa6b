/* SPDX-License-Identifier: MIT */
/* --scale and --dtype, as normalize and prep understand them. */
#ifndef MP_CMD_SCALE_OPTIONS_H
#define MP_CMD_SCALE_OPTIONS_H

#include <stdbool.h>

#include "cli/option.h"
#include "stage/normalize.h"

struct scale_options {
    const char *scale; /* NULL: unit, or none for u8 */
    int dtype;         /* position in scale_dtype_names */
};

extern const char *const scale_dtype_names[];

/* The rows for a settings struct that has `struct scale_options at`. fitted_on:
 * what `standard` is fitted on, a literal; what follows goes into each. */
#define SCALE_ROWS(s, at, fitted_on, ...)                                \
    { "scale",                                                           \
      0,                                                                 \
      TEXT(s, at.scale),                                                 \
      __VA_ARGS__,                                                       \
      .arg = "SCALE",                                                    \
      .word = scale_word,                                                \
      .help = "unit: x/255 (default); signed: x/127.5 - 1;\n"            \
              "standard: (x/255 - mean)/std, fitted on " fitted_on ";\n" \
              "MEAN,STD: the same with these; none: x;\n"                \
              "pixel-standard: as standard, by pixel" },                 \
    {                                                                    \
        "dtype", 0, CHOICE(s, at.dtype, scale_dtype_names), __VA_ARGS__, \
            .arg = "TYPE",                                               \
            .help = "f32 (default), f64, f16, bf16 or u8 (which goes\n"  \
                    "with --scale none)"                                 \
    }

bool MUST_USE scale_options_resolve(const struct scale_options *o,
                                    struct scale *scale, enum dtype *dtype,
                                    struct error *err);

#endif

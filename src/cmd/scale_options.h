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

/* The rows for a settings struct that has `struct scale_options scale`. */
#define SCALE_ROWS(s)                                                   \
    { "scale", 0, TEXT(s, scale.scale), .arg = "SCALE",                 \
      .help = "unit: x/255 (default); signed: x/127.5 - 1;\n"           \
              "standard: (x/255 - mean)/std, fitted on train;\n"        \
              "MEAN,STD: the same with these; none: x" },               \
    {                                                                   \
        "dtype", 0, CHOICE(s, scale.dtype, scale_dtype_names),          \
            .arg = "TYPE",                                              \
            .help = "f32 (default), f64, f16, bf16 or u8 (which goes\n" \
                    "with --scale none)"                                \
    }

bool MUST_USE scale_options_resolve(const struct scale_options *o,
                                    struct scale *scale, enum dtype *dtype,
                                    struct error *err);

#endif

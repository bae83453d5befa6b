/* SPDX-License-Identifier: MIT */
/* What decode, normalize and onehot have in common. */
#ifndef MP_CMD_CONVERT_OPTIONS_H
#define MP_CMD_CONVERT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"
#include "format/formats.h"
#include "pipeline/convert.h"

/* The second member of their settings, after struct common. */
struct convert_options {
    const char *output; /* NULL: standard output */
    const char *format; /* NULL: the command's default */
};

/* The rows for a settings struct that has `struct convert_options convert`. */
#define CONVERT_ROWS(s, default_format)                             \
    { "output",                                                     \
      'o',                                                          \
      TEXT(s, convert.output),                                      \
      .arg = "FILE",                                                \
      .takes = ARG_FILE,                                            \
      .help = "write FILE (default: -, standard output)" },         \
    {                                                               \
        "format", 0, TEXT(s, convert.format),                       \
            .arg = "FORMAT", .word = format_writable_name,          \
            .help = "bin (headerless, little-endian), npy or idx\n" \
                    "(default: " default_format ")"                 \
    }

/* Checks what can be wrong before any byte is read. With --dry-run the
 * conversion goes through, but what would be written is only counted, in
 * *written. */
bool MUST_USE convert_options_resolve(const struct convert_options *o,
                                      const struct common *common,
                                      const char *input,
                                      const char *default_format,
                                      struct convert_paths *to,
                                      uint64_t *written, struct error *err);

/* After a conversion: with --dry-run, says what would have been written. */
void convert_options_tell(const struct common *common,
                          const struct convert_paths *paths);

#endif

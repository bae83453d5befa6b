/* SPDX-License-Identifier: MIT */
/* onehot: labels to one-hot rows. */
#include "base/number.h"
#include "cmd/commands.h"
#include "cmd/convert_options.h"

struct onehot_settings {
    struct common common;
    struct convert_options convert;
    size_t classes;
    const char *smoothing;
};

static const struct onehot_settings onehot_defaults = { .classes = 10 };

static const struct option_row onehot_options[] = {
    CONVERT_ROWS(struct onehot_settings, "bin"),
    { "classes", 0, COUNT(struct onehot_settings, classes), .least = 1,
      .arg = "N", .help = "the labels are 0 to N-1 (default: 10)" },
    { "smoothing", 0, TEXT(struct onehot_settings, smoothing), .arg = "E",
      .help = "1 - E + E/N at the label, E/N elsewhere (default: 0)" },
    { .name = NULL },
};

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct onehot_settings *s = settings;
    struct convert_paths paths;
    uint64_t written;
    double smoothing = 0;

    (void)argc;
    if (s->smoothing && !number_parse_double(s->smoothing, &smoothing))
        return error_set(err, FAIL_USAGE, "--smoothing: '%s' is no number",
                         s->smoothing);
    bool ok = convert_options_resolve(&s->convert, &s->common, argv[0], "bin",
                                      &paths, &written, err) &&
              convert_onehot(&paths, s->classes, smoothing, err);
    if (ok)
        convert_options_tell(&s->common, &paths);
    return ok;
}

const struct command command_onehot = {
    .name = "onehot",
    .operand = "INPUT",
    .takes = ARG_FILE,
    .least = 1,
    .most = 1,
    .group = GROUP_CONVERT,
    .summary = "labels to one-hot rows",
    .description =
        "Reads labels (IDX or NPY, in gzip or xz or not; - is standard input)\n"
        "and writes one row of N f32 numbers for each. A label outside of 0\n"
        "to N-1 is an error that names its row, and nothing is left.",
    .examples = "  mnistprep onehot train-labels-idx1-ubyte.gz -o y.f32\n",
    .options = onehot_options,
    .uses = USE_DRY_RUN | USE_FORCE | USE_JOBS,
    .settings_size = sizeof(struct onehot_settings),
    .defaults = &onehot_defaults,
    .run = run,
};

/* SPDX-License-Identifier: MIT */
/* decode: anything readable to an uncompressed array file. */
#include "cmd/commands.h"
#include "cmd/convert_options.h"

struct decode_settings {
    struct common common;
    struct convert_options convert;
};

static const struct option_row decode_options[] = {
    CONVERT_ROWS(struct decode_settings, "idx"),
    { .name = NULL },
};

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct decode_settings *s = settings;
    struct convert_paths paths;
    uint64_t written;

    (void)argc;
    bool ok = convert_options_resolve(&s->convert, &s->common, argv[0], "idx",
                                      &paths, &written, err) &&
              convert_decode(&paths, err);
    if (ok)
        convert_options_tell(&s->common, &paths);
    return ok;
}

const struct command command_decode = {
    .name = "decode",
    .operand = "INPUT",
    .takes = ARG_FILE,
    .least = 1,
    .most = 1,
    .group = GROUP_CONVERT,
    .summary = "anything readable to an uncompressed array file",
    .description =
        "Reads IDX, NPY, CSV or PNG, in gzip or xz or not, told by content "
        "and\n"
        "never by name, and writes the same elements (of a CSV table all\n"
        "columns, labels too). INPUT - is standard input.\n"
        "Checksums and lengths are compared; on damage nothing is left.",
    .examples = "  mnistprep decode t10k-images-idx3-ubyte.gz -o images.idx\n"
                "  zcat labels.gz | mnistprep decode - --format npy > y.npy\n",
    .options = decode_options,
    .uses = USE_DRY_RUN | USE_FORCE | USE_JOBS,
    .settings_size = sizeof(struct decode_settings),
    .run = run,
};

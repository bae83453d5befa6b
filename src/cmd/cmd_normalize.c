/* SPDX-License-Identifier: MIT */
/* normalize: pixels to scaled numbers. */
#include "cmd/commands.h"
#include "cmd/convert_options.h"
#include "cmd/scale_options.h"

struct normalize_settings {
    struct common common;
    struct convert_options convert;
    struct scale_options scale;
};

static const struct option_row normalize_options[] = {
    CONVERT_ROWS(struct normalize_settings, "bin"),
    SCALE_ROWS(struct normalize_settings, scale, "the input", .noted = 0),
    { .name = NULL },
};

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct normalize_settings *s = settings;
    struct convert_paths paths;
    uint64_t written;
    struct scale scale;
    enum dtype dtype;

    (void)argc;
    bool ok = convert_options_resolve(&s->convert, &s->common, argv[0], "bin",
                                      &paths, &written, err) &&
              scale_options_resolve(&s->scale, &scale, &dtype, err) &&
              convert_normalize(&paths, &scale, dtype, err);
    if (ok)
        convert_options_tell(&s->common, &paths);
    return ok;
}

const struct command command_normalize = {
    .name = "normalize",
    .operand = "INPUT",
    .takes = ARG_FILE,
    .least = 1,
    .most = 1,
    .group = GROUP_CONVERT,
    .summary = "pixels to scaled numbers",
    .description =
        "Reads images (IDX, NPY, PNG, or CSV without labels, in gzip or xz or\n"
        "not; - is standard input) and writes scaled numbers of the same\n"
        "shape: computed in double and rounded once, bit-equal to numpy's\n"
        "x / 255. Only whole numbers from 0 to 255 can become u8. A table "
        "with\n"
        "labels is for 'mnistprep prep --from'.",
    .examples =
        "  mnistprep normalize train-images-idx3-ubyte.gz -o train.f32\n"
        "  mnistprep decode images.gz | mnistprep normalize - > images.f32\n"
        "  mnistprep normalize images.gz --scale 0.1307,0.3081 --format npy "
        "\\\n"
        "      -o images.npy\n",
    .options = normalize_options,
    .uses = USE_DRY_RUN | USE_FORCE | USE_JOBS,
    .settings_size = sizeof(struct normalize_settings),
    .run = run,
};

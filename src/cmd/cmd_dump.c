/* SPDX-License-Identifier: MIT */
/* dump: pictures of samples, one by one, on a contact sheet, or in the
 * terminal. */
#include "cmd/commands.h"
#include "cmd/dump.h"

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct dump_settings *s = settings;
    struct dump d = { .settings = s, .view = &d.opened.view };
    bool ok = dump_options_check(s, &d.request, err) &&
              view_options_open(&d.opened, &s->view, &s->common, s->split, argc,
                                argv, err);

    if (ok) {
        d.split = dump_default_split(d.view);
        ok = s->preview ? dump_preview(&d, err) : dump_files(&d, err);
    }
    if (!ok)
        opened_view_hint(&d.opened, err);
    samples_release(&d.samples);
    row_list_release(&d.list);
    opened_view_release(&d.opened);
    return ok;
}

const struct command command_dump = {
    .name = "dump",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = 1,
    .group = GROUP_LOOK,
    .summary = "pictures of samples: PNG, contact sheets, in the terminal",
    .description =
        "Draws samples of a dataset (default: mnist) from its raw files, from\n"
        "a prepared set, or from data of one's own. The paths of the pictures\n"
        "are printed on standard output. Single pictures are named by split,\n"
        "row and label: train-00000-5.png. --preview shows them at once, by\n"
        "what the terminal can do.",
    .examples =
        "  mnistprep dump --grid 3x3 --captions\n"
        "  mnistprep dump --index 0 --zoom 1 -o one.png\n"
        "  mnistprep dump fashion-mnist --class Bag --grid 8x4 -o bags.png\n"
        "  mnistprep dump --per-class 8 --random --grid auto --captions\n"
        "  mnistprep dump --random --preview\n",
    .options = dump_options,
    .uses = USE_DRY_RUN | USE_FORCE | USE_JOBS,
    .force_help = "replace existing files that hold something else",
    .settings_size = sizeof(struct dump_settings),
    .defaults = &dump_defaults,
    .run = run,
};

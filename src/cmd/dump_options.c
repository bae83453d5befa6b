/* SPDX-License-Identifier: MIT */
/* The table of dump's options, and what they add up to. */
#include "cmd/dump_options.h"

#include <string.h>

#include "base/number.h"
#include "cli/terminal.h"

enum { ZOOM_MAX = 1000, PADDING_MAX = 1000, GRID_MAX = 10000 };

static const char *const grid_words[] = { "auto", NULL };

#define S struct dump_settings

const struct dump_settings dump_defaults = { .zoom = 4, .padding = 4 };

const struct option_row dump_options[] = {
    VIEW_ROWS(S, view),
    { "split", 0, TEXT(S, split), .arg = "NAME", .takes = ARG_SPLIT,
      .help = "the split (default: train, or the first). Names that\n"
              "of --images, and of --from that has none" },
    { "index", 0, TEXT(S, index), .arg = "LIST",
      .help = "these rows, as in 0,5,10-20 (default: the first)" },
    { "class", 0, TEXT(S, class_name), .arg = "C",
      .help = "rows of this class, by label or name" },
    { "per-class", 0, COUNT(S, per_class), .least = 1, .arg = "K",
      .help = "K rows of each class, class by class" },
    { "rows", 0, TEXT(S, rows), .arg = "FILE", .takes = ARG_FILE,
      .help = "rows listed in FILE (-: standard input): lines of\n"
              "SPLIT<TAB>ROW or ROW, as stats --audit --tsv gives" },
    { "count", 0, COUNT(S, count), .least = 1, .arg = "N",
      .help = "how many (default: what the grid or the terminal\n"
              "holds, else 1; of --rows: all)" },
    { "random", 0, FLAG(S, random),
      .help = "chosen at random, in place of the first" },
    { "seed", 0, TEXT(S, seed), .arg = "N",
      .help = "for --random, which it implies (default: 0)" },
    { "grid", 0, TEXT(S, grid), .arg = "COLSxROWS", .choices = grid_words,
      .help = "one sheet, as in 3x3, instead of single pictures;\n"
              "auto: as it fits" },
    { "captions", 0, FLAG(S, captions),
      .help = "write the class under each picture of a sheet" },
    { "padding", 0, COUNT(S, padding), NOTED(S, has_padding), .arg = "N",
      .help = "pixels between the pictures of a sheet (default: 4)" },
    { "zoom", 0, COUNT(S, zoom), .least = 1, .arg = "N",
      .help = "draw each pixel N x N (default: 4)" },
    { "preview", 0, FLAG(S, preview),
      .help = "pictures in the terminal instead of files" },
    { "protocol", 0, CHOICE(S, protocol, terminal_protocols),
      NOTED(S, has_protocol), .arg = "HOW",
      .help = "of --preview: auto (default), half, ascii, kitty\n"
              "or sixel" },
    { "output", 'o', TEXT(S, output), .arg = "PATH", .takes = ARG_FILE,
      .help = "FILE.png, a directory, or - for standard output\n"
              "(default: DATA/<dataset>/samples)" },
    { .name = NULL },
};

#undef S

/* Each of these says alone which rows. */
static bool check_choice(const struct dump_settings *s, struct error *err)
{
    const struct {
        const char *name;
        bool given;
    } choices[] = {
        { "--index", s->index != NULL },
        { "--class", s->class_name != NULL },
        { "--per-class", s->per_class > 0 },
        { "--rows", s->rows != NULL },
    };
    const char *first = NULL;

    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (choices[i].given && first)
            return error_set(err, FAIL_USAGE, "%s and %s exclude each other",
                             first, choices[i].name);
        if (choices[i].given)
            first = choices[i].name;
    }
    if (s->count > 0 && (s->index || s->per_class > 0))
        return error_set(err, FAIL_USAGE,
                         "--count goes with neither --index nor --per-class");
    if ((s->random || s->seed) && (s->index || s->rows))
        return error_set(err, FAIL_USAGE,
                         "--random and --seed choose rows; they go with "
                         "neither --index nor --rows");
    return true;
}

static bool check_form(const struct dump_settings *s, struct error *err)
{
    if (s->preview && (s->grid || s->output))
        return error_set(err, FAIL_USAGE,
                         "--preview shows pictures in the terminal; it goes "
                         "with neither --grid nor --output");
    if (s->preview && s->common.dry_run)
        return error_set(err, FAIL_USAGE,
                         "--preview writes no files; it goes without "
                         "--dry-run");
    if (s->captions && !s->grid && !s->preview)
        return error_set(err, FAIL_USAGE, "--captions goes with --grid");
    if (s->has_padding && !s->grid)
        return error_set(err, FAIL_USAGE, "--padding goes with --grid");
    if (s->has_protocol && !s->preview)
        return error_set(err, FAIL_USAGE, "--protocol goes with --preview");
    if (s->zoom > ZOOM_MAX)
        return error_set(err, FAIL_USAGE, "--zoom: at most %d is possible",
                         ZOOM_MAX);
    if (s->padding > PADDING_MAX)
        return error_set(err, FAIL_USAGE, "--padding: at most %d is possible",
                         PADDING_MAX);
    return true;
}

static bool parse_grid(const char *grid, struct dump_request *to,
                       struct error *err)
{
    const char *x = grid ? strchr(grid, 'x') : NULL;
    uint64_t columns, rows;

    if (!grid || strcmp(grid, "auto") == 0)
        return true;
    if (!x || !number_parse_u64_n(grid, (size_t)(x - grid), &columns) ||
        !number_parse_u64(x + 1, &rows) || columns < 1 || rows < 1 ||
        columns > GRID_MAX || rows > GRID_MAX)
        return error_set(err, FAIL_USAGE,
                         "--grid: '%s' is no grid; it is COLSxROWS, as in 3x3, "
                         "or auto",
                         grid);
    to->columns = (size_t)columns;
    to->rows = (size_t)rows;
    return true;
}

bool dump_options_check(const struct dump_settings *s, struct dump_request *to,
                        struct error *err)
{
    *to = (struct dump_request){ .form = s->preview ? DUMP_PREVIEW
                                         : s->grid  ? DUMP_SHEET
                                                    : DUMP_PICTURES,
                                 .random = s->random || s->seed };
    if (s->seed && !number_parse_u64(s->seed, &to->seed))
        return error_set(err, FAIL_USAGE,
                         "--seed: '%s' is no whole number below 2^64", s->seed);
    return check_choice(s, err) && check_form(s, err) &&
           parse_grid(s->grid, to, err);
}

/* SPDX-License-Identifier: MIT */
/* Usage texts of at most 80 columns. */
#include "cli/help.h"

#include <string.h>

#include "base/sizes.h"

enum { COLUMN = 26 }; /* where the words about an option begin */

static const char *const group_titles[] = {
    [GROUP_GET] = "Get and check",
    [GROUP_CONVERT] = "Convert",
    [GROUP_LOOK] = "Look",
    [GROUP_ABOUT] = "About",
};

static void print_commands(FILE *to, const struct command *const *commands)
{
    for (size_t g = 0; g < COUNT_OF(group_titles); g++) {
        fprintf(to, "\n%s:\n", group_titles[g]);
        for (const struct command *const *c = commands; *c; c++)
            if ((*c)->group == (enum command_group)g)
                fprintf(to, "  %-11s %s\n", (*c)->name, (*c)->summary);
    }
}

void help_concise(FILE *to, const struct command *const *commands)
{
    fputs("mnistprep prepares MNIST-family datasets for training, and proves "
          "them right.\n\n"
          "  mnistprep fetch && mnistprep prep      MNIST as flat float files "
          "in data/\n"
          "  mnistprep dump --grid 8x8 --captions   a picture of its first "
          "samples\n",
          to);
    print_commands(to, commands);
    fputs("\n'mnistprep help COMMAND' tells the rest.\n", to);
}

static void print_option(FILE *to, const struct option_row *row)
{
    char words[64];
    int n = snprintf(words, sizeof words, "  %c%c%s--%s%s%s",
                     row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
                     row->letter ? ", " : "  ", row->name, row->arg ? " " : "",
                     row->arg ? row->arg : "");

    if (n < COLUMN - 1)
        fprintf(to, "%-*s", COLUMN, words);
    else
        fprintf(to, "%s\n%*s", words, COLUMN, "");
    /* Help texts break at their newlines, under their own column. */
    for (const char *line = row->help; line;) {
        size_t length = strcspn(line, "\n");
        fprintf(to, "%.*s\n", (int)length, line);
        line = line[length] ? line + length + 1 : NULL;
        if (line)
            fprintf(to, "%*s", COLUMN, "");
    }
}

static void print_common(FILE *to, const struct command *c)
{
    for (const struct option_row *row = common_options; row->name; row++) {
        struct option_row shown = *row;
        if (c && c->force_help && row->use == USE_FORCE)
            shown.help = c->force_help;
        if (option_applies(row, c))
            print_option(to, &shown);
    }
}

void help_full(FILE *to, const struct command *const *commands)
{
    help_concise(to, commands);
    fputs("\nOptions of every command, before or after its name:\n", to);
    print_common(to, NULL);
    fputs("\nTopics: ", to);
    for (const char *const *t = help_topics(); *t; t++)
        fprintf(to, "%s%s", t == help_topics() ? "" : ", ", *t);
    fputs(" ('mnistprep help TOPIC')\n", to);
}

void help_command(FILE *to, const struct command *c)
{
    fprintf(to, "usage: mnistprep %s [OPTION...]%s%s\n\n%s\n", c->name,
            c->operands[0] ? " " : "", c->operands, c->description);
    if (c->options->name) {
        fputs("\nOptions:\n", to);
        for (const struct option_row *row = c->options; row->name; row++)
            print_option(to, row);
    }
    fputs("\nCommon options:\n", to);
    print_common(to, c);
    if (c->examples)
        fprintf(to, "\nExamples:\n%s", c->examples);
}

/* ---- topics ---- */

static const struct {
    const char *name, *text;
} topics[] = {
    { "exit-status",
      "  0   done, or already up to date\n"
      "  1   the system refused: I/O, memory, permissions, disk full\n"
      "  2   wrong use: option, argument, environment, or a foreign file that\n"
      "      would have been overwritten\n"
      "  3   damaged or unexpected data: not gzip, bad IDX, wrong hash on "
      "every\n"
      "      mirror, label out of range, counts that differ\n"
      "  4   network: unreachable, timed out, refused, offline and not on "
      "disk,\n"
      "      or locked by another process; worth another try\n"
      "  10  only from --check: something would change\n"
      "\nWith several files the most severe failure decides. After SIGINT,\n"
      "SIGTERM and SIGPIPE it cleans up and dies by the signal itself.\n" },
    { "environment",
      "  MNISTPREP_DATA_DIR   where datasets lie, as --data-dir\n"
      "  MNISTPREP_OFFLINE    1: as fetch --offline\n"
      "  MNISTPREP_PROGRESS   auto, bar, plain, json or none, as --progress\n"
      "  NO_COLOR             not empty: no colours, as --color never\n"
      "  CURL_CA_BUNDLE, SSL_CERT_FILE   as fetch --cacert\n"
      "  SSL_CERT_DIR         a directory of certificates to trust\n"
      "  http_proxy, https_proxy, ALL_PROXY, NO_PROXY   as for curl\n"
      "\nAn option wins over the environment; an empty variable is unset.\n" },
    { "files",
      "  DATA/NAME/raw/             the published files, as published\n"
      "  DATA/NAME/raw/receipt.json what was verified, and when\n"
      "  DATA/NAME/raw/*.part       what came before a download was cut\n"
      "  DATA/NAME/prepared/        what prep made: headerless arrays, rows "
      "in\n"
      "                             C order, little-endian\n"
      "    train-images.f32         rows x height x width\n"
      "    train-labels.u8          one per row\n"
      "    train-onehot.f32         rows x classes\n"
      "    train-rows.u32           the published row of each, where rows "
      "were\n"
      "                             chosen or put in another order\n"
      "    train-folds.u8           the fold of each, with --folds\n"
      "    train-copies.u8          which deformed copy of its row each is, "
      "with\n"
      "                             --augment; 0: the row itself\n"
      "    SHA256SUMS               of each file, with --checksums\n"
      "    dataset.json             shapes, types, recipe and source hashes;\n"
      "                             written last\n"
      "  DATA/NAME/samples/         pictures that dump made\n" },
};

static const char *const topic_names[] = { "exit-status", "environment",
                                           "files", NULL };

const char *const *help_topics(void)
{
    return topic_names;
}

bool help_topic(FILE *to, const char *topic)
{
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (strcmp(topics[i].name, topic) == 0) {
            fputs(topics[i].text, to);
            return true;
        }
    }
    return false;
}

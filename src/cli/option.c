/* SPDX-License-Identifier: MIT */
/* The common options, and the table behind getopt_long. */
#include "cli/option.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/suggest.h"

/* Enough for the largest command and the common ones. */
enum { ROWS_MAX = 64 };

static const char *const progress_names[] = { "auto", "bar",  "plain",
                                              "json", "none", NULL };
static const char *const color_names[] = { "auto", "always", "never", NULL };

/* Each has memory of its own. */
enum { JOBS_MAX = 1024 };

const struct option_row common_options[] = {
    { "json", 0, FLAG(struct common, json), .use = USE_JSON,
      .help = "report as JSON" },
    { "dry-run", 'n', FLAG(struct common, dry_run), .use = USE_DRY_RUN,
      .help = "say what would be done; write nothing" },
    { "check", 0, FLAG(struct common, check), .use = USE_CHECK,
      .help = "write nothing; exit with 10 if something would be" },
    { "force", 'f', FLAG(struct common, force), .use = USE_FORCE,
      .help = "replace existing files" },
    { "jobs", 'j', COUNT(struct common, jobs), .least = 1, .most = JOBS_MAX,
      .use = USE_JOBS, .arg = "N",
      .help = "work on up to N things at once, each with a thread\n"
              "that reads ahead; 1: in a single thread (default: one\n"
              "per processor)" },
    { "lock-timeout", 0, COUNT(struct common, lock_timeout_s), .use = USE_LOCK,
      .arg = "S",
      .help = "seconds to wait for another mnistprep that works on\n"
              "the same files (default: 600)" },
    { "data-dir", 'C', TEXT(struct common, data_dir), .arg = "DIR",
      .takes = ARG_DIR,
      .help = "where datasets lie\n"
              "(default: $MNISTPREP_DATA_DIR, else data)" },
    { "catalogue", 0, TEXT(struct common, catalogue), .arg = "FILE",
      .takes = ARG_FILE,
      .help = "a catalogue of your own, beside the built-in one" },
    { "quiet", 'q', FLAG(struct common, quiet), .help = "only errors" },
    { "verbose", 'v', FLAG(struct common, verbose),
      .help = "say what is decided, and why" },
    { "progress", 0, CHOICE(struct common, progress, progress_names),
      .arg = "MODE",
      .help = "auto, bar, plain, json or none\n"
              "(default: $MNISTPREP_PROGRESS, else auto)" },
    { "color", 0, CHOICE(struct common, color, color_names), .arg = "WHEN",
      .help = "auto, always or never (auto honours NO_COLOR)" },
    { "help", 'h', FLAG(struct common, help), .help = "show this help" },
    { .name = NULL },
};

bool option_applies(const struct option_row *row, const struct command *c)
{
    return row->use == 0 || (c && (c->uses & row->use) != 0);
}

const char *option_word(const struct option_row *row, size_t i)
{
    if (row->word)
        return row->word(i);
    for (size_t n = 0; row->choices && row->choices[n]; n++)
        if (n == i)
            return row->choices[n];
    return NULL;
}

/* The walk's next row, whether it applies or not; NULL behind the last. */
static const struct option_row *step(struct option_walk *w)
{
    if (!w->next) {
        w->common = !w->command;
        w->next = w->command ? w->command->options : common_options;
    }
    if (!w->next->name && !w->common) {
        w->common = true;
        w->next = common_options;
    }
    return w->next->name ? w->next++ : NULL;
}

bool option_next(struct option_walk *w, struct option_row *row)
{
    const struct command *c = w->command;
    const struct option_row *next = step(w);

    while (next && w->common && !option_applies(next, c))
        next = step(w);
    if (!next)
        return false;
    *row = *next;
    if (w->common && c && c->force_help && row->use == USE_FORCE)
        row->help = c->force_help;
    return true;
}

/* ---- storing a value ---- */

static bool list_append(struct text_list *list, const char *text,
                        struct error *err)
{
    const char **grown = array_grow(list->text, &list->room, list->count + 1,
                                    sizeof *grown, err);

    if (!grown)
        return false;
    list->text = grown;
    list->text[list->count++] = text;
    return true;
}

void text_list_release(struct text_list *list)
{
    free(list->text);
    *list = (struct text_list){ 0 };
}

static bool store_choice(const char *what, const char *const *choices,
                         const char *text, int *to, struct error *err)
{
    char hint[256];
    size_t n = 0;

    while (choices[n]) {
        if (strcmp(choices[n], text) == 0) {
            *to = (int)n;
            return true;
        }
        n++;
    }
    suggest_all(hint, sizeof hint, text, choices, n);
    return error_set(err, FAIL_USAGE, "%s: '%s' is not possible%s", what, text,
                     hint);
}

static bool store(const struct option_row *row, void *settings,
                  const char *text, struct error *err)
{
    char *field = (char *)settings + row->offset;
    size_t most = row->most > 0 ? row->most : INT_MAX;
    char what[80];
    uint64_t count;

    snprintf(what, sizeof what, "--%s", row->name);
    if (row->noted > 0)
        *((bool *)(void *)((char *)settings + row->noted)) = true;
    if ((row->kind == OPTION_TEXT || row->kind == OPTION_LIST) &&
        text[0] == '\0')
        return error_set(err, FAIL_USAGE, "%s: the argument is empty", what);
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_COUNT:
        if (!number_parse_u64(text, &count) || count > most ||
            count < row->least)
            return error_set(err, FAIL_USAGE,
                             "%s: '%s' is no whole number from %zu to %zu",
                             what, text, row->least, most);
        *(size_t *)(void *)field = (size_t)count;
        return true;
    case OPTION_TEXT:
        *(const char **)(void *)field = text;
        return true;
    case OPTION_CHOICE:
        return store_choice(what, row->choices, text, (int *)(void *)field,
                            err);
    case OPTION_LIST:
        return list_append((struct text_list *)(void *)field, text, err);
    }
    return true;
}

/* ---- getopt_long ---- */

/* The rows of one parse, in getopt's own form. */
struct parser {
    const struct option_row *row[ROWS_MAX];
    struct option longs[ROWS_MAX + 1];
    char shorts[3 * ROWS_MAX + 3];
    size_t count;
};

static void add_rows(struct parser *p, const struct option_row *rows,
                     const struct command *command, bool all)
{
    for (; rows->name && p->count < ROWS_MAX; rows++) {
        if (!all && !option_applies(rows, command))
            continue;
        bool takes = rows->kind != OPTION_FLAG;
        p->row[p->count] = rows;
        p->longs[p->count].name = rows->name;
        p->longs[p->count].has_arg = takes ? required_argument : no_argument;
        p->longs[p->count].val = 0;
        if (rows->letter) {
            size_t n = strlen(p->shorts);
            snprintf(p->shorts + n, sizeof p->shorts - n, "%c%s", rows->letter,
                     takes ? ":" : "");
        }
        p->count++;
    }
}

static const struct option_row *find_letter(const struct parser *p, int letter)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->row[i]->letter == letter)
            return p->row[i];
    return NULL;
}

/* getopt_long takes abbreviations, which would make every new option break
 * someone's script. The word as it stands in argv tells. */
static bool is_abbreviated(const struct option_row *row, char **argv)
{
    const char *word = argv[optind - 1];

    if (optarg && optarg == word)
        word = argv[optind - 2];
    word += 2;
    return strcspn(word, "=") != strlen(row->name);
}

static bool unknown_option(const struct parser *p, const char *word,
                           struct error *err)
{
    const char *names[ROWS_MAX];
    char given[64], hint[256];

    for (size_t i = 0; i < p->count; i++)
        names[i] = p->row[i]->name;
    size_t n = word[1] == '-' ? strcspn(word, "=") : strlen(word);
    snprintf(given, sizeof given, "%.*s", (int)n, word);
    suggest_nearest(hint, sizeof hint, given + strspn(given, "-"), "--", names,
                    p->count);
    return error_set(err, FAIL_USAGE, "unknown option '%s'%s", given, hint);
}

static bool refused_option(const struct parser *p, int result, char **argv,
                           struct error *err)
{
    char letter[3] = { '-', (char)optopt, '\0' };

    if (result == ':') {
        const char *word = argv[optind - 1];
        for (size_t i = 0; word[1] == '-' && i < p->count; i++)
            if (strcmp(word + 2, p->row[i]->name) == 0)
                return error_set(err, FAIL_USAGE, "%s needs an argument", word);
        return word[1] == '-'
                   ? unknown_option(p, word, err)
                   : error_set(err, FAIL_USAGE, "%s needs an argument", letter);
    }
    if (optopt != 0 && find_letter(p, optopt))
        return error_set(err, FAIL_USAGE, "%s takes no argument", letter);
    if (optopt != 0)
        return unknown_option(p, letter, err);
    for (size_t i = 0; i < p->count; i++) {
        size_t n = strlen(p->row[i]->name);
        if (strncmp(argv[optind - 1] + 2, p->row[i]->name, n) == 0 &&
            argv[optind - 1][2 + n] == '=')
            return error_set(err, FAIL_USAGE, "--%s takes no argument",
                             p->row[i]->name);
    }
    return unknown_option(p, argv[optind - 1], err);
}

static bool run_parser(struct parser *p, void *settings, int argc, char **argv,
                       int *at, struct error *err)
{
    int result, index;

    opterr = 0;
#ifdef __GLIBC__
    optind = 0; /* also forgets the order of an earlier parse */
#else
    optind = 1;
#endif
    for (;;) {
        index = -1;
        result = getopt_long(argc, argv, p->shorts, p->longs, &index);
        if (result == -1)
            break;
        if (result == '?' || result == ':')
            return refused_option(p, result, argv, err);
        const struct option_row *row = index >= 0 ? p->row[index]
                                                  : find_letter(p, result);
        if (index >= 0 && is_abbreviated(row, argv))
            return unknown_option(
                p, argv[optarg == argv[optind - 1] ? optind - 2 : optind - 1],
                err);
        if (!store(row, settings, optarg, err))
            return false;
    }
    *at = optind;
    return true;
}

bool options_parse_common(struct common *common, int argc, char **argv, int *at,
                          struct error *err)
{
    struct parser p = { .shorts = "+:" }; /* "+": stop at the command */

    add_rows(&p, common_options, NULL, false);
    return run_parser(&p, common, argc, argv, at, err);
}

bool options_parse(const struct command *command, void *settings, int argc,
                   char **argv, int *at, struct error *err)
{
    struct parser p = { .shorts = ":" };

    add_rows(&p, command->options, command, true);
    add_rows(&p, common_options, command, false);
    return run_parser(&p, settings, argc, argv, at, err);
}

void options_release(const struct command *command, void *settings)
{
    for (const struct option_row *r = command->options; r->name; r++)
        if (r->kind == OPTION_LIST)
            text_list_release(
                (struct text_list *)(void *)((char *)settings + r->offset));
}

/* ---- environment and defaults ---- */

const char *option_environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] != '\0' ? value : NULL;
}

bool option_environment_flag(const char *name, bool *to, struct error *err)
{
    const char *value = option_environment(name);

    if (!value)
        return true;
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return error_set(err, FAIL_USAGE,
                         "the environment variable %s is '%s'; it has to be 0 "
                         "or 1",
                         name, value);
    *to = *to || value[0] == '1';
    return true;
}

static bool find_progress(const char *text, int *to)
{
    struct error ignored = { 0 };
    return text && store_choice("", progress_names, text, to, &ignored);
}

void options_find_progress(struct common *common, int argc, char **argv)
{
    static const char word[] = "--progress";
    size_t n = sizeof word - 1;
    int found = PROGRESS_AUTO;

    if (common->progress != PROGRESS_AUTO)
        return;
    (void)find_progress(option_environment("MNISTPREP_PROGRESS"), &found);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], word) == 0)
            (void)find_progress(argv[i + 1], &found); /* NULL at the end */
        else if (strncmp(argv[i], word, n) == 0 && argv[i][n] == '=')
            (void)find_progress(argv[i] + n + 1, &found);
    }
    common->progress = found;
}

bool options_complete(struct common *common, struct error *err)
{
    const char *progress = option_environment("MNISTPREP_PROGRESS");

    if (!common->data_dir)
        common->data_dir = option_environment("MNISTPREP_DATA_DIR");
    if (!common->data_dir)
        common->data_dir = "data";
    common->dry_run = common->dry_run || common->check;
    if (common->jobs == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        common->jobs = processors > 0 ? (size_t)processors : 1;
    }
    if (common->progress == PROGRESS_AUTO && progress)
        return store_choice("the environment variable MNISTPREP_PROGRESS",
                            progress_names, progress, &common->progress, err);
    return true;
}

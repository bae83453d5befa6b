/* SPDX-License-Identifier: MIT */
/* Options as tables: one row gives the parsing, the type and the help. */
#ifndef MP_CLI_OPTION_H
#define MP_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct command;

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_COUNT,  /* size_t, at least .least */
    OPTION_TEXT,   /* const char *, into argv */
    OPTION_CHOICE, /* int, the position in .choices */
    OPTION_LIST,   /* struct text_list, one element each time it is given */
};

/* Texts point into argv; the array is owned (text_list_release). */
struct text_list {
    const char **text;
    size_t count, room;
};

/* What an argument is: how it is completed. */
enum argument {
    ARG_TEXT,  /* one of the row's words, if it has any, or as .arg says */
    ARG_WORDS, /* several of the row's words, by commas */
    ARG_FILE,  /* or a directory */
    ARG_DIR,
    ARG_DATASET,
    ARG_SPLIT,
    ARG_SPLITS, /* several, by commas */
    ARG_HELP,   /* what there is help about: a command, a topic */
};

struct option_row {
    const char *name; /* long, without dashes */
    char letter;      /* 0: none */
    enum option_kind kind;
    size_t offset;                 /* of the field in the settings */
    size_t least, most;            /* OPTION_COUNT; most is INT_MAX if 0 */
    const char *const *choices;    /* of OPTION_CHOICE; of others, words to be
                                   proposed; ends with NULL */
    const char *(*word)(size_t i); /* or the i-th; NULL behind the last */
    const char *arg;               /* how the help calls the argument */
    enum argument takes;
    const char *help;
    unsigned use; /* common options: for commands that use this */
    size_t noted; /* offset of a bool that becomes true when it is given; 0:
                     none, as that is where the common settings are */
};

/* The field's type is checked by the compiler. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): types take none */
#define OPTION_AT(type, s, f) _Generic(((s *)0)->f, type : offsetof(s, f))
#define FLAG(s, f) .kind = OPTION_FLAG, .offset = OPTION_AT(bool, s, f)
#define COUNT(s, f) .kind = OPTION_COUNT, .offset = OPTION_AT(size_t, s, f)
#define TEXT(s, f) .kind = OPTION_TEXT, .offset = OPTION_AT(const char *, s, f)
#define CHOICE(s, f, names) \
    .kind = OPTION_CHOICE, .offset = OPTION_AT(int, s, f), .choices = names
#define NOTED(s, f) .noted = OPTION_AT(bool, s, f)
#define LIST(s, f) \
    .kind = OPTION_LIST, .offset = OPTION_AT(struct text_list, s, f)

/* Which common options a command understands, apart from those that all do. */
enum use {
    USE_JSON = 1,    /* it reports */
    USE_DRY_RUN = 2, /* it leaves files */
    USE_FORCE = 4,   /* the same */
    USE_JOBS = 8,    /* it computes */
    USE_CHECK = 16,  /* it can tell whether there is anything to do */
    USE_LOCK = 32,   /* it waits for other processes */
};

enum progress_mode {
    PROGRESS_AUTO,
    PROGRESS_BAR,
    PROGRESS_PLAIN,
    PROGRESS_JSON,
    PROGRESS_NONE
};
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What every command is told; the first member of each settings struct. */
struct common {
    const struct command *command; /* NULL while it is not known */
    const char *data_dir;          /* never NULL once parsed */
    const char *catalogue;
    bool quiet, verbose;
    int progress; /* enum progress_mode */
    int color;    /* enum color_mode */
    bool help;
    bool json, dry_run, force, check;
    size_t lock_timeout_s;
    size_t jobs; /* at least 1 once parsed */
};

extern const struct option_row common_options[];

/* The i-th word that an option's argument can be; NULL behind the last. */
const char *option_word(const struct option_row *row, size_t i);

/* Is this common option one of the command's (NULL: of all commands)? */
bool option_applies(const struct option_row *row, const struct command *c);

/* All rows that a command (NULL: every command) understands: its own, then the
 * common ones. Starts with the command alone. */
struct option_walk {
    const struct command *command;
    const struct option_row *next;
    bool common; /* the last row was one of the common ones */
};

/* The next row, with the command's own words about --force; false behind the
 * last. */
bool option_next(struct option_walk *w, struct option_row *row);

/* Parses the options before the command's name; *at becomes the position of
 * the first word that is none. */
bool MUST_USE options_parse_common(struct common *common, int argc, char **argv,
                                   int *at, struct error *err);

/* Parses the words after the command's name into its settings, which begin
 * with what options_parse_common left. The operands come to stand at the end
 * of argv; *at becomes the position of the first. */
bool MUST_USE options_parse(const struct command *command, void *settings,
                            int argc, char **argv, int *at, struct error *err);

/* Fills in what was not given, from the environment or by default. */
bool MUST_USE options_complete(struct common *common, struct error *err);

/* For reporting a failure of the parsing itself: a progress mode that stands
 * behind the word at which it stopped, else the environment's. Nothing when one
 * has been parsed. */
void options_find_progress(struct common *common, int argc, char **argv);

/* The value of an environment variable; NULL when unset or empty. */
const char *option_environment(const char *name);

/* "1" or "0"; anything else is FAIL_USAGE naming the variable. */
bool MUST_USE option_environment_flag(const char *name, bool *to,
                                      struct error *err);

void text_list_release(struct text_list *list);

/* Frees the lists in a command's settings. */
void options_release(const struct command *command, void *settings);

#endif

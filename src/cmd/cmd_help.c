/* SPDX-License-Identifier: MIT */
/* help: about everything, one command, or a topic; the manual; and scripts that
 * complete command lines. */
#include "base/writer.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/manpage.h"
#include "cli/suggest.h"
#include "cmd/commands.h"

/* More than there are commands and topics. */
enum { NAMES_MAX = 64 };

struct help_settings {
    struct common common;
    bool man, completes;
    int shell; /* enum completion_shell */
};

static const struct option_row help_options[] = {
    { "man", 0, FLAG(struct help_settings, man),
      .help = "the manual page, for man -l and mandoc" },
    { "completion", 0, CHOICE(struct help_settings, shell, completion_shells),
      NOTED(struct help_settings, completes), .arg = "SHELL",
      .help = "a script that completes command lines: bash, zsh\n"
              "or fish" },
    { .name = NULL },
};

static bool unknown(const char *word, struct error *err)
{
    const char *names[NAMES_MAX];
    char hint[256];
    size_t n = 0;

    for (const struct command *const *c = commands; *c && n < NAMES_MAX; c++)
        names[n++] = (*c)->name;
    for (const struct topic *t = topics; t->name && n < NAMES_MAX; t++)
        names[n++] = t->name;
    suggest_nearest(hint, sizeof hint, word, "", names, n);
    return error_set(err, FAIL_USAGE, "'%s' is no command and no topic%s", word,
                     hint[0] ? hint : "; 'mnistprep help' lists them");
}

/* All of it or nothing: it is printed when it is complete. */
static bool print_generated(const struct help_settings *s, struct error *err)
{
    struct bytes_writer text;

    bytes_writer_init(&text);
    bool ok = s->man ? manpage_write(&text.base, commands, err)
                     : completion_write(&text.base,
                                        (enum completion_shell)s->shell,
                                        commands, err);
    if (ok)
        fwrite(text.bytes, 1, text.n, stdout);
    bytes_writer_release(&text);
    return ok;
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct help_settings *s = settings;
    struct error ignored = { 0 };

    if (s->man + s->completes + argc > 1)
        return error_set(err, FAIL_USAGE,
                         "--man, --completion and a name exclude each other");
    if (s->man || s->completes)
        return print_generated(s, err);
    if (argc == 0) {
        help_full(stdout, commands);
        return true;
    }
    const struct topic *topic = topic_find(argv[0]);
    const struct command *c = command_find(argv[0], &ignored);
    if (!topic && !c)
        return unknown(argv[0], err);
    if (topic)
        help_topic(stdout, topic);
    else
        help_command(stdout, c);
    return true;
}

const struct command command_help = {
    .name = "help",
    .operand = "COMMAND|TOPIC",
    .takes = ARG_HELP,
    .most = 1,
    .group = GROUP_ABOUT,
    .summary = "about a command, or a topic",
    .description =
        "Shows the commands, the help of one, or a topic: environment, files,\n"
        "exit-status. The manual and the completions are made from the same\n"
        "tables; an installed mnistprep has them in their places.",
    .examples = "  mnistprep help prep\n"
                "  mnistprep help --man | man -l -\n"
                "  source <(mnistprep help --completion bash)\n",
    .options = help_options,
    .settings_size = sizeof(struct help_settings),
    .run = run,
};

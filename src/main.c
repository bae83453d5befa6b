/* SPDX-License-Identifier: MIT */
/* Finds the command, runs it, reports once, and ends with its status. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cmd/commands.h"

/* With one of the three closed, the next file to be opened would get its
 * number, and messages would end up in data. What stands in for it is open the
 * wrong way round, so that using it fails, as it should. */
static bool open_standard_streams(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDONLY);
        if (fd == STDIN_FILENO && close(fd) == 0)
            fd = open("/dev/null", O_WRONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    return fd < 0 || close(fd) == 0;
}

/* -h wins wherever it stands, also beside an option that does not exist. */
static bool asks_for(int argc, char **argv, const char *short_name,
                     const char *long_name)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], short_name) == 0 || strcmp(argv[i], long_name) == 0)
            return true;
    return false;
}

static bool check_operands(const struct command *c, int count, char **operands,
                           struct error *err)
{
    if (count < c->least)
        return error_set(err, FAIL_USAGE,
                         "%s is missing; see 'mnistprep help %s'", c->operand,
                         c->name);
    if (c->most >= 0 && count > c->most)
        return error_set(err, FAIL_USAGE,
                         "unexpected argument '%s'; see 'mnistprep help %s'",
                         operands[c->most], c->name);
    return true;
}

/* argv[0] is the command's name. */
static bool run_command(const struct command *c, struct common *common,
                        int argc, char **argv, struct error *err)
{
    struct common *settings = calloc(1, c->settings_size);
    int at = 0;
    bool ok = false;

    if (!settings)
        return error_memory(err);
    if (c->defaults)
        memcpy(settings, c->defaults, c->settings_size);
    *settings = *common;
    ok = options_parse(c, settings, argc, argv, &at, err);
    if (ok && settings->help) { /* among clustered letters, as in -qh */
        help_command(stdout, c);
        options_release(c, settings);
        free(settings);
        return true;
    }
    ok = ok && options_complete(settings, err) &&
         check_operands(c, argc - at, argv + at, err);
    *common = *settings; /* --color and the like also hold for the report */
    ok = ok && c->run(settings, argc - at, argv + at, err);
    options_release(c, settings);
    free(settings);
    return ok;
}

static bool run(struct common *common, int argc, char **argv, struct error *err)
{
    int at = 1;

    struct error bad_option = { 0 };
    if (!options_parse_common(common, argc, argv, &at, &bad_option)) {
        if (asks_for(argc, argv, "--version", "--version"))
            return run_command(&command_version, common, 1, argv, err);
        if (!asks_for(argc, argv, "-h", "--help"))
            return error_pass(err, &bad_option);
    }
    if (at == argc) {
        bool asked = asks_for(argc, argv, "-h", "--help");
        (asked ? help_full : help_concise)(asked ? stdout : stderr, commands);
        return asked || error_set(err, FAIL_USAGE, "a command is missing");
    }
    common->command = command_find(argv[at], err);
    if (!common->command)
        return false;
    if (common->help || asks_for(argc - at, argv + at, "-h", "--help")) {
        help_command(stdout, common->command);
        return true;
    }
    return run_command(common->command, common, argc - at, argv + at, err);
}

int main(int argc, char **argv)
{
    struct common common = { .lock_timeout_s = 600 };
    struct error err = { 0 };

    if (!open_standard_streams())
        return 1;
    interrupt_install();
    /* It would make getopt stop at the first operand; ours may come first. */
    unsetenv("POSIXLY_CORRECT");
    bool ok = run(&common, argc, argv, &err);
    if (!ok && err.code == FAIL_NONE)
        error_set(&err, FAIL_SYSTEM, "bug: a failure without a reason");
    /* A full disk behind a redirect shows up only here. */
    if (!report_flush(&err))
        ok = false;
    if (err.code == FAIL_PIPE)
        interrupt_die(SIGPIPE);
    if (err.code == FAIL_USAGE)
        options_find_progress(&common, argc, argv);
    if (!ok)
        report_error(&common, &err);
    report_end(&common, err.code);
    if (err.code == FAIL_INTERRUPTED && interrupt_signal() != 0)
        interrupt_die(interrupt_signal());
    return report_exit_status(err.code);
}

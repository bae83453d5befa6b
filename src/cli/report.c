/* SPDX-License-Identifier: MIT */
/* stderr is talk, stdout is data; nothing foreign is printed unmasked. */
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/topics.h"
#include "format/jsondoc.h"

/* An error's text, and each of its bytes as \xNN at worst. */
enum { LINE_MAX_BYTES = 4 * 1024 + 1 };

static bool use_color(const struct common *common)
{
    if (common->color != COLOR_AUTO)
        return common->color == COLOR_ALWAYS;
    const char *term = option_environment("TERM");
    return isatty(STDERR_FILENO) && !option_environment("NO_COLOR") && term &&
           strcmp(term, "dumb") != 0;
}

static bool is_json(const struct common *common)
{
    return common->progress == PROGRESS_JSON;
}

void report_event(const struct common *common, const char *name,
                  struct json_t *doc)
{
    struct error ignored = { 0 };

    if (is_json(common)) {
        jsondoc_set_text(doc, "event", name, &ignored);
        char *line = jsondoc_dump_line(doc, &ignored);
        if (line)
            fprintf(stderr, "%s\n", line);
        free(line);
    }
    jsondoc_release(doc);
}

static void text_event(const struct common *common, const char *name,
                       const char *text)
{
    struct error ignored = { 0 };
    struct json_t *doc = jsondoc_object(&ignored);

    jsondoc_set_text(doc, "text", text, &ignored);
    report_event(common, name, doc);
}

void report_end(const struct common *common, enum fail code)
{
    struct error ignored = { 0 };

    if (!is_json(common))
        return;
    struct json_t *doc = jsondoc_object(&ignored);
    jsondoc_set_u64(doc, "status", (unsigned)report_exit_status(code),
                    &ignored);
    report_event(common, "end", doc);
}

void report_error(const struct common *common, const struct error *err)
{
    char line[LINE_MAX_BYTES];
    const struct command *c = common->command;
    bool color = use_color(common);

    text_mask(line, sizeof line, err->text);
    if (is_json(common))
        text_event(common, "error", line);
    else
        fprintf(stderr, "%smnistprep%s%s:%s %s\n", color ? "\033[1;31m" : "",
                c ? " " : "", c ? c->name : "", color ? "\033[0m" : "", line);
}

PRINTF_LIKE(2, 0)
static void print_note(const struct common *common, const char *fmt,
                       va_list args)
{
    char text[1024], line[LINE_MAX_BYTES];

    vsnprintf(text, sizeof text, fmt, args);
    text_mask(line, sizeof line, text);
    if (is_json(common))
        text_event(common, "note", line);
    else
        fprintf(stderr, "%s\n", line);
}

void report_note(const struct common *common, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (!common->quiet)
        print_note(common, fmt, args);
    va_end(args);
}

void report_detail(const struct common *common, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (common->verbose)
        print_note(common, fmt, args);
    va_end(args);
}

void report_waiting(void *context, const char *path, long holder,
                    unsigned waited_s)
{
    const struct common *common = context;

    if (holder > 0)
        report_note(common,
                    "waiting for process %ld, which works in '%s' "
                    "(%u s so far)",
                    holder, path, waited_s);
    else
        report_note(common,
                    "waiting for another process, which works in '%s' (%u s "
                    "so far)",
                    path, waited_s);
}

int report_exit_status(enum fail code)
{
    for (const struct exit_status *s = exit_statuses; s->help; s++)
        if (s->code == code)
            return s->number;
    return 1; /* of what normally dies by its signal */
}

void report_text(const char *text)
{
    size_t size = 4 * strlen(text) + 1;
    char *masked = malloc(size);

    if (masked) {
        text_mask(masked, size, text);
        fputs(masked, stdout);
    } else { /* not as nice, but it is there */
        for (; *text; text++)
            putchar(*text >= ' ' && *text <= '~' ? *text : '?');
    }
    free(masked);
}

void report_path(const char *path)
{
    if (isatty(STDOUT_FILENO))
        report_text(path);
    else
        fputs(path, stdout);
    putchar('\n');
}

bool report_json(struct json_t *doc, struct error *err)
{
    char *text = jsondoc_dump(doc, err);

    if (text)
        fputs(text, stdout);
    free(text);
    jsondoc_release(doc);
    return text != NULL;
}

bool report_flush(struct error *err)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    /* An earlier write may have failed, and its errno is gone. A pipe that
     * nobody reads still says so. */
    if (errno == EPIPE ||
        (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0))
        return error_set(err, FAIL_PIPE, "nobody reads standard output");
    return error_errno(err, "cannot write standard output");
}

/* Is what this output leads to a terminal? */
static bool leads_to_terminal(const char *path)
{
    struct stat st;

    if (outfile_is_stdout(path))
        return isatty(STDOUT_FILENO);
    if (stat(path, &st) != 0 || !S_ISCHR(st.st_mode))
        return false;
    int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool terminal = fd >= 0 && isatty(fd);
    if (fd >= 0)
        close(fd);
    return terminal;
}

bool report_no_terminal(const char *path, struct error *err)
{
    if (!leads_to_terminal(path))
        return true;
    return error_set(err, FAIL_USAGE,
                     "the output is a terminal, and this is binary data; use "
                     "-o FILE or a pipe");
}

unsigned report_outfile_flags(const struct common *common)
{
    return OUTFILE_DEVICE | (common->force ? OUTFILE_REPLACE : 0u) |
           (common->dry_run ? OUTFILE_DRY : 0u);
}

void report_would_write(const struct common *common, const char *path,
                        uint64_t bytes)
{
    bool standard = outfile_is_stdout(path);

    report_note(common, "would write %llu bytes to %s%s%s",
                (unsigned long long)bytes, standard ? "" : "'",
                standard ? "standard output" : path, standard ? "" : "'");
}

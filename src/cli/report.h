/* SPDX-License-Identifier: MIT */
/* What is said to people: errors, notes, and the exit status. With --progress
 * json it is said to programs: every line on stderr is a JSON object. */
#ifndef MP_CLI_REPORT_H
#define MP_CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/option.h"

/* Prints the error as one masked line on stderr: "mnistprep fetch: text". */
void report_error(const struct common *common, const struct error *err);

/* A line on stderr, unless --quiet; report_detail: only with --verbose. */
void report_note(const struct common *common, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void report_detail(const struct common *common, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* The last event of --progress json: {"event":"end","status":0}. */
void report_end(const struct common *common, enum fail code);

/* An event of --progress json: {"event":name, ...}; releases doc, to which it
 * adds the name. Nothing in the other modes. */
struct json_t;
void report_event(const struct common *common, const char *name,
                  struct json_t *doc);

/* The number for the table of exit statuses (design and help alike). */
int report_exit_status(enum fail code);

/* Prints text that came from elsewhere, masked, on stdout. */
void report_text(const char *text);

/* Prints the path of a file we left, on a line of its own: as it is, for the
 * program that reads it, but masked on a terminal. */
void report_path(const char *path);

/* Prints a document and releases it; false with *err set. */
bool MUST_USE report_json(struct json_t *doc, struct error *err);

/* False, with the reason, when standard output did not take it all. */
bool MUST_USE report_flush(struct error *err);

/* For locks: says on whom we wait. The context is a struct common. */
void report_waiting(void *context, const char *path, long holder,
                    unsigned waited_s);

/* How a file that --output or the like names is opened, as struct outfile
 * takes it: by --force and --dry-run. */
unsigned report_outfile_flags(const struct common *common);

/* "would write 7840016 bytes to 'x.idx'", for --dry-run. */
void report_would_write(const struct common *common, const char *path,
                        uint64_t bytes);

/* FAIL_USAGE when what is written to `path` would land on a terminal. */
bool MUST_USE report_no_terminal(const char *path, struct error *err);

#endif

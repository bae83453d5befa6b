/* SPDX-License-Identifier: MIT */
/* How a download goes: one line on a terminal, a line now and then where there
 * is none, or events for programs. */
#ifndef MP_CLI_PROGRESS_H
#define MP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/option.h"

enum { PROGRESS_SAMPLES = 16 };

struct progress {
    const struct common *common;
    int mode;       /* resolved: never PROGRESS_AUTO */
    bool drawn;     /* a line stands on the terminal */
    double begin_s; /* the first update */
    double shown_s; /* the last line or event */
    /* The rate is that of the last seconds: bytes at times half a second
     * apart, in a ring. */
    struct progress_sample {
        double at_s;
        uint64_t bytes;
    } sample[PROGRESS_SAMPLES];
    size_t samples; /* taken so far */
};

/* What is reported: the file that moved, and all files together; totals are 0
 * while they are not known. */
struct progress_state {
    const char *file;
    uint64_t file_done, file_total, done, total;
};

/* auto is a bar on a terminal that can draw one, else plain lines. */
void progress_init(struct progress *p, const struct common *common);

/* Shows at most ten times a second, and never from the background; plain
 * lines come every ten seconds. */
void progress_update(struct progress *p, const struct progress_state *state);

/* Removes the line, before anything else is printed. */
void progress_clear(struct progress *p);

/* "9.9 MB" */
void progress_size_text(uint64_t bytes, char *to, size_t size);

/* The line's text: "name  63%  6.2 MB of 9.9 MB  1.8 MB/s  ETA 0:02". */
void progress_line(char *to, size_t size, const struct progress_state *state,
                   double bytes_per_s);

#endif

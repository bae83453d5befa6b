/* SPDX-License-Identifier: MIT */
/* One line on a terminal that says how a download goes. */
#ifndef MP_CLI_PROGRESS_H
#define MP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"

struct progress {
    int mode;      /* resolved: never PROGRESS_AUTO */
    bool drawn;    /* a line stands on the terminal */
    double last_s; /* when it was drawn */
};

/* auto is a bar on a terminal that can draw one, else nothing. */
void progress_init(struct progress *p, const struct common *common);

/* Draws at most ten times a second, and never from the background. */
void progress_update(struct progress *p, const char *name, uint64_t done,
                     uint64_t total);

/* Removes the line, before anything else is printed. */
void progress_clear(struct progress *p);

/* "9.9 MB" */
void progress_size_text(uint64_t bytes, char *to, unsigned long size);

#endif

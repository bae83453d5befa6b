/* SPDX-License-Identifier: MIT */
/* Drawing and removing the progress line. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"

static const double INTERVAL_S = 0.1;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_init(struct progress *p, const struct common *common)
{
    const char *term = option_environment("TERM");
    bool terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;

    *p = (struct progress){ .mode = common->progress };
    if (common->quiet)
        p->mode = PROGRESS_NONE;
    else if (p->mode == PROGRESS_AUTO)
        p->mode = terminal ? PROGRESS_BAR : PROGRESS_NONE;
}

static size_t terminal_columns(void)
{
    const char *given = option_environment("COLUMNS");
    uint64_t columns;
    struct winsize size;

    if (given && number_parse_u64(given, &columns) && columns > 0 &&
        columns < 10000)
        return (size_t)columns;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

void progress_size_text(uint64_t bytes, char *to, unsigned long size)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB" };
    double value = (double)bytes / 1000;
    size_t unit = 0;

    if (bytes < 1000) {
        snprintf(to, size, "%" PRIu64 " B", bytes);
        return;
    }
    while (value >= 999.95 && unit < 3) {
        value /= 1000;
        unit++;
    }
    snprintf(to, size, "%.1f %s", value, units[unit]);
}

void progress_update(struct progress *p, const char *name, uint64_t done,
                     uint64_t total)
{
    char masked[128], have[24], all[24], line[256];
    double now = now_s();
    pid_t front = tcgetpgrp(STDERR_FILENO);

    if (p->mode != PROGRESS_BAR || now - p->last_s < INTERVAL_S ||
        (front >= 0 && front != getpgrp()))
        return;
    p->last_s = now;
    p->drawn = true;
    text_mask(masked, sizeof masked, name);
    progress_size_text(done, have, sizeof have);
    progress_size_text(total, all, sizeof all);
    int n = total > 0
                ? snprintf(line, sizeof line, "%s  %3u%%  %s of %s", masked,
                           (unsigned)(done * 100 / total), have, all)
                : snprintf(line, sizeof line, "%s  %s", masked, have);
    /* One column stays free: a full line would wrap on some terminals. */
    size_t width = terminal_columns() - 1;
    if (n > 0 && (size_t)n < width)
        width = (size_t)n;
    fprintf(stderr, "\r%.*s\033[K", (int)width, line);
    fflush(stderr);
}

void progress_clear(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

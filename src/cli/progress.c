/* SPDX-License-Identifier: MIT */
/* Measuring the rate, drawing and removing the progress line. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "format/jsondoc.h"

static const double BAR_INTERVAL_S = 0.1, PLAIN_INTERVAL_S = 10,
                    SAMPLE_INTERVAL_S = 0.5;
/* What is done sooner needs no line. */
static const double FIRST_BAR_S = 0.5;

void progress_init(struct progress *p, const struct common *common)
{
    const char *term = option_environment("TERM");
    bool terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;

    *p = (struct progress){ .common = common, .mode = common->progress };
    if (common->quiet && p->mode != PROGRESS_JSON)
        p->mode = PROGRESS_NONE;
    else if (p->mode == PROGRESS_AUTO)
        p->mode = terminal ? PROGRESS_BAR : PROGRESS_PLAIN;
}

void progress_size_text(uint64_t bytes, char *to, size_t size)
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

void progress_line(char *to, size_t size, const struct progress_state *state,
                   double bytes_per_s)
{
    char name[128], have[24], all[24], rate[24];
    size_t used;

    text_mask(name, sizeof name, state->file);
    progress_size_text(state->done, have, sizeof have);
    progress_size_text(state->total, all, sizeof all);
    progress_size_text((uint64_t)bytes_per_s, rate, sizeof rate);
    if (state->total >= state->done && state->total > 0)
        snprintf(to, size, "%s  %u%%  %s of %s  %s/s", name,
                 (unsigned)(state->done * 100 / state->total), have, all, rate);
    else
        snprintf(to, size, "%s  %s  %s/s", name, have, rate);
    used = strlen(to);
    if (bytes_per_s >= 1 && state->total > state->done) {
        double left = (double)(state->total - state->done) / bytes_per_s;
        if (left < 360000)
            snprintf(to + used, size - used, "  ETA %u:%02u",
                     (unsigned)left / 60, (unsigned)left % 60);
    }
}

/* Takes a sample when it is time, and returns the rate of those there are. */
static double measure(struct progress *p, double now, uint64_t done)
{
    struct progress_sample *last =
        &p->sample[(p->samples + PROGRESS_SAMPLES - 1) % PROGRESS_SAMPLES];

    if (p->samples == 0 || now - last->at_s >= SAMPLE_INTERVAL_S)
        p->sample[p->samples++ % PROGRESS_SAMPLES] =
            (struct progress_sample){ now, done };
    const struct progress_sample *first =
        &p->sample[p->samples > PROGRESS_SAMPLES ? p->samples % PROGRESS_SAMPLES
                                                 : 0];
    double seconds = now - first->at_s;
    return seconds > 0 && done > first->bytes
               ? (double)(done - first->bytes) / seconds
               : 0;
}

static void draw(struct progress *p, const struct progress_state *state,
                 double rate)
{
    pid_t front = tcgetpgrp(STDERR_FILENO);
    char line[256];

    if (front >= 0 && front != getpgrp())
        return; /* somebody else has the terminal */
    progress_line(line, sizeof line, state, rate);
    /* One column stays free: a full line would wrap on some terminals. */
    size_t width = terminal_columns(STDERR_FILENO) - 1, n = strlen(line);
    fprintf(stderr, "\r%.*s\033[K", (int)(n < width ? n : width), line);
    fflush(stderr);
    p->drawn = true;
}

static void send_event(struct progress *p, const struct progress_state *state,
                       double rate)
{
    struct error ignored = { 0 };
    struct json_t *doc = jsondoc_object(&ignored);

    jsondoc_set_text(doc, "file", state->file, &ignored);
    jsondoc_set_u64(doc, "file_done", state->file_done, &ignored);
    jsondoc_set_u64(doc, "file_total", state->file_total, &ignored);
    jsondoc_set_u64(doc, "done", state->done, &ignored);
    jsondoc_set_u64(doc, "total", state->total, &ignored);
    jsondoc_set_u64(doc, "bytes_per_second", (uint64_t)rate, &ignored);
    report_event(p->common, "progress", doc);
}

void progress_update(struct progress *p, const struct progress_state *state)
{
    double now = clock_now_s();
    char line[256];

    if (p->samples == 0)
        p->begin_s = p->shown_s = now;
    double rate = measure(p, now, state->done);
    double interval = p->mode == PROGRESS_PLAIN ? PLAIN_INTERVAL_S
                                                : BAR_INTERVAL_S;
    if (p->mode == PROGRESS_NONE || now - p->shown_s < interval ||
        (p->mode == PROGRESS_BAR && now - p->begin_s < FIRST_BAR_S))
        return;
    p->shown_s = now;
    if (p->mode == PROGRESS_BAR) {
        draw(p, state, rate);
    } else if (p->mode == PROGRESS_JSON) {
        send_event(p, state, rate);
    } else {
        progress_line(line, sizeof line, state, rate);
        report_note(p->common, "%s", line);
    }
}

void progress_clear(struct progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}

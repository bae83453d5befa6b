/* SPDX-License-Identifier: MIT */
/* A survey as one page of HTML that needs nothing else: no script, no other
 * file, no network. */
#ifndef MP_SHOW_HTMLREPORT_H
#define MP_SHOW_HTMLREPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"
#include "dataset/receipt.h"
#include "pipeline/exhibits.h"
#include "pipeline/survey.h"

/* A file that rows came from: what its facts do not say is not known. */
struct htmlreport_source {
    const char *split, *part, *file;
    struct raw_facts facts;
    const char *verdict; /* is it the published one? NULL: none is known */
};

/* What the survey does not know. Everything is borrowed. */
struct htmlreport_facts {
    const char *tool; /* "mnistprep 0.1.0" */
    const struct htmlreport_source *source;
    size_t source_count;
    struct json_t *recipe; /* of a prepared set; NULL: there is none */
    const struct exhibits *exhibits;
};

/* The same survey and facts give the same bytes. All names are foreign text,
 * and come out escaped. */
bool MUST_USE htmlreport_write(const struct survey *s,
                               const struct htmlreport_facts *facts,
                               struct writer *w, struct error *err);

#endif

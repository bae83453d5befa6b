/* SPDX-License-Identifier: MIT */
/* What an audit found, in words, as JSON and as a table. */
#ifndef MP_SHOW_FINDINGS_H
#define MP_SHOW_FINDINGS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/writer.h"
#include "pipeline/survey.h"

struct json_t;

/* Sets "audit" in doc. As with jsondoc.h, what goes wrong is noted in *err.
 *
 *   "rules": {"near": LEVELS or null, "imbalance": RATIO},
 *   "kinds": {KIND: {"findings": N, "rows": N, "searched": BOOL}, ...}, all of
 *            them; searched: was it looked for?
 *   "truncated": BOOL, "unlike_listed": N, as in struct audit,
 *   "findings": [{"kind": KIND, "split": NAME, "label": N or null,
 *                 "rows": [{"split": NAME, "row": N, "label": N or null}]}]
 *
 * in the order of struct audit. Rows of a prepared set have "source_row", too,
 * when it has chosen rows; near-duplicate and imbalance have a "measure";
 * label-error has "guess" and "source", which may be null. */
void findings_to_json(struct json_t *doc, const struct survey *s,
                      struct error *err);

/* Lines of at most 80 columns: the findings of each kind, FINDINGS_SHOWN at
 * most and how many more there are, who says so, what keeps them from being
 * all, and the kinds of which there are none. */
enum { FINDINGS_SHOWN = 8 };
bool MUST_USE findings_write_text(const struct survey *s, struct writer *w,
                                  struct error *err);

/* Tab-separated values with a header: a line for each row of each finding, or
 * one with an empty row for a finding without. Its columns are split, row,
 * label, finding, group (the finding's number, from 1) and measure; what there
 * is not is empty. */
bool MUST_USE findings_write_table(const struct survey *s, struct writer *w,
                                   struct error *err);

#endif

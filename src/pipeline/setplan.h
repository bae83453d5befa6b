/* SPDX-License-Identifier: MIT */
/* Before the first row is written: which splits come out, of which rows, with
 * which classes and shapes. */
#ifndef MP_PIPELINE_SETPLAN_H
#define MP_PIPELINE_SETPLAN_H

#include "pipeline/setrun.h"

/* The split that constants are fitted on; NULL: there is none. */
struct setrun_split *setplan_find_train(struct setrun *set);

/* malloc'd: the source row of each row. NULL with *err set. */
uint32_t *MUST_USE setplan_rows(const struct plan_split *plan,
                                struct error *err);

/* Frees what setrun_plan has made of names, labels and groups. */
void setplan_release(struct setrun *set);

#endif

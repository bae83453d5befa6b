/* SPDX-License-Identifier: MIT */
/* Who wrote each digit of train: QMNIST's table of labels has it, and its rows
 * are those of MNIST. */
#ifndef MP_PIPELINE_GROUPS_H
#define MP_PIPELINE_GROUPS_H

#include "pipeline/setrun.h"

/* Fills in set->groups. The table is that of the dataset itself, or, for mnist,
 * that of qmnist in the data directory, whose class column has to agree with
 * the labels row by row, else FAIL_DATA. FAIL_USAGE for other datasets,
 * FAIL_SYSTEM when the file is missing. */
bool MUST_USE groups_read(struct setrun *set, struct error *err);
/* malloc'd: where that table lies. NULL with *err set. */
char *MUST_USE groups_path(const struct setrun *set, struct error *err);
void groups_release(struct setrun_groups *g);

#endif

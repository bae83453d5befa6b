/* SPDX-License-Identifier: MIT */
/* What list prints of names alone, for scripts and for completion. */
#ifndef MP_CMD_LIST_NAMES_H
#define MP_CMD_LIST_NAMES_H

#include "cmd/datasets.h"

/* The names of the datasets, one a line. */
void list_names(const struct datasets *d);

/* The names of their splits, those of prepared sets as well, each once. */
bool MUST_USE list_split_names(const struct datasets *d, const char *data_dir,
                               struct error *err);

#endif

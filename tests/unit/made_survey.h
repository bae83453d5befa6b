/* SPDX-License-Identifier: MIT */
/* For the tests of reports: a survey whose figures are easily known. Each row
 * is a picture of 2 x 2 whose levels are 0, 51, 51 and 102 plus its label, so
 * that the third and the fourth pixel alone tell classes apart. */
#ifndef MP_TESTS_UNIT_MADE_SURVEY_H
#define MP_TESTS_UNIT_MADE_SURVEY_H

#include "pipeline/survey.h"

enum { MADE_SPLITS = 2, MADE_CLASSES = 12, MADE_PIXELS = 4 };

struct made_survey {
    struct view view;
    struct survey survey;
    const char *name[MADE_CLASSES];
    struct survey_figures classes[MADE_SPLITS][MADE_CLASSES];
    uint64_t histogram[MADE_SPLITS][MADE_CLASSES][256];
    double mean[MADE_SPLITS][MADE_CLASSES][MADE_PIXELS];
    double all_mean[MADE_SPLITS][MADE_PIXELS],
        all_std[MADE_SPLITS][MADE_PIXELS];
};

/* A dataset without splits whose classes have these names; *m stays where it
 * is. Nothing is to be released. */
void made_survey_init(struct made_survey *m, const char *dataset,
                      const char *const *classes, size_t class_count);

/* One more split with so many rows of each class. NULL: `rows` rows without
 * labels. */
void made_survey_split(struct made_survey *m, const char *name,
                       const uint64_t *counts, uint64_t rows);

#endif

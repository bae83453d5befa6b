/* SPDX-License-Identifier: MIT */
/* A dataset by hand, to parse recipes against: four classes, three splits. */
#ifndef MP_TESTS_UNIT_MADE_RECIPE_H
#define MP_TESTS_UNIT_MADE_RECIPE_H

#include "pipeline/recipe.h"

/* Group setup and teardown: made_input is of that dataset, named "tiny", with
 * the classes Bag, Coat, 7, Shoe and the splits train, test, dig. */
extern struct input made_input;
int made_input_init(void **state);
int made_input_release(void **state);

#endif

/* SPDX-License-Identifier: MIT */
/* A dataset for recipes. */
#include "made_recipe.h"

#include "base/sizes.h"

static const char *class_names[] = { "Bag", "Coat", "7", "Shoe" };

static const struct catalogue_dataset dataset = {
    .name = "tiny",
    .classes = class_names,
    .class_count = COUNT_OF(class_names),
    .split = { { .name = "train",
                 .part = { { .name = "a" }, { .name = "b" } } },
               { .name = "test", .part = { { .name = "c" }, { .name = "d" } } },
               { .name = "dig",
                 .part = { { .name = "e" }, { .name = "f" } } } },
    .split_count = 3,
};

struct input made_input;

int made_input_init(void **state)
{
    (void)state;
    struct error err = { 0 };
    return input_of_dataset(&made_input, &dataset, "raw", &err) ? 0 : -1;
}

int made_input_release(void **state)
{
    (void)state;
    input_release(&made_input);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* The words for data of one's own. */
#ifndef MP_CMD_OWN_OPTIONS_H
#define MP_CMD_OWN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"
#include "dataset/input.h"

/* As prep takes them: several pairs of files, too. */
struct own_words {
    const char *from;
    struct text_list images, labels, split;
};

/* Is it data of one's own that is asked for? */
bool own_words_any(const struct own_words *w);

/* FAIL_USAGE for options that do not go together. */
bool MUST_USE own_words_check(const struct own_words *w, struct error *err);

/* What they name, after own_words_check. *in is released by the caller in any
 * case. name may be NULL. */
bool MUST_USE own_input(const struct own_words *w, const char *name,
                        struct input *in, struct error *err);

/* FAIL_USAGE for --label-column (an enum input_label) or --shape, when nothing
 * that is read is a table. */
bool MUST_USE own_tables_check(int label_column, const char *shape,
                               const struct input *in, struct error *err);

/* "28x28", or NULL, which changes nothing. FAIL_USAGE naming the option. */
bool MUST_USE own_size_parse(const char *option, const char *text,
                             uint64_t *height, uint64_t *width,
                             struct error *err);

#endif

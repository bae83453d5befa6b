/* SPDX-License-Identifier: MIT */
/* What the name of an output promises. */
#ifndef MP_CMD_OUTPUT_NAME_H
#define MP_CMD_OUTPUT_NAME_H

#include <stdbool.h>

#include "base/error.h"

enum output_kind { OUTPUT_PNG, OUTPUT_HTML };

/* "a.png", "a.PNG" */
bool output_name_is_png(const char *path);

/* False, with FAIL_USAGE naming the option, for a name that ends as those of
 * other kinds of pictures or pages do. Other names promise nothing. */
bool MUST_USE output_name_check(const char *option, const char *path,
                                enum output_kind kind, struct error *err);

#endif

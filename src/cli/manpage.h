/* SPDX-License-Identifier: MIT */
/* mnistprep(1), made from the tables that the help is made from. */
#ifndef MP_CLI_MANPAGE_H
#define MP_CLI_MANPAGE_H

#include <stdbool.h>

#include "base/writer.h"
#include "cli/command.h"

/* `commands` ends with NULL. */
bool MUST_USE manpage_write(struct writer *to,
                            const struct command *const *commands,
                            struct error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* When all has to be over: one point in time, on a clock that nobody sets, for
 * all that is to be done until then. */
#ifndef MP_NET_DEADLINE_H
#define MP_NET_DEADLINE_H

#include <stdbool.h>

#include "base/error.h"

/* { 0 }: there is none. */
struct deadline {
    unsigned after_s; /* how long it was when it was set, for messages */
    double at_s;
};

/* So many seconds from now; 0: none. */
struct deadline deadline_after(unsigned seconds);

/* False with FAIL_NETWORK when it has passed. */
bool MUST_USE deadline_ahead(const struct deadline *d, struct error *err);

/* Will there be time yet after a wait of so many seconds? */
bool deadline_allows(const struct deadline *d, double wait_s);

/* `seconds`, or the whole seconds that are left, where these are fewer. */
unsigned deadline_shorten(const struct deadline *d, unsigned seconds);

#endif

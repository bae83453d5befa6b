/* SPDX-License-Identifier: MIT */
/* A moment, and what is left until then. */
#include "net/deadline.h"

#include "base/clock.h"

struct deadline deadline_after(unsigned seconds)
{
    struct deadline d = { .after_s = seconds };

    if (seconds > 0)
        d.at_s = clock_now_s() + seconds;
    return d;
}

bool deadline_allows(const struct deadline *d, double wait_s)
{
    return d->after_s == 0 || clock_now_s() + wait_s < d->at_s;
}

bool deadline_ahead(const struct deadline *d, struct error *err)
{
    return deadline_allows(d, 0) ||
           error_set(err, FAIL_NETWORK,
                     "--max-time of %u s is over; run again to continue",
                     d->after_s);
}

unsigned deadline_shorten(const struct deadline *d, unsigned seconds)
{
    double left = d->at_s - clock_now_s();

    if (d->after_s == 0 || left >= seconds)
        return seconds;
    return left > 0 ? (unsigned)left : 0;
}

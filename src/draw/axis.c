/* SPDX-License-Identifier: MIT */
/* Round numbers along an axis. */
#include "draw/axis.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/sizes.h"

/* Values below 10^-DECIMALS_MOST are no shares and no deviations. */
enum { DECIMALS_MOST = 15 };

/* What is 3 steps but for rounding is not 4. */
static const double slack = 1e-9;

struct axis axis_of(double most, size_t steps_most, bool whole)
{
    static const double factors[] = { 1, 2, 5 };

    assert(steps_most > 0);
    if (!(most > 0))
        return (struct axis){ 1, 1, 0 };
    /* Begins below the answer, so that the first step that is long enough is
     * the shortest. */
    int power = (int)floor(log10(most / (double)steps_most)) - 1;
    if (power < -DECIMALS_MOST)
        power = -DECIMALS_MOST;
    if (whole && power < 0)
        power = 0;
    for (;; power++)
        for (size_t i = 0; i < COUNT_OF(factors); i++) {
            double step = power < 0 ? factors[i] / pow(10, -power)
                                    : factors[i] * pow(10, power);
            double steps = ceil(most / step - slack);
            if (steps <= (double)steps_most)
                return (struct axis){ step, steps < 1 ? 1 : (size_t)steps,
                                      power < 0 ? -power : 0 };
        }
}

void axis_text(char to[AXIS_TEXT], const struct axis *a, size_t i,
               const char *unit)
{
    snprintf(to, AXIS_TEXT, "%.*f%s", a->decimals, (double)i * a->step, unit);
}

void axis_power_text(char to[AXIS_TEXT], size_t power)
{
    static const char *const digits[] = { "1", "10", "100" };
    static const char *const thousands[] = { "", "k", "M", "G", "T", "P", "E" };

    assert(power / 3 < COUNT_OF(thousands));
    snprintf(to, AXIS_TEXT, "%s%s", digits[power % 3], thousands[power / 3]);
}

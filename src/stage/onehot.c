/* SPDX-License-Identifier: MIT */
/* One-hot encoding. */
#include "stage/onehot.h"

#include <inttypes.h>

bool onehot_check_smoothing(double smoothing, struct error *err)
{
    return (smoothing >= 0 && smoothing < 1) ||
           error_set(err, FAIL_USAGE,
                     "a smoothing of %g is not possible; it is at least 0 and "
                     "below 1",
                     smoothing);
}

bool onehot_init(struct onehot *o, size_t classes, double smoothing,
                 struct error *err)
{
    if (classes < 1 || classes > 65536)
        return error_set(err, FAIL_USAGE,
                         "%zu classes are not possible; 1 to 65536 are",
                         classes);
    if (!onehot_check_smoothing(smoothing, err))
        return false;
    o->classes = classes;
    o->on = (float)(1 - smoothing + smoothing / (double)classes);
    o->off = (float)(smoothing / (double)classes);
    return true;
}

void onehot_rows(const struct onehot *o, const int64_t *labels, size_t count,
                 float *to)
{
    for (size_t i = 0; i < count; i++) {
        float *row = to + i * o->classes;
        for (size_t c = 0; c < o->classes; c++)
            row[c] = o->off;
        row[labels[i]] = o->on;
    }
}

bool onehot_check_labels(const int64_t *labels, size_t count,
                         uint64_t first_row, size_t classes, const char *file,
                         struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (labels[i] < 0 || labels[i] >= (int64_t)classes)
            return error_set(err, FAIL_DATA,
                             "'%s': row %" PRIu64 " has label %" PRId64
                             ", but the %zu classes are 0 to %zu",
                             file, first_row + i, labels[i], classes,
                             classes - 1);
    return true;
}

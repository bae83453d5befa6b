/* SPDX-License-Identifier: MIT */
/* Pictures of a class that stand transposed (rows and columns exchanged), told
 * by the other pictures of that class. */
#ifndef MP_STAGE_ORIENTATION_H
#define MP_STAGE_ORIENTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* What is looked at of a picture: the mean levels of 7 x 7 blocks (4 x 4
 * pixels, of 28 x 28), row by row. Of a picture that is transposed they are
 * transposed. */
enum {
    ORIENTATION_GRID = 7,
    ORIENTATION_FEATURES = ORIENTATION_GRID * ORIENTATION_GRID,
};
struct orientation_features {
    float at[ORIENTATION_FEATURES];
};

/* Of a picture of side x side pixels. */
void orientation_features_of(const unsigned char *image, size_t side,
                             struct orientation_features *to);

/* With fewer rows nothing is told: of a group as a whole, of single rows. */
enum { ORIENTATION_GROUP_ROWS = 10, ORIENTATION_CLASS_ROWS = 100 };

/* Rows of one class, in groups (splits). */
struct orientation {
    const struct orientation_features *rows;
    const unsigned char *group; /* by row */
    size_t count, groups;
    bool *transposed; /* count: the result */
};

/* Fills in o->transposed.
 *
 * A whole group is transposed when its mean fits the mean of the others, of
 * which there are more, more than twice as well (4 times, of squares) when it
 * is transposed. In MNIST and Fashion-MNIST, which have no such group, it fits
 * as it stands at least 6 times as well (38, of squares). Nothing can be told
 * of a class whose mean is symmetric: both fit alike.
 *
 * The other rows are judged one by one, by the distance to the mean in which
 * directions in which the class varies count less (Mahalanobis'): a row is
 * transposed when the square of that distance is less than 1/7 of what it is,
 * and less than twice the median of the class, when it is transposed. In the
 * same way a row of a transposed group is not transposed when it fits as it
 * stands. The covariance is that of rows which do not look transposed
 * themselves, and its diagonal is raised by a tenth of its mean; the distance
 * of each row is the one by all others. (The plain distance tells less: to find
 * no row of the genuine sets, it finds next to none at all.)
 *
 * The genuine sets have no such row: the nearest has 0.157 (Fashion-MNIST) and
 * 0.178 (MNIST) instead of 1/7. When 100 of the 10000 test pictures are
 * transposed at random, 47.4 of them are found in MNIST on average (by digit: 1
 * % of 0, 78 % of 1, then 21, 70, 20, 37, 55, 68, 54, 77) and 66.5 in
 * Fashion-MNIST (28 % of sandals and bags, 88 % of trousers), and no other.
 * When 10 % of all are, still 45.1 % and 66.3 %, with 1 other. */
bool MUST_USE orientation_find(const struct orientation *o, struct error *err);

#endif

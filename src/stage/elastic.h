/* SPDX-License-Identifier: MIT */
/* Elastic deformation: each pixel is displaced by noise that is smooth over the
 * picture (Simard, Steinkraus, Platt, "Best practices for convolutional neural
 * networks applied to visual document analysis", ICDAR 2003). */
#ifndef MP_STAGE_ELASTIC_H
#define MP_STAGE_ELASTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stage/warp.h"

/* In pixels. Away from the edges displacements are sqrt(1 / (12 pi)) alpha /
 * sigma = 0.16 alpha / sigma (root mean square): 1.4 with 34 and 4. */
#define ELASTIC_ALPHA_MAX 1000.0
#define ELASTIC_SIGMA_MIN 0.5
#define ELASTIC_SIGMA_MAX 32.0

/* Starts as { 0 }. */
struct elastic {
    size_t height, width;
    size_t radius; /* of the Gaussian: 3 sigma, rounded up */
    float *weight; /* owned: from its edge to its middle; all 2 * radius + 1
                      together are 1 */
    float strength;
    float *line, *across, *down; /* owned: work */
};

/* alpha and sigma are within the limits above. */
bool MUST_USE elastic_init(struct elastic *e, double alpha, double sigma,
                           size_t height, size_t width, struct error *err);
void elastic_release(struct elastic *e); /* accepts { 0 } */

/* Bytes of noise for one picture: height * width for the columns, as many for
 * the rows. Byte b stands for (2 b - 255) / 255. */
size_t elastic_noise_bytes(const struct elastic *e);

/* The displacements, in coordinates of warp.h: alpha times the noise convolved
 * with the Gaussian, across and then down, in float, each sum from the edges of
 * the Gaussian to its middle; outside the picture the noise is 0. One thread at
 * a time uses an elastic. */
void elastic_field(struct elastic *e, const unsigned char *noise, int32_t *u,
                   int32_t *v);

#endif

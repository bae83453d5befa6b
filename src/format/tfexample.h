/* SPDX-License-Identifier: MIT */
/* Records of TFRecord files: a picture and its label as a tf.train.Example.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord, and
 * tensorflow/core/example/{example,feature}.proto. */
#ifndef MP_FORMAT_TFEXAMPLE_H
#define MP_FORMAT_TFEXAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/writer.h"

/* Appends one record: an Example whose `image` are the n bytes of a picture
 * file and whose `label` is a number, between its length and the checksums.
 * *example_bytes is the length of the Example. */
bool MUST_USE tfexample_append(struct bytes_writer *out, const void *image,
                               size_t n, uint64_t label, size_t *example_bytes,
                               struct error *err);

#endif

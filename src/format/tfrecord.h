/* SPDX-License-Identifier: MIT */
/* TFRecord as TensorFlow Datasets keeps it: tfrecord/<name>/1.0.0/ with a shard
 * per split, whose Examples have `image` (a PNG) and `label`, and the metadata
 * that tfds.builder_from_directory needs. */
#ifndef MP_FORMAT_TFRECORD_H
#define MP_FORMAT_TFRECORD_H

#include "format/sink.h"

/* <name> is the dataset's, as TFDS takes it: small letters, digits and '_'
 * ("fashion_mnist"), with "data_" before one that begins with no letter. */
extern const struct sink_ops tfrecord_sink;

#endif

/* SPDX-License-Identifier: MIT */
/* safetensors (github.com/huggingface/safetensors): one file
 * <dataset>.safetensors with the tensors <split>.images,
 * <split>.labels and <split>.onehot. */
#ifndef MP_FORMAT_SAFETENSORS_H
#define MP_FORMAT_SAFETENSORS_H

#include "format/sink.h"

extern const struct sink_ops safetensors_sink;

#endif

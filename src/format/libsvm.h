/* SPDX-License-Identifier: MIT */
/* LIBSVM's sparse text: "label index:value ...", indices from 1, zeros left
 * out, one <split>.libsvm per split. */
#ifndef MP_FORMAT_LIBSVM_H
#define MP_FORMAT_LIBSVM_H

#include "format/sink.h"

/* Values in the numbers of the recipe, as short as gives them back. */
extern const struct sink_ops libsvm_sink;

#endif

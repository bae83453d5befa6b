/* SPDX-License-Identifier: MIT */
/* Formats of one array per file: <split>-<array>.<suffix>, a header and the
 * elements, packed by gzip or not. */
#ifndef MP_FORMAT_ARRAYFILES_H
#define MP_FORMAT_ARRAYFILES_H

#include "format/sink.h"

/* Writes the header by format->write_header. */
extern const struct sink_ops arrayfiles_sink;

#endif

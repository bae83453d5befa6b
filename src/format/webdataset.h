/* SPDX-License-Identifier: MIT */
/* WebDataset: ustar archives <split>-NNNNNN.tar of 100,000 samples each, a
 * sample being <row>.cls (the label in digits) and <row>.png, with the row in
 * nine digits. https://github.com/webdataset/webdataset, POSIX.1-1988 ustar. */
#ifndef MP_FORMAT_WEBDATASET_H
#define MP_FORMAT_WEBDATASET_H

#include "format/sink.h"

/* The bytes are those of `tar --format=ustar --mode=0444 --owner=0 --group=0
 * --numeric-owner --mtime=@0`: no user and no group by name. A split without
 * rows is one empty archive. */
extern const struct sink_ops webdataset_sink;

#endif

/* SPDX-License-Identifier: MIT */
/* What a file is, told from its first bytes and never from its name. */
#ifndef MP_FORMAT_CONTENT_H
#define MP_FORMAT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

enum content {
    CONTENT_UNKNOWN,
    CONTENT_EMPTY,
    CONTENT_IDX,
    CONTENT_NPY,
    CONTENT_PNG,
    CONTENT_GZIP,
    CONTENT_ZIP,
    CONTENT_XZ,
    CONTENT_BZIP2,
    CONTENT_ZSTD,
    CONTENT_HDF5,
    CONTENT_PICKLE,
    CONTENT_WEB_PAGE,
    CONTENT_XML,
    CONTENT_JSON,
    CONTENT_CSV,        /* a table of whole numbers */
    CONTENT_LITTLE_IDX, /* an IDX header with its bytes reversed */
    CONTENT_TEXT,
};

/* Looks at the first n bytes; 512 are plenty. */
enum content content_recognise(const unsigned char *head, size_t n);

/* "a web page", "a zip archive": completes "it is ...". */
const char *content_phrase(enum content content);

#endif

/* SPDX-License-Identifier: MIT */
/* Magic numbers, and the signs of a web page saved under a data file's name. */
#include "format/content.h"

#include <string.h>
#include <strings.h>

#include "base/sizes.h"
#include "format/csv.h"
#include "format/gzip.h"
#include "format/idx.h"
#include "format/npy.h"
#include "format/pngimage.h"
#include "format/xz.h"

static const char *const phrases[] = {
    [CONTENT_UNKNOWN] = "of an unknown kind",
    [CONTENT_EMPTY] = "empty",
    [CONTENT_IDX] = "IDX",
    [CONTENT_NPY] = "NPY",
    [CONTENT_PNG] = "a PNG picture",
    [CONTENT_GZIP] = "gzip",
    [CONTENT_ZIP] = "a zip archive (or npz)",
    [CONTENT_XZ] = "xz",
    [CONTENT_BZIP2] = "bzip2",
    [CONTENT_ZSTD] = "zstd",
    [CONTENT_HDF5] = "HDF5",
    [CONTENT_PICKLE] = "a Python pickle",
    [CONTENT_WEB_PAGE] = "a web page",
    [CONTENT_XML] = "XML (an error message of a server?)",
    [CONTENT_JSON] = "JSON (an error message of a server?)",
    [CONTENT_CSV] = "a CSV table",
    [CONTENT_LITTLE_IDX] = "IDX with its header in little-endian order",
    [CONTENT_TEXT] = "text",
};

const char *content_phrase(enum content content)
{
    return phrases[content];
}

struct magic {
    enum content content;
    size_t n;
    const char *bytes;
};

/* clang-format off */
static const struct magic magics[] = {
    { CONTENT_ZIP, 4, "PK\x03\x04" },  { CONTENT_ZIP, 4, "PK\x05\x06" },
    { CONTENT_BZIP2, 3, "BZh" },       { CONTENT_ZSTD, 4, "\x28\xB5\x2F\xFD" },
    { CONTENT_HDF5, 8, "\x89HDF\r\n\x1A\n" },
    { CONTENT_LITTLE_IDX, 4, "\x01\x08\0\0" },
    { CONTENT_LITTLE_IDX, 4, "\x03\x08\0\0" },
    { CONTENT_PICKLE, 2, "\x80\x02" }, { CONTENT_PICKLE, 2, "\x80\x03" },
    { CONTENT_PICKLE, 2, "\x80\x04" }, { CONTENT_PICKLE, 2, "\x80\x05" },
};

/* Case does not matter in markup; all of these are lower case. */
static const struct magic markups[] = {
    { CONTENT_WEB_PAGE, 9, "<!doctype" }, { CONTENT_WEB_PAGE, 5, "<html" },
    { CONTENT_WEB_PAGE, 5, "<head" },     { CONTENT_WEB_PAGE, 5, "<body" },
    { CONTENT_WEB_PAGE, 6, "<title" },    { CONTENT_WEB_PAGE, 7, "<script" },
    { CONTENT_WEB_PAGE, 4, "<!--" },      { CONTENT_XML, 5, "<?xml" },
    { CONTENT_JSON, 2, "{\"" },
};
/* clang-format on */

static bool is_text(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (head[i] < 0x20 && head[i] != '\t' && head[i] != '\n' &&
            head[i] != '\r')
            return false;
    return true;
}

static enum content recognise_text(const unsigned char *head, size_t n)
{
    size_t at = n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (at < n && strchr(" \t\r\n", head[at]) && head[at] != '\0')
        at++;
    for (size_t i = 0; i < COUNT_OF(markups); i++)
        if (n - at >= markups[i].n &&
            strncasecmp((const char *)head + at, markups[i].bytes,
                        markups[i].n) == 0)
            return markups[i].content;
    if (csv_matches(head, n))
        return CONTENT_CSV;
    return is_text(head, n) ? CONTENT_TEXT : CONTENT_UNKNOWN;
}

enum content content_recognise(const unsigned char *head, size_t n)
{
    if (n == 0)
        return CONTENT_EMPTY;
    if (gzip_matches(head, n))
        return CONTENT_GZIP;
    if (xz_matches(head, n))
        return CONTENT_XZ;
    if (npy_matches(head, n))
        return CONTENT_NPY;
    if (pngimage_matches(head, n))
        return CONTENT_PNG;
    if (idx_matches(head, n))
        return CONTENT_IDX;
    for (size_t i = 0; i < COUNT_OF(magics); i++)
        if (n >= magics[i].n && memcmp(head, magics[i].bytes, magics[i].n) == 0)
            return magics[i].content;
    return recognise_text(head, n);
}

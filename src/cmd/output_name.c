/* SPDX-License-Identifier: MIT */
/* By the end of the name, in whatever case. */
#include "cmd/output_name.h"

#include <string.h>
#include <strings.h>

static const char *const png[] = { ".png", NULL };
static const char *const html[] = { ".html", ".htm", ".xhtml", NULL };
static const char *const others[] = { ".jpg",  ".jpeg", ".gif", ".bmp", ".webp",
                                      ".tiff", ".tif",  ".svg", ".pdf", NULL };

static bool ends_with_any(const char *path, const char *const *suffixes)
{
    size_t n = strlen(path);

    for (; *suffixes; suffixes++) {
        size_t m = strlen(*suffixes);
        if (n > m && strcasecmp(path + n - m, *suffixes) == 0)
            return true;
    }
    return false;
}

bool output_name_is_png(const char *path)
{
    return ends_with_any(path, png);
}

bool output_name_check(const char *option, const char *path,
                       enum output_kind kind, struct error *err)
{
    if (!ends_with_any(path, kind == OUTPUT_PNG ? html : png) &&
        !ends_with_any(path, others))
        return true;
    return error_set(err, FAIL_USAGE,
                     "%s: '%s' is no name for %s, which is all that is written "
                     "there; end it with %s",
                     option, path, kind == OUTPUT_PNG ? "PNG" : "HTML",
                     kind == OUTPUT_PNG ? ".png" : ".html");
}

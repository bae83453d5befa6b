/* SPDX-License-Identifier: MIT */
/* From the options of a filter to the paths of a conversion. */
#include "cmd/convert_options.h"

#include <string.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/path.h"
#include "cli/report.h"

bool convert_options_resolve(const struct convert_options *o,
                             const struct common *common, const char *input,
                             const char *default_format,
                             struct convert_paths *to, uint64_t *written,
                             struct error *err)
{
    const char *format = o->format ? o->format : default_format;

    *written = 0;
    *to = (struct convert_paths){
        .from = input,
        .to = o->output ? o->output : "-",
        .outfile_flags = report_outfile_flags(common),
        .jobs = (unsigned)common->jobs,
        .written = written,
    };
    to->format = format_find_writable(format, err);
    if (!to->format || !report_no_terminal(to->to, err))
        return false;
    if (strcmp(input, "-") == 0 && isatty(STDIN_FILENO))
        return error_set(err, FAIL_USAGE,
                         "standard input is a terminal; name a file, or pipe "
                         "data in");
    /* The rename at the end would replace what is still being read. */
    if (file_is_regular(input) && file_is_same(input, to->to))
        return error_set(err, FAIL_USAGE,
                         "'%s' is the input itself; choose another --output",
                         to->to);
    return true;
}

void convert_options_tell(const struct common *common,
                          const struct convert_paths *paths)
{
    if (common->dry_run)
        report_would_write(common, paths->to, *paths->written);
}

/* SPDX-License-Identifier: MIT */
/* version: our own, and those of the libraries, as compiled and running. */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/sizes.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "format/gzip.h"
#include "format/isal.h"
#include "format/jsondoc.h"
#include "format/pngimage.h"
#include "format/xz.h"
#include "format/zipfile.h"
#include "net/http.h"

struct version_settings {
    struct common common;
};

static const struct option_row version_options[] = { { .name = NULL } };

/* One library; running is NULL when this build does without it, compiled where
 * there is no such notion. */
struct library {
    const char *name, *running, *compiled;
};

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct common *common = settings;
    char curl[128];

    (void)argc;
    (void)argv;
    http_library_version(curl, sizeof curl);
    const struct library libraries[] = {
        { "zlib", gzip_library_version(), gzip_header_version() },
        { "libcurl", curl, http_header_version() },
        { "libpng", pngimage_library_version(), pngimage_header_version() },
        { "jansson", jsondoc_library_version(), jsondoc_header_version() },
        { "libcrypto", digest_library_version(), NULL },
        { "libzip", zipfile_library_version(), zipfile_header_version() },
        { "liblzma", xz_library_version(), NULL },
        { "isa-l", isal_library_version(), NULL },
    };

    if (common->json) {
        struct json_t *doc = jsondoc_object(err), *list = jsondoc_object(err);
        for (size_t i = 0; i < COUNT_OF(libraries); i++)
            jsondoc_set_text(list, libraries[i].name, libraries[i].running,
                             err);
        jsondoc_set_text(doc, "schema", "mnistprep.version/1", err);
        jsondoc_set_text(doc, "version", MNISTPREP_VERSION, err);
        jsondoc_set(doc, "libraries", list, err);
        return report_json(doc, err);
    }
    puts("mnistprep " MNISTPREP_VERSION);
    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        const struct library *l = &libraries[i];
        printf("  %-9s  %s", l->name,
               l->running ? l->running : "not in this build");
        if (l->running && l->compiled &&
            strncmp(l->running, l->compiled, strlen(l->compiled)) != 0)
            printf(" (built with %s)", l->compiled);
        putchar('\n');
    }
    return true;
}

const struct command command_version = {
    .name = "version",
    .group = GROUP_ABOUT,
    .summary = "the version, and those of the libraries in use",
    .description = "Shows the version of mnistprep and of the libraries it "
                   "runs with.",
    .options = version_options,
    .uses = USE_JSON,
    .settings_size = sizeof(struct version_settings),
    .run = run,
};

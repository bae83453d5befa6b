/* SPDX-License-Identifier: MIT */
/* dataset.json: what is read names files of its own directory only, and can be
 * written and read again as the same. */
#include <unistd.h>

#include "base/outfile.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "fuzz.h"

static char folder[] = "/tmp/mnistprep-fuzz-XXXXXX";

static void remove_folder(void)
{
    char path[sizeof folder + 16];

    snprintf(path, sizeof path, "%s/dataset.json", folder);
    unlink(path);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    MUST(mkdtemp(folder));
    MUST(atexit(remove_folder) == 0);
    return 0;
}

static bool stays_inside(void *context, const struct manifest_file *file)
{
    const char *part = file->file;

    (void)context;
    MUST(*part != '\0' && *part != '/');
    for (size_t n; *part != '\0'; part += n + (part[n] == '/')) {
        n = strcspn(part, "/");
        MUST(n != 2 || strncmp(part, "..", 2) != 0);
    }
    return true;
}

static void write_again(const struct manifest *m)
{
    struct outfile out = { 0 };
    struct manifest again = { 0 };
    struct error err = { 0 };

    MUST(manifest_stage(m, folder, "mnistprep", OUTFILE_REPLACE, &out, &err));
    MUST(outfile_commit(&out, &err));
    outfile_abandon(&out);
    MUST(manifest_read(&again, folder, &err));
    MUST(manifest_equal(m, &again));
    manifest_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct error err = { 0 };
    struct manifest m = { 0 };
    char *path = text_format(&err, "%s/dataset.json", folder);

    MUST(path && outfile_put(path, bytes, n, OUTFILE_REPLACE, &err));
    free(path);
    bool ok = manifest_read(&m, folder, &err);
    must_tell(ok, &err);
    if (ok) {
        MUST(manifest_each_file(&m, stays_inside, NULL));
        write_again(&m);
    }
    manifest_release(&m);
    return 0;
}

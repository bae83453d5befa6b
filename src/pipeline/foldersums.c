/* SPDX-License-Identifier: MIT */
/* SHA256SUMS is read as prep writes it: "<64 digits>  <name>". */
#include "pipeline/foldersums.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/reader.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "dataset/rawfile.h"
#include "pipeline/outputs.h"

enum {
    SUM_DIGITS = DIGEST_TEXT - 1,
    NAME_AT = SUM_DIGITS + 2,
    LIST_MAX_BYTES = 1 << 30, /* some ten million pictures */
};

static bool check_file(const char *dir, const char *line, struct error *err)
{
    const char *name = line + NAME_AT;
    struct raw_facts facts;
    char *path = path_join(dir, name, err);
    bool ok = path && rawfile_hash_file(path, &facts, err) &&
              (strncmp(facts.sha256, line, SUM_DIGITS) == 0 ||
               error_set(err, FAIL_DATA,
                         "'%s' has not the SHA-256 that " OUTPUTS_SUMS " says",
                         path));

    free(path);
    return ok;
}

/* Is it a line about a file in the folder, and nowhere else? */
static bool is_of(const char *line, const char *folder)
{
    size_t n = strlen(folder);

    return strlen(line) > NAME_AT + n + 1 &&
           strncmp(line + NAME_AT, folder, n) == 0 &&
           line[NAME_AT + n] == '/' && manifest_is_file_name(line + NAME_AT);
}

static bool check_lines(char *text, const char *dir, const char *folder,
                        uint64_t files, struct error *err)
{
    uint64_t listed = 0;

    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (!is_of(line, folder))
            continue;
        listed++;
        if (!check_file(dir, line, err))
            return false;
    }
    return listed == files ||
           error_set(err, FAIL_DATA,
                     OUTPUTS_SUMS " lists %llu files of '%s', not %llu",
                     (unsigned long long)listed, folder,
                     (unsigned long long)files);
}

bool folder_sums_check(const char *dir, const char *folder, uint64_t files,
                       struct error *err)
{
    char *path = path_join(dir, OUTPUTS_SUMS, err);
    struct reader *in = path ? file_reader_open(path, err) : NULL;
    size_t n = 0;
    unsigned char *bytes = in ? reader_rest(in, LIST_MAX_BYTES, &n, err) : NULL;
    char *text = bytes ? realloc(bytes, n + 1) : NULL;
    bool ok = text != NULL;

    if (ok) {
        text[n] = '\0';
        ok = check_lines(text, dir, folder, files, err);
    } else {
        free(bytes);
        error_memory(err); /* unless there is another reason already */
    }
    reader_close(in);
    free(text);
    free(path);
    return ok;
}

/* SPDX-License-Identifier: MIT */
/* Reading and writing of raw/receipt.json. */
#include "dataset/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/outfile.h"
#include "base/text.h"
#include "dataset/store.h"
#include "format/jsondoc.h"

#define SCHEMA "mnistprep.receipt/1"

bool receipt_open(struct receipt *r, const char *raw_dir, struct error *err)
{
    struct error ignored = { 0 };

    r->path = path_join(raw_dir, STORE_RECEIPT, err);
    if (!r->path)
        return false;
    r->document = jsondoc_read(r->path, &ignored);
    const char *schema = jsondoc_find_text(r->document, "schema");
    if (!schema || strcmp(schema, SCHEMA) != 0 ||
        !jsondoc_is_object(jsondoc_find(r->document, "files"))) {
        jsondoc_release(r->document);
        r->document = jsondoc_object(err);
        jsondoc_set_text(r->document, "schema", SCHEMA, err);
        jsondoc_set(r->document, "files", jsondoc_object(err), err);
    }
    return r->document != NULL;
}

void receipt_release(struct receipt *r)
{
    jsondoc_release(r->document);
    free(r->path);
    *r = (struct receipt){ 0 };
}

static struct json_t *find_entry(const struct receipt *r, const char *path)
{
    return jsondoc_find(jsondoc_find(r->document, "files"), path_base(path));
}

bool receipt_lists(const struct receipt *r, const char *name)
{
    return find_entry(r, name) != NULL;
}

/* Size and mtime as one text, which is all that is ever compared. */
static bool file_state(const char *path, char *text, size_t size)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    snprintf(text, size, "%lld.%09ld", (long long)st.st_mtim.tv_sec,
             st.st_mtim.tv_nsec);
    return true;
}

static void copy_hash(char to[DIGEST_TEXT], const char *from)
{
    snprintf(to, DIGEST_TEXT, "%s", from ? from : "");
}

bool receipt_find(const struct receipt *r, const char *path,
                  struct raw_facts *facts)
{
    struct json_t *entry = find_entry(r, path);
    const char *noted = jsondoc_find_text(entry, "mtime");
    char now[48];
    struct stat st;

    *facts = (struct raw_facts){ 0 };
    if (!noted || stat(path, &st) != 0 || !file_state(path, now, sizeof now) ||
        strcmp(noted, now) != 0 ||
        !jsondoc_find_u64(entry, "bytes", &facts->bytes) ||
        facts->bytes != (uint64_t)st.st_size)
        return false;
    copy_hash(facts->sha256, jsondoc_find_text(entry, "sha256"));
    copy_hash(facts->payload_sha256,
              jsondoc_find_text(entry, "payload_sha256"));
    jsondoc_find_u64(entry, "payload_bytes", &facts->payload_bytes);
    return facts->sha256[0] != '\0' && facts->payload_sha256[0] != '\0';
}

bool receipt_note(struct receipt *r, const char *path,
                  const struct raw_facts *facts, const char *url,
                  struct error *err)
{
    struct json_t *entry = jsondoc_object(err);
    struct json_t *old = find_entry(r, path);
    char mtime[48] = "";

    file_state(path, mtime, sizeof mtime);
    jsondoc_set_u64(entry, "bytes", facts->bytes, err);
    jsondoc_set_text(entry, "mtime", mtime, err);
    jsondoc_set_text(entry, "sha256", facts->sha256, err);
    jsondoc_set_u64(entry, "payload_bytes", facts->payload_bytes, err);
    jsondoc_set_text(entry, "payload_sha256", facts->payload_sha256, err);
    jsondoc_set_text(entry, "url", url ? url : jsondoc_find_text(old, "url"),
                     err);
    jsondoc_set(jsondoc_find(r->document, "files"), path_base(path), entry,
                err);
    char *text = jsondoc_dump(r->document, err);
    bool ok = text && outfile_put(r->path, text, strlen(text),
                                  OUTFILE_REPLACE | OUTFILE_SYNC, err);
    free(text);
    return ok;
}

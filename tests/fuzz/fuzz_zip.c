/* SPDX-License-Identifier: MIT */
/* Zip archives: the directory, and each member to its end. No member gives more
 * than the directory declares, and one that ends well gives all of it. */
#include "base/blob.h"
#include "base/reader.h"
#include "format/zipfile.h"
#include "fuzz.h"

enum { MEMBERS_MAX = 16, BYTES_MAX = 1 << 22 };

static void read_member(struct zipfile *z, const char *name)
{
    static unsigned char bytes[16 * 1024];
    struct error err = { 0 };
    struct zipfile_member member;
    uint64_t read = 0;
    ptrdiff_t n = -1;
    bool found = zipfile_find(z, name, &member, &err);

    must_tell(found, &err);
    struct reader *in = found ? zipfile_reader_open(z, name, &err) : NULL;
    while (in && (n = reader_read(in, bytes, sizeof bytes, &err)) > 0) {
        read += (uint64_t)n;
        MUST(read <= member.bytes);
        if (read > BYTES_MAX)
            break;
    }
    MUST(n != 0 || read == member.bytes);
    if (n <= 0)
        must_tell(n == 0, &err);
    reader_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct error err = { 0 };
    struct zipfile *z =
        zipfile_open(bytes_blob_open(bytes, n, "archive", &err), &err);
    struct zipfile_member member;

    must_tell(z != NULL, &err);
    for (size_t i = 0; z && i < MEMBERS_MAX; i++)
        if (zipfile_member_at(z, i, &member))
            read_member(z, member.name);
    zipfile_close(z);
    return 0;
}

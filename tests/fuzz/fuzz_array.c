/* SPDX-License-Identifier: MIT */
/* All that decode reads: gzip, xz, IDX, NPY, CSV and PNG, told by content. As
 * many elements come as the header announces, or an error. */
#include "base/sizes.h"
#include "format/formats.h"
#include "fuzz.h"

/* A header may announce any number, and a small file unpack to a large one. */
enum { ELEMENTS_MAX = 1 << 22 };

static void read_all(struct array_stream *s, struct error *err)
{
    static unsigned char elements[64 * 1024 * sizeof(int64_t)];
    uint64_t announced = 1, read = 0;
    ptrdiff_t n;

    MUST(s->info.ndims >= 1 && s->info.ndims <= ARRAY_MAX_DIMS);
    for (unsigned i = 0; i < s->info.ndims; i++)
        MUST(size_mul(&announced, s->info.dim[i]));
    while ((n = array_read_native(s, elements, 64 * 1024, err)) > 0) {
        read += (uint64_t)n;
        if (read > ELEMENTS_MAX)
            return;
    }
    must_tell(n == 0, err);
    MUST(n != 0 || read == announced);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct error err = { 0 };
    struct array_stream s = { 0 };
    bool ok = array_open(&s, bytes_reader_open(bytes, n, "input", &err), &err);

    must_tell(ok, &err);
    if (ok)
        read_all(&s, &err);
    array_close(&s);
    return 0;
}

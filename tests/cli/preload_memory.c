/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: the N-th allocation of the program itself, as MEMORY_FAILS_AT
 * says, and all after it fail; with MEMORY_FAILS_ONCE=1 it alone. Those of
 * libraries succeed: libcrypto crashes when its first ones fail, and jansson
 * calls it bad JSON. A run that ended before the N-th exits with 77.
 *
 *   cc -shared -fPIC -o preload_memory.so preload_memory.c
 *   MEMORY_FAILS_AT=100 LD_PRELOAD=./preload_memory.so mnistprep prep
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *old, size_t n);

static atomic_long calls;
static long fails_at;
static bool once;
static uintptr_t first, last; /* of the program's code */

/* The program is the first object. */
static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    first = UINTPTR_MAX;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD)
            continue;
        first = at < first ? at : first;
        last = at + part->p_memsz > last ? at + part->p_memsz : last;
    }
    return 1;
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("MEMORY_FAILS_AT");

    once = getenv("MEMORY_FAILS_ONCE") != NULL;
    dl_iterate_phdr(find_program, NULL);
    fails_at = at ? atol(at) : 0;
}

__attribute__((destructor)) static void end(void)
{
    if (fails_at > 0 && atomic_load(&calls) < fails_at)
        _exit(77);
}

static bool fails(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;

    if (fails_at == 0 || at < first || at >= last)
        return false;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (call < fails_at || (once && call > fails_at))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, n);
}

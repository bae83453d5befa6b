/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: somebody who replaces files while they are read. Just before the
 * SWAP_AT-th time that SWAP_FILE is opened, SWAP_BY is renamed to SWAP_TO: the
 * file itself, or a link to the folder that it lies in.
 *
 *   cc -shared -fPIC -o preload_swap.so preload_swap.c -ldl
 *   SWAP_FILE=a SWAP_BY=b SWAP_TO=a SWAP_AT=2 LD_PRELOAD=./preload_swap.so ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int open_function(const char *path, int flags, ...);

static void swap(const char *path)
{
    static int opened;
    const char *file = getenv("SWAP_FILE"), *by = getenv("SWAP_BY");
    const char *to = getenv("SWAP_TO"), *at = getenv("SWAP_AT");

    if (!file || !by || !to || !at || strcmp(path, file) != 0)
        return;
    if (__atomic_add_fetch(&opened, 1, __ATOMIC_SEQ_CST) == atoi(at) &&
        rename(by, to) != 0)
        perror("preload_swap");
}

static int forward(const char *name, const char *path, int flags, mode_t mode)
{
    open_function *real;

    swap(path);
    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real(path, flags, mode);
}

#define FORWARD(name)                             \
    int name(const char *path, int flags, ...)    \
    {                                             \
        va_list args;                             \
        va_start(args, flags);                    \
        mode_t mode = va_arg(args, mode_t);       \
        va_end(args);                             \
        return forward(#name, path, flags, mode); \
    }

FORWARD(open)
FORWARD(open64)

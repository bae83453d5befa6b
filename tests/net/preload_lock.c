/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: locks that lie, as on some network file systems. flock, lockf and
 * the locks of fcntl say yes to everybody at once; all else of fcntl is real.
 *
 *   cc -shared -fPIC -o preload_lock.so preload_lock.c -ldl
 *   LD_PRELOAD=./preload_lock.so mnistprep fetch
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/types.h>

typedef int fcntl_function(int fd, int command, ...);

int flock(int fd, int operation)
{
    (void)fd;
    (void)operation;
    return 0;
}

int lockf(int fd, int command, off_t length)
{
    (void)fd;
    (void)command;
    (void)length;
    return 0;
}

static int is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW ||
           command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

static int forward(const char *name, int fd, int command, void *argument)
{
    fcntl_function *real;

    if (is_lock(command))
        return 0;
    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real(fd, command, argument);
}

/* Whatever the argument is, it fits a pointer here. */
#define FORWARD(name)                                 \
    int name(int fd, int command, ...)                \
    {                                                 \
        va_list args;                                 \
        va_start(args, command);                      \
        void *argument = va_arg(args, void *);        \
        va_end(args);                                 \
        return forward(#name, fd, command, argument); \
    }

FORWARD(fcntl)
FORWARD(fcntl64)

/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: memory that runs out while JSON is made. The call of json_object
 * or json_array whose number is in FAIL_JSON_AT, from 1, and all after it fail;
 * json_string fails from FAIL_TEXT_AT on. What the library calls itself, to
 * read a catalogue, does not count.
 *
 *   cc -shared -fPIC -o preload.so preload_json.c -ldl
 *   FAIL_JSON_AT=3 LD_PRELOAD=./preload.so mnistprep verify --json */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef void *maker(void);
typedef void *text_maker(const char *text);

static int is_over(const char *variable, int *calls, void *caller)
{
    const char *at = getenv(variable);
    Dl_info from;

    if (!at || !dladdr(caller, &from) || strstr(from.dli_fname, "jansson"))
        return 0;
    return ++*calls >= atoi(at);
}

static void *make(const char *name, void *caller)
{
    static int calls;
    maker *real;

    if (is_over("FAIL_JSON_AT", &calls, caller))
        return NULL;
    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real();
}

void *json_object(void)
{
    return make("json_object", __builtin_return_address(0));
}

void *json_array(void)
{
    return make("json_array", __builtin_return_address(0));
}

void *json_string(const char *text)
{
    static int calls;
    text_maker *real;

    if (is_over("FAIL_TEXT_AT", &calls, __builtin_return_address(0)))
        return NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "json_string");
    return real(text);
}

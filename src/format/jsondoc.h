/* SPDX-License-Identifier: MIT */
/* JSON documents, read and made, by jansson. Nothing above this file includes
 * jansson; `struct json_t` is its value. */
#ifndef MP_FORMAT_JSONDOC_H
#define MP_FORMAT_JSONDOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct json_t;
struct reader;

/* ---- reading: a document is released by jsondoc_release, what is found in
 * it is borrowed. Finders return NULL or false when there is no such member,
 * or when it has another type; a NULL document has no members. ---- */

/* NULL with *err set (FAIL_DATA, with the line) when it is not JSON. */
struct json_t *MUST_USE jsondoc_parse(const char *text, size_t n,
                                      const char *name, struct error *err);
struct json_t *MUST_USE jsondoc_read(const char *path, struct error *err);

/* Takes the reader in every case, and passes NULL through. */
struct json_t *MUST_USE jsondoc_read_from(struct reader *in, struct error *err);
void jsondoc_release(struct json_t *doc); /* accepts NULL */

/* One more owner of the same document; returns it, NULL for NULL. */
struct json_t *jsondoc_keep(struct json_t *doc);

struct json_t *jsondoc_find(struct json_t *object, const char *key);
const char *jsondoc_find_text(struct json_t *object, const char *key);
bool jsondoc_find_u64(struct json_t *object, const char *key, uint64_t *to);
bool jsondoc_find_real(struct json_t *object, const char *key, double *to);
bool jsondoc_find_bool(struct json_t *object, const char *key, bool *to);

bool jsondoc_is_object(struct json_t *doc);
bool jsondoc_is_array(struct json_t *doc);
bool jsondoc_is_null(struct json_t *doc); /* JSON's null */

/* Elements of an array, or members of an object in their order. */
size_t jsondoc_count(struct json_t *doc);
struct json_t *jsondoc_at(struct json_t *array, size_t i);
struct json_t *jsondoc_member_at(struct json_t *object, size_t i,
                                 const char **key);
const char *jsondoc_text(struct json_t *text);
bool jsondoc_u64(struct json_t *number, uint64_t *to);
bool jsondoc_real(struct json_t *number, double *to);

/* ---- making: what goes wrong is noted in *err, and jsondoc_dump fails then;
 * nothing in between needs a check. Setters take `child`. Text that is not
 * UTF-8 is masked. ---- */

struct json_t *jsondoc_object(struct error *err);
struct json_t *jsondoc_array(struct error *err);
void jsondoc_set(struct json_t *object, const char *key, struct json_t *child,
                 struct error *err);
void jsondoc_set_text(struct json_t *object, const char *key, const char *text,
                      struct error *err); /* NULL: null */
void jsondoc_set_u64(struct json_t *object, const char *key, uint64_t value,
                     struct error *err);
void jsondoc_set_i64(struct json_t *object, const char *key, int64_t value,
                     struct error *err);
void jsondoc_set_real(struct json_t *object, const char *key, double value,
                      struct error *err); /* not finite: null */
void jsondoc_set_bool(struct json_t *object, const char *key, bool value,
                      struct error *err);
void jsondoc_append(struct json_t *array, struct json_t *child,
                    struct error *err);
void jsondoc_append_text(struct json_t *array, const char *text,
                         struct error *err);
void jsondoc_append_u64(struct json_t *array, uint64_t value,
                        struct error *err);
void jsondoc_append_real(struct json_t *array, double value,
                         struct error *err); /* not finite: null */

bool jsondoc_equal(struct json_t *a, struct json_t *b);

/* malloc'd text, indented, keys in the order they were set, a newline at the
 * end; NULL with *err set. The caller frees it. */
char *MUST_USE jsondoc_dump(struct json_t *doc, struct error *err);

/* The same on one line, and without the newline. */
char *MUST_USE jsondoc_dump_line(struct json_t *doc, struct error *err);

const char *jsondoc_header_version(void);
const char *jsondoc_library_version(void);

#endif

/* SPDX-License-Identifier: MIT */
/* The only file that includes jansson. */
#include "format/jsondoc.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

/* Our own documents are a few kilobytes; a catalogue of one's own may be
 * larger, but not without end. */
enum { DOCUMENT_MAX = 16 << 20 };

struct json_t *jsondoc_parse(const char *text, size_t n, const char *name,
                             struct error *err)
{
    json_error_t why;
    json_t *doc = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);

    if (!doc)
        error_set(err, FAIL_DATA, "'%s' is not valid JSON: line %d: %s", name,
                  why.line, why.text);
    return doc;
}

struct json_t *jsondoc_read(const char *path, struct error *err)
{
    return jsondoc_read_from(file_reader_open(path, err), err);
}

struct json_t *jsondoc_read_from(struct reader *in, struct error *err)
{
    size_t n = 0;
    unsigned char *text = in ? reader_rest(in, DOCUMENT_MAX, &n, err) : NULL;
    json_t *doc = text ? jsondoc_parse((const char *)text, n, in->name, err)
                       : NULL;

    free(text);
    reader_close(in);
    return doc;
}

void jsondoc_release(struct json_t *doc)
{
    json_decref(doc);
}

struct json_t *jsondoc_keep(struct json_t *doc)
{
    return json_incref(doc);
}

struct json_t *jsondoc_find(struct json_t *object, const char *key)
{
    return json_object_get(object, key);
}

const char *jsondoc_find_text(struct json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool jsondoc_u64(struct json_t *number, uint64_t *to)
{
    if (!json_is_integer(number) || json_integer_value(number) < 0)
        return false;
    *to = (uint64_t)json_integer_value(number);
    return true;
}

bool jsondoc_find_u64(struct json_t *object, const char *key, uint64_t *to)
{
    return jsondoc_u64(json_object_get(object, key), to);
}

bool jsondoc_find_real(struct json_t *object, const char *key, double *to)
{
    json_t *value = json_object_get(object, key);

    if (!json_is_number(value))
        return false;
    *to = json_number_value(value);
    return true;
}

bool jsondoc_real(struct json_t *number, double *to)
{
    if (!json_is_number(number))
        return false;
    *to = json_number_value(number);
    return true;
}

bool jsondoc_find_bool(struct json_t *object, const char *key, bool *to)
{
    json_t *value = json_object_get(object, key);

    if (!json_is_boolean(value))
        return false;
    *to = json_is_true(value);
    return true;
}

bool jsondoc_is_object(struct json_t *doc)
{
    return json_is_object(doc);
}

bool jsondoc_is_null(struct json_t *doc)
{
    return json_is_null(doc);
}

bool jsondoc_is_array(struct json_t *doc)
{
    return json_is_array(doc);
}

size_t jsondoc_count(struct json_t *doc)
{
    return json_is_array(doc) ? json_array_size(doc) : json_object_size(doc);
}

struct json_t *jsondoc_at(struct json_t *array, size_t i)
{
    return json_array_get(array, i);
}

struct json_t *jsondoc_member_at(struct json_t *object, size_t i,
                                 const char **key)
{
    void *iter = json_object_iter(object);

    while (iter && i-- > 0)
        iter = json_object_iter_next(object, iter);
    if (!iter)
        return NULL;
    *key = json_object_iter_key(iter);
    return json_object_iter_value(iter);
}

const char *jsondoc_text(struct json_t *text)
{
    return json_string_value(text);
}

struct json_t *jsondoc_object(struct error *err)
{
    json_t *doc = json_object();

    if (!doc)
        error_memory(err);
    return doc;
}

struct json_t *jsondoc_array(struct error *err)
{
    json_t *doc = json_array();

    if (!doc)
        error_memory(err);
    return doc;
}

void jsondoc_set(struct json_t *object, const char *key, struct json_t *child,
                 struct error *err)
{
    if (json_object_set_new(object, key, child) != 0)
        error_memory(err);
}

/* NULL only when memory runs out. */
static json_t *make_text(const char *text)
{
    if (!text)
        return json_null();
    json_t *made = json_string(text);
    if (made)
        return made;
    /* Not UTF-8: four characters for each byte at most. */
    size_t size = 4 * strlen(text) + 1;
    char *masked = malloc(size);
    if (masked) {
        text_mask(masked, size, text);
        made = json_string(masked);
    }
    free(masked);
    return made;
}

void jsondoc_set_text(struct json_t *object, const char *key, const char *text,
                      struct error *err)
{
    jsondoc_set(object, key, make_text(text), err);
}

/* JSON integers are signed here; sums of squares stay far below that. */
static json_t *make_u64(uint64_t value)
{
    return value <= INT64_MAX ? json_integer((json_int_t)value)
                              : json_real((double)value);
}

void jsondoc_set_u64(struct json_t *object, const char *key, uint64_t value,
                     struct error *err)
{
    jsondoc_set(object, key, make_u64(value), err);
}

void jsondoc_set_i64(struct json_t *object, const char *key, int64_t value,
                     struct error *err)
{
    jsondoc_set(object, key, json_integer((json_int_t)value), err);
}

void jsondoc_set_real(struct json_t *object, const char *key, double value,
                      struct error *err)
{
    jsondoc_set(object, key, isfinite(value) ? json_real(value) : json_null(),
                err);
}

void jsondoc_set_bool(struct json_t *object, const char *key, bool value,
                      struct error *err)
{
    jsondoc_set(object, key, json_boolean(value), err);
}

void jsondoc_append(struct json_t *array, struct json_t *child,
                    struct error *err)
{
    if (json_array_append_new(array, child) != 0)
        error_memory(err);
}

void jsondoc_append_text(struct json_t *array, const char *text,
                         struct error *err)
{
    jsondoc_append(array, make_text(text), err);
}

void jsondoc_append_u64(struct json_t *array, uint64_t value, struct error *err)
{
    jsondoc_append(array, make_u64(value), err);
}

void jsondoc_append_real(struct json_t *array, double value, struct error *err)
{
    jsondoc_append(array, isfinite(value) ? json_real(value) : json_null(),
                   err);
}

bool jsondoc_equal(struct json_t *a, struct json_t *b)
{
    return json_equal(a, b) == 1;
}

char *jsondoc_dump(struct json_t *doc, struct error *err)
{
    if (err->code != FAIL_NONE)
        return NULL;
    /* 17 digits give every double back; what is not ASCII is escaped, so that
     * nothing a terminal would obey is left. */
    char *text = json_dumps(doc, JSON_INDENT(2) | JSON_ENSURE_ASCII |
                                     JSON_REAL_PRECISION(17));
    char *line = text ? text_format(err, "%s\n", text) : NULL;
    if (!line)
        error_memory(err);
    free(text);
    return line;
}

char *jsondoc_dump_line(struct json_t *doc, struct error *err)
{
    if (err->code != FAIL_NONE)
        return NULL;
    char *text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!text)
        error_memory(err);
    return text;
}

const char *jsondoc_header_version(void)
{
    return JANSSON_VERSION;
}

const char *jsondoc_library_version(void)
{
#if JANSSON_VERSION_HEX >= 0x020d00
    return jansson_version_str();
#else
    return JANSSON_VERSION;
#endif
}

/* SPDX-License-Identifier: MIT */
/* From JSON to rows that the rest can trust: every field is checked here. */
#include "dataset/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "dataset/catalogue_builtin.h"
#include "dataset/filename.h"
#include "dataset/source.h"
#include "format/jsondoc.h"

const char *catalogue_part_name(enum catalogue_part part)
{
    return part == PART_IMAGES ? "images" : "labels";
}

/* Lower-case hex digits, or not there at all. */
static bool is_hash(const char *text, size_t digits)
{
    return !text || (strlen(text) == digits &&
                     strspn(text, "0123456789abcdef") == digits);
}

/* Names become file and directory names, so they are nothing more. */
static bool is_plain_name(const char *text)
{
    return text && filename_is_plain(text);
}

static bool is_plain_file(const char *text)
{
    return text && filename_is_plain_file(text);
}

/* What a message says about the place of a fault. */
struct place {
    const char *file, *dataset;
    struct error *err;
};

static bool fault(const struct place *p, const char *what)
{
    return error_set(p->err, FAIL_DATA, "catalogue '%s': %s%s%s", p->file,
                     p->dataset ? p->dataset : "", p->dataset ? ": " : "",
                     what);
}

/* Members that may be missing; false when they are there and of another type,
 * so that a mistake is not taken for "unknown". */
static bool optional_text(struct json_t *from, const char *key, const char **to)
{
    *to = jsondoc_find_text(from, key);
    return *to || !jsondoc_find(from, key);
}

static bool optional_u64(struct json_t *from, const char *key, uint64_t *to)
{
    return jsondoc_find_u64(from, key, to) || !jsondoc_find(from, key);
}

static bool read_file(struct json_t *from, struct catalogue_file *to,
                      const struct place *p)
{
    struct json_t *payload = jsondoc_find(from, "payload");

    to->name = jsondoc_find_text(from, "file");
    if (!is_plain_file(to->name))
        return fault(p, "\"file\" has to be a plain file name");
    if ((payload && !jsondoc_is_object(payload)) ||
        !optional_text(from, "sha256", &to->sha256) ||
        !optional_text(from, "git_blob", &to->git_blob) ||
        !optional_text(from, "md5", &to->md5) ||
        !optional_text(from, "sha256_seen", &to->sha256_seen) ||
        !optional_text(from, "member", &to->member) ||
        !optional_text(payload, "sha256", &to->payload_sha256) ||
        !optional_u64(from, "bytes", &to->bytes) ||
        !optional_u64(payload, "bytes", &to->payload_bytes))
        return fault(p, "a hash has to be a text, \"bytes\" a whole number, "
                        "\"payload\" an object of both");
    if (!to->sha256 && !to->git_blob && !to->payload_sha256 && !to->md5 &&
        !to->sha256_seen)
        return fault(p, "a file needs \"sha256\", \"git_blob\", \"md5\" or a "
                        "payload with \"sha256\"");
    if (!is_hash(to->sha256, 64) || !is_hash(to->payload_sha256, 64) ||
        !is_hash(to->sha256_seen, 64) || !is_hash(to->git_blob, 40) ||
        !is_hash(to->md5, 32))
        return fault(p, "a hash has to be lower-case hex digits, 64 for "
                        "SHA-256, 40 for a git blob, 32 for MD5");
    return true;
}

/* Whole numbers, and null for what is not known; rows rise, so that each is
 * listed once. */
static bool read_label_error(struct json_t *from,
                             const struct catalogue_dataset *d,
                             struct catalogue_split *to)
{
    struct catalogue_label_error e = { 0 };
    const struct catalogue_label_error *last =
        to->label_error_count > 0 ? &to->label_error[to->label_error_count - 1]
                                  : NULL;
    uint64_t given = 0, guess = 0;

    e.has_guess = !jsondoc_is_null(jsondoc_find(from, "guess"));
    if (!jsondoc_find_u64(from, "row", &e.row) ||
        !jsondoc_find_u64(from, "given", &given) ||
        (e.has_guess && !jsondoc_find_u64(from, "guess", &guess)) ||
        (to->count > 0 && e.row >= to->count) || (last && e.row <= last->row) ||
        given >= d->class_count || (e.has_guess && guess >= d->class_count) ||
        (e.has_guess && guess == given))
        return false;
    e.given = (size_t)given;
    e.guess = (size_t)guess;
    to->label_error[to->label_error_count++] = e;
    return true;
}

static bool read_label_errors(struct json_t *from,
                              const struct catalogue_dataset *d,
                              struct catalogue_split *to, const struct place *p)
{
    struct json_t *list = jsondoc_find(from, "label_errors");
    size_t count = jsondoc_count(list);
    bool ok = !list || jsondoc_is_array(list);

    if (!optional_text(from, "label_errors_source", &to->label_error_source))
        return fault(p, "\"label_errors_source\" has to be a text");
    if (ok && count > 0) {
        to->label_error = calloc(count, sizeof *to->label_error);
        if (!to->label_error)
            return error_memory(p->err);
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = read_label_error(jsondoc_at(list, i), d, to);
    return ok || fault(p, "\"label_errors\" has to be a list of objects with "
                          "\"row\", \"given\" and \"guess\", by rising rows "
                          "of the split; \"given\" is a class, \"guess\" "
                          "another one, or null");
}

static bool read_split(struct json_t *from, struct catalogue_dataset *d,
                       const struct place *p)
{
    const char *name = jsondoc_find_text(from, "name");
    struct catalogue_split *to = &d->split[d->split_count];

    if (!is_plain_name(name))
        return fault(p, "a split needs a plain \"name\": at most 64 letters, "
                        "digits, '.', '_' and '-'");
    if (catalogue_find_split(d, name))
        return fault(p, "two splits have the same name");
    d->split_count++;
    to->name = name;
    if (!optional_u64(from, "count", &to->count) ||
        !optional_u64(from, "first_row", &to->first_row))
        return fault(p, "\"count\" and \"first_row\" have to be whole "
                        "numbers");
    to->is_window = jsondoc_find(from, "first_row") != NULL;
    if (to->is_window && to->count == 0)
        return fault(p, "\"first_row\" goes with \"count\"");
    for (int part = 0; part < CATALOGUE_PARTS; part++)
        if (!read_file(jsondoc_find(from, catalogue_part_name(
                                              (enum catalogue_part)part)),
                       &to->part[part], p))
            return false;
    return read_label_errors(from, d, to, p);
}

static bool read_splits(struct json_t *from, struct catalogue_dataset *d,
                        const struct place *p)
{
    size_t count = jsondoc_count(from);

    if (count < 1 || count > CATALOGUE_SPLITS_MAX)
        return fault(p, "\"splits\" has to be a list of 1 to 8");
    for (size_t i = 0; i < count; i++)
        if (!read_split(jsondoc_at(from, i), d, p))
            return false;
    return true;
}

/* A list of texts; *to is malloc'd, the texts are the document's. */
static bool read_texts(struct json_t *from, const char ***to, size_t *count,
                       const struct place *p)
{
    size_t n = jsondoc_count(from);
    const char **texts = calloc(n + 1, sizeof *texts);

    if (!texts)
        return error_memory(p->err);
    for (size_t i = 0; i < n; i++) {
        texts[i] = jsondoc_text(jsondoc_at(from, i));
        if (!texts[i]) {
            free(texts);
            return false;
        }
    }
    *to = texts;
    *count = n;
    return true;
}

static bool read_quirks(struct json_t *from, struct catalogue_dataset *d,
                        const struct place *p)
{
    struct json_t *archive = jsondoc_find(from, "archive");

    d->has_label_column =
        jsondoc_find_u64(from, "label_column", &d->label_column);
    if (!optional_u64(from, "label_base", &d->label_base) ||
        (jsondoc_find(from, "label_column") && !d->has_label_column) ||
        (jsondoc_find(from, "transposed") &&
         !jsondoc_find_bool(from, "transposed", &d->transposed)))
        return fault(p, "\"label_base\" and \"label_column\" have to be whole "
                        "numbers, \"transposed\" true or false");
    /* Labels as published are counted and stored as far as this: no sum of
     * the two may be more, or wrap. */
    if (d->label_base > SOURCE_LABEL_MAX + 1 - d->class_count)
        return fault(p, "\"label_base\" and the classes behind it have to stay "
                        "within labels 0 to 65535");
    if (d->label_column >= SOURCE_LABEL_BYTES)
        return fault(p, "\"label_column\" has to be less than 4096");
    return !archive || read_file(archive, &d->archive, p);
}

static bool check_members(const struct catalogue_dataset *d,
                          const struct place *p)
{
    for (size_t i = 0; i < d->split_count; i++)
        for (int part = 0; part < CATALOGUE_PARTS; part++)
            if (d->split[i].part[part].member && !d->archive.name)
                return fault(p, "a file is a \"member\", but there is no "
                                "\"archive\"");
    return true;
}

static bool read_dataset(struct json_t *from, struct catalogue_dataset *d,
                         struct place *p)
{
    d->name = p->dataset = jsondoc_find_text(from, "name");
    d->title = jsondoc_find_text(from, "title");
    d->licence = jsondoc_find_text(from, "licence");
    d->homepage = jsondoc_find_text(from, "homepage");
    if (!is_plain_name(d->name))
        return fault(p, "a dataset needs a plain \"name\": at most 64 letters, "
                        "digits, '.', '_' and '-'");
    if (!d->title || !d->licence || !d->homepage)
        return fault(p, "\"title\", \"licence\" and \"homepage\" are needed");
    if (!read_texts(jsondoc_find(from, "classes"), &d->classes, &d->class_count,
                    p) ||
        d->class_count < 1 || d->class_count > 65536)
        return fault(p, "\"classes\" has to be a list of names");
    struct json_t *mirrors = jsondoc_find(from, "mirrors");
    if ((mirrors && !jsondoc_is_array(mirrors)) ||
        !read_texts(mirrors, &d->mirrors, &d->mirror_count, p))
        return fault(p, "\"mirrors\" has to be a list of URLs");
    return read_quirks(from, d, p) &&
           read_splits(jsondoc_find(from, "splits"), d, p) &&
           check_members(d, p);
}

static void release_dataset(struct catalogue_dataset *d)
{
    free(d->classes);
    free(d->mirrors);
    for (size_t i = 0; i < d->split_count; i++)
        free(d->split[i].label_error);
}

/* The place of a dataset of that name, or a new one; NULL when all are used. */
static struct catalogue_dataset *place_for(struct catalogue *c,
                                           const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->dataset[i].name, name) == 0) {
            release_dataset(&c->dataset[i]);
            return &c->dataset[i];
        }
    }
    return c->count < CATALOGUE_DATASETS_MAX ? &c->dataset[c->count++] : NULL;
}

static bool add_document(struct catalogue *c, struct json_t *doc,
                         const char *file, struct error *err)
{
    struct place p = { .file = file, .err = err };
    struct json_t *list = jsondoc_find(doc, "datasets");
    const char *schema = jsondoc_find_text(doc, "schema");

    if (!schema || strcmp(schema, "mnistprep.catalogue/1") != 0)
        return fault(&p, "\"schema\" has to be \"mnistprep.catalogue/1\"");
    if (!jsondoc_is_array(list))
        return fault(&p, "\"datasets\" has to be a list");
    for (size_t i = 0; i < jsondoc_count(list); i++) {
        struct catalogue_dataset new = { 0 };
        struct catalogue_dataset *to = NULL;
        p.dataset = NULL;
        if (read_dataset(jsondoc_at(list, i), &new, &p)) {
            to = place_for(c, new.name);
            if (!to)
                fault(&p, "there is no room for more than 64 datasets");
        }
        if (!to) {
            release_dataset(&new);
            return false;
        }
        *to = new;
    }
    return true;
}

bool catalogue_load(struct catalogue *c, const char *extra, struct error *err)
{
    c->documents[0] = jsondoc_parse((const char *)catalogue_builtin,
                                    catalogue_builtin_bytes, "built-in", err);
    if (!c->documents[0] || !add_document(c, c->documents[0], "built-in", err))
        return false;
    if (!extra)
        return true;
    c->documents[1] = jsondoc_read(extra, err);
    return c->documents[1] && add_document(c, c->documents[1], extra, err);
}

void catalogue_release(struct catalogue *c)
{
    for (size_t i = 0; i < c->count; i++)
        release_dataset(&c->dataset[i]);
    jsondoc_release(c->documents[0]);
    jsondoc_release(c->documents[1]);
    *c = (struct catalogue){ 0 };
}

const struct catalogue_dataset *catalogue_find(const struct catalogue *c,
                                               const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->dataset[i].name, name) == 0)
            return &c->dataset[i];
    return NULL;
}

const struct catalogue_split *
catalogue_find_split(const struct catalogue_dataset *d, const char *name)
{
    for (size_t i = 0; i < d->split_count; i++)
        if (strcmp(d->split[i].name, name) == 0)
            return &d->split[i];
    return NULL;
}

const struct catalogue_label_error *
catalogue_find_label_error(const struct catalogue_split *s, uint64_t row)
{
    size_t first = 0, end = s->label_error_count;

    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (s->label_error[middle].row == row)
            return &s->label_error[middle];
        if (s->label_error[middle].row < row)
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

bool catalogue_find_payload(const struct catalogue *c, const char *sha256,
                            struct catalogue_match *to)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_dataset *d = &c->dataset[i];
        for (size_t j = 0; j < d->split_count; j++) {
            for (int part = 0; part < CATALOGUE_PARTS; part++) {
                const char *known = d->split[j].part[part].payload_sha256;
                if (known && strcmp(known, sha256) == 0) {
                    *to = (struct catalogue_match){ d, &d->split[j],
                                                    (enum catalogue_part)part };
                    return true;
                }
            }
        }
    }
    return false;
}

bool catalogue_is_first_of_file(const struct catalogue_dataset *d, size_t split,
                                enum catalogue_part part)
{
    for (size_t i = 0; i < split; i++)
        if (strcmp(d->split[i].part[part].name,
                   d->split[split].part[part].name) == 0)
            return false;
    return true;
}

const char *catalogue_class_name(const struct catalogue_dataset *d,
                                 uint64_t base, uint64_t label)
{
    return label < base ? "(unused)" : d->classes[label - base];
}

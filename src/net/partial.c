/* SPDX-License-Identifier: MIT */
/* Claiming by rename, the sidecar, and the endings. */
#include "net/partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/text.h"
#include "format/jsondoc.h"

#define PART ".part"
#define SIDECAR ".json"

/* ---- names ---- */

/* "DIR/.F.<pid>-<n>.part": the name of this process' own copy. */
static char *own_name(const char *final, unsigned attempt, struct error *err)
{
    size_t dir = (size_t)(path_base(final) - final);

    return text_format(err, "%.*s.%s.%ld-%u" PART, (int)dir, final,
                       path_base(final), (long)getpid(), attempt);
}

/* The process in exactly such a name, or in that of its sidecar; 0 when it is
 * another kind of name. */
static long owner_of(const char *name, const char *file)
{
    size_t n = strlen(file), digits;
    uint64_t pid, attempt;

    if (name[0] != '.' || strncmp(name + 1, file, n) != 0 || name[1 + n] != '.')
        return 0;
    name += n + 2;
    digits = strspn(name, "0123456789");
    if (!number_parse_u64_n(name, digits, &pid) || pid > INT_MAX ||
        name[digits] != '-')
        return 0;
    name += digits + 1;
    digits = strspn(name, "0123456789");
    if (!number_parse_u64_n(name, digits, &attempt) ||
        (strcmp(name + digits, PART) != 0 &&
         strcmp(name + digits, PART SIDECAR) != 0))
        return 0;
    return (long)pid;
}

/* ---- claiming ---- */

/* Whatever it is: a file, a link, a FIFO, or an empty directory. */
static void remove_any(const char *path)
{
    if (unlink(path) != 0)
        rmdir(path);
}

/* A rename keeps the age, by which others judge whether it is abandoned: work
 * on it begins now. */
static void make_young(const char *path)
{
    (void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

/* Moves bytes and sidecar to p's own names; false when somebody was faster or
 * there was nothing. What is no plain file is no beginning of one. */
static bool claim(struct partial *p, const char *from)
{
    struct error ignored = { 0 };
    char *sidecar = text_format(&ignored, "%s" SIDECAR, from);
    struct stat st;
    bool plain = lstat(from, &st) == 0 && S_ISREG(st.st_mode);

    if (plain && sidecar) {
        make_young(from);
        make_young(sidecar);
    }
    bool ok = sidecar && plain && rename(from, p->path) == 0;

    if (!plain)
        remove_any(from);
    if (sidecar && lstat(sidecar, &st) == 0 && !S_ISREG(st.st_mode))
        remove_any(sidecar);

    /* Without its sidecar the claim is only of no use. */
    if (ok && rename(sidecar, p->sidecar) != 0)
        unlink(p->sidecar);
    free(sidecar);
    return ok;
}

/* Is it what p works on itself? */
static bool is_own(const struct partial *p, const char *name)
{
    return p->path && (strcmp(name, path_base(p->path)) == 0 ||
                       strcmp(name, path_base(p->sidecar)) == 0);
}

/* Goes through what processes that were killed have left of this file: claims
 * the first that can be had, or, with `sweep`, removes what is there. */
static bool visit_orphans(struct partial *p, bool sweep)
{
    struct error ignored = { 0 };
    size_t length = (size_t)(path_base(p->final) - p->final);
    char *dir = length ? text_format(&ignored, "%.*s", (int)length, p->final)
                       : text_copy("./", &ignored);
    DIR *list = dir ? opendir(dir) : NULL;
    struct dirent *entry;
    bool claimed = false;

    while (list && !claimed && (entry = readdir(list)) != NULL) {
        long pid = owner_of(entry->d_name, path_base(p->final));
        if (pid <= 0 || is_own(p, entry->d_name))
            continue;
        char *orphan = text_format(&ignored, "%s%s", dir, entry->d_name);
        bool abandoned = orphan && directory_is_abandoned(orphan, pid);
        if (abandoned && sweep)
            remove_any(orphan);
        else if (abandoned && text_ends_with(orphan, PART))
            claimed = claim(p, orphan);
        free(orphan);
    }
    if (list)
        closedir(list);
    free(dir);
    return claimed;
}

/* Once F is there, nobody needs the beginning of it that another process put
 * aside. */
static void remove_rest(const struct partial *p)
{
    struct error ignored = { 0 };
    char *rest = text_format(&ignored, "%s" PART, p->final);
    char *sidecar = text_format(&ignored, "%s" PART SIDECAR, p->final);

    if (rest && sidecar) {
        remove_any(rest);
        remove_any(sidecar);
    }
    free(rest);
    free(sidecar);
}

void partial_sweep(const char *dir, const char *const *names, size_t count)
{
    struct error ignored = { 0 };

    for (size_t i = 0; i < count; i++) {
        struct partial p = { .fd = -1 };
        p.final = path_join(dir, names[i], &ignored);
        if (p.final && file_exists(p.final)) {
            visit_orphans(&p, true);
            remove_rest(&p);
        }
        free(p.final);
    }
}

static bool read_sidecar(struct partial *p)
{
    struct error ignored = { 0 };
    struct json_t *doc = jsondoc_read(p->sidecar, &ignored);
    const char *url = jsondoc_find_text(doc, "url");
    const char *validator = jsondoc_find_text(doc, "validator");
    bool ok = url && validator && strlen(url) < sizeof p->url &&
              validator[0] != '\0' && strlen(validator) < sizeof p->validator &&
              jsondoc_find_u64(doc, "total", &p->total);

    if (ok) {
        snprintf(p->url, sizeof p->url, "%s", url);
        snprintf(p->validator, sizeof p->validator, "%s", validator);
    }
    jsondoc_release(doc);
    return ok;
}

static bool open_own(struct partial *p, bool claimed, struct error *err)
{
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT;
    struct stat st;

    p->fd = open(p->path, claimed ? flags : flags | O_EXCL, 0666);
    if (p->fd < 0 || fstat(p->fd, &st) != 0)
        return error_errno(err, "cannot create '%s'", p->path);
    p->bytes = (uint64_t)st.st_size;
    return true;
}

static void release(struct partial *p)
{
    if (p->path && p->fd >= 0)
        close(p->fd);
    free(p->final);
    free(p->path);
    free(p->sidecar);
    *p = (struct partial){ 0 };
}

bool partial_open(struct partial *p, const char *final, uint64_t max_bytes,
                  struct error *err)
{
    char *rest = text_format(err, "%s" PART, final);
    bool claimed = false, ok = false;

    *p = (struct partial){ .fd = -1 };
    p->final = text_copy(final, err);
    for (unsigned attempt = 0; !p->path && err->code == FAIL_NONE; attempt++) {
        p->path = own_name(final, attempt, err);
        if (p->path && file_exists(p->path)) { /* left by one of our number */
            free(p->path);
            p->path = NULL;
        }
    }
    if (p->path)
        p->sidecar = text_format(err, "%s" SIDECAR, p->path);
    if (rest && p->final && p->path && p->sidecar) {
        claimed = claim(p, rest) || visit_orphans(p, false);
        visit_orphans(p, true);
        ok = open_own(p, claimed, err);
    }
    free(rest);
    if (!ok) {
        release(p);
        return false;
    }
    if (p->bytes > 0 && p->bytes <= max_bytes && read_sidecar(p) &&
        (p->total == 0 || p->bytes <= p->total))
        return lseek(p->fd, 0, SEEK_END) >= 0 ||
               error_errno(err, "cannot read '%s'", p->path);
    return partial_restart(p, "", "", 0, err);
}

bool partial_has_room(const struct partial *p, uint64_t file_bytes,
                      struct error *err)
{
    struct statvfs fs;

    if (file_bytes <= p->bytes || fstatvfs(p->fd, &fs) != 0)
        return true;
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (room >= file_bytes - p->bytes)
        return true;
    return error_set(err, FAIL_SYSTEM,
                     "cannot write '%s': it needs %" PRIu64
                     " bytes, but only %" PRIu64
                     " are available: No space left on device",
                     p->final, file_bytes - p->bytes, room);
}

/* ---- writing ---- */

static bool write_sidecar(const struct partial *p, struct error *err)
{
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_text(doc, "url", p->url, err);
    jsondoc_set_text(doc, "validator", p->validator, err);
    jsondoc_set_u64(doc, "total", p->total, err);
    char *text = jsondoc_dump(doc, err);
    bool ok = text &&
              outfile_put(p->sidecar, text, strlen(text), OUTFILE_REPLACE, err);
    free(text);
    jsondoc_release(doc);
    return ok;
}

bool partial_restart(struct partial *p, const char *url, const char *validator,
                     uint64_t total, struct error *err)
{
    /* Without the old sidecar first, new bytes would stand beside it. */
    unlink(p->sidecar);
    if (ftruncate(p->fd, 0) != 0 || lseek(p->fd, 0, SEEK_SET) != 0)
        return error_errno(err, "cannot write '%s'", p->path);
    p->bytes = 0;
    snprintf(p->url, sizeof p->url, "%s", url);
    snprintf(p->validator, sizeof p->validator, "%s", validator);
    p->total = total;
    if (validator[0] == '\0' || strlen(url) >= sizeof p->url)
        return true; /* it cannot be continued */
    return write_sidecar(p, err);
}

bool partial_write(struct partial *p, const void *bytes, size_t n,
                   struct error *err)
{
    const char *at = bytes;

    while (n > 0) {
        ssize_t done = write(p->fd, at, n);
        if (done < 0 && errno == EINTR && interrupt_none(err))
            continue;
        if (done < 0)
            return error_errno(err, "cannot write '%s'", p->final);
        at += done;
        n -= (size_t)done;
        p->bytes += (uint64_t)done;
    }
    return true;
}

/* ---- endings ---- */

bool partial_commit(struct partial *p, struct error *err)
{
    bool ok = fsync(p->fd) == 0 || errno == EINVAL || errno == EROFS;

    ok = close(p->fd) == 0 && ok;
    p->fd = -1;
    if (!ok)
        error_errno(err, "cannot write '%s' to disk", p->path);
    else if (rename(p->path, p->final) != 0)
        ok = error_errno(err, "cannot rename to '%s'", p->final);
    else
        ok = directory_sync_of(p->final, err);
    if (!ok) {
        partial_discard(p);
        return false;
    }
    unlink(p->sidecar);
    remove_rest(p);
    release(p);
    return true;
}

void partial_keep(struct partial *p)
{
    struct error ignored = { 0 };

    if (!p->path)
        return;
    char *rest = text_format(&ignored, "%s" PART, p->final);
    char *sidecar = text_format(&ignored, "%s" PART SIDECAR, p->final);
    if (rest && sidecar && p->bytes > 0 && p->validator[0] != '\0' &&
        rename(p->path, rest) == 0) {
        if (rename(p->sidecar, sidecar) != 0)
            unlink(rest); /* of no use without it */
        release(p);
    } else {
        partial_discard(p);
    }
    free(rest);
    free(sidecar);
}

void partial_discard(struct partial *p)
{
    if (!p->path)
        return;
    unlink(p->path);
    unlink(p->sidecar);
    release(p);
}

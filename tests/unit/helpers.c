/* SPDX-License-Identifier: MIT */
/* Sources, sinks, directories and children for the unit tests. */
#include "helpers.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

/* ---- errors ---- */

void error_check(const struct error *err, enum fail code, const char *part,
                 const char *file, int line)
{
    if (err->code == code && strstr(err->text, part) && err->text[0] != '\0' &&
        !strchr(err->text, '\n'))
        return;
    print_error("error %d with \"%s\" was expected, and there is %d with "
                "\"%s\"\n",
                (int)code, part, (int)err->code, err->text);
    _fail(file, line);
}

void error_check_none(const struct error *err, const char *file, int line)
{
    if (err->code == FAIL_NONE)
        return;
    print_error("unexpected error %d: %s\n", (int)err->code, err->text);
    _fail(file, line);
}

/* ---- readers and writers ---- */

struct source {
    struct reader base;
    const unsigned char *bytes;
    size_t n, at, step, fail_at;
};

static unsigned open_sources;

static ptrdiff_t source_read(struct reader *base, void *to, size_t n,
                             struct error *err)
{
    struct source *s = (struct source *)base;
    size_t end = s->fail_at < s->n ? s->fail_at : s->n;
    size_t take = n < s->step ? n : s->step;

    if (n == 0)
        abort(); /* the contract of reader_ops */
    if (s->at >= s->fail_at) {
        error_set(err, FAIL_NETWORK, "%s", SOURCE_FAILURE);
        return -1;
    }
    if (take > end - s->at)
        take = end - s->at;
    if (take > 0)
        memcpy(to, s->bytes + s->at, take);
    s->at += take;
    return (ptrdiff_t)take;
}

static void source_close(struct reader *base)
{
    reader_free(base);
    open_sources--;
}

static const struct reader_ops source_ops = { source_read, source_close };

struct reader *memory_source_open(const void *bytes, size_t n, size_t step,
                                  size_t fail_at)
{
    struct error err = { 0 };
    struct source *s = reader_new(sizeof *s, &source_ops, "source", &err);

    if (!s)
        abort();
    s->bytes = bytes;
    s->n = n;
    s->at = 0;
    s->step = step;
    s->fail_at = fail_at;
    open_sources++;
    return &s->base;
}

unsigned sources_left_open(void)
{
    return open_sources;
}

struct outcome outcome_read(struct reader *r, size_t part)
{
    struct outcome o = { 0 };
    size_t room = 0;
    ptrdiff_t got;

    do {
        if (room - o.n < part) {
            room = 2 * room + part;
            unsigned char *larger = realloc(o.bytes, room);
            if (!larger)
                abort();
            o.bytes = larger;
        }
        got = reader_read(r, o.bytes + o.n, part, &o.err);
        o.n += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    if ((got < 0) != (o.err.code != FAIL_NONE))
        fail_msg("%s", "a failure without an error, or the other way round");
    reader_close(r);
    return o;
}

void outcome_release(struct outcome *o)
{
    free(o->bytes);
    *o = (struct outcome){ 0 };
}

static bool full_write(struct writer *base, const void *from, size_t n,
                       struct error *err)
{
    struct full_writer *w = (struct full_writer *)base;

    (void)from;
    if (n > w->left)
        return error_set(err, FAIL_SYSTEM, "%s", SINK_FAILURE);
    w->left -= n;
    return true;
}

static const struct writer_ops full_ops = { full_write };

void full_writer_init(struct full_writer *w, size_t left)
{
    *w = (struct full_writer){ { &full_ops, "sink" }, left };
}

uint64_t noise_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void fill_noise(void *to, size_t n, uint64_t seed)
{
    unsigned char *bytes = to;
    uint64_t state = seed * 2 + 1;

    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(noise_next(&state) >> 32);
}

/* ---- files ---- */

static char temp_dir[256];
static char start_dir[1024];
static int start_descriptor;

/* The lowest descriptor that is free. */
static int free_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY);

    if (fd >= 0)
        close(fd);
    return fd;
}

int temp_dir_enter(void **state)
{
    const char *parent = getenv("TMPDIR");

    (void)state;
    snprintf(temp_dir, sizeof temp_dir, "%s/mnistprep-unit-XXXXXX",
             parent && *parent == '/' ? parent : "/tmp");
    if (!getcwd(start_dir, sizeof start_dir) || !mkdtemp(temp_dir))
        return -1;
    start_descriptor = free_descriptor();
    return chdir(temp_dir);
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char inner[1024];

    while (dir && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0)
            remove_tree(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

int temp_dir_leave(void **state)
{
    (void)state;
    if (chdir(start_dir) != 0)
        return -1;
    remove_tree(temp_dir);
    if (free_descriptor() == start_descriptor)
        return 0;
    print_error("a descriptor was left open\n");
    return -1;
}

void file_make(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        fail_msg("cannot make the file %s", path);
}

bool file_holds(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "rb");
    unsigned char *found = malloc(n + 1);
    size_t got = f && found ? fread(found, 1, n + 1, f) : SIZE_MAX;
    bool same = got == n && (n == 0 || memcmp(found, bytes, n) == 0);

    if (f)
        fclose(f);
    free(found);
    return same;
}

bool file_is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

size_t entries_count(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    size_t n = 0;

    if (!dir)
        fail_msg("cannot open the directory %s", path);
    while ((entry = readdir(dir)) != NULL)
        n += strcmp(entry->d_name, ".") != 0 &&
             strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

/* ---- children ---- */

int child_run(int (*work)(void *argument), void *argument)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(work(argument));
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail_msg("%s", "there is no child");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool privileges_drop(void)
{
    return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
}

static void do_nothing(int number)
{
    (void)number;
}

static _Noreturn void run_interruptible(int (*work)(void *argument),
                                        void *argument, const sigset_t *mask)
{
    const struct sigaction poke = { .sa_handler = do_nothing };

    sigaction(SIGUSR1, &poke, NULL);
    interrupt_install();
    sigprocmask(SIG_SETMASK, mask, NULL);
    _exit(work(argument));
}

int child_interrupt(int (*work)(void *argument), void *argument, bool patient)
{
    const struct timespec moment = { 0, 5 * 1000 * 1000 };
    sigset_t both, before;
    int status = 0;
    bool ended = false;

    /* Held back until the child is ready for them. */
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, &before);
    pid_t child = fork();
    if (child == 0)
        run_interruptible(work, argument, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
        fail_msg("%s", "there is no child");
    /* SIGUSR1 again and again, as SIGTERM may come just before a wait. */
    for (int i = 0; i < 4000 && !ended; i++) {
        if (i >= 20 || patient)
            kill(child, i == 20 ? SIGTERM : SIGUSR1);
        nanosleep(&moment, NULL);
        ended = waitpid(child, &status, WNOHANG) == child;
        if (ended && i < 20)
            fail_msg("it did not wait: status %d", status);
    }
    if (!ended) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* SPDX-License-Identifier: MIT */
/* One question to the terminal, and leaving it as it was. */
#include "cli/probe.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/sizes.h"

/* Hardly a pause to people, and more than the way to most machines takes. */
static const double PATIENCE_S = 0.25;

/* No terminal says more; what is longer is somebody typing. */
enum { ANSWER_MAX = 256 };

static const char answer_start[] = "\033[?";
enum { ANSWER_START = sizeof answer_start - 1 };

/* What follows the start: "class;extension;...c". A class of 4 is an old
 * terminal, an extension of 4 is sixel. */
static enum probe_result read_extensions(const char *from, const char *end)
{
    bool is_class = true, sixel = false;
    unsigned value = 0;

    for (; from < end; from++) {
        if (*from >= '0' && *from <= '9' && value < 1000) {
            value = 10 * value + (unsigned)(*from - '0');
        } else if (*from == ';' || *from == 'c') {
            sixel = sixel || (!is_class && value == 4);
            if (*from == 'c')
                return sixel ? PROBE_SIXEL : PROBE_PLAIN;
            is_class = false;
            value = 0;
        } else {
            break;
        }
    }
    return PROBE_NO_ANSWER;
}

enum probe_result probe_parse(const char *bytes, size_t n)
{
    enum probe_result result = PROBE_NO_ANSWER;

    for (size_t i = 0; i + ANSWER_START < n && result == PROBE_NO_ANSWER; i++)
        if (memcmp(bytes + i, answer_start, ANSWER_START) == 0)
            result = read_extensions(bytes + i + ANSWER_START, bytes + n);
    return result;
}

/* Blocks all signals, so that none ends or stops us while the terminal is in
 * other modes. *waiting lets in, for the time of a wait, those that
 * base/interrupt.h notes. */
static void hold_signals(sigset_t *before, sigset_t *waiting)
{
    static const int noted[] = { SIGINT, SIGTERM, SIGHUP };
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, before);
    *waiting = all;
    for (size_t i = 0; i < COUNT_OF(noted); i++)
        if (sigismember(before, noted[i]) == 0)
            sigdelset(waiting, noted[i]);
}

/* Is there something to read, within so many seconds? Not poll, which knows no
 * terminals on macOS. */
static bool can_read(int fd, double seconds, const sigset_t *waiting)
{
    struct timespec limit = { .tv_nsec = (long)(seconds * 1e9) };
    fd_set set;

    FD_ZERO(&set);
    FD_SET(fd, &set);
    return pselect(fd + 1, &set, NULL, NULL, &limit, waiting) == 1;
}

static enum probe_result await_answer(int fd, const sigset_t *waiting)
{
    double end_s = clock_now_s() + PATIENCE_S, left_s = PATIENCE_S;
    enum probe_result result = PROBE_NO_ANSWER;
    char bytes[ANSWER_MAX];
    size_t n = 0;

    while (result == PROBE_NO_ANSWER && n < sizeof bytes && left_s > 0 &&
           can_read(fd, left_s, waiting)) {
        ssize_t got = read(fd, bytes + n, sizeof bytes - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        result = probe_parse(bytes, n);
        left_s = end_s - clock_now_s();
    }
    return result;
}

/* Answers come without a newline, and are nothing to be shown. Ctrl-C stays
 * Ctrl-C. */
static bool set_modes(int fd, const struct termios *before)
{
    struct termios modes = *before;

    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSANOW, &modes) == 0;
}

static enum probe_result ask(int fd)
{
    static const char question[] = "\033[c";
    const ssize_t length = sizeof question - 1;
    enum probe_result result = PROBE_NOT_ASKED;
    struct termios before;
    sigset_t signals, waiting;

    if (tcgetattr(fd, &before) != 0)
        return result;
    hold_signals(&signals, &waiting);
    /* What was typed ahead belongs to the shell: it could not be told from an
     * answer, and would be thrown away with it. */
    if (set_modes(fd, &before) && !can_read(fd, 0, &waiting) &&
        write(fd, question, (size_t)length) == length) {
        result = await_answer(fd, &waiting);
        tcflush(fd, TCIFLUSH);
    }
    /* TCSANOW, as waiting for the output could take for ever. */
    tcsetattr(fd, TCSANOW, &before);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    return result;
}

/* -1 when there is none, or when it is not ours at the moment: a process in
 * the background that changes modes is stopped. O_NONBLOCK is for a terminal
 * that was halted by Ctrl-S. */
static int open_terminal(void)
{
    /* Fails unless stdout is the controlling terminal. */
    if (tcgetpgrp(STDOUT_FILENO) != getpgrp())
        return -1;
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= (int)FD_SETSIZE) {
        close(fd);
        return -1;
    }
    return fd;
}

enum probe_result probe_terminal(void)
{
    int fd = open_terminal();
    enum probe_result result = fd >= 0 ? ask(fd) : PROBE_NOT_ASKED;

    if (fd >= 0)
        close(fd);
    return result;
}

void probe_drain(void)
{
    int fd = open_terminal();

    if (fd < 0)
        return;
    tcflush(fd, TCIFLUSH);
    close(fd);
}

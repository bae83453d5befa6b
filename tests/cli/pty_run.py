# SPDX-License-Identifier: MIT
"""Runs a program on a terminal of its own, and plays that terminal.

Usage: pty_run.py [OPTION...] -- PROGRAM ARGUMENT...

  --size COLUMNSxROWS      of the terminal (default: 80x24)
  --pixels WIDTHxHEIGHT    of the terminal (default: it does not tell)
  --answer TEXT[@SECONDS]  what it answers to the question CSI c, so long after
                           it was asked (default: at once). May be repeated.
                           TEXT has Python's escapes, as in \\x1b[?6c; \\x03 is
                           Ctrl-C
  --early TEXT             typed before the program starts
  --kill NAME              a signal, as in TERM, sent when it asks
  --halt                   as after Ctrl-S: the terminal takes no output until
                           half a second has passed
  --background             another job has the terminal
  --answered FILE          made when all the answers are given
  --output FILE            what the program wrote there (default: dropped)

The program is the foreground job of a session whose terminal this is; its
environment is ours. When it stops (Ctrl-Z), it is continued. Prints

  asked=N        how often it asked
  waited=S       seconds from the first question to its end; - without one
  end=exit 0     or: signal 2; timeout
  stopped=N      how often it stopped
  modes=kept     or: changed, when the program had ended or stopped
  left=TEXT      what it had left unread when it ended, with escapes
  late=S         the longest time for which we did not get to look: what is said
                 of times is that much wrong, and answers came that much later
"""
import argparse
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

QUESTION = b"\x1b[c"
PATIENCE_S = 30
HALT_S = 0.5
LOOK_S = 0.05


def escaped(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def pair(text):
    return tuple(int(part) for part in text.split("x"))


def answer(text):
    text, _, seconds = text.partition("@")
    return escaped(text), float(seconds or 0)


def parse_arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--size", type=pair, default=(80, 24))
    p.add_argument("--pixels", type=pair, default=(0, 0))
    p.add_argument("--answer", type=answer, action="append", default=[])
    p.add_argument("--early", type=escaped, default=b"")
    p.add_argument("--kill")
    p.add_argument("--halt", action="store_true")
    p.add_argument("--background", action="store_true")
    p.add_argument("--answered")
    p.add_argument("--output", default=os.devnull)
    p.add_argument("program", nargs="+")
    return p.parse_args()


def run_program(program, start):
    os.setpgid(0, 0)
    os.read(start, 1)
    for number in (signal.SIGPIPE, signal.SIGTTOU, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(program[0], program)


def lead_session(options, slave_name, start, report):
    """What a shell does for one job."""
    os.setsid()
    slave = os.open(slave_name, os.O_RDWR)  # the controlling terminal, thus
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    modes = termios.tcgetattr(slave)
    kept = True
    pid = os.fork()
    if pid == 0:
        run_program(options.program, start)
    os.setpgid(pid, pid)
    if not options.background:
        os.tcsetpgrp(slave, pid)
    os.write(report, b"pid=%d\n" % pid)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        kept = kept and termios.tcgetattr(slave) == modes
        if not os.WIFSTOPPED(status):
            break
        os.write(report, b"stopped\n")
        os.killpg(pid, signal.SIGCONT)
    end = (
        "signal %d" % os.WTERMSIG(status)
        if os.WIFSIGNALED(status)
        else "exit %d" % os.WEXITSTATUS(status)
    )
    os.write(report, b"modes=%s\n" % (b"kept" if kept else b"changed"))
    os.write(report, b"end=%s\n" % end.encode())
    # The terminal is looked at before its session ends.
    os.read(start, 1)
    os._exit(0)


def read_left(slave):
    """The input queue as raw bytes, complete lines or not."""
    modes = termios.tcgetattr(slave)
    modes[3] &= ~(termios.ICANON | termios.ECHO)
    modes[6][termios.VMIN] = 0
    modes[6][termios.VTIME] = 0
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    return os.read(slave, 4096)


class Terminal:
    def __init__(self, options, master, slave, report):
        self.options = options
        self.master = master
        self.slave = slave
        self.halted = options.halt
        self.report = report
        self.output = b""
        self.said = b""  # by the session's leader
        self.due = []  # (when, bytes)
        self.asked_at = None
        self.ended_at = None
        self.late_s = 0.0

    def pid(self):
        return int(self.said.split(b"\n")[0].split(b"=")[1])

    def see_output(self):
        self.output += os.read(self.master, 65536)
        if self.asked_at is None and QUESTION in self.output:
            self.asked_at = time.monotonic()
            self.due = sorted(
                (self.asked_at + after, text)
                for text, after in self.options.answer
            )
            if self.options.kill:
                name = "SIG" + self.options.kill
                os.kill(self.pid(), getattr(signal, name))

    def see_report(self):
        self.said += os.read(self.report, 4096)
        if b"end=" in self.said:
            self.ended_at = time.monotonic()

    def give_answers(self, now):
        while self.due and self.due[0][0] <= now:
            os.write(self.master, self.due.pop(0)[1])
            if not self.due and self.options.answered:
                open(self.options.answered, "w").close()

    def play(self):
        begin = looked_at = time.monotonic()
        while self.ended_at is None and time.monotonic() < begin + PATIENCE_S:
            now = time.monotonic()
            self.late_s = max(self.late_s, now - looked_at - LOOK_S)
            looked_at = now
            self.give_answers(now)
            next_s = self.due[0][0] - now if self.due else LOOK_S
            if self.halted and now > begin + HALT_S:
                termios.tcflow(self.slave, termios.TCOON)
                self.halted = False
            fds = [self.report, self.master]
            ready, _, _ = select.select(fds, [], [], min(next_s, LOOK_S))
            if self.master in ready:
                self.see_output()
            if self.report in ready:
                self.see_report()
        if self.ended_at is None:
            os.killpg(self.pid(), signal.SIGKILL)
            self.said += b"end=timeout\n"
        while select.select([self.master], [], [], 0)[0]:
            self.see_output()


def main():
    options = parse_arguments()
    master, slave = os.openpty()
    size = options.size[::-1] + options.pixels
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", *size))
    start_read, start = os.pipe()
    report, report_write = os.pipe()
    leader = os.fork()
    if leader == 0:
        os.close(start)
        os.close(master)
        lead_session(options, os.ttyname(slave), start_read, report_write)
    os.close(report_write)
    terminal = Terminal(options, master, slave, report)
    while b"pid=" not in terminal.said:
        terminal.see_report()
    os.write(master, options.early)
    if options.halt:
        termios.tcflow(slave, termios.TCOOFF)
    os.write(start, b"x")  # one byte: the other is for the leader
    terminal.play()
    left = read_left(slave)
    os.write(start, b"x")
    os.waitpid(leader, 0)
    with open(options.output, "wb") as file:
        file.write(terminal.output)
    waited = "-"
    if terminal.asked_at is not None and terminal.ended_at is not None:
        waited = "%.3f" % (terminal.ended_at - terminal.asked_at)
    lines = terminal.said.decode().splitlines()
    print("asked=%d" % terminal.output.count(QUESTION))
    print("waited=%s" % waited)
    print("late=%.3f" % terminal.late_s)
    print("stopped=%d" % lines.count("stopped"))
    print("left=%s" % left.decode("latin-1").encode("unicode_escape").decode())
    for line in lines:
        if line.startswith(("modes=", "end=")):
            print(line)


if __name__ == "__main__":
    sys.exit(main())

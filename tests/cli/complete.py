# SPDX-License-Identifier: MIT
"""What a shell makes of a command line when its user asks for completion.

Usage: complete.py SHELL SCRIPT LINE

SHELL is bash, zsh or fish, SCRIPT the completions it loads (of zsh also the
directory where it finds them), LINE what has been typed. Prints, each on a line of its own, the words that stand in place of the
line's last one when all completions are inserted, without the =, the comma or
the slash that a shell adds; nothing when the line stays as it is. What the shell says when it loads the script goes to standard error,
and is a failure.
"""
import os
import pty
import select
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 20

BASH = r"""
PS1=
source "$SCRIPT" 2>"$SAID"
bind 'set enable-bracketed-paste off'
bind '"\C-xa": insert-completions'
bind -x '"\C-xw": printf "%s" "$READLINE_LINE" >"$ANSWER.new"; \
    mv "$ANSWER.new" "$ANSWER"'
: >"$READY"
"""

ZSH = r"""
PS1=
autoload -Uz compinit
if [[ -d $SCRIPT ]] { fpath=("$SCRIPT" $fpath) }
compinit -u -D 2>"$SAID"
if [[ ! -d $SCRIPT ]] { source "$SCRIPT" 2>>"$SAID" }
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
zle -C all-matches complete-word _generic
answer() {
    printf '%s' "$BUFFER" >"$ANSWER.new"
    mv "$ANSWER.new" "$ANSWER"
}
zle -N answer
bindkey '^Xa' all-matches
bindkey '^Xw' answer
: >"$READY"
"""


def wait_for(path, terminal, typed):
    """Reads what the terminal shows until there is a file."""
    end = time.monotonic() + PATIENCE_S
    while not os.path.exists(path):
        if select.select([terminal], [], [], 0.05)[0]:
            typed += os.read(terminal, 65536)
        if time.monotonic() > end:
            sys.exit("no answer from the shell; it shows: %r" % bytes(typed))


def on_terminal(shell, script, line):
    """The line after all completions were inserted."""
    with tempfile.TemporaryDirectory() as place:
        at = {name: os.path.join(place, name)
              for name in ("READY", "ANSWER", "SAID")}
        env = dict(os.environ, SCRIPT=os.path.abspath(script), TERM="xterm",
                   ZDOTDIR=place, INPUTRC="/dev/null", **at)
        if shell == "bash":
            start, rc = ["bash", "--rcfile", place + "/rc", "-i"], "rc"
        else:
            start, rc = ["zsh", "-d", "-i"], ".zshrc"
        with open(os.path.join(place, rc), "w") as f:
            f.write(BASH if shell == "bash" else ZSH)
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe(start[0], start, env)
        shown = bytearray()
        wait_for(at["READY"], terminal, shown)
        os.write(terminal, line.encode() + b"\x18a\x18w")
        wait_for(at["ANSWER"], terminal, shown)
        os.close(terminal)
        os.waitpid(child, 0)
        with open(at["SAID"]) as f:
            said = f.read()
        with open(at["ANSWER"]) as f:
            return f.read(), said


def by_fish(script, line):
    """The same: fish has a builtin that tells."""
    done = subprocess.run(
        ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
         script, line], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, check=False, timeout=PATIENCE_S)
    words = [word.split("\t")[0] for word in done.stdout.splitlines()]
    return words, done.stderr


def main():
    shell, script, line = sys.argv[1:]
    if shell == "fish":
        words, said = by_fish(script, line)
    else:
        answer, said = on_terminal(shell, script, line)
        before = line[:line.rfind(" ") + 1]
        words = [] if answer == line else answer[len(before):].split()
    if said:
        sys.exit("%s says: %s" % (shell, said))
    for word in words:
        print(word.rstrip("=,/"))


main()

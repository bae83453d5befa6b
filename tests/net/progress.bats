#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: how far it is, on a terminal, in a pipe, for a machine; on a slow and
# lossy line. Scenario F26 of the robustness table, and what U04 and U05 say of
# progress.

load net

setup_file() {
    net_fixtures
    cd "$BATS_FILE_TMPDIR" || return 1
    cat >terminal.py <<'PY'
"""terminal.py OUT COLUMNS COMMAND...: runs it on a terminal of that width, and
writes what came to OUT as JSON: when it began, the status, the time and text
of each piece, and the longest time for which nobody looked (so much later than
it came may a piece have been seen). `resize` in the environment: the width
after half a second."""
import fcntl, json, os, pty, select, struct, subprocess, sys, termios, time

out, columns, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
master, slave = pty.openpty()


def resize(n):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, n, 0, 0))


resize(columns)


def own_session():
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


p = subprocess.Popen(command, stdin=slave, stdout=subprocess.DEVNULL, stderr=slave,
                     preexec_fn=own_session)
pieces, begin, wall = [], time.monotonic(), time.time()
later = os.environ.get('resize')
late = last = 0
while True:
    now = time.monotonic() - begin
    late, last = max(late, now - last - 0.05), now
    if later and now > 0.8:
        resize(int(later))
        later = None
    readable, _, _ = select.select([master], [], [], 0.05)
    if readable:
        data = os.read(master, 65536)
        pieces.append((time.monotonic() - begin, data.decode('utf-8', 'replace')))
    elif p.poll() is not None:
        break
json.dump({'status': p.returncode, 'pieces': pieces, 'begin': wall, 'late': late},
          open(out, 'w'))
sys.exit(75 if late > 0.15 else 0)  # this machine is too busy to see times
PY
    cat >screen.py <<'PY'
"""Lines as the progress line drew them: for `from screen import *`."""
import json, re, sys

doc = json.load(open('seen'))
text = ''.join(piece for _, piece in doc['pieces'])
# each redrawing: (time, what stands on the line)
drawn = [(t, m.group(1)) for t, piece in doc['pieces']
         for m in re.finditer('\r([^\r\n\x1b]*[^\r\n\x1b ][^\r\n\x1b]*)\x1b\\[K', piece)]
PY
}

setup() {
    net_setup
    export TERM=xterm PYTHONPATH=$BATS_FILE_TMPDIR
    unset MNISTPREP_PROGRESS
}

# seen_on COLUMNS COMMAND...: as terminal.py, with ./seen. Once more when the
# machine was too busy to see when what came.
seen_on() {
    local try status
    for try in 1 2 3 4 5; do
        status=0
        rm -rf data
        timeout 60 "$MNISTPREP_TEST_PYTHON" -S "$fixtures/terminal.py" seen \
            "$@" || status=$?
        [ "$status" -eq 75 ] || return "$status"
        echo "try $try: too busy"
    done
    return 1
}

on_terminal() {
    local columns=$1
    shift
    seen_on "$columns" "$MNISTPREP" --catalogue "$fixtures/duo.json" fetch duo \
        --only-mirrors "$@"
}

@test "U04 a terminal: rate, share, ETA, no more than 10 a second, erased in the end" {
    start_server "$fixtures/duo-src"
    on_terminal 80 --mirror "$url/slow-range:2.5/"
    "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
from screen import *
assert doc['status'] == 0, text
assert len(drawn) >= 5, text
assert drawn[0][0] >= 0.45, 'too early: %r' % (drawn[0],)
for t, line in drawn:
    assert re.search(r'\d+%', line) and re.search(r'[kM]?B/s', line), line
    assert len(line) < 80, line
assert any(re.search(r'ETA \d+:\d\d', line) for _, line in drawn), drawn
for i in range(len(drawn) - 11):
    span = drawn[i + 11][0] - drawn[i][0]
    assert span > 0.9, '12 drawings in %.2f s' % span
shares = [int(re.search(r'(\d+)%', line).group(1)) for _, line in drawn]
assert shares == sorted(shares), shares
# Nothing of the line is left behind the last newline or the last erasing.
assert re.search('\x1b\\[K\Z|\n\Z', text), repr(text[-80:])
assert not re.search('%[^\r\n\x1b]*\n', text), 'a progress line was left: %r' % text
PY
    assert_fetched duo
}

@test "U04 terminals of 20, 40 and 300 columns: the line never wraps" {
    start_server "$fixtures/duo-src"
    local columns
    for columns in 20 40 300; do
        on_terminal "$columns" --mirror "$url/slow-range:1.2/"
        COLUMNS=$columns "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
import os
from screen import *
assert doc['status'] == 0 and drawn, text
for _, line in drawn:
    assert len(line) < int(os.environ['COLUMNS']), line
PY
    done
    # It becomes narrower while it is at work.
    resize=30 on_terminal 100 --mirror "$url/slow-range:2/"
    "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
from screen import *
late = [line for t, line in drawn if t > 1.1]
assert late, drawn
for line in late:
    assert len(line) < 30, line
PY
}

@test "U04 TERM=dumb, --progress plain, none, -q: no line that is drawn over" {
    start_server "$fixtures/duo-src"
    local option
    for option in '' '--progress plain' '--progress none' '-q'; do
        [ -n "$option" ] || export TERM=dumb
        # shellcheck disable=SC2086 # words are meant
        on_terminal 80 $option --mirror "$url/slow-range:1/"
        export TERM=xterm
        OPTION=$option "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
import os
from screen import *
assert doc['status'] == 0, text
bare = text.replace('\r\n', '\n')
assert '\r' not in bare and '\x1b[K' not in bare, (os.environ['OPTION'], bare)
if os.environ['OPTION'] == '-q':
    assert bare == '', bare
PY
    done
}

@test "U04 in the background of a terminal: it does not scribble" {
    start_server "$fixtures/duo-src"
    # An interactive shell that puts it there, and waits.
    seen_on 80 bash -c 'set -m; "$@" & wait $!' - "$MNISTPREP" --catalogue \
        "$fixtures/duo.json" fetch duo --only-mirrors \
        --mirror "$url/slow-range:1.5/"
    "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
from screen import *
assert doc['status'] == 0, text
assert not drawn, drawn
PY
}

@test "U04 in a pipe: whole lines, a heartbeat, nothing drawn" {
    start_server "$fixtures/duo-src"
    duo --mirror "$url/slow-range:11.5/"
    assert_status 0
    assert_no_control_bytes
    # One each ten seconds: one here.
    assert_stderr '[0-9]+%.*/s'
    local n
    n=$(printf '%s\n' "$stderr" | grep -cE '[0-9]+%.*/s')
    [ "$n" -le 2 ] || seen "$n heartbeats in 11.5 seconds"
}

@test "U05 --progress json: each line is an object, the last is the end" {
    start_server "$fixtures/duo-src"
    duo --progress json --mirror "$url/503/" --mirror "$url/slow-range:1.5/"
    assert_status 0
    printf '%s\n' "$stderr" >events
    "$MNISTPREP_TEST_PYTHON" -E -S - "$images" <<'PY'
import json, sys
events = [json.loads(line) for line in open('events')]
assert all('event' in e for e in events), events
assert [e['event'] for e in events].count('end') == 1
assert events[-1] == dict(events[-1], event='end', status=0), events[-1]
progress = [e for e in events if e['event'] == 'progress']
assert len(progress) >= 3, events
for e in progress:
    assert 0 <= e['done'] <= e['total'] and 0 <= e['file_done'] <= e['file_total'], e
done = [e['done'] for e in progress]
assert done == sorted(done), done
PY
    # Also when it fails, when there is nothing to do, and when it is misused.
    local want
    for want in 0 4 2; do
        case $want in
        0) duo --progress json --mirror "$url/ok/" ;;
        4) mini --progress json --retries 0 --mirror "$url/404/" ;;
        2) mini --progress json --no-such-option ;;
        esac
        assert_status "$want"
        # (What is wrong with the options themselves may come as text.)
        [ "$want" -ne 2 ] || continue
        printf '%s\n' "$stderr" | WANT=$want "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, os, sys
events = [json.loads(line) for line in sys.stdin]
assert events[-1]["event"] == "end", events
assert events[-1]["status"] == int(os.environ["WANT"]), events'
    done
}

@test "U05 --progress json with -q, and with --json on standard output" {
    start_server "$fixtures/duo-src"
    duo -q --json --progress json --mirror "$url/slow-range:1/"
    assert_status 0
    printf '%s\n' "$stderr" >events
    printf '%s\n' "$output" >result
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
assert json.load(open('result'))['schema'] == 'mnistprep.fetch/1'
events = [json.loads(line) for line in open('events')]
assert events[-1]['event'] == 'end', events
PY
}

# --- F26

# in_namespace COMMAND...: with a network of its own; $need says what it needs.
need_namespace() {
    local why
    command -v unshare >/dev/null || skip "no unshare"
    PATH=$PATH:/usr/sbin:/sbin
    command -v ip >/dev/null || skip "no ip (Debian: iproute2)"
    why=$(unshare -n true 2>&1) ||
        skip "network namespaces are refused here: $why"
    command -v tc >/dev/null || skip "no tc (Debian: iproute2)"
    why=$(unshare -n sh -c 'ip link set lo up mtu 1500 &&
        tc qdisc add dev lo root tbf rate 256kbit burst 5kb latency 800ms' 2>&1) ||
        skip "this kernel has no tbf: $why"
}

# The server must be inside, too: both in one script.
cat_inside() {
    cat >inside <<'END'
set -eu
rm -f port
ip link set lo up mtu 1500
tc qdisc add dev lo root tbf rate "$RATE" burst 5kb latency 800ms
if [ -n "$LOSS" ]; then
    nft add table inet lossy
    nft add chain inet lossy in '{ type filter hook input priority 0; }'
    # Handshakes, too, but the connection is not what is tested: small ones pass.
    nft add rule inet lossy in meta length '>' 100 \
        numgen random mod 100 '<' "$LOSS" drop
fi
"$MNISTPREP_TEST_PYTHON" -E -S "$SERVER" --root "$ROOT" --port-file port \
    --log requests --lifetime 120 >server.out 2>&1 &
server=$!
trap 'kill $server' EXIT
while [ ! -s port ]; do sleep 0.05; done
"$@" --mirror "http://127.0.0.1:$(cat port)/ok/"
END
    export SERVER=$net_dir/server.py ROOT=$fixtures/duo-src
}

@test "F26 256 kbit a second: the rate shown is the line's, the ETA comes down" {
    need_namespace
    cat_inside
    RATE=256kbit LOSS='' seen_on 80 unshare -n sh inside "$MNISTPREP" \
        --catalogue "$fixtures/duo.json" fetch duo --only-mirrors
    "$MNISTPREP_TEST_PYTHON" -S - <<'PY'
from screen import *
assert doc['status'] == 0, text
asked = [json.loads(line)['time'] - doc['begin'] for line in open('requests')]
begin = min(t for t in asked if t > 0)  # another try's are before it began
units = {'B': 1, 'kB': 1e3, 'MB': 1e6}
rates = []
for t, line in drawn:
    have, rate = (float(m.group(1)) * units[m.group(2)] for m in (
        re.search(r'([\d.]+) ([kM]?B) of ', line),
        re.search(r'([\d.]+) ([kM]?B)/s', line)))
    # Once the bucket and the first window are over.
    if t > drawn[0][0] + 1.5:
        rates.append((rate, have / (t - begin)))
assert len(rates) > 5, drawn
# What is shown is what came; a lost packet or a busy machine make it slower than
# the line, but nothing makes it faster.
assert all(abs(shown - came) < 0.15 * came for shown, came in rates), rates
assert all(shown < 1.2 * 256000 / 8 for shown, _ in rates), rates
etas = [int(m.group(1)) * 60 + int(m.group(2)) for t, line in drawn if t > drawn[0][0] + 1.5
        for m in re.finditer(r'ETA (\d+):(\d\d)', line)]
rises = sum(b > a for a, b in zip(etas, etas[1:]))
assert etas and rises <= len(etas) / 4 and etas[-1] <= etas[0], etas
PY
    assert_fetched duo
}

@test "F26 a fifth of the packets lost: 0" {
    need_namespace
    local why
    command -v nft >/dev/null || skip "no nft (Debian: nftables)"
    why=$(unshare -n nft 'add table inet t
        add chain inet t c
        add rule inet t c numgen random mod 100 < 20 drop' 2>&1) ||
        skip "nft drops no packets at random here: $why"
    cat_inside
    RATE=1mbit LOSS=20 patiently unshare -n sh inside "$MNISTPREP" \
        --catalogue "$fixtures/duo.json" fetch duo --only-mirrors
    assert_status 0
    assert_fetched duo
}

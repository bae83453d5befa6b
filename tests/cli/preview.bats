#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dump --preview: the terminal is played by pty_run.py, and what it would show
# is read back by read_preview.py.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

images=src/train-images-idx3-ubyte.gz
sixel='\x1b[?62;4;6c' no_sixel='\x1b[?62;22c'

setup() {
    common_setup
    unset COLORTERM TERM_PROGRAM TMUX STY ZELLIJ
    export TERM=xterm-256color
    tiny_dataset
}

# preview [OPTION-OF-PTY_RUN...] -- [OPTION-OF-DUMP...]: leaves what was written
# in ./out; sets asked, waited (ms), modes, left, end and stopped. An answer that
# comes too late is not what was asked for: then the terminal is played again.
preview() {
    local try
    for try in {1..10}; do
        echo "try $try"
        preview_once "$@" || return 1
        [ "$late" -ge 50 ] || return 0
    done
    echo "this machine is too busy to play a terminal"
    return 1
}

preview_once() {
    local -a pty=()
    while [ "$1" != -- ]; do
        pty+=("$1")
        shift
    done
    shift
    local line report
    report=$("$MNISTPREP_TEST_PYTHON" "$cli_dir/pty_run.py" --output out \
        ${pty[@]+"${pty[@]}"} -- "$MNISTPREP" --catalogue tiny.json dump tiny \
        --preview "$@") || return 1
    echo "$report"
    while IFS= read -r line; do
        declare -g "${line%%=*}=${line#*=}"
    done <<<"$report"
    [ "$waited" = - ] || waited=$((10#${waited/./}))
    late=$((10#${late/./}))
}

# The terminal is as it was, and the program went well.
assert_clean() {
    [ "$end" = 'exit 0' ] && [ "$modes" = kept ] && [ "$left" = '' ]
}

assert_shows() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/read_preview.py" "$1" out "$images" \
        --index "$2" "${@:3}"
}

# waits FROM TO ARGS...: as preview, and it waits so many ms. (A busy machine may
# be slow some times, but not each time.)
waits() {
    local from=$1 to=$2 try
    shift 2
    for try in {1..8}; do
        preview "$@" || return 1
        if [ "$waited" -ge "$from" ] && [ "$waited" -lt "$to" ]; then
            return 0
        fi
    done
    echo "it waited $waited ms, again and again"
    return 1
}

within_400_ms() {
    waits 0 400 "$@" && assert_clean
}

@test "U07: no answer: half blocks in 256 colours, within 400 ms" {
    waits 250 400 --
    assert_clean
    [ "$asked" = 1 ]
    assert_shows 256 0,1
}

@test "U07: COLORTERM: half blocks in all greys" {
    export COLORTERM=truecolor
    preview -- --index 3,1
    assert_clean
    assert_shows rgb 3,1
    export COLORTERM=24bit
    preview -- --index 5
    assert_shows rgb 5
}

@test "U07: the terminal answers that it has sixel" {
    waits 0 250 --answer "$sixel" --
    assert_clean
    [ "$asked" = 1 ]
    assert_shows sixel 0,1,2,3
    preview --answer "$sixel@0.1" --
    assert_clean
    assert_shows sixel 0,1,2,3
}

@test "U07: the terminal answers that it has no sixel: half blocks at once" {
    waits 0 250 --answer "$no_sixel" --
    assert_clean
    assert_shows 256 0,1
}

@test "U07: an answer in pieces is one answer" {
    preview --answer '\x1b[?6' --answer '2;4;6c@0.1' --
    assert_clean
    assert_shows sixel 0,1,2,3
}

@test "U07: garbage for an answer: half blocks, within 400 ms" {
    within_400_ms --answer '\x1b[1;2R\xff\x00ls\n' --answer '\x1b[?62;4@0.1' --
    assert_shows 256 0,1
    # More than an answer can be.
    within_400_ms --answer "$(printf 'x%.0s' {1..300})@0.02" --
    assert_shows 256 0,1
}

@test "U07: an answer after 2 s: half blocks, within 400 ms" {
    within_400_ms --answer "$sixel@2" --
    assert_shows 256 0,1
}

@test "U07: an answer that comes while rows are read is thrown away" {
    mkfifo rows
    (until [ -e answered ]; do sleep 0.02; done && echo 7) >rows &
    preview_once --answer "$sixel@0.4" --answered answered -- --rows rows
    wait
    assert_clean
    [ "$asked" = 1 ] && [ "$waited" -gt 400 ]
    # As any terminal, this one shows what is typed meanwhile.
    sed -i 's/\^\[\[?62;4;6c//' out
    assert_shows 256 7
}

@test "U07: kitty and its like are known by name, and not asked" {
    TERM=xterm-kitty preview --answer "$sixel" --
    assert_clean
    [ "$asked" = 0 ]
    assert_shows kitty 0,1,2,3
    TERM=xterm-ghostty preview --
    assert_shows kitty 0,1,2,3
    TERM_PROGRAM=WezTerm preview --
    assert_shows kitty 0,1,2,3
    [ "$asked" = 0 ]
}

@test "U07: in tmux, screen and zellij: half blocks, and nothing is asked" {
    local name
    for name in TMUX STY ZELLIJ; do
        (
            export "$name=1" TERM=xterm-kitty
            preview --answer "$sixel" --
            assert_clean
            [ "$asked" = 0 ]
            assert_shows 256 0,1
        )
    done
    TERM=screen-256color TERM_PROGRAM=WezTerm preview --answer "$sixel" --
    [ "$asked" = 0 ]
    assert_shows 256 0,1
}

@test "U07: tmux itself shows it" {
    command -v tmux >/dev/null || skip "no tmux"
    local tmux=(tmux -f /dev/null -S "$PWD/socket") try
    "${tmux[@]}" new-session -d -x 70 -y 30 "cd '$PWD' && '$MNISTPREP' \
        --catalogue tiny.json dump tiny --preview --index 4,2; touch shown; \
        sleep 60"
    for try in {1..100}; do
        sleep 0.1
        [ -e shown ] || continue
        # It draws a little later.
        "${tmux[@]}" capture-pane -p >plain
        ! grep -q eight plain || break
    done
    "${tmux[@]}" capture-pane -p -e -N | head -n 14 >out
    "${tmux[@]}" kill-server
    [ -e shown ]
    assert_shows 256 4,2
    # Nothing but the captions, centred, stands under it.
    [ "$(sed -n '16,$p' plain | tr -d ' \n')" = '' ]
    [[ $(sed -n 15p plain) =~ ^\ {12}nine\ {25}eight$ ]]
}

@test "U07: Ctrl-C, SIGTERM and SIGHUP while it waits: modes are restored" {
    waits 0 250 --answer '\x03@0.02' --
    [ "$end" = 'signal 2' ] && [ "$modes" = kept ] && [ "$left" = '' ]
    preview --kill INT --
    [ "$end" = 'signal 2' ] && [ "$modes" = kept ]
    preview --kill TERM --
    [ "$end" = 'signal 15' ] && [ "$modes" = kept ]
    preview --kill HUP --
    [ "$end" = 'signal 1' ] && [ "$modes" = kept ]
    run -1 grep -q $'\xe2\x96\x80' out
}

@test "U07: Ctrl-C twice, and Ctrl-\\: modes are restored" {
    preview --answer '\x03\x03\x03' --
    [ "$end" = 'signal 2' ] && [ "$modes" = kept ]
    preview --answer '\x1c' --
    [ "$end" = 'signal 3' ] && [ "$modes" = kept ]
}

@test "U07: Ctrl-Z while it waits stops it with the modes restored" {
    preview --answer '\x1a' --
    [ "$stopped" = 1 ]
    assert_clean
    assert_shows 256 0,1
}

@test "U07: in the background nothing is asked" {
    preview --background --answer "$sixel" --
    assert_clean
    [ "$asked" = 0 ] && [ "$stopped" = 0 ]
    assert_shows 256 0,1
}

@test "U07: what was typed ahead is left for the shell" {
    local typed
    for typed in 'ls' 'ls\n'; do
        preview --early "$typed" --answer "$sixel" --
        [ "$end" = 'exit 0' ] && [ "$modes" = kept ] && [ "$left" = "$typed" ]
        [ "$asked" = 0 ]
    done
}

@test "U07: a halted terminal (Ctrl-S) is not asked, and shows it later" {
    preview --halt --answer "$sixel" --
    assert_clean
    [ "$asked" = 0 ]
    assert_shows 256 0,1
}

@test "U07: a pipe gets ASCII" {
    mp_to out --catalogue tiny.json dump tiny --preview
    assert_status 0
    assert_no_stderr
    assert_shows ascii 0,1
    run -1 grep -q $'\x1b' out
    # Also with a terminal on standard input and error.
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/pty_run.py" --output tty -- sh -c \
        '"$0" --catalogue tiny.json dump tiny --preview >out' "$MNISTPREP"
    [ ! -s tty ]
    assert_shows ascii 0,1
}

@test "U07: NO_COLOR, --color never, TERM=dumb, no TERM: ASCII, not asked" {
    NO_COLOR=1 preview --answer "$sixel" --
    assert_clean
    [ "$asked" = 0 ]
    assert_shows ascii 0,1
    preview --answer "$sixel" -- --color never
    [ "$asked" = 0 ]
    assert_shows ascii 0,1
    TERM=dumb preview --answer "$sixel" --
    [ "$asked" = 0 ]
    assert_shows ascii 0,1
    TERM='' preview --answer "$sixel" --
    [ "$asked" = 0 ]
    assert_shows ascii 0,1
    # An empty NO_COLOR is none, and --color always is stronger.
    NO_COLOR='' preview --answer "$sixel" --
    assert_shows sixel 0,1,2,3
    NO_COLOR=1 preview --answer "$sixel" -- --color always
    assert_shows sixel 0,1,2,3
}

@test "U07: a locale without UTF-8: sixel, or ASCII" {
    export LC_ALL=C
    preview --answer "$sixel" --
    assert_clean
    assert_shows sixel 0,1,2,3
    preview --answer "$no_sixel" --
    assert_clean
    assert_shows ascii 0,1
    TMUX=1 preview --
    assert_shows ascii 0,1
}

@test "U07: --protocol is taken at its word, also in a pipe" {
    local protocol name
    for protocol in half:256 ascii:ascii kitty:kitty sixel:sixel; do
        name=${protocol%:*}
        mp_to out --catalogue tiny.json dump tiny --preview --index 8,4 \
            --protocol "$name"
        assert_status 0
        assert_no_stderr
        assert_shows "${protocol#*:}" 8,4
        mp_to again --catalogue tiny.json dump tiny --preview --index 8,4 \
            --protocol "$name"
        assert_same out again
        LC_ALL=C TERM=dumb preview --answer "$sixel" -- --protocol "$name" \
            --index 8,4
        assert_clean
        [ "$asked" = 0 ]
        assert_shows "${protocol#*:}" 8,4
    done
}

# The longest line of ./out, in columns.
columns() {
    sed -e 's/\x1b\[[0-9;]*[mc]//g' -e 's/\r$//' out | wc -L
}

@test "U07: as many side by side as the terminal has room for" {
    preview --size 100x30 --answer "$no_sixel" --
    assert_shows 256 0,1,2
    [ "$(columns)" = 88 ]
    preview --size 57x30 --answer "$no_sixel" --
    assert_shows 256 0
    COLUMNS=58 preview --size 100x30 --answer "$no_sixel" -- --count 5
    assert_shows 256 0,1,2,3,4 --across 2
    # 10 pixels in a column.
    preview --size 80x24 --pixels 800x480 --answer "$sixel" -- --count 7
    assert_shows sixel 0,1,2,3,4,5,6 --across 5
    # Smaller, as it must not wrap: 14 columns.
    preview --size 27x24 --answer "$no_sixel" --
    assert_clean
    [ "$(columns)" = 14 ]
    [ "$(wc -l <out)" = 8 ]
}

@test "U07: the genuine digits are seen" {
    need_mnist
    mkdir -p data/mnist/raw
    cp "$mnist"/*-ubyte.gz data/mnist/raw
    images=$mnist/train-images-idx3-ubyte.gz
    local protocol
    for protocol in half:256 ascii:ascii kitty:kitty sixel:sixel; do
        COLUMNS=90 mp_to out dump --preview --protocol "${protocol%:*}" \
            --index 0,1,59999
        assert_status 0
        assert_shows "${protocol#*:}" 0,1,59999
    done
}

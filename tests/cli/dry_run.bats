#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# -n of the commands that write files by name: says what the run writes, in
# bytes, refuses what it refuses, and leaves no trace. (Of fetch and prep, see
# there.)

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup() {
    common_setup
    tiny_dataset
    train=src/train-images-idx3-ubyte.gz
    labels=src/train-labels-idx1-ubyte.gz
}

snapshot() {
    find . -printf '%p %s %T@ %i %m\n' | LC_ALL=C sort
}

# dry WORDS...: runs with -n, and nothing may have changed.
dry() {
    local before
    before=$(snapshot)
    mp --catalogue tiny.json "$@" -n
    [ "$(snapshot)" = "$before" ] || seen "changed by $*"
}

# tells FILE WORDS...: -n names FILE and its bytes, and the run then writes so
# many. Both say the same on standard output.
tells() {
    local file=$1 said
    shift
    dry "$@" || return 1
    assert_status 0 || return 1
    said=$stderr output_said=$output
    mp --catalogue tiny.json "$@"
    assert_status 0 || return 1
    assert_stdout "$output_said" || return 1
    [ "$said" = "would write $(wc -c <"$file") bytes to '$file'" ] ||
        seen "-n said of $(wc -c <"$file") bytes: $said"
    rm "$file"
}

# refuses STATUS WORDS...: -n and the run end alike, with the same words.
refuses() {
    local said
    dry "${@:2}" || return 1
    assert_status "$1" || return 1
    assert_one_error_line . || return 1
    said=$stderr
    mp --catalogue tiny.json "${@:2}"
    assert_status "$1" || return 1
    [ "$stderr" = "$said" ] || seen "-n said: $said"
}

@test "dry run: filters count what they would write" {
    tells a.idx decode "$train" -o a.idx
    tells a.npy decode "$train" --format npy -o a.npy
    tells a.f32 normalize "$train" -o a.f32
    tells a.f16 normalize "$train" --dtype f16 --scale standard -o a.f16
    tells a.onehot onehot "$labels" -o a.onehot
    dry decode "$train"
    assert_status 0
    assert_no_stdout
    [ "$stderr" = "would write $("$MNISTPREP" decode "$train" | wc -c) bytes to standard output" ] ||
        seen "not the bytes"
    dry decode - -o a.idx <"$train"
    assert_status 0
    dry -q decode "$train" -o a.idx
    assert_no_stderr
    # A FIFO that nobody reads is not waited for.
    mkfifo fifo
    dry decode "$train" -o fifo
    assert_status 0
}

@test "dry run: filters refuse what the run refuses" {
    echo precious >there
    fixture badcrc "$train" bad.gz
    refuses 2 decode "$train" -o there
    refuses 2 decode "$train" -o src
    refuses 2 decode "$train" -o "$train" -f
    refuses 1 decode "$train" -o none/a.idx
    refuses 2 decode "$train" -o there/a.idx -f --format png
    refuses 1 decode "$train" -o there/a.idx
    refuses 1 decode none -o a.idx
    refuses 3 decode bad.gz -o a.idx
    refuses 3 normalize "$labels" -o a.f32
    refuses 2 normalize "$train" --scale 0.5,0 -o a.f32
    refuses 3 onehot "$labels" --classes 3 -o a.f32
    refuses 3 onehot "$train" -o a.f32
    dry decode "$train" -o there -f
    assert_status 0
    [ "$(cat there)" = precious ]
}

@test "dry run: stats names its plot and its report" {
    tells p.png stats tiny --plot p.png
    tells r.html stats tiny --report r.html
    dry stats tiny --json --plot p.png --report r.html
    assert_status 0
    assert_stderr_line_count 2
    [[ $output == *'"schema": "mnistprep.stats/1"'* ]]
    dry stats tiny --plot -
    assert_status 0
    assert_no_stdout
    echo precious >there.png
    refuses 2 stats tiny --plot there.png
    refuses 1 stats tiny --report none/r.html
    refuses 2 stats tiny --plot src
    dry stats tiny
    assert_status 2
    assert_one_error_line '--dry-run goes with --plot or --report'
}

@test "dry run: dump counts pictures and bytes, and names them" {
    local said names
    tells one.png dump tiny --index 3 -o one.png
    tells sheet.png dump tiny --grid 3x2 --captions -o sheet.png
    for where in 'data/tiny/samples' 'new/er'; do
        options=(--count 9)
        [ "$where" = data/tiny/samples ] || options+=(-o "$where")
        for jobs in 1 3; do
            dry dump tiny "${options[@]}" -j $jobs
            assert_status 0
            said=$stderr names=$output
        done
        mp --catalogue tiny.json dump tiny "${options[@]}"
        assert_stdout "$names"
        [ "$said" = "would write 9 pictures ($(cat "$where"/*.png | wc -c) bytes) to '$where'" ] ||
            seen "-n said: $said"
    done
    # One that is the same already is not written again.
    rm new/er/train-00004-*.png
    dry dump tiny --count 9 -o new/er
    assert_status 0
    [[ $stderr == 'would write 1 picture ('*") to 'new/er'" ]] || seen "not one"
    for name in new/er/train-00000-*.png; do
        echo precious >"$name"
    done
    refuses 2 dump tiny --count 1 -o new/er
    refuses 2 dump tiny --count 1 -o tiny.json/x
    refuses 2 dump tiny --count 3 -o x.png
    refuses 2 dump tiny --index 100000
    dry dump tiny --grid 2x2 -o -
    assert_status 0
    assert_no_stdout
    dry dump tiny --preview
    assert_status 2
    assert_one_error_line '--preview writes no files'
}

@test "dry run: on a terminal what would be binary is refused, too" {
    oracle pty run decode "$train" -n >out
    grep -qx 'status 2' out
    grep -q 'the output is a terminal' out
}

@test "dry run: --dry-run and --force go together, in every command" {
    local command options
    for command in $("$MNISTPREP" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
        options=$("$MNISTPREP" help "$command")
        case $command in
        list | verify | help | version)
            [[ $options != *--dry-run* && $options != *--force* ]] || seen "$command"
            ;;
        *)
            [[ $options == *'-n, --dry-run'* && $options == *'-f, --force'* ]] ||
                seen "$command"
            ;;
        esac
        case $command in
        list | fetch | verify | prep | stats | version) [[ $options == *--json* ]] || seen "$command" ;;
        *) [[ $options != *--json* ]] || seen "$command" ;;
        esac
        case $command in
        verify | prep | decode | normalize | onehot | stats | dump)
            [[ $options == *'-j, --jobs'* ]] || seen "$command"
            ;;
        *) [[ $options != *--jobs* ]] || seen "$command" ;;
        esac
    done
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What all commands share: standard streams that are full, broken or closed,
# signals, names, limits.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load interface

# --- standard output

@test "/dev/full: every command that writes to standard output fails with 1" {
    ready
    fixture idx labels --shape 9 --values labels:10
    n=0
    while read -r args; do
        n=$((n + 1))
        # shellcheck disable=SC2086 # words are meant
        mp_to /dev/full $args
        assert_status 1 || {
            echo "that was: mnistprep $args"
            return 1
        }
        assert_error_line '^mnistprep.*(space|standard output|stdout)'
    done <<'END'
--help
help
help fetch
fetch --help
version
--version
version --json
list -q --catalogue tiny.json
list tiny -q --catalogue tiny.json
list --json -q --catalogue tiny.json
fetch tiny --mirror src --only-mirrors -q --catalogue tiny.json
verify --catalogue tiny.json
verify tiny --catalogue tiny.json
verify --json -q --catalogue tiny.json
decode src/train-images-idx3-ubyte.gz
decode src/train-images-idx3-ubyte.gz --format npy
decode src/train-labels-idx1-ubyte.gz --format bin -o -
decode src/train-labels-idx1-ubyte.gz -o /dev/full
normalize src/train-images-idx3-ubyte.gz
normalize src/train-images-idx3-ubyte.gz --scale standard -o -
onehot labels
onehot labels -o /dev/full
prep tiny -q --catalogue tiny.json
prep tiny --scale signed -q --catalogue tiny.json
stats tiny -q --catalogue tiny.json
stats tiny --json -q --catalogue tiny.json
dump tiny --index 0 -q --catalogue tiny.json
dump tiny --index 0 -o - -q --catalogue tiny.json
dump tiny --grid 2x2 -o - -q --catalogue tiny.json
END
    [ "$n" -eq 29 ]
}

@test "broken pipe: dies by SIGPIPE, silently" {
    fixture bomb big.gz --shape 20000,28,28 --bytes 15680000
    fixture bomb labels.gz --shape 1000000 --bytes 1000000
    if ! bash -c 'yes | head -c 1 >/dev/null; [ "${PIPESTATUS[0]}" -eq 141 ]'
    then
        skip "SIGPIPE is ignored by whoever runs the tests"
    fi
    for args in 'decode big.gz' 'decode big.gz --format npy' \
        'normalize big.gz' 'normalize - --dtype f16' 'onehot labels.gz'; do
        # shellcheck disable=SC2016,SC2086 # words are meant
        run bash -c '"$MNISTPREP" "$@" <big.gz 2>err | head -c 1 >/dev/null
            exit "${PIPESTATUS[0]}"' sh $args
        assert_status 141
        [ ! -s err ] || seen "$(cat err)"
    done
}

@test "broken pipe: SIGPIPE of long text, too" {
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import json
file = {'file': 'train-images-idx3-ubyte.gz', 'sha256': '0' * 64}
splits = [{'name': 'train', 'images': file,
           'labels': dict(file, file='train-labels-idx1-ubyte.gz')}]
json.dump({'schema': 'mnistprep.catalogue/1', 'datasets': [
    {'name': 'set%d' % i, 'title': 'T', 'licence': 'MIT',
     'homepage': 'https://example.org/',
     'classes': ['class ' * 10 + str(k) for k in range(200)],
     'mirrors': ['http://127.0.0.1:9/'], 'splits': splits}
    for i in range(40)]}, open('many.json', 'w'))
END
    mp_to out --catalogue many.json list --json
    assert_status 0
    # More than a pipe holds.
    [ "$(wc -c <out)" -gt 100000 ]
    # shellcheck disable=SC2016
    run bash -c '"$MNISTPREP" --catalogue many.json list --json 2>err |
        head -c 1 >/dev/null; exit "${PIPESTATUS[0]}"'
    assert_status 141
    [ ! -s err ]
}

@test "a terminal: binary output is refused, and not one byte is written" {
    ready
    f=src/train-images-idx3-ubyte.gz
    l=src/train-labels-idx1-ubyte.gz
    while read -r args; do
        # shellcheck disable=SC2086 # words are meant
        oracle pty run --catalogue tiny.json $args >out
        [ "$(sed -n 1p out)" = 'status 2' ] || {
            echo "mnistprep $args:"
            head -c 300 out | cat -v
            return 1
        }
        stderr=$(sed 1d out)
        assert_one_error_line '^mnistprep.*terminal.*(-o|pipe|redirect)'
    done <<END
decode $f
decode $f --format npy
decode $f --format bin
decode $f -o -
decode $l
normalize $f
normalize $f --format npy
onehot $l
dump tiny --index 0 -o -
dump tiny --grid 2x2 -o -
END
    # The same from a pipe, and through script(1).
    oracle pty --stdin "$f" run decode - >out
    [ "$(sed -n 1p out)" = 'status 2' ]
    if script --version >/dev/null 2>&1; then
        run script -qec "'$MNISTPREP' decode $f" /dev/null </dev/null
        assert_status 2
    fi
    # Text is welcome there, and so is a file.
    oracle pty run --catalogue tiny.json list >out
    grep -qx 'status 0' out
    oracle pty run decode "$f" -o file >out
    grep -qx 'status 0' out
    [ -s file ]
}

# --- closed streams

@test "closed streams: standard input and output are missed" {
    lost=()
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    fixture idx labels --shape 9 --values labels:10
    status=0
    "$MNISTPREP" decode - <&- 2>err >out || status=$?
    stderr=$(cat err)
    [ "$status" -eq 1 ] || [ "$status" -eq 3 ] || seen "closed standard input"
    assert_one_error_line '^mnistprep decode: '
    [ ! -s out ]
    for args in 'decode a.idx.gz' 'normalize a.idx' 'onehot labels' \
        'version' 'list' '--help' 'help decode'; do
        status=0
        # shellcheck disable=SC2086 # words are meant
        "$MNISTPREP" $args >&- 2>err || status=$?
        stderr=$(cat err)
        [ "$status" -eq 1 ] || lost+=("$args")
    done
    # What was asked for has gone nowhere, and that is an error.
    [ "${#lost[@]}" -eq 0 ] || {
        printf 'status 0 without standard output: mnistprep %s\n' "${lost[@]}"
        return 1
    }
}

@test "closed streams: no message ever lands in a data file" {
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    fixture badcrc a.idx.gz bad.gz
    "$MNISTPREP" decode a.idx.gz -o o1 >&-
    assert_same a.idx o1
    "$MNISTPREP" decode a.idx.gz -o o2 2>&-
    assert_same a.idx o2
    "$MNISTPREP" decode a.idx.gz -o o3 <&- >&- 2>&-
    assert_same a.idx o3
    status=0
    "$MNISTPREP" decode bad.gz -o o4 <&- >&- 2>&- || status=$?
    assert_status 3
    status=0
    "$MNISTPREP" decode a.idx -o o3 <&- >&- 2>&- || status=$?
    assert_status 2
    assert_same a.idx o3
    "$MNISTPREP" normalize a.idx --scale standard -o o5 <&- >&- 2>&-
    oracle scaled a.idx want --scale standard
    assert_same want o5
    assert_absent o4
    # The same without a place for paths: the files are right or not there.
    tiny_dataset
    "$MNISTPREP" --catalogue tiny.json dump tiny --index 3 --zoom 1 -o o6.png \
        <&- >&- 2>&- || true
    if [ -e o6.png ]; then
        oracle check-png o6.png src/train-images-idx3-ubyte.gz --index 3
    fi
    assert_no_leftovers . a.idx a.idx.gz bad.gz 'o[1-6]*' want \
        tiny.json 'src/*' 'data/tiny/raw/*'
}

# --- signals

@test "signals: dies by SIGINT or SIGTERM while reading, and leaves no file" {
    fixture idx a.idx --shape 5000,28,28
    gzip -n1k a.idx
    fixture idx labels --shape 100000 --values labels:10
    # As many bytes of each as leave it waiting for more.
    while read -r name want feed args; do
        mkfifo fifo
        # shellcheck disable=SC2086 # words are meant
        run oracle signal "$name" --feed "$feed" --bytes 50000 run $args
        assert_status 0
        assert_stdout "$want"
        rm fifo
        [ ! -s stderr ] || [ "$(wc -l <stderr)" -le 1 ]
        oracle clean-text stderr
        rm stderr
        assert_no_leftovers . a.idx a.idx.gz labels
    done <<'END'
INT -2 a.idx.gz decode fifo -o out
TERM -15 a.idx.gz decode fifo -o out
INT -2 a.idx decode fifo -o out
HUP -1 a.idx decode fifo -o out
INT -2 a.idx.gz normalize fifo -o out
INT -2 labels onehot fifo -o out
TERM -15 a.idx normalize fifo -o -
END
}

@test "signals: also while a fifo has no writer yet" {
    mkfifo fifo
    run oracle signal INT run decode fifo -o out
    assert_status 0
    assert_stdout -2
    rm stderr
    assert_no_leftovers . fifo
}

@test "signals: a shell sees 130, and an old output survives" {
    fixture idx a.idx --shape 5000,28,28
    echo precious >out
    mkfifo fifo
    # A shell starts jobs with SIGINT ignored; `set -m` does not.
    # shellcheck disable=SC2016
    run bash -c 'set -m
        "$MNISTPREP" decode fifo -o out --force 2>err &
        pid=$!
        exec 3<>fifo # both ways: this open never waits
        head -c 50000 a.idx >&3
        sleep 0.3
        kill -INT $pid
        { sleep 5; kill -9 $pid; } >/dev/null 2>&1 3>&- &
        killer=$!
        wait $pid
        status=$?
        kill -- -$killer
        exit $status'
    assert_status 130
    [ "$(cat out)" = precious ]
    assert_no_leftovers . a.idx out fifo err
}

# --- names

@test "names: any name works, and no message has its control bytes" {
    oracle sweep-names
}

@test "names: foreign text in a catalogue is masked, too" {
    tiny_dataset
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import json
d = json.load(open('tiny.json'))
d['datasets'][0]['title'] = 'a\x1b]0;x\x07b\x9bc\u202ed'
d['datasets'][0]['licence'] = 'MIT\nor\rnot'
d['datasets'][0]['classes'][0] = 'ze\x1b[31mro'
json.dump(d, open('evil.json', 'w'))
END
    for args in 'list' 'list tiny' 'stats tiny' 'stats tiny --json' \
        'list --json'; do
        # shellcheck disable=SC2086 # words are meant
        mp_to out --catalogue evil.json $args
        [ -s out ] || [ -n "$stderr" ]
        printf '%s\n' "$stderr" >err
        oracle clean-text out
        oracle clean-text err
    done
}

@test "names: the working directory is gone" {
    fixture idx a.idx --shape 5,28,28
    here=$PWD
    mkdir gone
    cd gone
    rmdir "$here/gone"
    "$MNISTPREP" decode "$here/a.idx" -o "$here/got"
    assert_same "$here/a.idx" "$here/got"
    mp decode relative
    assert_status 1
    assert_one_error_line 'relative'
    mp decode "$here/a.idx" -o out
    assert_status 1
    assert_one_error_line 'out'
    cd "$here"
}

# --- limits

@test "limits: a file size limit is an error, not a death" {
    need_limits
    fixture idx a.idx --shape 5000,28,28
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'ulimit -f 1000; exec "$MNISTPREP" \
        decode a.idx -o out'
    assert_status 1
    assert_one_error_line 'out'
    assert_no_leftovers . a.idx
}

@test "limits: few file descriptors" {
    fixture idx a.idx --shape 5,28,28
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'ulimit -n 10; exec "$MNISTPREP" \
        normalize a.idx -o out'
    [ "$status" -eq 0 ] || [ "$status" -eq 1 ] || seen "few descriptors"
    [ "$status" -eq 1 ] || [ "$(wc -c <out)" -eq 15680 ]
}

# To standard output: a.idx, whose end comes when another file is in the way of
# what is made of it.
input_and_other() {
    cat a.idx
    for _ in {1..500}; do
        ! compgen -G '.mnistprep-tmp-*' >/dev/null || break
        sleep 0.02
    done
    echo theirs >out
}

@test "without --force, what appears while we write is not replaced" {
    local tool
    fixture idx a.idx --shape 40,7,7
    for tool in decode normalize; do
        rm -f out
        input_and_other |
            { status=0 && "$MNISTPREP" $tool - -o out 2>err || status=$?
                echo "$status" >status; }
        [ "$(cat status)" -eq 2 ]
        grep -q "'out' exists; use --force" err
        [ "$(cat out)" = theirs ]
        rm out
        input_and_other | "$MNISTPREP" $tool - -o out --force
        [ "$(cat out)" != theirs ]
    done
    assert_no_leftovers . a.idx out err status
}

@test "without --force on a file system without hard links" {
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null || skip "strace is refused here"
    [ "${MNISTPREP_SANITIZED-0}" != 1 ] ||
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    fixture idx a.idx --shape 40,7,7
    run --separate-stderr strace -f -o trace \
        -e inject=link,linkat:error=EPERM "$MNISTPREP" decode a.idx -o out
    assert_status 0
    grep -q 'link.*INJECTED' trace
    assert_same a.idx out
    assert_no_leftovers . a.idx out trace
}

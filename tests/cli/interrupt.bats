#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A signal while several threads work: the process dies by it, and leaves
# nothing half done. Under the thread sanitizer this is where races show.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154

load common

setup() {
    common_setup
    need_fashion
    mkdir -p data/fashion-mnist/raw
    cp "$fashion"/*.gz data/fashion-mnist/raw
}

# interrupted COMMAND...: sends TERM after longer and longer waits, until the
# command ends before it comes, or was caught at all of its stages. At least one
# run has to be.
interrupted() {
    local caught=0 wait status pid
    for wait in 0.01 0.03 0.06 0.1 0.15 0.2 0.3 0.5 0.8; do
        "$MNISTPREP" "$@" >out.txt 2>err.txt &
        pid=$!
        sleep "$wait"
        kill -TERM "$pid" 2>/dev/null || true
        status=0
        wait "$pid" || status=$?
        if [ "$status" -eq 0 ]; then break; fi
        [ "$status" -eq 143 ] || seen "status $status: $(cat err.txt)"
        [ "$(grep -c . err.txt)" -le 1 ] || seen "it says: $(cat err.txt)"
        [ -z "$(find . -name '.mnistprep-*')" ] ||
            seen "left over: $(find . -name '.mnistprep-*')"
        caught=$((caught + 1))
    done
    [ "$caught" -gt 0 ] || seen "no run was interrupted"
}

@test "interrupt: prep by several threads" {
    interrupted prep fashion-mnist -j 2 -f -o set
    [ ! -e set/train-images.f32 ] || [ -e set/dataset.json ] ||
        seen "files without their manifest"
}

@test "interrupt: prep of pictures by several threads" {
    interrupted prep fashion-mnist -j 4 --splits test -f -o set --format tfrecord
}

@test "interrupt: stats by several threads" {
    interrupted stats fashion-mnist -j 2
}

@test "interrupt: dump by several threads; what it told is there" {
    interrupted dump fashion-mnist -j 4 --count 6000 --zoom 1 -f -o samples
    local path
    while read -r path; do
        [ -s "$path" ] || seen "'$path' is told, but is not there"
    done <out.txt
}

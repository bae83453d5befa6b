#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# scripts/example.mk: a pipeline that is run, changed, broken and killed.
# Scenario P18 of the robustness table.

load make

setup_file() {
    make_fixtures
    write_reference
}

setup() {
    make_setup
    tree=$(cd "$cli_dir/../.." && pwd)
    # What the makefile runs; each call leaves a line.
    mkdir bin
    cat >bin/mnistprep <<'SH'
#!/bin/sh
echo "$*" >>"$CALLS"
exec "$REAL" --catalogue "$CATALOGUE" "$@"
SH
    chmod +x bin/mnistprep
    export PATH=$PWD/bin:$PATH REAL=$MNISTPREP CALLS=$PWD/calls
    : >calls
}

# What the two programs of example.mk should find, by numpy: src.model,
# src.classes, and the same of src2.
write_reference() {
    "$MNISTPREP_TEST_PYTHON" - "$images" "$labels" <<'PY'
import gzip, sys
import numpy as np
for src in 'src', 'src2':
    x, y = (gzip.open('%s/%s' % (src, name)).read() for name in sys.argv[1:])
    y = np.frombuffer(y, np.uint8, offset=8)
    x = np.frombuffer(x, np.uint8, offset=16).reshape(len(y), -1) / 255
    with open(src + '.model', 'w') as model, open(src + '.classes', 'w') as classes:
        for c in np.unique(y):
            print(c, '%.4f' % x[y == c].mean(), file=model)
            print(c, (y == c).sum(), file=classes)
PY
}

# --- running

# pipeline ARGS...: example.mk with tiny under -j8.
pipeline() {
    run --separate-stderr timeout -k 1 120 make -f "$tree/scripts/example.mk" \
        -j8 DATASET=tiny "$@"
}

# --- looking

calls_of() {
    grep -c " $1 tiny" calls || true
}

assert_calls() {
    equals "calls of fetch" "$(calls_of fetch)" "$1"
    equals "calls of prep" "$(calls_of prep)" "$2"
}

assert_requests() {
    local file
    for file in "${tiny_files[@]}"; do
        equals "requests of $file" "$(requests "$file")" "$1"
    done
}

# age FILE...: times to the nanosecond, so that a file made again differs.
age() {
    stat -c '%n %y' "$@"
}

arrays=(data/tiny/prepared/train-images.f32 data/tiny/prepared/train-labels.u8)
results=(out/model.txt out/classes.txt)

# assert_results SRC: both programs have seen the data of SRC.
assert_results() {
    assert_same "$fixtures/$1.classes" out/classes.txt
    awk '{ printf "%d %.4f\n", $1, $2 }' out/model.txt >model
    # The last digit may be rounded otherwise.
    paste -d ' ' "$fixtures/$1.model" model |
        awk '{ d = $2 - $4 } $1 != $3 || d > 0.0002 || d < -0.0002 { exit 1 }' ||
        seen "model: $(cat model)"
    equals "classes in the model" "$(wc -l <model)" \
        "$(wc -l <"$fixtures/$1.model")"
}

assert_nothing_done() {
    local before
    before=$(snapshot .)
    pipeline "$@"
    assert_status 0
    assert_stdout "make: Nothing to be done for 'all'."
    assert_no_stderr
    equals "all files" "$(snapshot .)" "$before"
}

# --- P18: the pipeline

@test "P18 from scratch under -j8: one download, right results, and a second make does nothing" {
    start_server
    pipeline MIRROR="$url/ok/"
    assert_status 0
    assert_requests 1
    assert_calls 1 1
    assert_results src
    assert_same out/tiny.stamp data/tiny/prepared/dataset.json
    assert_nothing_done MIRROR="$url/ok/"
}

@test "P18 touched input: prep looks, and nothing that follows is made again" {
    local before
    pipeline MIRROR="$src"
    assert_status 0
    before=$(age "${arrays[@]}" "${results[@]}")
    tick
    touch data/tiny/raw/*.gz
    cp -p out/tiny.stamp old.stamp
    tick
    pipeline MIRROR="$src"
    assert_status 0
    assert_calls 1 2
    equals "arrays and results" "$(age "${arrays[@]}" "${results[@]}")" "$before"
    [ out/tiny.stamp -nt old.stamp ] || seen "the stamp is not new"
    assert_nothing_done MIRROR="$src"
}

@test "P18 one label changed: what depends on labels is made again" {
    local before
    pipeline MIRROR="$src"
    assert_status 0
    assert_results src
    before=$(age "${arrays[0]}")
    tick
    cp "$fixtures/src2/$labels" "data/tiny/raw/$labels"
    export CATALOGUE=$fixtures/tiny2.json
    pipeline MIRROR="$fixtures/src2"
    assert_status 0
    assert_calls 1 2
    assert_results src2
    equals "the images" "$(age "${arrays[0]}")" "$before"
    assert_nothing_done MIRROR="$fixtures/src2"
}

@test "P18 a table of one's own: touched, changed, and gone" {
    local before zoo=(pipeline DATASET=zoo FROM=zoo.csv)
    printf '0,1,2,3,4\n1,5,6,7,8\n1,9,10,11,12\n' >zoo.csv
    "${zoo[@]}"
    assert_status 0
    equals classes "$(cat out/classes.txt)" "$(printf '0 1\n1 2')"
    before=$(age "${results[@]}")
    tick
    touch zoo.csv
    "${zoo[@]}"
    assert_status 0
    equals "calls of prep" "$(grep -c ' prep zoo' calls)" 2
    equals results "$(age "${results[@]}")" "$before"
    tick
    sed -i '2s/^1/0/' zoo.csv
    "${zoo[@]}"
    assert_status 0
    equals classes "$(cat out/classes.txt)" "$(printf '0 2\n1 1')"
    "${zoo[@]}"
    assert_stdout "make: Nothing to be done for 'all'."
    # Make has no quarrel with that; prep has.
    rm zoo.csv
    "${zoo[@]}"
    assert_status 2
    assert_stderr "^mnistprep prep: .*zoo.csv"
    refute_stderr 'No rule to make'
    equals "calls of fetch" "$(grep -c ' fetch ' calls || true)" 0
}

@test "P18 raw files gone: fetched at once by several, and each downloaded once" {
    local before
    start_server
    pipeline MIRROR="$url/ok/"
    assert_status 0
    before=$(age "${arrays[@]}" "${results[@]}")
    forget
    tick
    rm data/tiny/raw/*
    pipeline MIRROR="$url/ok/"
    assert_status 0
    assert_requests 1
    [ "$(calls_of fetch)" -gt 2 ] || seen "expected several fetches at once"
    equals "arrays and results" "$(age "${arrays[@]}" "${results[@]}")" "$before"
    assert_nothing_done MIRROR="$url/ok/"
}

@test "P18 an array gone: made again, with the same bytes" {
    pipeline MIRROR="$src"
    assert_status 0
    cp "${arrays[1]}" labels.before
    tick
    rm "${arrays[1]}"
    pipeline MIRROR="$src"
    assert_status 0
    assert_same labels.before "${arrays[1]}"
    assert_results src
    assert_nothing_done MIRROR="$src"
}

@test "P18 other options: only what they change is made again" {
    local before
    pipeline MIRROR="$src"
    assert_status 0
    before=$(age "${arrays[1]}" out/classes.txt)
    tick
    pipeline MIRROR="$src" PREP='--scale none'
    assert_status 0
    assert_calls 1 2
    equals "what labels make" "$(age "${arrays[1]}" out/classes.txt)" "$before"
    awk '$2 > 1 { found = 1 } END { exit !found }' out/model.txt ||
        seen "the model is of the old images"
    assert_nothing_done MIRROR="$src" PREP='--scale none'
}

@test "P18 what fails leaves no stamp, and what was there stays" {
    local before
    start_server
    pipeline MIRROR="$url/404/"
    assert_status 2
    assert_absent out/tiny.stamp out/tiny.stamp.d data/tiny/prepared \
        "${results[@]}"
    pipeline MIRROR="$url/ok/"
    assert_status 0
    before=$(age out/tiny.stamp "${arrays[@]}" "${results[@]}")
    tick
    fixture truncate "$src/$images" "data/tiny/raw/$images" --keep -9
    pipeline MIRROR="$url/ok/"
    assert_status 2
    equals "all that was there" \
        "$(age out/tiny.stamp "${arrays[@]}" "${results[@]}")" "$before"
    tick
    cp "$src/$images" "data/tiny/raw/$images"
    pipeline MIRROR="$url/ok/"
    assert_status 0
    assert_results src
    assert_nothing_done MIRROR="$url/ok/"
}

# killed SIGNAL SECONDS ARGS...: make and all that it started, which is one
# process group, and gone afterwards.
killed() {
    local signal=$1 seconds=$2 group
    shift 2
    timeout -s "$signal" "$seconds" make -f "$tree/scripts/example.mk" -j8 \
        DATASET=tiny "$@" >killed.out 2>&1 3>&- &
    group=$!
    wait "$group" || true
    wait_until 10 group_is_gone "$group"
}

group_is_gone() {
    ! kill -0 -- "-$1"
}

assert_heals() {
    pipeline MIRROR="$src"
    assert_status 0
    assert_results src
    assert_same out/tiny.stamp data/tiny/prepared/dataset.json
    mp --catalogue "$CATALOGUE" verify tiny
    assert_status 0
    assert_no_leftovers data 'tiny/raw/*' 'tiny/prepared/*'
    assert_nothing_done MIRROR="$src"
}

@test "P18 make killed in the middle: the next one ends as if nothing had been" {
    local how
    for how in 'KILL 0.01' 'KILL 0.02' 'KILL 0.03' 'KILL 0.05' 'KILL 0.07' \
        'KILL 0.1' 'TERM 0.03' 'TERM 0.06' 'INT 0.05'; do
        rm -rf data out
        # shellcheck disable=SC2086 # two words
        killed $how MIRROR="$src"
        # The witness never stands alone.
        if [ -e out/tiny.stamp ]; then
            assert_same out/tiny.stamp data/tiny/prepared/dataset.json
        fi
        assert_heals
    done
}

@test "P18 make killed while it downloads: what is half is not used" {
    local signal
    start_server
    for signal in KILL TERM; do
        rm -rf data out
        killed "$signal" 1 MIRROR="$url/stall/"
        assert_absent out/tiny.stamp data/tiny/prepared "${results[@]}"
        assert_heals
    done
}

@test "P18 killed over an older set: what follows is old or new, and heals" {
    local seconds
    for seconds in 0.01 0.02 0.03 0.05 0.08; do
        rm -rf data out
        pipeline MIRROR="$src" PREP='--scale signed'
        assert_status 0
        tick
        killed KILL "$seconds" MIRROR="$src"
        assert_heals
    done
}

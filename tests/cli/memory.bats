#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Memory runs out: at one allocation of the program after the other, it alone or it and all that follow. One line that says so, status 1, and nothing left.

load common

setup_file() {
    local compiler
    cd "$BATS_FILE_TMPDIR" || return 1
    compiler=$(command -v "${CC:-cc}" || command -v gcc) || return 0
    "$compiler" -shared -fPIC -o fails.so "$cli_dir/preload_memory.c" || return 1
    fixture dataset src --train 30 --test 12 --height 7 --width 5 --seed 8
    fixture catalogue tiny.json --name tiny --dir src
    mkdir -p data/tiny
    cp -r src data/tiny/raw
}

setup() {
    [ "${MNISTPREP_SANITIZED-0}" != 1 ] || skip "sanitizers have their own malloc"
    [ -e "$BATS_FILE_TMPDIR/fails.so" ] || skip "no C compiler for the LD_PRELOAD shim"
    common_setup
    cp -r "$BATS_FILE_TMPDIR/data" "$BATS_FILE_TMPDIR/tiny.json" "$BATS_FILE_TMPDIR/src" .
}

# fail_at N WORDS...: the exit status is in $status, standard error in ./err.
fail_at() {
    local n=$1
    shift
    status=0
    env MEMORY_FAILS_AT="$n" LD_PRELOAD="$BATS_FILE_TMPDIR/fails.so" "$MNISTPREP" -q --catalogue tiny.json "$@" \
        >/dev/null 2>err || status=$?
}

# sweep LEFT WORDS...: at each of the first 40 allocations, then at every third,
# until none fails. What is named LEFT ("": nothing) must not be there after a
# failure.
sweep() {
    local left=$1 n
    shift
    for ((n = 1; ; n += n < 40 ? 1 : 3)); do
        fail_at "$n" "$@"
        [ "$status" -ne 77 ] || break
        [ "$status" -eq 1 ] || seen "allocation $n: status $status: $(head -n 3 err)" || return 1
        if [ "$(wc -l <err)" -ne 1 ] || ! grep -q '^mnistprep.*: .*out of memory' err; then
            seen "allocation $n: $(head -n 3 err)" || return 1
        fi
        [ -z "$left" ] || [ ! -e "$left" ] || seen "allocation $n: $left is there" || return 1
        assert_no_temporaries || return 1
    done
    echo "$n allocations" >&2
    [ "$n" -gt 10 ]
}

assert_no_temporaries() {
    [ -z "$(find . -name '.mnistprep-*' ! -name .mnistprep-incomplete)" ] ||
        seen "left over: $(find . -name '.mnistprep-*')"
}

# both LEFT WORDS...
both() {
    sweep "$@" || return 1
    if [ -n "$1" ]; then rm -rf "$1"; fi
    MEMORY_FAILS_ONCE=1 sweep "$@"
}

@test "memory: decode" { both x.npy decode src/train-images-idx3-ubyte.gz --format npy -o x.npy; }
@test "memory: normalize" {
    both x.npy normalize src/train-images-idx3-ubyte.gz --scale pixel-standard --format npy -o x.npy
}
# (One that fails alone may be that of a look at a prepared set, which then counts as not there.)
@test "memory: list" { sweep '' list --json; }
@test "memory: stats" { both x.png stats tiny --plot x.png; }
@test "memory: dump" { both x.png dump tiny --grid 3x3 --captions -o x.png; }

@test "memory: prep leaves what the next run heals" {
    local n
    for ((n = 1; ; n += 5)); do
        rm -rf out
        fail_at "$n" prep tiny --format npz,png,csv --augment 1 --elastic 5 --val 5 --shuffle -o out
        [ "$status" -ne 77 ] || break
        [ "$status" -eq 1 ] || seen "allocation $n: status $status: $(head -n 3 err)"
        [ "$(wc -l <err)" -eq 1 ] || seen "allocation $n: $(head -n 3 err)"
        [ -e out ] || continue
        # While files get their names, one after the other; or later, when their paths are printed.
        [ -e out/.mnistprep-incomplete ] || [ -e out/dataset.json ] ||
            seen "allocation $n: left $(find out -type f | head -n 3)"
        mp -q --catalogue tiny.json prep tiny --format npz,png,csv --augment 1 --elastic 5 --val 5 --shuffle -o out
        assert_status 0
        assert_no_temporaries
        [ ! -e out/.mnistprep-incomplete ]
    done
    [ "$n" -gt 100 ]
}

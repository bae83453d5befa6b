#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep of more rows than it keeps in memory: the rows are right, memory does not
# grow with them, and only what is to be written is written. 300,000 pictures;
# with scripts/test --slow 1,000,000.

load common

few=60000
many=300000
[ "${MNISTPREP_TEST_SLOW-0}" != 1 ] || many=1000000

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    local rows
    for rows in $few $many; do
        "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_large.py" make rows-$rows $rows
    done
}

setup() {
    common_setup
    large=$BATS_FILE_TMPDIR/rows-$many
}

teardown() {
    rm -rf "$BATS_TEST_TMPDIR/work"
}

prep() {
    mp -q prep large --from "$large" --dtype u8 --no-onehot "$@"
}

right() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_large.py" check out $many "$@"
}

@test "large: shuffled rows, of three splits, without equal ones" {
    prep -o out --shuffle --seed 3
    assert_status 0
    right train
    rm -r out
    prep -o out --shuffle --val 0.25 --stratify --drop-duplicates
    assert_status 0
    right train val
}

@test "large: --check and -n write nothing, wherever the set would be" {
    local how
    for how in --shuffle --drop-duplicates; do
        prep -o out --check $how
        assert_status 10
        prep -o out -n $how
        assert_status 0
        assert_no_stderr
        assert_absent out
    done
    prep -o out --shuffle
    assert_status 0
    prep -o out --shuffle --check
    assert_status 0
}

@test "large: what verify and --check put aside lies in TMPDIR, not in the set" {
    fixture catalogue large.json --name large --dir "$large"
    put_raw "$large" large
    mp -q --catalogue large.json prep large --dtype u8 --no-onehot --shuffle
    assert_status 0
    mp -q --catalogue large.json verify large
    assert_status 0
    TMPDIR=$PWD/nowhere mp -q --catalogue large.json verify large
    assert_status 1
    assert_one_error_line 'nowhere.*TMPDIR'
    TMPDIR=$PWD/nowhere mp -q --catalogue large.json prep large --dtype u8 \
        --no-onehot --shuffle --seed 5 --check
    assert_status 1
    assert_one_error_line 'nowhere.*TMPDIR'
}

# peak ROWS OPTIONS...: KiB of memory that preparing so many rows takes.
peak() {
    local rows=$1
    shift
    # A child's figure starts with that of the parent that forked it: no numpy.
    "$MNISTPREP_TEST_PYTHON" -E -S - "$MNISTPREP" -q prep large --no-onehot \
        --from "$BATS_FILE_TMPDIR/rows-$rows" -o out "$@" <<'PY'
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
PY
    rm -r out
}

@test "large: memory is that of 60,000 rows and at most 40 MB" {
    need_limits
    local how less more
    for how in '' --shuffle '--shuffle --val 0.1 --stratify --folds 5' \
        --drop-duplicates '--scale pixel-standard --dtype f16' \
        '--format npz,safetensors,idx' '--format csv'; do
        case $how in *dtype* | *csv*) ;; *) how="--dtype u8 $how" ;; esac
        # shellcheck disable=SC2086 # words
        less=$(peak $few $how)
        # shellcheck disable=SC2086
        more=$(peak $many $how)
        echo "# $more KiB for $many rows, $less KiB for $few: $how" >&3
        [ $((more - less)) -le $((40000000 / 1024)) ]
    done
}

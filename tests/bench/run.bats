#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# scripts/bench measures what it says: every job once, and the floors do the
# work that they stand for. No figure is judged here.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154

load ../cli/common

setup() {
    common_setup
    need_fashion
    floor=$MNISTPREP_BENCH_PROGRAMS/bench_floor
}

bench() {
    run "$MNISTPREP_TEST_PYTHON" "$MNISTPREP_TEST_SOURCE/tests/bench/bench.py" \
        --tool "$MNISTPREP" --zlib-tool "$MNISTPREP" \
        --programs "$MNISTPREP_BENCH_PROGRAMS" --raw "$fashion" \
        --dataset fashion-mnist --dir "$PWD" "$@"
}

@test "bench: a table, and all times as JSON" {
    command -v time >/dev/null || skip "there is no time(1)"
    touch ../before
    bench --rounds 2 --only start,duplicates,sheet,dump --json all.json
    [ "$status" -eq 0 ] || seen "it fails"
    [[ $output = *'| sheet | PIL / sheet | '* ]] || seen "no table"
    [ "$(ls)" = all.json ] || seen "something is left over: $(ls)"
    [ -z "$(find /dev/shm -maxdepth 1 -newer ../before -name 'mnistprep-*')" ] ||
        seen "something is left over in /dev/shm"
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
r = json.load(open('all.json'))
assert r['schema'] == 'mnistprep.bench/1' and r['rounds'] == 2
assert set(r['jobs']) == {'start', 'duplicates', 'sheet', 'dump'}
for contestants in r['jobs'].values():
    for c in contestants.values():
        assert len(c['seconds']) == 2 and min(c['seconds']) == c['min'] > 0
        assert c['min'] <= c['median'] <= max(c['seconds'])
assert r['jobs']['sheet']['PIL']['kilobytes'] > 1000
assert r['jobs']['duplicates']['in memory']['kilobytes'] is None
for claim in r['claims']:
    over = claim['measured'] > claim['target']
    assert claim['met'] == (over != claim['at_most']) \
        or claim['measured'] == claim['target'], claim
PY
}

@test "bench: an unknown job" {
    bench --only prep,sheets
    [ "$status" -eq 1 ] || seen "status 1 was expected"
    [[ $output = *"there is no job sheets; there are start, prep, "* ]] ||
        seen "another error"
}

@test "bench: the floors unpack all, and fail on what is damaged" {
    local by
    for by in zlib isal; do
        "$MNISTPREP" version | grep -q 'isa-l .*[0-9]' || [ "$by" = zlib ] ||
            continue
        run "$floor" "$by" "$fashion"/*.gz
        [ "$status" -eq 0 ] || seen "$by: genuine files"
        cat "$fashion"/t10k-labels* "$fashion"/t10k-labels* >two.gz
        run "$floor" "$by" two.gz
        [ "$status" -eq 0 ] || seen "$by: two members"
        head -c 4000 "$fashion"/t10k-labels* >short.gz
        run "$floor" "$by" short.gz
        [ "$status" -eq 1 ] || seen "$by: a truncated file"
        # The checksum at the end is compared, too.
        head -c -8 "$fashion"/t10k-labels* >sum.gz
        printf '12345678' >>sum.gz
        run "$floor" "$by" sum.gz
        [ "$status" -eq 1 ] || seen "$by: a wrong checksum"
    done
    "$floor" write 1000000 blob
    [ "$(wc -c <blob)" -eq 1000000 ] || seen "the file is not as long"
    mkdir many
    "$floor" create 30 400 many
    [ "$(find many -type f -size 400c | wc -l)" -eq 30 ] || seen "no 30 files"
}

@test "bench: scripts/bench --help says what it does, and installs nothing" {
    run "$MNISTPREP_TEST_SOURCE/scripts/bench" --help
    [ "$status" -eq 0 ] || seen "it fails"
    [[ $output = *'--quick '*'scale prepares '* ]] || seen "no help"
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats --audit: all that was planted is found, and nothing else.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

four='class 0,class 1,class 2,class 3'

setup() {
    common_setup
}

# planted FAULTS ARGS...: ./set, and data/planted/raw.
planted() {
    local faults=$1
    shift
    rm -rf set data
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_planted.py" set --plant "$faults" \
        "$@" || return 1
    put_raw set/raw planted
}

audit() {
    mp --catalogue set/catalogue.json stats planted --audit "$@"
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_audit.py" "$@"
}

# all_forms 'ARGS OF STATS' ARGS OF THE ORACLE...
all_forms() {
    local args
    read -ra args <<<"$1"
    shift
    mp_to a.json "${args[@]}" --json
    assert_status 0 && assert_no_stderr || return 1
    mp_to a.tsv "${args[@]}" --tsv
    assert_status 0 && assert_no_stderr || return 1
    mp_to a.txt "${args[@]}"
    assert_status 0 && assert_no_stderr || return 1
    see forms a "$@" && oracle clean-text a.txt
}

# finds FAULTS ARGS OF make_planted...: all and only those, in all forms.
finds() {
    planted "$@" || return 1
    all_forms '--catalogue set/catalogue.json stats planted --audit' \
        --raw set/raw --classes "$four" --plan set/plan.json
}

# --- each kind by itself

@test "audit: nothing in a clean set" {
    finds ''
    audit
    assert_status 0
    [[ $output == *'audit: nothing found'* ]] || seen 'nothing found'
    audit --strict
    assert_status 0
    assert_no_stderr
}

@test "audit: the generator's plans are what the definitions say" {
    planted all
    see plan set/plan.json --raw set/raw --classes "$four"
}

@test "audit: duplicates within a split" { finds duplicate; }
@test "audit: duplicates across splits" { finds across; }
@test "audit: conflicts of labels" { finds conflict; }
@test "audit: conflicts of labels across splits" { finds conflict-across; }
@test "audit: blank pictures" { finds blank; }
@test "audit: constant pictures" { finds constant; }
@test "audit: constant pictures under two labels" { finds blank-conflict; }
@test "audit: near duplicates, just below and just above" { finds near; }
@test "audit: near duplicates that differ in every pixel" { finds near-edges; }
@test "audit: near duplicates across splits, and of duplicates" { finds near-across; }
@test "audit: labels out of range" { finds range; }
@test "audit: an empty class" { finds empty; }
@test "audit: imbalance" { finds imbalance; }
@test "audit: a transposed class of one split" { finds transposed-class; }
@test "audit: a transposed split" { finds transposed-split; }
@test "audit: transposed rows" { finds transposed-rows; }
@test "audit: label errors of a catalogue" { finds label-error; }

# listed N: the catalogue lists the first N rows of test; their labels are theirs.
listed() {
    "$MNISTPREP_TEST_PYTHON" - "$1" <<'PY'
import gzip, json, sys
with gzip.open('set/raw/t10k-labels-idx1-ubyte.gz') as f:
    y = f.read()[8:]
c = json.load(open('set/catalogue.json'))
c['datasets'][0]['splits'][1]['label_errors'] = [
    {'row': i, 'given': y[i], 'guess': None} for i in range(int(sys.argv[1]))]
json.dump(c, open('set/catalogue.json', 'w'))
PY
}

# relabel N: the labels of the first N rows of test become others.
relabel() {
    "$MNISTPREP_TEST_PYTHON" - "$1" <<'PY'
import gzip, sys
path = 'data/planted/raw/t10k-labels-idx1-ubyte.gz'
with gzip.open(path.replace('data/planted', 'set')) as f:
    y = bytearray(f.read())
for i in range(int(sys.argv[1])):
    y[8 + i] = (y[8 + i] + 1) % 4
with open(path, 'wb') as f:
    f.write(gzip.compress(bytes(y)))
PY
}

@test "audit: a listed row that has another label is told, and no finding" {
    planted ''
    listed 5
    # labels that differ, findings, what is said
    while IFS='|' read -r n findings words; do
        relabel "$n"
        audit --json
        assert_status 0
        printf '%s\n' "$output" >a.json
        "$MNISTPREP_TEST_PYTHON" - "$n" "$findings" <<'PY'
import json, sys
n, findings = map(int, sys.argv[1:])
a = json.load(open('a.json'))['audit']
rows = [f['rows'][0]['row'] for f in a['findings']
        if f['kind'] == 'label-error']
assert rows == list(range(n, n + findings)), rows
assert a['unlike_listed'] == n, a['unlike_listed']
assert a['kinds']['label-error'] == {
    'findings': findings, 'rows': findings, 'searched': findings > 0}, a
PY
        audit
        assert_status 0
        [[ $output == *"$words"* ]] || seen "$words"
        [ "$n" -gt 0 ] || [[ $output != *'left out'* ]]
        audit --strict
        assert_status $((findings > 0 ? 3 : 0))
    done <<'TABLE'
0|5|known label errors: 5 findings, 5 rows
1|4|1 row listed as a label error has another label here, and is left out
2|3|2 rows listed as label errors have other labels here, and are left out
3|0|3 rows listed as label errors have other labels here, and are left out
5|0|5 rows listed as label errors have other labels here, and are left out
TABLE
}

# --- together

@test "audit: all kinds in one set" {
    finds all
    finds all --seed 2 --size 28x28 --train 400 --test 100
}

@test "audit: all kinds that need no square" {
    finds duplicate,across,conflict,conflict-across,blank,constant,near,near-across,range,empty,imbalance,label-error --size 6x14
}

@test "audit: three splits" {
    planted all --val 60
    all_forms '--catalogue set/catalogue.json stats planted --audit' \
        --raw set/raw --classes "$four" --plan set/plan.json \
        --set val set/raw/val-images-idx3-ubyte.gz \
        set/raw/val-labels-idx1-ubyte.gz
}

@test "audit: one split is compared with itself alone" {
    planted across,duplicate,near-across
    mp_to a.json --catalogue set/catalogue.json stats planted --audit --json \
        --split test
    assert_status 0
    see json a.json --raw set/raw --split test --classes "$four"
}

@test "audit: the figures beside the findings are the same" {
    planted all
    mp_to a.json --catalogue set/catalogue.json stats planted --audit --json
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" json a.json --audit \
        --raw set/raw --classes "$four" --dataset planted
}

@test "audit: data of one's own, with and without labels" {
    planted all
    # Its classes are its labels: none is out of range, those between are empty.
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
plan = json.load(open('set/plan.json'))
plan['findings'] = [f for f in plan['findings'] if f['kind'] == 'transposed']
json.dump(plan, open('own.json', 'w'))
PY
    mp_to a.json stats mine --from set/raw --audit --json
    assert_status 0
    see json a.json --raw set/raw --plan own.json
    x=set/raw/train-images-idx3-ubyte.gz
    planted duplicate,conflict,blank,constant,near
    all_forms "stats mine --images $x --audit" --set train "$x"
}

@test "audit: labels below zero" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
r = np.random.RandomState(1)
np.save('x.npy', r.randint(0, 256, (20, 5, 4)).astype('u1'))
y = np.arange(20) % 2
y[[3, 11]] = -5, -1
np.save('y.npy', y.astype('i4'))
PY
    all_forms "stats mine --images x.npy --labels y.npy --audit" \
        --set train x.npy y.npy
    # Whole numbers, for readers that tell them from others.
    mp stats mine --images x.npy --labels y.npy --audit --json
    grep -Eq '"label": ?-5[,}]?$|"label": ?-5[,} ]' <<<"$output" ||
        seen "-5 is no whole number here"
    [[ $output != *'-5.0'* ]] || seen "-5 is told as a fraction"
    mp stats mine --images x.npy --labels y.npy
    assert_status 3
    assert_no_stdout
    assert_one_error_line '\b3\b.*-5|-5.*\b3\b'
}

# --- near duplicates: none is missed, none invented

# clouds N SPREAD: rows around a few centres, many of them about 8 apart.
clouds() {
    "$MNISTPREP_TEST_PYTHON" - "$@" <<'PY'
import sys
import numpy as np
n, spread = int(sys.argv[1]), int(sys.argv[2])
r = np.random.RandomState(n)
centre = r.randint(40, 200, (5, 9, 7))
for split, rows in ('train', n), ('test', n // 3):
    k = r.randint(0, 5, rows)
    x = centre[k] + r.randint(-spread, spread + 1, (rows, 9, 7))
    # Some are brighter as a whole, some in one corner.
    x[::3] += r.randint(-9, 10, (len(x[::3]), 1, 1))
    x[::4, :3, :3] += r.randint(-30, 30, (len(x[::4]), 1, 1))
    np.save('%s-images.npy' % split, np.clip(x, 0, 255).astype('u1'))
    np.save('%s-labels.npy' % split, k.astype('u1'))
PY
}

@test "audit: clouds of near duplicates, for several thresholds" {
    mkdir clouds
    (cd clouds && clouds 240 10)
    for near in 8 3.5 12 0.5 255; do
        [ "$near" != 255 ] || (cd clouds && clouds 30 10)
        mp_to a.json stats mine --from clouds --audit --near "$near" --json
        assert_status 0
        see json a.json --set train clouds/train-images.npy \
            clouds/train-labels.npy --set test clouds/test-images.npy \
            clouds/test-labels.npy --near "$near"
    done
    "$MNISTPREP_TEST_PYTHON" -c '
import json
n = json.load(open("a.json"))["audit"]["kinds"]["near-duplicate"]
assert n["findings"] == 40 * 39 // 2, n'
}

@test "audit: --near off" {
    planted near,near-across
    mp_to a.json --catalogue set/catalogue.json stats planted --audit \
        --near off --json
    assert_status 0
    see json a.json --raw set/raw --classes "$four" --near 0
}

@test "audit: imbalance begins at twice as many" {
    for n in 19 20 21; do
        "$MNISTPREP_TEST_PYTHON" - "$n" <<'PY'
import sys
import numpy as np
n = int(sys.argv[1])
x = np.random.RandomState(1).randint(0, 256, (n + 25, 8, 5)).astype('u1')
np.save('x.npy', x)
np.save('y.npy', np.repeat([0, 2, 3], [n, 15, 10]).astype('u1'))
PY
        all_forms 'stats mine --images x.npy --labels y.npy --audit' \
            --set train x.npy y.npy
    done
}

@test "audit: a search that ends early says so" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
x = np.random.RandomState(1).randint(100, 104, (1500, 6, 6)).astype('u1')
np.save('x.npy', x)
PY
    mp_to a.json stats mine --images x.npy --audit --json
    assert_status 0
    mp_to a.txt stats mine --images x.npy --audit
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
a = json.load(open('a.json'))['audit']
text = open('a.txt').read()
n = a['kinds']['near-duplicate']['findings']
assert a['truncated'] is (n < 1500 * 1499 // 2), n
assert n >= 10000, n
assert not a['truncated'] or \
    ('early' in text and 'has all' not in text), text[-900:]
assert len(text[text.index('audit:'):].split('\n')) < 20, text
PY
}

# --- text, exit status, what else uses it

@test "audit: --strict" {
    planted duplicate
    audit --strict
    assert_status 3
    assert_one_error_line '^mnistprep stats: .*\b4 findings\b.*;'
    [ -n "$output" ]
    want=$output
    audit
    assert_status 0
    assert_stdout "$want"
    for form in --json --tsv; do
        audit "$form" --strict
        assert_status 3
        assert_one_error_line '\b4 findings\b.*;'
        want=$output
        audit "$form"
        assert_status 0
        assert_stdout "$want"
    done
    planted blank-conflict
    audit --strict
    assert_status 3
    assert_stderr_line_count 1
}

@test "audit: the same bytes, whatever the number of threads" {
    planted all --train 400
    audit --json
    want=$output
    for jobs in 1 2 3 8; do
        audit --json -j "$jobs"
        assert_status 0
        assert_stdout "$want"
    done
}

@test "audit: prep --drop-duplicates drops the rows that are called equal" {
    planted duplicate,across,conflict,conflict-across,blank,constant,near
    mp -q --catalogue set/catalogue.json prep planted --drop-duplicates -o out
    assert_status 0
    audit --json
    printf '%s\n' "$output" >a.json
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import gzip, json
import numpy as np
a = json.load(open('a.json'))
gone, flat = set(), {}
with gzip.open('set/raw/train-images-idx3-ubyte.gz') as f:
    x = {'train': np.frombuffer(f.read(), 'u1', offset=16).reshape(-1, 144)}
with gzip.open('set/raw/t10k-images-idx3-ubyte.gz') as f:
    x['test'] = np.frombuffer(f.read(), 'u1', offset=16).reshape(-1, 144)
groups = []
for f in a['audit']['findings']:
    rows = [(r['split'], r['row']) for r in f['rows']]
    if f['kind'] in ('duplicate', 'duplicate-across', 'label-conflict'):
        groups.append(rows)
    elif f['kind'] in ('blank', 'constant'):
        for r in rows:
            flat.setdefault(x[r[0]][r[1]][0], []).append(r)
for rows in groups + list(flat.values()):
    train = [r for s, r in rows if s == 'train']
    gone |= set(train if len(train) < len(rows) else train[1:])
kept = np.fromfile('out/train-rows.u32', '<u4').tolist()
count = a['splits']['train']['count']
assert kept == [r for r in range(count) if r not in gone], (kept, gone)
assert len(gone) > 8, gone
PY
    mp_to b.json --catalogue set/catalogue.json stats planted --from out \
        --audit --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
k = json.load(open('b.json'))['audit']['kinds']
assert k['duplicate-across']['findings'] == 0, k
assert k['label-conflict']['findings'] == 0, k
assert k['duplicate']['findings'] == 2, k  # those within test
PY
}

@test "audit: prepared sets tell their own rows, and those of the source" {
    planted label-error,duplicate,near --val 0
    mp -q --catalogue set/catalogue.json prep planted --shuffle --seed 3 \
        --val 40 -o out
    assert_status 0
    mp_to a.json --catalogue set/catalogue.json stats planted --from out \
        --audit --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
import numpy as np
plan = json.load(open('set/plan.json'))['findings']
m = json.load(open('out/dataset.json'))
rows = {s: np.fromfile('out/%s-rows.u32' % s, '<u4').tolist()
        for s in m['splits']}
source = {'train': 'train', 'val': 'train', 'test': 'test'}
got = json.load(open('a.json'))['audit']
want, have = {}, {}
for f in plan:
    kind = f['kind'].replace('-across', '')
    want.setdefault(kind, set()).add(frozenset(map(tuple, f['rows'])))
for f in got['findings']:
    for r in f['rows']:
        assert rows[r['split']][r['row']] == r['source_row'], f
    have.setdefault(f['kind'].replace('-across', ''), set()).add(frozenset(
        (source[r['split']], r['source_row']) for r in f['rows']))
for kind in 'label-error', 'duplicate', 'near-duplicate':
    assert have[kind] == want[kind], (kind, have[kind], want[kind])
PY
}

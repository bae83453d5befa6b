#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats: the same figures in text, JSON and TSV, from wherever the rows come.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load stats

names=zero,one,two,three,four,five,six,seven,eight,nine

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 300 --test 70
    fixture dataset few --train 33 --test 1 --classes 3 --height 5 --width 11
    fixture catalogue tiny.json --name tiny --dir src --name few --dir few
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import gzip, os, struct
import numpy as np


def idx(path, a):
    head = struct.pack('>4B%dI' % a.ndim, 0, 0, 8, a.ndim, *a.shape)
    with open(path, 'wb') as f:
        f.write(head + a.astype('u1').tobytes())


r = np.random.RandomState(4)
# Levels and pixels of every kind: always 0, always 9, never the same.
os.mkdir('mixed')
for split, n in (('train', 120), ('t10k', 31)):
    x = r.randint(0, 256, (n, 6, 9))
    x[:, 0] = 0
    x[:, 1, :4] = 9
    x[:, 2] *= r.randint(0, 2, (n, 9))
    y = r.choice([0, 1, 3, 6], n, p=[.7, .1, .1, .1])
    idx('mixed/%s-images-idx3-ubyte' % split, x)
    idx('mixed/%s-labels-idx1-ubyte' % split, y)
os.mkdir('bare')  # without labels
idx('bare/train-images-idx3-ubyte', r.randint(0, 9, (50, 4, 4)))
idx('none-images-idx3-ubyte', np.zeros((0, 4, 5)))
idx('none-labels-idx1-ubyte', np.zeros(0))
idx('dot-images-idx3-ubyte', np.full((1, 1, 1), 200))
idx('dot-labels-idx1-ubyte', np.zeros(1))
PY
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
    put_raw "$f/src" tiny
    put_raw "$f/few" few
}

@test "forms: a generated set" {
    forms tiny --raw "$f/src" --classes "$names"
}

@test "forms: pictures that are not square, few classes, one row" {
    forms few --raw "$f/few" --classes zero,one,two --dataset few
}

@test "forms: one split" {
    forms 'tiny --split test' --raw "$f/src" --classes "$names" --split test
    forms 'tiny --split train' --raw "$f/src" --classes "$names" --split train
}

@test "forms: a directory of one's own, classes without rows, constant pixels" {
    forms "mine --from $f/mixed" --raw "$f/mixed" --dataset mine --view own
    forms "mine --from $f/mixed --split test" --raw "$f/mixed" --dataset mine \
        --view own --split test --classes 0,1,2,3,4,5,6
}

@test "forms: two files of one's own" {
    x=$f/mixed/t10k-images-idx3-ubyte y=$f/mixed/t10k-labels-idx1-ubyte
    forms "mine --images $x --labels $y" --set train "$x" "$y" \
        --dataset mine --view own
    forms "mine --images $x --labels $y --split odd" --set odd "$x" "$y" \
        --dataset mine --view own
}

@test "forms: without labels" {
    forms "mine --from $f/bare" --raw "$f/bare" --dataset mine --view own
    x=$f/mixed/train-images-idx3-ubyte
    forms "mine --images $x" --set train "$x" --dataset mine --view own
    stats_to s.json mine --images "$x" --json
    grep -q '"labels": null' s.json
}

@test "forms: one pixel of one row" {
    x=$f/dot-images-idx3-ubyte y=$f/dot-labels-idx1-ubyte
    forms "mine --images $x --labels $y" --set train "$x" "$y" \
        --dataset mine --view own
}

@test "forms: a split without rows" {
    x=$f/none-images-idx3-ubyte y=$f/none-labels-idx1-ubyte
    mp stats mine --images "$x" --labels "$y" --json
    # No rows: no classes of one's own. To refuse it is as good.
    if [ "$status" -ne 0 ]; then
        assert_status 3
        assert_no_stdout
        assert_one_error_line 'none-'
        return
    fi
    printf '%s\n' "$output" >s.json
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
s = json.load(open('s.json'))['splits']['train']
assert s['count'] == 0 and s['shape'] == [4, 5], s
p = s['pixels']
assert p['mean'] is None and p['std'] is None, p
assert p['sum'] == p['zeros'] == 0 and p['histogram'] == [0] * 256, p
PY
    stats_to s.txt mine --images "$x" --labels "$y"
    run -1 grep -iE 'nan|inf' s.txt
}

@test "forms: prepared sets" {
    n=0
    while read -r words; do
        n=$((n + 1))
        read -ra recipe <<<"$words"
        mp -q --catalogue "$f/tiny.json" prep tiny -o "p$n" "${recipe[@]}"
        assert_status 0
        forms "tiny --from p$n" --raw "$f/src" --classes "$names" \
            --view prepared
    done <<'END'
--scale unit --dtype f32
--scale signed --dtype f16
--scale standard --dtype f64 --format npy
--scale none --dtype u8 --format idx
END
    mp -q --catalogue "$f/tiny.json" prep tiny --scale 0.1307,0.3081
    assert_status 0
    forms 'tiny --prepared' --raw "$f/src" --classes "$names" --view prepared
}

@test "forms: reals of the table are those of JSON, digit by digit" {
    stats_to s.json tiny --json
    stats_to s.tsv tiny --tsv
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
d = json.load(open('s.json'), parse_float=str)['splits']
n = 0
for line in open('s.tsv').read().splitlines()[1:]:
    w = line.split('\t')
    s = d[w[0]]
    if w[1] == 'all':
        assert w[6:8] == [s['pixels']['mean'], s['pixels']['std']], line
    else:
        c = s['classes'][int(w[1])]
        assert [w[4]] + w[6:8] == [c['share'], c['mean'], c['std']], line
    n += 1
assert n == 22, n
PY
}

# --- names

@test "names: hostile and long ones, in all forms" {
    "$MNISTPREP_TEST_PYTHON" - "$f/tiny.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d['datasets'] = d['datasets'][:1]
d['datasets'][0]['classes'] = [
    'a\tb', 'c\nd', '\x1b[31mred', 'x' * 200, '\u4e2d' * 90,
    '\u202eesrever', '<script>alert(1)</script>', 'na\u00efve', '\x9b31m',
    '"quoted" & \'all\'']
json.dump(d, open('hostile.json', 'w'))
PY
    for form in '' --json '--tsv' '--tsv --table levels' --audit \
        '--audit --tsv'; do
        for locale in C C.UTF-8; do
            read -ra words <<<"$form"
            LC_ALL=$locale mp_to out --catalogue hostile.json stats tiny \
                "${words[@]}"
            assert_status 0
            assert_no_stderr
            if [[ $form = *tsv* ]]; then
                tr '\t' ' ' <out >plain
            else
                cp out plain
            fi
            oracle clean-text plain
            [ -s plain ]
        done
    done
    mp_to s.json --catalogue hostile.json stats tiny --json
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
names = json.load(open('hostile.json'))['datasets'][0]['classes']
d = json.load(open('s.json'))
assert [c['name'] for c in d['splits']['test']['classes']] == names
PY
    for locale in C C.UTF-8; do
        LC_ALL=$locale mp_to s.txt --catalogue hostile.json stats tiny --audit
        "$MNISTPREP_TEST_PYTHON" - <<'PY'
text = open('s.txt', encoding='utf-8').read()
for line in text.splitlines():
    assert len(line) <= 80, line
assert 'xxxxxxx' in text and 'x..' in text
PY
    done
    mp_to s.tsv --catalogue hostile.json stats tiny --tsv
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
lines = open('s.tsv', encoding='utf-8').read().split('\n')
assert lines.pop() == '' and len(lines) == 23, len(lines)
assert {line.count('\t') for line in lines} == {10}
PY
}

@test "names: long ones of datasets and splits" {
    x=$f/mixed/t10k-images-idx3-ubyte y=$f/mixed/t10k-labels-idx1-ubyte
    long=$(printf 'n%.0s' {1..200})
    for words in "$long --split short" "short --split ${long:0:40}"; do
        read -ra args <<<"$words"
        mp_to s.txt stats "${args[@]}" --images "$x" --labels "$y"
        [ "$status" -eq 0 ] || {
            assert_status 2
            assert_one_error_line .
            continue
        }
        "$MNISTPREP_TEST_PYTHON" -c '
for line in open("s.txt", encoding="utf-8"):
    assert len(line) <= 81, line'
    done
}

# --- where blocks are drawn

# blocks yes|no: in what was written.
blocks() {
    local has=no
    ! LC_ALL=C grep -q '[^ -~]' s.txt || has=yes
    [ "$has" = "$1" ] || seen "blocks: $has, not $1"
}

@test "bars: blocks where the locale has them" {
    stats_env() {
        env -u LC_ALL -u LC_CTYPE -u LANG "$@" "$MNISTPREP" \
            --catalogue "$f/tiny.json" stats tiny >s.txt
    }
    stats_env
    blocks no
    stats_env LANG=C.UTF-8
    blocks yes
    stats_env LANG=de_DE.utf8
    blocks yes
    stats_env LC_CTYPE=C LANG=C.UTF-8
    blocks no
    stats_env LC_ALL=C LC_CTYPE=C.UTF-8 LANG=C.UTF-8
    blocks no
    stats_env LC_ALL= LC_CTYPE= LANG=en_US.UTF-8
    blocks yes
    stats_env LANG=de_DE.ISO-8859-1
    blocks no
    stats_env LANG=C.UTF-8 TERM=dumb
    blocks no
    stats_env LANG=C.UTF-8 TERM=linux
    blocks no
    stats_env LANG=C.UTF-8 TERM=xterm COLUMNS=20
    blocks yes
    cp s.txt narrow.txt
    stats_env LANG=C.UTF-8 TERM=xterm COLUMNS=400
    assert_same narrow.txt s.txt
}

# --- errors

refused() {
    local want=$1 regex=$2
    shift 2
    stats "$@"
    assert_status "$want" || return 1
    assert_no_stdout || return 1
    assert_one_error_line "$regex"
}

@test "errors: options that do not go together" {
    refused 2 'json.*tsv|tsv.*json' tiny --json --tsv
    refused 2 table tiny --table levels
    refused 2 table tiny --json --table levels
    refused 2 'rows|table' tiny --tsv --table rows
    refused 2 audit tiny --tsv --table findings
    refused 2 audit tiny --strict
    refused 2 audit tiny --near 4
    refused 2 'plot' tiny --panels labels
    refused 2 'plot' tiny --zoom 2
    refused 2 labels mine --labels "$f/mixed/t10k-labels-idx1-ubyte"
    refused 2 'from.*images|images.*from' mine --from "$f/mixed" \
        --images "$f/mixed/t10k-images-idx3-ubyte"
    refused 2 'prepared.*from|from.*prepared' tiny --prepared --from "$f/mixed"
    refused 2 'prepared.*images|images.*prepared' tiny --prepared \
        --images "$f/mixed/t10k-images-idx3-ubyte"
    refused 2 as-published tiny --prepared --as-published
    refused 2 as-published mine --from "$f/mixed" --as-published
    for near in -1 x 8x '' nan inf; do
        refused 2 near tiny --audit --near "$near"
    done
}

@test "errors: what is not there" {
    refused 1 'mnistprep fetch mnist'
    refused 1 'mnistprep prep tiny' tiny --prepared
    refused 2 val tiny --split val
    stats mine --from nowhere
    [ "$status" -ne 0 ]
    assert_no_stdout
    assert_one_error_line nowhere
    assert_no_leftovers . 'data/*/raw/*'
}

@test "errors: a full disk behind standard output" {
    for form in '' --json --tsv --audit; do
        read -ra words <<<"$form"
        mp_to /dev/full --catalogue "$f/tiny.json" stats tiny "${words[@]}"
        assert_status 1
        assert_one_error_line 'standard output'
    done
}

@test "errors: a label that is no class is one, but a finding in an audit" {
    fixture label "$f/src/train-labels-idx1-ubyte.gz" \
        data/tiny/raw/train-labels-idx1-ubyte.gz --row 17 --value 10
    for form in '' --json --tsv; do
        read -ra words <<<"$form"
        refused 3 '\b17\b.*\b10\b|\b10\b.*\b17\b' tiny "${words[@]}"
    done
    stats tiny --audit
    assert_status 0
    assert_no_stderr
}

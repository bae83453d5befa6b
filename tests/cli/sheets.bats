#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dump: sheets pixel for pixel, and which rows stand on them.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # No two pictures are the same: a picture tells its row.
    fixture dataset src --train 60 --test 12 --height 9 --width 7
    fixture catalogue tiny.json --name tiny --dir src
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
    put_raw "$f/src" tiny
}

dump() {
    mp --catalogue "$f/tiny.json" dump tiny "$@"
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" "$@" --raw "$f/src"
}

# rows_of SHEET CxR ZOOM PADDING [SPLIT]: the rows that stand on a sheet without
# captions, in order, one word; a white cell is -. SHEET may be several, in one
# word: a line for each.
rows_of() {
    "$MNISTPREP_TEST_PYTHON" - "$f/src" "$@" <<'PY'
import gzip, sys
import numpy as np
from PIL import Image
src, sheets, grid, z, p = sys.argv[1:6]
stem = {'test': 't10k'}.get(sys.argv[6] if len(sys.argv) > 6 else '', 'train')
with gzip.open('%s/%s-images-idx3-ubyte.gz' % (src, stem)) as f:
    x = np.frombuffer(f.read(), 'u1', offset=16).reshape(-1, 9, 7)
row = {a.tobytes(): str(i) for i, a in enumerate(x)}
row[b'\xff' * 63] = '-'
z, p = int(z), int(p)
cols, rows = map(int, grid.split('x'))
for sheet in sheets.split():
    a = np.array(Image.open(sheet))
    assert a.shape == (p + rows * (9 * z + p), p + cols * (7 * z + p)), a.shape
    print(','.join(row[a[p + r * (9 * z + p):, p + c * (7 * z + p):]
                       [:9 * z:z, :7 * z:z].tobytes()]
                   for r in range(rows) for c in range(cols)))
PY
}

# words ROWS [SPLIT]: 1,2 becomes train:1,train:2
words() {
    local split=${2-train}
    printf '%s:%s' "$split" "${1//,/,$split:}"
}

# labels [STEM]: one a line
labels() {
    zcat "$f/src/${1-train}-labels-idx1-ubyte.gz" | tail -c +9 |
        od -An -v -tu1 -w1 | tr -d ' '
}

# labels_of ROWS: of rows of train.
labels_of() {
    local row out=''
    for row in ${1//,/ }; do
        out+=,$(labels | sed -n "$((row + 1))p")
    done
    echo "${out#,}"
}

distinct() {
    [ -z "$(tr , '\n' <<<"$1" | sort | uniq -d)" ] || seen "twice: $1"
}

# refused REGEX ARGS...: one line, status 2, nothing written.
refused() {
    local regex=$1
    shift
    dump "$@"
    assert_status 2 || return 1
    assert_no_stdout || return 1
    assert_one_error_line "$regex" || return 1
    assert_no_leftovers . 'data/tiny/raw/*' "${kept[@]}"
}

# --- pixels

@test "sheets: grid, zoom, padding" {
    while read -r grid zoom padding count; do
        dump --grid "$grid" --zoom "$zoom" --padding "$padding" -f -o s.png
        assert_status 0
        assert_stdout s.png
        rows=$(seq -s, 0 $((count - 1)))
        see sheet s.png --grid "$grid" --zoom "$zoom" --padding "$padding" \
            --rows "$(words "$rows")"
    done <<'END'
3x2 1 0 6
1x1 5 3 1
5x4 2 4 20
10x6 3 1 60
2x7 1 17 14
END
    dump --grid 4x3 -f -o s.png
    see sheet s.png --grid 4x3 --rows "$(words "$(seq -s, 0 11)")"
}

@test "sheets: more cells than rows" {
    dump --grid 9x8 --zoom 1 -o s.png
    assert_status 0
    see sheet s.png --grid 9x8 --zoom 1 --rows "$(words "$(seq -s, 0 59)")"
    dump --split test --grid 4x4 --count 5 --zoom 2 -o t.png
    assert_status 0
    see sheet t.png --grid 4x4 --zoom 2 --rows "$(words 0,1,2,3,4 test)"
}

@test "sheets: --index in its own order, rows may come twice" {
    dump --index 9,3,3,40-42 --grid 3x2 -o s.png
    assert_status 0
    see sheet s.png --grid 3x2 --rows "$(words 9,3,3,40,41,42)"
}

@test "sheets: captions" {
    for zoom in 1 2 10; do
        dump --grid 5x3 --captions --zoom "$zoom" -f -o s.png
        assert_status 0
        see sheet s.png --grid 5x3 --captions --zoom "$zoom" \
            --rows "$(words "$(seq -s, 0 14)")"
    done
    dump --grid 5x3 --captions --zoom 2 --padding 11 -f -o s.png
    see sheet s.png --grid 5x3 --captions --zoom 2 --padding 11 \
        --rows "$(words "$(seq -s, 0 14)")"
}

# --- classes

@test "sheets: --per-class, class by class" {
    dump --per-class 2 --grid 5x4 --zoom 1 -o s.png
    assert_status 0
    want=''
    for k in {0..9}; do
        rows=$(labels | grep -nx "$k" | head -2 | cut -d: -f1)
        for row in $rows; do want+=,$((row - 1)); done
    done
    see sheet s.png --grid 5x4 --zoom 1 --rows "$(words "${want#,}")"
    dump --per-class 2 --grid auto --zoom 1 -o a.png
    assert_status 0
    see sheet a.png --grid 2x10 --zoom 1 --rows "$(words "${want#,}")"
    dump --per-class 2 --grid auto --zoom 1 --captions -o c.png
    assert_status 0
    see sheet c.png --grid 2x10 --zoom 1 --captions \
        --rows "$(words "${want#,}")"
}

@test "sheets: --per-class, single pictures" {
    dump --per-class 1 --zoom 2 -o .
    assert_status 0
    want=''
    for k in {0..9}; do
        row=$(labels | grep -nxm1 "$k")
        name=$(printf './train-%05d-%d.png' $((${row%%:*} - 1)) "$k")
        want+=$name$'\n'
        see picture "$name" --zoom 2 --rows train:$((${row%%:*} - 1))
    done
    assert_stdout "${want%$'\n'}"
}

@test "sheets: --per-class with fewer rows than that: a row of the grid each" {
    k=$(labels t10k | sort | uniq -c | awk '$1 == 1 { print $2; exit }')
    [ -n "$k" ]
    dump --split test --per-class 2 --grid auto --zoom 1 -o s.png
    assert_status 0
    got=$(rows_of s.png 2x10 1 4 test)
    mapfile -t cells < <(tr , '\n' <<<"$got")
    labels t10k >labels.txt
    for k in {0..9}; do
        n=$(grep -cx "$k" labels.txt) || true
        mapfile -t mine < <(grep -nx "$k" labels.txt | head -2 | cut -d: -f1)
        for i in 0 1; do
            want=-
            [ "$i" -ge "$n" ] || want=$((mine[i] - 1))
            [ "${cells[2 * k + i]}" = "$want" ] || seen "class $k: $got"
        done
    done
}

@test "sheets: U08, twice the same" {
    dump --grid 5x4 --per-class 2 --seed 7 -o s.png
    assert_status 0
    assert_stdout s.png
    dump --grid 5x4 --per-class 2 --seed 7 -o again.png
    assert_same s.png again.png
    dump --grid 5x4 --per-class 2 --random --seed 7 -o again2.png
    assert_same s.png again2.png
    rows=$(rows_of s.png 5x4 4 4)
    distinct "$rows"
    [ "$(labels_of "$rows")" = 0,0,1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8,9,9 ]
    see sheet s.png --grid 5x4 --rows "$(words "$rows")"
    dump --grid 5x4 --per-class 2 --seed 8 -o other.png
    [ "$(rows_of other.png 5x4 4 4)" != "$rows" ]
    if command -v pngcheck; then pngcheck -q s.png; fi
}

@test "sheets: by threads, locale and directory the same bytes" {
    dump --grid 5x4 --captions --seed 7 -o s.png
    mkdir 'a b'
    cd 'a b'
    LC_ALL=C mp --catalogue "$f/tiny.json" dump -C ../data tiny --grid 5x4 \
        --captions --seed 7 -o x.png
    assert_status 0
    assert_same ../s.png x.png
}

# --- random

@test "random: --seed, no row twice, every row possible" {
    dump --random --count 60 --grid 10x6 --zoom 1 -o all.png
    assert_status 0
    all=$(rows_of all.png 10x6 1 4)
    distinct "$all"
    [ "$all" != "$(seq -s, 0 59)" ]
    [ "$(tr , '\n' <<<"$all" | sort -n | paste -sd,)" = "$(seq -s, 0 59)" ]
    dump --random --seed 0 --count 60 --grid 10x6 --zoom 1 -o zero.png
    assert_same all.png zero.png
    for seed in {1..60} 18446744073709551615; do
        dump --seed "$seed" --count 6 --grid 6x1 --zoom 1 -o "r-$seed.png"
        assert_status 0
    done
    rows_of "$(echo r-*.png)" 6x1 1 4 >seen
    while read -r rows; do distinct "$rows"; done <seen
    [ "$(sort -u seen | wc -l)" -eq 61 ]
    # 366 draws: each row is expected six times, in each place now and then.
    [ "$(tr , '\n' <seen | sort -u | wc -l)" -ge 58 ]
    [ "$(cut -d, -f1 seen | sort -u | wc -l)" -ge 25 ]
    # In the order chosen: not sorted.
    while read -r line; do
        tr , '\n' <<<"$line" | sort -nC || echo mixed
    done <seen | grep -c mixed | { read -r n && [ "$n" -ge 55 ]; }
}

@test "random: evenly" {
    "$MNISTPREP_TEST_PYTHON" - "$MNISTPREP" "$f/tiny.json" <<'PY'
import collections, subprocess, sys
count, first = collections.Counter(), collections.Counter()
for seed in range(200):
    out = subprocess.run([sys.argv[1], '--catalogue', sys.argv[2], 'dump',
                          'tiny', '--split', 'test', '--seed', str(seed),
                          '--count', '3', '-f', '-o', '.'],
                         capture_output=True, check=True)
    names = out.stdout.split()
    count.update(names)
    first[names[0]] += 1
assert len(count) == len(first) == 12, count
# 11 degrees of freedom: 31.3 is passed once in a thousand. Three of twelve that
# are never the same differ by 9/11 of that.
chi = sum((n - 50) ** 2 / 50 for n in count.values())
assert chi < 31.3 * 9 / 11, (chi, count)
chi = sum((n - 200 / 12) ** 2 / (200 / 12) for n in first.values())
assert chi < 31.3, (chi, first)
PY
}

@test "random: within a class, and of each class" {
    n=$(labels | grep -cx 3)
    dump --class 3 --random --count "$n" --grid "${n}x1" --zoom 1 -o s.png
    assert_status 0
    rows=$(rows_of s.png "${n}x1" 1 4)
    distinct "$rows"
    [ "$(labels_of "$rows" | tr , '\n' | sort -u)" = 3 ]
    [ "$(tr , '\n' <<<"$rows" | wc -l)" -eq "$n" ]
    dump --class three --seed 5 --count 2 --grid 2x1 --zoom 1 -o t.png
    assert_status 0
    [ "$(labels_of "$(rows_of t.png 2x1 1 4)")" = 3,3 ]
    kept=(s.png t.png)
    refused seed --seed x
    refused seed --seed -1
    refused seed --seed 18446744073709551616
}

# --- rows from a file

@test "rows: of several splits, with all that is passed over" {
    printf '%s\n' $'split\trow\tlabel\tfinding' $'test\t3\t1\tblank' '' \
        '# mine' $'train\t17' 5 $'train\t\t\timbalance' $'test\t0\t' >list
    dump --rows list --grid auto -o s.png
    assert_status 0
    see sheet s.png --grid 2x2 --rows test:3,train:17,train:5,test:0
    dump --rows - --grid auto -o t.png <list
    assert_status 0
    assert_same s.png t.png
    printf 'test\t3\r\n' >crlf
    dump --rows crlf --grid 1x1 -o u.png
    [ "$status" -ne 0 ] || see sheet u.png --grid 1x1 --rows test:3
    printf 'test\t3' >noeol
    dump --rows noeol --grid 1x1 -o v.png
    assert_status 0
    see sheet v.png --grid 1x1 --rows test:3
    dump --rows list --grid 4x1 --captions -o c.png
    assert_status 0
    see sheet c.png --grid 4x1 --captions --rows-in-captions \
        --rows test:3,train:17,train:5,test:0
    dump --rows list -o .
    assert_status 0
    [ "$(wc -l <<<"$output")" -eq 4 ]
    [[ $output = ./test-00003-?.png$'\n'./train-00017-?.png$'\n'* ]]
    # A number alone is a row of the split that is asked for.
    echo 5 >five
    dump --rows five --split test --grid 1x1 -o w.png
    assert_status 0
    see sheet w.png --grid 1x1 --rows test:5
}

@test "rows: from the table of an audit, through grep" {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_planted.py" set \
        --plant blank,duplicate,imbalance
    put_raw set/raw planted
    "$MNISTPREP" --catalogue set/catalogue.json stats planted --audit --tsv \
        >audit.tsv
    grep -E 'blank|^split' audit.tsv >blank.tsv
    [ "$(wc -l <blank.tsv)" -eq 4 ]
    for list in blank.tsv audit.tsv; do
        mp_in "$list" --catalogue set/catalogue.json dump planted --rows - \
            --grid auto --captions -o "$list.png"
        assert_status 0
    done
    rows=$(awk -F'\t' '$1 != "split" && $2 != "" { print $1 ":" $2 }' \
        audit.tsv | paste -sd,)
    n=$(tr , '\n' <<<"$rows" | wc -l)
    [ "$n" -eq 12 ]
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" sheet audit.tsv.png \
        --raw set/raw --grid 4x3 --captions --rows-in-captions --rows "$rows"
}

@test "rows: errors name the line" {
    kept=(list)
    while IFS='|' read -r text regex; do
        printf '7\n%b\n' "$text" >list
        refused "$regex" --rows list --grid auto -o s.png
    done <<'END'
x|\b2\b
train\tx|\b2\b
train\t60|\b2\b.*\b60\b|\b60\b.*\b2\b
val\t3|\b2\b.*val
train\t-1|\b2\b
train\t99999999999999999999999|\b2\b
train\t1.5|\b2\b
train 3|\b2\b
\t3|\b2\b
train\\x1b\t3|\b2\b
END
    : >list
    refused 'no rows|row' --rows list --grid auto -o s.png
    printf 'split\trow\n' >list
    refused 'no rows|row' --rows list --grid auto -o s.png
    printf '7\n\0\n' >list
    refused '\b2\b' --rows list --grid auto -o s.png
    head -c 3000000 /dev/zero | tr '\0' 7 >list
    refused '\b1\b' --rows list --grid auto -o s.png
    kept=()
    rm list
    dump --rows list --grid auto -o s.png
    assert_status 1
    assert_one_error_line list
    assert_absent s.png
}

# --- names

@test "names: as many digits as the count needs, and they sort" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
np.save('x.npy', (np.arange(100001) % 256).astype('u1').reshape(-1, 1, 1))
np.save('y.npy', (np.arange(100001) % 10).astype('u1'))
PY
    mp dump mine --images x.npy --labels y.npy --index 7,99999,100000 -o .
    assert_status 0
    assert_stdout './train-000007-7.png
./train-099999-9.png
./train-100000-0.png'
    sort -c <<<"$output"
    mp dump mine --images x.npy --split odd --index 7 -o .
    assert_status 0
    assert_stdout ./odd-000007.png
}

@test "names: without labels" {
    dump --split test --index 3 --zoom 1 -o .
    mp dump mine --images "$f/src/t10k-images-idx3-ubyte.gz" --split test \
        --index 3 --zoom 1 -o .
    assert_status 0
    assert_stdout ./test-00003.png
    assert_same test-00003.png test-00003-*.png
    mp dump mine --images "$f/src/t10k-images-idx3-ubyte.gz" --class 3 -o .
    assert_status 2
    assert_one_error_line label
    mp dump mine --images "$f/src/t10k-images-idx3-ubyte.gz" --per-class 1 -o .
    assert_status 2
    assert_one_error_line label
    mp dump mine --images "$f/src/t10k-images-idx3-ubyte.gz" --grid 3x2 \
        --captions -o s.png
    assert_status 0
    assert_absent train-00000.png
}

# --- errors

@test "errors: what is no number, too large, or does not go together" {
    for grid in 0x3 3x0 3 x 3x 3x3x3 -1x3 3x3.5 auto2 99999999999x2; do
        refused grid --grid "$grid" -o s.png
    done
    refused 'large|many|grid' --grid 20000x20000 -o s.png
    for padding in -1 x 4294967296 1.5 ''; do
        refused padding --grid 2x2 --padding "$padding" -o s.png
    done
    refused 'large|padding' --grid 2x2 --padding 1000000 -o s.png
    for k in 0 -1 x ''; do
        refused per-class --per-class "$k"
        refused count --count "$k"
    done
    refused zoom --zoom 0
    refused 'per-class' --per-class 2 --index 3
    refused 'per-class' --per-class 2 --class 3
    refused 'class' --class 3 --index 3
    echo 3 >list
    kept=(list)
    refused rows --rows list --index 3
    refused rows --rows list --class 3
    refused rows --rows list --per-class 3
    refused 'rows|random' --rows list --random
    refused 'index|random' --index 3 --random
    kept=()
    rm list
    refused 'preview' --preview -o s.png
    refused 'preview' --protocol ascii
    refused 'protocol' --preview --protocol vt100
    refused 'class' --class eleven
    refused '60' --index 60
    refused val --split val
}

@test "errors: one picture to standard output, a foreign file, a full disk" {
    mp_to one.png --catalogue "$f/tiny.json" dump tiny --index 3 -o -
    assert_status 0
    see picture one.png --rows train:3
    rm one.png
    refused . --count 2 -o -
    mp_to sheet.png --catalogue "$f/tiny.json" dump tiny --grid 3x2 -o -
    assert_status 0
    see sheet sheet.png --grid 3x2 --rows "$(words 0,1,2,3,4,5)"
    rm sheet.png
    echo precious >s.png
    kept=(s.png)
    refused 's\.png.*(--force|-f)' --grid 2x2 -o s.png
    [ "$(cat s.png)" = precious ]
    mp_to /dev/full --catalogue "$f/tiny.json" dump tiny --grid 2x2 -o -
    assert_status 1
    assert_one_error_line .
}

@test "errors: damaged files leave nothing" {
    fixture truncate "$f/src/train-images-idx3-ubyte.gz" \
        data/tiny/raw/train-images-idx3-ubyte.gz --keep 700
    for words in '--grid 9x6 -o s.png' '--count 60 -o .' \
        '--per-class 3 --grid auto -o s.png' '--random --grid 3x3 -o s.png'; do
        read -ra args <<<"$words"
        dump "${args[@]}"
        assert_status 3
        assert_one_error_line 'train-images-idx3-ubyte\.gz'
        assert_absent s.png
    done
}

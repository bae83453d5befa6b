#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats and dump of prepared sets: the grey levels come back exactly, or not at
# all. And a hostile report.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

names=zero,one,two,three,four,five,six,seven,eight,nine

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 90 --test 40 --height 6 --width 8
    fixture catalogue tiny.json --name tiny --dir src
    put_raw src tiny
    "$MNISTPREP" --catalogue tiny.json stats tiny --json >raw.json
    "$MNISTPREP" --catalogue tiny.json dump tiny --index 0-89 --zoom 1 \
        --grid 10x9 -o raw.png
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
    cp -r "$f/data" .
}

tiny() {
    mp --catalogue "$f/tiny.json" "$@"
}

# prepared ARGS...: the default set.
prepared() {
    tiny -q prep tiny -f "$@"
    assert_status 0 || return 1
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_oracle.py" "$@"
}

# as_raw: figures and pictures of the prepared set are those of the raw files.
as_raw() {
    mp_to p.json --catalogue "$f/tiny.json" stats tiny --prepared --json
    assert_status 0 || return 1
    assert_no_stderr || return 1
    sed 's/"view": "prepared"/"view": "raw"/' p.json >p2.json
    assert_same "$f/raw.json" p2.json || return 1
    tiny dump tiny --prepared --index 0-89 --zoom 1 --grid 10x9 -f -o p.png
    assert_status 0 || return 1
    assert_same "$f/raw.png" p.png
}

# refused STATUS REGEX: stats and dump, each with one line, nothing left.
refused() {
    local command
    for command in 'stats --json' stats 'stats --audit' 'dump --count 90' \
        'dump --grid 10x9 -o s.png' 'dump --random --count 90'; do
        # shellcheck disable=SC2086 # words are meant
        tiny $command tiny --prepared
        assert_status "$1" || seen "$command" || return 1
        assert_no_stdout || return 1
        assert_one_error_line "$2" || return 1
        assert_absent s.png || return 1
    done
}

# each_scale ARGS...: with every scale, the same as raw.
each_scale() {
    local scale
    for scale in unit signed standard pixel-standard none 0.1307,0.3081 \
        0.5,0.5; do
        prepared --scale "$scale" "$@" || return 1
        as_raw || seen "--scale $scale $*" || return 1
    done
}

@test "prepared: every scale, f32" { each_scale --dtype f32; }
@test "prepared: every scale, f64" { each_scale --dtype f64; }
@test "prepared: every scale, f16" { each_scale --dtype f16; }
@test "prepared: every scale, npy" { each_scale --format npy; }
@test "prepared: every scale, idx" { each_scale --format idx; }
@test "prepared: every scale, chw" { each_scale --layout chw; }
@test "prepared: every scale, hwc" { each_scale --layout hwc --format npy; }

@test "prepared: u8, and bf16 where no levels merge" {
    for format in bin npy idx; do
        prepared --scale none --dtype u8 --format "$format"
        as_raw
    done
    for scale in unit none; do
        prepared --scale "$scale" --dtype bf16
        as_raw
    done
}

@test "prepared: bf16 that merges levels is refused, and told what to do" {
    for scale in standard 0.1307,0.3081; do
        prepared --scale "$scale" --dtype bf16
        refused 3 'bf16.*(raw files|prep)'
    done
    # Whatever it does with these, it is right.
    for scale in signed pixel-standard 0.5,0.5; do
        prepared --scale "$scale" --dtype bf16
        tiny stats tiny --prepared --json
        if [ "$status" -eq 0 ]; then as_raw; else refused 3 bf16; fi
    done
}

@test "prepared: a scale by which levels run together is refused" {
    # 1e-30 and so on: all levels are one number, or infinite.
    for scale in 1e9,1 0.5,1e-300 0,1e300; do
        tiny -q prep tiny -f --scale "$scale"
        [ "$status" -eq 0 ] || continue
        tiny stats tiny --prepared --json
        if [ "$status" -eq 0 ]; then as_raw; else refused 3 .; fi
    done
}

@test "prepared: constant pixels and pixel-standard: right, or refused" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import gzip, os, struct
import numpy as np
r = np.random.RandomState(3)
os.mkdir('own')
for split, n in ('train', 40), ('t10k', 20):
    x = r.randint(0, 256, (n, 5, 5)).astype('u1')
    if split == 'train':
        x[:, 0] = 7  # constant here, not there
    for part, a in ('images-idx3', x), ('labels-idx1', np.arange(n) % 3):
        a = a.astype('u1')
        with open('own/%s-%s-ubyte' % (split, part), 'wb') as f:
            f.write(struct.pack('>4B%dI' % a.ndim, 0, 0, 8, a.ndim, *a.shape)
                    + a.tobytes())
PY
    mp -q prep mine --from own --scale pixel-standard -o out
    assert_status 0
    mp_to p.json stats mine --from out --json
    if [ "$status" -eq 0 ]; then
        see json p.json --raw own --dataset mine --view prepared
    else
        assert_status 3
        assert_one_error_line '(raw|prep)'
    fi
    mp_to p.json stats mine --from out --split train --json
    if [ "$status" -eq 0 ]; then
        see json p.json --raw own --split train --dataset mine --view prepared
    else
        assert_status 3
        assert_one_error_line '(raw|prep)'
    fi
}

@test "prepared: labels of every type, no one-hot rows" {
    for type in u8 i32 i64; do
        prepared --label-dtype "$type" --no-onehot
        as_raw
    done
}

@test "prepared: --from its directory is the same" {
    prepared --dtype f16
    mv data/tiny/prepared elsewhere
    for words in '--json' '--tsv' '--audit --tsv' ''; do
        read -ra args <<<"$words"
        mp_to a --catalogue "$f/tiny.json" stats tiny --from elsewhere \
            "${args[@]}"
        assert_status 0
        mv elsewhere data/tiny/prepared
        mp_to b --catalogue "$f/tiny.json" stats tiny --prepared "${args[@]}"
        assert_status 0
        mv data/tiny/prepared elsewhere
        assert_same a b
    done
}

@test "prepared: changed pictures are looked at as they are" {
    for words in --transpose --invert '--pad 2' '--size 9x5 --invert' \
        '--size 3x3 --resample nearest --transpose --pad 1'; do
        read -ra args <<<"$words"
        tiny -q prep tiny "${args[@]}" --scale none --dtype u8 --format idx \
            -f -o levels
        assert_status 0
        for scale in unit standard; do
            prepared "${args[@]}" --scale "$scale"
            mp_to p.json --catalogue "$f/tiny.json" stats tiny --prepared --json
            assert_status 0
            see json p.json --set train levels/train-images.idx \
                levels/train-labels.idx --set test levels/test-images.idx \
                levels/test-labels.idx --classes "$names" --view prepared
        done
        tiny dump tiny --prepared --index 7 --zoom 1 -f -o p.png
        assert_status 0
        see picture p.png --zoom 1 --rows train:7 \
            --set train levels/train-images.idx
    done
}

@test "prepared: rows are those of the set, shuffled, val, classes" {
    prepared --shuffle --seed 5 --val 20 --classes 1,2,5,7 --scale standard
    see_rows=$("$MNISTPREP_TEST_PYTHON" - "$f/src" <<'PY'
import gzip, sys
import numpy as np
from numpy import fromfile
d = 'data/tiny/prepared/'
for split, stem in ('train', 'train'), ('val', 'train'), ('test', 't10k'):
    rows = fromfile(d + split + '-rows.u32', '<u4')
    for part, k in ('images-idx3', 16), ('labels-idx1', 8):
        with gzip.open('%s/%s-%s-ubyte.gz' % (sys.argv[1], stem, part)) as g:
            a = np.frombuffer(g.read(), 'u1', offset=k)
        a = a.reshape((-1, 6, 8) if k == 16 else -1)[rows]
        np.save('%s-%s.npy' % (split, part), a)
    print(split, len(rows))
PY
    )
    [ "$(wc -l <<<"$see_rows")" -eq 3 ]
    sets=()
    for split in train val test; do
        sets+=(--set "$split" "$split-images-idx3.npy" "$split-labels-idx1.npy")
    done
    mp_to p.json --catalogue "$f/tiny.json" stats tiny --prepared --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
d = json.load(open('p.json'))
assert list(d['splits']) == ['train', 'val', 'test'] or \
    list(d['splits']) == ['train', 'test', 'val'], list(d['splits'])
d['splits'] = {s: d['splits'][s] for s in ('train', 'val', 'test')}
json.dump(d, open('p.json', 'w'))
PY
    see json p.json "${sets[@]}" --classes "$names" --view prepared
    while read -r split count; do
        for row in 0 3 $((count - 1)); do
            tiny dump tiny --prepared --split "$split" --index "$row" \
                --zoom 1 -o .
            assert_status 0
            [[ $output = ./$(printf '%s-%05d-' "$split" "$row")?.png ]]
            see picture "$output" --zoom 1 --rows "$split:$row" "${sets[@]}"
        done
        tiny dump tiny --prepared --split "$split" --index "$count"
        assert_status 2
        assert_one_error_line "\b$count\b"
    done <<<"$see_rows"
    printf 'val\t3\ntest\t0\ntrain\t1\n' >list
    tiny dump tiny --prepared --rows list --grid 3x1 -o s.png
    assert_status 0
    see sheet s.png --grid 3x1 --rows val:3,test:0,train:1 "${sets[@]}"
    tiny dump tiny --prepared --class five --count 2 --grid 2x1 -o c.png
    assert_status 0
    # Raw files have no val.
    tiny dump tiny --rows list --grid 3x1 -o t.png
    assert_status 2
    assert_one_error_line '\b1\b.*val|val.*\b1\b'
}

@test "prepared: --classes --relabel: the names go with the labels" {
    prepared --classes 7,2 --relabel
    mp_to p.json --catalogue "$f/tiny.json" stats tiny --prepared --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - "$f/raw.json" <<'PY'
import json, sys
raw = json.load(open(sys.argv[1]))['splits']['train']['classes']
got = json.load(open('p.json'))['splits']['train']['classes']
assert [(c['name'], c['count'], c['pixel_sum']) for c in got] == \
    [(raw[k]['name'], raw[k]['count'], raw[k]['pixel_sum']) for k in (7, 2)]
PY
}

@test "prepared: data of one's own" {
    mp -q prep mine --from "$f/src" --scale signed
    assert_status 0
    mp_to p.json stats mine --prepared --json
    assert_status 0
    see json p.json --raw "$f/src" --dataset mine --view prepared
}

# --- what is refused

@test "refused: formats without an array of images" {
    for format in csv png npz safetensors tfrecord; do
        prepared --format "$format"
        refused 3 '(raw files|prep)'
        prepared --format "$format,npy"
        as_raw
    done
}

@test "refused: no prepared set" {
    refused 1 "mnistprep prep tiny"
    mkdir -p data/tiny/prepared
    refused 1 "mnistprep prep tiny"
}

# damage FILE SEEK PRINTF: bytes at a place.
damage() {
    printf '%b' "$3" | dd of="data/tiny/prepared/$1" bs=1 seek="$2" \
        conv=notrunc status=none
}

@test "refused: a number that no level makes" {
    prepared
    # Row 30, row 2 of the picture, column 5: 0.5 is no x/255.
    damage train-images.f32 $((4 * (30 * 48 + 2 * 8 + 5))) '\0\0\0\077'
    refused 3 'train-images\.f32.*\b30\b'
    # The other split is fine.
    tiny stats tiny --prepared --split test --json
    assert_status 0
    for bits in '\0\0\300\177' '\0\0\200\177' '\0\0\200\277' '\01\0\0\0' \
        '\01\0\200\077' '\0\0\0\200'; do # nan, inf, -1, tiny, above 1, -0
        prepared
        damage train-images.f32 $((4 * (89 * 48 + 47))) "$bits"
        refused 3 'train-images\.f32.*\b89\b'
    done
}

@test "refused: files of other sizes, missing, or no files" {
    for file in train-images.f32 train-labels.u8; do
        p=data/tiny/prepared/$file
        prepared
        truncate -s -1 "$p"
        refused 3 "$file"
        truncate -s +2 "$p"
        refused 3 "$file"
        : >"$p"
        refused 3 "$file"
        rm "$p"
        tiny stats tiny --prepared
        [[ $status = [13] ]] || seen 'missing'
        assert_one_error_line "$file"
        mkdir "$p"
        tiny stats tiny --prepared
        [[ $status = [13] ]] || seen 'a directory'
        assert_one_error_line "$file"
        rmdir "$p"
        mkfifo "$p"
        run --separate-stderr timeout 10 "$MNISTPREP" --catalogue \
            "$f/tiny.json" stats tiny --prepared
        [[ $status = [13] ]] || seen 'a fifo'
        rm "$p"
    done
}

@test "refused: labels that are no classes" {
    prepared
    damage train-labels.u8 44 '\012'
    tiny stats tiny --prepared
    assert_status 3
    assert_no_stdout
    assert_one_error_line '\b44\b.*\b10\b|\b10\b.*\b44\b'
    mp_to a.json --catalogue "$f/tiny.json" stats tiny --prepared --audit --json
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
a = json.load(open('a.json'))['audit']
rows = [f['rows'] for f in a['findings'] if f['kind'] == 'label-range']
assert [[(r['split'], r['row'], r['label']) for r in x] for x in rows] == \
    [[('train', 44, 10)]], rows
PY
}

@test "refused: a manifest that lies" {
    prepared
    cp data/tiny/prepared/dataset.json good.json
    edit() {
        "$MNISTPREP_TEST_PYTHON" -c '
import json, sys
d = json.load(open("good.json"))
s = d["splits"]["train"]
exec(sys.argv[1])
json.dump(d, open("data/tiny/prepared/dataset.json", "w"))' "$1"
    }
    while IFS= read -r change; do
        edit "$change"
        refused 3 .
    done <<'END'
s["images"]["shape"] = [90, 8, 7]
s["images"]["shape"] = [91, 6, 8]
s["images"]["shape"] = [4294967296, 4294967296, 8]
s["images"]["shape"] = [90, -6, -8]
s["images"]["dtype"] = "f64"
s["images"]["dtype"] = "f99"
s["images"]["file"] = "../../../good.json"
s["images"]["file"] = "/etc/passwd"
s["labels"]["shape"] = [89]
s["count"] = 89
d["schema"] = "mnistprep.dataset/2"
del d["splits"]
d["splits"] = {}
d["recipe"]["scale"] = "signed"
d["recipe"]["scale"] = "magic"
del d["recipe"]
END
    for text in '' '{' '[]' 'null' "$(printf '[%.0s' {1..5000})"; do
        printf '%s' "$text" >data/tiny/prepared/dataset.json
        refused 3 'dataset\.json'
    done
}

# --- U06

@test "report: hostile names are text, and nothing half written" {
    file="a<script>alert(1)<&\"'b.idx"
    gunzip <"$f/src/train-images-idx3-ubyte.gz" >"$file"
    gunzip <"$f/src/train-labels-idx1-ubyte.gz" >labels.idx
    mp stats mine --images "$file" --labels labels.idx --report r.html
    assert_status 0
    assert_stdout r.html
    # Classes by folders of one's own, with such names.
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json, os
import numpy as np
from PIL import Image
for k in '<script>alert(2)<', '"><img src=x onerror=alert(3)>', "a&amp;'b":
    os.makedirs('tree/' + k)
    for i in range(3):
        Image.fromarray(np.random.RandomState(i).randint(
            0, 256, (6, 6)).astype('u1')).save('tree/%s/%d.png' % (k, i))
PY
    mp stats mine --from tree --report t.html
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - "$f/tiny.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
s = d['datasets'][0]
s['title'] = '</title><script>alert(4)</script>'
s['licence'] = '</style><script>alert(5)</script>'
s['homepage'] = 'javascript:alert(6)'
s['classes'][3] = '</svg><script>alert(7)</script>'
json.dump(d, open('hostile.json', 'w'))
PY
    mp --catalogue hostile.json stats tiny --report h.html
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - r.html t.html h.html <<'PY'
import html.parser, sys


class Look(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag not in ('script', 'iframe', 'object', 'embed', 'base',
                           'form'), tag
        for key, value in attrs:
            value = value or ''
            assert not key.startswith('on'), (tag, key)
            if key in ('href', 'src', 'action', 'xlink:href'):
                assert value.startswith(('data:image/png;base64,', '#',
                                         'https://', 'http://')), (tag, value)
            if tag == 'img' and key == 'src':
                assert value.startswith('data:'), value
        self.text = ''

    text = ''

    def handle_data(self, data):
        self.all = getattr(self, 'all', '') + data


for path, words in zip(sys.argv[1:], (
        ['alert(1)'], ['alert(2)', 'alert(3)', "a&amp;'b"],
        ['alert(4)', 'alert(5)', 'alert(7)'])):
    text = open(path, encoding='utf-8').read()
    look = Look()
    look.feed(text)
    for word in words:
        assert word in look.all, (path, word)
    for c in text:
        assert c >= ' ' or c == '\n', repr(c)
PY
    mp stats mine --from tree --report t.html
    assert_status 2
    assert_no_stdout
    assert_one_error_line 't\.html.*(-f|--force)'
    mkdir d
    mp stats mine --from tree --report d -f
    [ "$status" -ne 0 ]
    assert_one_error_line .
    cp t.html want.html
    mp stats mine --from tree --report t.html -f
    assert_status 0
    assert_same want.html t.html
    mp stats mine --from tree --report new.html --plot d/no/plot.png
    [ "$status" -ne 0 ]
    assert_one_error_line .
    assert_absent new.html
}

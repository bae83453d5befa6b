#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The datasets that are not four files like MNIST's: QMNIST (labels of eight
# columns, windows, xz), K49 (npz), other spellings and packings of files, and
# what the built-in catalogue has of all of them. EMNIST is in
# ../net/archive.bats.

# shellcheck disable=SC2154 # common.bash sets cli_dir, status, ...
# shellcheck disable=SC2030,SC2031 # each test is a subshell, and is to be one
load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    archives qmnist qm
    archives k49 k49
}

setup() {
    common_setup
    qm=$BATS_FILE_TMPDIR/qm k49=$BATS_FILE_TMPDIR/k49
}

qm_files=(qmnist-{train,test}-{images-idx3-ubyte,labels-idx2-int}.gz
    xnist-images-idx3-ubyte.xz xnist-labels-idx2-int.xz)
k49_files=(k49-{train,test}-{imgs,labels}.npz)

archives() {
    "$MNISTPREP_TEST_PYTHON" -E "$cli_dir/make_archives.py" "$@"
}

has() {
    "$MNISTPREP" version | grep -q "$1 *[0-9]"
}

need() {
    has "$1" || skip "this build has no $1"
}

need_no() {
    ! has "$1" || skip "this build has $1"
}

# qmnist COMMAND ARGS..., k49 COMMAND ARGS...
qmnist() {
    local command=$1
    shift
    mp --catalogue "${catalogue-$qm/qm.json}" "$command" qm "$@"
}

k49() {
    local command=$1
    shift
    mp --catalogue "${catalogue-$k49/k49ish.json}" "$command" k49ish "$@"
}

fetch_from() {
    "$1" fetch --only-mirrors --mirror "$2" "${@:3}"
}

# The whole of it, without the need of xz or zip where it is copied by hand.
by_hand() {
    mkdir -p "data/$1/raw"
    cp "$2"/src/* "data/$1/raw"
}

# assert_line REGEX: somewhere on standard error.
assert_line() {
    printf '%s\n' "$stderr" | grep -qiE -e "$1" ||
        seen "no line of standard error matches: $1"
}

# refuse STATUS REGEX WHAT
assert_refused() {
    [ "$status" -eq "$1" ] || seen "${3-}: expected status $1" || return 1
    assert_error_line "$2"
}

assert_files() {
    local dir=$1 from=$2 file
    shift 2
    for file; do
        assert_same "$from/$file" "$dir/$file" || return 1
    done
    assert_no_leftovers "$dir" "$@" receipt.json
}

# --- QMNIST

@test "qmnist: every file is fetched once, also those that splits share" {
    need liblzma
    fetch_from qmnist "$qm/src"
    assert_status 0
    assert_stdout "$(printf 'data/qm/raw/%s\n' "${qm_files[@]}")"
    assert_files data/qm/raw "$qm/src" "${qm_files[@]}"
    [ "$(grep -c '"file"\|"bytes"' data/qm/raw/receipt.json)" -gt 0 ]
    # The number that was announced.
    assert_line 'qm: 6 files'
    # All are there now.
    fetch_from qmnist nowhere
    assert_status 0
    assert_stdout "$(printf 'data/qm/raw/%s\n' "${qm_files[@]}")"
}

@test "qmnist: splits, windows, the class column, against numpy" {
    need liblzma
    by_hand qm "$qm"
    qmnist prep -q
    assert_status 0
    local split
    for split in train test test10k test50k nist; do
        archives check-prep data/qm/prepared "$qm/expected.npz" "$split"
    done
    qmnist stats --json
    assert_status 0
    printf '%s' "$output" >stats.json
    archives check-stats stats.json "$qm/expected.npz"
    local row
    for row in 0 29; do
        qmnist dump --split test50k --index "$row" --zoom 1 -o "$row.png"
        assert_status 0
        archives check-dump "$row.png" "$qm/expected.npz" test50k "$row"
    done
    qmnist dump --split test10k --index 9 --zoom 1 -o last.png
    assert_status 0
    archives check-dump last.png "$qm/expected.npz" test10k 9
    # Rows behind the window are not the split's.
    qmnist dump --split test10k --index 10 -o no.png
    assert_status 2
    assert_absent no.png
}

@test "qmnist: windows alone, in any order, and npy" {
    by_hand qm "$qm"
    qmnist prep -q --splits test50k,test10k -o out
    assert_status 0
    archives check-prep out "$qm/expected.npz" test50k
    archives check-prep out "$qm/expected.npz" test10k
    assert_absent out/test-images.f32 out/train-images.f32
    qmnist prep -q --splits test50k --format npy -o npy
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" -E - "$qm/expected.npz" <<'PY'
import sys
import numpy
want = numpy.load(sys.argv[1])
got = numpy.load('npy/test50k-labels.npy')
assert (got == want['test50k-labels']).all(), got
got = numpy.load('npy/test50k-images.npy')
assert got.shape == (30, 28, 28), got.shape
assert (got == (want['test50k-images'] / 255.0).astype('f4')).all()
PY
}

@test "qmnist: --class of a window, and --as-published changes nothing" {
    by_hand qm "$qm"
    qmnist dump -q --split test10k --class 3 --count 1 --zoom 1 -o pictures
    local row
    row=$("$MNISTPREP_TEST_PYTHON" -E -c '
import sys, numpy
labels = numpy.load(sys.argv[1])["test10k-labels"]
rows = (labels == 3).nonzero()[0]
print(rows[0] if len(rows) else "none")' "$qm/expected.npz")
    if [ "$row" != none ]; then
        assert_status 0
        archives check-dump "pictures/test10k-0000$row-3.png" \
            "$qm/expected.npz" test10k "$row"
    fi
    qmnist prep -q --splits train --as-published
    assert_status 0
    archives check-prep data/qm/prepared "$qm/expected.npz" train --as-published
}

@test "qmnist: a file that is shorter than its window, or than its count: 3" {
    by_hand qm "$qm"
    cp "$qm/qm.json" more.json
    catalogue=$PWD/more.json
    archives edit more.json splits.3.count=31
    qmnist prep -q --splits test50k
    assert_refused 3 '40|41' 'window'
    archives edit more.json splits.3.count=30 splits.3.first_row=41
    qmnist prep -q --splits test50k
    assert_refused 3 '40' 'a window that begins behind the end'
    archives edit more.json splits.3.first_row=18446744073709551615
    qmnist prep -q --splits test50k
    [[ $status == [23] ]] || seen "first_row of 2^64-1: expected status 2 or 3"
    assert_absent data/qm/prepared/dataset.json
}

@test "qmnist: a label column that is not there: 3; a label out of range names its row" {
    by_hand qm "$qm"
    cp "$qm/qm.json" eight.json
    catalogue=$PWD/eight.json
    archives edit eight.json label_column=8
    qmnist prep -q --splits train
    assert_refused 3 'column|8' 'column 8'
    # Column 1 has large and negative numbers.
    archives edit eight.json label_column=1
    qmnist prep -q --splits train
    assert_refused 3 'row 0' 'column 1'
    # Without a column, rows of eight are no labels.
    archives edit eight.json label_column=null
    qmnist prep -q --splits train
    assert_refused 3 'label' 'no column'
}

@test "qmnist: xz that is cut, damaged, has more behind it, or a wrong check: 3" {
    need liblzma
    local file=xnist-labels-idx2-int.xz how
    for how in cut flip tail; do
        rm -rf data bad
        mkdir bad
        cp "$qm"/src/* bad
        case $how in
        cut) fixture truncate "$qm/src/$file" "bad/$file" --keep 600 ;;
        flip) fixture flip "$qm/src/$file" "bad/$file" --at 700 ;;
        tail) fixture trailing "$qm/src/$file" "bad/$file" ;;
        esac
        fetch_from qmnist bad -q
        assert_refused 3 "$file" "$how"
        assert_absent "data/qm/raw/$file"
        by_hand qm "$qm"
        cp "bad/$file" data/qm/raw
        qmnist prep -q --splits nist
        assert_refused 3 "$file" "$how, prep"
        assert_absent data/qm/prepared/dataset.json
    done
}

@test "qmnist: gz for xz and xz for gz are accepted by their payload, and said so" {
    need liblzma
    mkdir other
    cp "$qm"/src/* other
    archives xz "$qm/src/${qm_files[0]}" "other/${qm_files[0]}"
    archives repack "$qm/src/${qm_files[4]}" "other/${qm_files[4]}"
    archives repack "$qm/src/${qm_files[1]}" "other/${qm_files[1]}"
    fetch_from qmnist other
    assert_status 0
    local i
    for i in 0 1 4; do
        assert_line "${qm_files[i]}.*payload"
    done
    fetch_from qmnist other --json
    assert_status 0
    qmnist prep -q
    assert_status 0
    archives check-prep data/qm/prepared "$qm/expected.npz" train
    archives check-prep data/qm/prepared "$qm/expected.npz" nist
    qmnist verify
    assert_status 0
}

@test "qmnist: raw IDX and dotted names in a directory serve" {
    mkdir other
    archives gunzip "$qm/src/${qm_files[0]}" other/qmnist-train-images-idx3-ubyte
    archives gunzip "$qm/src/${qm_files[1]}" other/qmnist-train-labels.idx2-int
    archives gunzip "$qm/src/${qm_files[2]}" other/qmnist-test-images.idx3-ubyte
    cp "$qm/src/${qm_files[3]}" other/qmnist-test-labels.idx2-int.gz
    archives repack "$qm/src/${qm_files[4]}" "other/${qm_files[4]}"
    archives gunzip "$qm/src/${qm_files[5]}" xnist
    cp xnist "other/${qm_files[5]}"
    fetch_from qmnist other
    assert_status 0
    qmnist prep -q
    assert_status 0
    local split
    for split in train test test10k test50k nist; do
        archives check-prep data/qm/prepared "$qm/expected.npz" "$split"
    done
}

@test "qmnist: what .xz is called when it is unpacked serves, too" {
    mkdir other
    cp "$qm"/src/*.gz other
    archives gunzip "$qm/src/${qm_files[4]}" other/xnist-images-idx3-ubyte
    archives gunzip "$qm/src/${qm_files[5]}" other/xnist-labels-idx2-int
    fetch_from qmnist other
    assert_status 0
    qmnist prep -q --splits nist
    assert_status 0
    archives check-prep data/qm/prepared "$qm/expected.npz" nist
}

@test "qmnist: verify tells of shared files once" {
    by_hand qm "$qm"
    qmnist verify
    [ "$(printf '%s\n' "$output" | sort | uniq -d | wc -l)" -eq 0 ] ||
        seen "some lines come twice"
}

@test "qmnist: list counts the bytes of shared files once" {
    qmnist list --json
    assert_status 0
    local bytes
    bytes=$(cat "$qm"/src/* | wc -c)
    printf '%s' "$output" | grep -q "\"download_bytes\": *$bytes\b" ||
        seen "expected download_bytes of $bytes"
}

@test "qmnist: decode reads xz of IDX; standard input, too" {
    need liblzma
    archives gunzip "$qm/src/${qm_files[5]}" want.idx
    mp_to got.idx decode "$qm/src/${qm_files[5]}"
    assert_status 0
    assert_same want.idx got.idx
    mp_to again.idx decode - <"$qm/src/${qm_files[5]}"
    assert_status 0
    assert_same want.idx again.idx
}

@test "qmnist: a build without liblzma: 2, the file is named, the others come" {
    need_no liblzma
    fetch_from qmnist "$qm/src" -q
    assert_status 2
    assert_one_error_line 'xnist-images-idx3-ubyte\.xz.*(liblzma|cannot read xz)'
    assert_files data/qm/raw "$qm/src" "${qm_files[@]:0:4}"
    qmnist prep -q --splits train,test10k
    assert_status 0
    archives check-prep data/qm/prepared "$qm/expected.npz" test10k
    by_hand qm "$qm"
    qmnist prep -q --splits nist -o out
    assert_status 2
    assert_one_error_line 'liblzma|cannot read xz'
}

# --- K49

@test "k49: npz stored and deflated; prep, stats, dump against numpy" {
    need libzip
    archives k49 packed --deflated
    local dir
    for dir in "$k49" "$PWD/packed"; do
        rm -rf data pictures
        catalogue=$dir/k49ish.json
        fetch_from k49 "$dir/src"
        assert_status 0
        assert_stdout "$(printf 'data/k49ish/raw/%s\n' "${k49_files[@]}")"
        assert_files data/k49ish/raw "$dir/src" "${k49_files[@]}"
        k49 prep -q
        assert_status 0
        archives check-prep data/k49ish/prepared "$dir/expected.npz" train
        archives check-prep data/k49ish/prepared "$dir/expected.npz" test
        k49 stats --json
        assert_status 0
        printf '%s' "$output" >stats.json
        archives check-stats stats.json "$dir/expected.npz"
        k49 dump --split test --index 59 --zoom 1 -o pictures
        assert_status 0
        archives check-dump pictures/test-00059-*.png "$dir/expected.npz" test 59
        k49 verify
        assert_status 0
        # It stays done.
        k49 prep
        assert_status 0
        assert_line 'up to date'
    done
}

@test "k49: labels as <i8, <i4, <i2, >i8 come out the same" {
    need libzip
    local type
    for type in '<i8' '<i4' '<i2' '>i8'; do
        rm -rf data other
        archives k49 other --label-type "$type"
        catalogue=$PWD/other/k49ish.json
        fetch_from k49 other/src -q
        assert_status 0
        k49 prep -q
        [ "$status" -eq 0 ] || seen "$type: expected status 0"
        archives check-prep data/k49ish/prepared other/expected.npz train
    done
    # Fractions are no labels.
    rm -rf data other
    archives k49 other --label-type '<f4'
    catalogue=$PWD/other/k49ish.json
    fetch_from k49 other/src -q
    k49 prep -q
    assert_refused 3 'labels.*f32|whole' '<f4'
}

@test "k49: a file whose md5 is another: 3, nothing under its name" {
    mkdir bad
    cp "$k49"/src/* bad
    fixture flip "$k49/src/${k49_files[0]}" "bad/${k49_files[0]}" --at 5000
    fetch_from k49 bad -q
    assert_refused 3 "${k49_files[0]}" 'a bit flipped'
    assert_files data/k49ish/raw "$k49/src" "${k49_files[@]:1}"
    rm -rf data
    cp "$k49/k49ish.json" wrong.json
    archives edit wrong.json 'splits.1.labels.md5="00000000000000000000000000000000"'
    catalogue=$PWD/wrong.json
    fetch_from k49 "$k49/src" -q
    assert_refused 3 "${k49_files[3]}" 'another md5'
    assert_files data/k49ish/raw "$k49/src" "${k49_files[@]:0:3}"
    # The next mirror is asked when the first has it wrong.
    rm -rf data
    catalogue=$k49/k49ish.json
    fetch_from k49 bad --mirror "$k49/src"
    assert_status 0
    assert_files data/k49ish/raw "$k49/src" "${k49_files[@]}"
}

@test "k49: verify finds what has changed on disk, by md5" {
    need libzip
    fetch_from k49 "$k49/src" -q
    assert_status 0
    fixture flip "$k49/src/${k49_files[0]}" "data/k49ish/raw/${k49_files[0]}" \
        --at 5000
    k49 verify
    assert_status 3
    printf '%s\n' "$output" | grep -q "${k49_files[0]}" || seen "not named"
    # And fetch gets it again, alone.
    fetch_from k49 "$k49/src"
    assert_status 0
    assert_files data/k49ish/raw "$k49/src" "${k49_files[@]}"
}

# put ARRAY...: an npz in the place of $target that the catalogue vouches for.
put() {
    local sum
    archives npz "$target" "$@"
    sum=$(md5sum <"$target")
    archives edit "$catalogue" "splits.0.$part.md5=\"${sum%% *}\""
}

@test "k49: several arrays in an npz, none, or no array at all: 3" {
    need libzip
    by_hand k49ish "$k49"
    fixture npy a.npy --shape 120,28,28 --dtype '|u1'
    local target=data/k49ish/raw/${k49_files[0]} command part=images
    cp "$k49/k49ish.json" put.json
    catalogue=$PWD/put.json
    put arr_0.npy=a.npy arr_1.npy=a.npy
    for command in prep stats dump; do
        k49 "$command" -q
        assert_refused 3 'several|two arrays|one (array )?is needed' "$command"
    done
    put readme.txt=a.npy
    k49 prep -q
    assert_refused 3 'without an array|no array' 'no array'
    # One array and something else is one array.
    put readme.txt=a.npy data.npy=a.npy
    k49 prep -q --splits train --no-onehot
    assert_status 0
    head -c 300 a.npy >short.npy
    put arr_0.npy=short.npy
    k49 prep -q -o out
    assert_refused 3 "${k49_files[0]}" 'a short array'
    printf 'PK\003\004 and no more' >"$target"
    k49 prep -q -o out
    assert_refused 3 "${k49_files[0]}" 'no zip'
    assert_absent out/dataset.json
}

@test "k49: labels out of range, counts that differ: 3" {
    need libzip
    by_hand k49ish "$k49"
    local target=data/k49ish/raw/${k49_files[1]} part=labels
    cp "$k49/k49ish.json" put.json
    catalogue=$PWD/put.json
    fixture npy l.npy --shape 120 --dtype '<i8' --values ramp
    put arr_0.npy=l.npy
    k49 prep -q --splits train
    assert_refused 3 'row 49.*label 49' 'label 49'
    fixture npy l.npy --shape 119 --dtype '|u1' --values zeros
    put arr_0.npy=l.npy
    k49 prep -q --splits train
    assert_refused 3 '119' '119 labels'
    # A pickle is not opened.
    fixture npy l.npy --shape 120 --dtype '|u1' --values zeros
    sed "s/'|u1'/'|O' /" l.npy >o.npy
    put arr_0.npy=o.npy
    k49 prep -q --splits train
    assert_refused 3 "type '.O'|objects?" 'objects'
    assert_absent data/k49ish/prepared/dataset.json
}

@test "k49: a build without libzip: 2, and why" {
    need_no libzip
    by_hand k49ish "$k49"
    local command
    for command in prep stats dump; do
        k49 "$command" -q
        assert_status 2
        assert_one_error_line 'libzip|cannot read zip'
    done
    assert_absent data/k49ish/prepared/dataset.json
}

# --- files of other datasets

@test "a file of another dataset is recognised by its payload, and named" {
    tiny_dataset
    fixture dataset other-src --seed 9
    fixture catalogue other.json --name other --dir other-src
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json
both = json.load(open('tiny.json'))
both['datasets'] += json.load(open('other.json'))['datasets']
json.dump(both, open('both.json', 'w'))
PY
    rm -rf data
    # Its own bytes, packed again, or not packed at all.
    local file=train-images-idx3-ubyte.gz how
    mkdir mixed
    cp src/* mixed
    for how in cp 'fixture regzip' 'archives xz' 'archives gunzip'; do
        rm -rf data
        [ "$how" != 'archives xz' ] || has liblzma || continue
        $how "other-src/$file" "mixed/$file"
        mp --catalogue both.json fetch tiny -q --only-mirrors --mirror mixed
        assert_status 3
        assert_error_line "$file.*train images of other"
        assert_absent "data/tiny/raw/$file"
    done
    # Another part of the same, too.
    cp src/t10k-images-idx3-ubyte.gz "mixed/$file"
    mp --catalogue both.json fetch tiny -q --only-mirrors --mirror mixed
    assert_refused 3 'test images of tiny'
    # verify says so as well.
    mkdir -p data/tiny/raw
    cp src/* data/tiny/raw
    cp "other-src/$file" "data/tiny/raw/$file"
    mp --catalogue both.json verify tiny
    assert_status 3
    printf '%s\n%s\n' "$output" "$stderr" | grep -q 'train images of other' ||
        seen "verify does not name it"
}

@test "genuine MNIST under the names of Fashion-MNIST is named" {
    need_mnist
    mp fetch fashion-mnist -q --only-mirrors --mirror "$mnist"
    assert_refused 3 'train images of mnist'
    assert_no_leftovers data
}

# --- the catalogue's own format

@test "catalogue: keys of a wrong kind are refused with 3" {
    local change
    for change in 'label_column="x"' 'label_base=-1' 'transposed=1' \
        'splits.2.first_row="0"' 'splits.2.count=null' \
        'splits.0.images.member="a"' 'archive={"bytes":3}' \
        'splits.0.images.file="../x"' 'splits.0.images.file="a/b"' \
        'splits.0.images.file=".."' 'splits.0.images.md5="123"' \
        'splits.0.images.sha256_seen="zz"'; do
        cp "$qm/qm.json" edited.json
        archives edit edited.json "$change"
        mp --catalogue edited.json list qm
        [ "$status" -eq 3 ] || seen "$change: expected status 3"
        assert_one_error_line 'edited\.json'
    done
}

@test "catalogue: a file that nothing vouches for is refused" {
    cp "$k49/k49ish.json" edited.json
    archives edit edited.json splits.0.images.md5=null
    mp --catalogue edited.json list k49ish
    assert_status 3
    assert_one_error_line 'hash|sha256|md5'
}

# --- the built-in catalogue

@test "the built-in catalogue: every dataset, its classes, splits and counts" {
    mp list --json
    assert_status 0
    printf '%s' "$output" >list.json
    "$MNISTPREP_TEST_PYTHON" -E -S - <<'PY'
import json, string
digits = list(string.digits)
upper, lower = list(string.ascii_uppercase), list(string.ascii_lowercase)
merged = digits + upper + list('abdefghnqrt')
assert len(merged) == 47
k49 = ('a i u e o ka ki ku ke ko sa si su se so ta ti tu te to na ni nu ne no '
       'ha hi hu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa wi we wo nn')
split = lambda **counts: list(counts.items())
two = lambda a, b: split(train=a, test=b)
want = {
    'mnist': (digits, two(60000, 10000)),
    'fashion-mnist': (['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat',
                       'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
                      two(60000, 10000)),
    'kmnist': ('o ki su tsu na ha ma ya re wo'.split(), two(60000, 10000)),
    'oracle-mnist': (None, two(27222, 3000)),
    'kannada-mnist': (digits, split(train=60000, test=10000, dig=10240)),
    'qmnist': (digits, split(train=60000, test=60000, test10k=10000,
                             test50k=50000, nist=402953)),
    'emnist-byclass': (digits + upper + lower, two(697932, 116323)),
    'emnist-bymerge': (merged, two(697932, 116323)),
    'emnist-balanced': (merged, two(112800, 18800)),
    'emnist-letters': (upper, two(124800, 20800)),
    'emnist-digits': (digits, two(240000, 40000)),
    'emnist-mnist': (digits, two(60000, 10000)),
    'k49': (None, two(232365, 38547)),
}
got = {d['name']: d for d in json.load(open('list.json'))['datasets']}
assert sorted(got) == sorted(want), sorted(got)
for name, (classes, splits) in want.items():
    d = got[name]
    if classes:
        assert d['classes'] == classes, (name, d['classes'])
    assert [(s['name'], s['count']) for s in d['splits']] == splits, d
    assert d['title'] and d['licence'] and d['homepage'], name
    assert d['raw'] == 'absent' and d['prepared'] is False, d
assert len(got['oracle-mnist']['classes']) == 10
assert len(got['k49']['classes']) == 49
assert got['k49']['classes'][:48] == k49.split(), got['k49']['classes']
PY
    mp list
    assert_status 0
    local name
    for name in qmnist emnist-byclass emnist-bymerge emnist-balanced \
        emnist-letters emnist-digits emnist-mnist k49 kannada-mnist; do
        printf '%s\n' "$output" | grep -q "$name" || seen "$name is missing"
    done
}

@test "the built-in catalogue: files, quirks, mirrors, and what pins each file" {
    local file=${MNISTPREP_TEST_SOURCE:-$cli_dir/../..}/data/catalogue.json
    [ -e "$file" ] || skip "no data/catalogue.json"
    "$MNISTPREP_TEST_PYTHON" -E -S - "$file" <<'PY'
import json, re, sys
sets = {d['name']: d for d in json.load(open(sys.argv[1]))['datasets']}
files = lambda d: [f for s in d['splits'] for f in (s['images'], s['labels'])]
emnist = [n for n in sets if n.startswith('emnist-')]
assert len(emnist) == 6, emnist
for name, d in sets.items():
    assert bool(d.get('transposed')) == (name in emnist), name
    assert d.get('label_base', 0) == (name == 'emnist-letters'), name
    assert ('label_column' in d) == (name == 'qmnist'), name
    for mirror in d['mirrors']:
        # http only where it is the archive's way to name an old page
        assert re.match('https://|/usr/share/', mirror), mirror
        assert mirror.endswith('/'), mirror
    for f in files(d):
        pins = [f[k] for k in ('sha256', 'git_blob', 'md5', 'sha256_seen')
                if k in f]
        assert pins, (name, f)
        for pin in pins:
            assert re.fullmatch('[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}', pin)
first = {
    'mnist': 'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'kmnist': 'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    'k49': 'https://codh.rois.ac.jp/kmnist/dataset/k49/',
    'qmnist': 'https://raw.githubusercontent.com/facebookresearch/qmnist/'
              'master/',
}
for name, mirror in first.items():
    assert sets[name]['mirrors'][0] == mirror, sets[name]['mirrors']
for name in emnist:
    d = sets[name]
    assert d['mirrors'][0] == \
        'https://biometrics.nist.gov/cs_links/EMNIST/', name
    assert not any('itl.nist.gov' in m for m in d['mirrors']), name
    assert d['archive']['file'] == 'gzip.zip'
    assert d['archive']['bytes'] == 561753746
    assert d['archive']['sha256'].startswith('fb9bb67e33772a9c'), name
    assert d['archive']['sha256'].endswith('3564cea2a019fcda8e'), name
    assert len(files(d)) == 4
    for s in d['splits']:
        for part, kind in (('images', 'idx3'), ('labels', 'idx1')):
            f = s[part]
            assert f['file'] == '%s-%s-%s-%s-ubyte.gz' % (
                name, s['name'], part, kind), f
            assert f['member'] == 'gzip/' + f['file'], f
            # Only those of letters are confirmed.
            pin = 'sha256' if name == 'emnist-letters' else 'sha256_seen'
            assert pin in f, f
            assert ('sha256' in f) == (name == 'emnist-letters'), f
assert len({f['member'] for n in emnist for f in files(sets[n])}) == 24
assert len({f.get('sha256', f.get('sha256_seen'))
            for n in emnist for f in files(sets[n])}) == 24
starts = {'train': ('6288f418', '9759af91'), 'test': ('50f0e93d', '924955c3')}
for s in sets['emnist-letters']['splits']:
    assert s['images']['sha256'].startswith(starts[s['name']][0])
    assert s['labels']['sha256'].startswith(starts[s['name']][1])
q = sets['qmnist']
assert q['label_column'] == 0
by = {s['name']: s for s in q['splits']}
for window, row in (('test10k', 0), ('test50k', 10000)):
    assert by[window]['first_row'] == row
    assert by[window]['images'] == by['test']['images']
    assert by[window]['labels'] == by['test']['labels']
assert 'first_row' not in by['test'] and 'first_row' not in by['train']
assert len({f['file'] for f in files(q)}) == 6
assert by['nist']['images']['file'] == 'xnist-images-idx3-ubyte.xz'
assert by['nist']['labels']['file'] == 'xnist-labels-idx2-int.xz'
assert by['nist']['labels']['bytes'] == 958144
for name, bytes_ in (('train', 1920012), ('test', 1920012),
                     ('nist', 12894508)):
    assert by[name]['labels']['payload']['bytes'] == bytes_
names = [f['file'] for f in files(sets['k49'])]
assert names == ['k49-train-imgs.npz', 'k49-train-labels.npz',
                 'k49-test-imgs.npz', 'k49-test-labels.npz'], names
assert [f['md5'][:8] for f in files(sets['k49'])] == [
    '7ac088b2', '44a8e1b8', 'd352e201', '4da6f7a6']
PY
}

@test "the binary carries the catalogue of the source: the plan of each dataset" {
    local name n
    for name in qmnist:6 emnist-byclass:4 emnist-bymerge:4 emnist-balanced:4 \
        emnist-letters:4 emnist-digits:4 emnist-mnist:4 k49:4 \
        kannada-mnist:6; do
        n=${name#*:} name=${name%:*}
        mp fetch "$name" -n
        assert_status 0
        [ "$(printf '%s\n%s\n' "$output" "$stderr" |
            grep -oE '[a-zA-Z0-9_-]+-[a-z0-9-]+\.(gz|xz|npz)' | sort -u |
            wc -l)" -eq "$n" ] || seen "$name: expected $n files"
        assert_absent data
    done
}

@test "labels of one class base: emnist-letters is A to Z in list" {
    mp list emnist-letters --json
    assert_status 0
    [ "$(printf '%s' "$output" | tr -d '\n ' |
        grep -c '"classes":\["A","B","C",.*"X","Y","Z"\]')" -eq 1 ] ||
        seen "classes"
}

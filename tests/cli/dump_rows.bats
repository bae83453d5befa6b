#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dump: which rows are chosen, and how they come to stand on a sheet.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

images=src/train-images-idx3-ubyte.gz
test_images=src/t10k-images-idx3-ubyte.gz

labels() { # [FILE]
    zcat "${1-src/train-labels-idx1-ubyte.gz}" | tail -c +9 |
        od -An -v -tu1 -w1 | tr -d ' '
}

# The first rows of a class: COUNT LABEL.
rows_of() {
    labels | grep -nx "$2" | head -n "$1" | while IFS=: read -r n _; do
        echo $((n - 1))
    done
}

setup() {
    common_setup
    tiny_dataset
    export catalogue=$PWD/tiny.json
}

dump() {
    mp --catalogue "$catalogue" dump tiny "$@"
}

sheet() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/sheets.py" "$@"
}

# The rows that the last dump's files are of, one a line: "train-00017-4.png"
# is 17.
rows_told() {
    sed 's/.*train-0*\([0-9]\)/\1/; s/-.*//' <<<"$output"
}

# ---- per class ----

@test "dump --per-class: so many of each class, class by class" {
    want=
    for class in 0 1 2 3 4 5 6 7 8 9; do
        while read -r row; do
            want+=$(printf 'out/train-%05d-%d.png' "$row" "$class")$'\n'
        done < <(rows_of 3 "$class")
    done
    dump --per-class 3 --zoom 1 -o out
    assert_status 0
    assert_stdout "${want%$'\n'}"
    while read -r path; do
        row=$((10#$(sed 's/.*train-//; s/-.*//' <<<"$path")))
        echo check-png "$path" "$images" --index "$row"
    done <<<"$output" | oracle each
}

@test "dump --per-class --grid auto: a row of the sheet for each class" {
    index=
    for class in 0 1 2 3 4 5 6 7 8 9; do
        mapfile -t rows < <(rows_of 4 "$class")
        while [ "${#rows[@]}" -lt 4 ]; do
            rows+=(x)
        done
        index+=${index:+,}$(IFS=, && echo "${rows[*]}")
    done
    # Some class has fewer rows, and cells stay empty; none has no rows.
    [[ $index == *x* && $index != *x,x,x,x* ]]
    dump --per-class 4 --grid auto -o s.png
    assert_status 0
    assert_stdout s.png
    sheet exact s.png "$images" --index "$index" --columns 4
    # The same samples, one behind the other.
    dump --per-class 4 --grid 8x8 --zoom 2 -o all.png
    assert_status 0
    packed=${index//x,/}
    packed=${packed%,x}
    n=$(tr ',' '\n' <<<"$packed" | wc -l)
    while [ "$n" -lt 64 ]; do
        packed+=,x
        n=$((n + 1))
    done
    sheet exact all.png "$images" --index "$packed" --columns 8 --zoom 2
}

@test "dump --per-class --grid auto: classes without rows have no row" {
    fixture dataset three --classes 3
    mp --catalogue "$catalogue" dump tiny --images three/train-images-idx3-ubyte.gz \
        --labels three/train-labels-idx1-ubyte.gz --per-class 2 --grid auto \
        -o three.png
    assert_status 0
    cp three/train-*.gz data/tiny/raw
    cp three/train-*.gz src
    dump --per-class 2 --grid auto -o ten.png
    assert_status 0
    assert_same three.png ten.png
    index=$(for class in 0 1 2; do rows_of 2 "$class"; done | paste -sd,)
    sheet exact ten.png "$images" --index "$index" --columns 2
}

@test "dump --class: a class that has no rows: status 3" {
    fixture dataset three --classes 3
    cp three/train-*.gz data/tiny/raw
    dump --class 7 -o one.png
    assert_status 3
    assert_one_error_line "no such sample in 'train'"
    assert_absent one.png
}

# ---- at random ----

@test "dump --random: other rows by other seeds, none twice, the same again" {
    dump --random --count 12 -o a
    assert_status 0
    assert_no_stderr
    a=$(rows_told)
    [ "$(sort -u <<<"$a" | wc -l)" -eq 12 ]
    dump --seed 0 --count 12 -o b
    [ "$(rows_told)" = "$a" ]
    LC_ALL=de_DE.UTF-8 dump --seed 0 --random --count 12 -o c
    [ "$(rows_told)" = "$a" ]
    diff -r a c
    dump --seed 1 --count 12 -o d
    [ "$(rows_told)" != "$a" ]
    # Fewer are the beginning of more.
    dump --random --count 5 -o e
    [ "$(rows_told)" = "$(head -5 <<<"$a")" ]
    dump --random --count 1000 -o f
    assert_status 0
    [ "$(rows_told | sort -n)" = "$(seq 0 39)" ]
    [ "$(rows_told)" != "$(seq 0 39)" ]
}

@test "dump --random: sheets show rows in the order they were chosen" {
    dump --random --seed 7 --count 18 -o out
    index=$(rows_told | paste -sd,)
    dump --random --seed 7 --grid 6x3 --zoom 1 -o s.png
    assert_status 0
    sheet exact s.png "$images" --index "$index" --columns 6 --zoom 1
}

@test "dump --random --class, --per-class: rows of the class, the same ones" {
    dump --per-class 2 --seed 5 -o out
    assert_status 0
    each=$output
    for class in 0 4 9; do
        dump --class "$class" --count 2 --seed 5 -o out -f
        assert_status 0
        assert_stdout "$(grep -e "-$class\.png" <<<"$each")"
        for row in $(rows_told); do
            [ "$(labels | sed -n "$((row + 1))p")" = "$class" ]
        done
    done
}

@test "dump --random: the genuine rows of seed 0" {
    need_mnist
    mkdir -p data/mnist/raw
    cp "$mnist"/*-ubyte.gz data/mnist/raw
    mp dump --random --count 4 -o out
    assert_status 0
    # By the permutation in Python, on the Philox of numpy.
    [ "$(rows_told | paste -sd,)" = 59630,31926,53345,23818 ]
    mp dump --class 3 --seed 7 --count 3 -o of3
    [ "$(rows_told | paste -sd,)" = 40904,1476,53365 ]
}

# ---- rows of a file ----

@test "dump --rows: rows of both splits, in the order of the file" {
    printf 'split\trow\tlabel\tfinding\ntest\t9\t3\tblank\ntrain\t\t4\tempty-class\n\n# no\ntrain\t39\ntest\t0\n' >rows.tsv
    test_label() { labels src/t10k-labels-idx1-ubyte.gz | sed -n "$(($1 + 1))p"; }
    dump --rows rows.tsv --zoom 1 -o out
    assert_status 0
    assert_stdout "out/test-00009-$(test_label 9).png
out/train-00039-$(labels | sed -n 40p).png
out/test-00000-$(test_label 0).png"
    oracle check-png "out/test-00009-$(test_label 9).png" "$test_images" --index 9
    oracle check-png "out/train-00039-$(labels | sed -n 40p).png" "$images" --index 39
    mp_in rows.tsv --catalogue "$catalogue" dump tiny --rows - --zoom 1 -o in
    assert_status 0
    diff -r out in
    dump --rows rows.tsv --count 2 -o two
    [ "$(wc -l <<<"$output")" -eq 2 ]
    [[ $output == two/test-00009* ]]
    # --split: rows of that one only, and those that stand alone.
    echo 1 >>rows.tsv
    dump --rows rows.tsv --split test -o only
    assert_status 0
    [ "$(ls only)" = "test-00000-$(test_label 0).png
test-00001-$(test_label 1).png
test-00009-$(test_label 9).png" ]
    dump --rows rows.tsv --grid auto
    assert_stdout data/tiny/samples/rows-2x2.png
}

@test "dump --rows: numbers alone are rows of train, also twice" {
    printf '7\n3\n7\n' >rows
    dump --rows rows --zoom 1 -o out
    assert_status 0
    [ "$(rows_told | paste -sd,)" = 7,3 ]
    dump --rows rows --grid auto --zoom 1 -o s.png
    assert_status 0
    sheet exact s.png "$images" --index 7,3,7,x --columns 2 --zoom 1
}

@test "dump --rows --captions: the class and the row under each picture" {
    printf 'test\t9\ntrain\t12\n' >two
    dump --rows two --grid 2x1 --captions -o two.png
    assert_status 0
    printf '5\n6\n12\n' >one
    dump --rows one --grid 3x1 --captions -o one.png
    assert_status 0
    # At scale 2: 3 pixels above, 9 of the class, 1, 9 of the row, 2 below.
    sheet cells one.png "$images" --index 5,6,12 --columns 3 --cell 112x160
    # In another split "train 12" stands in place of "#12", and still fits.
    size() { # of a PNG
        od -An -tx1 -j16 -N8 "$1" | tr -d ' '
    }
    want=$(printf '%08x%08x' $((4 + 2 * (112 + 4))) 168)
    [ "$(size two.png)" = "$want" ]
    printf 'test\t9\ntrain\t0012\ntrain\t7\n' >three.tsv
    sed 's/"\(zero\|one\|two\|three\|four\|five\|six\|seven\|eight\|nine\)"/"Twelve chars"/' \
        tiny.json >wide.json
    mp --catalogue wide.json dump tiny --rows three.tsv --grid 3x1 --captions -o w.png
    assert_status 0
    want=$(printf '%08x%08x' $((4 + 3 * (144 + 4))) 168)
    [ "$(size w.png)" = "$want" ]
}

@test "dump --rows: a file that is wrong: status 2, the line is named" {
    while IFS='|' read -r text message; do
        printf '%b' "$text" >rows
        dump --rows rows --grid auto -o s.png
        assert_status 2
        assert_one_error_line "^mnistprep dump: $message"
    done <<'END'
1\n2x\n|'rows', line 2: '2x' is no row; lines are
train\t40\n|'rows', line 1: there is no row 40 in 'train'; the rows are 0 to 39
1\n\ntest\t10|'rows', line 3: there is no row 10 in 'test'
val\t1\n|'rows', line 1: tiny has no split 'val'
1\r\n|'rows', line 1: '1\\x0d' is no row
|there are no rows in 'rows'
split\trow\n|there are no rows in 'rows'
END
    mp_in /dev/null --catalogue "$catalogue" dump tiny --rows - -o s.png
    assert_status 2
    assert_one_error_line "no rows in 'standard input'"
    dump --rows missing -o s.png
    assert_status 1
    assert_one_error_line "^mnistprep dump: .*'missing'"
    printf 'test\t1\n' >rows
    dump --rows rows --split train -o s.png
    assert_status 2
    assert_one_error_line "no rows in 'rows'"
    assert_absent s.png
}

# ---- sheets ----

@test "dump --grid auto: as square as possible, at least as wide as high" {
    for n in 1 2 3 4 5 6 7 9 10 12 13 16 17; do
        columns=1
        while [ $((columns * columns)) -lt "$n" ]; do
            columns=$((columns + 1))
        done
        index=$(seq -s, 0 $((n - 1)))
        for ((i = n; i % columns; i++)); do
            index+=,x
        done
        dump --count "$n" --grid auto --zoom 1 -o s.png -f
        assert_status 0
        sheet exact s.png "$images" --index "$index" --columns "$columns" --zoom 1
    done
    dump --grid auto --zoom 1
    assert_stdout data/tiny/samples/train-5x5.png
    dump --index 0-39 --grid auto --zoom 1
    assert_stdout data/tiny/samples/train-7x6.png
}

@test "dump --padding: so many white pixels between the pictures" {
    for padding in 0 1 4 9; do
        dump --grid 3x2 --zoom 3 --padding "$padding" -o s.png -f
        assert_status 0
        sheet exact s.png "$images" --index 0,1,2,3,4,5 --columns 3 --zoom 3 \
            --padding "$padding"
    done
    dump --grid 3x2 -o default.png
    dump --grid 3x2 --padding 4 -o four.png
    assert_same default.png four.png
}

@test "dump --captions: cells are as wide as the longest name" {
    # "three", "seven" and "eight" at scale 1, zoom 2: six characters are less
    # than the picture; at scale 2 they are 72, less than 112.
    dump --index 0-7 --grid 4x2 --captions --zoom 2 -o s.png
    assert_status 0
    sheet cells s.png "$images" --index 0,1,2,3,4,5,6,7 --columns 4 --zoom 2 \
        --cell 56x70
    dump --index 0-7 --grid 4x2 --captions --zoom 2 --padding 0 -o t.png
    sheet cells t.png "$images" --index 0,1,2,3,4,5,6,7 --columns 4 --zoom 2 \
        --cell 56x70 --padding 0
    dump --index 0-7 --grid 4x2 --captions -o u.png
    sheet cells u.png "$images" --index 0,1,2,3,4,5,6,7 --columns 4 \
        --cell 112x140
}

@test "dump: U08: the same sheet twice, bytes and all" {
    dump --grid 5x4 --per-class 2 --seed 7 -o a.png
    assert_status 0
    dump --grid 5x4 --per-class 2 --seed 7 -o b.png
    assert_same a.png b.png
}

# ---- what is looked at ----

@test "dump: a prepared set shows the same pictures as the raw files" {
    mp --catalogue "$catalogue" prep tiny -q
    for more in "--grid 4x4" "--per-class 2 --grid auto --captions" \
        "--random --grid 5x5" "--split test --grid 3x3"; do
        # shellcheck disable=SC2086 # several words
        dump $more -o raw.png -f
        assert_status 0
        # shellcheck disable=SC2086
        dump --prepared $more -o prepared.png -f
        assert_status 0
        assert_same raw.png prepared.png
    done
    # Rows are those of the prepared split.
    mp --catalogue "$catalogue" prep tiny -q --shuffle --seed 3 -o other
    dump --from other --index 0-3 --zoom 1 -o out
    assert_status 0
    i=0
    while read -r path; do
        row=$(od -An -v -tu4 -w4 -j $((4 * i)) -N4 other/train-rows.u32)
        echo check-png "$path" "$images" --index "$row"
        i=$((i + 1))
    done <<<"$output" >pictures
    [ "$i" -eq 4 ]
    oracle each <pictures
}

@test "dump: data of one's own, without labels, and with a name" {
    mp dump mine --images "$test_images" --split probe --index 3,0 --zoom 1 -o out
    assert_status 0
    assert_stdout "out/probe-00003.png
out/probe-00000.png"
    oracle check-png out/probe-00003.png "$test_images" --index 3
    mp dump mine --images "$test_images" --grid 2x2 --captions --zoom 2
    assert_status 0
    assert_stdout data/mine/samples/train-2x2.png
    sheet exact "$output" "$test_images" --index 0,1,2,3 --columns 2 --zoom 2
    for words in "--class 1" "--per-class 1"; do
        # shellcheck disable=SC2086 # two words
        mp dump mine --images "$test_images" $words -o no.png
        assert_status 2
        assert_one_error_line '^mnistprep dump: .*mine.* has no labels'
    done
    assert_absent no.png
}

@test "dump: a label that is no class is told, not refused" {
    fixture dataset many --classes 12 --train 60
    cp many/train-*.gz data/tiny/raw
    row=$(labels many/train-labels-idx1-ubyte.gz | grep -nx 11 | head -1)
    row=$((${row%%:*} - 1))
    dump --index "$row" --zoom 1 -o out
    assert_status 0
    assert_stdout "$(printf 'out/train-%05d-11.png' "$row")"
    dump --index "$row" --grid 1x1 --captions -o s.png
    assert_status 0
    sheet cells s.png many/train-images-idx3-ubyte.gz --index "$row" \
        --columns 1 --cell 112x140
}

# ---- conflicts ----

@test "dump: options that do not go together: status 2, one line, no file" {
    echo 1 >rows
    while IFS='|' read -r words message; do
        # shellcheck disable=SC2086 # several words
        dump $words
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep dump: $message\$"
    done <<'END'
--index 1 --class 1|--index and --class exclude each other
--index 1 --per-class 1|--index and --per-class exclude each other
--index 1 --rows rows|--index and --rows exclude each other
--class 1 --per-class 1|--class and --per-class exclude each other
--class 1 --rows rows|--class and --rows exclude each other
--per-class 1 --rows rows|--per-class and --rows exclude each other
--index 1 --count 1|--count goes with neither --index nor --per-class
--per-class 1 --count 1|--count goes with neither --index nor --per-class
--index 1 --random|--random and --seed choose rows; they go with neither --index nor --rows
--index 1 --seed 1|--random and --seed choose rows; they go with neither --index nor --rows
--rows rows --random|--random and --seed choose rows; they go with neither --index nor --rows
--rows rows --seed 1|--random and --seed choose rows; they go with neither --index nor --rows
--captions|--captions goes with --grid
--padding 4|--padding goes with --grid
--preview --padding 4|--padding goes with --grid
--protocol half|--protocol goes with --preview
--preview --grid 2x2|--preview shows pictures in the terminal; it goes with neither --grid nor --output
--preview --grid auto|--preview shows pictures in the terminal; it goes with neither --grid nor --output
--preview -o x.png|--preview shows pictures in the terminal; it goes with neither --grid nor --output
--seed -1|--seed: '-1' is no whole number below 2\^64
--seed 1.5|--seed: '1.5' is no whole number below 2\^64
--seed 18446744073709551616|--seed: '18446744073709551616' is no whole number below 2\^64
--grid Auto|--grid: 'Auto' is no grid; it is COLSxROWS, as in 3x3, or auto
--grid 2x2 --padding 1001|--padding: at most 1000 is possible
--zoom 1001|--zoom: at most 1000 is possible
--per-class 3 --grid 3x3|[0-9]* samples do not fit a grid of 3x3; choose fewer, or use --grid auto
END
    while read -r words; do
        # shellcheck disable=SC2086 # several words
        dump $words
        assert_status 2
        assert_no_stdout
        assert_one_error_line '^mnistprep dump: '
    done <<'END'
--per-class 0
--per-class -1
--per-class x
--grid 2x2 --padding -1
--grid 2x2 --padding x
--preview --protocol morse
END
    dump --rows ''
    assert_status 2
    assert_one_error_line '^mnistprep dump: '
    assert_absent data/tiny/samples x.png
}

# ---- in the terminal: what it can show has tests of its own ----

@test "dump --preview: in a pipe, characters as wide as it takes" {
    dump --preview
    assert_status 0
    [ "$(awk '{ if (length > n) n = length } END { print n }' <<<"$output")" -le 80 ]
    first=$output
    COLUMNS=28 dump --preview
    assert_status 0
    # One in place of two, of as many lines.
    [ "$(wc -l <<<"$output")" -eq "$(wc -l <<<"$first")" ]
    [ "$(tail -1 <<<"$first" | wc -w)" -eq 2 ]
    [ "$(tail -1 <<<"$output" | wc -w)" -eq 1 ]
    # Each class begins a line of pictures of its own.
    COLUMNS=200 dump --preview --per-class 1
    assert_status 0
    for name in zero one two nine; do
        [ "$(grep -c "^ *$name *$" <<<"$output")" -eq 1 ]
    done
    printf 'train\t3\ntest\t4\n' >rows
    COLUMNS=200 dump --preview --rows rows
    assert_status 0
    grep -q "train 3 .* test 4 " <<<"$output"
    assert_absent data/tiny/samples
    [[ $output != *$'\e'* ]]
}

@test "dump --preview --protocol: as it is told, also in a pipe" {
    for protocol in half kitty sixel; do
        dump --preview --protocol "$protocol" --index 0
        assert_status 0
        [[ $output == *$'\e'* ]]
    done
    dump --preview --protocol ascii --index 0
    assert_status 0
    [[ $output != *$'\e'* ]]
    mp_to /dev/full --catalogue "$catalogue" dump tiny --preview
    assert_status 1
    assert_one_error_line 'standard output'
}

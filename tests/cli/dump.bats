#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dump: pictures of samples, pixel for pixel.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

images=src/train-images-idx3-ubyte.gz

# The labels of ./src's train split, one a line.
labels() {
    zcat src/train-labels-idx1-ubyte.gz | tail -c +9 | od -An -v -tu1 -w1 |
        tr -d ' '
}

label_of() {
    labels | sed -n "$(($1 + 1))p"
}

setup() {
    common_setup
    tiny_dataset
    export catalogue=$PWD/tiny.json
}

dump() {
    mp --catalogue "$catalogue" dump tiny "$@"
}

@test "dump: one sample at zoom 1 is exactly its pixels" {
    dump --index 0 --zoom 1 -o one.png
    assert_status 0
    assert_stdout one.png
    oracle check-png one.png "$images" --index 0
    # Not `i`, which `run` uses up.
    for row in 1 17 39; do
        dump --index "$row" --zoom 1 -o "$row.png"
        assert_status 0
        oracle check-png "$row.png" "$images" --index "$row"
    done
}

@test "dump: genuine samples are exactly their pixels" {
    need_mnist
    mkdir -p data/mnist/raw
    cp "$mnist"/*-ubyte.gz data/mnist/raw
    mp dump --index 0 --zoom 1 -o one.png
    assert_status 0
    assert_stdout one.png
    oracle check-png one.png "$mnist/train-images-idx3-ubyte.gz" --index 0
    mp dump mnist --split test --index 9999 --zoom 1 -o last.png
    assert_status 0
    oracle check-png last.png "$mnist/t10k-images-idx3-ubyte.gz" --index 9999
    # The first labels are known: 5 0 4 1 9.
    mp dump --index 0-4
    assert_status 0
    assert_stdout "data/mnist/samples/train-00000-5.png
data/mnist/samples/train-00001-0.png
data/mnist/samples/train-00002-4.png
data/mnist/samples/train-00003-1.png
data/mnist/samples/train-00004-9.png"
}

@test "dump: a genuine sheet of Fashion-MNIST with captions" {
    need_fashion
    mkdir -p data/fashion-mnist/raw
    cp "$fashion"/*-ubyte.gz data/fashion-mnist/raw
    mp dump fashion-mnist --grid 3x3 --captions --zoom 2 -o sheet.png
    assert_status 0
    oracle check-sheet sheet.png "$fashion/train-images-idx3-ubyte.gz" \
        --index 0-8 --grid 3x3 --zoom 2 --captions
}

@test "dump: --zoom makes squares of each pixel" {
    for zoom in 2 3 10; do
        dump --index 5 --zoom "$zoom" -o "z$zoom.png"
        assert_status 0
        oracle check-png "z$zoom.png" "$images" --index 5 --zoom "$zoom"
    done
}

@test "dump: the test split, pictures that are not square" {
    fixture dataset src2 --height 5 --width 17
    fixture catalogue two.json --name two --dir src2
    put_raw src2 two
    mp --catalogue two.json dump two --split test --index 9 --zoom 3 -o a.png
    assert_status 0
    oracle check-png a.png src2/t10k-images-idx3-ubyte.gz --index 9 --zoom 3
    mp --catalogue two.json dump two --grid 4x2 --captions --zoom 1 -o b.png
    assert_status 0
    oracle check-sheet b.png src2/train-images-idx3-ubyte.gz --index 0-7 \
        --grid 4x2 --captions
}

@test "dump: default names in the samples directory, and again" {
    want=
    for i in 0 5 10 11 12; do
        want+=$(printf 'data/tiny/samples/train-%05d-%s.png' \
            "$i" "$(label_of "$i")")$'\n'
    done
    dump --index 0,5,10-12 --zoom 1
    assert_status 0
    assert_stdout "${want%$'\n'}"
    while read -r path; do
        i=${path##*train-}
        i=${i%%-*}
        echo check-png "$path" "$images" --index "$((10#$i))"
    done <<<"${want%$'\n'}" | oracle each
    # These are its own: they may be made again.
    dump --index 0,5,10-12 --zoom 1
    assert_status 0
    assert_stdout "${want%$'\n'}"
    [ "$(find data/tiny/samples -type f | wc -l)" -eq 5 ]
    assert_no_leftovers data/tiny 'raw/*.gz' 'samples/train-*.png'
}

@test "dump: --count takes the first ones" {
    dump --count 3
    assert_status 0
    [ "$(wc -l <<<"$output")" -eq 3 ]
    for i in 0 1 2; do
        [ -e "data/tiny/samples/train-0000$i-$(label_of "$i").png" ]
    done
}

@test "dump: --class takes that class only" {
    labels >labels.txt
    mapfile -t rows < <(grep -nx 3 labels.txt | head -2 | cut -d: -f1)
    [ "${#rows[@]}" -eq 2 ]
    dump --class 3 --count 2 --zoom 1 -o .
    assert_status 0
    [ "$(wc -l <<<"$output")" -eq 2 ]
    for row in "${rows[@]}"; do
        file=$(printf 'train-%05d-3.png' "$((row - 1))")
        oracle check-png "$file" "$images" --index "$((row - 1))"
    done
}

@test "dump: -o DIR writes there, and keeps what is there" {
    mkdir out
    name=train-00004-$(label_of 4).png
    dump --index 4 -o out
    assert_status 0
    [ -e "out/$name" ]
    [ "${output##*/}" = "$name" ]
    [ -e "$output" ]
    echo precious >"out/$name"
    dump --index 4 -o out
    assert_status 2
    assert_no_stdout
    assert_one_error_line "$name.*(--force|-f)"
    [ "$(cat "out/$name")" = precious ]
    dump --index 4 -o out --zoom 1 --force
    assert_status 0
    oracle check-png "out/$name" "$images" --index 4
    assert_no_leftovers out "$name"
}

@test "dump: -o FILE.png keeps what is there" {
    echo precious >one.png
    dump --index 4 --zoom 1 -o one.png
    assert_status 2
    assert_no_stdout
    assert_one_error_line 'one\.png.*(--force|-f)'
    [ "$(cat one.png)" = precious ]
    dump --index 4 --zoom 1 -o one.png -f
    assert_status 0
    oracle check-png one.png "$images" --index 4
    echo precious >sheet.png
    dump --grid 2x2 -o sheet.png
    assert_status 2
    [ "$(cat sheet.png)" = precious ]
}

@test "dump: -o /dev/stdout is -o -" {
    for picture in '--index 7' '--grid 3x2'; do
        read -ra words <<<"$picture"
        mp_to want.png --catalogue tiny.json dump tiny "${words[@]}" -o -
        assert_status 0
        mp_to got.png --catalogue tiny.json dump tiny "${words[@]}" \
            -o /dev/stdout
        assert_status 0
        assert_no_stderr
        assert_same want.png got.png
    done
    dump --index 0,1 -o /dev/stdout
    assert_status 2
    assert_one_error_line 'standard output takes one picture'
    assert_no_stdout
}

@test "dump: -o - writes the picture to standard output" {
    mp_to one.png --catalogue tiny.json dump tiny --index 7 --zoom 2 -o -
    assert_status 0
    oracle check-png one.png "$images" --index 7 --zoom 2
    mp_to sheet.png --catalogue tiny.json dump tiny --grid 3x2 --zoom 1 -o -
    assert_status 0
    oracle check-sheet sheet.png "$images" --index 0-5 --grid 3x2
    assert_absent data/tiny/samples
}

@test "dump: a PNG goes back through decode" {
    dump --index 7 --zoom 1 -o one.png
    assert_status 0
    mp_to got decode one.png --format bin
    assert_status 0
    oracle pixels "$images" want --index 7
    assert_same want got
}

@test "dump: sheets: every picture stands there exactly, in order" {
    for zoom in 1 2 3; do
        for grid in 1x1 3x3 5x4 4x1 1x4; do
            last=$((${grid%x*} * ${grid#*x} - 1))
            dump --grid "$grid" --zoom "$zoom" -o "$zoom-$grid.png"
            assert_status 0
            assert_stdout "$zoom-$grid.png"
            echo check-sheet "$zoom-$grid.png" "$images" --index "0-$last" \
                --grid "$grid" --zoom "$zoom" >>sheets
        done
    done
    oracle each <sheets
}

@test "dump: captions change nothing but what lies outside of the pictures" {
    for zoom in 1 2 4; do
        dump --grid 3x3 --captions --zoom "$zoom" -o s.png -f
        assert_status 0
        oracle check-sheet s.png "$images" --index 0-8 --grid 3x3 \
            --zoom "$zoom" --captions
    done
}

@test "dump: captions differ where names differ" {
    # Two samples, the same pictures, other class names.
    dump --grid 2x1 --captions --zoom 2 -o a.png
    assert_status 0
    sed 's/"\(zero\|one\|two\|three\|four\|five\|six\|seven\|eight\|nine\)"/"x"/' \
        tiny.json >other.json
    mp --catalogue other.json dump tiny --grid 2x1 --captions --zoom 2 -o b.png
    assert_status 0
    run ! cmp -s a.png b.png
    oracle check-sheet b.png "$images" --index 0-1 --grid 2x1 --zoom 2 \
        --captions
}

@test "dump: a sheet of chosen samples, with the default name" {
    dump --index 30,3,20-21 --grid 2x2 --zoom 1
    assert_status 0
    assert_stdout data/tiny/samples/train-2x2.png
    # In the order asked for, or in the order of the file.
    oracle check-sheet "$output" "$images" --index 30,3,20-21 --grid 2x2 ||
        oracle check-sheet "$output" "$images" --index 3,20-21,30 --grid 2x2
    dump --index 1,2 --grid 3x3 --zoom 1 -o few.png
    assert_status 0
    oracle check-sheet few.png "$images" --index 1,2 --grid 3x3
}

@test "dump: the same command gives the same bytes" {
    dump --grid 3x3 --captions -o a.png
    TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 dump --grid 3x3 --captions -o b.png
    assert_same a.png b.png
}

@test "dump: wrong arguments: status 2, one line, no file" {
    while read -r option value; do
        dump "$option=$value" -o out
        assert_status 2
        assert_no_stdout
        assert_one_error_line '^mnistprep dump: '
    done <<'END'
--index 40
--index 0,40
--index 39-40
--index 4294967296
--index 18446744073709551616
--index -1
--index a
--index 1,,2
--index 5-2
--index 10-
--index 1.5
--index 0x3
--index
--count -1
--count abc
--count 1e3
--grid 0x3
--grid 3x0
--grid 3
--grid 3x
--grid x3
--grid 3x3x3
--grid -1x3
--grid axb
--grid 99999x99999
--grid 4294967297x1
--grid
--zoom 0
--zoom -1
--zoom 1.5
--zoom x
--zoom 99999999999
--class 10
--class nosuch
--class -1
--split validation
END
    assert_no_leftovers . 'src/*' 'data/tiny/raw/*' tiny.json
    assert_absent out data/tiny/samples
}

@test "dump: several samples do not fit into one file" {
    dump --index 0,1 -o one.png
    assert_status 2
    assert_one_error_line '^mnistprep dump: '
    assert_absent one.png
    dump --index 0,1 -o -
    assert_status 2
    assert_no_stdout
    assert_one_error_line '^mnistprep dump: '
    # Nor ten into a grid of nine.
    dump --index 0-9 --grid 3x3 -o one.png
    assert_status 2
    assert_one_error_line '^mnistprep dump: .*3x3'
    assert_absent one.png
}

@test "dump: missing and damaged raw files leave nothing" {
    rm data/tiny/raw/train-labels-idx1-ubyte.gz
    dump --index 0 -o one.png
    assert_status 1
    assert_one_error_line '^mnistprep dump: .*mnistprep fetch tiny'
    cp src/train-labels-idx1-ubyte.gz data/tiny/raw
    fixture truncate "$images" data/tiny/raw/train-images-idx3-ubyte.gz \
        --keep 5000
    dump --index 39 -o one.png
    assert_status 3
    assert_one_error_line '^mnistprep dump: .*train-images-idx3-ubyte\.gz'
    dump --grid 6x6 -o one.png
    assert_status 3
    fixture html data/tiny/raw/train-images-idx3-ubyte.gz
    dump --index 0 -o one.png
    assert_status 3
    assert_one_error_line 'web page'
    cp src/train-labels-idx1-ubyte.gz data/tiny/raw/train-images-idx3-ubyte.gz
    cp "$images" data/tiny/raw/train-labels-idx1-ubyte.gz
    dump --index 0 -o one.png
    assert_status 3
    assert_one_error_line 'swap'
    assert_no_leftovers . 'src/*' 'data/tiny/raw/*' tiny.json
}

@test "dump: unknown dataset and options" {
    mp dump mnits
    assert_status 2
    assert_one_error_line "did you mean '?mnist"
    dump --gird 3x3
    assert_status 2
    assert_one_error_line "did you mean '?--grid"
    dump other
    assert_status 2
    assert_one_error_line '^mnistprep dump: '
}

@test "dump: directories that are not there are made, or refused" {
    dump --index 0 -o missing/one.png
    [ "$status" -eq 0 ] || [ "$status" -eq 1 ] || seen "a missing directory"
    if [ "$status" -eq 0 ]; then
        [ -e missing/one.png ]
    else
        assert_one_error_line 'missing'
    fi
    dump --index 0 -o /proc/one.png
    assert_status 1
    assert_one_error_line '/proc/one\.png'
}

# Enough pictures for several batches of dump_files.c.
@test "dump: the same files, and their paths in order, whatever the threads" {
    need_fashion
    mkdir -p data/fashion-mnist/raw
    cp "$fashion"/*.gz data/fashion-mnist/raw
    local jobs
    for jobs in 1 2 7; do
        mp dump fashion-mnist --split test --count 700 --zoom 2 -j "$jobs" \
            -o "$jobs"
        assert_status 0
        [ "$(printf '%s\n' "${lines[@]}")" = "$(printf '%s\n' "$jobs"/*)" ] ||
            seen "the paths are not told in order"
        [ "${#lines[@]}" -eq 700 ] || seen "700 paths were expected"
    done
    diff -r 1 2
    diff -r 1 7
}

@test "dump: a picture in the way ends it, whatever the threads; those before stay" {
    local jobs
    for jobs in 1 4; do
        mkdir "$jobs"
        mkdir "$jobs/train-00005-$(label_of 5).png"
        dump --count 20 -j "$jobs" -o "$jobs"
        assert_status 2
        assert_one_error_line "train-00005-.*is a directory"
        [ -f "$jobs/train-00004-$(label_of 4).png" ] || seen "4 is missing"
        # Each path that is told is there.
        local path
        while read -r path; do
            [ -f "$path" ] || seen "'$path' is told, but is not there"
        done < <(printf '%s\n' "$output")
        [ -z "$(find "$jobs" -name '.*' -type f)" ] || seen "something is left over"
    done
}

@test "dump: a run that was interrupted can be repeated" {
    dump --count 8 -o whole
    assert_status 0
    cp -pr whole part
    rm part/train-0000[3-5]-*.png
    touch -d '2001-02-03' part/*.png
    dump --count 8 -o part
    assert_status 0
    assert_stdout "$(printf '%s\n' whole/*.png | sed 's/^whole/part/')"
    diff -r whole part
    # What was there has been left alone.
    [ "$(find part -name '*.png' ! -newermt '2001-02-04' | wc -l)" -eq 5 ]
    # A whole run twice, and a sheet
    dump --count 8 -o part
    assert_status 0
    dump --grid 2x2 -o sheet.png
    assert_status 0
    dump --grid 2x2 -o sheet.png
    assert_status 0
    assert_stdout sheet.png
}

@test "dump: another picture or file of that name is in the way" {
    dump --index 0-3 -o d
    assert_status 0
    row=(d/train-00002-*.png)
    dump --index 0-3 --zoom 2 -o d
    assert_status 2
    assert_error_line 'exists; use --force'
    echo precious >"${row[0]}"
    dump --index 0-3 -o d
    assert_status 2
    assert_error_line "${row[0]}.*exists; use --force"
    [ "$(cat "${row[0]}")" = precious ]
    dump --index 0-3 -o d -f
    assert_status 0
    dump --grid 2x2 -o "${row[0]}"
    assert_status 2
}

@test "dump: -o takes .PNG for .png, and no name of another kind" {
    for name in sheet.PNG sheet.Png; do
        dump --grid 2x2 -o "$name"
        assert_status 0
        assert_stdout "$name"
        [ -f "$name" ]
    done
    for name in a.jpg a.JPG a.jpeg d/a.gif a.pdf a.svg a.html; do
        for choice in '--index 0' '--grid 2x2' '--index 0-3'; do
            # shellcheck disable=SC2086 # words are meant
            dump $choice -o "$name"
            assert_status 2
            assert_one_error_line "${name##*/}.*PNG"
            assert_absent "$name" d
        done
    done
    # A directory may have any name.
    mkdir a.jpg
    dump --index 0-3 -o a.jpg
    assert_status 0
    [ "$(find a.jpg -name '*.png' | wc -l)" -eq 4 ]
    dump --index 0-3 -o b.png
    assert_status 2
}

@test "dump: a range of rows that ends before it begins" {
    dump --index 5-3
    assert_status 2
    assert_one_error_line 'rows 5-3 end before they begin; the smaller comes first'
}

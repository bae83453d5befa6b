#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep: which rows, which pictures, which numbers, against numpy and the rows files that say where each row came from.

load rows

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 437 --test 61 --height 7 --width 5 --seed 8
    cp -r src dup
    py duplicates dup
    fixture catalogue tiny.json --name tiny --dir src --name dup --dir dup
    fixture dataset other --train 90 --test 20 --height 7 --width 5 --seed 9
    fixture catalogue other.json --name other --dir other
}

setup() {
    common_setup
    put_raw "$BATS_FILE_TMPDIR/src" tiny
    put_raw "$BATS_FILE_TMPDIR/dup" dup
    put_raw "$BATS_FILE_TMPDIR/other" other
}

tiny() {
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep tiny "$@"
}

# made DIR 'KEY=VALUE...' OPTIONS...: prep tiny into DIR, then numpy's opinion.
made() {
    local dir=$1 what=$2
    shift 2
    tiny -o "$dir" "$@"
    assert_status 0 || return 1
    # shellcheck disable=SC2086 # words are meant
    py check "$dir" data/tiny/raw $what
}

# no_files DIR: an empty directory may be there; "errors leave no directory"
# below is the one test of that.
no_files() {
    [ ! -e "$1" ] || assert_no_leftovers "$1"
}

# usage REGEX OPTIONS...: one line, status 2, and nothing written.
usage() {
    local regex=$1
    shift
    tiny -o wrong "$@"
    assert_status 2 && assert_no_stdout && assert_one_error_line "$regex" &&
        no_files wrong
}

# each OPTION VALUE...: usage with each of the values.
each() {
    local option=$1 value
    shift
    for value; do
        usage "${option#--}" "$option" "$value" || seen "$option '$value'"
    done
}

# --- rows

@test "rows: --val N" { made o val=37 --val 37; }
@test "rows: --val N of all but one" { made o val=436 --val 436; }
@test "rows: --val 1 is one row" { made o val=1 --val 1; }
@test "rows: --val FRACTION" { made o val=0.1 --val 0.1; }
@test "rows: --val FRACTION, other side of the half" { made o val=0.13 --val 0.13; }
@test "rows: --val --stratify" { made o 'val=100 stratify=1' --val 100 --stratify; }
@test "rows: --val FRACTION, half a row is a row" { made o val=0.5 --val 0.5; }
@test "rows: --val FRACTION --stratify" { made o 'val=0.27 stratify=1' --val 0.27 --stratify; }
@test "rows: --val --stratify, fewer rows than classes" { made o 'val=4 stratify=1' --val 4 --stratify; }
@test "rows: --folds" { made o folds=7 --folds 7; }
@test "rows: --folds 2, --folds 256" {
    made a folds=2 --folds 2
    made b folds=256 --folds 256
}
@test "rows: --folds --stratify" { made o 'folds=5 stratify=1' --folds 5 --stratify; }
@test "rows: --val --folds --stratify --shuffle" { made o 'val=61 folds=4 stratify=1 shuffle=1' --val 61 --folds 4 --stratify --shuffle --seed 3; }
@test "rows: --shuffle" { made o shuffle=1 --shuffle; }
@test "rows: --classes" { made o classes=7,2,5 --classes 7,2,5; }
@test "rows: --classes by name is the same as by label" {
    made a classes=7,2 --classes 7,2
    made b classes=7,2 --classes seven,two
    same_set a b
}
@test "rows: --classes --relabel" {
    made o 'classes=7,2,5 relabel=1' --classes 7,2,5 --relabel
    "$MNISTPREP_TEST_PYTHON" -c "import json; assert json.load(open('o/dataset.json'))['classes'] == ['seven', 'two', 'five']"
}
@test "rows: --classes --relabel --label-dtype i64 --val --shuffle" { made o 'classes=9,0 relabel=1 label_dtype=i64 val=0.3 shuffle=1' --classes nine,0 --relabel --label-dtype i64 --val 0.3 --shuffle; }

@test "rows: --limit and --per-class are the first of what there would be" {
    made full 'val=99 shuffle=1' --val 99 --shuffle --seed 5
    made a 'val=99 shuffle=1 limit=20 full=full' --val 99 --shuffle --seed 5 --limit 20
    made b 'val=99 shuffle=1 per_class=3 full=full' --val 99 --shuffle --seed 5 --per-class 3
    made c 'val=99 shuffle=1 per_class=3 limit=17 folds=3 full=full' --val 99 --shuffle --seed 5 --per-class 3 --limit 17 --folds 3
    made plain val=99 --val 99
    made d 'val=99 limit=20 full=plain' --val 99 --limit 20
}

@test "rows: --drop-duplicates, within train and from test" {
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep dup -o o --drop-duplicates --val 0.2 --folds 3
    assert_status 0
    py check o data/dup/raw drop_duplicates=1 val=0.2 folds=3
    [ "$(($(stat -c %s o/train-rows.u32) + $(stat -c %s o/val-rows.u32)))" -eq $((4 * 434)) ]
    [ "$(stat -c %s o/test-rows.u32)" -eq $((4 * 61)) ]
}

@test "rows: after --classes a duplicate counts all the same" {
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep dup -o o --drop-duplicates --classes 0,1,2,3,4
    assert_status 0
    py check o data/dup/raw drop_duplicates=1 classes=0,1,2,3,4
}

@test "rows: --seed: 0 is the default, another one another order" {
    tiny -o a --val 50 --shuffle --folds 3
    tiny -o b --val 50 --shuffle --folds 3 --seed 0
    tiny -o c --val 50 --shuffle --folds 3 --seed 1
    tiny -o d --val 50 --shuffle --folds 3 --seed 18446744073709551615
    assert_status 0
    local f
    for f in train-rows.u32 val-rows.u32 test-rows.u32 train-folds.u8 train-images.f32; do
        assert_same a/$f b/$f
        differ a/$f c/$f
        differ c/$f d/$f
    done
}

@test "rows: the same bytes whatever the threads, locale, umask, place" {
    local options=(--val 0.2 --stratify --folds 5 --shuffle --seed 77 --classes '1,2,3,8,9'
        --relabel --per-class 30 --drop-duplicates --scale pixel-standard --size 9x8 --pad 1 --checksums)
    tiny -o a "${options[@]}" -j 1
    assert_status 0
    tiny -o b "${options[@]}" -j 2
    same_set a b
    tiny -o b8 "${options[@]}" -j 8
    same_set a b8
    need_comma_locale
    LC_ALL=$comma_locale tiny -o c "${options[@]}"
    same_set a c
    (umask 077 && tiny -o d "${options[@]}")
    same_set a d
    mkdir -p "deep/er ü"
    (cd "deep/er ü" && mp -C ../../data --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep tiny -o e "${options[@]}")
    same_set a "deep/er ü/e"
}

# --- writers

group() {
    local name=$1
    shift
    mp --catalogue both.json prep "$name" --group writer "$@"
}
@test "group: no writer in train and val, nor in two folds" {
    py writers 500
    local name
    for name in mnist qmnist; do
        group $name -o $name-v --val 100
        assert_status 0
        py groups $name-v 100 0
        group $name -o $name-f --folds 4 --shuffle
        assert_status 0
        py groups $name-f 0 4
        group $name -o $name-b --val 0.2 --folds 3 --seed 9
        assert_status 0
        py groups $name-b 100 3
    done
    assert_same mnist-b/train-rows.u32 qmnist-b/train-rows.u32
    assert_same mnist-b/val-rows.u32 qmnist-b/val-rows.u32
}
@test "group: without it a writer is on both sides" {
    # Else the test above shows nothing.
    py writers 500
    mp --catalogue both.json prep mnist -o o --val 100 --folds 3
    assert_status 0
    run ! py groups o 100 3
}
@test "group: a class that differs in one row is found" {
    py writers 500 499
    group mnist -o o --val 100
    [ "$status" -ne 0 ] && [ "$status" -lt 128 ]
    assert_error_line 'row 499'
    no_files o
}
@test "group: mnist without qmnist's table" {
    py writers 500
    rm -r data/qmnist
    group mnist -o o --val 100
    [ "$status" -ne 0 ] && [ "$status" -lt 128 ]
    assert_one_error_line 'qmnist'
    no_files o
}
@test "group: nobody knows the writers of tiny" { usage writer --group writer --val 9; }

# --- pictures

@test "pictures: --pad" { made o pad=3 --pad 3; }
@test "pictures: --pad is black after --invert, and scaled" { made o 'pad=2 invert=1 scale=signed' --pad 2 --invert --scale signed; }
@test "pictures: --invert" { made o invert=1 --invert; }
@test "pictures: --transpose" { made o transpose=1 --transpose; }
@test "pictures: --layout hwc, chw" {
    made a layout=hwc --layout hwc
    made b layout=chw --layout chw
    assert_same a/train-images.f32 b/train-images.f32
}

@test "pictures: --size, bilinear and nearest, larger, smaller, one pixel" {
    local s
    for s in 14x10 28x28 3x2 1x1 7x5 8x4 6x9 13x1 1x31; do
        made o-$s "size=$s scale=none dtype=u8" --size $s --dtype u8
        made n-$s "size=$s scale=none dtype=u8 resample=nearest" --size $s --dtype u8 --resample nearest
    done
    differ o-14x10/train-images.u8 n-14x10/train-images.u8
}

@test "pictures: all at once, in the order of the contract" {
    made o 'transpose=1 invert=1 size=11x6 pad=2 layout=chw val=30' --pad 2 --layout chw --val 30 --size 11x6 --invert --transpose
}

# --- numbers

numbers() {
    made o "scale=$1 dtype=$2" --scale "$1" --dtype "$2"
    made p "scale=$1 dtype=$2 val=60 shuffle=1 size=9x4 pad=1 invert=1" --scale "$1" --dtype "$2" --val 60 --shuffle --size 9x4 --pad 1 --invert
}
@test "numbers: pixel-standard f32" { numbers pixel-standard f32; }
@test "numbers: pixel-standard f64" { numbers pixel-standard f64; }
@test "numbers: pixel-standard f16" { numbers pixel-standard f16; }
@test "numbers: pixel-standard bf16" { numbers pixel-standard bf16; }
@test "numbers: standard f32" { numbers standard f32; }
@test "numbers: standard f64" { numbers standard f64; }
@test "numbers: standard f16" { numbers standard f16; }
@test "numbers: standard bf16" { numbers standard bf16; }

@test "numbers: fitted on the rows of train, after --limit and --classes" {
    local s
    for s in standard pixel-standard; do
        made full-$s 'classes=1,4,7' --classes 1,4,7
        made o-$s "scale=$s classes=1,4,7 limit=12 full=full-$s" --scale $s --classes 1,4,7 --limit 12
    done
}

@test "numbers: of one row every pixel is constant" {
    made o-full 'classes=0' --classes 0
    made o 'scale=pixel-standard classes=0 limit=1 full=o-full' --scale pixel-standard --classes 0 --limit 1
    [ "$(od -An -v -tx1 o/train-images.f32 | tr -d ' 0\n8' | wc -c)" -eq 0 ]
}

# --- checksums

@test "checksums: SHA256SUMS and dataset.json are right" {
    made o 'val=30 folds=3 shuffle=1' --val 30 --folds 3 --shuffle --checksums
    (cd o && sha256sum --strict --quiet -c SHA256SUMS)
    py sums o
    made p val=30 --val 30
    assert_absent p/SHA256SUMS
    run ! grep -q '"sha256"' <(sed '1,/"splits": {/d' p/dataset.json)
}

# --- recipes

@test "recipe: repeats everything, in another directory" {
    local options=(--val 0.2 --stratify --folds 5 --shuffle --seed 9007199254740993 --classes '8,1,2'
        --relabel --per-class 30 --limit 70 --drop-duplicates --scale pixel-standard --dtype f16
        --label-dtype i32 --smoothing 0.1 --transpose --invert --size 9x8 --resample nearest
        --pad 1 --layout chw --checksums --format 'npy,bin')
    tiny -o a "${options[@]}"
    assert_status 0
    mkdir elsewhere
    tiny -o elsewhere/b --recipe a/dataset.json
    assert_status 0
    same_set a elsewhere/b
}
@test "recipe: the bare object" {
    tiny -o a --val 9 --shuffle --pad 2
    "$MNISTPREP_TEST_PYTHON" -c "import json; json.dump(json.load(open('a/dataset.json'))['recipe'], open('bare.json', 'w'))"
    tiny -o b --recipe bare.json
    assert_status 0
    same_set a b
    tiny -o c --scale standard && sed '/"dataset":/d' c/dataset.json >nameless.json
    tiny -o d --recipe nameless.json
    assert_status 2 && assert_one_error_line 'does not say which dataset'
}
@test "recipe: each option by itself survives" {
    local n=0 o
    for o in '--val 0.1' '--val 9' '--folds 3 --stratify' '--shuffle --seed 5' '--classes 3,1' \
        '--classes 3,1 --relabel' '--limit 9' '--per-class 2' '--drop-duplicates' '--transpose' \
        '--invert' '--size 3x9' '--pad 2' '--layout hwc' '--checksums' '--no-onehot' '--splits test' \
        '--scale standard' '--scale 0.25,0.1' '--smoothing 0.3333333333333333'; do
        n=$((n + 1))
        # shellcheck disable=SC2086 # words are meant
        tiny -o a$n $o
        assert_status 0
        tiny -o b$n --recipe a$n/dataset.json
        assert_status 0
        same_set a$n b$n || seen "$o"
        [ $n -eq 1 ] || differ a$n/dataset.json a1/dataset.json
    done
}
@test "recipe: every seed survives" {
    local s
    for s in 1 9007199254740993 9223372036854775807 9223372036854775808 18446744073709551615; do
        tiny -o a$s --val 9 --shuffle --seed $s
        assert_status 0
        grep -qE "\"seed\": \"?$s\"?," a$s/dataset.json || seen "--seed $s: $(grep seed a$s/dataset.json)"
        tiny -o b$s --recipe a$s/dataset.json
        assert_status 0
        same_set a$s b$s || seen "--seed $s"
    done
}
@test "recipe: a value that is none is an error, not ignored" {
    tiny -o a --val 9 --shuffle --seed 5
    local change
    for change in '"seed": "abc"' '"seed": -1' '"seed": 1.5' '"classes": 5' '"height": 5' '"pad": -4' '"folds": 1'; do
        sed -E "s/^    ${change%:*}: (\\[\\]|[^,]*)/    $change/" a/dataset.json >changed.json
        differ a/dataset.json changed.json
        tiny -o b --recipe changed.json
        [[ $status == [23] ]] || seen "$change"
    done
}
@test "recipe: refuses options that would change it" {
    tiny -o a --val 9
    local o
    for o in '--pad 2' '--val 8' '--scale signed' '--shuffle' '--seed 1' '--checksums' '--no-onehot' \
        '--format npy' '--splits train' '--classes 1' '--limit 3' '--layout chw' '--folds 2' '--invert' \
        '--transpose' '--size 7x4' '--resample nearest' '--drop-duplicates' '--dtype f64' '--smoothing 0.1' \
        '--label-dtype i64' '--per-class 2' '--as-published' '--group writer' '--stratify' '--relabel'; do
        # shellcheck disable=SC2086 # words are meant
        usage recipe --recipe a/dataset.json $o || seen "$o"
    done
}
@test "recipe: refuses options even of the value that they have anyway" {
    tiny -o a --val 9
    local o
    for o in '--scale unit' '--seed 0' '--layout hw' '--resample bilinear' '--dtype f32' '--label-dtype u8' \
        '--group none' '--pad 0' '--format bin' '--smoothing 0'; do
        # shellcheck disable=SC2086 # words are meant
        usage recipe --recipe a/dataset.json $o || seen "$o"
    done
}
@test "recipe: the constants of another dataset only with --fitted-on" {
    local s
    for s in standard pixel-standard; do
        tiny -o t-$s --scale $s
        assert_status 0
        mp --catalogue "$BATS_FILE_TMPDIR/other.json" prep other -o o-$s --recipe t-$s/dataset.json
        assert_status 2
        assert_one_error_line 'tiny'
        no_files o-$s
        mp --catalogue "$BATS_FILE_TMPDIR/other.json" prep other -o o-$s --recipe t-$s/dataset.json --fitted-on other
        assert_status 2
        assert_absent o-$s
        mp --catalogue "$BATS_FILE_TMPDIR/other.json" prep other -o o-$s --recipe t-$s/dataset.json --fitted-on tiny
        assert_status 0
        py same_constants t-$s o-$s data/other/raw
    done
}
@test "recipe: constants that no longer fit are an error" {
    tiny -o a --scale standard
    sed 's/"mean": 0\./"mean": 0.1/' a/dataset.json >changed.json
    differ a/dataset.json changed.json
    tiny -o b --recipe changed.json
    assert_status 3
    assert_one_error_line .
    no_files b
}

# --- what would be done

@test "check: 10 when something would change, 0 when not, and nothing is written" {
    local before
    tiny -o o --check --val 9
    assert_status 10
    assert_absent o
    tiny -o o --val 9 --checksums
    before=$(hashes .; find . -printf '%p %T@ %i\n' | LC_ALL=C sort)
    tiny -o o --check --val 9 --checksums
    assert_status 0
    tiny -o o --check --val 10 --checksums
    assert_status 10
    tiny -o o --check --val 9 --checksums --seed 3
    assert_status 10
    [ "$before" = "$(hashes .; find . -printf '%p %T@ %i\n' | LC_ALL=C sort)" ]
    truncate -s -1 o/val-rows.u32
    tiny -o o --check --val 9 --checksums
    assert_status 10
    rm o/val-rows.u32
    tiny -o o --check --val 9 --checksums
    assert_status 10
    assert_absent o/val-rows.u32
}
@test "dry run: writes nothing" {
    local before
    before=$(find . -printf '%p %T@\n' | LC_ALL=C sort)
    tiny -o o -n --val 9 --checksums --folds 3
    assert_status 0
    tiny -n --shuffle
    assert_status 0
    [ "$before" = "$(find . -printf '%p %T@\n' | LC_ALL=C sort)" ]
}
@test "another recipe in the same place leaves nothing of the first" {
    tiny -o o --val 9 --folds 3 --checksums
    tiny -o o
    assert_status 0
    tiny -o p
    same_set o p
}

# --- why

@test "prep -v: why the set is made, and why not" {
    # because REASON OPTIONS...: that is said, with -n and without
    because() {
        local reason=$1
        shift
        tiny -o o -v -n "$@"
        [[ $stderr == *"o: the set is to be made: $reason"* ]] || seen "expected: $reason" || return 1
        tiny -o o -v "$@"
        assert_status 0 || return 1
        [[ $stderr == *"o: the set is to be made: $reason"* ]] || seen "expected: $reason" || return 1
        tiny -o o -v "$@"
        [[ $stderr == *"o: nothing is to be done: the recipe, its sources and the sizes"* ]] ||
            seen "expected nothing to do"
    }
    because 'there is no dataset.json'
    because 'its recipe has another "scale"' --scale standard
    because 'its recipe has another "limit"' --scale standard --limit 9
    because 'its recipe has another "shuffle"' --scale standard --limit 9 --shuffle
    because 'its recipe has another "seed"' --scale standard --limit 9 --shuffle --seed 4
    because 'its recipe has another "formats"' --scale standard --limit 9 --shuffle --seed 4 --format npy
    because 'its recipe has another "splits"' --scale standard --limit 9 --shuffle --seed 4 --format npy --splits train
    because 'its recipe has another "scale"'
    rm o/test-labels.u8
    because "'o/test-labels.u8' is missing"
    truncate -s 9 o/train-labels.u8
    because "'o/train-labels.u8' has 9 bytes instead of 437"
    gzip -dc data/tiny/raw/t10k-labels-idx1-ubyte.gz | gzip -1nc >packed
    cp packed data/tiny/raw/t10k-labels-idx1-ubyte.gz
    because "its source 't10k-labels-idx1-ubyte.gz' (test, labels) is another now"
    tiny -o o -v --force
    [[ $stderr == *'--force asks for it'* ]] || seen "expected --force"
    tiny -o o
    [[ $stderr != *sizes* ]] || seen "expected no reason without -v"
}

# --- usage

@test "usage: errors leave no directory" {
    tiny -o a --folds 1
    assert_status 2
    assert_absent a
    tiny -o b --val 438
    assert_absent b
}
@test "usage: --relabel alone" { usage relabel --relabel; }
@test "usage: --stratify alone" { usage stratify --stratify; }
@test "usage: --group alone" { usage group --group writer; }
@test "usage: --resample alone" { usage 'resample goes with --size' --resample nearest; }
@test "usage: --smoothing without one-hot rows" { usage 'smoothing goes with.*no-onehot' --no-onehot --smoothing 0.1; }
@test "usage: --group with --stratify" {
    py writers 100
    group mnist -o wrong --stratify --val 9
    assert_status 2
    assert_one_error_line 'stratify|group'
    assert_absent wrong
}
@test "usage: --val of no row" { usage val --val 0.0000001; }
@test "usage: --val of more rows than there are" { usage val --val 438; }
@test "usage: --val of more rows than --classes leaves" { usage val --val 400 --classes 1; }
@test "usage: --val that leaves no row to train" {
    usage '--val 437 takes all rows of train' --val 437
    usage '--val 0.9999 takes all rows of train' --val 0.9999
    usage 'takes all rows of train' --val 437 --limit 5 --shuffle
    tiny -o o --val 436
    assert_status 0
}
@test "usage: --val below nothing" { each --val -1 -0.5; }
@test "usage: --val that is no number of rows" { each --val 1.5 nan inf 1e30 '' 5x; }
@test "usage: --folds" { each --folds 0 1 257 300 -2; }
@test "usage: --limit and --per-class of no rows" {
    each --limit 0 -1
    each --per-class 0 -1
}
@test "usage: --classes" { each --classes 3,zz 10 3,3 3,three 3,,4 ''; }
@test "usage: --size" { each --size 0x5 5x0 5 5x5x5 -5x5 99999999999x5; }
@test "usage: --pad, --layout, --resample" {
    each --pad -1
    each --layout wh
    each --resample cubic
}
@test "usage: pairs that exclude each other, before anything is read" {
    local command
    rm -r data/tiny/raw
    for command in 'prep tiny' 'prep tiny -n' 'normalize none'; do
        for words in '--scale standard' '--scale pixel-standard' '--scale unit' '--scale 0.5,0.5'; do
            # shellcheck disable=SC2086 # words are meant
            mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" $command --dtype u8 $words
            assert_status 2
            assert_one_error_line '--dtype u8 keeps whole grey levels: it goes with --scale none'
        done
        # shellcheck disable=SC2086 # words are meant
        mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" $command --scale 0.5,0
        assert_status 2
        assert_one_error_line 'a deviation of 0 is not above zero'
    done
    for words in 1 -0.1 2; do
        mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep tiny -n --smoothing "$words"
        assert_status 2
        assert_one_error_line "a smoothing of $words is not possible"
    done
    assert_absent data/tiny/prepared
}
@test "usage: options that would have no effect" {
    usage '--seed goes with --val, --folds, --shuffle or --augment' --seed 3
    usage '--seed goes with --val, --folds, --shuffle or --augment' --seed 3 --limit 5
    usage "--label-column and --shape are about tables, and 'tiny' has none" --shape 7x5
    usage "--label-column and --shape are about tables, and 'tiny' has none" --label-column last
    mp --catalogue "$BATS_FILE_TMPDIR/tiny.json" prep mine --images data/tiny/raw/train-images-idx3-ubyte.gz --shape 7x5 -o o
    assert_status 2
    assert_one_error_line "are about tables, and 'mine' has none"
    mp stats --images data/tiny/raw/train-images-idx3-ubyte.gz --shape 7x5
    assert_status 2
    assert_one_error_line 'are about tables'
}
@test "usage: outputs that cannot be" {
    usage 'several files, not one for standard output' -o -
    usage 'several files, not one for standard output' -o /dev/stdout
    assert_absent ./-
    echo mine >file
    for words in '' -n; do
        # shellcheck disable=SC2086 # words are meant
        usage "'file' is not a directory" -o file $words
        # shellcheck disable=SC2086 # words are meant
        usage "'file' is not a directory" -o file/below $words
    done
    # What is read is no place for a stamp.
    for words in --stamp --depfile; do
        cp data/tiny/raw/train-images-idx3-ubyte.gz before
        usage 'is to be read and would be replaced' -o o $words data/tiny/raw/train-images-idx3-ubyte.gz
        assert_same before data/tiny/raw/train-images-idx3-ubyte.gz
        assert_absent o
    done
}
@test "usage: --seed" { each --seed -1 18446744073709551616 1.5; }

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# list: what the catalogue knows and what is on disk.

load common

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 40 --test 10
    fixture catalogue tiny.json --name tiny --dir src --title 'A tiny one'
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    src=$fixtures/src
}

list() {
    mp --catalogue "$fixtures/tiny.json" list "$@"
}

# field NAME EXPRESSION: of that dataset (d) in the JSON; $value is set.
field() {
    value=$(printf '%s' "$output" | "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, sys
report = json.load(sys.stdin)
d = [d for d in report["datasets"] if d["name"] == sys.argv[1]]
assert len(d) == 1, report
d = d[0]
print(eval(sys.argv[2]))' "$@")
}

@test "list: names every dataset of the catalogue" {
    mp list
    assert_status 0
    assert_no_stderr
    local name
    for name in mnist fashion-mnist kmnist oracle-mnist kannada-mnist; do
        [ "$(printf '%s\n' "$output" | grep -cE -- "(^|[[:space:]])$name(:|[[:space:]]|\$)")" -ge 1 ] ||
            seen "expected the name: $name"
    done
    assert_absent data
}

@test "list: in 80 columns, without control bytes, the same at any width of a pipe" {
    list
    assert_status 0
    if printf '%s' "$output" | LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]'; then
        seen "a control byte"
    fi
    local narrow=$output
    COLUMNS=300 list
    [ "$(printf '%s' "$output" | LC_ALL=C tr -d -c '\033' | wc -c)" -eq 0 ]
    [ "$(printf '%s\n' "$narrow" | awk 'length > 80' | wc -l)" -eq 0 ] ||
        seen "a line is longer than 80 columns"
}

@test "list: names the datasets asked for, and only those" {
    list tiny mnist
    assert_status 0
    [[ $output == *tiny* ]] || seen "expected tiny"
    [[ $output == *mnist* ]] || seen "expected mnist"
    [[ $output != *kmnist* ]] || seen "kmnist was not asked for"
}

@test "list: prepared sets of one's own" {
    mp -q prep mine --from "$src"
    list --json
    assert_status 0
    field mine '(d["own"], d["prepared"], [(s["name"], s["count"]) for s in d["splits"]], len(d["classes"]))'
    [ "$value" = "(True, True, [('train', 40), ('test', 10)], 10)" ] || seen "$value"
    field tiny 'd["own"]'
    [ "$value" = False ]
    list mine
    assert_status 0
    grep -q '^mine: own' <<<"$output"
    grep -q 'train 40, test 10' <<<"$output"
    [[ $output != *tiny* ]] || seen "tiny was not asked for"
    rm data/mine/prepared/train-labels.u8
    list mine
    assert_status 0
    grep -q 'damaged' <<<"$output"
    mkdir -p data/empty
    mp -q list empty
    assert_status 2
}

@test "list --names, --split-names: one a line, and nothing else" {
    mp -q prep mine --from "$src"
    list --names
    assert_status 0
    assert_no_stderr
    names=$output
    list --json
    output=$("$MNISTPREP_TEST_PYTHON" -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    print(d["name"])' <<<"$output")
    assert_stdout "$names"
    list tiny mine mnist --names
    assert_stdout $'tiny\nmnist\nmine'
    list mine --split-names
    assert_stdout $'train\ntest'
    # Those that prep has made of it, and each once.
    mkdir data/tiny && cp -r "$src" data/tiny/raw
    mp -q --catalogue "$fixtures/tiny.json" prep tiny --val 5
    assert_status 0
    list tiny mine --split-names
    assert_stdout $'train\ntest\nval'
    rm -r data
    list tiny --split-names
    assert_stdout $'train\ntest'
    list --names --json
    assert_status 2
    assert_no_stdout
    assert_one_error_line '--names, --split-names and --json'
    list --names --split-names
    assert_status 2
}

@test "list: unknown dataset: 2, with a suggestion, and nothing on standard output" {
    mp -q list fashon-mnist
    assert_status 2
    assert_one_error_line "did you mean 'fashion-mnist'"
    assert_no_stdout
    mp -q list mnist xyzzy-nothing
    assert_status 2
    assert_one_error_line xyzzy
    [[ $stderr != *'did you mean'* ]] || seen "expected no suggestion"
}

@test "list --json: the schema, and every key of every dataset" {
    list --json
    assert_status 0
    assert_no_stderr
    printf '%s' "$output" | "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, sys
report = json.load(sys.stdin)
assert report["schema"] == "mnistprep.list/1", report
names = [d["name"] for d in report["datasets"]]
assert len(set(names)) == len(names), names
assert {"mnist", "fashion-mnist", "kmnist", "oracle-mnist", "kannada-mnist", "tiny"} <= set(names), names
for d in report["datasets"]:
    assert set(d) >= {"name", "title", "classes", "licence", "homepage", "splits", "download_bytes", "raw", "prepared"}, d
    for key in ("name", "title", "licence", "homepage"):
        assert isinstance(d[key], str) and d[key], (key, d)
    assert len(d["classes"]) >= 10 and all(isinstance(c, str) for c in d["classes"]), d
    assert d["raw"] in ("absent", "partial", "complete"), d
    assert d["raw"] == "absent" and d["prepared"] is False, d
    assert {s["name"] for s in d["splits"]} >= {"train", "test"}, d
    for s in d["splits"]:
        assert s["count"] is None or type(s["count"]) is int, d
    assert d["download_bytes"] is None or type(d["download_bytes"]) is int, d
'
    field mnist 'd["title"], d["download_bytes"], [(s["name"], s["count"]) for s in d["splits"]]'
    # catalogue.md 1.1: 9912422 + 28881 + 1648877 + 4542
    [[ $value == *"11594722, [('train', 60000), ('test', 10000)]"* ]] || seen "$value"
    field mnist 'd["classes"]'
    [ "$value" = "['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']" ] || seen "$value"
    field fashion-mnist 'd["classes"]'
    [ "$value" = "['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']" ] || seen "$value"
    # 26421880 + 29515 + 4422102 + 5148
    field fashion-mnist 'd["download_bytes"]'
    [ "$value" = 30878645 ] || seen "$value"
    field tiny 'd["title"], d["licence"], d["homepage"], d["classes"][3]'
    [ "$value" = "('A tiny one', 'MIT', 'https://example.org/', 'three')" ] || seen "$value"
    field tiny 'd["download_bytes"]'
    [ "$value" -eq "$(cat "$src"/*.gz | wc -c)" ] || seen "$value"
    assert_absent data
}

@test "list --json: what is on disk" {
    list tiny --json
    assert_status 0
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('absent', False)" ] || seen "$value"
    mkdir -p data/tiny/raw
    list tiny --json
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('absent', False)" ] || seen "$value"
    cp "$src/${files[0]}" data/tiny/raw
    list tiny --json
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('partial', False)" ] || seen "$value"
    cp "$src"/*.gz data/tiny/raw
    list tiny --json
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('complete', False)" ] || seen "$value"
    mp -q --catalogue "$fixtures/tiny.json" prep tiny
    assert_status 0
    list tiny --json
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('complete', True)" ] || seen "$value"
    rm -r data/tiny/raw
    list tiny --json
    field tiny 'd["raw"], d["prepared"]'
    [ "$value" = "('absent', True)" ] || seen "$value"
    # Half of a set is no set.
    rm data/tiny/prepared/test-labels.u8
    list tiny --json
    field tiny 'd["prepared"]'
    [ "$value" = False ] || seen "$value"
    rm data/tiny/prepared/dataset.json
    list tiny --json
    field tiny 'd["prepared"]'
    [ "$value" = False ] || seen "$value"
}

@test "list: the text says what is on disk, too" {
    list tiny
    local before=$output
    mkdir -p data/tiny/raw
    cp "$src"/*.gz data/tiny/raw
    list tiny
    [ "$output" != "$before" ] || seen "nothing changed"
}

@test "list: -C and MNISTPREP_DATA_DIR" {
    mkdir -p 'else where/tiny/raw'
    cp "$src"/*.gz 'else where/tiny/raw'
    list tiny --json -C 'else where'
    field tiny 'd["raw"]'
    [ "$value" = complete ] || seen "$value"
    MNISTPREP_DATA_DIR='else where' list tiny --json
    field tiny 'd["raw"]'
    [ "$value" = complete ] || seen "$value"
    MNISTPREP_DATA_DIR='else where' list tiny --json -C nowhere
    field tiny 'd["raw"]'
    [ "$value" = absent ] || seen "$value"
}

@test "list: control characters of a catalogue are not printed" {
    fixture catalogue nasty.json --name tiny --dir "$src" --title $'a\e]0;x\a\xc2\x9b31m\xe2\x80\xaeb'
    local option
    for option in --json --verbose; do
        mp --catalogue nasty.json list tiny "$option"
        if [ "$status" -ne 0 ]; then
            assert_error_line .
        fi
        if printf '%s' "$output$stderr" | LC_ALL=C grep -qP '[\x01-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae'; then
            seen "a control character was printed"
        fi
    done
}

@test "list: a catalogue that is not there, not JSON, not a catalogue" {
    mp -q --catalogue nowhere.json list
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line nowhere.json
    local text accepted=0
    for text in '' '{' '[]' 'null' '{"schema":"mnistprep.catalogue/9","datasets":[]}' \
        '{"schema":"mnistprep.catalogue/1","datasets":7}' \
        '{"schema":"mnistprep.catalogue/1","datasets":[7]}' \
        '{"schema":"mnistprep.catalogue/1","datasets":[{"name":"x"}]}' \
        '{"schema":"mnistprep.catalogue/1","datasets":[{"name":"x","title":"x","licence":"x","homepage":"x","classes":[],"mirrors":[],"splits":[]}]}'; do
        printf '%s' "$text" >bad.json
        mp -q --catalogue bad.json list
        if [ "$status" -ne 2 ] && [ "$status" -ne 3 ]; then
            echo "accepted: $text (status $status)"
            accepted=1
            continue
        fi
        assert_one_error_line bad.json
        assert_no_stdout
    done
    [ "$accepted" -eq 0 ]
}

@test "list > /dev/full: 1" {
    local option
    for option in --quiet --json; do
        run --separate-stderr bash -c 'exec "$@" >/dev/full' - "$MNISTPREP" list "$option"
        assert_status 1
        assert_one_error_line 'standard output|stdout|space'
    done
}

@test "list: what is on disk, in words" {
    list tiny
    [[ $output == *'on disk: no' ]] || seen no
    mkdir -p data/tiny/raw
    cp "$src"/train-images*.gz data/tiny/raw
    list tiny
    [[ $output == *'on disk: raw files in part' ]] || seen part
    cp "$src"/*.gz data/tiny/raw
    list tiny
    [[ $output == *'on disk: raw files' ]] || seen raw
    mp -q --catalogue "$fixtures/tiny.json" prep tiny
    assert_status 0
    list tiny
    [[ $output == *'on disk: raw files, prepared' ]] || seen both
    rm -r data/tiny/raw
    list tiny
    [[ $output == *'on disk: prepared, without the raw files' ]] || seen prepared
}

@test "list: sizes, as far as they are known" {
    list mnist
    [[ $output == *'10 classes, download 11.6 MB'* ]] || seen mnist
    list emnist-letters
    [[ $output == *'download: a part of an archive of 561.8 MB'* ]] || seen emnist
    list oracle-mnist
    [[ $output == *'download more than 1.5 MB (no size is known of 1 of 4 files)'* ]] || seen oracle
    list k49
    [[ $output == *'download size unknown'* ]] || seen k49
    list --json
    keys='d["download_bytes"], d["download_bytes_known"], d["archive_bytes"]'
    field mnist "$keys"
    [ "$value" = '(11594722, 11594722, None)' ] || seen "$value"
    field emnist-letters "$keys"
    [ "$value" = '(None, None, 561753746)' ] || seen "$value"
    # 13647 + 1503867 + 1569
    field oracle-mnist "$keys"
    [ "$value" = '(None, 1519083, None)' ] || seen "$value"
}

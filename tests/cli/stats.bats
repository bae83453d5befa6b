#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats: exact integer sums, and mean and deviation of x/255.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

digits=0,1,2,3,4,5,6,7,8,9
names=zero,one,two,three,four,five,six,seven,eight,nine
garments='T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'

# expect JSON EXPRESSION: the python expression over d, the parsed file, holds.
expect() {
    "$MNISTPREP_TEST_PYTHON" - "$@" <<'END'
import json
import sys
d = json.load(open(sys.argv[1]))
if not eval('(' + sys.argv[2] + ')'):
    sys.exit('does not hold: %s\n%s' % (sys.argv[2], json.dumps(d)[:3000]))
END
}

raw_copy() {
    mkdir -p "data/$1/raw"
    cp "$2"/*-ubyte.gz "data/$1/raw"
}

@test "stats: genuine MNIST gives the numbers of the catalogue" {
    need_mnist
    raw_copy mnist "$mnist"
    mp_to s.json stats mnist --json
    assert_status 0
    assert_no_stderr
    expect s.json 'd["schema"] == "mnistprep.stats/1"'
    expect s.json 'd["dataset"] == "mnist"'
    expect s.json 'sorted(d["splits"]) == ["test", "train"]'
    expect s.json '[(s["count"], s["shape"], s["pixels"]["sum"],
        s["pixels"]["sum_squares"], s["pixels"]["zeros"],
        s["pixels"]["min"], s["pixels"]["max"])
        for s in (d["splits"]["train"], d["splits"]["test"])] == [
        (60000, [28, 28], 1567298545, 342590800147, 38045844, 0, 255),
        (10000, [28, 28], 264923200, 58095386156, 6328781, 0, 255)]'
    # To the twelve digits printed there.
    expect s.json '[("%.12f" % s["pixels"]["mean"],
        "%.12f" % s["pixels"]["std"])
        for s in (d["splits"]["train"], d["splits"]["test"])] == [
        ("0.130660476274", "0.308107803856"),
        ("0.132514605842", "0.310480247931")]'
    expect s.json 'd["splits"]["train"]["labels"]["counts"] ==
        [5923,6742,5958,6131,5842,5421,5918,6265,5851,5949]'
    expect s.json 'd["splits"]["test"]["labels"]["counts"] ==
        [980,1135,1032,1010,982,892,958,1028,974,1009]'
    expect s.json '[c["pixel_sum"] for c in d["splits"]["train"]["classes"]] ==
        [205326677,102435579,177447756,173474844,141746835,139534257,162445377,
        143445804,175642245,145799171]'
    oracle check-stats s.json "$mnist" --dataset mnist --classes "$digits"
}

@test "stats: genuine Fashion-MNIST gives the numbers of the catalogue" {
    need_fashion
    raw_copy fashion-mnist "$fashion"
    mp_to s.json stats fashion-mnist --json
    assert_status 0
    assert_no_stderr
    expect s.json '[(s["count"], s["shape"], s["pixels"]["sum"],
        s["pixels"]["sum_squares"], s["pixels"]["zeros"],
        s["pixels"]["min"], s["pixels"]["max"])
        for s in (d["splits"]["train"], d["splits"]["test"])] == [
        (60000, [28, 28], 3431114169, 631470052347, 23616498, 0, 255),
        (10000, [28, 28], 573469082, 105272563536, 3919183, 0, 255)]'
    expect s.json '[("%.12f" % s["pixels"]["mean"],
        "%.12f" % s["pixels"]["std"])
        for s in (d["splits"]["train"], d["splits"]["test"])] == [
        ("0.286040596989", "0.353024244515"),
        ("0.286849280712", "0.352444153247")]'
    expect s.json 'd["splits"]["train"]["labels"]["counts"] == [6000] * 10'
    expect s.json 'd["splits"]["test"]["labels"]["counts"] == [1000] * 10'
    expect s.json '[c["pixel_sum"] for c in d["splits"]["train"]["classes"]] ==
        [390573028,267379383,451860419,310552946,462205658,164016939,397982484,
        201152788,424099247,361291277]'
    oracle check-stats s.json "$fashion" --dataset fashion-mnist \
        --classes "$garments"
}

@test "stats: the design shows at least fourteen digits" {
    need_mnist
    raw_copy mnist "$mnist"
    mp stats --split train --json
    assert_status 0
    [[ $output == *0.13066047627384* ]] || seen "the mean"
    [[ $output == *0.30810780385646* ]] || seen "the deviation"
}

@test "stats: a generated set equals numpy" {
    tiny_dataset --train 300 --test 70
    mp_to s.json --catalogue tiny.json stats tiny --json
    assert_status 0
    assert_no_stderr
    oracle check-stats s.json src --dataset tiny --classes "$names"
}

@test "stats: pictures that are not square, few classes, one sample" {
    tiny_dataset --train 33 --test 1 --classes 3 --height 5 --width 11
    mp_to s.json stats tiny --catalogue tiny.json --json
    assert_status 0
    expect s.json 'd["splits"]["test"]["shape"] == [5, 11]'
    oracle check-stats s.json src --dataset tiny --classes zero,one,two
}

@test "stats: raw files that were unpacked by somebody are not needed" {
    # The same payload under other gzip bytes gives the same numbers.
    tiny_dataset
    mp_to want stats tiny --catalogue tiny.json --json
    assert_status 0
    [ -s want ]
    for f in src/*; do
        fixture regzip "$f" "data/tiny/raw/${f##*/}" --level 9
    done
    mp_to got stats tiny --catalogue tiny.json --json
    assert_status 0
    assert_same want got
}

@test "stats: --split takes one split" {
    tiny_dataset
    for split in train test; do
        mp_to s.json --catalogue tiny.json stats tiny --split "$split" --json
        assert_status 0
        oracle check-stats s.json src --dataset tiny --classes "$names" \
            --splits "$split"
    done
    mp --catalogue tiny.json stats tiny --split trian
    assert_status 2
    assert_one_error_line "^mnistprep stats: .*trian.*'?train'?"
    assert_no_stdout
}

@test "stats: the text says the same" {
    tiny_dataset --train 300 --test 70
    mp_to s.json stats tiny --catalogue tiny.json --json
    mp_to s.txt stats tiny --catalogue tiny.json
    assert_status 0
    assert_no_stderr
    oracle clean-text s.txt
    [ -s s.txt ]
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import json
import re
text = open('s.txt').read()
numbers = set(re.findall(r'[0-9]+(?:\.[0-9]+)?', text.replace(',', '')))
d = json.load(open('s.json'))
for name, s in d['splits'].items():
    assert name in text, name
    assert str(s['count']) in numbers, s['count']
    for c in s['classes']:
        assert str(c['count']) in numbers, c
        assert c['name'] in text, c
    for key in ('mean', 'std'):
        assert ('%.4f' % s['pixels'][key]) in text, (key, s['pixels'][key])
for line in text.splitlines():
    assert len(line) <= 80, line
END
}

@test "stats: the data directory by option, by environment, by default" {
    tiny_dataset
    mp_to want stats tiny --catalogue tiny.json --json
    assert_status 0
    [ -s want ]
    mv data elsewhere
    mp_to got -C elsewhere stats tiny --catalogue tiny.json --json
    assert_status 0
    assert_same want got
    mp_to got stats tiny --catalogue tiny.json --json --data-dir=elsewhere
    assert_status 0
    assert_same want got
    MNISTPREP_DATA_DIR=elsewhere mp_to got stats tiny \
        --catalogue tiny.json --json
    assert_status 0
    assert_same want got
    # The option wins.
    MNISTPREP_DATA_DIR=nowhere mp_to got stats tiny -C elsewhere \
        --catalogue tiny.json --json
    assert_status 0
    assert_same want got
    mp stats tiny --catalogue tiny.json
    assert_status 1
}

@test "stats: reads only; nothing on disk changes" {
    tiny_dataset
    find . -printf '%p %s %T@\n' | sort >../before
    mp stats tiny --catalogue tiny.json
    assert_status 0
    find . -printf '%p %s %T@\n' | sort >../after
    assert_same ../before ../after
}

@test "stats: missing raw files: status 1 and what to run" {
    fixture dataset src
    fixture catalogue tiny.json --name tiny --dir src
    mp stats tiny --catalogue tiny.json
    assert_status 1
    assert_no_stdout
    assert_one_error_line '^mnistprep stats: .*mnistprep fetch tiny'
    mp stats
    assert_status 1
    assert_one_error_line '^mnistprep stats: .*mnistprep fetch mnist'
    assert_absent data
    # One file of four.
    put_raw src tiny
    rm data/tiny/raw/t10k-labels-idx1-ubyte.gz
    mp stats tiny --catalogue tiny.json
    assert_status 1
    assert_one_error_line 't10k-labels-idx1-ubyte\.gz.*mnistprep fetch tiny'
}

@test "stats: damaged raw files" {
    tiny_dataset --train 400
    f=data/tiny/raw/train-images-idx3-ubyte.gz
    for breaker in 'truncate --keep 20000' 'flip --at 9000' badcrc html; do
        # shellcheck disable=SC2086 # words are meant
        set -- $breaker
        sub=$1
        shift
        if [ "$sub" = html ]; then
            fixture html "$f"
        else
            fixture "$sub" src/train-images-idx3-ubyte.gz "$f" "$@"
        fi
        mp stats tiny --catalogue tiny.json --json
        assert_status 3
        assert_no_stdout
        assert_one_error_line '^mnistprep stats: .*train-images-idx3-ubyte\.gz'
    done
}

@test "stats: images and labels swapped, counts that differ, wrong labels" {
    tiny_dataset
    raw=data/tiny/raw
    cp src/train-labels-idx1-ubyte.gz $raw/train-images-idx3-ubyte.gz
    cp src/train-images-idx3-ubyte.gz $raw/train-labels-idx1-ubyte.gz
    mp stats tiny --catalogue tiny.json
    assert_status 3
    assert_no_stdout
    assert_one_error_line '^mnistprep stats: .*swap'
    cp src/train-images-idx3-ubyte.gz $raw/train-images-idx3-ubyte.gz
    fixture rows src/train-labels-idx1-ubyte.gz \
        $raw/train-labels-idx1-ubyte.gz --keep 39
    mp stats tiny --catalogue tiny.json
    assert_status 3
    assert_no_stdout
    assert_one_error_line '\b40\b.*\b39\b|\b39\b.*\b40\b'
    fixture label src/train-labels-idx1-ubyte.gz \
        $raw/train-labels-idx1-ubyte.gz --row 17 --value 10
    mp stats tiny --catalogue tiny.json
    assert_status 3
    assert_no_stdout
    assert_one_error_line '\b17\b.*\b10\b|\b10\b.*\b17\b'
}

@test "stats: unknown dataset, with a suggestion" {
    mp stats mnits
    assert_status 2
    assert_one_error_line "mnits.*'?mnist'?"
    mp stats fasion-mnist
    assert_status 2
    assert_one_error_line "did you mean '?fashion-mnist"
    mp stats xyzzy
    assert_status 2
    assert_one_error_line "xyzzy"
    [[ $stderr != *'did you mean'* ]] || seen "nothing is near xyzzy"
    mp stats mnist kmnist
    assert_status 2
    assert_one_error_line '^mnistprep stats: '
    assert_no_leftovers .
}

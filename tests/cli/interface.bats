#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What all commands share: help, version, words that are not understood, where
# options may stand.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load interface

commands='list fetch verify decode normalize onehot prep stats dump help version'

# --- help and version

@test "help: -h, --help and help, before and after a command" {
    for args in -h --help help; do
        mp_to out "$args"
        assert_status 0
        assert_no_stderr
        for command in $commands; do
            grep -q "\b$command\b" out || {
                echo "$args does not name $command"
                return 1
            }
        done
        cp out "out$args"
    done
    assert_same out-h out--help
    assert_same out-h outhelp
    for command in $commands; do
        mp_to want help "$command"
        assert_status 0
        assert_no_stderr
        grep -q "mnistprep $command" want
        for args in "$command -h" "$command --help" "-h $command"; do
            # shellcheck disable=SC2086 # words are meant
            mp_to got $args
            assert_status 0
            assert_no_stderr
            assert_same want got
        done
    done
}

@test "help: at most 80 columns, no control bytes, no trailing blanks" {
    for command in '' $commands; do
        # shellcheck disable=SC2086 # nothing, or a word
        mp_to out help $command
        assert_status 0
        [ -s out ]
        oracle clean-text out
        if grep -nE '.{81}| $' out; then
            echo "help $command: too wide, or a trailing blank"
            return 1
        fi
    done
}

@test "help: names every option of the command" {
    while read -r command options; do
        mp_to out "$command" --help
        assert_status 0
        for option in $options; do
            grep -qE -e "(^|[ ,])$option\b" out || {
                echo "mnistprep $command --help does not name $option"
                return 1
            }
        done
    done <<'END'
list --json
fetch --mirror --only-mirrors --dry-run -n --force -f
verify --json
decode --format -o --force -f
normalize --scale --dtype --format -o --force -f
onehot --classes --smoothing --format -o --force -f
prep --splits --scale --dtype --label-dtype --no-onehot --smoothing --format
prep -o --output --sync -n --dry-run -f --force -j
stats --split --prepared --from --images --labels --as-published --json --pixels
stats --tsv --table --audit --near --strict --plot --panels --zoom --report -f
dump --split --index --count --class --grid --captions --zoom -o -f --force
version --json
END
    # Somewhere it says what every command understands.
    mp_to out --help
    for option in -C --data-dir --catalogue -q --quiet -v --verbose --progress \
        --color -h --help; do
        grep -qE -e "(^|[ ,])$option\b" out || {
            echo "mnistprep --help does not name $option"
            return 1
        }
    done
}

@test "help: wins over other mistakes to its right" {
    mp_to want help fetch
    [ -s want ]
    mp_to got fetch -h --bogus
    assert_status 0
    assert_no_stderr
    assert_same want got
    mp_to got fetch --help xyzzy
    assert_status 0
    assert_same want got
}

@test "help: of an unknown command suggests" {
    mp help fecth
    assert_status 2
    assert_no_stdout
    assert_one_error_line "fecth.*did you mean '?fetch"
    mp help xyzzy
    assert_status 2
    assert_one_error_line 'xyzzy'
    [[ $stderr != *'did you mean'* ]] || seen "nothing is near xyzzy"
}

@test "no command: what there is, on standard error, status 2" {
    mp
    assert_status 2
    assert_no_stdout
    [[ $stderr == *mnistprep*fetch* ]] || seen "it should name fetch"
    mp -q
    assert_status 2
    assert_no_stdout
}

@test "version: the first line, and the libraries" {
    for args in --version version; do
        mp "$args"
        assert_status 0
        assert_no_stderr
        [[ ${lines[0]} =~ ^mnistprep\ [0-9]+\.[0-9]+\.[0-9]+ ]] ||
            seen "the first line"
        for library in zlib libcurl libpng jansson libcrypto; do
            [[ $output == *"$library"* ]] || seen "$library is not named"
        done
    done
}

@test "version: --json agrees with the text" {
    mp_to v.json version --json
    assert_status 0
    mp_to v.txt version
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import json
d = json.load(open('v.json'))
text = open('v.txt').read()
assert d['schema'] == 'mnistprep.version/1', d
assert text.startswith('mnistprep ' + d['version'] + '\n'), (d, text)
libraries = d['libraries']
for name in ('zlib', 'libcurl', 'libpng', 'jansson', 'libcrypto'):
    assert name in libraries, name
    found = libraries[name]
    for number in found.values() if isinstance(found, dict) else [found]:
        assert not number or str(number) in text, (name, number)
import zlib
assert zlib.ZLIB_RUNTIME_VERSION in text, zlib.ZLIB_RUNTIME_VERSION
END
}

# --- words that are not understood

@test "unknown command: status 2, one line, a suggestion when one is near" {
    while read -r wrong right; do
        mp "$wrong"
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep: .*$wrong.*did you mean '?$right"
    done <<'END'
fecth fetch
ftech fetch
fetc fetch
Fetch fetch
normalise normalize
one-hot onehot
verfy verify
dmup dump
lits list
decod decode
END
    for wrong in xyzzy qqqqqqqq; do
        mp "$wrong"
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep: .*$wrong"
        [[ $stderr != *'did you mean'* ]] || seen "nothing is near $wrong"
    done
    assert_no_leftovers .
}

@test "unknown option: status 2, one line, a suggestion when one is near" {
    while read -r command wrong right; do
        mp "$command" "$wrong"
        assert_status 2
        assert_no_stdout
        assert_one_error_line \
            "^mnistprep $command: .*$wrong.*did you mean '?$right"
    done <<'END'
fetch --miror --mirror
fetch --only-mirror --only-mirrors
decode --fromat --format
decode --formt --format
normalize --scael --scale
onehot --clases --classes
prep --smothing --smoothing
stats --josn --json
dump --caption --captions
list --data-dri --data-dir
verify --catalog --catalogue
END
    for command in $commands; do
        mp "$command" --xyzzyxyzzy
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep $command: .*--xyzzyxyzzy"
        [[ $stderr != *'did you mean'* ]] || seen "nothing is near that"
        mp "$command" -Z
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep $command: .*-?Z"
    done
    mp --xyzzyxyzzy list
    assert_status 2
    assert_one_error_line "^mnistprep.*--xyzzyxyzzy"
    assert_no_leftovers .
}

@test "unknown dataset: status 2, one line, a suggestion when one is near" {
    for command in fetch prep stats dump verify list; do
        mp "$command" mnits
        assert_status 2
        assert_no_stdout
        assert_one_error_line \
            "^mnistprep $command: .*mnits.*did you mean '?mnist"
        mp "$command" fasion-mnist
        assert_status 2
        assert_one_error_line "did you mean '?fashion-mnist"
        mp "$command" xyzzyxyzzyx
        assert_status 2
        assert_one_error_line "^mnistprep $command: .*xyzzyxyzzyx"
        [[ $stderr != *'did you mean'* ]] || seen "nothing is near that"
    done
    assert_no_leftovers .
}

@test "options are not abbreviated" {
    fixture idx a.idx --shape 5,28,28
    for args in '--quie' '--forma idx' '--form=idx' '--forc' '--hel' \
        '--data-di x' '--verbos' '--vers'; do
        # shellcheck disable=SC2086 # words are meant
        mp decode a.idx $args
        assert_status 2
        assert_no_stdout
        assert_one_error_line '^mnistprep decode: '
    done
    mp --versio
    assert_status 2
    mp --quie list
    assert_status 2
    mp normalize a.idx --scal unit
    assert_status 2
}

@test "options: values that are missing or not wanted" {
    fixture idx a.idx --shape 5,28,28
    for args in 'decode a.idx --format' 'decode a.idx -o' 'decode -C' \
        'decode --catalogue' 'decode a.idx --force=yes' 'list --quiet=1' \
        'list --json=true' 'prep -j' 'list --progress' 'list --color' \
        'list --progress=dots' 'list --color=blue' 'list --progress=' \
        'list --color=ALWAYS' 'prep -j 0' 'prep -j x' 'prep -j -1'; do
        # shellcheck disable=SC2086 # words are meant
        mp $args
        assert_status 2
        assert_no_stdout
        assert_one_error_line '^mnistprep'
    done
    assert_no_leftovers . a.idx
}

@test "options: too many words" {
    fixture idx a.idx --shape 5,28,28
    for args in 'decode a.idx b' 'normalize a.idx b' 'onehot a.idx b' \
        'prep mnist b' 'stats mnist b' 'dump mnist b' 'help list b' \
        'version b'; do
        # shellcheck disable=SC2086 # words are meant
        mp $args
        assert_status 2
        assert_no_stdout
        assert_one_error_line "^mnistprep ${args%% *}: "
    done
}

# --- where options may stand

@test "options: before and after the command, with = and without" {
    tiny_dataset
    "$MNISTPREP" stats tiny --catalogue tiny.json --json >want
    [ -s want ]
    while read -r args; do
        # shellcheck disable=SC2086 # words are meant
        mp_to got $args
        assert_status 0
        assert_no_stderr
        assert_same want got
    done <<'END'
--catalogue tiny.json stats tiny --json
--catalogue=tiny.json stats tiny --json
stats --catalogue tiny.json tiny --json
stats --catalogue=tiny.json --json tiny
stats --json tiny --catalogue tiny.json
-q stats --json tiny --catalogue tiny.json
stats -q --json tiny --catalogue tiny.json
stats --json tiny --catalogue tiny.json --quiet
-C data --catalogue tiny.json stats tiny --json
-Cdata --catalogue tiny.json stats tiny --json
--data-dir data --catalogue tiny.json stats tiny --json
--data-dir=data --catalogue tiny.json stats tiny --json
stats -q -C data --catalogue tiny.json tiny --json
stats -qC data --catalogue tiny.json tiny --json
stats tiny --catalogue tiny.json --json -C data
--progress none --color never stats tiny --catalogue tiny.json --json
stats --progress=none --color=never tiny --catalogue tiny.json --json
stats --json --catalogue tiny.json -- tiny
END
}

@test "options: -- ends them" {
    fixture idx a.idx --shape 5,28,28
    cp a.idx ./-dash
    cp a.idx ./--force
    mp_to got decode -- -dash
    assert_status 0
    assert_same a.idx got
    mp_to got decode -- --force
    assert_status 0
    assert_same a.idx got
    mp_to got decode --format idx -- --force
    assert_status 0
    assert_same a.idx got
    mp decode -dash
    assert_status 2
    mp decode -- a.idx --format npy
    assert_status 2
    # After it, too, a lone dash is standard input.
    mp_in a.idx decode -o out -- -
    assert_status 0
    assert_same a.idx out
}

@test "options: --json writes JSON and nothing else" {
    ready
    for args in 'list' 'list tiny' 'verify' 'verify tiny' 'stats tiny' \
        'fetch tiny --offline' 'prep tiny -n' 'version'; do
        # shellcheck disable=SC2086 # words are meant
        mp_to out --catalogue tiny.json $args --json -v
        assert_status 0
        "$MNISTPREP_TEST_PYTHON" -c 'import json, sys
d = json.load(open("out"))
assert d["schema"] == "mnistprep.%s/1" % sys.argv[1], d["schema"]' "${args%% *}"
    done
}

@test "options: prep --json tells what became of the set, and its files" {
    local state want
    tiny_dataset
    check() {
        state=$1 want=$2
        shift 2
        mp_to out --catalogue tiny.json prep tiny --json "$@"
        assert_status "$want" || return 1
        "$MNISTPREP_TEST_PYTHON" - "$state" <<'END'
import json, sys
d = json.load(open('out'))
assert d['schema'] == 'mnistprep.prep/1' and d['dataset'] == 'tiny', d
assert d['state'] == sys.argv[1] and d['directory'] == 'data/tiny/prepared', d
names = ['%s-%s' % (split, name) for split in ('train', 'test')
         for name in ('images.f32', 'labels.u8', 'onehot.f32')]
assert [f['path'] for f in d['files']] == [
    d['directory'] + '/' + name for name in names + ['dataset.json']], d
END
    }
    check wanted 0 -n
    check wanted 10 --check
    assert_absent data/tiny/prepared
    check made 0
    check current 0
    check current 0 --check
    check made 0 --force
    mp --catalogue tiny.json prep tiny --json --splits none
    assert_status 2
    assert_no_stdout
}

@test "options: -q silences notes, not errors" {
    tiny_dataset
    rm -r data
    for _ in 1 2; do
        mp -q --catalogue tiny.json fetch tiny --mirror src --only-mirrors
        assert_status 0
        assert_no_stderr
        mp -q --catalogue tiny.json prep tiny
        assert_status 0
        assert_no_stderr
        mp --catalogue tiny.json dump tiny --index 0 -q
        assert_status 0
        assert_no_stderr
    done
    mp -q decode missing
    assert_status 1
    assert_one_error_line 'missing'
    mp -q fecth
    assert_status 2
    assert_one_error_line 'fetch'
}

@test "colour and progress: no escapes into a pipe, none with NO_COLOR" {
    ready
    rm -r data
    for args in 'list' 'fetch tiny --mirror src --only-mirrors' 'prep tiny' \
        'prep tiny' 'verify tiny' 'stats tiny' 'dump tiny' 'fecth' \
        'decode missing'; do
        # shellcheck disable=SC2086 # words are meant
        mp_to out --catalogue tiny.json $args
        printf '%s\n' "$stderr" >err
        oracle clean-text out
        oracle clean-text err
    done
    NO_COLOR=1 oracle pty --stderr run fecth >out
    oracle clean-text out
    TERM=dumb oracle pty --stderr run fecth >out
    oracle clean-text out
    oracle pty --stderr run --color=never fecth >out
    oracle clean-text out
}

# --- progress, hints and what help says

@test "--progress json holds for usage errors, wherever it stands, and by the environment" {
    local words
    is_json() {
        assert_status 2
        assert_no_stdout
        printf '%s\n' "$stderr" | "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, sys
events = [json.loads(line) for line in sys.stdin]
assert [e["event"] for e in events] == ["error", "end"], events
assert events[1]["status"] == 2, events' || seen "$words"
    }
    for words in 'prep --vak --progress json' 'prep --vak --progress=json' \
        '--vak prep --progress json' '--progress json prep --vak' 'perp --progress json'; do
        # shellcheck disable=SC2086 # words are meant
        mp $words
        is_json
    done
    for words in 'prep --vak' '--vak prep' perp 'prep a b'; do
        # shellcheck disable=SC2086 # words are meant
        MNISTPREP_PROGRESS=json mp $words
        is_json
    done
    MNISTPREP_PROGRESS=json mp prep --vak --progress plain
    assert_one_error_line "unknown option '--vak'"
    mp prep --vak --progress
    assert_one_error_line "unknown option '--vak'"
    mp prep --vak -- --progress json
    assert_one_error_line "unknown option '--vak'"
}

@test "interface: --force says for each command what it replaces" {
    for command in decode normalize onehot stats dump; do
        mp help "$command"
        [[ $output == *'replace existing files'* ]] || seen "$command"
    done
    for command in fetch prep; do
        mp help "$command"
        [[ $output == *'that mnistprep did not make'* ]] || seen "$command"
    done
    mp help prep
    [[ $output == *'make the set again'* ]]
}

@test "interface: names that are nearly right, or in another case, are suggested" {
    suggests() {
        local regex=$1
        shift
        mp "$@"
        assert_status 2 || return 1
        assert_one_error_line "$regex" || return 1
    }
    suggests "unknown dataset 'MNIST'; did you mean 'mnist'\?" prep MNIST
    suggests "did you mean 'fashion-mnist'\?" stats Fashion-MNIST
    suggests "did you mean 'fashion-mnist'\?" fetch FASHION-MNITS
    suggests "'exit' is no command and no topic; did you mean 'exit-status'\?" help exit
    suggests "did you mean 'exit-status'\?" help exit-statuss
    suggests "did you mean 'files'\?" help Files
    suggests "did you mean 'prep'\?" help perp
    suggests "'xyz' is no command and no topic; 'mnistprep help'" help xyz
    suggests "no split 'tset'; did you mean 'test'\?" prep --splits train,tset
    suggests "no split 'TRAIN'; did you mean 'train'\?" prep --splits TRAIN
    suggests "no split 'third'; there are train and test" prep --splits third
    suggests "no split 'val'; --val makes it from train.*that alone" \
        prep --splits train,val --val 10
    suggests "no class 'bag'; did you mean 'Bag'\?" prep fashion-mnist --classes Coat,bag
}

@test "interface: help files names what prep leaves" {
    mp help files
    local kind
    for kind in images.f32 labels.u8 onehot.f32 rows.u32 folds.u8 SHA256SUMS dataset.json; do
        [[ $output == *"$kind"* ]] || seen "$kind"
    done
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Completion in the shells themselves (see complete.py): what is offered where.

# shellcheck disable=SC2154,SC2030,SC2031

load common

setup() {
    common_setup
    PATH=$(dirname "$MNISTPREP"):$PATH
    export PATH
    for shell in bash zsh fish; do
        "$MNISTPREP" help --completion "$shell" >"$BATS_TEST_TMPDIR/$shell"
    done
}

need() {
    command -v "$1" >/dev/null || skip "no $1"
    shell=$1 script=$BATS_TEST_TMPDIR/$1
}

complete_line() {
    run --separate-stderr "$MNISTPREP_TEST_PYTHON" "$cli_dir/complete.py" \
        "$shell" "$script" "$1"
    assert_status 0
    # What means something to a shell is quoted, each in its way.
    output=$(tr -d '\\' <<<"$output" | sort)
}

# offers LINE WORD...: these and no others, in any order.
offers() {
    local line=$1
    shift
    complete_line "$line"
    [ "$output" = "$(printf '%s\n' "$@" | sort)" ] ||
        seen "$shell: expected after '$line': $*"
}

# Of zsh, which offers options where there is nothing else: those words are not.
offers_nothing() {
    complete_line "$1"
    output=$(grep -v '^-' <<<"$output" || true)
    [ -z "$output" ] || seen "$shell: expected nothing after '$1'"
}

# long_options COMMAND: those that its help names.
long_options() {
    "$MNISTPREP" help "$1" | grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE -e '--[a-z-]+'
}

commands() {
    "$MNISTPREP" help | grep -E '^  [a-z]+ +[a-z]' | awk '$1 != "mnistprep" { print $1 }'
}

offers_commands_and_options() {
    need "$1"
    # shellcheck disable=SC2046 # words are meant
    offers 'mnistprep ' $(commands)
    offers 'mnistprep ver' verify version
    offers 'mnistprep --progress plain -q fe' fetch
    for command in $(commands); do
        # shellcheck disable=SC2046 # words are meant
        offers "mnistprep $command --" $(long_options "$command")
    done
    complete_line 'mnistprep fetch -'
    grep -qx -e '-n' <<<"$output" || seen "$shell: -n is not offered"
    complete_line 'mnistprep list -'
    if grep -qx -e '-n' <<<"$output"; then seen "$shell: list has no -n"; fi
}

@test "bash: commands, and every option of each" {
    offers_commands_and_options bash
}

@test "zsh: commands, and every option of each" {
    offers_commands_and_options zsh
}

@test "fish: commands, and every option of each" {
    offers_commands_and_options fish
}

offers_words() {
    need "$1"
    offers 'mnistprep prep --label-dtype ' u8 i32 i64
    offers 'mnistprep prep --scale p' pixel-standard
    offers 'mnistprep normalize --format ' bin npy idx
    offers 'mnistprep stats --near ' off
    offers 'mnistprep --color ' auto always never
    offers 'mnistprep help --completion f' fish
    offers 'mnistprep help ex' exit-status
    offers_nothing 'mnistprep dump --count '
    # Lists go on behind their commas, and repeat nothing.
    offers 'mnistprep prep --format npy,webdataset,i' \
        npy,webdataset,idx npy,webdataset,idx.gz
    offers 'mnistprep stats --panels labels,levels,l'
    # An option's argument is neither a command nor an operand.
    offers 'mnistprep prep --format npy kmn' kmnist
    offers 'mnistprep prep -j 4 --dtype f3' f32
}

@test "bash: words that an argument can be" {
    offers_words bash
    # Here = ends a word.
    offers 'mnistprep prep --dtype=b' --dtype=bf16
    offers 'mnistprep prep --format=csv,p' --format=csv,pjreddie csv,png
}

@test "zsh: words that an argument can be" {
    offers_words zsh
    offers 'mnistprep prep --dtype=b' --dtype=bf16
}

@test "fish: words that an argument can be" {
    offers_words fish
    offers 'mnistprep prep --dtype=b' --dtype=bf16
    offers 'mnistprep prep --format=csv,p' --format=csv,pjreddie \
        --format=csv,png
}

# Names come from the program, as it sees them from there.
offers_datasets() {
    need "$1"
    tiny_dataset
    "$MNISTPREP" -q --catalogue tiny.json prep tiny --val 5 >/dev/null
    mkdir -p 'else where'
    "$MNISTPREP" -q -C 'else where' prep mine --from src >/dev/null
    # shellcheck disable=SC2046 # words are meant
    offers 'mnistprep fetch ' $("$MNISTPREP" list --names)
    offers 'mnistprep stats fash' fashion-mnist
    offers_nothing 'mnistprep -C nowhere stats tin'
    offers 'mnistprep -C nowhere --catalogue tiny.json stats tin' tiny
    offers 'mnistprep verify mnist --catalogue=tiny.json t' tiny
    offers "mnistprep -C 'else where' verify mi" mine
    offers 'mnistprep -qC else\ where verify mi' mine
    offers 'mnistprep prep --recipe r.json --fitted-on kmn' kmnist
    # One is enough.
    offers_nothing 'mnistprep prep mnist f'
    # Splits: those of the dataset, once it is known.
    offers 'mnistprep stats mnist --split ' train test
    offers 'mnistprep stats qmnist --split test1' test10k
    offers 'mnistprep --catalogue tiny.json prep tiny --splits test,' \
        test,train test,val
}

@test "bash: datasets and splits, of a catalogue and of one's own" {
    offers_datasets bash
}

@test "zsh: datasets and splits, of a catalogue and of one's own" {
    offers_datasets zsh
}

@test "fish: datasets and splits, of a catalogue and of one's own" {
    offers_datasets fish
}

offers_files() {
    need "$1"
    mkdir place && : >'a b.idx' && : >plain.json
    offers 'mnistprep decode pla' place plain.json
    offers 'mnistprep prep --recipe pla' place plain.json
    offers 'mnistprep --catalogue pla' place plain.json
    offers 'mnistprep --data-dir pl' place
    offers 'mnistprep prep mine -o pl' place
    complete_line 'mnistprep decode a'
    [ "$(tr -s '\n' ' ' <<<"$output")" = 'a b.idx ' ] ||
        [ "$output" = 'a b.idx' ] || seen "$shell: the name has a blank"
    offers_nothing 'mnistprep version pl'
}

@test "bash: files and directories" {
    offers_files bash
}

@test "zsh: files and directories" {
    offers_files zsh
}

@test "fish: files and directories" {
    offers_files fish
}

# A directory's name becomes part of a command line.
is_harmless() {
    need "$1"
    # shellcheck disable=SC2016 # it is not to be expanded
    mkdir -p 'data/z$(touch hacked)`touch hacked`;x/prepared'
    for name in data/z*; do echo '{}' >"$name/prepared/dataset.json"; done
    complete_line 'mnistprep verify z'
    # shellcheck disable=SC2016
    [[ $output == *'z$(touch'* ]] || seen "$shell: it should be offered"
    assert_absent hacked
    if [ "$shell" = fish ]; then return 0; fi
    run --separate-stderr "$MNISTPREP_TEST_PYTHON" "$cli_dir/complete.py" \
        "$shell" "$script" 'mnistprep verify z'
    run --separate-stderr "$shell" -c "printf '%s' $(tr '\n' ' ' <<<"$output")"
    # shellcheck disable=SC2016
    [ "$output" = 'z$(touch hacked)`touch hacked`;x' ] ||
        seen "$shell: the word is not quoted"
    assert_absent hacked
}

@test "bash: names from the disk are quoted, and not run" {
    is_harmless bash
}

@test "zsh: names from the disk are quoted, and not run" {
    is_harmless zsh
}

@test "fish: names from the disk are not run" {
    is_harmless fish
}

@test "zsh: as a function that is loaded when it is needed" {
    need zsh
    mkdir functions
    cp "$script" functions/_mnistprep
    script=functions
    offers 'mnistprep fetch fash' fashion-mnist
    offers 'mnistprep fetch kmn' kmnist
}

@test "bash: beside the package bash-completion" {
    need bash
    local package=/usr/share/bash-completion/bash_completion
    [ -e "$package" ] || skip "no bash-completion"
    { echo ". $package" && cat "$script"; } >both
    script=both
    offers 'mnistprep fetch fash' fashion-mnist
    offers 'mnistprep prep --dtype=b' --dtype=bf16
}

@test "help --completion: an unknown shell, and what does not go together" {
    mp help --completion tcsh
    assert_status 2
    assert_no_stdout
    assert_one_error_line "tcsh.*bash.*zsh.*fish"
    mp help --completion bash --man
    assert_status 2
    assert_no_stdout
    mp help --man prep
    assert_status 2
    assert_no_stdout
    mp help --completion zsh prep
    assert_status 2
    assert_no_stdout
}

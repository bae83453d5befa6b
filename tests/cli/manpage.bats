#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The manual: what mandoc says of it, and that it has all that the help has.

# shellcheck disable=SC2154,SC2030,SC2031

load common

setup() {
    common_setup
    mp_to page.1 help --man
    assert_status 0
    assert_no_stderr
}

# As words on a page of 80 columns.
rendered() {
    command -v mandoc >/dev/null || skip "no mandoc"
    mandoc -Tutf8 -Owidth=80 page.1 | sed 's/.\x08//g' >page.txt
}

# section TITLE: the lines of one, up to the next of its kind.
section() {
    awk -v title="$1" '
        /^[A-Z]/ { here = $0 == title }
        here && $0 != title' page.txt
}

# subsection TITLE: of a command.
subsection() {
    section COMMANDS | awk -v title="   $1" '
        /^   [a-z]/ { here = $0 == title }
        here && $0 != title'
}

# The options that begin a line, with what they take.
options() {
    sed -nE 's/^ +((-[a-zA-Z], )?--[a-z-]+( [A-Z][A-Za-z]*)?)(  .*)?$/\1/p' | sort
}

commands() {
    "$MNISTPREP" help | grep -E '^  [a-z]+ +[a-z]' | awk '$1 != "mnistprep" { print $1 }'
}

@test "man: mandoc has nothing to say, and groff neither" {
    command -v mandoc >/dev/null || skip "no mandoc"
    run --separate-stderr mandoc -Tlint page.1
    assert_status 0
    assert_stdout ''
    if command -v groff >/dev/null; then
        run --separate-stderr groff -mandoc -Tutf8 -ww page.1
        assert_status 0
        assert_no_stderr
    fi
}

@test "man: within 80 columns, with its sections in order" {
    rendered
    oracle clean-text page.txt
    if grep -nE '.{81}' page.txt; then seen "too wide"; fi
    run grep -E '^[A-Z][A-Z ]+$' page.txt
    assert_stdout "$(printf '%s\n' NAME SYNOPSIS DESCRIPTION COMMANDS \
        'COMMON OPTIONS' ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES)"
}

@test "man: every command with exactly the options of its help" {
    rendered
    section 'COMMON OPTIONS' | options >common
    [ "$(wc -l <common)" -ge 7 ]
    for command in $(commands); do
        "$MNISTPREP" help "$command" | options >want
        { subsection "$command" | options && cat common; } | sort >got
        assert_same want got
    done
}

# Without line breaks and indentation, as they differ.
words() {
    tr -s ' \n' ' '
}

@test "man: every command's usage, description and examples" {
    rendered
    words <page.txt >page
    for command in $(commands); do
        "$MNISTPREP" help "$command" >help
        grep -qF -- "$(sed -n '1s/^usage: //p' help)" page ||
            seen "no usage of $command"
        text=$(sed -n '3,/^Options:$\|^Common options:$/p' help | sed '$d' | words)
        grep -qF -- "$text" page || seen "no description of $command"
        sed -n '/^Examples:/,$p' help | sed '1d; s/^  //' >examples
        while IFS= read -r example; do
            section EXAMPLES | grep -qF -- "$example" ||
                seen "no example: $example"
        done <examples
    done
}

@test "man: exit statuses, environment and files, as the help has them" {
    rendered
    words <page.txt >page
    for topic in exit-status environment files; do
        mp_to topic help "$topic"
        assert_status 0
        while IFS= read -r word; do
            grep -qF -- "$word" page || seen "$topic: no $word"
        done < <(sed -nE 's/^  {1,3}([^ ]+(, [^ ]+)*)( .*)?$/\1/p' topic)
    done
    for status in 0 1 2 3 4 10; do
        section 'EXIT STATUS' | grep -qE "^     $status  " ||
            seen "no status $status"
    done
}

@test "help environment: every variable that the program reads" {
    [ -n "${MNISTPREP_TEST_SOURCE-}" ] || skip "MNISTPREP_TEST_SOURCE is not set"
    mp help environment
    assert_status 0
    # What terminals and multiplexers set is theirs.
    for name in $(grep -rhoE '(environment|environment_flag|getenv)\("[A-Za-z_]+"' \
        "$MNISTPREP_TEST_SOURCE/src" | sed 's/.*"\(.*\)"/\1/' | sort -u |
        grep -vxE 'TMUX|STY|ZELLIJ'); do
        grep -qw "$name" <<<"$output" || seen "$name is read, and not told"
    done
}

@test "man: what is copied from the page can be run" {
    # A hyphen or a quote that a formatter makes nicer is another character.
    rendered
    if LC_ALL=C grep -n $'[\xe2][\x80\x88][\x90\x92\x98\x99\x9c\x9d]' page.txt; then
        seen "a typographic hyphen or quote"
    fi
    if grep -nE "^[^.].*[^\\]-|^[^.].*'" page.1; then
        seen "a bare hyphen or quote"
    fi
}

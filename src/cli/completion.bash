# shellcheck shell=bash
# _mnistprep_options, _mnistprep_takes and _mnistprep_most are above this, made
# from the program's tables. For bash 3.2 and later, with or without the package
# bash-completion.

# A word of the line as the program would get it: without quotes, and with the
# home directory for ~.
_mnistprep_plain() {
    REPLY=${1//[\\\'\"]/}
    # shellcheck disable=SC2088 # it is compared, not expanded
    case $REPLY in
    '~/'*) REPLY=$HOME/${REPLY#'~/'} ;;
    esac
}

# The words before the one at the cursor, `--option=value` as two.
_mnistprep_split() {
    local i word
    words=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        =) [[ ${COMP_WORDS[i - 1]} == --?* ]] || words+=("$word") ;;
        --*=*) words+=("${word%%=*}" "${word#*=}") ;;
        *) words+=("$word") ;;
        esac
    done
}

# Of letters such as -qC the one that takes the next word; of an option's name
# the option, if it takes one.
_mnistprep_pending() {
    local word=$1
    while :; do
        case $word in
        --*) option=$word ;;
        *) option=${word:0:2} ;;
        esac
        _mnistprep_takes "$command" "$option"
        takes=$REPLY
        case $word in
        --* | -?) return ;;
        esac
        # An argument that is in the word already.
        if [ -n "$takes" ]; then
            takes=
            return
        fi
        word=-${word:2}
    done
}

# Sets $command, $operands (how many), $first (of them), $ended (by --), $takes
# (what the option before the cursor takes) and $places (where the line says that
# data lie: what the options of all commands name).
_mnistprep_look() {
    local word option
    for word in ${words[@]+"${words[@]}"}; do
        if [ -n "$takes" ]; then
            case $takes in
            file | dir)
                _mnistprep_takes '' "$option"
                if [ -n "$REPLY" ]; then
                    _mnistprep_plain "$word"
                    places+=("$option" "$REPLY")
                fi
                ;;
            esac
            takes=
        elif [ -z "$ended" ] && [ "$word" = -- ]; then
            ended=1
        elif [ -z "$ended" ] && [[ $word == -?* ]]; then
            _mnistprep_pending "$word"
        elif [ -z "$command" ]; then
            command=$word
        else
            operands=$((operands + 1))
            [ "$operands" -gt 1 ] || first=$word
        fi
    done
}

# _mnistprep_ask ARGUMENT...: what the program lists, line by line.
_mnistprep_ask() {
    local program
    _mnistprep_plain "${COMP_WORDS[0]}"
    program=$REPLY
    "$program" ${places[@]+"${places[@]}"} list "$@" 2>/dev/null
}

# Takes, from standard input, the lines that go on from the word at the cursor
# and are not $listed yet. They may come from the disk: what means something to
# the shell is quoted.
_mnistprep_offer() {
    local line
    while IFS= read -r line; do
        [[ $line == "$cur"* && $listed != *",$line,"* ]] || continue
        printf -v line '%q' "$line"
        COMPREPLY+=("$before$line")
    done
}

# What comes now is behind the last comma of a list.
_mnistprep_list() {
    listed=,${cur%,*},
    before+=${cur%"${cur##*,}"}
    cur=${cur##*,}
}

# The names of the splits: of the line's dataset, or of all.
_mnistprep_splits() {
    local plain
    _mnistprep_plain "$first"
    plain=$REPLY
    { [ -n "$plain" ] && _mnistprep_ask --split-names "$plain"; } ||
        _mnistprep_ask --split-names
}

# _mnistprep_files OPTION LETTER: readline's own files, which it knows to quote,
# by compopt's OPTION; without that, those of compgen's LETTER.
_mnistprep_files() {
    if [ -n "$before" ] || ! compopt -o "$1" 2>/dev/null; then
        _mnistprep_offer < <(compgen -"$2" -- "$cur")
    fi
}

# _mnistprep_argument KIND [WORD...]
_mnistprep_argument() {
    local kind=$1 listed=
    shift
    case $kind in
    words | splits) _mnistprep_list ;;
    esac
    case $kind in
    file) _mnistprep_files default f ;;
    dir) _mnistprep_files dirnames d ;;
    dataset) _mnistprep_offer < <(_mnistprep_ask --names) ;;
    split | splits) _mnistprep_offer < <(_mnistprep_splits) ;;
    *) [ $# = 0 ] || _mnistprep_offer < <(printf '%s\n' "$@") ;;
    esac
}

_mnistprep() {
    local cur=$2 before='' command='' first='' takes='' ended='' operands=0
    local words=() places=() REPLY
    COMPREPLY=()
    _mnistprep_split
    _mnistprep_look
    # Where = does not end a word for readline.
    if [[ -z $takes && $cur == --*=* ]]; then
        _mnistprep_takes "$command" "${cur%%=*}"
        takes=$REPLY
        before=${cur%%=*}=
        cur=${cur#*=}
    fi
    if [ -n "$takes" ]; then
        REPLY=$takes
    elif [[ $cur == -* && -z $ended ]]; then
        _mnistprep_options "$command"
        REPLY="word $REPLY"
    elif [ -z "$command" ]; then
        # shellcheck disable=SC2154 # it is one of the tables
        REPLY="word $_mnistprep_commands"
    else
        _mnistprep_most "$command"
        [ "$operands" -lt "$REPLY" ] || return 0
        _mnistprep_takes "$command" ''
    fi
    # shellcheck disable=SC2086 # words are meant; the tables have no others
    [ -z "$REPLY" ] || _mnistprep_argument $REPLY
}

complete -F _mnistprep mnistprep

# _mnistprep_specs, _mnistprep_commands and _mnistprep_places are above this, made
# from the program's tables.

# A word of the line as the program would get it.
_mnistprep_plain() {
    REPLY=${(Q)1}
    REPLY=${REPLY/#\~\//$HOME/}
}

# _mnistprep_ask ARGUMENT...: what the program lists, into the array `reply`.
# Where data lie is what the options of all commands name.
_mnistprep_ask() {
    local -a given
    local -i i
    local program word REPLY
    for (( i = 2; i < _mnistprep_current; i++ )); do
        word=$_mnistprep_line[i]
        # The last one of letters such as -qC takes the next word.
        [[ $word != -[^-]* ]] || word=-$word[-1]
        if (( ${_mnistprep_places[(Ie)$word]} )); then
            _mnistprep_plain "$_mnistprep_line[++i]"
            given+=("$word" "$REPLY")
        elif (( ${_mnistprep_places[(Ie)${word%%=*}]} )); then
            _mnistprep_plain "${word#*=}"
            given+=("${word%%=*}" "$REPLY")
        fi
    done
    _mnistprep_plain "$_mnistprep_line[1]"
    program=$REPLY
    reply=("${(@f)$("$program" $given list "$@" 2>/dev/null)}")
    reply=(${reply:#})
}

_mnistprep_datasets() {
    local -a reply
    _mnistprep_ask --names
    compadd "$@" -a reply
}

# Of the line's dataset, or of all.
_mnistprep_splits() {
    local -a reply
    [[ -n $line[1] ]] && _mnistprep_ask --split-names "${(Q)line[1]}"
    (( $#reply )) || _mnistprep_ask --split-names
    compadd "$@" -a reply
}

_mnistprep() {
    local curcontext=$curcontext state state_descr
    local -a line specs _mnistprep_line=("${words[@]}")
    local -i _mnistprep_current=CURRENT
    typeset -A opt_args

    _mnistprep_specs ''
    _arguments -C -s -S $specs '(-)1: :->command' '(-)*:: :->rest' && return
    case $state in
    (command) _describe -t commands command _mnistprep_commands ;;
    (rest)
        curcontext=${curcontext%:*:*}:mnistprep-$words[1]:
        _mnistprep_specs "$words[1]"
        (( $#specs )) && _arguments -s -S $specs
        ;;
    esac
}

# As a function of its own name it is called at the first completion; sourced,
# it is only made known.
if [[ $funcstack[1] == _mnistprep ]]; then
    _mnistprep "$@"
else
    compdef _mnistprep mnistprep
fi

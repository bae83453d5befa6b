# __mnistprep_takes and __mnistprep_places are above this, and the completions
# below; both made from the program's tables.

# The words before the one at the cursor, `--option=value` as two, and what they
# amount to: $command, $operands, and $places, where the line says that data lie.
function __mnistprep_look -S
    set command ''
    set operands
    set places
    set -l option ''
    set -l ended 0
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            if contains -- $option $__mnistprep_places
                set -a places $option (string replace -r '^~/' "$HOME/" -- $word)
            end
            set option ''
        else if test $ended = 0 -a "$word" = --
            set ended 1
        else if test $ended = 0; and string match -q -r '^--[^=]+=' -- $word
            set -l parts (string split -m 1 = -- $word)
            if contains -- $parts[1] $__mnistprep_places
                set -a places $parts
            end
        else if test $ended = 0; and string match -q -r '^-.' -- $word
            set option (__mnistprep_pending "$command" $word)
        else if test -z "$command"
            set command $word
        else
            set -a operands $word
        end
    end
end

# Of letters such as -qC the option that takes the next word; of an option's name
# the same, if it takes one.
function __mnistprep_pending # COMMAND WORD
    set -l letters (string match -r '^-([^-].*)' -- $argv[2])[2]
    if test -z "$letters"
        __mnistprep_takes $argv; and printf '%s\n' $argv[2]
        return
    end
    for letter in (string split '' -- $letters)
        if __mnistprep_takes $argv[1] -$letter
            # An argument may be in the word already.
            string match -q -- "*$letter" $letters; and printf '%s\n' -$letter
            return
        end
    end
end

# Is it this command, with less than that many operands (-1: any number)?
function __mnistprep_in # COMMAND [MOST]
    set -l command
    set -l operands
    set -l places
    __mnistprep_look
    test "$command" = "$argv[1]"
    and begin
        not set -q argv[2]
        or test $argv[2] -lt 0
        or test (count $operands) -lt $argv[2]
    end
end

# What the program lists: the names of datasets, or of splits.
function __mnistprep_ask # ARGUMENT...
    set -l command
    set -l operands
    set -l places
    __mnistprep_look
    set -l program (string replace -r '^~/' "$HOME/" -- (commandline -opc)[1])
    $program $places list $argv 2>/dev/null
end

# Of the line's dataset, or of all.
function __mnistprep_splits
    set -l command
    set -l operands
    set -l places
    __mnistprep_look
    set -l names
    if set -q operands[1]
        set names (__mnistprep_ask --split-names $operands[1])
    end
    set -q names[1]; or set names (__mnistprep_ask --split-names)
    printf '%s\n' $names
end

# The word at the cursor without --option= before it.
function __mnistprep_token
    string replace -r '^--[^=]*=' '' -- (commandline -ct)
end

# A list by commas: its beginning with each of the words that are not in it.
function __mnistprep_list # WORD...
    set -l before (string match -r '.*,' -- (__mnistprep_token))
    set -l listed (string split , -- "$before")
    for word in $argv
        contains -- $word $listed; or printf '%s\n' "$before$word"
    end
end


#!/usr/bin/env bash
# Keeps the house in order: no include from an upper floor, each library in its
# one room, no printing below src/cli, no circles of headers. Prints
# FILE:LINE: FAULT for each and fails.
#
# Usage: tests/floors.sh SOURCE_DIR
set -euo pipefail

[ $# = 1 ] || {
    echo "usage: floors.sh SOURCE_DIR" >&2
    exit 2
}
cd "$1"

# The files' names come in on standard input, headers before sources.
{
    find include src -name '*.h' | LC_ALL=C sort
    find src -name '*.c' | LC_ALL=C sort
} | LC_ALL=C awk '
function fault(where, text) {
    print where ": " text
    faults++
}

# The number of the floor that a path such as src/base/error.c lies on, or 0.
function floor_of(path,    part, n) {
    if (path == "src/main.c")
        return 8
    if (path ~ /^include\//)
        return floor["dataset"]
    n = split(path, part, "/")
    return n > 2 && part[1] == "src" ? floor[part[2]] + 0 : 0
}

# The line without its comments; in_comment lasts from line to line. A quote
# is kept, with what it holds, for the includes.
function without_comments(line,    out, at, c, two, quote) {
    out = ""
    quote = ""
    for (at = 1; at <= length(line); at++) {
        c = substr(line, at, 1)
        two = substr(line, at, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                at++
            }
        } else if (quote != "") {
            out = out c
            if (c == "\\")
                out = out substr(line, ++at, 1)
            else if (c == quote)
                quote = ""
        } else if (two == "/*") {
            in_comment = 1
            out = out " "
            at++
        } else if (two == "//") {
            break
        } else {
            out = out c
            if (c == "\"" || c == "\047")
                quote = c
        }
    }
    return out
}

function without_strings(line) {
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "\"\"", line)
    gsub(/\047[^\047]*\047/, "0", line)
    return line
}

# Which of the guarded libraries a header belongs to, or 0.
function library_of(header,    i) {
    for (i = 1; i <= libraries; i++)
        if (header ~ pattern[i])
            return i
    return 0
}

function guard(name, regex, files) {
    pattern[++libraries] = regex
    title[libraries] = name
    most[libraries] = files
}

function see_include(file, where, header,    lib) {
    lib = library_of(header)
    if (lib) {
        if (file ~ /\.h$/)
            fault(where, header " in a header; " title[lib] \
                  " belongs to source files alone")
        else if (!((lib, file) in used)) {
            used[lib, file] = 1
            uses[lib]++
            users[lib] = users[lib] where "\n"
        }
    }
}

# An include of one of our own headers.
function see_own(file, where, header,    to) {
    if (file ~ /^include\//) {
        fault(where, "the public header includes \"" header "\"")
        return
    }
    to = header == "mnistprep.h" ? "include/mnistprep.h" : "src/" header
    if (!floor_of(to)) {
        fault(where, "\"" header "\" names no floor; " \
              "write it as \"floor/name.h\"")
        return
    }
    if (floor_of(to) > floor_of(file))
        fault(where, "upward include of \"" header "\": floor " \
              floor_of(to) " from floor " floor_of(file))
    if (file ~ /\.h$/) {
        edge[file, ++edges[file]] = to
        edge_where[file, edges[file]] = where
    }
}

# Depth first; a header that is met again on its own path closes a circle.
function walk(header, path,    i, to) {
    state[header] = "open"
    for (i = 1; i <= edges[header]; i++) {
        to = edge[header, i]
        if (state[to] == "open")
            fault(edge_where[header, i], "circle of headers: " \
                  substr(path, index(path " ", to " ")) " " to)
        else if (state[to] == "")
            walk(to, path " " to)
    }
    state[header] = "done"
}

BEGIN {
    floor["base"] = 1
    floor["format"] = floor["net"] = floor["draw"] = 2
    floor["dataset"] = 3
    floor["stage"] = 4
    floor["pipeline"] = 5
    floor["cli"] = floor["show"] = 6
    floor["cmd"] = 7
    guard("zlib", "^zlib\\.h$", 1)
    guard("libcurl", "^curl/", 1)
    guard("libpng", "^png\\.h$", 1)
    guard("libcrypto", "^openssl/", 1)
    guard("ISA-L", "^(isa-l|igzip_lib)", 1)
    guard("libzip", "^zip\\.h$", 1)
    guard("liblzma", "^lzma", 1)
    guard("jansson", "^jansson\\.h$", 2)
    word = "(^|[^A-Za-z0-9_])"
    prints = word "(v?f?printf|v?dprintf|f?puts|f?putc|putchar|perror" \
             "|exit|quick_exit)[ \t]*\\(" # _exit is for signals, and no talk
    streams = word "(stdout|stderr)($|[^A-Za-z0-9_])"
}

{
    file = $0
    files++
    if (file ~ /\.c$/)
        sources++
    if (!floor_of(file)) {
        fault(file ":1", "lies on no floor")
        next
    }
    in_comment = 0
    number = 0
    while ((got = (getline line < file)) > 0) {
        where = file ":" ++number
        line = without_comments(line)
        if (line ~ /^[ \t]*#[ \t]*include[ \t]*["<]/) {
            own = line ~ /^[^<"]*"/
            header = line
            sub(/^[^<"]*[<"]/, "", header)
            sub(/[>"].*$/, "", header)
            see_include(file, where, header)
            if (own || floor_of("src/" header) || header == "mnistprep.h")
                see_own(file, where, header)
        } else if (floor_of(file) < floor["cli"] || file ~ /^src\/show\//) {
            line = without_strings(line)
            if (line ~ prints || line ~ streams)
                fault(where, "prints or exits below src/cli")
        }
    }
    close(file)
    if (got < 0)
        fault(file ":1", "cannot be read")
    if (file ~ /\.h$/)
        headers[++header_count] = file
}

END {
    for (i = 1; i <= libraries; i++) {
        if (uses[i] <= most[i])
            continue
        n = split(users[i], each, "\n")
        for (k = 1; k < n; k++)
            fault(each[k], title[i] " is included by " uses[i] \
                  " source files; " most[i] " may")
    }
    for (i = 1; i <= header_count; i++)
        if (state[headers[i]] == "")
            walk(headers[i], headers[i])
    if (!sources)
        fault("src:1", "holds no C source")
    if (faults) {
        print faults " faults in " files " files"
        exit 1
    }
    print files " files, each on its floor"
}'

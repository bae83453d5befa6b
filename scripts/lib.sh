# shellcheck shell=bash
# What the scripts share: where the project is, and the packages it needs.
# For sourcing, not for running: . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Debian's names; provided() says how another system is asked for the same.
# shellcheck disable=SC2034 # used by the scripts that source this file
build_packages=(gcc cmake ninja-build pkg-config zlib1g-dev
    libcurl4-openssl-dev libpng-dev libjansson-dev libssl-dev ca-certificates)

# Without these the build reads neither zip archives nor xz.
# shellcheck disable=SC2034
optional_packages=(libzip-dev liblzma-dev libisal-dev)

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "${0##*/}: $*"
    exit 1
}

# Prints the comment at the top of the running script: its help.
usage() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
}

on_debian() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null
}

# Is what the Debian package $1 is wanted for here, wherever it came from?
provided() {
    case $1 in
    gcc) command -v cc ;;
    ninja-build) command -v ninja ;;
    zlib1g-dev) pkg-config --exists zlib ;;
    libcurl4-openssl-dev) pkg-config --exists libcurl ;;
    libpng-dev) pkg-config --exists libpng ;;
    libjansson-dev) pkg-config --exists jansson ;;
    libssl-dev) pkg-config --exists libcrypto ;;
    libzip-dev) pkg-config --exists libzip ;;
    liblzma-dev) pkg-config --exists liblzma ;;
    libisal-dev) pkg-config --exists libisal ;;
    nginx-light) command -v nginx ;;
    libcmocka-dev) pkg-config --exists cmocka ;;
    python3-numpy) python3 -c 'import numpy' ;;
    python3-pil) python3 -c 'import PIL' ;;
    dataset-fashion-mnist) test -d /usr/share/datasets/fashion-mnist ;;
    procps) command -v ps ;;
    bsdutils) command -v script ;;
    ca-certificates | libclang-rt-*) ! on_debian ;;
    *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt_updated=false

# Runs apt-get as root, and shows what it said only if it failed.
apt_get() {
    local as_root=() log
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo)
        [ -t 0 ] || as_root+=(-n)
    fi
    log=$(mktemp)
    if ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
}

# need_packages PACKAGE...: installs those that are missing. Asks no network
# when none is. Where there is no apt-get, names them all and fails.
need_packages() {
    local missing=() package try
    for package in "$@"; do
        if on_debian && installed "$package"; then continue; fi
        provided "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    on_debian || fail "missing: ${missing[*]} (as Debian names them);" \
        "install what your system calls them, then run this again"

    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "missing: ${missing[*]}; install them as root," \
            "then run this again"

    say "installing ${missing[*]}"
    for try in 1 2 3; do
        if ! $apt_updated && apt_get update; then apt_updated=true; fi
        if apt_get install --no-install-recommends "${missing[@]}"; then
            return 0
        fi
        [ "$try" = 3 ] || sleep $((try * 5))
        apt_updated=false
    done
    fail "could not install ${missing[*]};" \
        "install them as root, then run this again"
}

# want_packages PACKAGE...: as need_packages on Debian; elsewhere what uses them
# is left out.
want_packages() {
    if on_debian; then need_packages "$@"; fi
}

# build PRESET [CMAKE-OPTION...]: configures and builds into build/PRESET.
build() {
    (
        cd "$root"
        cmake --preset "$@" >/dev/null && cmake --build --preset "$1"
    ) || fail "preset '$1' does not build; see above"
}

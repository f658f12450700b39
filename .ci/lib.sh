# shellcheck shell=bash
# Shared by the scripts beside it: where things are, and how to speak.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
target=$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")
# shellcheck disable=SC2034 # the scripts that source this use it
client=$target/client

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# A missing prerequisite: one clear line, exit code 2.
lacks() {
    printf 'error: %s\n' "$*" >&2
    exit 2
}

# install_packages NAME…: with the distribution's own tool.
install_packages() {
    local as_root=()
    command -v apt-get >/dev/null || lacks "please install: $* (this machine has no apt)"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || lacks "please install as root: apt-get install $*"
        as_root=(sudo)
    fi
    say "Installing with apt: $*"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@"
}

# The version of crate $1 in the lock file.
locked_version() {
    awk -v name="\"$1\"" '$1 == "name" && $3 == name { found = 1 } found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# A stamp is a file that is as old as the moment a build began, and holds a key: what the build depended on beside its inputs.
moment() { date +@%s.%N; }

# make_stamp FILE KEY MOMENT
make_stamp() {
    printf '%s\n' "$2" >"$1"
    touch --date "$3" "$1"
}

# up_to_date STAMP KEY INPUT…: no input is younger, nothing in a folder either. Folders themselves count: they change when a
# file in them is removed.
up_to_date() {
    local stamp=$1 key=$2
    shift 2
    [[ -e $stamp && $(<"$stamp") == "$key" && -z $(find "$@" -newer "$stamp" -print -quit 2>/dev/null) ]]
}

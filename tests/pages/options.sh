# SPDX-License-Identifier: MIT
# Sourced: the options of a command as --help has them, one a line, sorted.
. "${BASH_SOURCE[0]%/*}/../holds.sh"

# In --help an option stands at the beginning of a line: "  -i,--interval DURATION [1s]    how often".
options_of_help() {  # PROGRAM [COMMAND]
    "$@" --help | sed -nE 's/^  (-[A-Za-z],)?(--[a-z][a-z-]*).*/\1\n\2/p; s/^  (-[A-Za-z])( .*)?$/\1/p' |
        tr -d ',' | sed '/^$/d' | sort -u
}

# Subcommands stand below "Subcommands:", aliases beside them: "  dump, stacks        Reads stacks".
commands_of_help() {  # PROGRAM
    "$1" --help | sed -n '/^Subcommands:/,/^$/p' | sed -nE 's/^  ([a-z][a-z-]*)[ ,].*/\1/p'
}

aliases_of_help() {  # PROGRAM
    "$1" --help | sed -n '/^Subcommands:/,/^$/p' | sed -nE 's/^  [a-z]+, ([a-z]+) .*/\1/p'
}

failures=0
fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

# 77 makes ctest say "skipped"; where ./run test has installed everything, nothing may be missing.
need() {  # COMMAND...
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null && continue
        [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || { echo "not installed: $command" >&2; exit 1; }
        echo "skipped: not installed: $command"
        exit 77
    done
}

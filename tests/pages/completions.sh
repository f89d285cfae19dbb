#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every command and option of --help, and nothing else, is offered by the completion of one shell, loaded in
# that shell.
# completions.sh PROGRAM SOURCE_DIR bash|zsh|fish
set -euo pipefail
program=$1 source=$2 shell=$3
. "$source/tests/pages/options.sh"
need "$shell"
completions=$source/packaging/completions

# Each offers_of_SHELL takes command lines as its arguments, and for each prints "== LINE" and what the shell offers
# when TAB is pressed at its end, a word a line.
offers_of_bash() {
    bash --noprofile --norc -c '
        . "$1/rampwatch.bash"
        for line in "${@:2}"; do
            read -ra COMP_WORDS <<<"$line"
            [[ $line != *" " ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _rampwatch
            printf "%s\n" "== $line" "${COMPREPLY[@]}"
        done' - "$completions" "$@"
}

offers_of_fish() {
    local home  # fish writes into it whatever it is told
    home=$(mktemp -d)
    HOME=$home fish --no-config -c '
        source $argv[1]/rampwatch.fish
        for line in $argv[2..]
            echo "== $line"
            complete -C $line
        end' "$completions" "$@" 2>/dev/null | cut -f1
    rm -rf "$home"
}

offers_of_zsh() { zsh -f "$source/tests/pages/offers_of.zsh" "$completions" "$@"; }

offered_at() {  # LINE
    awk -v wanted="== $1" '/^== / { here = $0 == wanted; next } here' <<<"$offers"
}

mapfile -t commands < <(commands_of_help "$program")
lines=("rampwatch " "rampwatch -" "rampwatch --")
for command in "${commands[@]}"; do lines+=("rampwatch $command -" "rampwatch $command --"); done
offers=$("offers_of_$shell" "${lines[@]}")

for command in "${commands[@]}" $(aliases_of_help "$program"); do
    offered_at "rampwatch " | holds -xF "$command" || fail "$shell: $command is not offered"
done
for command in '' "${commands[@]}"; do
    before="rampwatch ${command:+$command }"
    known=$(options_of_help "$program" $command)
    for option in $known; do
        [[ $option == --* ]] && line="$before--" || line="$before-"
        offered_at "$line" | holds -xF -e "$option" || fail "$shell: \"$line\" does not offer $option"
    done
    for option in $(offered_at "$before-" | grep -E '^--?[A-Za-z]'); do
        grep -qxF -e "$option" <<<"$known" || fail "$shell: ${command:-rampwatch} has no $option"
    done
done
[ "$failures" -eq 0 ]

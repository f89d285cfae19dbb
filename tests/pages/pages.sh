#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every option of each --help is in its page, every option of a page is in its --help, and mandoc finds no
# fault with any page.
# pages.sh PROGRAM SOURCE_DIR
set -euo pipefail
program=$1 source=$2
. "$source/tests/pages/options.sh"
need mandoc

# Options are the Fl of an item's head: ".It Fl i Ar DURATION , Fl -interval Ar DURATION".
options_of_page() {  # PAGE [SECTION]
    awk -v section="${2:-}" '
        /^\.Sh / { here = section == "" || $0 == ".Sh " section }
        here && /^\.It / {
            for (i = 2; i < NF; i++) if ($i == "Fl" && $(i + 1) != "-") print "-" $(i + 1)
        }' "$1" | sort -u
}

compare() {  # WHAT FILE_OF_HELP FILE_OF_PAGE
    local option
    for option in $(comm -23 "$2" "$3"); do fail "$1: $option is in --help, not in its page"; done
    for option in $(comm -13 "$2" "$3"); do fail "$1: $option is in its page, not in --help"; done
}

for page in "$source"/man/*.[157]; do
    mandoc -T lint -W warning "$page" || fail "${page##*/}: see above"
done

compare rampwatch <(options_of_help "$program") <(options_of_page "$source/man/rampwatch.1" OPTIONS)
for command in $(commands_of_help "$program"); do
    page=$source/man/rampwatch-$command.1
    [ -f "$page" ] || { fail "$command has no page"; continue; }
    compare "$command" <(options_of_help "$program" "$command") <(options_of_page "$page")
    grep -q "rampwatch-$command 1" "$source/man/rampwatch.1" || fail "rampwatch(1) does not mention $command"
done
for alias in $(aliases_of_help "$program"); do
    grep -qx "\.Cm $alias\( .\)\?" "$source/man/rampwatch.1" || fail "rampwatch(1) does not mention $alias"
done
for page in "$source"/man/rampwatch-*.1; do
    command=${page##*/rampwatch-}
    commands_of_help "$program" | holds -x "${command%.1}" || fail "${page##*/} is about no command"
done
[ "$failures" -eq 0 ]

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The table of files in docs/architecture.md is true: each file of core/ and cli/ is in its room's rows, and each name
# there is a file. For one that is missing a row is proposed, out of its header's first sentence. Usage: files.sh [SOURCE_DIR]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
page=docs/architecture.md
failed=0
fail() { echo "files: $*" >&2; failed=1; }

# "room name" a line each: what stands in backquotes in the first cell of a row; a row that names a folder begins a room.
named=$(awk -F'|' '/^## /{inside = /^## Files/} !inside || !/^\|/ {next} {
    cell = $2
    if (match(cell, /`[a-z0-9_\/]+\/`/) && cell ~ /^ *(\*\*)?`[a-z0-9_\/]+\/`(\*\*)? *$/) {
        room = substr(cell, RSTART + 1, RLENGTH - 3); next }
    while (match(cell, /`[^`]+`/)) {
        if (room ~ /^(core|cli)/) print room, substr(cell, RSTART + 1, RLENGTH - 2)
        cell = substr(cell, RSTART + RLENGTH) } }' "$page")

first_sentence() {  # FILE
    awk 'NR > 1 && /^\/\/ / { text = text " " substr($0, 4); if (text ~ /[.:](\n| |$)/) exit; next } NR > 1 { exit }
         END { sub(/^ /, "", text); sub(/[.:]( .*)?$/, "", text); print text }' "$1"
}

while read -r file; do
    room=${file%/*} name=${file##*/} stem=${file##*/} found=0
    stem=${stem%.*}
    while read -r in_room word; do
        # shellcheck disable=SC2254  # a row may say text_*
        [ "$in_room" = "$room" ] && case $name in $word | $word.h | $word.cpp | $word.c) found=1 && break ;; esac
    done <<<"$named"
    [ $found = 1 ] || [ "$room/$stem" = "${last:-}" ] && continue
    last=$room/$stem
    header=$room/$stem.h
    [ -e "$header" ] || header=$file
    fail "$file is in no row of $page; perhaps: | \`$stem\` | $(first_sentence "$header") |"
done < <(find core cli -name '*.h' -o -name '*.cpp' | sort)

while read -r room word; do
    fail "$page has two rows for \`$word\` in $room/"
done < <(sed -E 's/\.(h|cpp)$//' <<<"$named" | sort | uniq -d)

while read -r room word; do
    [ -n "$word" ] || continue
    compgen -G "$room/$word" >/dev/null || compgen -G "$room/$word.*" >/dev/null ||
        fail "$page names \`$word\` in $room/, and there is no such file"
done <<<"$named"
exit $failed

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the code looks like in figures, to be compared with earlier ones: sizes of files and functions, comments in
# headers, tests a line, commits. Needs universal-ctags and python3. Usage: tools/figures.sh [FOLDER...] (core cli)
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- core cli
ctags --version 2>/dev/null | grep -q Universal || { echo "figures: needs universal-ctags" >&2; exit 2; }

list() { find "$@" -name '*.h' -o -name '*.cpp' | sort; }
spread() {  # WHAT, numbers on stdin: median, the 90th of a hundred, most
    sort -n | awk -v what="$1" '{ v[NR] = $1 } END {
        if (NR) printf "%-34s %6d   median %d, p90 %d, most %d\n", what, NR, v[int((NR + 1) / 2)], v[int(NR * .9 + .5)], v[NR] }'
}

list "$@" | xargs wc -l | awk '$2 != "total" { print $1 }' | spread "files, lines"
functions=$(list "$@" | xargs ctags -f - --language-force=C++ --kinds-C++=f --fields=+ne -u |
    awk -F'\t' '{ line = 0; end = 0; for (i = 4; i <= NF; ++i) { if ($i ~ /^line:/) line = substr($i, 6)
                  if ($i ~ /^end:/) end = substr($i, 5) }
                  if (end) print end - line + 1, $1, $2 ":" line }')
awk '{ print $1 }' <<<"$functions" | spread "functions, lines"
awk '{ ++n; if ($1 > 60) ++big; if ($1 > 40) ++over } END {
    printf "%-34s %6d   over 40 lines: %d\n", "functions over 60 lines", big, over }' <<<"$functions"
sort -rn <<<"$functions" | awk 'NR <= 5 { printf "    %d %s %s\n", $1, $2, $3 }'
list "$@" | xargs wc -l | awk '$2 != "total" && $1 > 250 { print }' | sort -rn |
    awk 'NR == 1 { print "files over 250 lines" } { printf "    %d %s\n", $1, $2 }'
list "$@" | grep '\.h$' | xargs awk '/SPDX/ || /^[[:space:]]*$/ { next } { ++n } /^[[:space:]]*\/\// { ++c } /[^[:space:]].*\/\// { ++b }
    END { printf "%-34s %5.0f%%   with those behind code %.0f%%\n", "comments in headers", 100 * c / n, 100 * (c + b) / n }' |
    awk '{ print }'
code=$(list "$@" | xargs cat | wc -l) tests=$(list tests | xargs cat | wc -l)
awk -v c="$code" -v t="$tests" 'BEGIN { printf "%-34s %6.2f   (%d lines of tests)\n", "test lines a line", t / c, t }'
sources=0 tested=0
while read -r file; do
    name=${file#*/} name=${name%.cpp}
    ((++sources))
    [ ! -e "tests/unit/${name}_test.cpp" ] || ((++tested))
done < <(list core | grep '\.cpp$')
printf '%-34s %6d   of %d have a unit test of their own\n' "sources of core/" "$tested" "$sources"
for folder in $(list "$@" | xargs -n1 dirname | sort -u); do
    printf '    %-30s %4d stems %7d lines\n' "$folder" "$(list "$folder" | grep -v "^$folder/.*/" | sed 's/\.[a-z]*$//' | sort -u | wc -l)" \
        "$(list "$folder" | grep -v "^$folder/.*/" | xargs cat | wc -l)"
done
git log --format='%s' 2>/dev/null | awk '{ print length($0) }' | spread "commits, characters of the subject" || true

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Dependencies point one way (docs/architecture.md): fails on an #include that is not in the table, and on a
# foreign header outside the one file that wraps it. Usage: layers.sh [SOURCE_DIR]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# Rooms that read one runtime each: they know the seam, and one another never.
runtimes="cxx cpython hotspot perl v8"
declare -A may=(
    [base]="" [model]="base" [trend]="base model" [stacks]="base model" [report]="base model" [store]="base model"
    [probe]="base model" [readers]="base model" [fleet]="base model" [prometheus]="base model" [runtime]="base model probe"
    [heap]="base model probe runtime" [systemd]="base model" [golang]="base model stacks probe"
    [native]="base model stacks probe runtime" [helper]="base model stacks probe"
    [worker]="base model stacks probe runtime golang native heap $runtimes"
    [dump]="base model stacks probe native helper worker" [watch]="base model trend stacks"
    [follow]="base model probe dump systemd" [listen]="base model report store prometheus systemd watch"
    [batch]="base model trend report store readers fleet probe watch" [harvest]="base model trend report readers fleet watch"
)
for room in $runtimes; do may[$room]="base model probe runtime"; done
failed=0
fail() { echo "layers: $*" >&2; failed=1; }

# The table of rooms in docs/architecture.md says the same, and a room stands above all that it may include.
declare -A level=() told=()
while read -r number room others; do level[$room]=$number told[$room]=$others; done < <(
    sed -nE 's/^\| ([0-9]+) \| `core\/(\w+)` \|[^|]*\| ([^|]*) \|$/\1 \2 \3/p' docs/architecture.md | tr -d ',')
sorted() { tr ' ' '\n' <<<"${*#-}" | sed '/^$/d' | sort | tr '\n' ' '; }
for room in "${!may[@]}"; do
    [ "$(sorted "${told[$room]-none}")" = "$(sorted "${may[$room]}")" ] ||
        fail "docs/architecture.md: core/$room may include: ${told[$room]-(no row)}; here: ${may[$room]}"
    for other in ${may[$room]}; do
        [ "${level[$room]:-0}" -gt "${level[$other]:-0}" ] || fail "docs/architecture.md: $room stands no higher than $other"
    done
done
# Rooms of the program: all of core is theirs, and of one another these.
declare -A may_cli=([console]="" [options]="console" [watch]="console options" [commands]="console options watch")
# header pattern -> the files that may include it
foreign=(
    'libproc2/|core/probe/procps.cpp'
    'elfutils/|core/native/frame_walk.cpp core/native/symbols.cpp core/native/source_lines.cpp'
    'sqlite3.h|core/store/sqlite.cpp'
    'nlohmann/|core/report/json core/store/saved_dump.cpp'
    'protozero/|core/report/pprof.cpp core/stacks/pprof.cpp core/fleet/remote_read.cpp'
    'zlib.h|core/base/gzip.cpp'
    'curl/|core/base/curl_library.h'
    'prometheus/|core/prometheus/metrics.cpp'
    'Civet|core/prometheus/metrics.cpp'
    'systemd/|core/systemd/'
    'CLI/|cli/console/command_line.cpp'
)
# One process for all files: "file header", a line each.
while read -r file header; do
    room=cli cli_room=
    case $file in
        core/*/*) room=${file#core/} room=${room%%/*} ;;
        cli/*/*) cli_room=${file#cli/} cli_room=${cli_room%%/*} ;;
    esac
    case $header in
        core/*)
            other=${header#core/} other=${other%%/*}
            [ "$room" = cli ] || [ "$other" = "$room" ] || [[ " ${may[$room]?no such room: $room} " == *" $other "* ]] ||
                fail "$file includes $header: $room may include: ${may[$room]:-nothing}"
            ;;
        cli/*)
            other=${header#cli/} other=${other%%/*}
            [ "$room" = cli ] || fail "$file includes $header: only cli may"
            [ -z "$cli_room" ] || [ "$other" = "$cli_room" ] ||
                [[ " ${may_cli[$cli_room]?no such room: $cli_room} " == *" $other "* ]] ||
                fail "$file includes $header: cli/$cli_room may include: ${may_cli[$cli_room]:-nothing} of cli"
            ;;
        tests/*) fail "$file includes a test's header: $header" ;;
    esac
    for rule in "${foreign[@]}"; do
        pattern=${rule%%|*} places=${rule#*|}
        [[ $header == "$pattern"* ]] || continue
        ok=0
        for place in $places; do [[ $file == "$place"* ]] && ok=1; done
        [ $ok = 1 ] || fail "$file includes <$header>: only $places may"
    done
done < <(find core cli -name '*.h' -o -name '*.cpp' | sort | xargs awk '
    match($0, /^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]/) {
        header = substr($0, RSTART, RLENGTH - 1); sub(/^[^<"]*[<"]/, "", header); print FILENAME, header }')
exit $failed

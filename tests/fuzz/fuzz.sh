#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the fuzzers one after the other, each for some seconds from what it found before, and says what each has seen.
# fuzz.sh BUILD_DIR [SECONDS [NAME...]]     what they find is kept below BUILD_DIR/fuzzed/NAME
set -euo pipefail
build=$(readlink -f "$1")
seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
here=$(dirname "$(readlink -f "$0")")
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(csv go_tables heaps metrics_json modules names pprof proc_text recordings remote_read saved_dump stack_text text_dumps)

seed() {  # NAME FOLDER
    local captures=$here/../captures
    case $1 in
        stack_text) cp "$captures"/stacks/* "$2" ;;
        text_dumps) for i in 1 2 3 4 5 6 7 8 9; do head -c 600 /dev/urandom >"$2/$i"; done ;;
        remote_read)
            cp "$captures"/fleet/remote_read.bin "$captures"/fleet/samples.snappy "$2"
            tail -c +7 "$captures"/fleet/remote_read.bin >"$2/message"
            ;;
        metrics_json)
            printf '{"status":"success","warnings":["w"],"data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"]]}]}}' >"$2/matrix"
            printf '{"status":"success","data":[{"__name__":"up","a":"b"}]}' >"$2/series"
            printf '{"metric":{"a":"b"},"values":[1,null],"timestamps":[1000,2000]}\n' >"$2/lines"
            printf 'up{a="b",c=~"d|e",f!="\\"",`g`}' >"$2/selector"
            ;;
        recordings) cp "$captures"/series/* "$2" ;;
        proc_text) cp "$captures"/proc/* "$2" ;;
        pprof)
            cp "$captures"/pprof/* "$2"
            gzip -dc "$captures"/pprof/goroutine.pb.gz >"$2/goroutine.pb"
            ;;
        names) nm "$build/tests/fuzz/names_fuzz" | awk 'length($3) > 20 && ++n % 500 == 0 { f = dir "/" n; print $3 > f; close(f) }' dir="$2" ;;
        go_tables)
            if command -v go >/dev/null; then
                printf 'package main\n\nfunc main() { select {} }\n' >"$2/small.go"
                CGO_ENABLED=0 GOFLAGS= GOCACHE=$build/fuzzed/go-cache go build -o "$2/small" "$2/small.go"
                rm "$2/small.go"
            fi
            ;;
        saved_dump) printf '{"schema":"rampwatch.dump/1","groups":[]}' >"$2/empty" ;;
        heaps) for i in 1 2 3 4 5 6 7 8; do { printf %d "$i"; head -c $((6 * i * i)) /dev/urandom; } >"$2/$i"; done ;;
        csv) printf 't_s,rss_bytes\n0,1000\n10,2000\n' >"$2/two" ;;
    esac
}

# What modules damages: small, with names, lines and call frame information.
export RAMPWATCH_FUZZ_ELF=$build/fuzzed/small.elf
mkdir -p "$build/fuzzed"
[ -e "$RAMPWATCH_FUZZ_ELF" ] || clang++ -std=c++20 -g -O1 -o "$RAMPWATCH_FUZZ_ELF" "$here/../programs/sawtooth.cpp" -I "$here/../.."

failed=0
for name in "${names[@]}"; do
    corpus=$build/fuzzed/$name
    [ -d "$corpus" ] || { mkdir -p "$corpus"; seed "$name" "$corpus"; }
    options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/fuzzed/$name-")
    [ "$name" != csv ] || options+=(-dict="$here/csv.dict")
    [ "$name" != heaps ] || options+=(-len_control=0)
    [ "$name" != go_tables ] || options+=(-max_len=4194304)
    status=0
    "$build/tests/fuzz/${name}_fuzz" "${options[@]}" "$corpus" >"$build/fuzzed/$name.log" 2>&1 || status=$?
    awk -v name="$name" -v status=$status '
        / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1); if ($i == "corp:") corpus = $(i + 1) } }
        /number_of_executed_units/ { runs = $2 }
        END { printf "%-11s %10d runs, coverage %6d, features %6d, corpus %s%s\n", name, runs, cov, ft, corpus, status ? "; FAILED" : "" }
    ' "$build/fuzzed/$name.log"
    [ $status -eq 0 ] || { failed=1; tail -20 "$build/fuzzed/$name.log" >&2; }
done
exit $failed

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `rampwatch rules` writes is taken by promtool, fires on a leak and not on what only looks like one.
# stand_in.sh PROGRAM SOURCE_DIR
set -euo pipefail
program=$1 source=$2
. "$source/tests/pages/options.sh"
need promtool
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for preset in process container jvm node; do
    "$program" rules --preset "$preset" >"$folder/$preset.yml"
    said=$(promtool check rules "$folder/$preset.yml" 2>&1) || fail "preset $preset: $said"
    grep -q '3 rules found' <<<"$said" || fail "preset $preset: $said"
done
grep -q 'container_memory_rss{container!="",container!="POD"}\[6h\]' "$folder/container.yml" || fail "the preset's own matchers"
[ "$(grep -c min_over_time "$folder/jvm.yml")" = 3 ] || fail "a JVM's memory has three names"

"$program" rules --query 'process_resident_memory_bytes{job="api"}' -o "$folder/stand_in.rules.yml"
promtool check rules "$folder/stand_in.rules.yml" >/dev/null
cp "$source/tests/prometheus/stand_in_test.yml" "$folder"
(cd "$folder" && promtool test rules stand_in_test.yml) || fail "unit tests of the rules"

"$program" rules --query "a_bytes{x=~\"it's \\\\\\\\d: #{2}\"}" --min-growth 1G >"$folder/odd.yml"
promtool check rules "$folder/odd.yml" >/dev/null || fail "odd characters in a selector"
grep -q '>= 1073741824  # 1.00 GiB' "$folder/odd.yml" || fail "the smallest growth"
refused() {  # WHAT WORDS...
    local status=0
    "$program" rules "${@:2}" >/dev/null 2>"$folder/err" || status=$?
    [ "$status" = 2 ] && grep -qF -- "$1" "$folder/err" || fail "$1: $(cat "$folder/err")"
}
refused "which series?"
refused "not a metric of memory" --query 'process_open_fds'
refused "a control character" --query $'a_bytes{x="1\n2"}'
refused "a metric and a preset" --preset process --query 'a_bytes'
refused "not such a size" --preset process --min-growth 0
[ "$failures" -eq 0 ]

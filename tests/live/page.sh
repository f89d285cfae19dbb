#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page of a report in a real browser: it renders, with its chart; its console stays empty, even with a hostile name
# in it; and nothing on it asks for anything from anywhere.
# page.sh PROGRAM
set -euo pipefail
program=$(readlink -f "$1")

skip() {
    [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || { echo "cannot be tested: $1" >&2; exit 1; }
    echo "skipped: $1"
    exit 77
}
command -v chromium >/dev/null || skip "not installed: chromium"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
evil='<img src=x onerror=alert(1)>'
"$program" watch -q --history-dir "$work/h" --history-name "$evil" -i 20ms --samples 100 --no-dumps \
    --save "$work/saved.html" -- sleep 3 >/dev/null || true
"$program" report --history-dir "$work/h" --state-dir "$work" --format html -o "$work/report.html" || true

failures=0
fail() { echo "FAIL: $*" >&2; failures=$((failures + 1)); }
for page in report saved; do
    [ -s "$work/$page.html" ] || { fail "$page.html was not written"; continue; }
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr --v=0 \
        --user-data-dir="$work/profile" --log-net-log="$work/$page.net" --dump-dom "file://$work/$page.html" \
        >"$work/$page.dom" 2>"$work/$page.log" || fail "$page: chromium: $(tail -3 "$work/$page.log")"
    grep -q '<svg class="chart"' "$work/$page.dom" || fail "$page: no chart in what was rendered"
    grep -q 'next: <code>' "$work/$page.dom" || fail "$page: the page does not end"
    if grep -q 'CONSOLE' "$work/$page.log"; then fail "$page: $(grep CONSOLE "$work/$page.log" | head -3)"; fi
    if grep -q '<img' "$work/$page.dom"; then fail "$page: a name became markup"; fi
    if [ -n "$(grep -oE '"url":"(https?|wss?)://[^"]*' "$work/$page.net" | grep -v 'googleapis\|gstatic\|google.com')" ]; then
        fail "$page: it asks for $(grep -oE '"url":"(https?|wss?)://[^"]*' "$work/$page.net" | head -3)"
    fi
    if grep -qE '(src|href)="?(https?:)?//' "$work/$page.dom"; then fail "$page: it names something elsewhere"; fi
done
echo "report.html: $(stat -c %s "$work/report.html") bytes"
[ "$failures" -eq 0 ]

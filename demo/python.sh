# SPDX-License-Identifier: MIT
# A part of demo.sh, which has its functions: a Python service whose coroutines await a queue that nobody fills.

python_part() {
    command -v python3 >/dev/null || { echo "demo: without python3 this part is left out"; return; }
    title "A Python service: an order that times out leaves its coroutine awaiting a queue that nobody fills"
    start python3 "$(dirname "${BASH_SOURCE[0]}")/../tests/programs/python/quotes.py" --rate 6 --payload 131072
    local status=0 words=$work/python
    watch --exit-on-leak --for "$longest" "$started" | tee "$words" || status=$?
    expect "$status" 1 "the Python service"
    grep -q 'more coroutines at QuoteService.fetch_quote (quotes.py:' "$words" ||
        { echo "demo: the Python service: the line where they await was not told" >&2; exit 1; }
    stop "$started"
}

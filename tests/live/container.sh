#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/containers.md in namespaces of our own, where no container engine runs: a program whose files only its own mount
# namespace has, a sidecar that shares its PID namespace and nothing else, with the capabilities of the recipe; and what is
# refused inside a user namespace, in which words.
# container.sh PROGRAM PROGRAMS_DIR SOURCE_DIR
set -euo pipefail
if [ "${1:-}" != --inside ]; then
    . "$3/tests/live/bed.sh"
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    for command in unshare setpriv curl; do
        command -v "$command" >/dev/null || skip "not installed: $command"
    done
    unshare -m -p -f true 2>/dev/null || skip "no namespaces here"
    # The pod: its PID namespace, and what its containers do not share.
    exec unshare -m -p -f --mount-proc --kill-child --propagation private "$0" --inside "$@"
fi
program=$2 programs=$3 source=$4
. "$source/tests/live/bed.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/history"

# The application's container: what it runs is at a path that nobody else has.
unshare -m --propagation private sh -c '
    mount -t tmpfs none /mnt
    cp "$1" /mnt/leaky
    exec setpriv --reuid=daemon --regid=daemon --clear-groups /mnt/leaky --rate 8 --payload 131072' sh "$programs/thread_leaker" \
    >/dev/null 2>&1 &
leaker=$!
# The sidecar's: another view of the files, root, and two capabilities of all.
sidecar=(unshare -m --propagation private setpriv --bounding-set=-all,+sys_ptrace,+dac_read_search
         --inh-caps=-all,+sys_ptrace,+dac_read_search "$program")
runs_leaky() { [ "$(cat "/proc/$leaker/comm")" = leaky ]; }
eventually 10 "the application runs" runs_leaky
check "its program is seen by itself alone" test ! -e /mnt/leaky -a -e "/proc/$leaker/root/mnt/leaky"

"${sidecar[@]}" watch --name leaky --wait --listen 127.0.0.1:9477 --history-dir "$work/history" --leak-status 0 --patience 5s \
    --min-growth 1M >"$work/watch" 2>&1 &
watch=$!
answers() { [ "$(curl -fsS http://127.0.0.1:9477/-/healthy)" = healthy ]; }
eventually 10 "the probe is answered" answers
eventually 30 "the leak is judged" grep -q 'LEAK' "$work/watch"
eventually 20 "the stacks have the names that only the application's own files have" grep -q 'shop::QuoteQueue::push' "$work/watch"
check "metrics say so" sh -c "curl -fsS http://127.0.0.1:9477/metrics | grep -q 'rampwatch_claim{.*state=\"leak\"} 1'"
"${sidecar[@]}" dump "$leaker" >"$work/dump" 2>&1 || true
check "a dump has them, and their lines" grep -q 'shop::QuoteQueue::push  *thread_leaker.cpp:' "$work/dump"
check "and what threads wait for" grep -q 'futex' "$work/dump"
kill "$watch"
status=0
wait "$watch" || status=$?
check "stopped, it ends with status 0" [ "$status" -eq 0 ]

# With a capability too few.
status=0
setpriv --bounding-set=-all --inh-caps=-all "$program" dump --dry-run "$leaker" >"$work/dry" 2>&1 || status=$?
check "without SYS_PTRACE a dry run says no" [ "$status" -eq 2 ]
check "and which is missing" grep -q 'CAP_SYS_PTRACE is missing' "$work/dry"

setpriv --reuid 65534 --regid 65534 --clear-groups sleep 60 &
other=$!
ptrace_alone() { setpriv --bounding-set=-all,+sys_ptrace --inh-caps=-all "$program" "$@"; }
status=0
ptrace_alone dump --dry-run "$other" >"$work/dry" 2>&1 || status=$?
check "without DAC_READ_SEARCH a dry run of another user's says no" [ "$status" -eq 2 ]
check "and which is missing there" grep -q 'CAP_DAC_READ_SEARCH is missing' "$work/dry"
status=0
ptrace_alone dump "$other" >"$work/dump" 2>&1 || status=$?
check "a dump says the same" grep -q 'CAP_DAC_READ_SEARCH is missing' "$work/dump"
kill "$other"

# In a user namespace of its own even root with all capabilities may not look at a process outside of it.
within() { unshare -U -r -m --propagation private "$program" "$@"; }
status=0
within dump --dry-run "$leaker" >"$work/dry" 2>&1 || status=$?
check "in a user namespace a dry run says no" [ "$status" -eq 2 ]
check "and why" grep -q 'our CAP_SYS_PTRACE is valid only in our user namespace' "$work/dry"
status=0
within dump "$leaker" >"$work/dump" 2>&1 || status=$?
check "so does a dump" grep -q 'our CAP_SYS_PTRACE is valid only in our user namespace' "$work/dump"
within watch --patience 3s --min-growth 1M --for 8s "$leaker" >"$work/watch" 2>&1 || true
check "the memory is judged all the same" grep -q 'LEAK' "$work/watch"
check "and the watch says why there are no stacks" grep -q 'only in our user namespace' "$work/watch"
# Both inside of it: nothing is refused.
unshare -U -r -m -p -f --mount-proc --propagation private sh -c '
    "$2/thread_leaker" --rate 8 >/dev/null & sleep 1; "$1" dump $!; kill $!' sh "$program" "$programs" >"$work/both" 2>&1 || true
check "a target in the same user namespace is dumped" grep -q 'shop::QuoteQueue::push' "$work/both"
kill "$leaker"
[ "$failures" -eq 0 ] || { tail -n 20 "$work"/{watch,dump,dry,both} >&2; exit 1; }

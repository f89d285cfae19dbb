#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What does it cost to add a series, a part of a dump, a kind of stack? Each patch of tools/touch/ adds one, with
# a test of it all the way through; nobody needs them. Applies each to a copy of the committed tree and counts the
# code files that it touches (tests, CMake and pages apart), against a limit. With --build it builds each copy
# and runs its unit tests. Usage: tools/touch.sh [--build]
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A most=([series]=5 [part_of_a_dump]=10 [kind_of_stack]=5)
copy=$(mktemp -d)
trap 'rm -rf "$copy"; git worktree prune' EXIT
failed=0
for patch in tools/touch/*.patch; do
    name=$(basename "$patch" .patch)
    git worktree add -q --detach "$copy/tree" HEAD
    if ! git -C "$copy/tree" apply --index "$PWD/$patch"; then
        echo "$name: does not apply any more" >&2
        failed=1
    else
        files=$(git -C "$copy/tree" diff --cached --name-only | grep -cE '^(core|cli)/.*\.(h|cpp)$')
        echo "$name: $files code files (at most ${most[$name]})"
        [ "$files" -le "${most[$name]}" ] || failed=1
        if [ "${1:-}" = --build ]; then
            cmake -S "$copy/tree" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug >/dev/null
            if ninja -C "$copy/build" rampwatch_tests >"$copy/log"; then
                "$(find "$copy/build" -name rampwatch_tests -type f)" || failed=1
            else
                tail -20 "$copy/log" >&2
                failed=1
            fi
        fi
    fi
    git worktree remove --force "$copy/tree"
done
exit $failed

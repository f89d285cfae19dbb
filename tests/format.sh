#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every C++ file is laid out as .clang-format has it, by clang-format 14 (others differ in details).
# Usage: format.sh [SOURCE_DIR]; exit status 77 where clang-format is missing.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

program=
for name in clang-format-14 clang-format; do
    command -v "$name" >/dev/null && [[ $("$name" --version) == *"version 14."* ]] && program=$name && break
done
if [ -z "$program" ]; then
    [ -z "${RAMPWATCH_NOTHING_MISSING:-}" ] || { echo "not installed: clang-format 14" >&2; exit 1; }
    echo "skipped: no clang-format 14 here (Debian 12 has it in the package clang-format)"
    exit 77
fi

find core cli tests -name '*.h' -o -name '*.cpp' | sort | xargs "$program" --dry-run --Werror ||
    { echo "format: to be laid out: $program -i FILE" >&2; exit 1; }

# SPDX-License-Identifier: MIT
# Sourced: holds PATTERN [OPTION]...: whether standard input has it, as grep -q says. It reads all before it answers: under
# pipefail grep -q, which ends at the first match, lets the writer die of a broken pipe, and what was found is lost.
holds() {
    local text
    text=$(cat)
    grep -q "$@" <<<"$text"
}

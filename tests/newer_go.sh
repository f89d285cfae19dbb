#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Unpacks newer Go toolchains of Debian's backports (SUITE: of another suite) into a folder, for tests (backport.sh).
# Prints the GOROOTs that are there afterwards. Without a VERSION: the oldest and the newest that are newer than this host's.
# newer_go.sh FOLDER [VERSION...]       newer_go.sh build/go 1.21 1.23; SUITE=sid newer_go.sh build/go 1.26
set -euo pipefail
backport=$(dirname "$(readlink -f "$0")")/backport.sh
folder=$1
shift
versions() {
    "$backport" "$folder" --names '^golang-1\.[0-9]+-go$' | sed -E 's/golang-(.*)-go/\1/' | sort -V |
        { grep -vxF "$(ls -d /usr/lib/go-1.* 2>/dev/null | sed 's/.*go-//')" || true; }
}
[ $# -gt 0 ] || mapfile -t there < <(versions)
[ $# -gt 0 ] || set -- "${there[0]}" "${there[-1]}"
for version; do
    "$backport" "$folder" "$version" "golang-$version-go" "golang-$version-src"
    readlink -f "$folder/$version/usr/lib/go-$version"
done

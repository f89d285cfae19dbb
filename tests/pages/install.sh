#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake --install puts everything where a distribution expects it, and nothing else.
# install.sh BUILD_DIR
set -euo pipefail
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

DESTDIR=$root cmake --install "$1" --prefix /usr >"$root.log" 2>&1 || { cat "$root.log" >&2; exit 1; }
rm -f "$root.log"

diff - <(cd "$root" && find . -type f -printf '%m %P\n' | sort -k 2) <<'LIST'
755 usr/bin/rampwatch
644 usr/lib/systemd/catalog/rampwatch.catalog
644 usr/lib/systemd/system/rampwatch-act@.path
644 usr/lib/systemd/system/rampwatch-act@.service
644 usr/lib/systemd/system/rampwatch-fleet.service
644 usr/lib/systemd/system/rampwatch-fleet.timer
644 usr/lib/systemd/system/rampwatch-report.service
644 usr/lib/systemd/system/rampwatch-report.timer
644 usr/lib/systemd/system/rampwatch-serve.service
644 usr/lib/systemd/system/rampwatch@.service
644 usr/lib/sysusers.d/rampwatch.conf
644 usr/lib/tmpfiles.d/rampwatch.conf
644 usr/share/bash-completion/completions/rampwatch
644 usr/share/doc/rampwatch/LICENSE
644 usr/share/doc/rampwatch/README.md
644 usr/share/doc/rampwatch/examples/cron.d/rampwatch
644 usr/share/fish/vendor_completions.d/rampwatch.fish
644 usr/share/man/man1/rampwatch-ack.1
644 usr/share/man/man1/rampwatch-analyze.1
644 usr/share/man/man1/rampwatch-check-config.1
644 usr/share/man/man1/rampwatch-diff.1
644 usr/share/man/man1/rampwatch-drill.1
644 usr/share/man/man1/rampwatch-dump.1
644 usr/share/man/man1/rampwatch-fleet.1
644 usr/share/man/man1/rampwatch-group.1
644 usr/share/man/man1/rampwatch-heap.1
644 usr/share/man/man1/rampwatch-history.1
644 usr/share/man/man1/rampwatch-look.1
644 usr/share/man/man1/rampwatch-report.1
644 usr/share/man/man1/rampwatch-rules.1
644 usr/share/man/man1/rampwatch-sample.1
644 usr/share/man/man1/rampwatch-scan.1
644 usr/share/man/man1/rampwatch-serve.1
644 usr/share/man/man1/rampwatch-status.1
644 usr/share/man/man1/rampwatch-watch.1
644 usr/share/man/man1/rampwatch.1
644 usr/share/man/man5/rampwatch-formats.5
644 usr/share/man/man7/rampwatch-runtimes.7
644 usr/share/rampwatch/grafana.json
644 usr/share/rampwatch/rampwatch.rules.yml
644 usr/share/zsh/site-functions/_rampwatch
LIST
"$root/usr/bin/rampwatch" --version

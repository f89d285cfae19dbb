// SPDX-License-Identifier: MIT
#include "cli/recorder.h"

#include <fmt/format.h>

namespace rampwatch::cli {

void Recorder::take(const Event& event, const watch::Session&) {
    if (event.kind != Event::Kind::sample || !event.sample) return;
    const auto written = writer_.append(*event.sample, event.life);
    if (written || missing_++ > 0) return;
    errors_.write(fmt::format("rampwatch: {}; the watch goes on, samples are missing from the file\n",
                              to_string(written.error())),
                  Outlet::Worth::much);
}

}  // namespace rampwatch::cli

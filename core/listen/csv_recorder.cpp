// SPDX-License-Identifier: MIT
#include "core/listen/csv_recorder.h"

namespace rampwatch::listen {

void CsvRecorder::on_event(const Event& event, const watch::Session&) {
    if (event.kind != Event::Kind::sample || !event.sample || event.target != target_) return;
    const auto written = writer_.append(*event.sample, event.life);
    if (written || missing_++ > 0) return;
    say_(to_string(written.error()) + "; the watch goes on, samples are missing from the file");
}

}  // namespace rampwatch::listen

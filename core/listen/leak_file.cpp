// SPDX-License-Identifier: MIT
#include "core/listen/leak_file.h"

#include <unistd.h>

#include <utility>

#include "core/base/public_file.h"
#include "core/model/target.h"
#include "core/report/json_event.h"

namespace rampwatch::listen {

LeakFile::~LeakFile() { ::unlink(path_.c_str()); }

void LeakFile::on_event(const Event& event, const watch::Session&) {
    if (event.kind == Event::Kind::leak || event.kind == Event::Kind::leak_worse) {
        leaking_.insert(event.target);
        drills_ = false;
        return write(event, false);
    }
    if (event.kind != Event::Kind::recovered && event.kind != Event::Kind::gone) return;
    // The main process and the sum go on in a next life; another process's leak is over with it.
    if (event.kind == Event::Kind::gone && event.target < kFirstMember) return;
    if (leaking_.erase(event.target) > 0 && leaking_.empty()) ::unlink(path_.c_str());
}

bool LeakFile::drill(const Event& event) {
    if (!leaking_.empty()) return false;
    drills_ = true;
    write(event, true);
    return true;
}

void LeakFile::end_drill() {
    if (std::exchange(drills_, false)) ::unlink(path_.c_str());
}

void LeakFile::write(const Event& event, bool drill) {
    std::string text = report::json_event(event);
    text.insert(1, drill ? "\"drill\":true," : "\"drill\":false,");
    if (const auto written = write_public(path_, text + "\n"); !written) say_(to_string(written.error()));
}

}  // namespace rampwatch::listen

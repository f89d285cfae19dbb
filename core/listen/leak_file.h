// SPDX-License-Identifier: MIT
// A confirmed leak as a file that appears: what rampwatch-act@.path waits for, so that a watcher without a
// network and without rights need not act itself.
#pragma once

#include <set>
#include <string>

#include "core/base/say.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

// Holds the newest event `leak` or `leak_worse` as rampwatch.event/1 with a field "drill" more; replaced by
// rename, readable by all; removed when no target's leak goes on, and at the end of the watch.
class LeakFile final : public watch::Listener {
  public:
    LeakFile(std::string path, Say say) : path_(std::move(path)), say_(std::move(say)) {}
    ~LeakFile() override;

    void on_event(const Event& event, const watch::Session& session) override;
    // The same for an exercise, until end_drill(). False, and nothing is done, while a true leak is told: it
    // must not be acted upon twice.
    bool drill(const Event& event);
    void end_drill();

  private:
    void write(const Event& event, bool drill);

    std::string path_;
    Say say_;
    std::set<TargetId> leaking_{};
    bool drills_ = false;
};

}  // namespace rampwatch::listen

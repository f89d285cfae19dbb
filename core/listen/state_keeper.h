// SPDX-License-Identifier: MIT
// Saves what a watch has learned, each minute and at its end.
#pragma once

#include <chrono>
#include <string>

#include "core/base/late_writer.h"
#include "core/base/say.h"
#include "core/store/state.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

class StateKeeper final : public watch::Listener {
  public:
    // `head` is the state without what changes with each look. `say` is called in the loop.
    StateKeeper(const std::string& path, store::SavedState head, TargetId target, Say say);

    void on_event(const Event& event, const watch::Session& session) override;
    void end(const watch::Session& session);  // saves the last time, and waits for it

  private:
    void save(const watch::Session& session);
    void tell_trouble();

    LateWriter file_;
    store::SavedState head_;
    TargetId target_ = 0;  // of the session, whose state it is
    Say say_;
    std::chrono::nanoseconds next_{};
    bool told_ = false;
};

}  // namespace rampwatch::listen

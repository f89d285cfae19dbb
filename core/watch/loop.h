// SPDX-License-Identifier: MIT
// The thin shell around a Session: one poll over Feeds.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "core/model/feed.h"
#include "core/watch/session.h"

namespace rampwatch::watch {

// Listeners take Events; they must not block: a full or stopped stdout drops what it was given.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void take(const Event& event, const Session& session) = 0;
};

class Loop {
  public:
    Loop(Session& session, std::vector<Feed*> feeds, std::vector<Listener*> listeners);

    // Until `done` says so (asked after every turn), then drains answers that are owed for at most `drain`.
    void run(const std::function<bool()>& done, std::chrono::nanoseconds drain);

  private:
    Session& session_;
    std::vector<Feed*> feeds_;
    std::vector<Listener*> listeners_;
};

}  // namespace rampwatch::watch

// SPDX-License-Identifier: MIT
// The thin shell around a Session: one poll over Feeds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/poller.h"
#include "core/model/feed.h"
#include "core/watch/session.h"
#include "core/watch/spin_guard.h"

namespace rampwatch::watch {

// Listeners take Events; they must not block: a full or stopped stdout drops what it was given.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void on_event(const Event& event, const Session& session) = 0;
};

enum class LoopState : std::uint8_t {
    on,
    drain,  // no more looks are judged; goes on while a Feed owes an answer
    stop,   // now, whatever is owed
};

class Loop {
  public:
    // Neither owns what it is given, nor outlives it. `shift` is added to CLOCK_BOOTTIME in every Fact: a
    // history goes on through reboots on a clock of its own.
    Loop(Session& session, std::vector<Feed*> feeds, std::vector<Listener*> listeners,
         std::chrono::nanoseconds shift = {});

    // `state` is asked before the first and after every turn; a turn comes when a Feed is ready or its
    // deadline has passed. What a drain may take is for a Feed's deadline and `state` to say.
    void run(const std::function<LoopState()>& state);

    // Called once, with a line to be said, should the Loop ever turn without end for nothing (spin_guard.h);
    // it then rests after each turn.
    std::function<void(const std::string& line)> on_spin{};

    // What no Feed knows: that the target appeared.
    void tell(const Fact& fact);

  private:
    void turn(bool draining);
    void perform(const Request& request, std::vector<Fact>& answers);
    [[nodiscard]] bool is_owed() const;

    Session& session_;
    std::vector<Feed*> feeds_;
    std::vector<Listener*> listeners_;
    std::chrono::nanoseconds shift_;
    Poller poller_{};
    std::vector<Feed*> polled_{};  // in this turn: all Feeds, each behind its parts
    std::vector<std::optional<std::chrono::nanoseconds>> deadlines_{};  // of polled_, as this turn asked them
    std::vector<Fact> facts_{};
    Output output_{};
    SpinGuard spin_{};
};

}  // namespace rampwatch::watch

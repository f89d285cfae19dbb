// SPDX-License-Identifier: MIT
// Facts in, Events and Requests out: the pure middle of every watch, live or replayed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/model/event.h"
#include "core/model/fact.h"
#include "core/model/verdict.h"
#include "core/trend/judge.h"

namespace rampwatch::watch {

struct Settings {
    trend::Settings judge{};
    bool dumps = true;  // ask for dumps at all
    // Between two dumps of one target, so that a watch is never a stream of dumps; a leak's first dump does
    // not wait.
    std::chrono::nanoseconds dump_cooldown{};  // 0: patience / 32, at least 5 s
};

struct Output {
    std::vector<Event> events{};
    std::vector<Request> requests{};
};

// The Judge owns claims and their hysteresis; the Session decides what is told and when a dump is worth it:
// one alarm an episode, again when the leaked amount doubled or the time to the limit halved, the early
// baseline, one dump at a time by urgency. An answer that comes late, for a life that is over, or for an id
// it does not know is no surprise to it.
class Session {
  public:
    explicit Session(const Settings& settings);
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;

    Output tell(const Fact& fact);

    // Of one target; of an unknown one an empty verdict.
    [[nodiscard]] Verdict verdict(TargetId target = 0) const;

    // The newest dump with its changes since the baseline; empty when there is none.
    [[nodiscard]] std::shared_ptr<const Dump> newest_dump(TargetId target = 0) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::watch

// SPDX-License-Identifier: MIT
// Facts in, Events and Requests out: the pure middle of every watch, live or replayed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/model/event.h"
#include "core/model/fact.h"
#include "core/model/verdict.h"
#include "core/trend/judge.h"

namespace rampwatch::watch {

struct Settings {
    trend::Settings judge{};
    bool dumps = true;   // ask for dumps at all
    bool heaps = false;  // ask for what heaps are made of to be kept (Request::Kind::heap)
    // Between two dumps of one target, so that a watch is never a stream of dumps; a leak's first dump does
    // not wait.
    std::chrono::nanoseconds dump_cooldown{};  // 0: patience / 32, at least 5 s
    // A dump this often while growth is suspected, so that each group's count is a series; 0: only at events.
    std::chrono::nanoseconds dump_every{};
    // The targets are those of one service (model/target.h): kSumTarget speaks for all of them, once. The
    // others are told as they come and go; what they claim is in the service's Events (service_claim.h).
    bool service = false;
    bool tell_samples = true;  // an Event for each sample; a replay has no use for them
};

inline constexpr std::size_t kMostTargets = 16384;

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

    // Facts of one target come in the order of their times; a look that is not later than the one before, or
    // of a life that is over, is left out. The first look at a life that never appeared makes it appear. At
    // most kMostTargets are held; facts of further ones are left out.
    Output tell(const Fact& fact);
    void tell(const Fact& fact, Output& output);  // the same, appended

    // What a target has learned and what was told of it, as bytes; empty for an unknown one. Its dumps are
    // not in them.
    [[nodiscard]] std::vector<std::byte> save(TargetId target = 0) const;
    // Before any fact of this target: it goes on as if this Session had not been away, in its life `life`.
    // Errors: as of Judge::load(); nothing has changed then.
    Result<void> restore(TargetId target, std::span<const std::byte> bytes, LifeNumber life);
    // A life that is known already (restored, or learned from a recording) goes on with the next Appeared of
    // the same number, which is then told as `started`.
    void expect(TargetId target);
    // The dump that later ones of that life are compared with, of a watch before this one.
    void adopt_baseline(TargetId target, std::shared_ptr<const Dump> baseline);

    // Of one target; of an unknown one an empty verdict.
    [[nodiscard]] Verdict verdict(TargetId target = 0) const;

    // So far, asked for or for ourselves: each costs as much as thousands of looks.
    [[nodiscard]] std::int64_t verdicts_made() const;

    // The newest dump with its changes since the baseline; empty when there is none.
    [[nodiscard]] std::shared_ptr<const Dump> newest_dump(TargetId target = 0) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::watch

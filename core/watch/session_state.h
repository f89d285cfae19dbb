// SPDX-License-Identifier: MIT
// What a Session holds: its targets, and what each fact does to them. For the session*.cpp alone.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/watch/dump_queue.h"
#include "core/watch/episode.h"
#include "core/watch/life_dumps.h"
#include "core/watch/service_voice.h"
#include "core/watch/session.h"

namespace rampwatch::watch {

struct SessionTarget {
    explicit SessionTarget(const trend::Settings& settings) : judge(settings), episode(settings.patience) {}

    trend::Judge judge;
    Episode episode;
    LifeNumber life = 1;
    bool alive = true;
    bool expected = false;  // to appear again in the life that it is in
    std::optional<Life> who{};
    std::optional<std::chrono::nanoseconds> last_look{};
    std::chrono::nanoseconds first_look_of_life{};
    std::int64_t looks_of_life = 0;
    std::optional<std::int64_t> rss_bytes{};  // of the last look
    std::int64_t memory_bytes = 0;            // at the last look
    LifeDumps dumps{};
};

// When a fact says that something was.
struct Moment {
    std::chrono::nanoseconds mono{}, wall{};
};

struct Session::State {
    explicit State(const Settings& given);

    void apply(const fact::Appeared& fact, Output& output);
    void apply(const fact::Sampled& fact, Output& output);
    void apply(const fact::Bucketed& fact, Output& output);
    void apply(const fact::Gone& fact, Output& output);
    void apply(const fact::Missed& fact, Output& output);
    void apply(const fact::DumpDone& fact, Output& output);
    void apply(const fact::Tick& fact, Output&) { now = std::max(now, fact.mono); }

    SessionTarget* find(TargetId id);
    SessionTarget* admit(TargetId id);
    SessionTarget* living(TargetId id, LifeNumber life, Moment when, Output& output);
    void begin_life(SessionTarget& target, TargetId id, LifeNumber life, bool first, Moment when,
                    Output& output);
    void go_on(SessionTarget& target, const fact::Appeared& fact, Output& output);
    bool accept_look(SessionTarget& target, std::chrono::nanoseconds mono);
    void after_look(SessionTarget& target, TargetId id, Moment when, Output& output);
    [[nodiscard]] bool speaks(TargetId id) const { return !service || id == kSumTarget; }
    static ServicePart part_of(TargetId id, const SessionTarget& target);
    [[nodiscard]] ServiceParts parts() const;
    Claim claim_of(TargetId id, const SessionTarget& target, std::chrono::nanoseconds mono);
    [[nodiscard]] Verdict verdict_of(TargetId id, const SessionTarget& target) const;
    void tell(const Episode::Telling& telling, const SessionTarget& target, TargetId id, Moment when,
              const std::shared_ptr<const Verdict>& verdict, Output& output);
    void wish_for_dumps(SessionTarget& target, TargetId id);
    void ask_for_heap(SessionTarget& target, TargetId id, Output& output);
    std::optional<std::chrono::nanoseconds> onset_wall_of(const Request& request);
    Event event(Event::Kind kind, const SessionTarget& target, TargetId id, Moment when) const;

    Settings settings;
    DumpQueue dumps;
    std::optional<ServiceVoice> service{};
    std::map<TargetId, SessionTarget> targets{};
    std::chrono::nanoseconds now{};             // the latest time in any fact
    mutable std::int64_t made = 0;              // verdicts of targets that are no service
    mutable std::vector<ServicePart> parts_{};  // kept, as it is filled at each look at a sum
};

}  // namespace rampwatch::watch

// SPDX-License-Identifier: MIT
// What a Session tells whoever listens: the terminal, the recorder, the journal, metrics.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/model/verdict.h"

namespace rampwatch {

// A process of a service, beside an Event of the whole.
struct ServiceMember {
    TargetId target = 0;
    std::optional<Life> who{};
    Claim claim = Claim::undecided;
    double memory_bytes = 0;              // at its last look
    std::optional<double> rise_bytes{};   // of its memory since it began to grow; empty where it does not
    std::optional<double> slope_per_s{};  // of its memory, likewise

    friend bool operator==(const ServiceMember&, const ServiceMember&) = default;
};

struct Event {
    enum class Kind : std::uint8_t {
        started,     // a target's first life is watched
        restarted,   // a further life; of the same process, where it became another program by execve
        sample,      // a sample was judged; `sample` holds it
        growing,     // suspected: once an episode
        leak,        // confirmed: the alarm
        leak_worse,  // the leaked amount doubled, or the time to the limit halved
        recovered,   // the episode is over; `before` says how far it had come
        limit_near,  // at this rate a limit is close; says nothing of a leak
        dump,        // stacks were taken
        dump_failed,
        missed,  // ticks without a sample
        gone,    // the life ended
        ended,   // the watching is over, the target may live on; told by whoever watched, not by a Session
    };

    Kind kind = Kind::sample;
    TargetId target = 0;
    LifeNumber life = 1;
    std::chrono::nanoseconds mono{};
    std::chrono::nanoseconds wall{};
    std::optional<Sample> sample{};
    std::optional<Life> who{};  // with every kind but sample, when it is known
    std::optional<Life> was{};  // with restarted: who it was, where that is known and the process is the same
    std::optional<Ending> ending{};
    std::shared_ptr<const Verdict>
        verdict{};  // with growing, leak, leak_worse, recovered, limit_near, gone, ended
    std::optional<Claim> before{};
    std::shared_ptr<const Dump> dump{};
    std::optional<Error> error{};
    std::int64_t missed_ticks = 0;
    // Of a service's claims (growing, leak, leak_worse, recovered, limit_near): its living processes, what
    // claims most and has grown most first, at most kMostMembersTold; and how many there are.
    std::vector<ServiceMember> members{};
    std::size_t members_in_all = 0;
    // The process whose own growth speaks in `verdict`, the service's memory bearing it out; empty where the
    // verdict is that of the sum.
    std::optional<TargetId> spoken_by{};
};

inline constexpr std::size_t kMostMembersTold = 8;

}  // namespace rampwatch

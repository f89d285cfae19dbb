// SPDX-License-Identifier: MIT
// Which dump is worth it, and when: one at a time, by urgency, with a rest in between.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/model/fact.h"

namespace rampwatch::watch {

// Bounded by the number of targets: each has at most one wish waiting, since a dump that serves an urgent
// wish serves the lesser ones too.
class DumpQueue {
  public:
    struct PendingDump {
        Request request{};
        bool again = false;  // the first try failed
        std::chrono::nanoseconds since{};
    };

    explicit DumpQueue(std::chrono::nanoseconds cooldown) : cooldown_(cooldown) {}

    // A dump of this life would help. The first one for a leak, and for a limit, rests for nothing.
    void wish(TargetId target, LifeNumber life, DumpReason reason, std::chrono::nanoseconds now);

    // The life is over: its wishes go. A dump of it that runs goes on.
    void drop(TargetId target);

    // The request to make now, if any.
    std::optional<Request> next(std::chrono::nanoseconds now);

    // The request that is answered; empty for an id that is not known, or was answered before. An answer
    // that comes after we had given it up is taken all the same.
    std::optional<PendingDump> answered(RequestId id, std::chrono::nanoseconds now);

    // Its dump failed: once more after the rest, where the reason may pass.
    void failed(const PendingDump& asked, const Error& error, std::chrono::nanoseconds now);

    [[nodiscard]] bool idle() const { return !running_ && wishes_.empty(); }

  private:
    struct Wish {
        TargetId target = 0;
        LifeNumber life = 1;
        DumpReason reason = DumpReason::baseline;
        std::chrono::nanoseconds not_before{};
        bool again = false;
    };
    struct Rest {
        std::optional<std::chrono::nanoseconds> last_dump{};
        bool leak_served = false;
        bool limit_served = false;
    };

    void add(Wish wish);

    std::chrono::nanoseconds cooldown_;
    std::vector<Wish> wishes_{};
    std::map<TargetId, Rest> rests_{};
    std::optional<PendingDump> running_{};
    std::vector<PendingDump> lost_{};  // given up, the oldest first
    RequestId last_id_ = 0;
};

}  // namespace rampwatch::watch

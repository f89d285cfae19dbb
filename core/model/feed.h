// SPDX-License-Identifier: MIT
// The seam to the present: whatever the kernel can wake us for.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/model/fact.h"

namespace rampwatch {

// Polled by the Loop, which calls collect() when `fd` is readable or the deadline has passed. No call may
// block.
class Feed {
  public:
    virtual ~Feed() = default;

    // The descriptor to poll for reading, -1 for none; may change between calls.
    [[nodiscard]] virtual int fd() const { return -1; }

    // CLOCK_BOOTTIME at which collect() is due; kDueNow (core/base/poller.h) at once,
    // empty for never. Asked once a turn.
    [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> deadline() const { return std::nullopt; }

    // Appends further Feeds that belong to this one, for now: they are polled beside it, and asked before it,
    // since nobody but its own collect() may end them.
    virtual void parts(std::vector<Feed*>& feeds) const { static_cast<void>(feeds); }

    // Appends what happened; nothing is no error.
    virtual void collect(std::vector<Fact>& facts) = 0;

    // Starts what was asked for, if this Feed is the one to do it: true when taken on, and then a Fact with
    // the request's id follows sooner or later. A request that cannot be started is answered by a failed
    // Fact, not by false.
    virtual bool perform(const Request& request) {
        static_cast<void>(request);
        return false;
    }

    // True while an answer is owed: at the end the Loop drains it, up to a deadline.
    [[nodiscard]] virtual bool busy() const { return false; }
};

}  // namespace rampwatch

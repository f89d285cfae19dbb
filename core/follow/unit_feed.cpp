// SPDX-License-Identifier: MIT
#include "core/follow/unit_feed.h"

#include <algorithm>

#include "core/base/poller.h"

namespace rampwatch::follow {

using std::chrono::nanoseconds;

void UnitFeed::lead(ProcessSet& crew) {
    crew_ = &crew;
    apply();
}

std::optional<nanoseconds> UnitFeed::deadline() const {
    const auto bus = follower_.deadline();
    if (!down_since_) return bus;
    const nanoseconds over = *down_since_ + linger_;
    return bus ? std::min(*bus, over) : over;
}

void UnitFeed::collect(std::vector<Fact>&) {
    follower_.process();
    apply();
}

// A unit that cannot be asked about is not down: nothing is known of it.
void UnitFeed::apply() {
    const systemd::UnitState& state = follower_.state();
    if (systemd::is_up(state)) {
        seen_up_ = true;
        down_since_.reset();
    } else if (seen_up_ && !down_since_ && follower_.connected()) {
        down_since_ = boot_now();
    }
    if (crew_ != nullptr) crew_->follow(state.main_pid, state.control_group);
}

bool UnitFeed::is_over() const { return down_since_ && boot_now() >= *down_since_ + linger_; }

}  // namespace rampwatch::follow

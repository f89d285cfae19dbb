// SPDX-License-Identifier: MIT
#include "core/follow/lead_feed.h"

#include "core/base/poller.h"

namespace rampwatch::follow {
namespace {

// All processes are gone through while there is none.
constexpr std::chrono::nanoseconds kLookAgain = std::chrono::seconds(1);

}  // namespace

void LeadFeed::lead(ProcessSet& crew, std::int32_t pid) {
    crew_ = &crew;
    next_ = boot_now() + kLookAgain;
    crew.follow(pid, {});
}

void LeadFeed::collect(std::vector<Fact>&) {
    const auto now = boot_now();
    if (crew_ == nullptr || now < next_) return;
    next_ = now + kLookAgain;
    if (crew_->main() != nullptr) return;
    crew_->follow(find_().value_or(0), {});
}

}  // namespace rampwatch::follow

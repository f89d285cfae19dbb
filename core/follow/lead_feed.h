// SPDX-License-Identifier: MIT
// Tells a ProcessSet which process leads it, by looking for it while there is none: what goes by a name or a
// pidfile, through restarts.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/follow/process_set.h"
#include "core/model/feed.h"

namespace rampwatch::follow {

class LeadFeed final : public Feed {
  public:
    using Find = std::function<std::optional<std::int32_t>()>;  // the process that there is now

    explicit LeadFeed(Find find) : find_(std::move(find)) {}

    // From now on `crew`, which outlives this, is told; `pid` leads it at first.
    void lead(ProcessSet& crew, std::int32_t pid);

    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override { return next_; }
    void collect(std::vector<Fact>& facts) override;

  private:
    Find find_;
    ProcessSet* crew_ = nullptr;
    std::chrono::nanoseconds next_{};
};

}  // namespace rampwatch::follow

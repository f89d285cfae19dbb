// SPDX-License-Identifier: MIT
// Tells a ProcessSet which processes its unit has now, and knows when the unit has been down for long enough.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "core/follow/process_set.h"
#include "core/model/feed.h"
#include "core/systemd/unit_follower.h"

namespace rampwatch::follow {

class UnitFeed final : public Feed {
  public:
    UnitFeed(systemd::UnitFollower follower, std::chrono::nanoseconds linger)
        : follower_(std::move(follower)), linger_(linger) {}

    // From now on it is told; `crew` outlives this.
    void lead(ProcessSet& crew);

    [[nodiscard]] int fd() const override { return follower_.fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;

    [[nodiscard]] const systemd::UnitState& state() const { return follower_.state(); }
    [[nodiscard]] bool connected() const { return follower_.connected(); }
    std::vector<std::string> near_names() { return follower_.near_names(); }
    // Once seen up, it has been down for `linger`.
    [[nodiscard]] bool is_over() const;

  private:
    void apply();

    systemd::UnitFollower follower_;
    std::chrono::nanoseconds linger_;
    ProcessSet* crew_ = nullptr;
    bool seen_up_ = false;
    std::optional<std::chrono::nanoseconds> down_since_{};
};

}  // namespace rampwatch::follow

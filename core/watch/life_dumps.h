// SPDX-License-Identifier: MIT
// The dumps of one life, each compared with those before it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/model/stack.h"
#include "core/stacks/growth_series.h"

namespace rampwatch::watch {

class LifeDumps {
  public:
    // What its last look showed.
    struct Look {
        std::optional<std::int64_t> rss_bytes{};
        std::int64_t memory_bytes = 0;
    };

    // A dump of the life that goes on: its changes since the first, and how its groups grow with the memory.
    std::shared_ptr<const Dump> add(Dump dump, const Look& look);
    // One that comes when the life is over: as it is. It is kept where no other life has begun since, being
    // the last evidence there is.
    std::shared_ptr<const Dump> add_late(Dump dump, bool is_last_life);

    // The dump that later ones are compared with, of a watch before this one.
    void adopt(std::shared_ptr<const Dump> baseline);

    // Once a life: the first, early, so that later ones have something to be compared with. `lived`: between
    // its first look and this one.
    bool baseline_is_due(std::chrono::nanoseconds lived, std::chrono::nanoseconds patience);
    // While nothing is wrong, what the heap is made of, so that there is something to measure growth from:
    // with the baseline, and again every quarter of the patience.
    bool heap_is_due(std::chrono::nanoseconds mono, std::chrono::nanoseconds lived,
                     std::chrono::nanoseconds patience);
    // Once in `every`.
    bool regular_is_due(std::chrono::nanoseconds mono, std::chrono::nanoseconds every);

    [[nodiscard]] const std::shared_ptr<const Dump>& newest() const { return newest_; }

    // Another life begins; the newest dump stays until it has one of its own.
    void restart();
    // The same life is watched again: where the dumps of its earlier watch are gone, a baseline is due anew.
    void go_on() { baseline_wished_ = baseline_ != nullptr; }

  private:
    std::shared_ptr<const Dump> keep(Dump dump);

    std::shared_ptr<const Dump> baseline_{};  // the first of this life
    std::shared_ptr<const Dump> newest_{};
    std::shared_ptr<const Dump> memory_{};  // the first that says what its memory is made of
    stacks::GrowthSeries growth_{};
    bool baseline_wished_ = false;
    std::optional<std::chrono::nanoseconds> heap_{}, regular_{};  // when each was due last
};

}  // namespace rampwatch::watch

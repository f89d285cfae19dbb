// SPDX-License-Identifier: MIT
// "Hits MemoryMax in 12 min at this rate": growth of this moment against the nearest limit. It claims nothing
// about a leak and waits for no patience.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/model/verdict.h"
#include "core/trend/estimate.h"
#include "core/trend/floors.h"

namespace rampwatch::trend {

[[nodiscard]] double room_of(const CountLimit& limit);

class LimitWatch {
  public:
    explicit LimitWatch(const Times& times) : times_(times) {}

    // Every look, before the next block is asked for. What a cgroup uses is a course of its own: other
    // processes, page cache that cannot be dropped and the kernel's own memory fill it as well, and a new
    // life of this one does not empty it.
    void look(std::int64_t t_ns, const Limit& limit);

    // Growth over a 32nd of the patience that meets the limit within an 18th of it, or steady growth over a
    // quarter of it that meets the limit within a third (half an hour and three hours of 9 h). Nothing while
    // the rise is one that was given back before and would end below the limit this time too.
    [[nodiscard]] std::optional<Forecast> notice(const Limit& limit, const Floors& memory) const;

    // The same of a count, by its own course alone.
    [[nodiscard]] std::optional<CountForecast> notice(const CountLimit& limit, const Floors& count) const;

    [[nodiscard]] bool sound() const { return !used_ || used_->sound(); }

    template <class Archive>
    void state(Archive& archive) {
        bool there = used_ != nullptr;
        archive(there, limit_bytes_);
        if (there && !used_) used_ = std::make_unique<Floors>(times_);
        if (there) archive(*used_);
    }

  private:
    Times times_;
    std::int64_t limit_bytes_ = 0;
    std::unique_ptr<Floors> used_{};  // of a cgroup; null for what only this process uses
};

}  // namespace rampwatch::trend

// SPDX-License-Identifier: MIT
// Keeps what heaps are made of while nothing is wrong, when a Session asks for it: quietly, at a low
// priority, one at a time.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/dump/heap_step.h"
#include "core/model/feed.h"
#include "core/model/target.h"
#include "core/worker/heap_child.h"

namespace rampwatch::dump {

class HeapFeed final : public Feed {
  public:
    using WhoIs = std::function<std::optional<Life>(TargetId, LifeNumber)>;

    // `settings.baselines` is where they go.
    HeapFeed(HeapSettings settings, WhoIs who_is)
        : settings_(std::move(settings)), who_is_(std::move(who_is)) {}

    [[nodiscard]] int fd() const override { return call_ ? call_->fd() : -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;
    bool perform(const Request& request) override;

  private:
    void begin_next();

    static constexpr std::size_t kMostWaiting = HeapBaselines::kMostProcesses;
    HeapSettings settings_;
    WhoIs who_is_;
    std::deque<Life> waiting_{};
    Life life_{};  // whose heap is read
    std::optional<worker::HeapCall> call_{};
    // Of those that cannot be read, which is not tried again.
    std::deque<Life> hopeless_{};
};

}  // namespace rampwatch::dump

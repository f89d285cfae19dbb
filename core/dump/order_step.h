// SPDX-License-Identifier: MIT
// A step that is one order to the worker: what is asked, and what its answer is in the dump.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/dump/step.h"
#include "core/worker/worker_call.h"

namespace rampwatch::dump {

template <class O>
class OrderStep final : public DumpStep {
  public:
    using Answered = typename worker::WorkerCall<O>::Answered;
    using Fill = std::function<void(DumpInHand&, Answered)>;

    // `how`: what it may cost. `fill` is not called when nobody waited for the answer.
    OrderStep(std::shared_ptr<worker::Worker> worker, O order, worker::Order how, Fill fill)
        : worker_(std::move(worker)),
          order_(std::move(order)),
          how_(std::move(how)),
          fill_(std::move(fill)) {}

    // Only where stacks were read before.
    OrderStep& behind_stacks() {
        behind_stacks_ = true;
        return *this;
    }

    bool start(const DumpInHand& so_far) override {
        if (behind_stacks_ && !so_far.has_stacks) return false;
        call_.emplace(worker_, order_, how_);
        return true;
    }
    [[nodiscard]] int fd() const override { return call_->fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override {
        return call_->deadline();
    }
    bool turn() override {
        answer_ = call_->poll();
        return answer_.has_value();
    }
    void fill(DumpInHand& dump) override {
        if (answer_) fill_(dump, std::move(*answer_));
    }

  private:
    std::shared_ptr<worker::Worker> worker_;
    O order_;
    worker::Order how_;
    Fill fill_;
    bool behind_stacks_ = false;
    std::optional<worker::WorkerCall<O>> call_{};
    std::optional<Answered> answer_{};
};

}  // namespace rampwatch::dump

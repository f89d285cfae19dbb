// SPDX-License-Identifier: MIT
#include "core/dump/memory_step.h"

#include <utility>

#include "core/worker/worker_call.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

// Beyond its budget: one mapping may be so big that the kernel takes long for it.
constexpr nanoseconds kGrace = std::chrono::seconds(15);

class MemoryStep : public DumpStep {
  public:
    MemoryStep(std::shared_ptr<worker::Worker> worker, nanoseconds budget)
        : worker_(std::move(worker)), budget_(budget) {}

    bool start(const DumpInHand& so_far) override {
        if (!so_far.has_stacks) return false;
        call_.emplace(worker_, worker::order::Memory{budget_}, worker::Order{.time = budget_ + kGrace});
        return true;
    }
    [[nodiscard]] int fd() const override { return call_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override { return call_->deadline(); }
    bool turn() override {
        answer_ = call_->poll();
        return answer_.has_value();
    }

    void fill(DumpInHand& in_hand) override {
        if (!answer_) return;
        if (*answer_)
            in_hand.dump.memory = std::move((**answer_).parts);
        else
            in_hand.dump.warnings.push_back("What its memory is made of could not be read: " +
                                            to_string(answer_->error()));
    }

  private:
    std::shared_ptr<worker::Worker> worker_;
    nanoseconds budget_;
    std::optional<worker::WorkerCall<worker::order::Memory>> call_{};
    std::optional<Result<worker::answer::Memory>> answer_{};
};

}  // namespace

std::unique_ptr<DumpStep> memory_step(std::shared_ptr<worker::Worker> worker, nanoseconds budget) {
    return std::make_unique<MemoryStep>(std::move(worker), budget);
}

}  // namespace rampwatch::dump

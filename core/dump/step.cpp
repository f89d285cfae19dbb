// SPDX-License-Identifier: MIT
#include "core/dump/step.h"

#include <utility>

#include "core/base/poller.h"

namespace rampwatch::dump {
namespace {

class StepsJob : public Job {
  public:
    explicit StepsJob(std::vector<std::unique_ptr<DumpStep>> steps) : steps_(std::move(steps)) { begin(); }

    [[nodiscard]] int fd() const override { return is_over() ? -1 : steps_[at_]->fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override {
        return is_over() ? kDueNow : steps_[at_]->deadline();
    }

    bool turn() override {
        while (!is_over() && steps_[at_]->turn()) {
            steps_[at_++]->fill(in_hand_);
            begin();
        }
        return is_over();
    }

    [[nodiscard]] bool has_part() const override { return in_hand_.has_stacks; }

    Result<Dump> result() override {
        for (; !is_over(); ++at_) steps_[at_]->fill(in_hand_);
        if (!in_hand_.has_stacks && in_hand_.error) return std::move(*in_hand_.error);
        return std::move(in_hand_.dump);
    }

  private:
    [[nodiscard]] bool is_over() const { return at_ == steps_.size(); }

    // The next one that has something to do.
    void begin() {
        while (!is_over() && !steps_[at_]->start(in_hand_)) ++at_;
    }

    std::vector<std::unique_ptr<DumpStep>> steps_;
    std::size_t at_ = 0;
    DumpInHand in_hand_{};
};

}  // namespace

std::unique_ptr<Job> in_steps(std::vector<std::unique_ptr<DumpStep>> steps) {
    return std::make_unique<StepsJob>(std::move(steps));
}

}  // namespace rampwatch::dump

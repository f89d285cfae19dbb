// SPDX-License-Identifier: MIT
#include "core/dump/goroutines_step.h"

#include <utility>
#include <variant>

#include "core/worker/worker_call.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kPatience = std::chrono::seconds(20);

// Of either order: both have one answer.
template <class O>
class GoroutinesStep : public DumpStep {
  public:
    GoroutinesStep(std::shared_ptr<worker::Worker> worker, O order, nanoseconds time)
        : worker_(std::move(worker)), order_(std::move(order)), time_(time) {}

    bool start(const DumpInHand& /*so_far*/) override {
        call_.emplace(worker_, order_, worker::Order{.time = time_});
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
        Dump& dump = in_hand.dump;
        if (!*answer_) {
            const Error& error = answer_->error();
            if (error.kind != Error::Kind::not_found && error.kind != Error::Kind::gone)
                dump.warnings.push_back("Its goroutines could not be read: " + to_string(error));
            return;
        }
        worker::answer::Goroutines& read = **answer_;
        in_hand.has_stacks = true;
        dump.backend = "go";
        dump.go = std::move(read.go);
        dump.groups = std::move(read.groups);
        dump.warnings = std::move(read.warnings);
    }

  private:
    std::shared_ptr<worker::Worker> worker_;
    O order_;
    nanoseconds time_;
    std::optional<worker::WorkerCall<O>> call_{};
    std::optional<Result<worker::answer::Goroutines>> answer_{};
};

}  // namespace

std::unique_ptr<DumpStep> goroutines_step(std::shared_ptr<worker::Worker> worker, PprofSettings pprof) {
    if (pprof.place.empty())
        return std::make_unique<GoroutinesStep<worker::order::Goroutines>>(
            std::move(worker), worker::order::Goroutines{}, kPatience);
    return std::make_unique<GoroutinesStep<worker::order::Profile>>(
        std::move(worker), worker::order::Profile{std::move(pprof.place), pprof.timeout},
        kPatience + pprof.timeout);
}

}  // namespace rampwatch::dump

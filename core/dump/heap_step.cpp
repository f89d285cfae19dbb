// SPDX-License-Identifier: MIT
#include "core/dump/heap_step.h"

#include <string>
#include <utility>

#include "core/base/poller.h"
#include "core/base/units.h"
#include "core/worker/heap_child.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

class HeapStep final : public DumpStep {
  public:
    HeapStep(Life life, HeapSettings settings) : life_(std::move(life)), settings_(std::move(settings)) {}

    bool start(const DumpInHand& so_far) override {
        if (!so_far.has_stacks) return false;
        go_ = so_far.dump.go.has_value();
        if (settings_.baselines) chosen_ = settings_.baselines->choose(life_, settings_.onset, wall_now());
        begin();
        return true;
    }
    [[nodiscard]] int fd() const override { return call_ ? call_->fd() : -1; }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        return call_ ? call_->deadline() : kDueNow;
    }
    bool turn() override {
        if (call_) answer_ = call_->poll();
        if (!answer_) return false;
        call_.reset();
        const bool unfit = !*answer_ && answer_->error().kind == Error::Kind::bad_input && chosen_;
        if (!unfit) return true;
        settings_.baselines->forget(life_);  // it became another program since
        chosen_.reset();
        answer_.reset();
        begin();
        return false;
    }
    void fill(DumpInHand& in_hand) override {
        if (!answer_) return;
        if (!*answer_) {
            in_hand.dump.heap.emplace().missing = sentence(answer_->error());
            return;
        }
        worker::HeapAnswer& answer = **answer_;
        if (settings_.baselines && !chosen_)
            settings_.baselines->keep(life_, {answer.types.wall, std::move(answer.baseline)});
        if (chosen_ && chosen_->late)
            answer.types.notes.push_back("Growth began before the reading that this is compared with.");
        in_hand.dump.heap = std::move(answer.types);
    }

  private:
    void begin() {
        worker::HeapOrder order{
            .sample_bytes = settings_.sample_bytes, .timeout = settings_.timeout, .go = go_};
        if (chosen_) order.baseline = chosen_->baseline->bytes;
        auto call = worker::HeapCall::start(life_, order);
        if (call)
            call_.emplace(std::move(*call));
        else
            answer_ = call.error();
    }
    static std::string sentence(const Error& error) {
        std::string text = "What fills the heap is not known: " + error.what;
        return text + (error.hint.empty() ? "." : " (" + error.hint + ").");
    }

    Life life_;
    HeapSettings settings_;
    bool go_ = false;
    std::optional<HeapBaselines::Chosen> chosen_{};
    std::optional<worker::HeapCall> call_{};
    std::optional<Result<worker::HeapAnswer>> answer_{};
};

}  // namespace

std::unique_ptr<DumpStep> heap_step(Life life, HeapSettings settings) {
    return std::make_unique<HeapStep>(std::move(life), std::move(settings));
}

}  // namespace rampwatch::dump

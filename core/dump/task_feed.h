// SPDX-License-Identifier: MIT
// More series of a watched program whose language has a runtime. Where it keeps tasks without a thread, such
// as coroutines: how many are parked, and how many have been so at one place for long; the worker counts them
// all, each time. And what a collection left of a heap: words that the worker finds, and the watcher itself
// reads at each tick.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "core/dump/collected_figure.h"
#include "core/dump/count_pace.h"
#include "core/model/sample.h"
#include "core/probe/memory.h"
#include "core/probe/sample_reader.h"
#include "core/worker/worker_call.h"

namespace rampwatch::dump {

struct TaskFeedSettings {
    std::chrono::nanoseconds interval = std::chrono::seconds(10);  // of the samples
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);   // at one place for so long: aged
};

// Tells no Facts: what it knows goes into samples, by read(). The pause between two counts is the larger of
// an interval and 200 times the CPU time that the last one took: 0.5 % of one CPU at most. A count that is
// not of all tasks is none: it is not judged.
class TaskFeed : public probe::SampleReader {
  public:
    TaskFeed(std::shared_ptr<worker::Worker> worker, TaskFeedSettings settings);

    [[nodiscard]] int fd() const override { return call_ ? call_->fd() : -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;

    // Fills in tasks and aged_tasks, where they are known, and each count once, so that none is judged twice;
    // and what was left by a collection that has ended since the sample before; about 2 us.
    void read(Sample& sample) override;

    void begin_anew() override;

  private:
    struct Watched {
        runtime::CollectedWord word{};
        CollectedFigure figure{};
    };

    void learn(Result<worker::answer::TaskCount> answer, std::chrono::nanoseconds cpu,
               std::chrono::nanoseconds now);
    void watch(const std::vector<runtime::CollectedWord>& words);
    void read_words(Sample& sample);

    std::shared_ptr<worker::Worker> worker_;
    TaskFeedSettings settings_{};
    std::optional<worker::WorkerCall<worker::order::TaskCount>> call_{};  // while an answer is awaited
    std::optional<std::chrono::nanoseconds> due_{};  // when to ask; empty: not before the next tick, or never
    CountPace pace_;
    std::optional<worker::answer::TaskCount> count_{};  // that no sample has had yet
    bool has_tasks_ = false;                            // a runtime that has some is there
    probe::Memory memory_;
    std::vector<Watched> watched_{};
    std::size_t misses_ = 0;  // looks that found none
};

}  // namespace rampwatch::dump

// SPDX-License-Identifier: MIT
// Two more series of a watched Go program: its goroutines and the bytes that its last collection found
// reachable. The worker finds and checks the addresses and counts; the watcher itself then reads two words a
// tick.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/dump/count_pace.h"
#include "core/model/sample.h"
#include "core/probe/memory.h"
#include "core/probe/sample_reader.h"
#include "core/worker/worker_call.h"

namespace rampwatch::dump {

struct GoFeedSettings {
    std::chrono::nanoseconds interval = std::chrono::seconds(10);  // of the samples
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);   // not run for so long: aged
};

// Tells no Facts: what it knows goes into samples, by read(). A program that is no Go program costs one look.
class GoFeed : public probe::SampleReader {
  public:
    GoFeed(std::shared_ptr<worker::Worker> worker, GoFeedSettings settings);

    [[nodiscard]] int fd() const override { return call_ ? call_->fd() : -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;

    // Fills in goroutines, aged_goroutines and go_heap_marked_bytes, where they are known; about 2 us. To be
    // called at each tick: the counts are made just before the next, and each is given once, so that none is
    // judged twice.
    void read(Sample& sample) override;

    void begin_anew() override;

    // What is known of it, at most an interval old; empty for what is no Go program.
    [[nodiscard]] const std::optional<GoProgram>& program() const { return program_; }

  private:
    void learn(Result<worker::answer::Count> answer, std::chrono::nanoseconds cpu,
               std::chrono::nanoseconds now);

    std::shared_ptr<worker::Worker> worker_;
    GoFeedSettings settings_{};
    std::optional<worker::WorkerCall<worker::order::Count>> call_{};  // while an answer is awaited
    std::optional<std::chrono::nanoseconds> due_{};  // when to ask; empty: not before the next tick, or never
    CountPace pace_;
    worker::Counters counters_{};
    probe::Memory memory_;
    std::optional<GoProgram> program_{};
    bool fresh_ = false;
    std::size_t misses_ = 0;  // looks that found no Go program
};

}  // namespace rampwatch::dump

// SPDX-License-Identifier: MIT
// Two more series of a watched Go program: its goroutines and the bytes that its last collection found
// reachable. The worker finds and checks the addresses and counts; the watcher itself then reads two words a
// tick.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/dump/worker.h"
#include "core/model/feed.h"
#include "core/model/sample.h"
#include "core/probe/memory.h"

namespace rampwatch::dump {

struct GoFeedSettings {
    std::chrono::nanoseconds interval = std::chrono::seconds(10);  // of the samples
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);   // not run for so long: aged
};

// Tells no Facts: what it knows goes into samples, by read(). A program that is no Go program costs one look.
class GoFeed : public Feed {
  public:
    GoFeed(Life life, GoFeedSettings settings, std::string program = "/proc/self/exe");

    [[nodiscard]] int fd() const override { return worker_.fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void take(std::vector<Fact>& facts) override;

    // Fills in goroutines, aged_goroutines and go_heap_marked_bytes, where they are known; about 2 us. The
    // counts are those of at most one interval ago, each given once, so that none is judged twice.
    void read(Sample& sample);

    [[nodiscard]] const std::optional<GoProgram>& program() const { return program_; }

  private:
    void learn(Answer answer, std::chrono::nanoseconds now);

    Life life_{};
    GoFeedSettings settings_{};
    Worker worker_;
    std::optional<std::chrono::nanoseconds> due_{};  // empty: never again
    std::chrono::nanoseconds asked_at_{};
    Counters counters_{};
    probe::Memory memory_;
    std::optional<GoProgram> program_{};
    bool fresh_ = false;
};

}  // namespace rampwatch::dump

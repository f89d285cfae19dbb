// SPDX-License-Identifier: MIT
// How much of a process's memory it has given back by MADV_FREE: allocators do so for long (jemalloc,
// mimalloc, Go 1.12 to 1.15), and until the kernel is short of memory it counts what was given back as
// resident. A rise that is made of that is no leak.
//
// Only smaps_rollup tells, for which the kernel walks page tables (0.1 s for 10 GiB): so it is the worker's
// to read, only once memory grows, and no more often than the Judge has blocks, whose minima then are free of
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/dump/lazy_free_estimate.h"
#include "core/model/event.h"
#include "core/model/sample.h"
#include "core/probe/sample_reader.h"
#include "core/worker/order.h"
#include "core/worker/worker_call.h"

namespace rampwatch::dump {

// What an event says of the growth of its target's memory; empty for nothing.
std::optional<bool> memory_grows(const Event& event);

class LazyFreeFeed final : public probe::SampleReader {
  public:
    // `patience`: the Judge's.
    LazyFreeFeed(std::shared_ptr<worker::Worker> worker, std::chrono::nanoseconds patience);

    // Whether memory grows, as the Judge has it. Once something was found given back it is read on all the
    // same: the kernel may take it at any time.
    void memory_grows(bool grows);

    // Also when nothing is awaited: to see it end when it was idle for long.
    [[nodiscard]] int fd() const override { return worker_->fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;
    // The last reading, carried on to what is anonymous now.
    void read(Sample& sample) override;
    void begin_anew() override;

  private:
    std::shared_ptr<worker::Worker> worker_;
    std::chrono::nanoseconds period_;
    bool grows_ = false;
    std::optional<worker::WorkerCall<worker::order::Memory>> call_{};  // while an answer is awaited
    std::optional<std::chrono::nanoseconds> due_{};                    // when to ask
    LazyFreeEstimate estimate_{};
};

}  // namespace rampwatch::dump

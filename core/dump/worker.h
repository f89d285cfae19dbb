// SPDX-License-Identifier: MIT
// The child process of ours that parses what is foreign and reads a target at length. It is our own program
// executed anew with a hidden first word, with limits on memory, CPU time and descriptors, at low priority,
// without the rights it does not need; it caches what it learnt of its target, and may die without harm: the
// order in hand is answered with an Error, and the next one starts another, after a pause that grows. After
// ten minutes without an order it ends by itself, so that a watch stays small.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/model/stack.h"
#include "core/model/target.h"

namespace rampwatch::dump {

struct NativeSettings;
struct OrderMessage;

inline constexpr std::string_view kWorkerWord = "__worker";

// What it is asked.
enum class Order : std::uint32_t {
    goroutines = 1,  // all of them, in groups; `dump.go` and goroutine groups
    count = 2,       // the same without the groups: `dump.go` with the counts and heap figures
    stacks = 3,      // of all threads, by native.h
};

// Addresses in the target that passed the worker's checks: for a watcher's few bytes a tick. 0: not known.
struct Counters {
    std::uint64_t goroutine_records = 0;  // a word that never falls: records are reused, never freed
    std::uint64_t heap_marked = 0;        // bytes that the last collection found reachable

    friend bool operator==(const Counters&, const Counters&) = default;
};

struct Answer {
    Order order = Order::goroutines;
    std::optional<Error> error{};
    Dump dump{};
    Counters counters{};

    friend bool operator==(const Answer&, const Answer&) = default;
};

// One watched life's worker. Started by the first ask(); ended with this object.
class Worker {
  public:
    // `program`: whose main() knows kWorkerWord; our own by default.
    explicit Worker(Life life, std::string program = "/proc/self/exe");
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    [[nodiscard]] int fd() const { return socket_.get(); }  // to poll for reading; -1: not started
    [[nodiscard]] bool busy() const { return asked_; }

    // Without blocking for longer than a fork takes. `now`: CLOCK_BOOTTIME. `aged_after`: goroutines that
    // have not run for so long are counted as aged. unavailable: one order is under way, or it died lately
    // and its pause is not over.
    Result<void> ask(Order order, std::chrono::nanoseconds now,
                     std::chrono::nanoseconds aged_after = std::chrono::hours(1));

    // The same for Order::stacks.
    Result<void> ask_stacks(const NativeSettings& settings, std::chrono::nanoseconds now);

    // Ends the order in hand, and the child with it: nobody wants the answer any more.
    void abandon();

    // The answer, once it is whole; empty while it is not. Never blocks.
    std::optional<Answer> take(std::chrono::nanoseconds now);

    // Both, waited for.
    Answer ask_and_wait(Order order, std::chrono::nanoseconds timeout,
                        std::chrono::nanoseconds aged_after = std::chrono::hours(1));

  private:
    Result<void> start();
    Result<void> send(const OrderMessage& message, std::chrono::nanoseconds now);
    bool has_ended();
    Answer died(std::chrono::nanoseconds now);
    void end();

    Life life_{};
    std::string program_{};
    pid_t child_ = -1;
    Fd socket_{};
    std::string received_{};
    bool asked_ = false;
    Order order_ = Order::goroutines;
    int deaths_ = 0;  // in a row
    std::chrono::nanoseconds not_before_{};
};

// The worker's main(): called first thing by ours when argv[1] is kWorkerWord.
int worker_main(int argc, char** argv);

}  // namespace rampwatch::dump

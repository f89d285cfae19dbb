// SPDX-License-Identifier: MIT
// A heap is read by a child process of ours: our own program executed anew with a hidden first word, with
// limits on memory and CPU time, and without the means to leave anything behind. It answers once and ends; a
// baseline goes in by its standard input, and another comes out with the answer. So a scan, which can take
// long, never stands before the orders of a worker.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/subprocess.h"
#include "core/model/heap_types.h"
#include "core/model/target.h"

namespace rampwatch::worker {

inline constexpr std::string_view kHeapWord = "__heap";

struct HeapOrder {
    std::uint64_t sample_bytes = std::uint64_t{64} << 20;
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    // Else it makes way for others: on a busy host 70 ms of CPU then took 13 s.
    bool somebody_waits = true;
    // Whether it is known to be a Go program, or known not to be one; empty: it is looked at.
    std::optional<bool> go{};
    // Who holds what is biggest, too: the sample is read twice. A baseline, which nobody reads, needs none.
    bool holders = true;
    // Of heap::to_bytes(), of the same life: then what grew since is told. Empty: what there is.
    std::vector<std::byte> baseline{};
};

struct HeapAnswer {
    HeapTypes types{};
    std::vector<std::byte> baseline{};  // to compare with later; empty where one was given
};

// Errors: gone, no_permission, unavailable (a heap that cannot be read: why), bad_input (a baseline of
// another life, or of the program that it was before an execve), timed_out, io.
Result<HeapAnswer> read_heap(const Life& life, const HeapOrder& order);

// The same, not waited for. Destroyed early it ends the child.
class HeapCall {
  public:
    // Errors: io (no process is to be had).
    static Result<HeapCall> start(const Life& life, const HeapOrder& order);

    [[nodiscard]] int fd() const { return child_.poll_fd(); }  // to poll for reading
    // CLOCK_BOOTTIME at which poll() is due even if nothing can be read.
    [[nodiscard]] std::chrono::nanoseconds deadline() const { return until_; }
    // Without blocking: the answer once, empty until it is there.
    std::optional<Result<HeapAnswer>> poll();

  private:
    HeapCall(Subprocess child, std::int32_t pid, std::chrono::nanoseconds until)
        : child_(std::move(child)), pid_(pid), until_(until) {}

    Subprocess child_;
    std::int32_t pid_ = 0;
    std::chrono::nanoseconds until_{};
    std::string out_{};
};

// The child's main(): called first thing by ours when argv[1] is kHeapWord.
int heap_main(int argc, char** argv);

}  // namespace rampwatch::worker

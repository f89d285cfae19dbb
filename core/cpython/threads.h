// SPDX-License-Identifier: MIT
// Where the threads of a Python program are in Python. Frames lie on the heap or in chunks of their own, so
// they are copied while the thread is proved not to run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/cpython/codes.h"
#include "core/cpython/find.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

// One frame as it was copied.
struct RawFrame {
    Place place{};
    std::uint64_t address = 0;  // of the frame
    bool entered = false;       // called by C code
};

struct RawStack {
    std::vector<RawFrame> frames{};  // innermost first
    bool whole = false;              // the outermost frame was reached
};

inline constexpr std::size_t kMostDepth = 5000;        // frames of a thread
inline constexpr std::size_t kMostThreads = 100'000;   // of a program
inline constexpr std::size_t kMostInterpreters = 256;  // of a program

// TID, as the target has it, of the thread that holds the first interpreter's GIL now; 0: nobody does. Empty:
// it is not known where it lies, or what lies there is none (a thread that is not among `states`).
std::optional<pid_t> gil_holder(const runtime::Target& target, const Interpreter& python,
                                const std::unordered_map<pid_t, std::uint64_t>& states);

// The chain of frames of the thread whose state lies at `thread`. About 1 us a frame.
RawStack copy_stack(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t thread);

// States of all threads, by TID as the target has it where that is known (see Layout::thread_native; before
// 3.11 by glibc's own note of it), else left out. The list changes under our eyes: what is no state ends it.
std::unordered_map<pid_t, std::uint64_t> thread_states(const runtime::Target& target,
                                                       const Interpreter& python);

class PythonThreads : public runtime::Threads {
  public:
    PythonThreads(const Interpreter& python, Codes& codes) : python_(python), codes_(codes) {}

    // Before the threads of an order are copied: which there are.
    void begin(const runtime::Target& target);

    [[nodiscard]] Role role(const Frame& native) const override;
    void copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) override;
    runtime::Walked walk(const runtime::ThreadCopy& thread) override;
    void forget() override { stacks_.clear(); }
    [[nodiscard]] std::optional<pid_t> lock_holder() override {
        return target_ == nullptr ? std::nullopt : gil_holder(*target_, python_, states_);
    }

    [[nodiscard]] std::size_t known() const { return states_.size(); }

  private:
    const Interpreter& python_;
    Codes& codes_;
    const runtime::Target* target_ = nullptr;
    std::unordered_map<pid_t, std::uint64_t> states_{};  // by the target's own TID
    std::unordered_map<pid_t, RawStack> stacks_{};       // by ours
};

}  // namespace rampwatch::cpython

// SPDX-License-Identifier: MIT
// What the threads of a dump run in the languages of the runtimes that are attached, and what is shown of a
// thread whose calls in one are not known.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/model/stack.h"
#include "core/native/capture.h"
#include "core/runtime/runtime.h"

namespace rampwatch::native {

using Runtimes = std::vector<std::unique_ptr<runtime::Runtime>>;

// What runs in a thread in a language: numbers of frames of the runtime at `runtime` in the list of them.
struct Calls {
    std::vector<std::pair<runtime::FrameId, bool>> frames{};  // and whether native code called it
    std::size_t runtime = 0;
    runtime::End end = runtime::End::idle;

    friend bool operator==(const Calls&, const Calls&) = default;
};

class LanguageCalls {
  public:
    // `leader`: TID of the process's first thread.
    explicit LanguageCalls(pid_t leader) : leader_(leader) {}

    // Before the threads of a dump are captured; null, and all that follows finds nothing.
    void begin(const Runtimes* runtimes);
    [[nodiscard]] bool any() const { return runtimes_ != nullptr && !runtimes_->empty(); }

    // Between the two looks that prove a thread still, or while it is held.
    void copy(const CapturedThread& thread, runtime::Budget& budget);

    // Of the first runtime that has the thread in its hands.
    Calls find(const CapturedThread& thread);

    // Whether the thread may be held for the sake of its native frames.
    [[nodiscard]] bool wants_registers(const Calls& calls) const;

    // Native frames, innermost first, and those of the language as one stack.
    [[nodiscard]] Stack merged(std::vector<Frame> native, bool truncated, const Calls& calls) const;

    // Better words than the kernel's; empty: none.
    struct Told {
        std::string name{}, waits_for{};
    };
    [[nodiscard]] const Told& told(pid_t tid) const;

    // Whether these are the frames of a thread that the runtime keeps for itself.
    [[nodiscard]] bool is_own(const std::vector<Frame>& frames) const;

    // Which threads could not be read although a runtime has them, in whole sentences.
    [[nodiscard]] std::vector<std::string> warnings() const;

  private:
    [[nodiscard]] Stack stand_in(Stack native, const Calls& calls) const;

    pid_t leader_;
    const Runtimes* runtimes_ = nullptr;
    std::unordered_map<pid_t, Told> told_{};
    std::vector<std::vector<pid_t>> unread_{};  // by the runtime's place
};

// "TID 4711", "TIDs 4711, 4712": at most eight of them.
std::string tids_in_words(const std::vector<pid_t>& tids);

}  // namespace rampwatch::native

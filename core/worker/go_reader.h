// SPDX-License-Identifier: MIT
// What a worker knows of its target's Go program, from order to order.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/golang/goroutines.h"
#include "core/golang/runtime.h"
#include "core/worker/mapped_code.h"
#include "core/worker/order.h"

namespace rampwatch::worker {

inline constexpr std::size_t kMostGroups = 5000;  // told; the rest is counted

class GoReader {
  public:
    explicit GoReader(pid_t pid) : pid_(pid) {}

    // Errors: not_found (no Go program), and what Runtime::attach() says.
    Payload answer(const order::Goroutines& order);
    Payload answer(const order::Count& order);
    // The program's own profile, and beside it what only its memory tells.
    Payload answer(const order::Profile& order);

  private:
    static std::vector<MappedCode> code_of(pid_t pid);

    Result<void> attach();
    Result<GoProgram> read(std::chrono::nanoseconds aged_after);
    [[nodiscard]] GoProgram program(const golang::Tally& tally) const;

    pid_t pid_;
    std::optional<golang::Runtime> runtime_{};
    std::optional<golang::Goroutines> goroutines_{};
    std::optional<Error> without_go_{};          // what was said of a program without Go,
    std::vector<MappedCode> without_go_code_{};  // while this was its code
};

// All goroutine groups but the first `kept`; what they held is counted.
void leave_out(answer::Goroutines& answer, std::size_t kept);

}  // namespace rampwatch::worker

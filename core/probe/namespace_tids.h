// SPDX-License-Identifier: MIT
// A runtime in a container notes its threads by the TIDs of its own PID namespace; the kernel tells us both.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::probe {

// The last number of the line "NSpid:" of /proc/PID/task/TID/status, which is the thread's TID as itself has
// it; empty where there is none (Linux before 4.1).
std::optional<pid_t> parse_own_tid(std::string_view status);

class NamespaceTids {
  public:
    // Of the threads that there are now, at most kMost. Where the target is in our own namespace one file is
    // read, and all numbers are equal; else one a thread, about 20 us each. Errors: gone.
    static Result<NamespaceTids> read(pid_t pid);

    // Given by pairs {ours, theirs}, for tests; empty: all are equal.
    explicit NamespaceTids(std::vector<std::pair<pid_t, pid_t>> pairs = {});

    // Empty for a thread that was not there.
    [[nodiscard]] std::optional<pid_t> ours(pid_t theirs) const;
    [[nodiscard]] std::optional<pid_t> theirs(pid_t ours) const;

    static constexpr std::size_t kMost = 100'000;

  private:
    bool same_ = false;
    std::vector<std::pair<pid_t, pid_t>> by_ours_{};    // {ours, theirs}, ascending
    std::vector<std::pair<pid_t, pid_t>> by_theirs_{};  // {theirs, ours}, ascending
};

}  // namespace rampwatch::probe

// SPDX-License-Identifier: MIT
// Stacks of a live process by our own hands: captured, unwound from the copy, grouped by addresses, and only
// then named, each distinct address once. What is kept between dumps makes the next one cheap: threads that
// did not run are not read again, and no ELF file is.
//
// It parses foreign ELF files: run it in a process that may die.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"
#include "core/native/capture.h"
#include "core/native/language_calls.h"

namespace rampwatch::native {

struct NativeSettings {
    CaptureSettings capture{};
    // Time for inlined calls and lines out of DWARF; the names of functions come without it. What is left out
    // is said, and found by a later dump.
    std::chrono::nanoseconds lines = std::chrono::milliseconds(500);
    // CPU time for the search of parked tasks of language runtimes, and the time it may take where others use
    // the CPUs too. What is left out is said; what was found is read to its end.
    std::chrono::nanoseconds tasks = std::chrono::seconds(4);
    std::chrono::nanoseconds tasks_wall = std::chrono::seconds(16);
};

class NativeDumper {
  public:
    // `pid` is held by the caller, so that the number is not given to another while this lives.
    explicit NativeDumper(pid_t pid);
    ~NativeDumper();
    NativeDumper(NativeDumper&&) noexcept;
    NativeDumper& operator=(NativeDumper&&) noexcept;

    // `runtimes`: refreshed for this order; threads are then shown in their frames too. Null: in native ones
    // alone. Times, life and reason are the caller's to fill. Errors: gone, no_permission, unavailable (a
    // 32-bit or foreign program), io.
    Result<Dump> dump(const NativeSettings& settings, const Runtimes* runtimes = nullptr);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::native

// SPDX-License-Identifier: MIT
#include "core/runtime/runtime.h"

#include <time.h>

#include "core/base/poller.h"

namespace rampwatch::runtime {

namespace {

std::chrono::nanoseconds cpu_now() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

bool Budget::spend(std::uint64_t size) {
    if (size > bytes) return false;
    bytes -= size;
    return true;
}

bool Budget::over() const { return bytes == 0 || boot_now() >= until || cpu_now() >= cpu; }

Budget budget_of(std::uint64_t bytes, std::chrono::nanoseconds cpu, std::chrono::nanoseconds wall) {
    return {bytes, cpu_now() + cpu, boot_now() + wall};
}

}  // namespace rampwatch::runtime

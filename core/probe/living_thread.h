// SPDX-License-Identifier: MIT
// A process whose main thread has ended (by pthread_exit, as the main function of a daemon may) while others
// run on. /proc/PID then says that it is a zombie without memory, program or descriptors; /proc/TID of any of
// the others says all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/fd.h"

namespace rampwatch::probe {

struct ThreadMemory {
    std::int64_t rss_bytes = 0;
    std::optional<std::int64_t> anon_bytes{}, file_bytes{}, shmem_bytes{};
    std::int64_t swap_bytes = 0;
    bool by_living_thread = false;

    friend bool operator==(const ThreadMemory&, const ThreadMemory&) = default;
};

// Out of /proc/.../status; empty when it has no memory.
std::optional<ThreadMemory> parse_thread_memory(std::string_view status);

// By any thread that lives; empty when none does. About 30 us, and 5 for each thread that has ended before.
std::optional<ThreadMemory> memory_by_living_thread(std::int32_t pid);

// The directory /proc/TID of a living thread, O_PATH; none when there is none.
Fd open_living_thread(std::int32_t pid);

}  // namespace rampwatch::probe

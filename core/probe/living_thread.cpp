// SPDX-License-Identifier: MIT
#include "core/probe/living_thread.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/probe/memory.h"
#include "core/probe/proc_text.h"

namespace rampwatch::probe {
namespace {

std::optional<std::int64_t> bytes(std::string_view status, std::string_view name) {
    const auto kib = field_of(status, name);
    if (!kib) return std::nullopt;
    return std::min<std::int64_t>(*kib, INT64_MAX / 1024) * 1024;
}

}  // namespace

std::optional<ThreadMemory> parse_thread_memory(std::string_view status) {
    const auto rss = bytes(status, "VmRSS");
    if (!rss || *rss == 0) return std::nullopt;
    ThreadMemory memory{.rss_bytes = *rss, .by_living_thread = true};
    const auto anonymous = bytes(status, "RssAnon"), file = bytes(status, "RssFile"),
               shared = bytes(status, "RssShmem");
    if (anonymous && file && shared) {
        memory.anon_bytes = anonymous;
        memory.file_bytes = file;
        memory.shmem_bytes = shared;
    }
    memory.swap_bytes = bytes(status, "VmSwap").value_or(0);
    return memory;
}

std::optional<ThreadMemory> memory_by_living_thread(std::int32_t pid) {
    const auto tid = live_thread(pid);
    if (!tid) return std::nullopt;
    const auto status = read_file(fmt::format("/proc/{}/task/{}/status", pid, *tid));
    return status ? parse_thread_memory(*status) : std::nullopt;
}

Fd open_living_thread(std::int32_t pid) {
    const auto tid = live_thread(pid);
    if (!tid) return Fd();
    return Fd(::open(fmt::format("/proc/{}", *tid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace rampwatch::probe

// SPDX-License-Identifier: MIT
// Parsers of the small texts under /proc (proc(5)) that say who a process is. Memory figures come from
// procps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::probe {

// What /proc/PID/stat says, as far as we need it. The comm may hold anything, ')' and newlines included: it
// ends at the last ')'.
struct ProcStat {
    std::int32_t pid = 0;
    std::string comm{};
    char state = '?';  // R S D T t Z X I
    std::int32_t ppid = 0;
    std::uint64_t flags = 0;  // PF_* of the kernel
    std::int64_t threads = 0;
    std::uint64_t start_ticks = 0;  // since boot

    friend bool operator==(const ProcStat&, const ProcStat&) = default;
};
std::optional<ProcStat> parse_stat(std::string_view text);

bool is_kernel_thread(const ProcStat& stat);  // PF_KTHREAD

// The number behind "NAME:" in /proc/PID/status or /proc/meminfo, its first field; kB as it stands there.
std::optional<std::int64_t> field_of(std::string_view text, std::string_view name);

// What stands behind "NAME:" in the same texts, up to the end of its line, without blanks around it; empty
// where it is not there. A name in /proc/PID/status cannot pretend to be a field: the kernel escapes ends of
// line in it.
std::string_view text_field(std::string_view text, std::string_view name);

// The effective user id of /proc/PID/status.
std::optional<std::uint32_t> effective_uid(std::string_view status);

// The soft "Max address space" of /proc/PID/limits in bytes; empty when unlimited or not there.
std::optional<std::int64_t> address_space_limit(std::string_view limits);

// The soft "Max open files" of the same text; empty when unlimited or not there.
std::optional<std::int64_t> open_files_limit(std::string_view limits);

// The user's name as /etc/passwd text has it, else "uid 1234". The name service is not asked: it can hang
// when it is needed most.
std::string user_name(std::string_view passwd, std::uint32_t uid);

}  // namespace rampwatch::probe

// SPDX-License-Identifier: MIT
#include "core/probe/permission.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/probe/memory.h"
#include "core/probe/proc_text.h"
#include "core/probe/rights.h"

namespace rampwatch::probe {
namespace {

std::string text_of(const std::string& path) {
    const auto text = read_file(path);
    return text ? *text : std::string();
}

Error about(pid_t pid, Error::Kind kind, std::string what, std::string hint = {}) {
    return {kind, std::move(what), fmt::format("PID {}", pid), std::move(hint)};
}

Error invisible(pid_t pid) {
    if (::kill(pid, 0) == 0 || errno == EPERM) {
        return about(pid, Error::Kind::no_permission, "its /proc entry is hidden from this user",
                     "/proc is mounted with hidepid");
    }
    return about(pid, Error::Kind::gone, "no such process");
}

// A process can have one tracer a thread; a second attach is refused.
std::optional<Error> traced_already(pid_t pid, std::string_view status) {
    const auto tracer = parse_count(text_field(status, "TracerPid"));
    if (!tracer || *tracer == 0) return std::nullopt;
    const std::string comm = text_of(fmt::format("/proc/{}/comm", *tracer));
    return about(pid, Error::Kind::no_permission,
                 fmt::format("already traced by PID {} ({})", *tracer, escape(trim(comm), 64)),
                 "a process can have one debugger at a time: end that one first");
}

// The same question, where CAP_SYS_PTRACE is ours and CAP_DAC_READ_SEARCH, which a file of mode 0600 wants,
// is not: no process has anything at address 0, so that EFAULT is a yes.
bool may_read_memory(pid_t pid) {
    char byte = 0;
    const iovec here{&byte, 1}, there{nullptr, 1};
    return ::process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT;
}

}  // namespace

Result<void> may_dump(pid_t pid, const std::string& sudo_line) {
    const std::string status = text_of(fmt::format("/proc/{}/status", pid));
    if (status.empty()) return invisible(pid);
    const auto tid = probe::live_thread(pid);
    if (!tid) {
        const std::string_view state = text_field(status, "State");
        if (!state.starts_with('Z') && !state.starts_with('X'))
            return about(pid, Error::Kind::bad_input, "a kernel thread: it has no stacks of a program");
        return about(
            pid, Error::Kind::gone, "a zombie: it has ended and has no stacks",
            fmt::format("its parent, PID {}, has not collected it", escape(text_field(status, "PPid"), 16)));
    }
    const Fd memory(::open(fmt::format("/proc/{}/mem", *tid).c_str(), O_RDONLY | O_CLOEXEC));
    if (!memory) {
        if (errno == ENOENT || errno == ESRCH) return about(pid, Error::Kind::gone, "it has just ended");
        if (may_read_memory(*tid)) return {};
        Error error = no_right(pid);
        if (!sudo_line.empty()) error.hint += ": " + sudo_line;
        return error;
    }
    return {};
}

Result<void> may_read_threads(const probe::Process& process) {
    const auto state = read_file(process.directory(), "syscall", 64);
    if (!state && state.error().kind == Error::Kind::no_permission) return no_right(process.pid());
    return {};
}

Result<void> may_attach(pid_t pid) {
    const std::string status = text_of(fmt::format("/proc/{}/status", pid));
    if (auto error = traced_already(pid, status)) return *error;
    return {};
}

}  // namespace rampwatch::probe

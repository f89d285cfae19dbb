// SPDX-License-Identifier: MIT
#include "core/probe/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/probe/living_thread.h"
#include "core/probe/proc_text.h"
#include "core/probe/program_name.h"

namespace rampwatch::probe {
namespace {

using std::chrono::nanoseconds;

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id", 64);
    return text ? std::string(trim(*text)) : std::string();
}

Error not_found(std::string where) {
    return {Error::Kind::not_found, "no such process", std::move(where), "list processes with ps -e"};
}

// /proc does not show it, or not its files, although the kernel has just given us a handle of it.
Error hidden(std::string where) {
    return {Error::Kind::no_permission, "it exists, but /proc hides it from this user", std::move(where),
            "/proc is mounted with hidepid; run as root or as the process's user"};
}

Error zombie(const ProcStat& stat, std::string where) {
    return {Error::Kind::gone, "a zombie: it has ended, and its parent has not yet waited for it",
            std::move(where), fmt::format("the parent is PID {}", stat.ppid)};
}

bool has_ended(char state) { return state == 'Z' || state == 'X'; }

Error pidfd_error(std::int32_t pid, int number, std::string where) {
    if (number == ESRCH) return not_found(std::move(where));
    if (number == EINVAL || number == ENOENT) {  // the number of a thread (ENOENT since Linux 6.13)
        const auto status = read_file(fmt::format("/proc/{}/status", pid));
        const auto group = status ? field_of(*status, "Tgid") : std::nullopt;
        if (!group) return not_found(std::move(where));
        return {Error::Kind::bad_input, fmt::format("a thread of PID {}", *group), std::move(where),
                "watch the process as a whole"};
    }
    return {Error::Kind::io, fmt::format("cannot open a pidfd of it: {}", std::strerror(number)),
            std::move(where)};
}

// Its names, as they are now.
void name(Life& life, int directory, const ProcStat& stat) {
    const auto executable = read_link(directory, "exe");
    life.executable = executable ? *executable : stat.comm;
    life.comm = stat.comm;
    const auto words = read_file(directory, "cmdline", 4096);
    life.program = words ? program_name(life.executable, *words) : std::nullopt;
}

}  // namespace

nanoseconds since_boot(std::uint64_t ticks) {
    static const std::uint64_t per_s = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
    return std::chrono::seconds(ticks / per_s) + nanoseconds((ticks % per_s) * 1'000'000'000 / per_s);
}

nanoseconds age_of(const Life& life, nanoseconds boot) {
    return std::max(nanoseconds{}, boot - since_boot(life.start_ticks));
}

std::string user_name(std::uint32_t uid) {
    const auto passwd = read_file("/etc/passwd", 1U << 20);
    return user_name(passwd ? std::string_view(*passwd) : std::string_view(), uid);
}

std::optional<std::string> command_line(int process_directory) {
    auto text = read_file(process_directory, "cmdline", 4096);
    if (!text) return std::nullopt;
    while (text->ends_with('\0')) text->pop_back();
    std::replace(text->begin(), text->end(), '\0', ' ');
    return text->empty() ? std::nullopt : std::optional(std::move(*text));
}

Result<Process> Process::open(std::int32_t pid) {
    const std::string where = fmt::format("PID {}", pid);
    if (pid <= 0) return Error{Error::Kind::bad_input, "not a PID", where};
    Process process;
    process.directory_.reset(::open(fmt::format("/proc/{}", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    process.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    if (!process.pidfd_) return pidfd_error(pid, errno, where);
    if (!process.directory_) return hidden(where);

    // The number cannot have changed hands between the two descriptors if the first still reads.
    const auto stat_text = read_file(process.directory(), "stat");
    if (!stat_text) return process.alive() ? hidden(where) : not_found(where);  // hidepid=2 says ENOENT too
    const auto stat = parse_stat(*stat_text);
    if (!stat) return Error{Error::Kind::io, "/proc/PID/stat is not in the format of proc(5)", where};
    if (is_kernel_thread(*stat)) {
        return Error{Error::Kind::bad_input, "a kernel thread: it has no memory of its own", where};
    }
    if (has_ended(stat->state)) {
        if (stat->threads > 1) process.living_ = open_living_thread(pid);
        if (!process.living_) return zombie(*stat, where);
    }
    const auto status = read_file(process.directory(), "status");
    process.uid_ = status ? effective_uid(*status).value_or(0) : 0;
    process.life_ = {.boot_id = boot_id(), .pid = pid, .start_ticks = stat->start_ticks};
    process.life_.started_wall = wall_now() - age_of(process.life_, boot_now());
    name(process.life_, process.directory(), *stat);
    return Result<Process>(std::move(process));
}

Life life_after_exec(const Process& process, nanoseconds wall) {
    Life life = process.life();
    const auto text = read_file(process.directory(), "stat");
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    if (stat) name(life, process.directory(), *stat);
    life.started_wall = wall;
    return life;
}

bool Process::alive() const {
    pollfd ended{pidfd_.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 0;
}

std::optional<char> Process::state() const {
    auto text = read_file(directory_.get(), "stat");
    auto stat = text ? parse_stat(*text) : std::nullopt;
    if (!stat || stat->start_ticks != life_.start_ticks) return std::nullopt;
    if (!living_) return stat->state;
    text = read_file(living_.get(), "stat");
    stat = text ? parse_stat(*text) : std::nullopt;
    return stat ? std::optional(stat->state) : std::nullopt;
}

void Process::settle() const {
    const auto state_in = [](const Fd& directory) {
        const auto text = read_file(directory.get(), "stat");
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        return stat ? stat->state : 'X';
    };
    if (!has_ended(state_in(directory_))) {
        living_.reset();  // by execve a thread becomes the main one
    } else if (!living_ || has_ended(state_in(living_))) {
        living_ = open_living_thread(pid());
    }
}

bool Process::may_inspect() const {
    // Asking beats knowing the rules: the kernel guards this link as it guards attaching (ptrace(2)), but for
    // Yama.
    return read_link(directory(), "exe").has_value();
}

}  // namespace rampwatch::probe

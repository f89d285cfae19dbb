// SPDX-License-Identifier: MIT
#include "core/probe/thread_files.h"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostName = 64;  // the kernel's own limit is 15, for its workers 63

template <class T>
std::optional<T> number(std::string_view text, int base) {
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> address(std::string_view text) {
    if (!text.starts_with("0x")) return std::nullopt;
    return number<std::uint64_t>(text.substr(2), 16);
}

struct SyscallWord {
    long number;
    std::string_view word;
};

// Calls that block, in the words that people on call use. Where a file decides, wchan may say more.
constexpr std::string_view kFile = "file";
constexpr SyscallWord kWords[] = {
    {SYS_futex, "futex"},
    {SYS_epoll_wait, "epoll"},
    {SYS_epoll_pwait, "epoll"},
#ifdef SYS_epoll_pwait2
    {SYS_epoll_pwait2, "epoll"},
#endif
    {SYS_poll, "poll"},
    {SYS_ppoll, "poll"},
    {SYS_select, "select"},
    {SYS_pselect6, "select"},
    {SYS_nanosleep, "sleep"},
    {SYS_clock_nanosleep, "sleep"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept"},
    {SYS_connect, "connect"},
    {SYS_recvfrom, "socket"},
    {SYS_recvmsg, "socket"},
    {SYS_recvmmsg, "socket"},
    {SYS_sendto, "socket"},
    {SYS_sendmsg, "socket"},
    {SYS_sendmmsg, "socket"},
    {SYS_wait4, "child"},
    {SYS_waitid, "child"},
    {SYS_vfork, "vfork"},
    {SYS_clone, "clone"},
    {SYS_clone3, "clone"},
    {SYS_pause, "signal"},
    {SYS_rt_sigsuspend, "signal"},
    {SYS_rt_sigtimedwait, "signal"},
    {SYS_io_getevents, "aio"},
    {SYS_io_uring_enter, "io_uring"},
    {SYS_flock, "lock"},
    {SYS_fcntl, "lock"},
    {SYS_semop, "semaphore"},
    {SYS_semtimedop, "semaphore"},
    {SYS_msgrcv, "message"},
    {SYS_msgsnd, "message"},
    {SYS_mq_timedreceive, "message"},
    {SYS_mmap, "memory"},
    {SYS_munmap, "memory"},
    {SYS_mprotect, "memory"},
    {SYS_madvise, "memory"},
    {SYS_mremap, "memory"},
    {SYS_brk, "memory"},
    {SYS_ioctl, "ioctl"},
    {SYS_read, "read"},
    {SYS_readv, "read"},
    {SYS_pread64, "read"},
    {SYS_preadv, "read"},
    {SYS_write, "write"},
    {SYS_writev, "write"},
    {SYS_pwrite64, "write"},
    {SYS_pwritev, "write"},
    {SYS_sendfile, "write"},
    {SYS_splice, "splice"},
    {SYS_fsync, "disk"},
    {SYS_fdatasync, "disk"},
    {SYS_sync, "disk"},
    {SYS_msync, "disk"},
    {SYS_open, kFile},
    {SYS_openat, kFile},
    {SYS_close, kFile},
    {SYS_stat, kFile},
    {SYS_newfstatat, kFile},
    {SYS_unlink, kFile},
    {SYS_unlinkat, kFile},
    {SYS_rename, kFile},
    {SYS_mkdir, kFile},
    {SYS_getdents64, kFile},
    {SYS_ftruncate, kFile},
    {SYS_fallocate, kFile},
    {SYS_restart_syscall, "restart"},
    {SYS_ptrace, "ptrace"},
};

struct KernelFunction {
    std::string_view part;  // of the function's name
    std::string_view word;
};
constexpr KernelFunction kFunctions[] = {
    {"pipe", "pipe"},
    {"unix_stream", "socket"},
    {"sk_wait", "socket"},
    {"inet_csk_accept", "accept"},
    {"skb_wait", "socket"},
    {"tcp_", "socket"},
    {"n_tty", "terminal"},
    {"eventfd", "eventfd"},
    {"timerfd", "timer"},
    {"signalfd", "signal"},
    {"inotify", "inotify"},
    {"fuse", "fuse"},
    {"nfs", "nfs"},
    {"rpc_", "nfs"},
    {"nanosleep", "sleep"},
    {"futex", "futex"},
    {"poll", "poll"},
    {"ep_", "epoll"},
    {"folio_wait", "disk"},
    {"wait_on_page", "disk"},
    {"io_schedule", "disk"},
    {"blk_", "disk"},
    {"jbd2", "disk"},
    {"ext4", "disk"},
    {"xfs", "disk"},
    {"btrfs", "disk"},
    {"userfault", "userfault"},
    {"rwsem_down", "memory"},
    {"mmap_lock", "memory"},
    {"vfork", "vfork"},
    {"do_exit", "exiting"},
    {"ptrace", "traced"},
    {"do_signal_stop", "stopped"},
};

std::string_view syscall_word(std::int64_t wanted) {
    const auto found = std::find_if(std::begin(kWords), std::end(kWords),
                                    [&](const SyscallWord& entry) { return entry.number == wanted; });
    return found == std::end(kWords) ? std::string_view{} : found->word;
}

std::string_view function_word(std::string_view wchan) {
    const auto found = std::find_if(
        std::begin(kFunctions), std::end(kFunctions),
        [&](const KernelFunction& entry) { return wchan.find(entry.part) != std::string_view::npos; });
    return found == std::end(kFunctions) ? std::string_view{} : found->word;
}

bool says_little(std::string_view word) {
    return word.empty() || word == "read" || word == "write" || word == kFile || word == "ioctl" ||
           word == "restart" || word == "splice";
}

std::string_view line_value(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    if (at == std::string_view::npos) return {};
    const auto rest = text.substr(at + key.size());
    return trim(rest.substr(0, rest.find('\n')));
}

}  // namespace

std::optional<KernelEntry> parse_kernel_entry(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    KernelEntry entry;
    if (text == "running") {
        entry.running = true;
        return entry;
    }
    const auto fields = split(text, ' ');
    if (fields.size() != 3 && fields.size() != 9) return std::nullopt;
    const auto call = number<std::int64_t>(fields.front(), 10);
    const auto sp = address(fields[fields.size() - 2]);
    const auto pc = address(fields.back());
    if (!call || !sp || !pc) return std::nullopt;
    for (std::size_t i = 0; fields.size() == 9 && i < entry.arguments.size(); ++i) {
        const auto argument = address(fields[i + 1]);
        if (!argument) return std::nullopt;
        entry.arguments[i] = *argument;
    }
    entry.syscall_number = *call;
    entry.sp = *sp;
    entry.pc = *pc;
    return entry;
}

std::optional<RunCount> parse_run_count(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto fields = split(text, ' ');
    if (fields.size() != 3) return std::nullopt;
    const auto run = number<std::uint64_t>(fields[0], 10);
    const auto wait = number<std::uint64_t>(fields[1], 10);
    const auto times = number<std::uint64_t>(fields[2], 10);
    if (!run || !wait || !times) return std::nullopt;
    return RunCount{*run, *wait, *times};
}

std::optional<RunCount> parse_switches(std::string_view text) {
    const auto given = number<std::uint64_t>(line_value(text, "\nvoluntary_ctxt_switches:"), 10);
    const auto taken = number<std::uint64_t>(line_value(text, "\nnonvoluntary_ctxt_switches:"), 10);
    if (!given || !taken) return std::nullopt;
    return RunCount{0, 0, *given + *taken};
}

std::optional<ThreadStat> parse_thread_stat(std::string_view text) {
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    ThreadStat stat;
    stat.name = text.substr(open + 1, std::min(close - open - 1, kMostName));
    const auto fields = split(trim(text.substr(close + 1)), ' ');  // from field 3 of proc_pid_stat(5)
    if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
    stat.state = fields[0].front();
    const auto start = number<std::uint64_t>(fields[19], 10);
    if (!start) return std::nullopt;
    stat.start_ticks = *start;
    return stat;
}

bool wants_wchan(const KernelEntry& entry, char state) {
    if (entry.running || state == 'T' || state == 't') return false;
    return state == 'D' || says_little(syscall_word(entry.syscall_number));
}

std::string wait_word(const KernelEntry& entry, char state, std::string_view wchan) {
    if (state == 'T') return "stopped";
    if (state == 't') return "traced";
    if (entry.running) return "running";
    const std::string_view word = syscall_word(entry.syscall_number);
    if (says_little(word) || state == 'D') {
        const std::string_view better = function_word(wchan);
        if (!better.empty()) return std::string(better);
        if (state == 'D' && (says_little(word) && word != "ioctl")) return "disk";
    }
    if (!word.empty()) return std::string(word);
    if (entry.syscall_number < 0) return state == 'D' ? "disk" : "blocked";
    return fmt::format("syscall {}", entry.syscall_number);
}

}  // namespace rampwatch::probe

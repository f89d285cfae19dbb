// SPDX-License-Identifier: MIT
#include "core/probe/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace rampwatch::probe {

namespace {

constexpr std::size_t kMostPieces = 1024;                 // IOV_MAX of Linux
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // in one call; the kernel cuts at 2 GiB
constexpr std::uint64_t kMostPresent = std::uint64_t{64} << 30;

Error read_error(pid_t tid, int number) {
    const std::string where = fmt::format("PID {}", tid);
    if (number == ESRCH) return {Error::Kind::gone, "the process has ended", where, ""};
    if (number == EPERM || number == EACCES) {
        return {Error::Kind::no_permission, "no permission to read its memory", where,
                "run as the same user with kernel.yama.ptrace_scope 0, or with CAP_SYS_PTRACE"};
    }
    if (number == ENOSYS) return {Error::Kind::unavailable, "this kernel has no process_vm_readv", where, ""};
    return {Error::Kind::io, fmt::format("reading its memory failed: {}", std::strerror(number)), where, ""};
}

// State letter of /proc/PID/task/TID/stat, 0 when it cannot be read.
char state_of(pid_t pid, pid_t tid) {
    const std::string path = fmt::format("/proc/{}/task/{}/stat", pid, tid);
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return 0;
    std::array<char, 512> text{};
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length <= 0) return 0;
    const std::string_view line(text.data(), static_cast<std::size_t>(length));
    const auto bracket = line.rfind(')');  // the name before it may hold anything
    return bracket == std::string_view::npos || bracket + 2 >= line.size() ? '\0' : line[bracket + 2];
}

bool has_memory(char state) { return state != 0 && state != 'Z' && state != 'X' && state != 'x'; }

iovec remote(std::uint64_t address, std::size_t size) {
    return {reinterpret_cast<void*>(static_cast<std::uintptr_t>(address)), size};
}

struct Batch {
    std::size_t tried = 0;
    std::size_t whole = 0;  // of the first ones
    int number = 0;         // errno, when not even the first byte was read
};

// One call over as many pieces as fit.
Batch read_some(pid_t tid, std::span<Piece> pieces) {
    std::array<iovec, kMostPieces> ours;
    std::array<iovec, kMostPieces> theirs;
    Batch batch;
    std::size_t bytes = 0;
    while (batch.tried < std::min(pieces.size(), kMostPieces)) {
        const Piece& piece = pieces[batch.tried];
        bytes += piece.into.size();
        if (bytes > kMostBytes && batch.tried > 0) break;
        ours[batch.tried] = {piece.into.data(), piece.into.size()};
        theirs[batch.tried] = remote(piece.address, piece.into.size());
        ++batch.tried;
    }
    const ssize_t got = ::process_vm_readv(tid, ours.data(), batch.tried, theirs.data(), batch.tried, 0);
    if (got < 0) batch.number = errno;
    auto left = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    while (got >= 0 && batch.whole < batch.tried && left >= pieces[batch.whole].into.size()) {
        left -= pieces[batch.whole].into.size();
        pieces[batch.whole++].read = true;
    }
    return batch;
}

}  // namespace

Result<pid_t> live_thread(pid_t pid) {
    if (has_memory(state_of(pid, pid))) return pid;
    const std::string path = fmt::format("/proc/{}/task", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir(path.c_str()), ::closedir);
    if (!tasks) return Error{Error::Kind::not_found, "no such process", fmt::format("PID {}", pid), ""};
    while (const dirent* entry = ::readdir(tasks.get())) {
        const auto number = parse_count(entry->d_name);
        if (!number || *number <= 0 || *number > std::numeric_limits<pid_t>::max()) continue;
        const auto tid = static_cast<pid_t>(*number);
        if (tid != pid && has_memory(state_of(pid, tid))) return tid;
    }
    return Error{Error::Kind::gone, "the process has ended", fmt::format("PID {}", pid), ""};
}

Result<void> Memory::read(std::uint64_t address, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {  // one call reads at most 2 GiB
        const iovec ours{into.data() + done, into.size() - done};
        const iovec theirs = remote(address + done, into.size() - done);
        const ssize_t got = ::process_vm_readv(tid_, &ours, 1, &theirs, 1, 0);
        if (got < 0) return read_error(tid_, errno);
        if (got == 0) return read_error(tid_, EFAULT);
        done += static_cast<std::size_t>(got);
    }
    return {};
}

Result<void> Memory::read(std::span<Piece> pieces) const {
    for (Piece& piece : pieces) piece.read = false;
    while (!pieces.empty()) {
        const Batch batch = read_some(tid_, pieces);
        if (batch.number != 0 && batch.number != EFAULT && batch.number != EINVAL) {
            return read_error(tid_, batch.number);
        }
        const std::size_t unmapped = batch.whole < batch.tried ? 1 : 0;
        pieces = pieces.subspan(batch.whole + unmapped);
    }
    return {};
}

std::vector<Range> Memory::present(Range range) const {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::string path = fmt::format("/proc/{}/pagemap", tid_);
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const std::uint64_t size = std::min({range.size, kMostPresent, ~range.address});
    if (!file || size == 0) return size == 0 ? std::vector<Range>{} : std::vector<Range>{range};
    const std::uint64_t end = range.address + size;
    std::vector<Range> found;
    std::array<std::uint64_t, 1024> entries;
    for (std::uint64_t at = range.address / page * page; at < end;) {
        const std::uint64_t pages = std::min<std::uint64_t>((end - at + page - 1) / page, entries.size());
        const ssize_t got = ::pread(file.get(), entries.data(), pages * 8, static_cast<off_t>(at / page * 8));
        if (got < 8) return found.empty() && at <= range.address ? std::vector<Range>{range} : found;
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) / 8; ++i, at += page) {
            if ((entries[i] >> 62) == 0) continue;  // bit 63: in RAM, bit 62: in swap
            const std::uint64_t from = std::max(at, range.address);
            const std::uint64_t to = std::min(at + page, end);
            const bool joins = !found.empty() && found.back().address + found.back().size == from;
            if (joins)
                found.back().size += to - from;
            else
                found.push_back({from, to - from});
        }
    }
    return found;
}

}  // namespace rampwatch::probe

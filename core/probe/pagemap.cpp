// SPDX-License-Identifier: MIT
#include "core/probe/pagemap.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <fmt/format.h>

#include "core/probe/errno_error.h"

namespace rampwatch::probe {

namespace {

constexpr std::uint64_t kInRam = std::uint64_t{1} << 63;
constexpr std::uint64_t kInSwap = std::uint64_t{1} << 62;

std::string path_of(pid_t tid) { return fmt::format("/proc/{}/pagemap", tid); }

// The page numbers of `range`.
PageRun pages_of(Range range) {
    const std::uint64_t page = page_bytes();
    const std::uint64_t size = std::min(range.size, ~range.address);
    if (size == 0) return {};
    const std::uint64_t first = range.address / page;
    return {first, (range.address + size - 1) / page - first + 1};
}

}  // namespace

std::uint64_t page_bytes() {
    static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

Result<LivePagemap> LivePagemap::open(pid_t tid) {
    Fd file(::open(path_of(tid).c_str(), O_RDONLY | O_CLOEXEC));
    if (file) return LivePagemap(std::move(file), tid);
    if (errno == EACCES || errno == EPERM)
        return Error{Error::Kind::no_permission, "its page map cannot be read", path_of(tid),
                     "run as the same user, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"};
    return errno_error(errno, path_of(tid));
}

Result<void> LivePagemap::add(Range range, Resident& into) const {
    const PageRun all = pages_of(range);
    const std::uint64_t count = std::min(all.count, kMostBytes / page_bytes());
    into.cut = into.cut || count < all.count;
    std::array<std::uint64_t, 8192> entries;
    PageRun run;
    for (std::uint64_t done = 0; done < count;) {
        const std::uint64_t wanted = std::min<std::uint64_t>(count - done, entries.size());
        const auto offset = static_cast<off_t>((all.first + done) * 8);
        const ssize_t got = ::pread(file_.get(), entries.data(), wanted * 8, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error(errno, path_of(tid_));
        if (got < 8) break;  // the end of the address space, or of the process
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) / 8; ++i, ++done) {
            const std::uint64_t entry = entries[i];
            if ((entry & kInRam) == 0) {
                into.swapped += (entry & kInSwap) != 0 ? 1U : 0U;
                continue;
            }
            const std::uint64_t page = all.first + done;
            if (run.first + run.count != page) {
                into.cut = !into.pages.add(run) || into.cut;
                run = {page, 0};
            }
            ++run.count;
        }
    }
    into.cut = !into.pages.add(run) || into.cut;
    return {};
}

Result<void> KnownPages::add(Range range, Resident& into) const {
    const PageRun all = pages_of(range);
    for (std::size_t i = pages_.run_at(all.first); i < pages_.runs(); ++i) {
        const PageRun run = pages_.run(i);
        const std::uint64_t first = std::max(run.first, all.first);
        const std::uint64_t end = std::min(run.first + run.count, all.first + all.count);
        if (end <= first) break;
        into.cut = !into.pages.add({first, end - first}) || into.cut;
    }
    return {};
}

}  // namespace rampwatch::probe

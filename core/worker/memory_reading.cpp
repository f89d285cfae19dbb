// SPDX-License-Identifier: MIT
#include "core/worker/memory_reading.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fd.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/probe/memory.h"
#include "core/probe/open_memory.h"
#include "core/probe/smaps.h"
#include "core/probe/thread_look.h"

namespace rampwatch::worker {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostThreads = 20'000;  // at about 10 us
constexpr int kTimesRollup = 3;               // what the parts take, at most, where mappings are few and big

// Of the threads that do not run.
std::vector<std::uint64_t> stack_pointers(pid_t pid) {
    std::vector<std::uint64_t> pointers;
    const std::string path = fmt::format("/proc/{}/task", pid);
    const Fd tasks(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    if (!tasks || !directory) return pointers;
    std::array<char, 512> text;
    while (const dirent* entry = ::readdir(directory.get())) {
        const auto tid = parse_count(entry->d_name);
        if (!tid || *tid <= 0 || *tid > std::numeric_limits<pid_t>::max()) continue;
        const auto look = probe::parse_kernel_entry(
            probe::read_below(tasks.get(), static_cast<pid_t>(*tid), "syscall", text));
        if (look && !look->running && look->sp != 0) pointers.push_back(look->sp);
        if (pointers.size() >= kMostThreads) break;
    }
    return pointers;
}

void add(MemoryFigures& sum, const MemoryFigures& figures) {
    sum.address_space += figures.address_space;
    sum.rss += figures.rss;
    sum.anonymous += figures.anonymous;
    sum.swap += figures.swap;
    sum.lazy_free += figures.lazy_free;
    sum.huge += figures.huge;
    sum.pss += figures.pss;
    sum.hugetlb += figures.hugetlb;
    sum.unmapped += figures.unmapped;
}

// Biggest first; the small ones beyond what is kept are one.
void sort_and_fold(std::vector<MemoryPart>& parts) {
    std::stable_sort(parts.begin(), parts.end(), [](const MemoryPart& a, const MemoryPart& b) {
        return held_bytes(a.figures) > held_bytes(b.figures);
    });
    if (parts.size() <= kMostMemoryParts) return;
    MemoryPart rest;
    rest.kind = MemoryKind::other;
    rest.name = "smaller ones";
    for (std::size_t i = kMostMemoryParts - 1; i < parts.size(); ++i) {
        rest.mappings += parts[i].mappings;
        add(rest.figures, parts[i].figures);
    }
    parts.resize(kMostMemoryParts - 1);
    parts.push_back(std::move(rest));
}

// Of the files that are memory alone and held open: what of each is not mapped and touched.
std::vector<MemoryPart> unmapped_parts(pid_t tid, std::span<const probe::MappedMemory> mappings) {
    const Fd process(::open(fmt::format("/proc/{}", tid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto files = process ? probe::open_memory(process.get()) : std::nullopt;
    std::vector<MemoryPart> parts;
    if (!files || files->empty()) return parts;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> mapped;
    for (const probe::MappedMemory& one : mappings) {
        const probe::Mapping& mapping = one.mapping;
        if (mapping.inode != 0)
            mapped[{makedev(mapping.device_major, mapping.device_minor), mapping.inode}] += one.figures.rss;
    }
    std::map<std::string, MemoryPart> by_name;
    for (const probe::OpenMemory& file : *files) {
        const auto found = mapped.find({file.device, file.inode});
        const std::int64_t rest = file.bytes - (found == mapped.end() ? 0 : found->second);
        if (rest <= 0) continue;
        MemoryPart& part = by_name[file.name];
        part.kind = MemoryKind::unmapped;
        part.name = file.name;
        part.figures.unmapped += rest;
    }
    for (auto& [name, part] : by_name) parts.push_back(std::move(part));
    return parts;
}

}  // namespace

Result<MemoryParts> read_memory_parts(pid_t pid, nanoseconds budget) {
    const nanoseconds begun = boot_now();
    const auto live = probe::live_thread(pid);
    if (!live) return live.error();
    MemoryParts memory;
    const auto rollup = probe::read_rollup(*live);
    if (!rollup && rollup.error().kind != Error::Kind::not_found) return rollup.error();
    if (rollup) memory.total = *rollup;
    const nanoseconds spent = boot_now() - begun;
    if (rollup && spent * kTimesRollup > budget) {
        memory.missing = fmt::format("reading them would take longer than {}", format_duration(budget));
        memory.total.address_space = 0;
        memory.took = spent;
        return memory;
    }
    const auto smaps = probe::read_smaps(*live, begun + budget);
    if (!smaps) return smaps.error();
    if (smaps->truncated)
        memory.missing = fmt::format("{} mappings were not all read",
                                     format_count(static_cast<std::int64_t>(smaps->mappings.size())));
    memory.allocators = probe::allocators_in(smaps->mappings);
    memory.parts = probe::divide(smaps->mappings, stack_pointers(pid));
    for (MemoryPart& part : unmapped_parts(*live, smaps->mappings)) memory.parts.push_back(std::move(part));
    MemoryFigures sum;
    for (const MemoryPart& part : memory.parts) add(sum, part.figures);
    if (!rollup || !smaps->truncated) memory.total = sum;  // of one moment with the parts
    memory.total.address_space = sum.address_space;
    memory.total.unmapped = sum.unmapped;
    sort_and_fold(memory.parts);
    memory.took = boot_now() - begun;
    return memory;
}

}  // namespace rampwatch::worker

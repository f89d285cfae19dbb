// SPDX-License-Identifier: MIT
#include "core/golang/heap_sites.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "core/golang/find.h"
#include "core/probe/data_scan.h"

namespace rampwatch::golang {
namespace {

// bucket: next, allnext, typ, hash, size, nstk, then nstk words, then memRecord: active and future[3], each
// allocs, frees, alloc_bytes, free_bytes. The same from Go 1.9 on.
constexpr std::size_t kHead = 6, kCycle = 4, kCycles = 4;
constexpr std::uint64_t kMemProfile = 1;
constexpr std::uint64_t kDeepest = 1024;  // GODEBUG profstackdepth, at most
constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47;
constexpr int kProof = 3;                                   // records in a row
constexpr std::int64_t kMostCount = std::int64_t{1} << 56;  // so that three of them can be added up
constexpr std::size_t kMostCalls = std::size_t{1} << 22;    // of all stacks: 32 MiB

struct Bucket {
    std::uint64_t allnext = 0;
    AllocationSite site{};
    std::array<std::int64_t, kCycle> active{}, future{};
};

bool is_place(std::uint64_t address) { return address % 8 == 0 && address >= 65536 && address < kUserEnd; }

bool sound(const std::array<std::int64_t, kCycle>& cycle) {
    return std::all_of(cycle.begin(), cycle.end(),
                       [](std::int64_t number) { return number >= 0 && number < kMostCount; });
}

std::optional<Bucket> read_bucket(const Runtime& runtime, std::uint64_t address) {
    if (!is_place(address)) return std::nullopt;
    const auto head = runtime.memory().get<std::array<std::uint64_t, kHead>>(address);
    if (!head) return std::nullopt;
    const auto [next, allnext, type, hash, size, depth] = *head;
    if (type != kMemProfile || depth == 0 || depth > kDeepest || size > std::uint64_t{1} << 46)
        return std::nullopt;
    if ((next != 0 && !is_place(next)) || (allnext != 0 && !is_place(allnext))) return std::nullopt;
    std::vector<std::uint64_t> words(depth + kCycle * kCycles);
    if (!runtime.memory().read(address + kHead * 8, std::as_writable_bytes(std::span(words))))
        return std::nullopt;
    Bucket bucket;
    bucket.allnext = allnext;
    bucket.site.size = size;
    bucket.site.pcs.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(depth));
    for (std::size_t cycle = 0; cycle < kCycles; ++cycle) {
        for (std::size_t i = 0; i < kCycle; ++i) {
            const auto number = static_cast<std::int64_t>(words[depth + cycle * kCycle + i]);
            if (number < 0 || number >= kMostCount) return std::nullopt;
            (cycle == 0 ? bucket.active : bucket.future)[i] += number;
        }
        if (!sound(bucket.active) || !sound(bucket.future)) return std::nullopt;
    }
    return bucket;
}

// Its innermost calls are Go code: no other structure has that at this place.
bool believable(const Runtime& runtime, const Bucket& bucket) {
    return runtime.module_at(bucket.site.pcs.front()) != nullptr &&
           runtime.module_at(bucket.site.pcs.back()) != nullptr;
}

bool believable_list(const Runtime& runtime, std::uint64_t address) {
    for (int i = 0; i < kProof; ++i) {
        const auto bucket = read_bucket(runtime, address);
        if (!bucket || !believable(runtime, *bucket)) return false;
        if (bucket->allnext == 0) return i > 0;
        address = bucket->allnext;
    }
    return true;
}

// The head of the list, which is the newest bucket.
std::optional<std::uint64_t> find_list(const Runtime& runtime) {
    const Moduledata& live = runtime.main_module().live();
    std::optional<std::uint64_t> found;
    const auto visit = [&](std::uint64_t, probe::Bytes bytes) {
        const auto pointer = bytes.number_unchecked<std::uint64_t>(0);
        if (is_place(pointer) && believable_list(runtime, pointer)) found = pointer;
        return found.has_value();
    };
    if (!probe::scan_words(runtime.memory(), live.bss, live.ebss, 8, visit))
        probe::scan_words(runtime.memory(), live.noptrbss, live.enoptrbss, 8, visit);
    return found;
}

AllocationSite in_use(const Bucket& bucket, bool all) {
    AllocationSite site = bucket.site;
    site.objects = bucket.active[0] - bucket.active[1];
    site.bytes = bucket.active[2] - bucket.active[3];
    if (!all) return site;
    site.objects += bucket.future[0] - bucket.future[1];
    site.bytes += bucket.future[2] - bucket.future[3];
    return site;
}

}  // namespace

double scale(std::int64_t objects, std::int64_t bytes, std::int64_t rate) {
    if (objects <= 0 || bytes <= 0) return 0;
    if (rate <= 1) return 1;
    const double each = static_cast<double>(bytes) / static_cast<double>(objects);
    return 1 / (1 - std::exp(-each / static_cast<double>(rate)));
}

Result<AllocationSites> allocation_sites(const Runtime& runtime) {
    const auto head = find_list(runtime);
    if (!head)
        return Error{Error::Kind::not_found, "this program keeps no profile of its heap", "",
                     "the linker leaves it out where nothing asks for it: import net/http/pprof"};
    AllocationSites read;
    std::vector<Bucket> buckets;
    std::set<std::uint64_t> seen;
    std::size_t calls = 0;
    for (std::uint64_t address = *head; address != 0;) {
        if (buckets.size() >= kMostSites || calls > kMostCalls || !seen.insert(address).second) {
            ++read.left_out;
            break;
        }
        auto bucket = read_bucket(runtime, address);
        if (!bucket) {
            ++read.left_out;
            break;
        }
        address = bucket->allnext;
        calls += bucket->site.pcs.size();
        buckets.push_back(std::move(*bucket));
    }
    read.before_any_collection = std::all_of(buckets.begin(), buckets.end(), [](const Bucket& bucket) {
        return bucket.active[0] == 0 && bucket.active[1] == 0;
    });
    for (const Bucket& bucket : buckets) {
        AllocationSite site = in_use(bucket, read.before_any_collection);
        if (site.objects > 0 && site.bytes > 0) read.sites.push_back(std::move(site));
    }
    const auto rate = memory_profile_rate(runtime.memory(), runtime.main_module());
    read.rate = rate.value_or(kUsualRate);
    read.rate_is_known = rate.has_value();
    return read;
}

}  // namespace rampwatch::golang

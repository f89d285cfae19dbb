// SPDX-License-Identifier: MIT
#include "core/worker/go_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "core/base/archive.h"
#include "core/base/path.h"
#include "core/base/poller.h"
#include "core/base/units.h"
#include "core/golang/describe.h"
#include "core/golang/spans.h"
#include "core/stacks/own_frame.h"

namespace rampwatch::worker {
namespace {

constexpr const char* kHead = "rampwatch go heap 2";
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::size_t kMostRows = 1U << 17;
constexpr std::size_t kLongestStack = 4096;

using Writer = ArchiveWriter<Lengths::written>;
using Reader = ArchiveReader<Lengths::written>;

struct Site {
    SiteRow now{}, then{};
    std::vector<Frame> frames{};
    std::size_t own = 0;
    HeapKind kind = HeapKind::site;
};
using Sites = std::map<std::string, Site>;

std::string line_of(const Frame& frame) {
    const std::string function = frame.function.value_or("?");
    if (!frame.file || !frame.line) return function;
    return fmt::format("{} ({}:{})", function, base_name(*frame.file), *frame.line);
}

// One with the stacks that are equal in words: their objects differ in size alone.
Sites by_stack(const golang::Runtime& runtime, const golang::AllocationSites& read) {
    Sites sites;
    for (const golang::AllocationSite& one : read.sites) {
        std::vector<Frame> frames = golang::frames_of_profile(runtime, one.pcs);
        std::string stack;
        for (const Frame& frame : frames) {
            if (stack.size() >= kLongestStack) break;
            stack += (stack.empty() ? "" : " < ") + line_of(frame);
        }
        stack.resize(std::min(stack.size(), kLongestStack));
        Site& site = sites[stack];
        if (site.frames.empty()) {
            frames.resize(std::min(frames.size(), kMostSiteFrames));
            site.own = stacks::mark_own(frames);
            site.frames = std::move(frames);
        }
        const double times = golang::scale(one.objects, one.bytes, read.rate);
        site.now.sampled += one.objects;
        site.now.objects += std::llround(static_cast<double>(one.objects) * times);
        site.now.bytes += std::llround(static_cast<double>(one.bytes) * times);
    }
    return sites;
}

HeapType type_of(const Site& site, std::int64_t rate) {
    HeapType type;
    type.kind = site.kind;
    type.stack = site.frames;
    type.name = site.frames.empty() ? site.now.stack : line_of(site.frames[site.own]);
    type.maybe_dead = site.kind != HeapKind::site;
    type.count.value = static_cast<double>(site.now.objects - site.then.objects);
    type.bytes.value = static_cast<double>(site.now.bytes - site.then.bytes);
    const auto sampled = static_cast<double>(std::abs(site.now.sampled - site.then.sampled));
    const double relative = rate <= 1 ? 0 : 1.96 / std::sqrt(std::max(1.0, sampled));
    type.count.half = type.count.value * relative;
    type.bytes.half = type.bytes.value * relative;
    type.own_bytes = type.bytes.value;
    return type;
}

// Biggest first; those whose growth may be nothing are left out.
void add_types(const Sites& sites, std::int64_t rate, HeapTypes& types) {
    const bool compared = types.since.has_value();
    double all = 0;
    for (const auto& [stack, site] : sites) {
        HeapType type = type_of(site, rate);
        if (type.bytes.value <= 0 || type.bytes.value <= type.bytes.half) continue;
        all += type.bytes.value;
        types.types.push_back(std::move(type));
    }
    std::stable_sort(types.types.begin(), types.types.end(),
                     [](const HeapType& a, const HeapType& b) { return a.bytes.value > b.bytes.value; });
    if (types.types.size() > kMostHeapTypes) types.types.resize(kMostHeapTypes);
    if (compared) types.new_bytes = all;
}

std::string name_of(const golang::SizeCount& count) {
    const char* what = count.has_pointers ? "with pointers" : "without pointers";
    if (count.size == 0) return fmt::format("large objects {}", what);
    return fmt::format("{} B, {}", count.size, what);
}

Sites by_size(const golang::SizeCounts& read) {
    Sites sizes;
    for (const golang::SizeCount& one : read.sizes) {
        Site& size = sizes[name_of(one)];
        size.kind = one.size == 0 ? HeapKind::buffer : HeapKind::chunk;
        size.now = {name_of(one), one.objects, one.objects, one.bytes};
    }
    return sizes;
}

void add_notes(const golang::AllocationSites& read, HeapTypes& types) {
    types.notes.push_back(fmt::format(
        "By the program's own profile, which samples one allocation in {} and lags by up to two collections.",
        format_size(static_cast<double>(read.rate))));
    if (!read.rate_is_known) types.notes.emplace_back("Its rate is not known: the usual one is assumed.");
    if (read.left_out > 0) types.notes.emplace_back("Not all of its records could be read.");
}

SiteBaseline baseline_of(const Sites& sites, const HeapTypes& types) {
    SiteBaseline baseline;
    baseline.wall = types.wall;
    baseline.in_use = types.resident_bytes;
    for (const auto& [stack, site] : sites) {
        baseline.rows.push_back(site.now);
        baseline.rows.back().stack = stack;
    }
    std::stable_sort(baseline.rows.begin(), baseline.rows.end(),
                     [](const SiteRow& a, const SiteRow& b) { return a.bytes > b.bytes; });
    return baseline;
}

}  // namespace

std::vector<std::byte> to_bytes(SiteBaseline baseline) {
    std::size_t size = 256;
    for (std::size_t i = 0; i < baseline.rows.size(); ++i) {
        size += baseline.rows[i].stack.size() + 28;
        if (size > kMostBytes) baseline.rows.resize(i);
    }
    std::string head = kHead;
    auto count = static_cast<std::uint32_t>(baseline.rows.size());
    Writer writer;
    writer(head, baseline.life.boot_id, baseline.life.pid, baseline.life.start_ticks, baseline.program,
           baseline.wall, baseline.in_use, baseline.free, baseline.by_size, count);
    for (SiteRow& row : baseline.rows) writer(row);
    return writer.release();
}

bool is_site_baseline(std::span<const std::byte> bytes) {
    Reader reader(bytes);
    std::string head;
    reader(head);
    return !reader.failed() && head == kHead;
}

Result<SiteBaseline> site_baseline_of(std::span<const std::byte> bytes) {
    SiteBaseline baseline;
    Reader reader(bytes.first(std::min(bytes.size(), 2 * kMostBytes)));
    std::string head;
    const Error bad{Error::Kind::bad_input, "no heap baseline of this version of rampwatch, or a damaged one",
                    "", ""};
    std::uint32_t count = 0;
    reader(head, baseline.life.boot_id, baseline.life.pid, baseline.life.start_ticks, baseline.program,
           baseline.wall, baseline.in_use, baseline.free, baseline.by_size, count);
    if (reader.failed() || head != kHead || count > kMostRows) return bad;
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) reader(baseline.rows.emplace_back());
    return reader.failed() || !reader.at_end() ? Result<SiteBaseline>(bad) : std::move(baseline);
}

namespace {

// `sites` as they are now, or less what they were.
Result<SiteReading> finish(Sites sites, SiteReading reading, std::int64_t rate, const SiteBaseline* before) {
    HeapTypes& types = reading.types;
    types.wall = wall_now();
    const bool by_size = reading.baseline.by_size;
    const std::int64_t free = reading.baseline.free;
    reading.baseline = baseline_of(sites, types);
    reading.baseline.by_size = by_size;
    reading.baseline.free = free;
    if (before != nullptr && before->by_size != by_size)
        return Error{Error::Kind::bad_input, "the baseline is of another kind of heap", "", ""};
    types.free_bytes.value = static_cast<double>(free - (before != nullptr ? before->free : 0));
    if (before != nullptr) {
        types.since = before->wall;
        types.before_resident_bytes = before->in_use;
        for (const SiteRow& row : before->rows) {
            const auto found = sites.find(row.stack);
            if (found != sites.end()) found->second.then = row;
        }
    }
    add_types(sites, rate, types);
    return reading;
}

}  // namespace

Result<SiteReading> read_go_heap(const golang::Runtime& runtime, const SiteBaseline* before) {
    SiteReading reading;
    HeapTypes& types = reading.types;
    if (const auto heap = runtime.heap()) types.resident_bytes = heap->in_use;
    const auto read = golang::allocation_sites(runtime);
    if (read) {
        types.reader = "Go, by allocation site";
        add_notes(*read, types);
        return finish(by_stack(runtime, *read), std::move(reading), read->rate, before);
    }
    const auto counts = golang::size_counts(runtime);
    if (!counts) return read.error();
    types.reader = "Go, by size of object";
    types.notes.emplace_back(
        "This program keeps no profile of its heap, since nothing in it asks for one: import net/http/pprof, "
        "and who allocates is told.");
    if (counts->torn > 0)
        types.notes.push_back(fmt::format("{} of its spans changed meanwhile.", counts->torn));
    if (types.resident_bytes == 0) types.resident_bytes = counts->span_bytes;
    reading.baseline.by_size = true;
    reading.baseline.free = counts->free_bytes;
    return finish(by_size(*counts), std::move(reading), 1, before);
}

}  // namespace rampwatch::worker

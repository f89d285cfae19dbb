// SPDX-License-Identifier: MIT
#include "core/hotspot/perf_counters.h"

#include <algorithm>
#include <span>
#include <vector>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

// Of what stands before the entries.
constexpr std::size_t kPrologue = 32;
constexpr std::uint32_t kMagic = 0xc0c0feca;  // the bytes ca fe c0 c0
constexpr std::uint8_t kLittleEndian = 1, kVersion = 2;
constexpr std::size_t kByteOrder = 4, kMajor = 5, kFirst = 24, kCount = 28;

// Of an entry; its offsets are from where it begins.
constexpr std::size_t kEntry = 20;
constexpr std::size_t kLength = 0, kName = 4, kVector = 8, kType = 12, kData = 16;
constexpr std::uint8_t kLong = 'J';

Error failed() { return {Error::Kind::bad_input, "check failed: its counters", "Java", {}}; }

std::uint32_t u32_at(std::span<const std::byte> bytes, std::size_t at) {
    return number_at<std::uint32_t>(bytes, at);
}

std::string_view name_in(std::span<const std::byte> entry, std::uint32_t at) {
    if (at >= entry.size()) return {};
    const std::string_view text(reinterpret_cast<const char*>(entry.data()) + at, entry.size() - at);
    const std::size_t end = text.find('\0');
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

}  // namespace

Result<PerfCounters> PerfCounters::read(const probe::MemoryReader& memory, const CounterLayout& layout) {
    const std::uint64_t start = read_number(memory, layout.start), top = read_number(memory, layout.top);
    if (start == 0) return Error{Error::Kind::not_found, "it keeps no counters", "Java", {}};
    if (!is_pointer(start) || top < start + kPrologue || top - start > kMostBytes) return failed();
    std::vector<std::byte> bytes(top - start);
    if (!memory.read(start, bytes)) return failed();
    const std::span<const std::byte> all(bytes);
    if (u32_at(all, 0) != kMagic || number_at<std::uint8_t>(all, kByteOrder) != kLittleEndian ||
        number_at<std::uint8_t>(all, kMajor) != kVersion)
        return failed();
    PerfCounters counters;
    std::size_t at = u32_at(all, kFirst);
    const std::size_t count = std::min<std::size_t>(u32_at(all, kCount), kMostEntries);
    for (std::size_t i = 0; i < count; ++i) {
        if (at % 4 != 0 || at > all.size() || all.size() - at < kEntry) break;
        const std::size_t length = u32_at(all, at + kLength);
        if (length < kEntry || length > all.size() - at) break;
        const auto entry = all.subspan(at, length);
        const std::string_view name = name_in(entry, u32_at(entry, kName));
        const std::size_t data = u32_at(entry, kData);
        const bool is_number = number_at<std::uint8_t>(entry, kType) == kLong && u32_at(entry, kVector) == 0;
        if (is_number && !name.empty() && data <= length - 8 && (start + at + data) % 8 == 0)
            counters.numbers_.emplace(std::string(name),
                                      Number{start + at + data, number_at<std::int64_t>(entry, data)});
        at += length;
    }
    if (counters.numbers_.empty()) return failed();
    return counters;
}

std::uint64_t PerfCounters::address(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? 0 : found->second.address;
}

std::optional<std::int64_t> PerfCounters::number(std::string_view name) const {
    const auto found = numbers_.find(name);
    if (found == numbers_.end() || found->second.value < 0) return std::nullopt;
    return found->second.value;
}

}  // namespace rampwatch::hotspot

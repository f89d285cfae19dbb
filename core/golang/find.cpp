// SPDX-License-Identifier: MIT
#include "core/golang/find.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "core/probe/data_scan.h"

namespace rampwatch::golang {

namespace {

constexpr std::size_t kMostCode = 4096;
constexpr std::size_t kMostReasons = 255;
constexpr std::size_t kMostText = 256;
constexpr std::uint64_t kMostLength = std::uint64_t{1} << 28;
constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47;
constexpr std::size_t kRecord = 384;  // enough of a g

bool in_bss(const Moduledata& live, std::uint64_t address) {
    return address % 8 == 0 && ((address >= live.bss && address < live.ebss) ||
                                (address >= live.noptrbss && address < live.enoptrbss));
}

// Addresses in .bss that x86-64 code at `start` names relative to its own: ModRM mod 00, r/m 101, a 32-bit
// displacement, and an immediate of 0, 1 or 4 bytes behind it.
std::set<std::uint64_t> operands(probe::Bytes code, std::uint64_t start, const Moduledata& live) {
    std::set<std::uint64_t> found;
    for (std::uint64_t at = 1; code.holds(at, 4); ++at) {
        if ((code.number_unchecked<std::uint8_t>(at - 1) & 0xC7) != 5) continue;
        const auto displacement = code.number_unchecked<std::int32_t>(at);
        for (const std::uint64_t immediate : {0U, 1U, 4U}) {
            const std::uint64_t address =
                start + at + 4 + immediate + static_cast<std::uint64_t>(std::int64_t{displacement});
            if (in_bss(live, address)) found.insert(address);
        }
    }
    return found;
}

// The first `mov r32, [rax + disp32]`: readgstatus(gp), with gp in rax.
std::optional<std::uint16_t> status_offset(probe::Bytes code) {
    for (std::uint64_t at = 0; at < 64 && code.holds(at, 6); ++at) {
        const bool is_move = code.number_unchecked<std::uint8_t>(at) == 0x8B &&
                             (code.number_unchecked<std::uint8_t>(at + 1) & 0xC7) == 0x80;
        const auto offset = code.number_unchecked<std::uint32_t>(at + 2);
        if (is_move && offset < 4096) return static_cast<std::uint16_t>(offset);
    }
    return std::nullopt;
}

// A goroutine record that may be: its stack is one, its status known, and what ran points to itself.
bool believable_record(probe::Bytes record, std::uint64_t address, const GLayout& layout) {
    const auto word = [&](std::uint64_t at) { return record.number_unchecked<std::uint64_t>(at); };
    const std::uint32_t status = record.number_unchecked<std::uint32_t>(layout.status) & ~kScanBit;
    if (status > kLastStatus) return false;
    const bool blank = status == std::uint32_t(Status::idle) || status == std::uint32_t(Status::dead) ||
                       status == std::uint32_t(Status::dead_extra);
    if (blank) return true;
    return word(layout.sched_g) == address && word(0) < word(8) && word(8) - word(0) >= 1024;
}

std::uint64_t goid(probe::Bytes record, const GLayout& layout) {
    return record.number_unchecked<std::uint64_t>(layout.goid);
}

// The text of the string whose header {pointer, length} stands at `at`; empty when it is none.
std::string_view string_at(const Module& module, probe::Bytes bytes, std::uint64_t at, std::uint64_t most) {
    const auto pointer = bytes.number<std::uint64_t>(at);
    const auto length = bytes.number<std::uint64_t>(at + 8);
    if (!pointer || !length || *length == 0 || *length > most) return {};
    const probe::Bytes text = module.constant(*pointer).part(0, *length);
    return text.size() == *length ? text.text() : std::string_view();
}

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

bool believable_allgs(const probe::MemoryReader& memory, std::uint64_t address, const GLayout& layout) {
    const auto slice = memory.get<std::array<std::uint64_t, 3>>(address);
    if (!slice) return false;
    const auto [pointer, length, capacity] = *slice;
    if (length == 0 || length > capacity || capacity > kMostLength) return false;
    if (pointer % 8 != 0 || pointer == 0 || pointer >= kUserEnd) return false;
    std::array<std::uint64_t, 16> first{};
    const std::size_t count = std::min<std::size_t>(length, first.size());
    if (!memory.read(pointer, std::as_writable_bytes(std::span(first).first(count)))) return false;
    // Goroutine 1 is the first, but in a library: there it ends after init(), and another takes its record.
    bool has_main = false;
    std::set<std::uint64_t> ids;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<std::byte, kRecord> bytes{};
        if (first[i] % 8 != 0 || !memory.read(first[i], bytes)) return false;
        const probe::Bytes record{std::span<const std::byte>(bytes)};
        if (!believable_record(record, first[i], layout)) return false;
        const std::uint64_t id = goid(record, layout);
        has_main = has_main || (i == 0 && id == 1);
        const bool names_itself = record.number_unchecked<std::uint64_t>(layout.sched_g) == first[i];
        if (id > 0 && names_itself) ids.insert(id);
    }
    constexpr std::size_t kProof = 4;  // records that name themselves, each with a number of its own
    return has_main || ids.size() >= kProof;
}

std::optional<AllGs> allgs_by_code(const Module& module) {
    if (module.elf().arm64()) return std::nullopt;
    const auto function = module.table().named("runtime.allgadd");
    if (!function) return std::nullopt;
    const std::uint64_t start = module.entry(*function);
    const std::size_t size = std::min<std::size_t>(function->end - function->entry, kMostCode);
    const probe::Bytes code = module.constant(start).part(0, size);
    const auto found = operands(code, start, module.live());
    for (const std::uint64_t address : found) {
        if (found.contains(address + 8) && found.contains(address + 16)) {
            return AllGs{address, status_offset(code)};
        }
    }
    return std::nullopt;
}

std::optional<AllGs> allgs_by_looks(const probe::MemoryReader& memory, const Module& module,
                                    const GLayout& layout) {
    std::optional<AllGs> found;
    probe::scan_words(memory, module.live().bss, module.live().ebss, 24,
                      [&](std::uint64_t address, probe::Bytes bytes) {
                          const auto pointer = bytes.number_unchecked<std::uint64_t>(0);
                          const auto length = bytes.number_unchecked<std::uint64_t>(8);
                          const auto capacity = bytes.number_unchecked<std::uint64_t>(16);
                          if (length == 0 || length > capacity || capacity > kMostLength || pointer % 8 != 0)
                              return false;
                          if (pointer < 4096 || pointer >= kUserEnd) return false;
                          if (believable_allgs(memory, address, layout)) found = AllGs{address, std::nullopt};
                          return found.has_value();
                      });
    return found;
}

namespace {

// The first number in .data that x86-64 code at `start` loads or compares, relative to its place: 48 8B /r,
// or 48 83 /7 ib.
std::optional<std::int64_t> first_number(const probe::MemoryReader& memory, probe::Bytes code,
                                         std::uint64_t start, const Moduledata& live) {
    constexpr std::int64_t kMostRate = std::int64_t{1} << 40;
    for (std::uint64_t at = 3; code.holds(at, 4); ++at) {
        if (code.number_unchecked<std::uint8_t>(at - 3) != 0x48 ||
            (code.number_unchecked<std::uint8_t>(at - 1) & 0xC7) != 5)
            continue;
        const auto operation = code.number_unchecked<std::uint8_t>(at - 2);
        if (operation != 0x8B && operation != 0x83) continue;
        const auto displacement = code.number_unchecked<std::int32_t>(at);
        const std::uint64_t address = start + at + 4 + (operation == 0x83 ? 1U : 0U) +
                                      static_cast<std::uint64_t>(std::int64_t{displacement});
        const bool in_data = (address >= live.noptrdata && address < live.enoptrdata) ||
                             (address >= live.data && address < live.edata);
        if (!in_data || address % 8 != 0) continue;
        const auto rate = memory.get<std::int64_t>(address);
        if (rate && *rate >= 0 && *rate <= kMostRate) return *rate;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> memory_profile_rate(const probe::MemoryReader& memory, const Module& module) {
    if (module.elf().arm64()) return std::nullopt;
    // The first is inlined into the others by some compilers.
    for (const char* name : {"runtime.nextSample", "runtime.profilealloc", "runtime.allocmcache"}) {
        const auto function = module.table().named(name);
        if (!function) continue;
        const std::uint64_t start = module.entry(*function);
        const std::size_t size = std::min<std::size_t>(function->end - function->entry, kMostCode);
        const auto rate = first_number(memory, module.constant(start).part(0, size), start, module.live());
        if (rate) return rate;
    }
    return std::nullopt;
}

std::string build_version(const probe::MemoryReader& memory, const Module& module) {
    std::string found;
    const Moduledata& live = module.live();
    probe::scan_words(memory, live.data, live.edata, 16, [&](std::uint64_t, probe::Bytes bytes) {
        const std::string_view text = string_at(module, bytes, 0, kMostText);
        if (text.size() < 5 || !printable(text) || !parse_version(text)) return false;
        found = text;
        return true;
    });
    return found;
}

std::vector<std::string> wait_reasons(const probe::MemoryReader& memory, const Module& module) {
    constexpr std::string_view kFirst = "GC assist marking";  // number 1; number 0 is ""
    std::vector<std::string> reasons;
    std::uint64_t table = 0;
    const auto visit = [&](std::uint64_t address, probe::Bytes bytes) {
        if (bytes.number_unchecked<std::uint64_t>(8) != 0) return false;
        if (string_at(module, bytes, 16, kMostText) != kFirst) return false;
        table = address;
        return true;
    };
    const Moduledata& live = module.live();
    if (!probe::scan_words(memory, live.noptrdata, live.enoptrdata, 32, visit) &&
        !probe::scan_words(memory, live.data, live.edata, 32, visit)) {
        return reasons;
    }
    reasons.emplace_back();
    for (std::size_t i = 1; i < kMostReasons; ++i) {
        std::array<std::byte, 16> header{};
        if (!memory.read(table + i * 16, header)) break;
        const auto text = string_at(module, probe::Bytes(std::span<const std::byte>(header)), 0, 60);
        if (text.empty() || !printable(text)) break;
        reasons.emplace_back(text);
    }
    return reasons;
}

std::optional<std::uint64_t> gc_controller(const probe::MemoryReader& memory, const Module& module) {
    // {gcPercent int32, padding, memoryLimit int64, heapMinimum uint64 = 4 MiB * gcPercent / 100}
    std::vector<std::uint64_t> found;
    const auto visit = [&](std::uint64_t address, probe::Bytes bytes) {
        const auto first = bytes.number_unchecked<std::uint64_t>(0);
        const auto limit = bytes.number_unchecked<std::int64_t>(8);
        const auto minimum = bytes.number_unchecked<std::uint64_t>(16);
        const auto percent = static_cast<std::int64_t>(static_cast<std::int32_t>(first));
        if ((first >> 32) != 0 || first == 0 || minimum == 0) return false;
        const bool limited = limit >= (1 << 20) && limit <= (std::int64_t{1} << 50);
        if (limit != std::numeric_limits<std::int64_t>::max() && !limited) return false;
        const std::uint64_t expected = (std::uint64_t{4} << 20) * static_cast<std::uint64_t>(percent) / 100;
        if (minimum == expected) found.push_back(address);
        return found.size() > 1;
    };
    const Moduledata& live = module.live();
    for (const auto& [start, end] :
         {std::pair(live.noptrbss, live.enoptrbss), std::pair(live.bss, live.ebss),
          std::pair(live.noptrdata, live.enoptrdata), std::pair(live.data, live.edata)}) {
        probe::scan_words(memory, start, end, 24, visit);
    }
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

}  // namespace rampwatch::golang

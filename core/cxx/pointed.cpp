// SPDX-License-Identifier: MIT
#include "core/cxx/pointed.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/cxx/chunk_chain.h"

namespace rampwatch::cxx {

namespace {

using runtime::Edge;
using runtime::TypeId;

constexpr std::size_t kLeast = 8;            // objects, below which nothing is said
constexpr double kHalf = 0.5;                // of the objects that must have a pointer at an offset
constexpr double kLittle = 0.02;             // of them: what fewer lead to is left out
constexpr std::size_t kHeader = 16;          // of a chunk
constexpr std::size_t kSeen = kHeader + 64;  // bytes of what a pointer leads to
constexpr std::size_t kHintWords = 16;

struct Pointer {
    std::size_t word = 0;
    std::uint64_t to = 0;
};

// Each target once; those that are met twice belong to nobody alone.
std::vector<Pointer> owned_only(std::vector<Pointer> pointers) {
    std::unordered_map<std::uint64_t, int> times;
    for (const Pointer& pointer : pointers) ++times[pointer.to];
    std::erase_if(pointers, [&](const Pointer& pointer) { return times[pointer.to] > 1; });
    return pointers;
}

std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

struct Led {
    double count = 0, bytes = 0;
};
using Found = std::map<std::size_t, std::map<TypeId, Led>>;  // by word of the object

// The chunks behind the pointers.
Found look_at(const probe::MemoryReader& memory, std::span<const Pointer> pointers, ChunkTypes& types,
              runtime::Budget& budget) {
    Found found;
    if (pointers.empty()) return found;
    std::vector<std::byte> bytes(pointers.size() * kSeen);
    std::vector<probe::Piece> pieces;
    for (std::size_t i = 0; i < pointers.size(); ++i)
        pieces.push_back({pointers[i].to - kHeader, std::span(bytes).subspan(i * kSeen, kSeen)});
    if (!budget.spend(bytes.size()) || !memory.read(pieces)) return found;
    for (std::size_t i = 0; i < pointers.size(); ++i) {
        if (!pieces[i].read) continue;
        const std::uint64_t size = word_at(pieces[i].into, 8) & ~std::uint64_t{7};
        if (size < kLeastChunk || size % 16 != 0 || size > kMostChunk) continue;
        std::array<std::uint64_t, 8> words{};
        const std::size_t own = std::min<std::size_t>(words.size(), (size - 8) / 8);
        std::memcpy(words.data(), pieces[i].into.data() + kHeader, own * 8);
        Led& led = found[pointers[i].word][types.type_of(std::span(words).first(own), size)];
        led.count += 1;
        led.bytes += static_cast<double>(size);
    }
    ::explicit_bzero(bytes.data(), bytes.size());
    return found;
}

}  // namespace

std::vector<Edge> Kept::edges(TypeId type, const probe::MemoryReader& memory,
                              const std::function<bool(std::uint64_t)>& is_heap, ChunkTypes& types,
                              runtime::Budget& budget) const {
    std::vector<Edge> edges;
    const auto kept = objects_.of(type);
    if (kept.size() < kLeast) return edges;
    std::vector<Pointer> pointers;
    for (const auto words : kept) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] % 16 == 0 && is_heap(words[i])) pointers.push_back({i, words[i]});
        }
    }
    pointers = owned_only(std::move(pointers));
    const auto all = static_cast<double>(kept.size());
    for (const auto& [word, targets] : look_at(memory, pointers, types, budget)) {
        double there = 0;
        for (const auto& [to, led] : targets) there += led.count;
        if (there < kHalf * all) continue;
        for (const auto& [to, led] : targets) {
            if (led.count >= kLittle * all)
                edges.push_back(
                    {to, static_cast<std::int64_t>(word * 8), led.count / all, led.bytes / led.count});
        }
    }
    return edges;
}

std::string Kept::hint(TypeId type, Modules& modules) const {
    const auto kept = objects_.of(type);
    if (kept.size() < kLeast) return {};
    std::map<std::pair<std::size_t, std::uint64_t>, std::size_t> times;
    for (const auto words : kept) {
        for (std::size_t i = 0; i < std::min(words.size(), kHintWords); ++i) {
            if (modules.in_module(words[i])) ++times[{i, words[i]}];
        }
    }
    const auto most = std::max_element(times.begin(), times.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == times.end() || most->second * 2 < kept.size()) return {};
    const std::uint64_t address = most->first.second;
    std::string name = demangled_symbol(modules.symbol(address));
    if (name.empty()) name = modules.place(address);
    return name.empty() ? name : fmt::format("{} at +{}", name, most->first.first * 8);
}

}  // namespace rampwatch::cxx

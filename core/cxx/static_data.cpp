// SPDX-License-Identifier: MIT
#include "core/cxx/static_data.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/cxx/chunk_chain.h"

namespace rampwatch::cxx {

namespace {

constexpr std::size_t kHeader = 16, kSeen = kHeader + 64;  // bytes of a chunk that are looked at
constexpr std::uint64_t kPage = 4096, kLeastAddress = 65'536;
constexpr int kMostDepth = 3;
constexpr std::uint64_t kOneVariable = 64;  // bytes: words so near are of one variable, as three of a deque
constexpr std::uint64_t kMostFollowed = 4096;  // larger ones are arrays
constexpr std::uint64_t kMappedAlone = 2, kMostLarge = std::uint64_t{1} << 36;

bool of_libc(const std::string& path) {
    return path.find("/libc.so") != std::string::npos || path.find("/libc-2") != std::string::npos ||
           path.find("/ld-") != std::string::npos;
}

std::vector<probe::Range> writable_data(const probe::Maps& maps, const Modules& modules) {
    std::vector<probe::Range> ranges;
    std::string path;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.inode != 0) path = mapping.path;
        const bool data = mapping.writable && mapping.readable && !mapping.shared &&
                          modules.in_data(mapping.start) && !of_libc(path);
        if (data) ranges.push_back({mapping.start, mapping.end - mapping.start});
    }
    return ranges;
}

// Words that may lead to chunks: where each stands, and where it leads.
struct Lead {
    std::uint64_t at = 0, to = 0;
};
using Leads = std::vector<Lead>;

Leads leads_in(const probe::Maps& maps, const probe::MemoryReader& memory, const Modules& modules,
               const std::function<bool(std::uint64_t)>& is_heap, runtime::Budget& budget) {
    Leads leads;
    std::uint64_t left = StaticData::kMostBytes;
    std::array<std::uint64_t, kPage / 8> words{};
    for (const probe::Range& range : writable_data(maps, modules)) {
        for (std::uint64_t at = range.address; at + kPage <= range.address + range.size; at += kPage) {
            if (left < kPage || leads.size() >= StaticData::kMostWords) return leads;
            if (!memory.read(at, std::as_writable_bytes(std::span(words)))) continue;  // not in RAM
            if (!budget.spend(kPage)) return leads;
            left -= kPage;
            for (std::size_t i = 0; i < words.size(); ++i) {
                if (words[i] >= kLeastAddress && words[i] % 16 == 0 && is_heap(words[i]))
                    leads.push_back({at + i * 8, words[i]});
            }
        }
    }
    return leads;
}

// Whether a header says a size that a used chunk may have.
std::uint64_t size_of(std::uint64_t header) {
    const std::uint64_t size = header & ~std::uint64_t{7};
    const std::uint64_t most = (header & kMappedAlone) != 0 ? kMostLarge : kMostChunk;
    return size >= kLeastChunk && size % 16 == 0 && size <= most ? size : 0;
}

// The leads that lead to the start of a chunk: the next header must say that this one is used.
std::vector<StaticWord> chunks_of(const probe::MemoryReader& memory, const Leads& leads, ChunkTypes& types,
                                  runtime::Budget& budget) {
    std::vector<StaticWord> found;
    std::vector<std::byte> bytes(leads.size() * kSeen);
    std::vector<probe::Piece> pieces;
    for (std::size_t i = 0; i < leads.size(); ++i)
        pieces.push_back({leads[i].to - kHeader, std::span(bytes).subspan(i * kSeen, kSeen)});
    if (leads.empty() || !budget.spend(bytes.size()) || !memory.read(pieces)) return found;
    for (std::size_t i = 0; i < leads.size(); ++i) {
        if (!pieces[i].read) continue;
        std::array<std::uint64_t, kSeen / 8> words{};
        std::memcpy(words.data(), pieces[i].into.data(), kSeen);
        const std::uint64_t size = size_of(words[1]);
        if (size == 0) continue;
        const std::size_t own = std::min<std::size_t>(8, (size - 8) / 8);
        found.push_back(
            {leads[i].at, leads[i].to, size, types.type_of(std::span(words).subspan(2, own), size)});
    }
    std::vector<std::array<std::uint64_t, 1>> next(found.size());
    std::vector<probe::Piece> behind;
    for (std::size_t i = 0; i < found.size(); ++i)
        behind.push_back({found[i].to + found[i].size - 8, std::as_writable_bytes(std::span(next[i]))});
    if (found.empty() || !memory.read(behind)) return {};
    std::size_t kept = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        // behind one that is mapped by itself there is nothing, or a stranger
        const bool alone = found[i].to % kPage == kHeader && (found[i].size + kPage - 1) % kPage == kPage - 1;
        if (alone || (behind[i].read && (next[i][0] & 1U) != 0)) found[kept++] = found[i];
    }
    found.resize(kept);
    return found;
}

}  // namespace

void StaticData::own(const StaticWord& word, std::uint32_t through, std::uint64_t offset,
                     std::uint64_t root) {
    const auto [place, is_new] = pieces_.try_emplace(
        word.to, OwnedPiece{word.to, word.to + word.size - 8, root, through, offset, word.at});
    if (is_new || place->second.through != 0 || through != 0) return;
    // the second variable that leads there: whose is it?
    const std::uint64_t first = place->second.root;
    if (std::max(first, root) - std::min(first, root) >= kOneVariable) place->second.root = 0;
}

void StaticData::read(const probe::Maps& maps, const probe::MemoryReader& memory, const Modules& modules,
                      const std::function<bool(std::uint64_t)>& is_heap, ChunkTypes& types,
                      runtime::Budget& budget) {
    words_ = chunks_of(memory, leads_in(maps, memory, modules, is_heap, budget), types, budget);
    for (const StaticWord& word : words_) own(word, 0, 0, word.at);
    std::vector<std::pair<StaticWord, std::uint64_t>> level;  // objects to follow, and their static word
    for (const StaticWord& word : words_) level.emplace_back(word, word.at);
    std::vector<std::uint64_t> words(kMostObject / 8);
    for (int depth = 1; depth < kMostDepth; ++depth) {
        std::vector<std::pair<StaticWord, std::uint64_t>> next;
        for (const auto& [object, root] : level) {
            if (steps_.size() >= kMostSteps || budget.over()) return;
            const std::size_t size = std::min<std::size_t>((object.size - 8) / 8, words.size());
            const auto own_words = std::span(words).first(size);
            if (object.size > kMostFollowed || !budget.spend(size * 8) ||
                !memory.read(object.to, std::as_writable_bytes(own_words)))
                continue;
            Leads leads;
            for (std::size_t i = 0; i < size; ++i) {
                const bool may =
                    own_words[i] >= kLeastAddress && own_words[i] % 16 == 0 && is_heap(own_words[i]);
                if (may && !pieces_.contains(own_words[i]))
                    leads.push_back({object.to + i * 8, own_words[i]});
            }
            if (leads.empty()) continue;
            steps_.push_back({object.type, root});
            const auto through = static_cast<std::uint32_t>(steps_.size());
            for (const StaticWord& found : chunks_of(memory, leads, types, budget)) {
                own(found, through, found.at - object.to, root);
                next.emplace_back(found, root);
            }
        }
        level = std::move(next);
    }
}

const OwnedPiece* StaticData::piece_at(std::uint64_t address) const {
    auto after = pieces_.upper_bound(address);
    if (after == pieces_.begin()) return nullptr;
    const OwnedPiece& piece = std::prev(after)->second;
    return address < piece.end ? &piece : nullptr;
}

}  // namespace rampwatch::cxx

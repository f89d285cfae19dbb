// SPDX-License-Identifier: MIT
#include "core/cxx/heap_holders.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/cxx/arenas.h"

namespace rampwatch::cxx {

namespace {

using runtime::Block;
using runtime::Budget;
using runtime::Held;
using runtime::TypeId;
using runtime::TypeKind;

// What holds a pointer, in the four highest bits; what it is exactly, below.
enum class Holder : std::uint64_t { own = 1, nodes, piece, array, field, variable };
constexpr int kKindShift = 60;
constexpr std::uint64_t kOwn = std::uint64_t{1} << kKindShift;
constexpr int kOffsetBits = 20;
constexpr std::size_t kMostNamed = 1024;  // pieces whose variable is looked for
constexpr double kLinked = 0.5;           // own pointers an object, from which on it is a list or a tree
constexpr std::uint64_t kNear = 48;       // bytes around a static word that are its variable's

std::uint64_t key(Holder kind, std::uint64_t what = 0) {
    return static_cast<std::uint64_t>(kind) << kKindShift | (what & ((std::uint64_t{1} << kKindShift) - 1));
}
Holder kind_of(std::uint64_t holder) { return static_cast<Holder>(holder >> kKindShift); }
std::uint64_t what_of(std::uint64_t holder) { return holder & ((std::uint64_t{1} << kKindShift) - 1); }

// Whether a name is of one file alone says nothing to who looks for it.
std::string variable_name(const FileSymbol& variable) {
    constexpr std::string_view kNowhere = "(anonymous namespace)::";
    std::string name = demangled_symbol(variable.name);
    for (auto at = name.find(kNowhere); at != std::string::npos; at = name.find(kNowhere))
        name.erase(at, kNowhere.size());
    return name;
}

std::span<const std::uint64_t> words_of(const Block& block) {
    return {reinterpret_cast<const std::uint64_t*>(block.bytes.data()), block.bytes.size() / 8};
}

// The chunk that a word at this offset is of: its last one lies in the next one's header. Null: of none.
const Chunk* chunk_at(std::span<const Chunk> chunks, std::size_t offset) {
    if (offset < 8) return nullptr;
    offset -= 8;
    const auto after =
        std::upper_bound(chunks.begin(), chunks.end(), offset,
                         [](std::size_t wanted, const Chunk& chunk) { return wanted < chunk.offset; });
    if (after == chunks.begin()) return nullptr;
    const Chunk& chunk = *std::prev(after);
    return offset < chunk.offset + chunk.size ? &chunk : nullptr;
}

}  // namespace

bool HeapHolders::seek(std::span<const runtime::Sought> sought, Budget& budget) {
    groups_.assign(2 * sought.size(), {});
    const auto add = [&](TypeId type, std::uint32_t group) {
        group_of_.emplace(type, group);
        for (const std::uint64_t object : ground_.met.of(type)) {
            table_.add(object, group);
            ++groups_[group].objects;
        }
    };
    for (std::uint32_t i = 0; i < sought.size(); ++i) {
        add(sought[i].type, 2 * i);
        for (const TypeId node : sought[i].nodes) add(node, 2 * i + 1);
    }
    if (table_.size() < runtime::HolderVotes::kLeastObjects) return false;
    statics_.read(ground_.maps, ground_.memory, ground_.modules, ground_.is_heap, ground_.types, budget);
    search_statics();
    return true;
}

// Whether what a static variable leads to leads back to it: the last element of a list, the top of a tree.
bool HeapHolders::leads_back(const StaticWord& word) const {
    std::array<std::uint64_t, 4> first{};
    if (!ground_.memory.read(word.to, std::as_writable_bytes(std::span(first)))) return false;
    return std::any_of(first.begin(), first.end(),
                       [&](std::uint64_t one) { return one + kNear > word.at && one < word.at + kNear; });
}

// Without symbols, and beyond a few, variables are told apart by nothing.
std::uint64_t HeapHolders::variable_of(std::uint64_t address) {
    constexpr std::size_t kMost = 32;
    const auto covers = [&](const FileSymbol& one) { return address - one.covers.address < one.covers.size; };
    auto known = std::find_if(variables_.begin(), variables_.end(), covers);
    if (known == variables_.end()) {
        if (lookups_++ >= kMost) return key(Holder::variable);
        FileSymbol found = ground_.modules.variable(address);
        if (found.name.empty() || !covers(found)) return key(Holder::variable);
        known = variables_.insert(variables_.end(), std::move(found));
    }
    return key(Holder::variable, static_cast<std::uint64_t>(known - variables_.begin()) + 1);
}

void HeapHolders::search_statics() {
    for (const StaticWord& word : statics_.words()) {
        const auto group = group_of_.find(word.type);
        if (group == group_of_.end()) continue;
        Group& sought = groups_[group->second];
        if (leads_back(word)) sought.roots.push_back(word.at);
        if (table_.find(word.to)) sought.votes.add(variable_of(word.at), word.to, 1);
    }
}

// Pieces of one variable, such as an array of vectors, are one holder.
std::uint64_t HeapHolders::piece_key(const OwnedPiece& piece) {
    const auto [place, is_new] = piece_keys_.try_emplace(piece.start, key(Holder::array));
    if (!is_new || piece_keys_.size() > kMostNamed) return place->second;
    std::string name = piece_name(piece);
    if (name.empty()) return place->second;
    const auto known =
        std::find_if(named_.begin(), named_.end(), [&](const Named& one) { return one.name == name; });
    place->second = key(Holder::piece, static_cast<std::uint64_t>(known - named_.begin()));
    if (known == named_.end()) named_.push_back({std::move(name), is_buckets(piece)});
    return place->second;
}

// Of libstdc++ and libc++ alike: {buckets, their number, the first node, elements, elements a bucket at
// most}.
bool HeapHolders::is_buckets(const OwnedPiece& piece) const {
    struct Map {
        std::uint64_t buckets = 0, number = 0, first = 0, elements = 0;
        float most_load = 0;
        std::uint32_t rest = 0;
    };
    const auto map = ground_.memory.get<Map>(piece.at);
    constexpr std::uint64_t kPage = 4096;  // a large piece ends with one
    const std::uint64_t bytes = piece.end - piece.start;
    return map && map->buckets == piece.start && map->number <= bytes / 8 &&
           map->number * 8 + kPage >= bytes && map->most_load > 0.01F && map->most_load < 1000.0F &&
           static_cast<double>(map->elements) <= 1.01 * map->most_load * static_cast<double>(map->number);
}

// A piece of the heap that has no type: whose is it?
std::uint64_t HeapHolders::array_at(std::uint64_t address) {
    const OwnedPiece* piece = statics_.piece_at(address);
    return piece == nullptr ? key(Holder::array) : piece_key(*piece);
}

// 0: a pointer that does not count.
std::uint64_t HeapHolders::holder_of(const Block& block, const Hit& hit, std::span<const Chunk> chunks,
                                     std::span<const std::uint64_t> words) {
    const std::size_t offset = hit.word * 8;
    const Chunk* chunk = chunk_at(chunks, offset);
    if (chunk == nullptr) {
        const Chunk inside{static_cast<std::uint32_t>(offset), 0, false, true};
        if (ground_.is_freed(block, inside)) return 0;
        return array_at(block.address + offset);
    }
    const std::size_t first = chunk->offset / 8 + 2;
    if (hit.word < first || ground_.is_freed(block, *chunk)) return 0;
    const std::size_t size = std::min<std::size_t>((chunk->size - 8) / 8, words.size() - first);
    if (chunk->size > kLargeChunk) return array_at(block.address + offset);
    const TypeId type = ground_.types.type_of(words.subspan(first, size), chunk->size);
    const auto own = group_of_.find(type);
    if (own != group_of_.end() && own->second / 2 == hit.group / 2)
        return own->second == hit.group || hit.group % 2 == 1 ? kOwn : key(Holder::nodes);
    const runtime::TypeName& name = ground_.table.name(type);
    const bool classless = name.kind == TypeKind::chunk || name.kind == TypeKind::buffer;
    constexpr std::uint64_t kSmall = 256;  // smaller ones are no arrays with a name worth a search
    if (classless && (chunk->size >= kSmall || statics_.piece_at(block.address + offset) != nullptr))
        return array_at(block.address + offset);
    const std::uint64_t at = std::min<std::uint64_t>((hit.word - first) * 8, (1U << kOffsetBits) - 1);
    return key(Holder::field, std::uint64_t{type} << kOffsetBits | at);
}

void HeapHolders::search(const Block& block, double stands_for) {
    const auto words = words_of(block);
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < words.size() && hits_ < kMostHits; ++i) {
        const auto group = table_.find(words[i]);
        if (!group) continue;
        hits.push_back({i, words[i], *group});
        ++hits_;
    }
    if (hits.empty()) return;
    const std::vector<Chunk> chunks = ground_.chunks_in(block);
    const Chunk* last = nullptr;
    std::uint64_t array = 0;  // that of the last hit, which may have thousands
    for (const Hit& hit : hits) {
        const Chunk* chunk = chunk_at(chunks, hit.word * 8);
        const bool again = array != 0 && chunk != nullptr && chunk == last;
        const std::uint64_t holder = again ? array : holder_of(block, hit, chunks, words);
        const bool is_array =
            holder != 0 && (kind_of(holder) == Holder::array || kind_of(holder) == Holder::piece);
        last = chunk;
        array = is_array ? holder : 0;
        const double weight = runtime::weight_of(hit.object, block.address, block.bytes.size(), stands_for);
        if (holder != 0) groups_[hit.group].votes.add(holder, hit.object, weight);
    }
}

std::string HeapHolders::variable_at(std::uint64_t address) {
    const std::uint64_t known = what_of(variable_of(address));
    std::string name = known == 0 ? std::string() : variable_name(variables_[known - 1]);
    if (name.empty()) name = ground_.modules.place(address);
    return name.empty() ? name : "static variable " + name;
}

std::string HeapHolders::piece_name(const OwnedPiece& piece) {
    if (piece.through == 0) return piece.root == 0 ? std::string() : variable_at(piece.root);
    const StaticData::Step& step = statics_.step(piece.through);
    const runtime::TypeName& type = ground_.table.name(step.type);
    const std::string root = variable_at(step.root);
    if (type.kind == TypeKind::type && !root.empty())
        return fmt::format("{} at +{} ({})", type.name, piece.offset, root);
    return root.empty() ? root : "what hangs on " + root;
}

// Empty: nothing that a person could go to.
std::optional<std::string> HeapHolders::name_of(std::uint64_t holder) const {
    switch (kind_of(holder)) {
        case Holder::piece:
            return named_[what_of(holder)].name;
        case Holder::array:
            return "an array of pointers";
        case Holder::variable:
            if (what_of(holder) == 0) return std::nullopt;
            return "static variable " + variable_name(variables_[what_of(holder) - 1]);
        case Holder::field: {
            const std::uint64_t what = what_of(holder);
            const runtime::TypeName& type = ground_.table.name(static_cast<TypeId>(what >> kOffsetBits));
            if (type.kind == TypeKind::text) return std::nullopt;
            const std::string kind = type.kind == TypeKind::chunk ? "chunks of " : "";
            return fmt::format("{}{} at +{}", kind, type.name, what & ((1U << kOffsetBits) - 1));
        }
        default:
            return std::nullopt;
    }
}

std::optional<Held> HeapHolders::resolve(std::uint32_t number) {
    Group& group = groups_[number];
    const bool linked = group.votes.each(kOwn, group.objects) >= kLinked;
    if (linked) {
        const auto [least, most] = std::minmax_element(group.roots.begin(), group.roots.end());
        if (!group.roots.empty() && *most - *least < kNear) {
            const std::string name = variable_at(*least);
            const auto links = group.votes.agreed(kOwn);
            if (!name.empty() && links) return Held{name, links->pointers, links->share};
        }
        group.votes.leave_out(kOwn);
    }
    const auto winner = group.votes.winner(group.objects);
    if (!winner) return std::nullopt;
    if (kind_of(winner->holder) == Holder::nodes) return number % 2 == 0 ? resolve(number + 1) : std::nullopt;
    const bool buckets = kind_of(winner->holder) == Holder::piece && named_[what_of(winner->holder)].buckets;
    if (linked && !buckets) return std::nullopt;
    const auto name = name_of(winner->holder);
    if (!name) return std::nullopt;
    return Held{*name, winner->pointers, winner->share};
}

std::optional<Held> HeapHolders::held_by(TypeId type, Budget&) {
    const auto group = group_of_.find(type);
    return group == group_of_.end() || group->second % 2 != 0 ? std::nullopt : resolve(group->second);
}

}  // namespace rampwatch::cxx

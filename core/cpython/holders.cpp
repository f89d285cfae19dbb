// SPDX-License-Identifier: MIT
#include "core/cpython/holders.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/cpython/record.h"

namespace rampwatch::cpython {
namespace {

using runtime::Held;
using runtime::TypeId;

// What holds a pointer, in the highest bits; which one it is, below.
constexpr std::uint64_t kKind = std::uint64_t{1} << 60;
constexpr std::uint64_t kContainer = 1 * kKind;  // by number of Owners
constexpr std::uint64_t kOfType = 2 * kKind;     // by type of what the pointer is in
constexpr std::uint64_t kLarge = 3 * kKind;      // outside of pools, of nobody that is known

}  // namespace

bool PythonHolders::seek(std::span<const runtime::Sought> sought, runtime::Budget& budget) {
    groups_.assign(sought.size(), {});
    group_of_.clear();
    table_ = {};
    hits_ = 0;
    for (std::uint32_t i = 0; i < sought.size(); ++i) {
        group_of_.emplace(sought[i].type, i);
        for (const std::uint64_t object : blocks_.met().of(sought[i].type)) {
            table_.add(object, i);
            ++groups_[i].objects;
        }
    }
    if (table_.size() < runtime::HolderVotes::kLeastObjects) return false;
    owners_.read(*memory_, python_, budget);
    return true;
}

// Empty: a pointer that does not count.
std::optional<std::uint64_t> PythonHolders::holder_of(std::uint64_t address, std::size_t offset,
                                                      std::span<const std::byte> bytes, const Pool* pool,
                                                      std::optional<FreeList>& list, std::uint32_t group) {
    if (pool != nullptr) {
        if (offset < kPoolHeader) return std::nullopt;
        const std::size_t index = (offset - kPoolHeader) / pool->block;
        if (index >= pool->carved) return std::nullopt;
        if (!list) list = free_list(address, bytes, *pool);
        if (list->free[index]) return std::nullopt;
    }
    if (const auto owner = owners_.find(address + offset)) return kContainer | *owner;
    if (pool == nullptr) return kLarge;
    const std::size_t start = kPoolHeader + (offset - kPoolHeader) / pool->block * pool->block;
    const InBlock in = blocks_.what_is(bytes.subspan(start, pool->block));
    // the collector's own list of all objects leads to their heads, and never to them
    const auto own = group_of_.find(in.type);
    const bool itself = in.object && own != group_of_.end() && own->second == group;
    return kOfType | (itself ? ~std::uint32_t{0} : in.type);
}

void PythonHolders::search_words(const runtime::Block& block, std::size_t from, std::size_t size,
                                 const Pool* pool, double stands_for) {
    const std::uint64_t address = block.address + from;
    const auto bytes = block.bytes.subspan(from, size);
    std::optional<FreeList> list;
    for (std::size_t at = 0; at + 8 <= bytes.size() && hits_ < kMostHits; at += 8) {
        const std::uint64_t word = word_at(bytes, at);
        const auto group = table_.find(word);
        if (!group) continue;
        ++hits_;
        const auto holder = holder_of(address, at, bytes, pool, list, *group);
        if (holder)
            groups_[*group].votes.add(
                *holder, word, runtime::weight_of(word, block.address, block.bytes.size(), stands_for));
    }
}

void PythonHolders::search(const runtime::Block& block, double stands_for) {
    constexpr std::size_t kPage = 4096;
    for (std::size_t at = 0; at < block.bytes.size();) {
        const auto rest = block.bytes.subspan(at);
        const auto pool = pool_at(block.address + at, rest);
        const std::size_t size = pool ? pool->size : std::min(kPage, rest.size());
        search_words(block, at, size, pool ? &*pool : nullptr, stands_for);
        at += size;
    }
}

std::string PythonHolders::kind_name(TypeId type) const {
    if (type == Types::dict_storage) return "dicts";
    if (type == Types::list_storage) return "lists";
    if (type == Types::attributes) return "attributes of objects";
    if (type < Types::first_type) return {};
    const std::string name = types_.name_of(type).name;
    return name.empty() ? name : "objects of " + name;
}

std::optional<Held> PythonHolders::held_by(TypeId type, runtime::Budget&) {
    const auto group = group_of_.find(type);
    if (group == group_of_.end()) return std::nullopt;
    // Outside of pools and of nobody that is known: mostly what a container left behind when it grew. It
    // cannot be told from a container that is in use, so that it is named by nothing; and a living one that
    // is known has no stale pointers, so that it need not stand against it.
    runtime::HolderVotes& votes = groups_[group->second].votes;
    votes.leave_out(kLarge);
    const auto winner = votes.winner(groups_[group->second].objects);
    if (!winner) return std::nullopt;
    const std::uint64_t kind = winner->holder & ~(kKind - 1), what = winner->holder & (kKind - 1);
    std::string name;
    if (kind == kContainer) {
        name = owners_.name(static_cast<std::uint32_t>(what), *memory_, python_);
        if (!name.empty()) name = "1 × " + name;
    } else if (kind == kOfType) {
        name = kind_name(static_cast<TypeId>(what));
    }
    if (name.empty()) return std::nullopt;
    return Held{std::move(name), winner->pointers, winner->share};
}

}  // namespace rampwatch::cpython

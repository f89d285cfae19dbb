// SPDX-License-Identifier: MIT
#include "core/cpython/types.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/cpython/record.h"
#include "core/runtime/resident.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kTypeBytes = 176;  // all that is asked of a type
constexpr std::size_t kMostName = 100;
constexpr std::uint64_t kMostSize = 1 << 16;  // of an object without its items
constexpr std::uint64_t kReady = std::uint64_t{1} << 12;
constexpr std::uint64_t kCollected = std::uint64_t{1} << 14;
constexpr std::uint64_t kIsMetatype = std::uint64_t{1} << 31;
constexpr std::size_t kMostSeen = 1 << 20;

bool is_name(const std::string& name) {
    return !name.empty() && name.size() < kMostName &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-' || c >= 0x80;
           });
}

}  // namespace

Types::Types() {
    names_ = {"dict storage", "list storage", "attribute values", "other blocks", "free blocks of pools"};
    facts_.resize(names_.size());
}

void Types::begin(const probe::MemoryReader& memory, std::uint64_t type_type) {
    memory_ = &memory;
    type_type_ = type_type;
    known_.clear();
    seen_.clear();
}

std::optional<runtime::TypeId> Types::find(std::uint64_t address) {
    constexpr std::uint8_t kSightings = 3;
    if (!is_pointer(address)) return std::nullopt;
    const auto known = known_.find(address);
    if (known != known_.end()) return known->second;
    if (seen_.size() >= kMostSeen) seen_.clear();
    if (++seen_[address] < kSightings || known_.size() >= kMostSeen) return std::nullopt;
    return known_.emplace(address, read(address)).first->second;
}

// A type is of a type whose instances are types, has a name and a size, and was made ready.
std::optional<runtime::TypeId> Types::read(std::uint64_t address) {
    std::array<std::byte, kTypeBytes> bytes{};
    if (!memory_->read(address, bytes)) return std::nullopt;
    const std::uint64_t meta = word_at(bytes, kType), size = word_at(bytes, kTypeSize);
    if (size < 16 || size > kMostSize || word_at(bytes, kTypeItem) > 4096) return std::nullopt;
    if ((word_at(bytes, kTypeFlags) & kReady) == 0 || word_at(bytes, kReferences) == 0) return std::nullopt;
    if (meta != type_type_ && (read_word(*memory_, meta + kTypeFlags) & kIsMetatype) == 0)
        return std::nullopt;
    if (meta != type_type_ && read_word(*memory_, meta + kType) != type_type_) return std::nullopt;
    std::string name = read_string(*memory_, word_at(bytes, kTypeName), kMostName);
    if (!is_name(name)) return std::nullopt;
    const bool buffered = name == "bytearray";
    return number_of(std::move(name), {size, (word_at(bytes, kTypeFlags) & kCollected) != 0, buffered});
}

runtime::TypeId Types::number_of(std::string name, const Facts& facts) {
    if (names_.size() >= kMostTypes) return other;
    const auto [place, fresh] = numbers_.try_emplace(name, static_cast<runtime::TypeId>(names_.size()));
    if (fresh) {
        names_.push_back(std::move(name));
        facts_.push_back(facts);
    }
    return place->second;
}

runtime::TypeName Types::name_of(runtime::TypeId type) const {
    if (type >= names_.size()) return {};
    runtime::TypeName name{runtime::TypeKind::type, names_[type]};
    if (type == other) name.kind = runtime::TypeKind::chunk;
    if (type == free_blocks) name.kind = runtime::TypeKind::free;
    if (name.name == "str" || name.name == "bytes") name.kind = runtime::TypeKind::text;
    return name;
}

std::optional<Pool> pool_at(std::uint64_t address, std::span<const std::byte> bytes) {
    const auto count = number_at<std::uint32_t>(bytes, 0), index = number_at<std::uint32_t>(bytes, 36),
               next = number_at<std::uint32_t>(bytes, 40), most_next = number_at<std::uint32_t>(bytes, 44);
    for (const std::uint64_t size : {std::uint64_t{16384}, std::uint64_t{4096}}) {
        for (const std::uint64_t step : {std::uint64_t{16}, std::uint64_t{8}}) {
            const std::uint64_t block = (index + std::uint64_t{1}) * step;
            const bool fits = address % size == 0 && size <= bytes.size() && block <= 512 &&
                              most_next == size - block && next >= kPoolHeader + block &&
                              next <= size + block && (next - kPoolHeader) % block == 0;
            if (!fits) continue;
            const std::uint64_t carved = std::min((next - kPoolHeader) / block, (size - kPoolHeader) / block);
            if (count > carved) continue;
            return Pool{size, block, count, carved, word_at(bytes, 8)};
        }
    }
    return std::nullopt;
}

// The size of a table follows from its header, and must be that of its block: Objects/dictobject.c.
bool is_dict_table(const Layout& layout, std::span<const std::byte> bytes, std::uint64_t block) {
    if (bytes.size() < 48 || !is_count(word_at(bytes, 0))) return false;
    std::uint64_t slots = 0, header = 0, index_bytes = 0, entry = 24, used = 0;
    if (layout.version.minor >= 11) {
        const auto log2_slots = number_at<std::uint8_t>(bytes, 8),
                   log2_index = number_at<std::uint8_t>(bytes, 9), kind = number_at<std::uint8_t>(bytes, 10);
        if (log2_slots < 3 || log2_slots > 40 || log2_index < log2_slots || log2_index > log2_slots + 3 ||
            kind > 2)
            return false;
        slots = std::uint64_t{1} << log2_slots;
        index_bytes = std::uint64_t{1} << log2_index;
        entry = kind == 0 ? 24 : 16;
        header = 32;
        used = word_at(bytes, 16) + word_at(bytes, 24);
    } else {
        slots = word_at(bytes, 8);
        if (slots < 4 || slots > std::uint64_t{1} << 40 || (slots & (slots - 1)) != 0) return false;
        index_bytes = slots * (slots <= 0xff ? 1 : slots <= 0xffff ? 2 : slots <= 0xffffffff ? 4 : 8);
        header = 40;
        used = word_at(bytes, 24) + word_at(bytes, 32);
        if (!is_pointer(word_at(bytes, 16)) && word_at(bytes, 16) < 0x10000)
            return false;  // how it is searched
    }
    const std::uint64_t usable = 2 * slots / 3, needs = header + index_bytes + usable * entry;
    return used <= usable && needs <= block && block - needs <= 64 + needs / 8;
}

// Of a bytearray (Include/cpython/bytearrayobject.h): what malloc holds for its bytes. Smaller ones lie in
// pools, and are counted there.
std::uint64_t buffer_bytes(std::span<const std::byte> object) {
    constexpr std::uint64_t kPooled = 512, kMost = std::uint64_t{1} << 40, kHead = 8;
    const std::uint64_t used = word_at(object, kSize), allocated = word_at(object, 24);
    const std::uint64_t first = word_at(object, 32), start = word_at(object, 40);
    const bool sound = allocated > kPooled && allocated < kMost && used <= allocated && is_pointer(first) &&
                       start >= first && start - first <= allocated;
    return sound ? (allocated + kHead + 15) / 16 * 16 : 0;
}

bool HeapBlocks::wants(const probe::Mapping& mapping) const { return runtime::may_hold_objects(mapping); }

std::string HeapBlocks::doubt() const {
    constexpr std::uint64_t kFew = 20;
    if (pools_ < kFew || torn_pools_ * 4 < pools_) return {};
    return "its pools changed while they were read";
}

void HeapBlocks::read(const runtime::Block& block, runtime::Sink& sink) {
    Rows rows;
    for (std::size_t at = 0; at + kPoolHeader <= block.bytes.size();) {
        const auto rest = block.bytes.subspan(at);
        if (const auto pool = pool_at(block.address + at, rest)) {
            read_pool(block.address + at, rest.first(pool->size), *pool, rows);
            at += pool->size;
        } else {
            const std::size_t page = std::min<std::size_t>(4096, rest.size());
            read_chunks(block.address + at, rest.first(page), block.address + block.bytes.size(), rows);
            at += page;
        }
    }
    for (auto& [type, row] : rows) {
        row.type = type;
        sink.add(row);
    }
}

// An object's header stands behind up to 32 bytes of its own kind's and the collector's.
InBlock HeapBlocks::what_is(std::span<const std::byte> block) {
    for (const std::size_t before : {std::size_t{0}, std::size_t{16}, std::size_t{32}, std::size_t{24}}) {
        if (before + 16 > block.size()) continue;
        const std::uint64_t references = word_at(block, before);
        const bool counted = is_count(references) || references == 0xffffffff;  // an immortal one, from 3.12
        if (!counted) continue;
        const auto type = types_.find(word_at(block, before + kType));
        if (!type || types_.facts(*type).size + before > block.size() + 64) continue;
        if (types_.facts(*type).collected == (before != 0)) return {*type, before};
    }
    if (is_dict_table(layout_, block, block.size())) return {Types::dict_storage, {}};
    const bool first = is_pointer(word_at(block, 0)), second = is_pointer(word_at(block, 8));
    if (first && (second || word_at(block, 8) == 0)) return {Types::list_storage, {}};
    if (!first && second && layout_.version.minor >= 11) return {Types::attributes, {}};
    return {Types::other, {}};
}

FreeList free_list(std::uint64_t address, std::span<const std::byte> bytes, const Pool& pool) {
    FreeList list{std::vector<bool>(pool.carved, false), 0, false};
    std::uint64_t at = pool.free_first;
    while (at != 0 && list.count < pool.carved) {
        const std::uint64_t inside = at - address;
        if (at < address + kPoolHeader || inside + pool.block > pool.size ||
            (inside - kPoolHeader) % pool.block != 0)
            break;
        const std::uint64_t index = (inside - kPoolHeader) / pool.block;
        if (index >= pool.carved || list.free[index]) break;
        list.free[index] = true;
        ++list.count;
        at = word_at(bytes, inside);
    }
    list.torn = at != 0 || list.count + pool.used != pool.carved;
    return list;
}

void HeapBlocks::read_pool(std::uint64_t address, std::span<const std::byte> bytes, const Pool& pool,
                           Rows& rows) {
    ++pools_;
    const FreeList list = free_list(address, bytes, pool);
    if (list.torn) ++torn_pools_;
    const auto add = [&](runtime::TypeId type, std::uint64_t times, std::uint64_t size) {
        rows[type].count += static_cast<std::int64_t>(times);
        rows[type].bytes += static_cast<std::int64_t>(size);
    };
    for (std::uint64_t i = 0; i < pool.carved; ++i) {
        if (list.free[i]) continue;
        const std::size_t offset = kPoolHeader + i * pool.block;
        const auto block = bytes.subspan(offset, pool.block);
        const auto [type, object] = what_is(block);
        add(type, 1, pool.block + (types_.facts(type).buffered ? buffer_bytes(block) : 0));
        if (object) met_.offer(type, address + offset + *object);
    }
    const std::uint64_t blocks = (pool.size - kPoolHeader) / pool.block - pool.carved + list.count;
    if (blocks > 0) add(Types::free_blocks, blocks, blocks * pool.block);
}

// Chunks that begin in this page: the size word before says how large, and what lies there must fit it. Bytes
// behind `end`, the end of the block, are another block's.
void HeapBlocks::read_chunks(std::uint64_t address, std::span<const std::byte> bytes, std::uint64_t end,
                             Rows& rows) {
    constexpr std::uint64_t kLeast = 512, kMost = std::uint64_t{1} << 40, kFlags = 15;
    for (std::size_t at = 16 - address % 16; at + 64 <= bytes.size(); at += 16) {
        if (at < 8) continue;
        const std::uint64_t size = word_at(bytes, at - 8);
        const std::uint64_t chunk = size & ~kFlags;
        if ((size & 8) != 0 || chunk < kLeast || chunk > kMost) continue;
        const auto block = bytes.subspan(at);
        const bool table = is_dict_table(layout_, block, chunk - 8);
        std::optional<runtime::TypeId> type;
        if (table) type = Types::dict_storage;
        for (const std::size_t before : {std::size_t{0}, std::size_t{16}, std::size_t{32}}) {
            if (type || before + 16 > block.size() || !is_count(word_at(block, before))) continue;
            const auto found = types_.find(word_at(block, before + kType));
            if (found && types_.facts(*found).size <= chunk &&
                types_.facts(*found).collected == (before != 0)) {
                type = found;
                met_.offer(*type, address + at + before);
            }
        }
        if (!type) continue;
        rows[*type].count += 1;
        rows[*type].bytes += static_cast<std::int64_t>(std::min<std::uint64_t>(chunk, end - (address + at)));
    }
}

}  // namespace rampwatch::cpython

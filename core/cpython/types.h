// SPDX-License-Identifier: MIT
// What the bytes of a Python heap are: objects by their type, with what the allocator holds for each, the
// storage of dicts and lists told apart, blocks that are free. Objects of up to 512 bytes lie in pools of one
// size each (Objects/obmalloc.c), which say exactly what is used; larger ones in chunks of malloc, whose size
// word is glibc's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cpython/layout.h"
#include "core/probe/memory_reader.h"
#include "core/runtime/met_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

// Types by their address, each read once and numbered; what is no type is remembered too.
class Types {
  public:
    // Numbers that are no object's type.
    enum Storage : runtime::TypeId { dict_storage, list_storage, attributes, other, free_blocks, first_type };

    Types();

    // Types may have died since, and others lie in their place. Numbers stay.
    void begin(const probe::MemoryReader& memory, std::uint64_t type_type);

    // Of the object that says it is of the type at `address`; empty when there is none. A word that is seen
    // for the first or second time is not looked up: most that are no type are not seen again.
    std::optional<runtime::TypeId> find(std::uint64_t address);

    struct Facts {
        std::uint64_t size = 0;  // tp_basicsize
        bool collected = false;  // has a header of the collector
        bool buffered = false;   // a bytearray, whose bytes lie in a block of their own
    };
    [[nodiscard]] const Facts& facts(runtime::TypeId type) const { return facts_[type]; }
    [[nodiscard]] runtime::TypeName name_of(runtime::TypeId type) const;

    static constexpr std::size_t kMostTypes = 100'000;

  private:
    std::optional<runtime::TypeId> read(std::uint64_t address);
    runtime::TypeId number_of(std::string name, const Facts& facts);

    const probe::MemoryReader* memory_ = nullptr;
    std::uint64_t type_type_ = 0;
    std::unordered_map<std::uint64_t, std::optional<runtime::TypeId>> known_{};
    std::unordered_map<std::uint64_t, std::uint8_t> seen_{};
    std::map<std::string, runtime::TypeId> numbers_{};
    std::vector<std::string> names_{};
    std::vector<Facts> facts_{};
};

// The header of a pool, as far as it is one.
struct Pool {
    std::uint64_t size = 0;        // of the pool: 4 or 16 KiB
    std::uint64_t block = 0;       // of each of its blocks
    std::uint64_t used = 0;        // blocks
    std::uint64_t carved = 0;      // blocks that were ever handed out
    std::uint64_t free_first = 0;  // address of a block; 0: none
};
// `bytes`: from the pool's start, at `address`, at least its header; empty when it is none.
std::optional<Pool> pool_at(std::uint64_t address, std::span<const std::byte> bytes);

inline constexpr std::size_t kPoolHeader = 48;

// `object`: a bytearray from its header on. 0 where its bytes lie in a pool, or it changes just now.
std::uint64_t buffer_bytes(std::span<const std::byte> object);

// Whether `bytes`, of a block of so many, are the table of a dict.
bool is_dict_table(const Layout& layout, std::span<const std::byte> bytes, std::uint64_t block);

// Of a pool, block by block: which ones are free. `bytes`: of the whole pool. Empty where its list of free
// blocks does not fit what it says is used: it changes just now.
struct FreeList {
    std::vector<bool> free{};
    std::uint64_t count = 0;
    bool torn = false;
};
FreeList free_list(std::uint64_t address, std::span<const std::byte> bytes, const Pool& pool);

// An object, or something that is none, in a block of the allocator.
struct InBlock {
    runtime::TypeId type = 0;
    std::optional<std::size_t> object{};  // offset of its header in the block; empty: it is no object
};

class HeapBlocks : public runtime::Blocks {
  public:
    HeapBlocks(const Layout& layout, Types& types) : layout_(layout), types_(types) {}

    [[nodiscard]] bool wants(const probe::Mapping& mapping) const override;
    [[nodiscard]] unsigned block_shift() const override { return 2; }  // 16 KiB
    void read(const runtime::Block& block, runtime::Sink& sink) override;
    void end_window(runtime::Sink&, runtime::Budget&) override {}
    [[nodiscard]] std::uint64_t mark() override {
        met_.clear();
        return 0;
    }
    [[nodiscard]] bool moved_since(std::uint64_t) override { return false; }  // nothing moves
    [[nodiscard]] std::string doubt() const override;
    runtime::Holders* holders() override { return holders_; }

    void set_holders(runtime::Holders* holders) { holders_ = holders; }
    // The objects of each type that were met since mark().
    [[nodiscard]] const runtime::MetObjects& met() const { return met_; }
    // What a block is; its bytes from its start on, as many as there are.
    InBlock what_is(std::span<const std::byte> block);

  private:
    using Rows = std::map<runtime::TypeId, runtime::TypeRow>;

    void read_pool(std::uint64_t address, std::span<const std::byte> bytes, const Pool& pool, Rows& rows);
    void read_chunks(std::uint64_t address, std::span<const std::byte> bytes, std::uint64_t end, Rows& rows);
    const Layout& layout_;
    Types& types_;
    runtime::MetObjects met_{};
    runtime::Holders* holders_ = nullptr;
    std::uint64_t pools_ = 0, torn_pools_ = 0;
};

}  // namespace rampwatch::cpython

// SPDX-License-Identifier: MIT
// Who holds the objects of a type: the container at an attribute of a module or a class, or in an attribute
// of an instance that a module has; else the kind of objects that their pointers are in. What a freed block
// of a pool still says is no pointer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cpython/owners.h"
#include "core/cpython/types.h"
#include "core/runtime/holder_votes.h"
#include "core/runtime/met_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

class PythonHolders : public runtime::Holders {
  public:
    // All must outlive it.
    PythonHolders(const Interpreter& python, Types& types, HeapBlocks& blocks)
        : python_(python), types_(types), blocks_(blocks) {}

    // Before each order.
    void begin(const probe::MemoryReader& memory) { memory_ = &memory; }

    bool seek(std::span<const runtime::Sought> sought, runtime::Budget& budget) override;
    void search(const runtime::Block& block, double stands_for) override;
    std::optional<runtime::Held> held_by(runtime::TypeId type, runtime::Budget& budget) override;

  private:
    struct Group {
        std::size_t objects = 0;
        runtime::HolderVotes votes{};
    };
    static constexpr std::size_t kMostHits = 1'000'000;

    void search_words(const runtime::Block& block, std::size_t from, std::size_t size, const Pool* pool,
                      double stands_for);
    std::optional<std::uint64_t> holder_of(std::uint64_t address, std::size_t offset,
                                           std::span<const std::byte> bytes, const Pool* pool,
                                           std::optional<FreeList>& list, std::uint32_t group);
    [[nodiscard]] std::string kind_name(runtime::TypeId type) const;

    const Interpreter& python_;
    Types& types_;
    HeapBlocks& blocks_;
    const probe::MemoryReader* memory_ = nullptr;
    Owners owners_{};
    runtime::AddressTable table_{};
    std::vector<Group> groups_{};
    std::unordered_map<runtime::TypeId, std::uint32_t> group_of_{};
    std::size_t hits_ = 0;
};

}  // namespace rampwatch::cpython

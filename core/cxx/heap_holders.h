// SPDX-License-Identifier: MIT
// Who holds the objects of a class: the static variable, the field of a class or the array that the words
// belong to which lead to them.
//
// Nodes of a map that each lead to an object are looked behind: who holds those? Objects and nodes that lead
// to one another are a list or a tree. Its owner is the one static variable that leads to one of them which
// leads back to that variable, as the end of a std::list or std::map does; or the hash map whose buckets lead
// to them.
//
// What a freed chunk still says is no pointer, so that what a vector left behind when it grew does not count.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cxx/chunk_chain.h"
#include "core/cxx/chunk_types.h"
#include "core/cxx/modules.h"
#include "core/cxx/static_data.h"
#include "core/probe/maps.h"
#include "core/runtime/holder_votes.h"
#include "core/runtime/met_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

// What it takes of the heap that is read; all must outlive it.
struct HeapGround {
    const probe::Maps& maps;
    const probe::MemoryReader& memory;  // one that does not touch pages that are not there
    Modules& modules;
    TypeTable& table;
    ChunkTypes& types;
    const runtime::MetObjects& met;
    std::function<bool(std::uint64_t)> is_heap;
    std::function<std::vector<Chunk>(const runtime::Block&)> chunks_in;
    // Of a chunk in use, or of bytes inside of none (size 0, at that offset): freed all the same.
    std::function<bool(const runtime::Block&, const Chunk&)> is_freed;
};

class HeapHolders : public runtime::Holders {
  public:
    explicit HeapHolders(HeapGround ground) : ground_(std::move(ground)) {}

    bool seek(std::span<const runtime::Sought> sought, runtime::Budget& budget) override;
    void search(const runtime::Block& block, double stands_for) override;
    std::optional<runtime::Held> held_by(runtime::TypeId type, runtime::Budget& budget) override;

  private:
    // Objects that are searched for: those of a type, or the nodes that lead to them.
    struct Group {
        std::size_t objects = 0;
        runtime::HolderVotes votes{};
        std::vector<std::uint64_t> roots{};  // static words that lead to one that leads back
    };
    // A piece of the heap with a name, and whether it is the array of a hash map's buckets.
    struct Named {
        std::string name{};
        bool buckets = false;
    };
    struct Hit {
        std::size_t word = 0;  // in the block
        std::uint64_t object = 0;
        std::uint32_t group = 0;
    };

    static constexpr std::size_t kMostHits = 1'000'000;

    void search_statics();
    std::uint64_t variable_of(std::uint64_t address);
    [[nodiscard]] bool leads_back(const StaticWord& word) const;
    std::uint64_t holder_of(const runtime::Block& block, const Hit& hit, std::span<const Chunk> chunks,
                            std::span<const std::uint64_t> words);
    std::uint64_t array_at(std::uint64_t address);
    std::optional<runtime::Held> resolve(std::uint32_t group);
    [[nodiscard]] std::optional<std::string> name_of(std::uint64_t holder) const;
    [[nodiscard]] bool is_buckets(const OwnedPiece& piece) const;
    std::string variable_at(std::uint64_t address);
    std::string piece_name(const OwnedPiece& piece);
    std::uint64_t piece_key(const OwnedPiece& piece);

    HeapGround ground_;
    runtime::AddressTable table_{};
    std::vector<Group> groups_{};  // two a type: its objects, its nodes
    std::unordered_map<runtime::TypeId, std::uint32_t> group_of_{};
    std::vector<FileSymbol> variables_{};  // that were looked up, with pointers to what is sought
    StaticData statics_{};
    std::unordered_map<std::uint64_t, std::uint64_t> piece_keys_{};  // of pieces that were met, by start
    std::vector<Named> named_{};
    std::size_t hits_ = 0, lookups_ = 0;
};

}  // namespace rampwatch::cxx

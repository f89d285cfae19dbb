// SPDX-License-Identifier: MIT
// What the bytes of a Java heap are: objects by their class, in the old generation and beside it in arrays
// that are too large for a region. A block that begins in the midst of an object is read from the first place
// in it from which object follows object to its end; where the block before was read too, from where that
// one's last object ends: inside of what a collector puts over dead objects these still look alive.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hotspot/classes.h"
#include "core/hotspot/spaces.h"
#include "core/runtime/kept_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

class HeapBlocks : public runtime::Blocks {
  public:
    HeapBlocks(const Layout& layout, const HeapLayout& heap)
        : layout_(layout), heap_(heap), objects_(layout), classes_(layout, heap) {}

    // The target of the next order; nothing is read of it yet.
    void begin(const runtime::Target& target);

    // Looks up, once after begin(), which classes and which spaces there are. False: why_not() says why.
    bool ready();
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    [[nodiscard]] runtime::TypeName name_of(runtime::TypeId type) const { return classes_.name_of(type); }

    [[nodiscard]] bool wants(const probe::Mapping& mapping) const override;
    [[nodiscard]] unsigned block_shift() const override { return 2; }  // 16 KiB
    void read(const runtime::Block& block, runtime::Sink& sink) override;
    void end_window(runtime::Sink&, runtime::Budget&) override {}
    [[nodiscard]] std::uint64_t mark() override;
    [[nodiscard]] bool moved_since(std::uint64_t mark) override;
    std::vector<runtime::Edge> edges(runtime::TypeId type, runtime::Budget& budget) override;
    runtime::Holders* holders() override { return holders_; }
    void set_holders(runtime::Holders* holders) { holders_ = holders; }  // which must outlive this
    [[nodiscard]] bool maybe_dead() const override { return spaces_.maybe_dead; }
    [[nodiscard]] std::string doubt() const override;
    [[nodiscard]] std::vector<std::string> notes() const override;

    // Objects by address, for who follows them from one to the next; in RAM alone.
    [[nodiscard]] const LoadedClass* object_at(std::uint64_t address, std::uint64_t& size) const;
    // A java.lang.Class: static fields of the class that it stands for are in it.
    [[nodiscard]] const LoadedClass* mirror_at(std::uint64_t address, std::uint64_t& size) const;
    [[nodiscard]] std::uint64_t reference_at(std::span<const std::byte> bytes, std::size_t offset) const;
    [[nodiscard]] bool read_resident(std::uint64_t address, std::span<std::byte> into) const;
    [[nodiscard]] bool in_heap(std::uint64_t address) const;
    [[nodiscard]] bool is_old(std::uint64_t address) const;  // in a part whose objects are told
    // Of a reference; of what stands before an object's fields, and before an array's elements.
    [[nodiscard]] std::uint64_t reference_bytes() const { return flags_.short_references ? 4 : 8; }
    [[nodiscard]] std::uint64_t header_bytes() const { return flags_.short_classes ? 12 : 16; }
    [[nodiscard]] std::uint64_t array_bytes() const { return flags_.short_classes ? 16 : 20; }
    [[nodiscard]] const probe::MemoryReader& memory() const { return target_->memory; }
    [[nodiscard]] std::vector<std::uint64_t> all_classes() const { return classes_.addresses(); }
    [[nodiscard]] std::string name_of_class(std::uint64_t klass) const { return classes_.name_at(klass); }
    // UINT64_MAX while one goes on.
    [[nodiscard]] std::uint64_t collections_seen() const;

  private:
    struct Head {  // an object that may begin here
        const LoadedClass* loaded = nullptr;
        std::uint64_t size = 0;
        std::uint32_t links = 0;  // objects that follow each other from here on, in this block
        bool to_top = false;      // up to the end of what is in use
    };
    using Rows = std::map<runtime::TypeId, runtime::TypeRow>;

    bool read_spaces();
    void read_large(const runtime::Block& block, const Space& space, Rows& rows);
    void read_objects(const runtime::Block& block, const Space& space, Rows& rows);
    void find_heads(std::uint64_t address, std::size_t first, std::size_t end, std::uint64_t top);
    [[nodiscard]] std::size_t start_of(const runtime::Block& block, std::size_t first, std::size_t end,
                                       const Space& space) const;
    [[nodiscard]] std::size_t first_head(std::uint64_t address, std::size_t first, std::size_t end,
                                         const Space& space) const;
    [[nodiscard]] bool is_filler(std::size_t index) const;
    [[nodiscard]] bool is_followed(std::uint64_t address, std::size_t index, const Space& space) const;
    [[nodiscard]] const LoadedClass* object_in(std::uint64_t address, std::span<std::uint64_t> words,
                                               std::uint64_t& size) const;
    [[nodiscard]] bool is_resident(std::uint64_t address, std::uint64_t size) const;

    const Layout& layout_;
    const HeapLayout& heap_;
    Objects objects_;
    mutable Classes classes_;
    Flags flags_{};
    Spaces spaces_{};
    const runtime::Target* target_ = nullptr;
    runtime::Holders* holders_ = nullptr;
    bool looked_ = false;
    std::string why_not_{};
    std::vector<std::uint64_t> words_{};  // of the block that is read, and what lies behind it
    std::vector<Head> heads_{};           // one for each of its words
    // Where the first object behind a block that was read begins, if the next block is the one behind it.
    std::uint64_t block_behind_ = 0, object_behind_ = 0;
    std::unordered_map<std::uint64_t, const LoadedClass*> large_{};  // by address of the object
    runtime::KeptObjects kept_{};
    std::uint64_t in_step_ = 0, out_of_step_ = 0;  // blocks
};

}  // namespace rampwatch::hotspot

// SPDX-License-Identifier: MIT
// What the bytes of V8's heap are: objects by their constructor, closures by their function. A block is a
// page of V8's own, on which object follows object; where one is of a size that is not known, the reading
// goes on at the next place from which some follow each other. The young generation is left out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/runtime/kept_objects.h"
#include "core/runtime/runtime.h"
#include "core/v8/holders.h"
#include "core/v8/kinds.h"
#include "core/v8/pages.h"

namespace rampwatch::v8 {

class HeapBlocks : public runtime::Blocks, public runtime::Holders {
  public:
    HeapBlocks(Objects& objects, Functions& functions, const HeapLayout& heap)
        : objects_(objects),
          heap_(heap),
          kinds_(objects, functions, heap_),
          held_(objects, functions, kinds_, heap_) {}

    // The target of the next order; nothing is read of it yet.
    void begin(const runtime::Target& target);

    // Looks up, once after begin(), where its pages are. False: why_not() says why.
    bool ready();
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    [[nodiscard]] runtime::TypeName name_of(runtime::TypeId type) const { return kinds_.name_of(type); }

    [[nodiscard]] bool wants(const probe::Mapping& mapping) const override;
    [[nodiscard]] unsigned block_shift() const override { return kPageShift; }
    void read(const runtime::Block& block, runtime::Sink& sink) override;
    void end_window(runtime::Sink&, runtime::Budget&) override {}
    [[nodiscard]] std::uint64_t mark() override { return 0; }
    // A collection moves objects of the old generation seldom, and then some of them.
    [[nodiscard]] bool moved_since(std::uint64_t) override { return false; }
    std::vector<runtime::Edge> edges(runtime::TypeId type, runtime::Budget& budget) override;
    runtime::Holders* holders() override { return this; }
    bool seek(std::span<const runtime::Sought> sought, runtime::Budget&) override {
        return held_.seek(sought);
    }
    void search(const runtime::Block& block, double stands_for) override;
    std::optional<runtime::Held> held_by(runtime::TypeId type, runtime::Budget&) override {
        return held_.held_by(type);
    }
    [[nodiscard]] std::string doubt() const override;
    [[nodiscard]] std::vector<std::string> notes() const override;

  private:
    using Words = std::span<const std::uint64_t>;

    struct Object {
        Kind kind{};
        std::uint64_t size = 0;  // 0: there is none
    };
    [[nodiscard]] bool has_pages(const probe::Mapping& mapping) const;
    Object object_at(Words words);
    [[nodiscard]] bool is_followed(Words words, std::size_t at);
    [[nodiscard]] std::size_t next_object(Words words, std::size_t at);
    // Calls `use` with the address, the object and its words, up to the page's end, of each on the page.
    template <class Use>
    void for_each(std::uint64_t address, Words words, const Use& use);
    void count(std::uint64_t address, const Object& object, Words words);
    [[nodiscard]] std::uint64_t large_at(std::uint64_t address) const;
    [[nodiscard]] bool is_resident(std::uint64_t address, std::uint64_t size) const;
    Object target_of(std::uint64_t object, runtime::TypeId& type);

    Objects& objects_;
    HeapLayout heap_;
    Kinds kinds_;
    HeldObjects held_;
    std::map<std::uint64_t, std::uint64_t> large_{};  // storage with pages of its own: its end, by address
    const runtime::Target* target_ = nullptr;
    bool looked_ = false;
    std::string why_not_{};
    std::set<std::uint64_t> mappings_{};  // with pages of V8's, by their start
    std::unordered_map<runtime::TypeId, runtime::TypeRow> rows_{};
    runtime::KeptObjects kept_{};
    bool young_ = false;         // there are some
    std::uint64_t outside_ = 0;  // bytes of ArrayBuffers that were met
    std::uint64_t pages_ = 0, unread_pages_ = 0;
};

}  // namespace rampwatch::v8

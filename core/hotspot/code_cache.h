// SPDX-License-Identifier: MIT
// The code that HotSpot made at run time: what lies at an address of it, how large its frames are, and which
// methods, inlined ones too, a return address in compiled code stands in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/hotspot/layout.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

enum class CodeKind : std::uint8_t {
    compiled,  // Java methods
    native,    // what calls a native method
    interpreter,
    stub,  // anything else that has a frame of a known size
    other,
};

// One piece of code, as it was read.
struct Code {
    CodeKind kind = CodeKind::other;
    std::uint64_t address = 0;         // of its CodeBlob
    std::uint64_t begin = 0, end = 0;  // of its instructions
    std::uint64_t frame_bytes = 0;
    std::uint64_t complete = 0;  // from this instruction on the frame is made
    std::uint64_t method = 0;    // of compiled and native
    std::uint32_t compile_id = 0;
    std::uint64_t deopt = 0, deopt_mh = 0;  // return addresses that stand for one that was replaced
    std::uint64_t original = 0;             // where that was put: offset from the frame's stack pointer
    std::uint64_t pcs = 0, pcs_end = 0, scopes = 0, scopes_end = 0, metadata = 0;
};

// A place in a method that a frame of compiled code stands in.
struct Scope {
    std::uint64_t method = 0;
    std::int64_t bci = 0;
};

class CodeCache {
  public:
    explicit CodeCache(const Layout& layout) : layout_(layout) {}

    // What was known is dropped: code comes and goes. False where there is no code cache.
    bool begin(const probe::MemoryReader& memory);

    [[nodiscard]] bool holds(std::uint64_t pc) const;
    [[nodiscard]] std::uint64_t bytes() const;  // that it may use just now

    // Null where no code is in use. Stays valid until the next begin().
    const Code* at(std::uint64_t pc);

    // Innermost first; empty where the compiler noted nothing for exactly this return address. At least one
    // method is then named, and all are.
    const std::vector<Scope>& scopes(const Code& code, std::uint64_t pc);

    // Whether the code that was read is there still; asked once of each, then known.
    bool is_same(const Code& code);

    // The return address of the code that calls Java; 0: not known.
    [[nodiscard]] std::uint64_t call_stub_return() const { return call_stub_return_; }

    static constexpr std::size_t kMostHeaps = 8;
    static constexpr std::size_t kMostCodes = 100'000;  // of one reading, and of places in them
    static constexpr std::size_t kMostInlined = 256;    // methods in one frame

  private:
    struct Heap {
        std::uint64_t low = 0, high = 0, segments = 0;
        unsigned shift = 0;
    };
    [[nodiscard]] const Heap* heap_of(std::uint64_t pc) const;
    [[nodiscard]] std::uint64_t block_of(const Heap& heap, std::uint64_t pc) const;
    [[nodiscard]] std::unique_ptr<Code> read_code(std::uint64_t block) const;
    void read_tables(std::span<const std::byte> bytes, Code& code) const;
    [[nodiscard]] std::uint32_t scope_at(const Code& code, std::uint64_t pc) const;
    [[nodiscard]] std::vector<Scope> read_scopes(const Code& code, std::uint64_t pc) const;

    const Layout& layout_;
    const probe::MemoryReader* memory_ = nullptr;
    std::uint64_t call_stub_return_ = 0;
    std::vector<Heap> heaps_{};
    std::unordered_map<std::uint64_t, const Code*> places_{};           // by pc
    std::unordered_map<std::uint64_t, std::unique_ptr<Code>> codes_{};  // by block; null: none
    std::unordered_map<std::uint64_t, std::vector<Scope>> scopes_{};    // by pc
    std::unordered_map<const Code*, bool> same_{};
};

}  // namespace rampwatch::hotspot

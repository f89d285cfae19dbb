// SPDX-License-Identifier: MIT
// Frames of Java on a copied stack, from where the thread left Java (its JavaFrameAnchor) to where it first
// came there. Nothing is guessed: a return address that the compiler did not note ends the walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/hotspot/code_cache.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"

namespace rampwatch::hotspot {

// A stack from `address` up to its base.
struct StackBytes {
    std::uint64_t address = 0;
    std::vector<std::byte> bytes{};

    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t at) const;
    [[nodiscard]] std::uint64_t end() const { return address + bytes.size(); }
};

struct Anchor {
    std::uint64_t sp = 0, pc = 0, fp = 0;  // sp 0: not in Java, or running in it
};

struct RawFrame {
    std::uint64_t method = 0;
    std::int64_t bci = -1;  // -1: not known
    std::uint64_t sp = 0;
    bool entered = false;  // called by native code
};

struct RawStack {
    std::vector<RawFrame> frames{};    // innermost first
    std::vector<const Code*> codes{};  // that they lie in, each once or more
    bool whole = false;                // the outermost frame was reached
};

inline constexpr std::size_t kMostDepth = 20'000;  // frames of a thread

RawStack walk_stack(const Layout& layout, CodeCache& cache, Methods& methods, const StackBytes& stack,
                    const Anchor& from);

// Of a thread that is held while it runs Java, by its registers. Of the innermost frame only the method that
// was compiled is known, neither a line nor what was inlined. Callers only where the walk from there reaches
// the root; else at most that one frame, and nothing where the code has no frame yet or is no method's.
RawStack walk_running(const Layout& layout, CodeCache& cache, Methods& methods, const StackBytes& stack,
                      const Anchor& registers);

}  // namespace rampwatch::hotspot

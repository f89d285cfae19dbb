// SPDX-License-Identifier: MIT
// Virtual threads that are parked (Java 21 on): found by a look through the heap for their stacks, each told
// by the thread id that Java gave it. A thread that a carrier runs is on that one's stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/error.h"
#include "core/hotspot/chunks.h"
#include "core/hotspot/threads.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

inline constexpr std::size_t kMostVirtualThreads = 1'000'000;  // of a reading; further ones are counted

// What a VirtualThread's state says of one that no carrier runs (java/lang/VirtualThread.java of 25); empty:
// a carrier runs it, or it has ended.
std::optional<std::string_view> parked_state(std::int32_t state);

class VirtualThreads {
  public:
    VirtualThreads(const Layout& layout, JavaThreads& threads) : layout_(layout), threads_(threads) {}

    // Errors: no_permission where there is no pagemap; unavailable where the heap is not one that is looked
    // through; gone. No error and nothing found before Java 21.
    Result<runtime::Remainder> read(const runtime::Target& target, runtime::Budget& budget,
                                    runtime::Sink& sink);

  private:
    struct Classes {
        std::uint64_t continuation = 0, virtual_thread = 0;
        std::uint64_t target = 0, tail = 0;           // of a Continuation
        std::uint64_t owned = 0, state = 0, tid = 0;  // of a VirtualThread
        ChunkLayout chunk{};
    };
    struct Owner {
        std::uint64_t tid = 0;
        std::string_view waits_for{};
    };
    [[nodiscard]] ClassTables tables() const;
    [[nodiscard]] std::uint64_t child_of(std::uint64_t klass, std::string_view name) const;
    [[nodiscard]] std::optional<Classes> find_classes() const;
    std::optional<Owner> owner_of(const Objects& objects, std::uint64_t chunk);
    void add(const Objects& objects, ChunkFrames& all, std::uint64_t chunk, runtime::Sink& sink);
    std::uint64_t add_all(const std::vector<std::uint64_t>& chunks, runtime::Budget& budget,
                          runtime::Sink& sink);

    const Layout& layout_;
    JavaThreads& threads_;
    std::optional<Classes> classes_{};
    std::unordered_map<std::uint64_t, std::uint64_t> captured_{};  // field of a task's class, by class
    std::unordered_set<std::uint64_t> seen_{};                     // thread ids of this reading
    bool unowned_ = false;                                         // a stack leads to no thread
};

}  // namespace rampwatch::hotspot

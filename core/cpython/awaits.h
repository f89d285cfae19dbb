// SPDX-License-Identifier: MIT
// Coroutines joined by what they wait for: chains from the one that nobody awaits down to what the innermost
// one waits for, be it a future, a lock of another library or a task.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cpython/coroutines.h"
#include "core/cpython/find.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::cpython {

// One chain; indices into Awaits::all().
struct AwaitChain {
    std::vector<std::uint32_t> links{};  // innermost first
    std::string_view waits_for{};        // "Future", "Task", a type's name; "" when not known
    bool torn = false;
};

class Awaits {
  public:
    // `coroutines`: in order of address, each once. What they await besides is read: generators that stand
    // between, and the types of what is waited for. Some 3 us a coroutine.
    Awaits(const probe::MemoryReader& memory, const Interpreter& python, Codes& codes,
           std::vector<Coroutine> coroutines);

    [[nodiscard]] const std::vector<Coroutine>& all() const { return all_; }
    [[nodiscard]] std::size_t given() const { return given_; }  // of all(), the first so many

    // Nobody waits for all()[index] by an await: a task, or a coroutine that was left lying.
    [[nodiscard]] bool is_root(std::size_t index) const { return !has_waiter_[index]; }
    [[nodiscard]] AwaitChain chain(std::size_t root) const;

    static constexpr std::size_t kMostLinks = 200;

  private:
    struct Pending {
        std::uint32_t holder = 0;
        std::uint64_t object = 0;
        bool in_future = false;  // reached by what iterates over a future
    };
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t index_of(std::uint64_t address) const;
    void settle(std::vector<Pending>& pending);
    void look(const Pending& it, std::uint64_t type, std::uint64_t inner, std::vector<Pending>& next,
              std::vector<Pending>& generators);
    void take_generators(const std::vector<Pending>& generators, std::vector<Pending>& next);
    void join(std::uint32_t holder, std::uint32_t awaited);
    const std::string& type_name(std::uint64_t type);
    std::uint16_t word_of(std::string word);

    const probe::MemoryReader& memory_;
    const Interpreter& python_;
    Codes& codes_;
    std::vector<Coroutine> all_;
    std::size_t given_ = 0;
    std::vector<std::uint32_t> next_{};  // of each, what it awaits among all; kNone
    std::vector<bool> has_waiter_{};
    std::vector<std::uint16_t> waits_for_{};  // of each, an index into words_
    std::vector<std::string> words_{""};
    std::unordered_map<std::uint64_t, std::uint32_t> added_{};  // generators, by address
    std::unordered_map<std::uint64_t, std::string> type_names_{};
};

}  // namespace rampwatch::cpython

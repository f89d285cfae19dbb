// SPDX-License-Identifier: MIT
// The one place where a target's heap is copied to: at most 8 MiB at a time, kept out of core files, locked
// in RAM where that is allowed, and wiped as soon as it has been looked at. Only pages that exist are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/error.h"
#include "core/probe/memory_reader.h"
#include "core/probe/page_set.h"

namespace rampwatch::heap {

class Window {
  public:
    static constexpr std::size_t kBytes = std::size_t{8} << 20;

    // unavailable: no memory.
    static Result<Window> make();
    Window(Window&& other) noexcept;
    Window& operator=(Window&&) = delete;
    ~Window();

    [[nodiscard]] bool locked() const { return locked_; }

    // Blocks of 2^shift pages that fit at a time.
    [[nodiscard]] static std::size_t capacity(unsigned shift);

    // Those of `pages` that lie in `blocks` (at most capacity()), and the first bytes of the page behind
    // each. What does not exist, or went away meanwhile, is zero. The bytes that were read; an Error when
    // nothing can be read any more.
    Result<std::uint64_t> read(const probe::MemoryReader& memory, const probe::PageSet& pages, unsigned shift,
                               std::span<const std::uint64_t> blocks);

    // Of the block at `index` of the last read: its bytes, and runtime::kLookAhead bytes behind them.
    [[nodiscard]] std::span<const std::byte> block(std::size_t index) const;
    [[nodiscard]] std::span<const std::byte> ahead(std::size_t index) const;

    void wipe();

  private:
    Window(std::byte* memory, bool locked) : memory_(memory), locked_(locked) {}

    std::byte* memory_ = nullptr;
    bool locked_ = false;
    std::size_t block_bytes_ = 0;
    std::size_t used_ = 0;
};

}  // namespace rampwatch::heap

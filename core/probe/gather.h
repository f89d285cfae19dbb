// SPDX-License-Identifier: MIT
// Many small reads of a target as few large ones: what lies close together is read at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/probe/bytes.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::probe {

class Gather {
  public:
    // Reads `items`, in any order, up to 4096 of them. What could not be read is empty afterwards. An Error
    // when nothing can be read any more. Buffers are reused from call to call and never shrink below what one
    // call needed: at most the items and 2 KiB a gap.
    Result<void> read(const probe::MemoryReader& memory, std::span<const probe::Range> items);

    [[nodiscard]] Bytes item(std::size_t index) const;
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }  // over all calls
    [[nodiscard]] std::uint64_t calls() const { return calls_; }

  private:
    struct Place {
        std::size_t offset = 0;
        std::size_t size = 0;
        std::uint32_t run = 0;
        bool read = false;
    };
    void plan(std::span<const probe::Range> items);
    Result<void> read_alone(const probe::MemoryReader& memory, std::span<const probe::Range> items);

    std::vector<std::byte> buffer_{};
    std::vector<Place> places_{};
    std::vector<std::uint32_t> order_{};
    std::vector<probe::Range> runs_{};
    std::vector<probe::Piece> pieces_{};
    std::uint64_t bytes_read_ = 0, calls_ = 0;
};

}  // namespace rampwatch::probe

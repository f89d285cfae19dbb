// SPDX-License-Identifier: MIT
// The little of an ELF64 little-endian file that Go's tables need: segments, sections by name, and the bytes
// at an address. System V ABI; all lengths are bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/probe/bytes.h"

namespace rampwatch::probe {

class Elf {
  public:
    struct Segment {  // PT_LOAD
        std::uint64_t address = 0;
        std::uint64_t memory_size = 0;
        std::uint64_t file_offset = 0;
        std::uint64_t file_size = 0;  // of it, really in the file
        bool writable = false;
        bool executable = false;
    };
    struct Section {
        std::string_view name{};
        std::uint64_t address = 0;
        Bytes bytes{};  // empty for one without (SHT_NOBITS)
    };

    // `file` must outlive it. Refused, each by its name: no ELF, 32-bit, big endian, another machine than
    // x86-64 or AArch64, no segments.
    static Result<Elf> parse(Bytes file);

    [[nodiscard]] bool position_independent() const { return position_independent_; }
    [[nodiscard]] bool arm64() const { return arm64_; }
    [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
    [[nodiscard]] const Section* section(std::string_view name) const;

    // From `address` (as linked) to the end of what the file has of its segment; empty when none has it.
    [[nodiscard]] Bytes at(std::uint64_t address) const;

  private:
    Bytes file_{};
    bool position_independent_ = false;
    bool arm64_ = false;
    std::vector<Segment> segments_{};
    std::vector<Section> sections_{};
};

}  // namespace rampwatch::probe

// SPDX-License-Identifier: MIT
// Functions of a Python program and the places in them, each read once and numbered: equal numbers are equal
// functions and lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/cpython/layout.h"
#include "core/model/stack.h"
#include "core/probe/memory_reader.h"
#include "core/runtime/frame_names.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

// Where a frame is: its code object, and its instruction as the frame notes it (an address, or an index).
struct Place {
    std::uint64_t code = 0;
    std::uint64_t instruction = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

class Codes {
  public:
    // `code_type`: address of PyCode_Type.
    Codes(const Layout& layout, std::uint64_t code_type) : layout_(layout), code_type_(code_type) {}

    // Code objects may have died since, and others lie in their place. Numbers stay.
    void begin(const probe::MemoryReader& memory);

    // Empty where there is no code object. `qualname`: address of a string that says the function's name
    // better than its code does (to 3.10); 0: none.
    std::optional<runtime::FrameId> frame(const Place& place, std::uint64_t qualname = 0);

    // Whether the frame waits for what lies on top of its value stack: it stands in `await` or `yield from`.
    // Only where the state of a generator does not say so, to 3.12.
    bool waits(const Place& place);

    // co_flags; 0 where there is no code object.
    std::uint32_t flags(std::uint64_t code);

    [[nodiscard]] Frame name_of(runtime::FrameId frame) const { return frames_.name_of(frame); }
    [[nodiscard]] std::size_t size() const { return frames_.size(); }

    static constexpr std::size_t kMostCodes = 200'000;  // of one reading

  private:
    struct Code {
        std::string file{}, name{};
        std::int64_t first_line = 0;
        std::uint32_t flags = 0;
        std::vector<std::byte> lines{};
        std::uint64_t instructions = 0;  // address of the first
    };
    struct PlaceHash {
        std::size_t operator()(const Place& place) const {
            return static_cast<std::size_t>((place.code ^ place.instruction << 20) * 0x9e3779b97f4a7c15);
        }
    };

    const Code* code(std::uint64_t address);
    std::unique_ptr<Code> read_code(std::uint64_t address) const;
    [[nodiscard]] std::int64_t offset_in(const Code& code, std::uint64_t instruction) const;

    Layout layout_;
    std::uint64_t code_type_;
    const probe::MemoryReader* memory_ = nullptr;
    std::unordered_map<std::uint64_t, std::unique_ptr<Code>> codes_{};  // null: there is none
    std::unordered_map<Place, std::optional<runtime::FrameId>, PlaceHash> places_{};
    std::unordered_map<Place, bool, PlaceHash> waits_{};
    runtime::FrameNames frames_{"python"};
};

}  // namespace rampwatch::cpython

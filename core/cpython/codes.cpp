// SPDX-License-Identifier: MIT
#include "core/cpython/codes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/cpython/record.h"
#include "core/cpython/text.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kCodeBytes = 256;      // all that is asked of a code object
constexpr std::size_t kBytesValue = 32;      // of a bytes object
constexpr std::size_t kMostTable = 1 << 20;  // of a line table

// The value of a bytes object; empty where there is none.
std::vector<std::byte> read_bytes(const probe::MemoryReader& memory, std::uint64_t address) {
    const std::uint64_t size = read_word(memory, address + kSize);
    if (!is_pointer(address) || size > kMostTable) return {};
    std::vector<std::byte> bytes(size);
    if (!bytes.empty() && !memory.read(address + kBytesValue, bytes)) return {};
    return bytes;
}

}  // namespace

void Codes::begin(const probe::MemoryReader& memory) {
    memory_ = &memory;
    codes_.clear();
    places_.clear();
    waits_.clear();
}

std::unique_ptr<Codes::Code> Codes::read_code(std::uint64_t address) const {
    std::array<std::byte, kCodeBytes> bytes{};
    // The smallest, of 3.6, is 144 bytes long; what is asked of it lies below that.
    const std::size_t size = layout_.chain == Chain::objects ? 144 : std::min<std::size_t>(192, kCodeBytes);
    if (!is_pointer(address) || !memory_->read(address, std::span(bytes).first(size))) return nullptr;
    if (word_at(bytes, kType) != code_type_) return nullptr;
    auto file = read_text(*memory_, layout_, word_at(bytes, layout_.code_file));
    auto name =
        read_text(*memory_, layout_,
                  word_at(bytes, layout_.code_qualname != 0 ? layout_.code_qualname : layout_.code_name));
    if (!file || !name) return nullptr;
    auto code = std::make_unique<Code>();
    code->file = std::move(*file);
    code->name = std::move(*name);
    code->first_line = number_at<std::int32_t>(bytes, layout_.code_line);
    code->flags = number_at<std::uint32_t>(bytes, layout_.code_flags);
    code->lines = read_bytes(*memory_, word_at(bytes, layout_.code_lines));
    code->instructions = layout_.chain == Chain::frames ? address + layout_.code_bytes
                                                        : word_at(bytes, layout_.code_bytes) + kBytesValue;
    return code;
}

const Codes::Code* Codes::code(std::uint64_t address) {
    const auto known = codes_.find(address);
    if (known != codes_.end()) return known->second.get();
    if (codes_.size() >= kMostCodes) return nullptr;
    return codes_.emplace(address, read_code(address)).first->second.get();
}

// Of the instruction, in bytes from the first; negative for a frame that has not begun.
std::int64_t Codes::offset_in(const Code& code, std::uint64_t instruction) const {
    if (layout_.chain == Chain::frames) return static_cast<std::int64_t>(instruction - code.instructions);
    return std::int64_t{static_cast<std::int32_t>(instruction)} * layout_.instruction_unit;
}

std::optional<runtime::FrameId> Codes::frame(const Place& place, std::uint64_t qualname) {
    const auto known = places_.find(place);
    if (known != places_.end()) return known->second;
    std::optional<runtime::FrameId> number;
    if (const Code* code = this->code(place.code)) {
        runtime::NamedFrame named{code->name, code->file, {}};
        if (layout_.code_qualname == 0 && qualname != 0) {
            if (auto text = read_text(*memory_, layout_, qualname)) named.function = std::move(*text);
        }
        named.line =
            line_at(layout_.lines, code->lines, code->first_line, offset_in(*code, place.instruction));
        number = frames_.number_of(std::move(named));
    }
    if (places_.size() < 2 * runtime::FrameNames::kMost) places_.emplace(place, number);
    return number;
}

std::uint32_t Codes::flags(std::uint64_t address) {
    const Code* code = this->code(address);
    return code == nullptr ? 0 : code->flags;
}

// From 3.11 the instruction that follows says by its argument what the frame was left for: RESUME 2 stands
// behind `yield from`, RESUME 3 behind `await`. Before, the next one is YIELD_FROM.
bool Codes::waits(const Place& place) {
    const auto known = waits_.find(place);
    if (known != waits_.end()) return known->second;
    bool waits = false;
    if (const Code* code = this->code(place.code)) {
        const std::int64_t offset = offset_in(*code, place.instruction);
        const auto next =
            offset < 0
                ? Result<std::uint16_t>(std::uint16_t{0})
                : memory_->get<std::uint16_t>(code->instructions + static_cast<std::uint64_t>(offset) + 2);
        if (offset >= 0 && next && layout_.yield_from != 0) waits = (*next & 0xff) == layout_.yield_from;
        if (offset >= 0 && next && layout_.yield_from == 0) waits = (*next >> 8 & 3) >= 2;
    }
    if (waits_.size() < 2 * runtime::FrameNames::kMost) waits_.emplace(place, waits);
    return waits;
}

}  // namespace rampwatch::cpython

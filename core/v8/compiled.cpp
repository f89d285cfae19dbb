// SPDX-License-Identifier: MIT
#include "core/v8/compiled.h"

#include <algorithm>
#include <array>

#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

constexpr std::uint64_t kPart = 4096;         // that is looked through at a time
constexpr std::uint64_t kMostHeader = 128;    // from the pointer to the first instruction
constexpr std::uint64_t kMostCode = 4 << 20;  // bytes of a function's code
constexpr std::size_t kMostCodes = 100'000;
constexpr std::int32_t kElements = 16;     // where the first element of an array lies
constexpr std::size_t kInlinedBytes = 16;  // of an entry: a position, and which function it is in
constexpr std::int32_t kMostElements = 1 << 16;

}  // namespace

void Compiled::begin(const probe::Maps& maps) {
    maps_ = &maps;
    codes_.clear();
}

std::optional<Code> Compiled::at(std::uint64_t pc) {
    const auto known = codes_.find(pc);
    if (known != codes_.end()) return known->second;
    if (codes_.size() >= kMostCodes) codes_.clear();
    return codes_.emplace(pc, search(pc)).first->second;
}

// Whether the word that stands `here` is what leads to the code around `pc`.
std::optional<Code> Compiled::code_of(std::uint64_t object, std::uint64_t here, std::uint64_t pc) {
    if (objects_.type_of(object) != objects_.layout().code) return std::nullopt;
    const auto at = [object](std::int32_t offset) { return object - 1 + static_cast<std::uint64_t>(offset); };
    const auto start = objects_.memory().get<std::uint64_t>(at(layout_.code_start));
    const auto flags = objects_.memory().get<std::uint32_t>(at(layout_.code_flags));
    if (!start || !flags || *start <= here || *start > here + kMostHeader || *start > pc) return std::nullopt;
    std::uint64_t size = kMostCode;
    if (layout_.code_size != 0) {
        const auto said = objects_.memory().get<std::uint32_t>(at(layout_.code_size));
        if (!said) return std::nullopt;
        size = *said;
    }
    if (pc - *start > size) return std::nullopt;
    const auto kind = static_cast<std::int32_t>(*flags & static_cast<std::uint32_t>(layout_.kind_mask)) >>
                      layout_.kind_shift;
    if (kind < layout_.kind_baseline) return std::nullopt;
    return Code{object, *start, kind > layout_.kind_baseline};
}

// Backwards, in the same mapping, to the nearest.
std::optional<Code> Compiled::search(std::uint64_t pc) {
    const probe::Mapping* mapping = maps_ == nullptr ? nullptr : probe::find(*maps_, pc);
    if (mapping == nullptr || !mapping->executable || !mapping->readable || mapping->inode != 0)
        return std::nullopt;
    const std::uint64_t least = std::max(mapping->start, pc - std::min(pc, kMostBefore));
    std::array<std::uint64_t, kPart / 8> words{};
    std::uint64_t end = (pc + 7) / 8 * 8;
    while (end > least) {
        const std::uint64_t from = std::max((end - 1) / kPart * kPart, (least + 7) / 8 * 8);
        if (from >= end) break;
        const auto part = std::span(words).first((end - from) / 8);
        if (!objects_.memory().read(from, std::as_writable_bytes(part))) return std::nullopt;
        for (std::size_t i = part.size(); i-- > 0;) {
            if (!is_object(part[i])) continue;
            if (auto code = code_of(part[i], from + 8 * i, pc)) return code;
        }
        end = from;
    }
    return std::nullopt;
}

// References from code are weak, or lead over a wrapper.
std::uint64_t Compiled::inlined_function(std::uint64_t literals, std::int32_t index) {
    if (index < 0 || index > kMostElements) return 0;
    constexpr std::uint64_t kWeak = 2;
    const std::uint64_t function = objects_.word(literals, kElements + 8 * index) & ~kWeak;
    const bool wrapped = layout_.shared_wrapper >= 0 && objects_.type_of(function) == layout_.shared_wrapper;
    return wrapped ? objects_.word(function, 8) : function;
}

std::vector<runtime::FrameId> Compiled::calls(const Code& code, std::uint64_t pc, std::uint64_t shared) {
    std::vector<runtime::FrameId> frames;
    const auto table = objects_.bytes(objects_.word(code.object, layout_.code_positions));
    const Offsets how = objects_.layout().unsigned_offsets ? Offsets::flagged : Offsets::zigzag;
    auto position = position_at(table, how, static_cast<std::int64_t>(pc - code.start) - 1);
    if (!position) return frames;
    const std::uint64_t undo = objects_.word(code.object, layout_.code_deopt);
    std::vector<std::byte> inlined;
    std::uint64_t literals = 0;
    if (position->inlining != 0) {
        inlined = objects_.bytes(objects_.word(undo, kElements + 8 * layout_.inlined));
        literals = objects_.word(undo, kElements + 8 * layout_.literals);
    }
    for (int i = 0; i < kMostInlined && position->inlining != 0; ++i) {
        const std::size_t entry = (position->inlining - 1) * kInlinedBytes;
        if (entry + kInlinedBytes > inlined.size()) return {};
        const auto index = runtime::number_at<std::int32_t>(inlined, entry + 8);
        const auto frame =
            functions_.at_position(index < 0 ? shared : inlined_function(literals, index), position->offset);
        if (!frame) return {};
        frames.push_back(*frame);
        position = position_of(runtime::word_at(inlined, entry));
    }
    const auto frame = functions_.at_position(shared, position->offset);
    if (!frame) return {};
    frames.push_back(*frame);
    return frames;
}

}  // namespace rampwatch::v8

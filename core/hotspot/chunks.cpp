// SPDX-License-Identifier: MIT
#include "core/hotspot/chunks.h"

#include <array>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint32_t kForwarded = 3;  // of an object's mark: it was moved, this is its old place
constexpr std::size_t kHeader = 64;
constexpr std::size_t kMostFrames = 20'000;  // of a virtual thread

// The frame pointer that is kept below the stack pointer `sp`: as all in a chunk, relative to where it lies.
std::uint64_t link(const Chunk& chunk, std::uint64_t sp) {
    return sp < 2 ? 0 : sp - 2 + chunk.word(sp - 2).value_or(0);
}

}  // namespace

std::optional<ChunkLayout> chunk_layout(const ClassTables& tables, std::uint64_t klass) {
    ChunkLayout layout;
    layout.klass = klass;
    layout.size = field_of(tables, klass, "size");
    layout.sp = field_of(tables, klass, "sp");
    layout.bottom = field_of(tables, klass, "bottom");
    layout.parent = field_of(tables, klass, "parent");
    layout.continuation = added_field_of(tables, klass, 0);
    layout.pc = added_field_of(tables, klass, 2);
    const auto helper = read_number<std::uint32_t>(tables.memory, klass + tables.layout.method.klass_helper);
    layout.stack = helper & ~std::uint32_t{7};
    for (const std::uint64_t offset :
         {layout.size, layout.sp, layout.bottom, layout.parent, layout.continuation, layout.pc}) {
        if (offset < kArrayLength || offset + 4 > layout.stack) return std::nullopt;
    }
    if (layout.pc % 8 != 0 || layout.stack > kHeader || layout.stack % 8 != 0) return std::nullopt;
    return layout;
}

std::optional<std::uint64_t> Chunk::word(std::uint64_t index) const {
    const std::uint64_t first = sp < 2 ? 0 : sp - 2;
    if (index < first || index - first >= words.size() / 8) return std::nullopt;
    return word_at(words, 8 * (index - first));
}

std::optional<Chunk> read_chunk(const Objects& objects, const ChunkLayout& layout, std::uint64_t address) {
    const probe::MemoryReader& memory = objects.memory();
    std::array<std::byte, kHeader> bytes{};
    const auto header = std::span(bytes).first(layout.stack);
    if (!memory.read(address, header)) return std::nullopt;
    const bool is_old = (number_at<std::uint32_t>(header, 0) & kForwarded) == kForwarded;
    if (is_old || number_at<std::uint32_t>(header, kCompressedClass) != objects.narrow(layout.klass))
        return std::nullopt;
    Chunk chunk;
    chunk.address = address;
    const auto size = number_at<std::uint32_t>(header, layout.size);
    chunk.sp = number_at<std::uint32_t>(header, layout.sp);
    chunk.bottom = number_at<std::uint32_t>(header, layout.bottom);
    chunk.pc = word_at(header, layout.pc);
    if (chunk.bottom > size || size > kMostChunk || chunk.sp > size) return std::nullopt;
    if (chunk.empty()) return chunk;
    const std::uint64_t first = chunk.sp < 2 ? 0 : chunk.sp - 2;
    chunk.words.resize(8 * (size - first));
    if (!memory.read(address + layout.stack + 8 * first, chunk.words)) return std::nullopt;
    return chunk;
}

ChunkFrames::Place ChunkFrames::place_of(const Code& code, std::uint64_t pc) {
    Place place;
    const auto push = [&](std::uint64_t method, std::int64_t bci) {
        const auto number = methods_.frame(method, bci);
        if (number) place.frames.push_back(*number);
        return number.has_value();
    };
    bool known = code.frame_bytes > 0;
    if (code.kind == CodeKind::native) known = known && push(code.method, -1);
    if (code.kind == CodeKind::compiled) {
        const auto& scopes = cache_.scopes(code, pc);
        known = known && !scopes.empty();
        for (const Scope& scope : scopes) known = known && push(scope.method, scope.bci < 0 ? 0 : scope.bci);
    }
    if (known) place.words = code.frame_bytes / 8;
    return place;
}

bool ChunkFrames::interpreted(const Chunk& chunk, At& at, std::vector<runtime::FrameId>& frames) {
    if (at.fp <= at.sp || at.fp >= kMostChunk) return false;
    const auto method = chunk.word(at.fp - 3), bytecode = chunk.word(at.fp - 8);
    const auto sender = chunk.word(at.fp - 1), fp = chunk.word(at.fp);
    const Method* known = method ? methods_.at(*method) : nullptr;
    if (known == nullptr || !bytecode || !sender || !fp || known->is_native) return false;
    if (*bytecode < known->code || *bytecode - known->code >= known->bytes) return false;
    const auto number = methods_.frame(*method, static_cast<std::int64_t>(*bytecode - known->code));
    if (!number) return false;
    frames.push_back(*number);
    at = {at.fp + *sender, chunk.word(at.fp + 1).value_or(0), at.fp + *fp};
    return true;
}

bool ChunkFrames::step(const Chunk& chunk, At& at, std::vector<runtime::FrameId>& frames) {
    auto place = places_.find(at.pc);
    if (place == places_.end()) {
        const Code* code = cache_.at(at.pc);
        if (code == nullptr) return false;
        if (code->kind == CodeKind::interpreter) return interpreted(chunk, at, frames);
        std::uint64_t pc = at.pc;
        if (pc == code->deopt || pc == code->deopt_mh)
            pc = chunk.word(at.sp + code->original / 8).value_or(0);
        if (places_.size() >= kMostPlaces) places_.clear();
        place = places_.find(pc);
        if (place == places_.end()) place = places_.emplace(pc, place_of(*code, pc)).first;
    }
    const Place& known = place->second;
    if (known.words == 0) return false;
    frames.insert(frames.end(), known.frames.begin(), known.frames.end());
    at.sp += known.words;
    at.pc = chunk.word(at.sp - 1).value_or(0);
    at.fp = link(chunk, at.sp);
    return true;
}

bool ChunkFrames::add(const Chunk& chunk, std::vector<runtime::FrameId>& frames) {
    const std::size_t first = frames.size();
    At at{chunk.sp, chunk.pc, link(chunk, chunk.sp)};
    while (at.sp < chunk.bottom && frames.size() < kMostFrames) {
        const std::uint64_t last = at.sp;
        if (!step(chunk, at, frames) || at.sp <= last) return false;
    }
    return at.sp >= chunk.bottom && frames.size() > first;
}

}  // namespace rampwatch::hotspot

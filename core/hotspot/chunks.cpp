// SPDX-License-Identifier: MIT
#include "core/hotspot/chunks.h"

#include <array>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint32_t kForwarded = 3;  // of an object's mark: it was moved, this is its old place
constexpr std::size_t kHeader = 64;

class ChunkWalk {
  public:
    ChunkWalk(CodeCache& cache, Methods& methods, const Chunk& chunk)
        : cache_(cache), methods_(methods), chunk_(chunk), sp_(chunk.sp), pc_(chunk.pc) {}

    RawStack run() {
        fp_ = link(sp_);
        while (sp_ < chunk_.bottom && raw_.frames.size() < kMostDepth) {
            const std::uint64_t last = sp_;
            if (!step() || sp_ <= last) return std::move(raw_);
        }
        raw_.whole = sp_ >= chunk_.bottom && !raw_.frames.empty();
        return std::move(raw_);
    }

  private:
    // The frame pointer that is kept below the stack pointer `sp`, as an index; 0: none.
    [[nodiscard]] std::uint64_t link(std::uint64_t sp) const {
        return sp < 2 ? 0 : sp - 2 + chunk_.word(sp - 2).value_or(0);
    }
    bool push(std::uint64_t method, std::int64_t bci) {
        if (methods_.at(method) == nullptr) return false;
        raw_.frames.push_back({method, bci, 0, false});
        return true;
    }
    bool step() {
        const Code* code = cache_.at(pc_);
        if (code == nullptr) return false;
        if (raw_.codes.empty() || raw_.codes.back() != code) raw_.codes.push_back(code);
        if (code->kind == CodeKind::interpreter) return interpreted();
        if (code->kind == CodeKind::compiled && !compiled(*code)) return false;
        if (code->kind == CodeKind::native && !push(code->method, -1)) return false;
        if (code->frame_bytes == 0) return false;
        sp_ += code->frame_bytes / 8;
        pc_ = chunk_.word(sp_ - 1).value_or(0);
        fp_ = link(sp_);
        return true;
    }
    bool compiled(const Code& code) {
        std::uint64_t pc = pc_;
        if (pc == code.deopt || pc == code.deopt_mh) pc = chunk_.word(sp_ + code.original / 8).value_or(0);
        const auto& scopes = cache_.scopes(code, pc);
        for (const Scope& scope : scopes) {
            if (!push(scope.method, scope.bci < 0 ? 0 : scope.bci)) return false;
        }
        return !scopes.empty();
    }
    bool interpreted() {
        if (fp_ <= sp_ || fp_ >= kMostChunk) return false;
        const auto method = chunk_.word(fp_ - 3), bytecode = chunk_.word(fp_ - 8);
        const auto sender = chunk_.word(fp_ - 1), fp = chunk_.word(fp_);
        const Method* known = method ? methods_.at(*method) : nullptr;
        if (known == nullptr || !bytecode || !sender || !fp || known->is_native) return false;
        if (*bytecode < known->code || *bytecode - known->code >= known->bytes) return false;
        push(*method, static_cast<std::int64_t>(*bytecode - known->code));
        sp_ = fp_ + *sender;
        pc_ = chunk_.word(fp_ + 1).value_or(0);
        fp_ = fp_ + *fp;
        return true;
    }

    CodeCache& cache_;
    Methods& methods_;
    const Chunk& chunk_;
    std::uint64_t sp_, pc_, fp_ = 0;  // sp, fp: words
    RawStack raw_{};
};

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

RawStack walk_chunk(CodeCache& cache, Methods& methods, const Chunk& chunk) {
    return ChunkWalk(cache, methods, chunk).run();
}

}  // namespace rampwatch::hotspot

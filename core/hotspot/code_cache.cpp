// SPDX-License-Identifier: MIT
#include "core/hotspot/code_cache.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/hotspot/packed.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint8_t kFree = 0xff;              // of the map of segments
constexpr int kMostHops = 4096;                   // a block is at most so many bytes of it long
constexpr std::uint64_t kMostFrame = 1 << 20;     // bytes
constexpr std::uint64_t kMostCode = 64 << 20;     // bytes
constexpr std::uint64_t kMostTables = 256 << 20;  // bytes
constexpr std::uint32_t kMostMetadata = 1 << 20;  // methods that compiled code refers to
constexpr std::size_t kMostBlob = 1024;
constexpr std::size_t kScopeBytes = 15;  // three numbers

CodeKind kind_of(std::string_view name, std::uint64_t frame_bytes) {
    if (name == "nmethod") return CodeKind::compiled;
    if (name == "native nmethod") return CodeKind::native;
    if (name == "Interpreter") return CodeKind::interpreter;
    return frame_bytes > 0 ? CodeKind::stub : CodeKind::other;
}

// An offset that a struct has as a signed number, from `base`; 0 where it is negative.
std::uint64_t from(std::uint64_t base, std::span<const std::byte> bytes, std::uint64_t field) {
    const auto offset = number_at<std::int32_t>(bytes, field);
    return offset < 0 ? 0 : base + static_cast<std::uint32_t>(offset);
}

}  // namespace

bool CodeCache::begin(const probe::MemoryReader& memory) {
    memory_ = &memory;
    places_.clear();
    codes_.clear();
    scopes_.clear();
    same_.clear();
    heaps_.clear();
    const CodeLayout& at = layout_.code;
    call_stub_return_ = read_number(memory, layout_.statics.call_stub_return);
    const std::uint64_t list = read_number(memory, layout_.statics.code_heaps);
    const auto count = read_number<std::int32_t>(memory, list + at.array_length);
    const std::uint64_t array = read_number(memory, list + at.array_data);
    for (int i = 0; i < std::min<int>(count, kMostHeaps); ++i) {
        const std::uint64_t place = read_number(memory, array + std::uint64_t{8} * static_cast<unsigned>(i));
        Heap heap;
        heap.low = read_number(memory, place + at.memory + at.space_low);
        heap.high = read_number(memory, place + at.memory + at.space_high);
        heap.segments = read_number(memory, place + at.segments + at.space_low);
        const auto shift = read_number<std::int32_t>(memory, place + at.segment_shift);
        if (!is_pointer(heap.low) || heap.high < heap.low || !is_address(heap.high) ||
            !is_address(heap.segments) || shift < 3 || shift > 16)
            continue;
        heap.shift = static_cast<unsigned>(shift);
        heaps_.push_back(heap);
    }
    return !heaps_.empty() && holds(call_stub_return_);
}

const CodeCache::Heap* CodeCache::heap_of(std::uint64_t pc) const {
    const auto heap = std::find_if(heaps_.begin(), heaps_.end(),
                                   [&](const Heap& it) { return pc >= it.low && pc < it.high; });
    return heap == heaps_.end() ? nullptr : &*heap;
}

bool CodeCache::holds(std::uint64_t pc) const { return heap_of(pc) != nullptr; }

std::uint64_t CodeCache::bytes() const {
    std::uint64_t bytes = 0;
    for (const Heap& heap : heaps_) bytes += heap.high - heap.low;
    return bytes;
}

// Start of the block that has `pc`: each segment says how far back to go, at least one step of the way.
std::uint64_t CodeCache::block_of(const Heap& heap, std::uint64_t pc) const {
    std::uint64_t segment = (pc - heap.low) >> heap.shift;
    for (int hop = 0; hop < kMostHops; ++hop) {
        const auto back = memory_->get<std::uint8_t>(heap.segments + segment);
        if (!back || *back == kFree || *back > segment) return 0;
        if (*back == 0) return heap.low + (segment << heap.shift);
        segment -= *back;
    }
    return 0;
}

void CodeCache::read_tables(std::span<const std::byte> bytes, Code& code) const {
    const CodeLayout& at = layout_.code;
    const std::uint64_t blob = code.address;
    code.method = word_at(bytes, at.method);
    code.compile_id = number_at<std::uint32_t>(bytes, at.compile_id);
    code.original = from(0, bytes, at.orig_pc);
    if (layout_.code_moved) {
        const std::uint64_t data = word_at(bytes, at.immutable_data);
        code.deopt = from(blob, bytes, at.deopt);
        code.deopt_mh = from(blob, bytes, at.deopt_mh);
        code.pcs = from(data, bytes, at.scopes_pcs);
        code.pcs_end = code.scopes = from(data, bytes, at.pcs_end);
        code.scopes_end = from(data, bytes, at.immutable_size);
        code.metadata = from(word_at(bytes, at.metadata), bytes, at.relocation_size);
    } else {
        code.deopt = word_at(bytes, at.deopt);
        code.deopt_mh = word_at(bytes, at.deopt_mh);
        code.pcs = from(blob, bytes, at.scopes_pcs);
        code.pcs_end = from(blob, bytes, at.pcs_end);
        code.scopes = word_at(bytes, at.scopes_data);
        code.scopes_end = code.pcs;
        code.metadata = from(blob, bytes, at.metadata);
    }
    const auto fits = [](std::uint64_t first, std::uint64_t end) {
        return is_address(first) && first <= end && end - first <= kMostTables;
    };
    if (!fits(code.pcs, code.pcs_end) || !fits(code.scopes, code.scopes_end)) code.pcs = code.pcs_end = 0;
}

std::unique_ptr<Code> CodeCache::read_code(std::uint64_t block) const {
    const CodeLayout& at = layout_.code;
    if (read_number<std::uint8_t>(*memory_, block + at.block_used) != 1) return nullptr;
    auto code = std::make_unique<Code>();
    code->address = block + at.block_size;
    std::vector<std::byte> bytes(std::min<std::uint64_t>(at.blob_size, kMostBlob));
    if (!memory_->read(code->address, bytes)) return nullptr;
    const auto words = number_at<std::int32_t>(bytes, at.frame_size);
    code->frame_bytes = words > 0 ? std::uint64_t{8} * static_cast<std::uint32_t>(words) : 0;
    code->begin =
        layout_.code_moved ? from(code->address, bytes, at.code_begin) : word_at(bytes, at.code_begin);
    code->end = layout_.code_moved ? from(code->address, bytes, at.code_end) : word_at(bytes, at.code_end);
    if (code->begin < code->address || code->end < code->begin || code->end - code->begin > kMostCode ||
        code->frame_bytes > kMostFrame)
        return nullptr;
    const auto complete = layout_.code_moved ? number_at<std::int16_t>(bytes, at.frame_complete)
                                             : number_at<std::int32_t>(bytes, at.frame_complete);
    code->complete = code->begin + static_cast<std::uint32_t>(std::max(complete, 0));
    code->kind = kind_of(probe::read_string(*memory_, word_at(bytes, at.name), 32), code->frame_bytes);
    if (code->kind == CodeKind::compiled || code->kind == CodeKind::native) {
        bytes.resize(std::min<std::uint64_t>(at.nmethod_size, kMostBlob));
        if (!memory_->read(code->address, bytes)) return nullptr;
        read_tables(bytes, *code);
    }
    return code;
}

const Code* CodeCache::at(std::uint64_t pc) {
    const auto [place, fresh] = places_.try_emplace(pc, nullptr);
    if (!fresh) return place->second;
    const Heap* heap = heap_of(pc);
    const std::uint64_t block = heap == nullptr ? 0 : block_of(*heap, pc);
    if (block == 0 || places_.size() > kMostCodes) return nullptr;
    auto [code, unread] = codes_.try_emplace(block, nullptr);
    if (unread) code->second = read_code(block);
    const Code* found = code->second.get();
    if (found != nullptr && pc >= found->begin && pc < found->end) place->second = found;
    return place->second;
}

// Where the scopes of a return address are described: the table is sorted. 0: nothing is noted.
std::uint32_t CodeCache::scope_at(const Code& code, std::uint64_t pc) const {
    const CodeLayout& at = layout_.code;
    const auto wanted = static_cast<std::int64_t>(pc - code.begin);
    std::uint64_t low = 0, high = (code.pcs_end - code.pcs) / at.pc_desc_size;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2, row = code.pcs + middle * at.pc_desc_size;
        const auto offset = memory_->get<std::int32_t>(row + at.pc_offset);
        if (!offset) return 0;
        if (*offset == wanted) return read_number<std::uint32_t>(*memory_, row + at.scope_offset);
        if (*offset < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

std::vector<Scope> CodeCache::read_scopes(const Code& code, std::uint64_t pc) const {
    std::vector<Scope> scopes;
    const std::uint64_t size = code.scopes_end - code.scopes;
    std::uint64_t at = scope_at(code, pc), last = size;
    while (at > 0 && at < last && scopes.size() < kMostInlined) {
        last = at;
        std::array<std::byte, kScopeBytes> bytes{};
        const auto part = std::span(bytes).first(std::min<std::uint64_t>(kScopeBytes, size - at));
        if (!memory_->read(code.scopes + at, part)) return {};
        PackedNumbers numbers(part, layout_.version);
        const auto sender = numbers.next(), method = numbers.next(), bci = numbers.next();
        if (!sender || !method || !bci || *method == 0 || *method > kMostMetadata) return {};
        scopes.push_back({read_number(*memory_, code.metadata + std::uint64_t{8} * (*method - 1)),
                          std::int64_t{*bci} - 1});
        at = *sender;
    }
    if (at != 0) return {};  // not falling, or too many
    return scopes;
}

const std::vector<Scope>& CodeCache::scopes(const Code& code, std::uint64_t pc) {
    const auto [known, fresh] = scopes_.try_emplace(pc);
    if (fresh) known->second = read_scopes(code, pc);
    return known->second;
}

bool CodeCache::is_same(const Code& code) {
    const auto [known, fresh] = same_.try_emplace(&code, false);
    if (!fresh) return known->second;
    const CodeLayout& at = layout_.code;
    const bool is_used =
        read_number<std::uint8_t>(*memory_, code.address - at.block_size + at.block_used) == 1;
    const bool has_method = code.kind == CodeKind::compiled || code.kind == CodeKind::native;
    known->second =
        is_used && (!has_method ||
                    (read_number(*memory_, code.address + at.method) == code.method &&
                     read_number<std::uint32_t>(*memory_, code.address + at.compile_id) == code.compile_id));
    return known->second;
}

}  // namespace rampwatch::hotspot

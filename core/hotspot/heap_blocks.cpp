// SPDX-License-Identifier: MIT
#include "core/hotspot/heap_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "core/base/units.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

using runtime::Edge;
using runtime::TypeId;

constexpr std::uint32_t kEnough = 3;      // objects in a row, by chance never
constexpr std::size_t kMostTried = 8;     // beginnings of a block whose few objects lead out of it
constexpr std::size_t kHeaderWords = 3;   // that tell an object's class and length
constexpr std::size_t kMirrorWords = 24;  // of a java.lang.Class, its size among them
constexpr std::size_t kLeastKept = 8;     // objects, below which nothing is said of their pointers
constexpr double kHalf = 0.5;             // of the objects that must have a pointer at an offset
constexpr double kLittle = 0.02;          // of them: what fewer lead to is left out
constexpr std::uint64_t kMostClassBytes = std::uint64_t{256} << 20;

}  // namespace

void HeapBlocks::begin(const runtime::Target& target) {
    target_ = &target;
    looked_ = false;
    why_not_.clear();
    kept_.wipe();
    in_step_ = out_of_step_ = 0;
}

bool HeapBlocks::ready() {
    if (looked_) return why_not_.empty();
    looked_ = true;
    objects_.begin(target_->memory);
    const auto flags = flags_of(target_->memory, heap_.flags);
    if (!flags) {
        why_not_ = flags.error().what;
        return false;
    }
    flags_ = *flags;
    if (flags_.compact_headers) {
        why_not_ = "a heap with compact object headers is not read";
        return false;
    }
    runtime::Budget budget =
        runtime::budget_of(kMostClassBytes, std::chrono::seconds(5), std::chrono::seconds(10));
    if (!classes_.begin(target_->memory, objects_, flags_, budget)) why_not_ = "check failed: its classes";
    return why_not_.empty() && read_spaces();
}

bool HeapBlocks::read_spaces() {
    large_.clear();
    auto spaces = spaces_of(*target_, layout_, heap_, objects_, flags_.collector);
    if (!spaces) {
        why_not_ = spaces.error().what;
        return false;
    }
    spaces_ = std::move(*spaces);
    return true;
}

bool HeapBlocks::wants(const probe::Mapping& mapping) const {
    return mapping.writable && mapping.start < spaces_.high && mapping.end > spaces_.low;
}

std::uint64_t HeapBlocks::collections_seen() const {
    const Collections now = objects_.collections();
    return now.running ? UINT64_MAX : now.count;
}

std::uint64_t HeapBlocks::mark() { return collections_seen(); }

bool HeapBlocks::moved_since(std::uint64_t mark) {
    if (this->mark() == mark && mark != UINT64_MAX) return false;
    kept_.wipe();
    in_step_ = out_of_step_ = 0;
    read_spaces();
    return true;
}

bool HeapBlocks::is_resident(std::uint64_t address, std::uint64_t size) const {
    probe::Resident resident;
    const bool known = target_->pages != nullptr && target_->pages->add({address, size}, resident);
    const std::uint64_t page = probe::page_bytes();
    const std::uint64_t pages = (address + size + page - 1) / page - address / page;
    return known && resident.swapped == 0 && resident.pages.pages() == pages;
}

bool HeapBlocks::read_resident(std::uint64_t address, std::span<std::byte> into) const {
    return is_resident(address, into.size()) && target_->memory.read(address, into).has_value();
}

bool HeapBlocks::in_heap(std::uint64_t address) const {
    return address >= spaces_.low && address < spaces_.high && address % flags_.alignment == 0;
}

bool HeapBlocks::is_old(std::uint64_t address) const {
    const Space* space = spaces_.from(address);
    return space != nullptr && space->start <= address;
}

const LoadedClass* HeapBlocks::object_in(std::uint64_t address, std::span<std::uint64_t> words,
                                         std::uint64_t& size) const {
    if (!in_heap(address) || !read_resident(address, std::as_writable_bytes(words))) return nullptr;
    const LoadedClass* loaded = classes_.class_of(words);
    size = loaded == nullptr ? 0 : classes_.size_of(*loaded, words);
    return size == 0 ? nullptr : loaded;
}

const LoadedClass* HeapBlocks::object_at(std::uint64_t address, std::uint64_t& size) const {
    std::array<std::uint64_t, kHeaderWords> words{};
    return object_in(address, words, size);
}

const LoadedClass* HeapBlocks::mirror_at(std::uint64_t address, std::uint64_t& size) const {
    std::array<std::uint64_t, kMirrorWords> words{};
    const LoadedClass* loaded = object_in(address, words, size);
    return loaded != nullptr && loaded->size == LoadedClass::Size::mirror ? loaded : nullptr;
}

void HeapBlocks::read_large(const runtime::Block& block, const Space& space, Rows& rows) {
    const auto [known, fresh] = large_.try_emplace(space.object, nullptr);
    std::uint64_t size = 0;
    if (fresh) known->second = object_at(space.object, size);
    if (known->second == nullptr) return;
    const std::uint64_t end = block.address + block.bytes.size();
    const std::uint64_t from = std::max(block.address, space.start), to = std::min(end, space.top);
    if (from >= to) return;
    runtime::TypeRow& row = rows[known->second->type];
    row.bytes += static_cast<std::int64_t>(to - from);
    if (space.object >= block.address && space.object < end) ++row.count;
}

// From the last word to the first: what begins here is an object if one begins behind it too, or nothing is
// in use there, or it leads out of the block.
void HeapBlocks::find_heads(std::uint64_t address, std::size_t first, std::size_t end, std::uint64_t top) {
    heads_.assign(end, {});
    const std::span<const std::uint64_t> words(words_);
    for (std::size_t i = end; i-- > first;) {
        const auto own = words.subspan(i);
        const LoadedClass* loaded = classes_.class_of(own);
        const std::uint64_t size = loaded == nullptr ? 0 : classes_.size_of(*loaded, own);
        if (size == 0) continue;
        const std::uint64_t next = address + 8 * i + size;
        if (next > top) continue;
        const std::size_t behind = i + size / 8;
        if (next == top)
            heads_[i] = {loaded, size, 1, true};
        else if (behind >= end)
            heads_[i] = {loaded, size, 1, false};
        else if (heads_[behind].links > 0)
            heads_[i] = {loaded, size, heads_[behind].links + 1, heads_[behind].to_top};
    }
}

// Whether objects follow behind the block too.
bool HeapBlocks::is_followed(std::uint64_t address, std::size_t index, const Space& space) const {
    std::uint32_t links = heads_[index].links;
    std::uint64_t at = address + 8 * index;
    while (index < heads_.size()) {
        at += heads_[index].size;
        index += heads_[index].size / 8;
    }
    for (; links < kEnough; ++links) {
        std::uint64_t size = 0;
        if (at == space.top) return true;
        if (at > space.top || object_at(at, size) == nullptr) return false;
        at += size;
    }
    return true;
}

// Where the first object begins that what is in the block itself tells; `end`: it is not known.
std::size_t HeapBlocks::first_head(std::uint64_t address, std::size_t first, std::size_t end,
                                   const Space& space) const {
    std::vector<std::size_t> tried;
    for (std::size_t i = first; i < end; ++i) {
        if (heads_[i].links >= kEnough) return i;
        if (heads_[i].links > 0 && tried.size() < kMostTried) tried.push_back(i);
    }
    for (const std::size_t i : tried) {
        if (heads_[i].to_top || is_followed(address, i, space)) return i;
    }
    return end;
}

// The same by what is known from before; beyond `end`: an object goes on to there.
std::size_t HeapBlocks::start_of(const runtime::Block& block, std::size_t first, std::size_t end,
                                 const Space& space) const {
    std::uint64_t known = 0;
    if (space.start >= block.address) known = space.start;
    if (block_behind_ == block.address && object_behind_ >= space.start) known = object_behind_;
    if (known >= block.address && known % 8 == 0) {
        const std::uint64_t index = (known - block.address) / 8;
        if (index >= end || heads_[index].links > 0) return static_cast<std::size_t>(index);
    }
    return first_head(block.address, first, end, space);
}

// Whether it lies over dead objects: what is behind the first of them is still in it.
bool HeapBlocks::is_filler(std::size_t index) const {
    const Head& head = heads_[index];
    if (!head.loaded->ints) return head.loaded->filler;
    const std::size_t end = std::min<std::uint64_t>(heads_.size(), index + head.size / 8);
    for (std::size_t i = index + 2; i < end; ++i) {
        if (heads_[i].links > 0) return true;
    }
    return false;
}

void HeapBlocks::read_objects(const runtime::Block& block, const Space& space, Rows& rows) {
    const std::uint64_t block_end = block.address + block.bytes.size();
    const std::uint64_t from = std::max(block.address, space.start), to = std::min(block_end, space.top);
    if (from >= to) return;
    const std::size_t first = (from - block.address) / 8, end = (to - block.address) / 8;
    find_heads(block.address, first, end, space.top);
    std::size_t at = start_of(block, first, end, space);
    if (at == end) {
        const bool some =
            std::any_of(heads_.begin(), heads_.end(), [](const Head& h) { return h.links > 0; });
        out_of_step_ += some ? 1 : 0;
        return;
    }
    ++in_step_;
    for (; at < end; at += heads_[at].size / 8) {
        const Head& head = heads_[at];
        if (is_filler(at)) continue;
        runtime::TypeRow& row = rows[head.loaded->type];
        ++row.count;
        row.bytes += static_cast<std::int64_t>(head.size);
        const std::size_t own = std::min(words_.size() - at, std::size_t{head.size / 8});
        kept_.offer(head.loaded->type, std::span(words_).subspan(at, own));
    }
    block_behind_ = block_end;
    object_behind_ = block.address + 8 * at;
}

void HeapBlocks::read(const runtime::Block& block, runtime::Sink& sink) {
    Rows rows;
    words_.resize((block.bytes.size() + block.ahead.size()) / 8);
    std::memcpy(words_.data(), block.bytes.data(), block.bytes.size());
    if (!block.ahead.empty())
        std::memcpy(words_.data() + block.bytes.size() / 8, block.ahead.data(), block.ahead.size());
    const std::uint64_t end = block.address + block.bytes.size();
    const Space* last = spaces_.old.data() + spaces_.old.size();
    for (const Space* space = spaces_.from(block.address);
         space != nullptr && space != last && space->start < end; ++space) {
        if (space->one_object)
            read_large(block, *space, rows);
        else
            read_objects(block, *space, rows);
    }
    for (auto& [type, row] : rows) {
        row.type = type;
        sink.add(row);
    }
}

std::string HeapBlocks::doubt() const {
    constexpr std::uint64_t kFew = 20;
    if (out_of_step_ < kFew || out_of_step_ * 4 < in_step_ + out_of_step_) return {};
    return "Many of its blocks did not read as objects.";
}

std::vector<std::string> HeapBlocks::notes() const {
    std::vector<std::string> notes;
    if (spaces_.young_bytes > 0)
        notes.push_back(
            fmt::format("Young objects ({}) are left out: the next collection decides which of them stay.",
                        format_size(static_cast<double>(spaces_.young_bytes))));
    return notes;
}

// ZGC's references have bits beside the address: from 21 on below it, where one of four says how far it is
// shifted (gc/z/zAddress.hpp, for x86-64); before, above it.
std::uint64_t HeapBlocks::reference_at(std::span<const std::byte> bytes, std::size_t offset) const {
    if (flags_.short_references) return objects_.reference(number_at<std::uint32_t>(bytes, offset));
    const std::uint64_t word = word_at(bytes, offset);
    if (flags_.collector != Collector::z) return word;
    if (spaces_.z_shifts) {
        const auto shift = static_cast<unsigned>((word >> 12) & 15);
        return std::has_single_bit(shift) ? word >> (13 + std::countr_zero(shift)) : 0;
    }
    return is_address(word) ? spaces_.low + (word & spaces_.z_mask) : 0;
}

// Arrays alone: what else there is stands for itself.
std::vector<Edge> HeapBlocks::edges(TypeId type, runtime::Budget& budget) {
    std::vector<Edge> edges;
    const auto kept = kept_.of(type);
    if (kept.size() < kLeastKept) return edges;
    const std::size_t step = flags_.short_references ? 4 : 8;
    const std::size_t first = flags_.short_classes && flags_.short_references ? 12 : 16;
    std::vector<runtime::KeptPointer> pointers;
    for (const auto words : kept) {
        const auto bytes = std::as_bytes(words);
        for (std::size_t at = first; at + step <= bytes.size(); at += step) {
            const std::uint64_t to = reference_at(bytes, at);
            if (to >= spaces_.low && to < spaces_.high && to % flags_.alignment == 0)
                pointers.push_back({at, to});
        }
    }
    const auto all = static_cast<double>(kept.size());
    runtime::keep_owned(pointers);
    runtime::keep_common(pointers, kHalf * all);
    struct Led {
        double count = 0, bytes = 0;
    };
    std::map<std::size_t, std::map<TypeId, Led>> found;
    std::map<std::size_t, double> there;
    for (const runtime::KeptPointer& pointer : pointers) {
        std::uint64_t size = 0;
        if (!budget.spend(8 * kHeaderWords)) break;
        const LoadedClass* loaded = object_at(pointer.to, size);
        if (loaded == nullptr) continue;
        there[pointer.offset] += 1;
        if (loaded->size != LoadedClass::Size::array) continue;
        Led& led = found[pointer.offset][loaded->type];
        led.count += 1;
        led.bytes += static_cast<double>(size);
    }
    for (const auto& [offset, targets] : found) {
        if (there[offset] < kHalf * all) continue;
        for (const auto& [to, led] : targets) {
            if (led.count >= kLittle * all)
                edges.push_back(
                    {to, static_cast<std::int64_t>(offset), led.count / all, led.bytes / led.count});
        }
    }
    return edges;
}

}  // namespace rampwatch::hotspot

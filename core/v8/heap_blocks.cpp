// SPDX-License-Identifier: MIT
#include "core/v8/heap_blocks.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "core/runtime/resident.h"

namespace rampwatch::v8 {
namespace {

using runtime::Edge;
using runtime::KeptPointer;
using runtime::TypeId;

constexpr int kEnough = 3;               // objects in a row, by chance never
constexpr std::size_t kHeaderWords = 2;  // that tell an object's size
constexpr std::size_t kMostHead = 1024;  // words of a page before its first object
constexpr std::size_t kLeastKept = 8;    // objects, below which nothing is said of their pointers
constexpr std::size_t kMostLarge = 1 << 16;
constexpr std::uint64_t kMuchOutside = 1 << 20;  // bytes, of which is told where they lie
constexpr double kHalf = 0.5, kLittle = 0.02;
constexpr std::uint64_t kMostProbes = 1 << 16;  // places in a mapping that may begin a page

bool may_be_v8s(const probe::Mapping& mapping) {
    return runtime::may_hold_objects(mapping) && mapping.path != "[heap]" && !mapping.executable;
}

}  // namespace

void HeapBlocks::begin(const runtime::Target& target) {
    target_ = &target;
    looked_ = false;
    why_not_.clear();
    mappings_.clear();
    kinds_.begin();
    kept_.wipe();
    held_.begin();
    large_.clear();
    young_ = false;
    outside_ = 0;
    pages_ = unread_pages_ = 0;
}

bool HeapBlocks::ready() {
    if (looked_) return why_not_.empty();
    looked_ = true;
    if (!heap_.missing.empty()) {
        why_not_ = "check failed: " + heap_.missing;
        return false;
    }
    if (target_->pages == nullptr) return true;  // said by whoever reads
    for (const probe::Mapping& mapping : target_->maps.mappings) {
        if (may_be_v8s(mapping) && has_pages(mapping)) mappings_.insert(mapping.start);
    }
    if (mappings_.empty()) why_not_ = "no heap of V8's is found in it";
    return why_not_.empty();
}

bool HeapBlocks::is_resident(std::uint64_t address, std::uint64_t size) const {
    probe::Resident resident;
    const bool known = target_->pages != nullptr && target_->pages->add({address, size}, resident);
    const std::uint64_t page = probe::page_bytes();
    const std::uint64_t pages = (address + size - 1) / page - address / page + 1;
    return known && resident.pages.pages() == pages;
}

// By the first header that is in RAM; V8 takes each page from the kernel by itself.
bool HeapBlocks::has_pages(const probe::Mapping& mapping) const {
    probe::Resident resident;
    if (!target_->pages->add({mapping.start, mapping.end - mapping.start}, resident)) return false;
    std::uint64_t at = (mapping.start + kPageBytes - 1) / kPageBytes * kPageBytes;
    for (std::uint64_t i = 0; i < kMostProbes && at + kPageBytes <= mapping.end; ++i, at += kPageBytes) {
        if (!resident.pages.contains(at / probe::page_bytes())) continue;
        std::array<std::uint64_t, kHeadWords> head{};
        if (!objects_.memory().read(at, std::as_writable_bytes(std::span(head)))) continue;
        if (page_head(at, head)) return true;
    }
    return false;
}

bool HeapBlocks::wants(const probe::Mapping& mapping) const { return mappings_.count(mapping.start) > 0; }

HeapBlocks::Object HeapBlocks::object_at(Words words) {
    if (words.size() < kHeaderWords) return {};
    const auto kind = kinds_.of_map(words[0]);
    if (!kind) return {};
    const std::uint64_t size = kinds_.size_of(*kind, words);
    return {*kind, size >= 8 && size % 8 == 0 ? size : 0};
}

// Whether some objects follow each other from there, or up to the page's end.
bool HeapBlocks::is_followed(Words words, std::size_t at) {
    for (int i = 0; i < kEnough; ++i) {
        if (at >= words.size()) return i > 0 && at == words.size();
        const Object object = object_at(words.subspan(at));
        if (object.size == 0) return false;
        at += std::min<std::uint64_t>(object.size / 8, words.size() + 1);
    }
    return at <= words.size();
}

std::size_t HeapBlocks::next_object(Words words, std::size_t at) {
    while (at < words.size() && !(is_object(words[at]) && is_followed(words, at))) ++at;
    return at;
}

void HeapBlocks::count(std::uint64_t address, const Object& object, Words words) {
    const Words own = words.first(std::min<std::uint64_t>(words.size(), object.size / 8));
    const TypeId type = kinds_.type_of(object.kind, own);
    runtime::TypeRow& row = rows_[type];
    row.type = type;
    ++row.count;
    row.bytes += static_cast<std::int64_t>(object.size);
    if (object.kind.role == Kind::Role::buffer) {
        const std::uint64_t outside = kinds_.bytes_outside(own);
        outside_ += outside;
        row.bytes += static_cast<std::int64_t>(outside);
    }
    if (!object.kind.storage && object.kind.size == Kind::Size::fixed) kept_.offer(type, own);
    held_.meet({address, object.kind, type, own});
    const bool large = object.size / 8 > words.size() && object.kind.storage;
    if (large && large_.size() < kMostLarge) large_[address] = address + object.size;
}

template <class Use>
void HeapBlocks::for_each(std::uint64_t address, Words words, const Use& use) {
    const auto place = [address](std::size_t at) { return address + 8 * at + 1; };
    std::size_t at = kHeadWords - 1;
    for (; at < kMostHead && at < words.size(); ++at) {
        if (!is_object(words[at])) continue;
        const Object object = object_at(words.subspan(at));
        // One with a page of its own goes on behind this block.
        const bool large = object.size / 8 > words.size() - at && object.kind.size != Kind::Size::fixed;
        if (large) use(place(at), object, words.subspan(at));
        if (large) return;
        if (is_followed(words, at)) break;
    }
    if (at >= kMostHead && at < words.size()) ++unread_pages_;
    if (at >= kMostHead) at = next_object(words, at);
    while (at < words.size()) {
        const Object object = object_at(words.subspan(at));
        if (object.size == 0 || object.size / 8 > words.size() - at) {
            at = next_object(words, at + 1);
            continue;
        }
        use(place(at), object, words.subspan(at));
        at += object.size / 8;
    }
}

void HeapBlocks::read(const runtime::Block& block, runtime::Sink& sink) {
    const Words words{reinterpret_cast<const std::uint64_t*>(block.bytes.data()), block.bytes.size() / 8};
    const auto head = page_head(block.address, words);
    if (!head) return;
    young_ = young_ || head->young;
    if (head->young) return;
    ++pages_;
    rows_.clear();
    for_each(block.address, words, [this](std::uint64_t address, const Object& object, Words rest) {
        count(address, object, rest);
    });
    for (const auto& [type, row] : rows_) sink.add(row);
}

// Of the large object that goes on there; 0: none is known.
std::uint64_t HeapBlocks::large_at(std::uint64_t address) const {
    const auto behind = large_.upper_bound(address);
    if (behind == large_.begin()) return 0;
    const auto& [start, end] = *std::prev(behind);
    return address < end ? start : 0;
}

void HeapBlocks::search(const runtime::Block& block, double stands_for) {
    const Words words{reinterpret_cast<const std::uint64_t*>(block.bytes.data()), block.bytes.size() / 8};
    const auto head = page_head(block.address, words);
    if (!head) held_.look_inside(large_at(block.address), words, stands_for);
    if (!head || head->young) return;
    for_each(block.address, words, [&](std::uint64_t address, const Object& object, Words rest) {
        const Words own = rest.first(std::min<std::uint64_t>(rest.size(), object.size / 8));
        held_.look({address, object.kind, kinds_.type_of(object.kind, own), own}, stands_for);
    });
}

std::string HeapBlocks::doubt() const {
    constexpr std::uint64_t kFew = 20;
    if (unread_pages_ < kFew || unread_pages_ * 4 < pages_) return {};
    return "Many of its pages did not read as objects.";
}

std::vector<std::string> HeapBlocks::notes() const {
    std::vector<std::string> notes;
    if (young_)
        notes.push_back(
            "Young objects are left out; old ones that nothing refers to count until the next full "
            "collection.");
    if (outside_ >= kMuchOutside)
        notes.push_back("The bytes of an ArrayBuffer, as of a Buffer, lie outside of it and count with it.");
    return notes;
}

HeapBlocks::Object HeapBlocks::target_of(std::uint64_t object, TypeId& type) {
    std::array<std::uint64_t, kHeaderWords> words{};
    if (!is_resident(object - 1, sizeof words)) return {};
    if (!objects_.memory().read(object - 1, std::as_writable_bytes(std::span(words)))) return {};
    const Object found = object_at(words);
    type = found.kind.type;
    return found;
}

// What stands for itself is nobody's.
std::vector<Edge> HeapBlocks::edges(TypeId type, runtime::Budget& budget) {
    std::vector<Edge> edges;
    const auto kept = kept_.of(type);
    if (kept.size() < kLeastKept) return edges;
    std::vector<KeptPointer> pointers;
    for (const Words words : kept) {
        for (std::size_t at = 1; at < words.size(); ++at) {
            if (is_object(words[at])) pointers.push_back({8 * at, words[at]});
        }
    }
    const auto all = static_cast<double>(kept.size());
    runtime::keep_owned(pointers);
    runtime::keep_common(pointers, kHalf * all);
    struct Led {
        double count = 0, bytes = 0;
    };
    std::map<std::pair<std::size_t, TypeId>, Led> found;
    for (const KeptPointer& pointer : pointers) {
        if (!budget.spend(8 * kHeaderWords)) break;
        TypeId to = 0;
        const Object object = target_of(pointer.to, to);
        if (object.size == 0 || !object.kind.storage) continue;
        Led& led = found[{pointer.offset, to}];
        led.count += 1;
        led.bytes += static_cast<double>(object.size);
    }
    for (const auto& [place, led] : found) {
        if (led.count >= kLittle * all)
            edges.push_back({place.second, static_cast<std::int64_t>(place.first), led.count / all,
                             led.bytes / led.count});
    }
    return edges;
}

}  // namespace rampwatch::v8

// SPDX-License-Identifier: MIT
#include "core/hotspot/objects.h"

namespace rampwatch::hotspot {
namespace {

constexpr int kMostSupers = 32;
constexpr std::uint64_t kMostHeapWords = std::uint64_t{1} << 42;

}  // namespace

void Objects::begin(const probe::MemoryReader& memory) {
    memory_ = &memory;
    const Statics& at = layout_.statics;
    heap_ = read_number(memory, at.collected_heap);
    klass_base_ = read_number(memory, at.klass_base);
    klass_shift_ = read_number<std::uint32_t>(memory, at.klass_shift) % 32;
    oop_base_ = read_number(memory, at.oop_base);
    oop_shift_ = read_number<std::uint32_t>(memory, at.oop_shift) % 32;
    heap_start_ = read_number(memory, heap_ + layout_.method.reserved);
    const std::uint64_t words = read_number(memory, heap_ + layout_.method.reserved + 8);
    const bool fits = is_pointer(heap_start_) && words > 0 && words < kMostHeapWords;
    heap_end_ = fits ? heap_start_ + 8 * words : 0;
    if (!fits) heap_start_ = 0;
}

Collections Objects::collections() const {
    return {read_number<std::uint32_t>(*memory_, heap_ + layout_.method.collections),
            read_number<std::uint8_t>(*memory_, heap_ + layout_.method.collecting) != 0};
}

std::uint64_t Objects::class_of(std::uint64_t object) const {
    const auto narrow = read_number<std::uint32_t>(*memory_, object + kCompressedClass);
    return narrow == 0 ? 0 : klass_base_ + (std::uint64_t{narrow} << klass_shift_);
}

std::uint32_t Objects::narrow(std::uint64_t klass) const {
    const std::uint64_t offset = klass - klass_base_, value = offset >> klass_shift_;
    const bool fits = klass > klass_base_ && value <= UINT32_MAX && value << klass_shift_ == offset;
    return fits ? static_cast<std::uint32_t>(value) : 0;
}

bool Objects::is_a(std::uint64_t object, std::uint64_t klass) const {
    std::uint64_t at = is_pointer(object) ? class_of(object) : 0;
    for (int i = 0; i < kMostSupers && is_pointer(at); ++i) {
        if (at == klass) return true;
        at = read_number(*memory_, at + layout_.method.klass_super);
    }
    return false;
}

}  // namespace rampwatch::hotspot

// SPDX-License-Identifier: MIT
#include "core/runtime/kept_objects.h"

#include <string.h>

#include <algorithm>

namespace rampwatch::runtime {

void KeptObjects::offer(TypeId type, std::span<const std::uint64_t> words) {
    OfType& kept = types_[type];
    ++kept.offered;
    std::size_t place = kept.objects.size();
    if (place >= kEach) {  // a reservoir: each object is in it with the same chance
        place = static_cast<std::size_t>(random_() % kept.offered);
        if (place >= kEach) return;
    } else {
        if (objects_.size() >= kObjects) return;
        kept.objects.push_back(static_cast<std::uint32_t>(objects_.size()));
        objects_.emplace_back();
    }
    Object& object = objects_[kept.objects[place]];
    object.count = static_cast<std::uint8_t>(std::min(words.size(), kWords));
    std::copy_n(words.begin(), object.count, object.words.begin());
}

std::vector<std::span<const std::uint64_t>> KeptObjects::of(TypeId type) const {
    std::vector<std::span<const std::uint64_t>> objects;
    const auto found = types_.find(type);
    if (found == types_.end()) return objects;
    for (const std::uint32_t index : found->second.objects)
        objects.push_back(std::span(objects_[index].words).first(objects_[index].count));
    return objects;
}

void KeptObjects::wipe() {
    if (!objects_.empty()) ::explicit_bzero(objects_.data(), objects_.size() * sizeof(Object));
    objects_.clear();
    types_.clear();
}

void keep_owned(std::vector<KeptPointer>& pointers) {
    std::unordered_map<std::uint64_t, int> times;
    for (const KeptPointer& pointer : pointers) ++times[pointer.to];
    std::erase_if(pointers, [&](const KeptPointer& pointer) { return times[pointer.to] > 1; });
}

void keep_common(std::vector<KeptPointer>& pointers, double least) {
    std::unordered_map<std::size_t, double> times;
    for (const KeptPointer& pointer : pointers) times[pointer.offset] += 1;
    std::erase_if(pointers, [&](const KeptPointer& pointer) { return times[pointer.offset] < least; });
}

}  // namespace rampwatch::runtime

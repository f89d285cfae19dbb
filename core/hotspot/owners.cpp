// SPDX-License-Identifier: MIT
#include "core/hotspot/owners.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/hotspot/fields.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint64_t kMostObject = 4096;       // bytes of one that are looked at
constexpr double kLeastOf = 0.67, kMostOf = 1.5;  // of all objects of the class
constexpr std::uint32_t kReferences = 0x80;       // tag of an array's layout helper

bool is_array_of_references(const LoadedClass& loaded) { return loaded.helper >> 24 == kReferences; }

// What the language brings: where a way enters it, the collection begins.
bool is_library(std::string_view name) {
    return name.starts_with("java.") || name.starts_with("jdk.") || name.starts_with("sun.");
}

}  // namespace

void Owners::add(std::uint64_t object, std::size_t from, std::uint64_t klass, std::uint64_t offset,
                 unsigned depth) {
    if (steps_.size() < kMostSteps && seen_.insert(object).second)
        steps_.push_back({object, from, klass, offset, depth});
}

// Those that are references stand first in the class's java.lang.Class, behind what every Class has.
void Owners::add_statics(const probe::MemoryReader& memory, std::uint64_t klass) {
    const std::uint64_t mirror = read_number(memory, read_number(memory, klass + heap_.classes.mirror));
    std::uint64_t size = 0;
    const LoadedClass* loaded = blocks_.mirror_at(mirror, size);
    if (loaded == nullptr) return;
    const std::uint64_t at = read_number<std::uint32_t>(memory, heap_.classes.static_count);
    const auto count = read_number<std::uint32_t>(memory, mirror + at);
    const std::uint64_t first = loaded->helper & ~std::uint32_t{7};
    const std::uint64_t step = blocks_.reference_bytes();
    if (at >= size || count > kMostStatics || first + step * count > size) return;
    const auto objects = references(mirror, first, first + step * count);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (objects[i] != 0) add(objects[i], steps_.size(), klass, first + step * i, 0);
    }
}

// Of the object's bytes [from, to), each that may be one, as an address; 0 where it is none.
std::vector<std::uint64_t> Owners::references(std::uint64_t object, std::uint64_t from,
                                              std::uint64_t to) const {
    std::vector<std::uint64_t> found;
    std::vector<std::byte> bytes(to - from);
    if (!blocks_.read_resident(object + from, bytes)) return found;
    const std::size_t step = blocks_.reference_bytes();
    for (std::size_t at = 0; at + step <= bytes.size(); at += step) {
        const std::uint64_t to_object = blocks_.reference_at(bytes, at);
        found.push_back(blocks_.in_heap(to_object) ? to_object : 0);
    }
    return found;
}

void Owners::follow(std::size_t step, const LoadedClass& loaded, std::uint64_t size) {
    const Step from = steps_[step];
    if (from.depth + 1 >= kMostDepth || loaded.size != LoadedClass::Size::fixed) return;
    const std::uint64_t first = blocks_.header_bytes();
    const auto objects = references(from.object, first, std::min(size, kMostObject));
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (objects[i] != 0)
            add(objects[i], step, loaded.address, first + i * blocks_.reference_bytes(), from.depth + 1);
    }
}

// Old objects of the class, as they are counted, that one element leads to: itself, or behind it and its
// neighbours in a bucket.
std::int64_t Owners::met_behind(std::uint64_t object, runtime::TypeId type) const {
    std::vector<std::uint64_t> waiting = {object};
    std::int64_t met = 0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        std::uint64_t size = 0;
        const LoadedClass* loaded = blocks_.object_at(waiting[i], size);
        if (loaded == nullptr) continue;
        if (loaded->type == type) {
            met += blocks_.is_old(waiting[i]) ? 1 : 0;
            continue;
        }
        if (loaded->size != LoadedClass::Size::fixed) continue;
        for (const std::uint64_t next :
             references(waiting[i], blocks_.header_bytes(), std::min(size, kMostObject))) {
            const bool is_new = next != 0 && std::find(waiting.begin(), waiting.end(), next) == waiting.end();
            if (is_new && waiting.size() < kFollowed) waiting.push_back(next);
        }
    }
    return met;
}

std::optional<Owner> Owners::in_array(const Step& array, runtime::TypeId type, double count,
                                      runtime::Budget& budget) const {
    const std::uint64_t header = blocks_.array_bytes(), step = blocks_.reference_bytes();
    const auto length = read_number<std::uint32_t>(blocks_.memory(), array.object + header - 4);
    if (length < kLeastMet || 8.0 * length < count) return std::nullopt;
    const std::uint64_t sampled = std::min<std::uint64_t>(length, kSampled);
    std::int64_t met = 0;
    for (std::uint64_t i = 0; i < sampled; ++i) {
        if (!budget.spend(kFollowed * 64)) return std::nullopt;
        const std::uint64_t at = header + step * (i * length / sampled);
        const auto element = references(array.object, at, at + step);
        if (!element.empty() && element.front() != 0) met += met_behind(element.front(), type);
    }
    const double all = static_cast<double>(met) / static_cast<double>(sampled) * length;
    if (met < kLeastMet || all < kLeastOf * count || all > kMostOf * count) return std::nullopt;
    return Owner{"", met, std::min(1.0, all / count)};
}

// Declared by the class, or by one that it extends.
std::string Owners::field_at(std::uint64_t klass, std::uint64_t offset, bool is_static) const {
    constexpr int kMostSupers = 32;
    Methods names(layout_);
    names.begin(blocks_.memory());
    for (int i = 0; i < kMostSupers && is_pointer(klass); ++i) {
        for (const FieldPlace& field : fields_of({blocks_.memory(), layout_, names}, klass)) {
            if (field.offset == offset && field.is_static == is_static) return field.name;
        }
        klass = read_number(blocks_.memory(), klass + layout_.method.klass_super);
    }
    return {};
}

// "com.acme.Shop.INSTANCE.sessions (java.util.HashMap)": as far as the collection.
std::string Owners::path_of(std::size_t array) const {
    std::vector<Step> way;
    for (std::size_t i = array;; i = steps_[i].from) {
        way.push_back(steps_[i]);
        if (steps_[i].from == i) break;
    }
    std::string path, collection;
    for (auto step = way.rbegin(); step != way.rend(); ++step) {
        const bool is_static = step == way.rbegin();
        const std::string klass = blocks_.name_of_class(step->klass);
        if (!is_static && is_library(klass)) {
            collection = klass;
            break;
        }
        const std::string field = field_at(step->klass, step->offset, is_static);
        if (field.empty()) return {};
        path += (is_static ? klass : "") + "." + field;
    }
    return collection.empty() ? path : fmt::format("{} ({})", path, collection);
}

std::optional<Owner> Owners::of(runtime::TypeId type, double count, runtime::Budget& budget) {
    steps_.clear();
    seen_.clear();
    const std::uint64_t mark = blocks_.collections_seen();
    if (count < kLeastMet || mark == UINT64_MAX) return std::nullopt;
    // The program's own first: who is met on several ways belongs to them.
    std::vector<std::uint64_t> own, others;
    for (const std::uint64_t klass : blocks_.all_classes())
        (is_library(blocks_.name_of_class(klass)) ? others : own).push_back(klass);
    for (const auto* list : {&own, &others})
        for (const std::uint64_t klass : *list) add_statics(blocks_.memory(), klass);
    std::optional<Owner> found;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        std::uint64_t size = 0;
        if (i % 256 == 0 && budget.over()) return std::nullopt;
        const LoadedClass* loaded = blocks_.object_at(steps_[i].object, size);
        if (loaded == nullptr || loaded->type == type) continue;
        if (!is_array_of_references(*loaded)) {
            follow(i, *loaded, size);
            continue;
        }
        auto owner = in_array(steps_[i], type, count, budget);
        if (!owner) continue;
        if (found) return std::nullopt;
        owner->name = path_of(i);
        found = std::move(owner);
    }
    const bool is_sure = found && !found->name.empty() && blocks_.collections_seen() == mark;
    return is_sure ? found : std::nullopt;
}

}  // namespace rampwatch::hotspot

// SPDX-License-Identifier: MIT
#include "core/v8/constructors.h"

namespace rampwatch::v8 {
namespace {

constexpr int kMostBack = 4096;  // maps that an object had before, as properties were added
constexpr const char* kNobody = "Object";

}  // namespace

// An object that was given properties has a map that leads back to the one it began with.
std::string Constructors::read(std::uint64_t map) {
    const Layout& layout = objects_.layout();
    std::uint64_t at = map;
    for (int i = 0; i < kMostBack; ++i) {
        at = objects_.word(at, heap_.map_constructor);
        const std::int32_t type = objects_.type_of(at);
        if (type == heap_.map) continue;
        if (!layout.is_function(type)) break;
        std::string name = functions_.name_at(objects_.word(at, layout.function_shared));
        if (name == "FastBuffer") return "Buffer";  // as programs know it
        if (!name.empty()) return name;
        break;
    }
    return kNobody;
}

std::string Constructors::of_map(std::uint64_t map) {
    const auto known = names_.find(map);
    if (known != names_.end()) return known->second;
    if (names_.size() >= kMostNames) names_.clear();
    return names_.emplace(map, read(map)).first->second;
}

std::string Constructors::class_of(std::uint64_t receiver) {
    const Layout& layout = objects_.layout();
    const std::uint64_t map = objects_.word(receiver, 0);
    const std::int32_t type = objects_.type_by_map(map);
    if (!heap_.missing.empty() || type == kNoType || type < heap_.first_receiver) return {};
    if (layout.is_function(type)) return functions_.name_at(objects_.word(receiver, layout.function_shared));
    std::string name = of_map(map);
    return name == kNobody ? std::string() : name;
}

}  // namespace rampwatch::v8

// SPDX-License-Identifier: MIT
#include "core/stacks/module_map.h"

#include <algorithm>

namespace rampwatch::stacks {

ModuleMap::ModuleMap(std::vector<Module> modules) : modules_(std::move(modules)) {
    std::sort(modules_.begin(), modules_.end(),
              [](const Module& a, const Module& b) { return a.start < b.start; });
}

const Module* ModuleMap::find(std::uint64_t address) const {
    auto after =
        std::upper_bound(modules_.begin(), modules_.end(), address,
                         [](std::uint64_t value, const Module& module) { return value < module.start; });
    if (after == modules_.begin()) return nullptr;
    const Module& module = *--after;
    return address < module.end ? &module : nullptr;
}

}  // namespace rampwatch::stacks

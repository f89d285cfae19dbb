// SPDX-License-Identifier: MIT
#include "core/hotspot/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/path.h"
#include "core/hotspot/code_cache.h"
#include "core/hotspot/native_image.h"
#include "core/hotspot/threads.h"
#include "core/hotspot/vm_table.h"
#include "core/probe/exported_symbols.h"

namespace rampwatch::hotspot {
namespace {

Error refused(Error::Kind kind, std::string what, std::string hint = {}) {
    return {kind, std::move(what), "Java", std::move(hint)};
}

bool is_other_make(const probe::Mapping& mapping) { return base_name(mapping.path).starts_with("libj9vm"); }

const probe::Mapping* libjvm(const probe::Maps& maps) {
    const auto found =
        std::find_if(maps.mappings.begin(), maps.mappings.end(), [](const probe::Mapping& mapping) {
            return mapping.inode != 0 && mapping.offset == 0 && base_name(mapping.path) == "libjvm.so";
        });
    return found == maps.mappings.end() ? nullptr : &*found;
}

}  // namespace

bool recognise(const runtime::Target& target) {
    return libjvm(target.maps) != nullptr ||
           std::any_of(target.maps.mappings.begin(), target.maps.mappings.end(), is_other_make) ||
           is_native_image(target);
}

std::string version_of(const std::string& release) { return release.substr(0, release.find_first_of("+-")); }

Result<Machine> find(const runtime::Target& target) {
    const auto& mappings = target.maps.mappings;
    if (std::any_of(mappings.begin(), mappings.end(), is_other_make))
        return refused(Error::Kind::unavailable, "OpenJ9 is not read: it is no HotSpot");
    const probe::Mapping* module = libjvm(target.maps);
    if (module == nullptr && is_native_image(target))
        return refused(Error::Kind::unavailable,
                       "GraalVM native images are not read: there is no HotSpot in them");
    if (module == nullptr) return refused(Error::Kind::not_found, "no Java in it");
    if (target.arch != probe::Arch::x86_64)
        return refused(Error::Kind::unavailable, "Java is read on x86-64 alone");
    const auto symbols = probe::ExportedSymbols::read(target.memory, *module);
    if (!symbols) return symbols.error();
    const auto table =
        VmTable::read(target.memory, [&](std::string_view name) { return symbols->find(name); });
    if (!table) return table.error();
    auto layout = layout_of(*table, target.memory);
    if (!layout) return layout.error();
    Machine machine{std::move(*layout), heap_layout_of(*table), module->start, module->path};
    if (!CodeCache(machine.layout).begin(target.memory))
        return refused(Error::Kind::bad_input, "check failed: its code cache");
    if (java_threads(target, machine.layout).empty())
        return refused(Error::Kind::bad_input, "check failed: its list of threads");
    return machine;
}

}  // namespace rampwatch::hotspot

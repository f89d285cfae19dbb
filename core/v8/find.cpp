// SPDX-License-Identifier: MIT
#include "core/v8/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/path.h"
#include "core/probe/exported_symbols.h"
#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

constexpr const char* kVersionSymbol = "_ZN2v88internal7Version6major_E";
// node::per_process::metadata, which begins with its version: a std::string.
constexpr const char* kMetadataSymbol = "_ZN4node11per_process8metadataE";
constexpr std::size_t kMostVersion = 32;

Error refused(Error::Kind kind, std::string what, std::string hint = {}) {
    return {kind, std::move(what), "Node.js", std::move(hint)};
}

const probe::Mapping* program(const probe::Maps& maps) {
    const auto first = std::find_if(maps.mappings.begin(), maps.mappings.end(), [](const auto& mapping) {
        return mapping.inode != 0 && mapping.offset == 0;
    });
    return first == maps.mappings.end() ? nullptr : &*first;
}

bool is_libnode(const probe::Mapping& mapping) {
    return mapping.inode != 0 && mapping.offset == 0 && base_name(mapping.path).starts_with("libnode.so");
}

// Distributions have V8 in a library of Node's; elsewhere it is in the program, whatever that is called.
const probe::Mapping* module_of(const probe::Maps& maps) {
    const auto library = std::find_if(maps.mappings.begin(), maps.mappings.end(), is_libnode);
    return library == maps.mappings.end() ? program(maps) : &*library;
}

struct Other {
    std::string_view name, what;
};
// Programs that run JavaScript and are not Node.
constexpr std::array<Other, 2> kOthers = {{{"deno", "Deno is not read"}, {"bun", "Bun is not read"}}};

const Other* other_make(const probe::Mapping& program) {
    const std::string_view name = base_name(program.path);
    const auto found =
        std::find_if(kOthers.begin(), kOthers.end(), [&](const Other& other) { return name == other.name; });
    return found == kOthers.end() ? nullptr : &*found;
}

bool is_named_node(const probe::Mapping& program) {
    const std::string_view name = base_name(program.path);
    return name == "node" || name == "nodejs" || name == "electron";
}

std::string node_version(const probe::MemoryReader& memory, const probe::ExportedSymbols& symbols) {
    const auto place = symbols.find(kMetadataSymbol);
    if (!place) return {};
    const std::uint64_t text = runtime::read_word(memory, *place);
    const auto size = memory.get<std::uint64_t>(*place + 8);
    if (!size || *size == 0 || *size > kMostVersion) return {};
    std::string version = probe::read_string(memory, text, static_cast<std::size_t>(*size));
    const bool is_version = std::all_of(version.begin(), version.end(), [](char letter) {
        return (letter >= '0' && letter <= '9') || letter == '.';
    });
    return is_version ? version : std::string();
}

Result<Engine> describe(const runtime::Target& target, const probe::Mapping& module) {
    const auto symbols = probe::ExportedSymbols::read(target.memory, module);
    if (!symbols) return symbols.error();
    const FindSymbol find = [&](std::string_view name) { return symbols->find(name); };
    const auto version = read_version(find, target.memory);
    if (!version)
        return is_named_node(module)
                   ? refused(Error::Kind::unavailable, "a Node.js that does not export its V8 is not read")
                   : refused(Error::Kind::not_found, "no Node.js in it");
    auto layout = layout_of(*version, find, target.memory);
    const std::string node = node_version(target.memory, *symbols);
    if (!layout) {
        Error error = layout.error();
        if (error.kind == Error::Kind::unavailable && !node.empty())
            error.what = fmt::format("Node.js {}: {}", node, error.what);
        return error;
    }
    HeapLayout heap = heap_layout_of(*layout, find, target.memory);
    StackLayout stack = stack_layout_of(*layout, find, target.memory);
    return Engine{*layout, std::move(heap), std::move(stack), node, module.start, module.path};
}

}  // namespace

bool recognise(const runtime::Target& target) {
    const probe::Mapping* first = program(target.maps);
    if (first == nullptr) return false;
    if (other_make(*first) != nullptr || is_named_node(*first)) return true;
    const probe::Mapping* module = module_of(target.maps);
    if (module != first) return true;
    const auto symbols = probe::ExportedSymbols::read(target.memory, *first);
    return symbols && symbols->find(kVersionSymbol);
}

Result<Engine> find(const runtime::Target& target) {
    const probe::Mapping* first = program(target.maps);
    if (first == nullptr) return refused(Error::Kind::not_found, "no Node.js in it");
    if (const Other* other = other_make(*first))
        return refused(Error::Kind::unavailable, std::string(other->what), "Node.js is");
    if (target.arch != probe::Arch::x86_64)
        return refused(Error::Kind::unavailable, "Node.js is read on x86-64 alone");
    return describe(target, *module_of(target.maps));
}

}  // namespace rampwatch::v8

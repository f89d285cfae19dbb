// SPDX-License-Identifier: MIT
#include "core/perl/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/path.h"
#include "core/perl/calls.h"
#include "core/probe/exported_symbols.h"
#include "core/runtime/record.h"

namespace rampwatch::perl {
namespace {

constexpr std::size_t kMostModules = 16;  // that may have a Perl
constexpr int kOldest = 28, kNewest = 40;

Error refused(Error::Kind kind, std::string what, std::string hint = {}) {
    return {kind, std::move(what), "Perl", std::move(hint)};
}

bool is_named_perl(std::string_view path) {
    const std::string_view name = base_name(path);
    return name == "perl" || name.starts_with("perl5.") || name.starts_with("libperl.so");
}

// The program, which comes first, and whatever is named so.
std::vector<const probe::Mapping*> candidates(const probe::Maps& maps) {
    std::vector<const probe::Mapping*> modules;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.inode == 0 || mapping.offset != 0 || modules.size() >= kMostModules) continue;
        if (modules.empty() || is_named_perl(mapping.path)) modules.push_back(&mapping);
    }
    return modules;
}

Result<Version> read_version(const probe::MemoryReader& memory, const probe::ExportedSymbols& symbols) {
    Version version;
    for (const auto& [name, into] :
         {std::pair("PL_revision", &version.revision), std::pair("PL_version", &version.version),
          std::pair("PL_subversion", &version.subversion)}) {
        const auto place = symbols.find(name);
        const auto number = place ? memory.get<std::uint8_t>(*place) : Result<std::uint8_t>(std::uint8_t{0});
        if (!number) return number.error();
        *into = *number;
    }
    return version;
}

Result<Interpreter> describe(const runtime::Target& target, const probe::Mapping& module,
                             const probe::ExportedSymbols& symbols) {
    Interpreter perl;
    const auto version = read_version(target.memory, symbols);
    if (!version) return version.error();
    perl.version = *version;
    const auto layout = layout_of(perl.version);
    if (!layout)
        return refused(Error::Kind::unavailable, fmt::format("Perl {} is not read", to_text(perl.version)),
                       fmt::format("5.{} to 5.{} are", kOldest, kNewest));
    perl.layout = *layout;
    perl.module = module.path;
    perl.module_start = module.start;
    const auto place = symbols.find("PL_curinterp");
    if (!place || !symbols.find("PL_thr_key"))
        return refused(Error::Kind::unavailable, "a Perl built without threads is not read");
    perl.place = *place;
    if (!read_calls(target.memory, perl).whole)
        return refused(Error::Kind::bad_input, "check failed: its stack of contexts");
    return perl;
}

}  // namespace

std::string to_text(const Version& version) {
    return fmt::format("{}.{}.{}", version.revision, version.version, version.subversion);
}

std::optional<Layout> layout_of(const Version& version) {
    if (version.revision != 5 || version.version < kOldest || version.version > kNewest) return std::nullopt;
    Layout layout;
    const bool from_34 = version.version >= 34, from_32 = version.version >= 32;
    layout.current_op = from_34 ? 0xd0 : 0xe0;
    layout.stack_info = from_34 ? 0xe0 : 0xf0;
    layout.info_type = from_32 ? 0x2c : 0x28;
    layout.context_size = from_32 ? 0x68 : 0x60;
    layout.context_sub = from_32 ? 0x48 : 0x40;
    layout.names_in_body = version.version >= 35;
    return layout;
}

bool recognise(const runtime::Target& target) {
    const auto modules = candidates(target.maps);
    if (modules.empty()) return false;
    if (modules.size() > 1 || is_named_perl(modules.front()->path)) return true;
    const auto symbols = probe::ExportedSymbols::read(target.memory, *modules.front());
    return symbols && symbols->find("PL_curinterp");
}

Result<Interpreter> find(const runtime::Target& target) {
    for (const probe::Mapping* module : candidates(target.maps)) {
        const auto symbols = probe::ExportedSymbols::read(target.memory, *module);
        const bool is_none = !symbols && (symbols.error().kind == Error::Kind::bad_input ||
                                          symbols.error().kind == Error::Kind::io);
        if (!symbols && !is_none) return symbols.error();
        if (symbols && symbols->find("PL_version")) return describe(target, *module, *symbols);
    }
    return refused(Error::Kind::not_found, "no Perl in it");
}

}  // namespace rampwatch::perl

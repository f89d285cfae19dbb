// SPDX-License-Identifier: MIT
#include "core/v8/scripts.h"

#include <string_view>
#include <utility>

namespace rampwatch::v8 {
namespace {

// What an ECMAScript module is named by; others are named by their path.
constexpr std::string_view kFileUrl = "file://";

}  // namespace

// Sources of Node's own are not kept with lines.
void Scripts::count_lines(Script& script) {
    script.counted = true;
    if (script.file.starts_with("node:")) return;
    LineEnds lines;
    const Objects::Use use{[&](std::span<const std::uint8_t> some) { lines.add(some); },
                           [&](std::span<const char16_t> some) { lines.add(some); }};
    if (objects_.characters(script.source, kMostSource, use)) script.lines = std::move(lines);
}

Scripts::Place Scripts::place(std::uint64_t address, std::uint32_t offset) {
    const Layout& layout = objects_.layout();
    auto known = scripts_.find(address);
    if (known == scripts_.end()) {
        if (scripts_.size() >= kMostScripts || objects_.type_of(address) != layout.script) return {};
        Script script;
        script.file = objects_.text(objects_.word(address, layout.script_name)).value_or("");
        if (script.file.starts_with(kFileUrl)) script.file.erase(0, kFileUrl.size());
        script.source = objects_.word(address, layout.script_source);
        known = scripts_.emplace(address, std::move(script)).first;
    }
    Script& script = known->second;
    if (!script.counted) count_lines(script);
    Place place{script.file, {}};
    if (script.lines) place.line = script.lines->line_of(offset);
    return place;
}

}  // namespace rampwatch::v8

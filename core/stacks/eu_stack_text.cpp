// SPDX-License-Identifier: MIT
#include "core/stacks/eu_stack_text.h"

#include <algorithm>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

struct Named {
    std::string_view function{}, module{};
};

// "name - /path", "name - [vdso: 17]", "- /path", "name": a path or a bracket tells the last " - " from a
// minus in an operator's name.
Named name_and_module(std::string_view text) {
    const auto cut = [&](std::size_t at) -> Named { return {text.substr(0, at), text.substr(at + 3)}; };
    if (text.starts_with("- ")) return {{}, text.substr(2)};
    const std::size_t path = text.rfind(" - /");
    if (path != std::string_view::npos) return cut(path);
    const std::size_t bracket = text.rfind(" - [");
    if (bracket != std::string_view::npos) return cut(bracket);
    return {text, {}};
}

struct Place {
    std::string_view file{};
    std::optional<std::int64_t> line{};
};

// "file:line" or "file:line:column"; the file may have colons of its own.
Place place_of(std::string_view text) {
    const auto last = text.rfind(':');
    if (last == std::string_view::npos) return {text, {}};
    const auto number = parse_count(text.substr(last + 1));
    const std::string_view before = text.substr(0, last);
    const auto earlier = before.rfind(':');
    if (number && earlier != std::string_view::npos) {
        if (const auto first = parse_count(before.substr(earlier + 1)))
            return {before.substr(0, earlier), first};
    }
    return number ? Place{before, number} : Place{text, {}};
}

}  // namespace

void EuStackText::line(std::string_view text) {
    if (text.starts_with("TID ") && text.ends_with(':')) {
        const auto tid = parse_count(text.substr(4, text.size() - 5));
        if (!tid) return skip_line();
        return begin_stack(*tid, {});
    }
    if (in_stack() && text.starts_with('#')) {
        const auto begin = text.find("0x");
        if (begin == std::string_view::npos) return skip_line();
        const auto end = std::min(text.find(' ', begin), text.size());
        const auto address = parse_address(text.substr(begin, end - begin));
        if (!address) return skip_line();
        const Named named = name_and_module(trim(text.substr(end)));
        const auto version = named.function.find('@');  // "pthread_cond_wait@@GLIBC_2.3.2"
        return add_frame(address, named.function.substr(0, version),
                         named.module.starts_with("[vdso") ? "[vdso]" : named.module);
    }
    if (in_stack() && text.starts_with("    ")) {
        const Place place = place_of(trim(text));
        return set_source(place.file, place.line);
    }
    if (!text.empty() && !text.starts_with("PID ")) skip_line();
}

}  // namespace rampwatch::stacks

// SPDX-License-Identifier: MIT
#include "core/stacks/eu_stack_text.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/stacks/source_place.h"

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

// "[93ac61...]@0x7ffba6071000+0xcf545": the module's build id, where it is mapped, how far in it.
bool is_build_id(std::string_view text) {
    const auto close = text.find("]@0x");
    return text.starts_with('[') && close != std::string_view::npos &&
           text.find_first_not_of("0123456789abcdef", 1) == close;
}

bool is_source(std::string_view text) { return source_place(trim(text)).line.has_value(); }

// A name that is cut within its types or arguments is not.
bool is_balanced(std::string_view text) {
    return std::count(text.begin(), text.end(), '(') == std::count(text.begin(), text.end(), ')');
}

// Of a line put together: no name has blanks but within types, arguments, or behind such.
bool is_torn(const Named& named) {
    const bool has_types = named.function.find_first_of("(<") != std::string_view::npos;
    return (!has_types && named.function.find(' ') != std::string_view::npos) ||
           (named.module.find(' ') != std::string_view::npos && !named.module.starts_with('['));
}

// With -a each frame has "- 1" before its name, or blanks where it was interrupted.
std::string_view without_activation(std::string_view text) {
    text = trim(text);
    return text == "- 1" || text.starts_with("- 1 ") ? trim(text.substr(3)) : text;
}

}  // namespace

Head EuStackText::head(std::string_view text) const {
    text = trim(text);
    const bool is_head = text.starts_with("TID ") && text.ends_with(':') &&
                         parse_count(text.substr(4, text.size() - 5)).value_or(0) > 0;
    return is_head ? Head::whole : Head::none;
}

StackText::Start EuStackText::start(std::string_view text) const {
    const bool is_indented = text.starts_with("    ") || text.starts_with('\t');
    text = trim(text);
    if (text.starts_with("TID ") || text.starts_with("PID ") || text.starts_with("eu-stack: "))
        return Start::sure;
    if (is_build_id(text)) return Start::sure;
    if (take_number(text)) return Start::sure;
    return is_indented || is_source(text) ? Start::loose : Start::unknown;
}

bool EuStackText::is_whole(std::string_view text) const {
    text = trim(text);
    if (head(text) == Head::whole || is_build_id(text)) return true;
    if (!text.starts_with('#')) return is_source(text);
    return !name_and_module(text).module.empty() || is_balanced(text);
}

bool EuStackText::line(std::string_view text, bool joined) {
    const std::string_view whole = text;
    text = trim(text);
    if (head(text) == Head::whole) {
        begin_numbered(*parse_count(text.substr(4, text.size() - 5)), {});
        return true;
    }
    if (text.starts_with("PID ")) {
        stand_apart();
        end_stack();
        return true;
    }
    if (text.starts_with("eu-stack: ")) {
        set_incomplete();
        return true;
    }
    if (const auto number = take_number(text)) return frame_line(*number, text, joined);
    if (!in_stack() || current().frames.empty()) return false;
    if (is_build_id(text)) {
        const auto plus = text.rfind('+');
        const auto offset = parse_address(text.substr(std::min(plus + 1, text.size())));
        if (offset) set_place(*offset, text.substr(1, text.find(']') - 1));
        return offset.has_value();
    }
    const SourcePlace place = source_place(text);
    if (!place.line && (joined || !whole.starts_with("    "))) return false;
    set_source(place.file, place.line);
    return true;
}

bool EuStackText::frame_line(std::int64_t number, std::string_view text, bool joined) {
    if (!in_stack()) return false;
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const auto address = parse_address(text.substr(0, end));
    if (!address) return false;
    const Named named = name_and_module(without_activation(text.substr(end)));
    if (joined && is_torn(named)) return false;
    const auto version = named.function.find('@');  // "pthread_cond_wait@@GLIBC_2.3.2"
    reach(number);
    add_frame(address, named.function.substr(0, version),
              named.module.starts_with("[vdso") ? "[vdso]" : named.module);
    return true;
}

}  // namespace rampwatch::stacks

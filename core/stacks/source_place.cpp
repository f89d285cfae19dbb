// SPDX-License-Identifier: MIT
#include "core/stacks/source_place.h"

#include "core/base/text.h"

namespace rampwatch::stacks {

SourcePlace source_place(std::string_view text) {
    if (text.ends_with(')')) text = text.substr(0, text.find(" (discriminator "));
    const auto last = text.rfind(':');
    if (last == std::string_view::npos || last == 0) return {text, {}};
    const auto number = parse_count(text.substr(last + 1));
    const std::string_view before = text.substr(0, last);
    const auto earlier = before.rfind(':');
    if (number && earlier != std::string_view::npos && earlier > 0) {
        if (const auto first = parse_count(before.substr(earlier + 1)))
            return {before.substr(0, earlier), first};
    }
    return number ? SourcePlace{before, number} : SourcePlace{text, {}};
}

}  // namespace rampwatch::stacks

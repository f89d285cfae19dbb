// SPDX-License-Identifier: MIT
#include "core/base/java_name.h"

#include <algorithm>

namespace rampwatch {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "0x00007f01", "455659000": what stands between a hidden class and its method.
bool is_hidden(std::string_view text) {
    if (text.starts_with("0x") && text.size() > 2)
        return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
    return is_digits(text);
}

void drop_hidden(std::string& name, char mark) {
    for (auto at = name.find(mark); at != std::string::npos; at = name.find(mark, at + 1)) {
        const auto dot = name.find('.', at);
        if (dot == std::string::npos) return;
        if (is_hidden(std::string_view(name).substr(at + 1, dot - at - 1))) {
            name.erase(at, dot - at);
            --at;
        }
    }
}

// The digits behind `word`, where a "/" or "." ends them.
void drop_number(std::string& name, std::string_view word) {
    const auto at = name.find(word);
    if (at == std::string::npos) return;
    const auto from = at + word.size();
    const auto end = std::min(name.find_first_not_of("0123456789", from), name.size());
    if (end > from && (end == name.size() || name[end] == '.' || name[end] == '/' || name[end] == '+'))
        name.erase(from, end - from);
}

}  // namespace

std::string java_name(std::string_view text) {
    std::string name(text);
    for (const std::string_view word : {"$$Lambda$", "MethodAccessor", "ConstructorAccessor"})
        drop_number(name, word);
    drop_hidden(name, '/');
    drop_hidden(name, '+');
    if (const auto lambda = name.find("$$Lambda$"); lambda != std::string::npos) {
        if (lambda + 9 == name.size() || name[lambda + 9] == '.') name.erase(lambda + 8, 1);
    }
    const auto end = name.find('(');
    if (const auto loader = name.rfind('/', end); loader != std::string::npos)
        name.erase(0, loader + 1);  // "app//", "java.base@17.0.9/"
    return name;
}

}  // namespace rampwatch

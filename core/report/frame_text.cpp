// SPDX-License-Identifier: MIT
#include "core/report/frame_text.h"

#include <fmt/format.h>

#include <string_view>

#include "core/base/function_name.h"
#include "core/base/path.h"
#include "core/base/text.h"

namespace rampwatch::report {
namespace {

// "..LockSupport.park": Java's packages go first, since the last words tell most.
std::string tail_of_name(std::string_view name, std::size_t width) {
    if (name.size() <= width) return escape(name, width);
    const std::size_t from = name.size() - (width > 2 ? width - 2 : 0);
    const std::size_t dot = name.find('.', from > 0 ? from - 1 : 0);
    if (dot == std::string_view::npos || dot + 1 == name.size()) return escape(name, width);
    return ".." + escape(name.substr(dot + 1), width - 2);
}

}  // namespace

std::string frame_name(const Frame& frame, std::size_t width) {
    if (frame.function && frame.language == "java") return tail_of_name(*frame.function, width);
    if (frame.function && frame.language) return escape(*frame.function, width);
    if (frame.function) return escape(short_function(*frame.function, width));
    if (!frame.module) return "?";
    const std::string module = escape(base_name(*frame.module), width);
    return frame.offset ? fmt::format("{}+0x{:x}", module, *frame.offset) : module;
}

std::string frame_place(const Frame& frame, const std::string& program) {
    if (frame.file) {
        const std::string file = escape(base_name(*frame.file), 64);
        return frame.line ? fmt::format("{}:{}", file, *frame.line) : file;
    }
    if (!frame.function || !frame.module || *frame.module == program) return {};
    return escape(base_name(*frame.module), 64);
}

}  // namespace rampwatch::report

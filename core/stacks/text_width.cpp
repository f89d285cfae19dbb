// SPDX-License-Identifier: MIT
#include "core/stacks/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostColumns = 512, kFewestColumns = 30;

}  // namespace

std::size_t columns_of(std::string_view line) {
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char byte) { return (byte & '\xc0') != '\x80'; }));
}

std::size_t cut_width(std::string_view text) {
    std::array<std::int64_t, kMostColumns + 2> lines{};  // by columns; the last: all that are longer
    std::int64_t all = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) ++all;
        const std::size_t columns = line.size() > 4 * kMostColumns ? line.size() : columns_of(line);
        ++lines[std::min(columns, kMostColumns + 1)];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::int64_t longer = lines[kMostColumns + 1];
    for (std::size_t width = kMostColumns; width >= kFewestColumns; --width) {
        if (longer * 50 > all) return 0;
        const std::int64_t near = std::max(lines[width - 1], lines[width - 2]);
        if (lines[width] >= 3 && lines[width] >= 3 * near && lines[width] > lines[width + 1]) return width;
        longer += lines[width];
    }
    return 0;
}

}  // namespace rampwatch::stacks

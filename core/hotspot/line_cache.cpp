// SPDX-License-Identifier: MIT
#include "core/hotspot/line_cache.h"

#include <cstring>

namespace rampwatch::hotspot {

// What crosses a line, or lies in one that cannot be read whole, is read by itself.
Result<void> LineCache::read(std::uint64_t address, std::span<std::byte> into) const {
    const std::uint64_t line = address / kLine * kLine, offset = address - line;
    if (into.size() > kLine - offset) return below_.read(address, into);
    Lines& lines = address >= start_ && address < end_ ? heap_ : rest_;
    if (lines.size() >= kMostLines) lines.clear();
    const auto [known, fresh] = lines.try_emplace(line);
    if (fresh && !below_.read(line, known->second)) {
        lines.erase(known);
        return below_.read(address, into);
    }
    std::memcpy(into.data(), known->second.data() + offset, into.size());
    return {};
}

}  // namespace rampwatch::hotspot
